"""Measures of recall, replay, reconstruction and decoding, from recordings of the generative network."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from networks.generative.readout import Recalled
from protocols.generative.data import LEAST_TESTS, Data

MOST_KNOWN = 5000  # images to which classifiers are fitted
SINGLE = 0.9  # share of the spikes of index cells with which a memory is replayed alone


def correlations(found: Recalled, memories: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return the correlation of each recalled image with a memory, 0 if its number in `which` is -1, ``(n_items,)``."""
    pairs = zip(found.images, which, strict=True)
    return np.array([_correlation(image, memories[number]) if number >= 0 else 0.0 for image, number in pairs])


def identified(images: np.ndarray, memories: np.ndarray, which: np.ndarray, read: np.ndarray) -> float:
    """Return the share of images that are more similar (correlation) to their memory than to any other.

    Parameters
    ----------
    images
        ``(n, height, width)``.
    memories, which
        All memories, and the number of that of each image.
    read
        Pixels that are compared, such as those that were masked in the cue, ``(n, height, width)``.
    """
    right = 0
    for image, number, pixels in zip(images, which, read, strict=True):
        similar = [_correlation(image[pixels], each[pixels]) for each in memories]
        right += int(np.argmax(similar)) == number and max(similar) > 0
    return right / len(images)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def replay(found: Recalled) -> dict[str, float]:
    """Return statistics of replays: shares of single and silent ones, of distinct memories, and their entropy.

    The entropy of winners is in units of the largest that is possible: that of as many different memories.
    """
    winner = found.winner[found.winner >= 0]
    counts = np.bincount(winner, minlength=found.spikes.shape[1])
    shares = counts[counts > 0] / max(len(winner), 1)
    most = np.log(min(len(winner), len(counts))) if len(winner) > 1 else 1.0
    return {
        "single": float(np.mean(found.purity >= SINGLE)),
        "silent": float(np.mean(found.winner < 0)),
        "distinct": len(shares) / len(found.winner),
        "entropy": float(-np.sum(shares * np.log(shares)) / most),
    }


def error(pictures: np.ndarray, images: np.ndarray) -> float:
    """Return the mean squared error of pictures over all pixels; brightness is from 0 to 1."""
    return float(np.mean((pictures - images) ** 2))


def by_components(memories: np.ndarray, test: np.ndarray, n: int) -> np.ndarray:
    """Return test images as the first `n` principal components of the memories reconstruct them, in the same shape."""
    flat, wanted = memories.reshape(len(memories), -1), test.reshape(len(test), -1)
    model = PCA(min(n, *flat.shape)).fit(flat)
    return model.inverse_transform(model.transform(wanted)).reshape(test.shape)


def decoded(features: np.ndarray, labels: np.ndarray, draws: list[np.ndarray], n: int, scaled: bool) -> float:
    """Return the accuracy of support vector machines (RBF), each fitted to `n` labels, over draws of these.

    Parameters
    ----------
    draws
        Orders of the images: the first `n` have known labels, the rest is classified.
    scaled
        Whether features are standardised, as published, or taken as they are.
    """
    found = []
    for order in draws:
        known, others = order[:n], order[n:]
        machine = make_pipeline(StandardScaler(), SVC()) if scaled else SVC()
        found.append(machine.fit(features[known], labels[known]).score(features[others], labels[others]))
    return float(np.mean(found))


def classifier(data: Data) -> SVC:
    """Return a support vector machine that names images by their pixels, fitted to training images."""
    known = data.known[:MOST_KNOWN]
    return SVC().fit(known.reshape(len(known), -1), data.known_labels[:MOST_KNOWN])


def neighbours(images: np.ndarray, memories: np.ndarray) -> float:
    """Return the mean distance of images to the nearest of the memories."""
    flat = [each.reshape(len(each), -1) for each in (images, memories)]
    return float(pairwise_distances_argmin_min(*flat)[1].mean())


def frechet(images: np.ndarray, wanted: np.ndarray, n: int = LEAST_TESTS) -> float:
    """Return the Fréchet distance of two sets of images, as normal distributions of their principal components.

    The components are the first `n` of `wanted`; Heusel et al. (2017, arXiv 1706.08500) use features of a classifier.
    """
    model = PCA(min(n, wanted[0].size)).fit(wanted.reshape(len(wanted), -1))
    a, b = (model.transform(each.reshape(len(each), -1)) for each in (images, wanted))
    roots = np.linalg.eigvals(np.cov(a.T) @ np.cov(b.T))
    mixed = 2 * np.sum(np.sqrt(np.maximum(roots.real, 0)))
    return float(np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(np.cov(a.T)) + np.trace(np.cov(b.T)) - mixed)


def variances(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the variance of each pixel over the images of each class with at least two, ``(n_classes, n_pixels)``."""
    flat, (classes, counts) = images.reshape(len(images), -1), np.unique(labels, return_counts=True)
    return np.array([flat[labels == each].var(axis=0) for each in classes[counts > 1]])
