"""Measures of recall, replay, reconstruction and decoding, from recordings of the generative network."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from networks.generative.readout import Recalled
from protocols.generative.data import Data

SINGLE = 0.9  # share of the spikes of index cells with which a memory is replayed alone


def correlations(found: Recalled, memories: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return the correlation of each recalled image with a memory, 0 if its number in `which` is -1, ``(n_items,)``."""
    pairs = zip(found.images, which, strict=True)
    return np.array([_correlation(image, memories[number]) if number >= 0 else 0.0 for image, number in pairs])


def identified(images: np.ndarray, memories: np.ndarray, which: np.ndarray) -> float:
    """Return the share of images that are more similar (correlation) to their memory than to any other."""
    rows = [each.reshape(len(each), -1) for each in (images, memories)]
    a, b = (each - each.mean(axis=1, keepdims=True) for each in rows)
    lengths = np.linalg.norm(a, axis=1, keepdims=True) * np.linalg.norm(b, axis=1)
    similar = np.where(lengths > 0, (a @ b.T) / np.maximum(lengths, 1e-12), 0)
    return float(np.mean((similar.argmax(axis=1) == which) & (similar.max(axis=1) > 0)))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def replay(found: Recalled) -> dict[str, float]:
    """Return statistics of replays: shares of single and silent ones, of distinct memories, and their entropy.

    The entropy of winners is in units of that of as many draws from all memories, each as likely as any other.
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


def by_components(memories: np.ndarray, test: np.ndarray, n: int) -> float:
    """Return the error with which as many principal components of the memories reconstruct test images."""
    flat, wanted = memories.reshape(len(memories), -1), test.reshape(len(test), -1)
    model = PCA(min(n, *flat.shape)).fit(flat)
    return error(model.inverse_transform(model.transform(wanted)), wanted)


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
        known, asked = order[:n], order[n:]
        machine = make_pipeline(StandardScaler(), SVC()) if scaled else SVC()
        found.append(machine.fit(features[known], labels[known]).score(features[asked], labels[asked]))
    return float(np.mean(found))


def classifier(data: Data) -> SVC:
    """Return a support vector machine that names the images of the data's training part by their pixels."""
    return SVC().fit(data.known.reshape(len(data.known), -1), data.known_labels)


def neighbours(images: np.ndarray, memories: np.ndarray) -> float:
    """Return the mean distance of images to the nearest of the memories."""
    flat = [each.reshape(len(each), -1) for each in (images, memories)]
    return float(pairwise_distances_argmin_min(*flat)[1].mean())


def frechet(images: np.ndarray, wanted: np.ndarray, n: int = 20) -> float:
    """Return the Fréchet distance of two sets of images, as normal distributions of their principal components.

    The components are the first `n` of `wanted`; Heusel et al. (2017, arXiv 1706.08500) use features of a classifier.
    """
    model = PCA(n).fit(wanted.reshape(len(wanted), -1))
    a, b = (model.transform(each.reshape(len(each), -1)) for each in (images, wanted))
    roots = np.linalg.eigvals(np.cov(a.T) @ np.cov(b.T))
    mixed = 2 * np.sum(np.sqrt(np.maximum(roots.real, 0)))
    return float(np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + np.trace(np.cov(a.T)) + np.trace(np.cov(b.T)) - mixed)


def variances(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the variance of each pixel over the images of a class, ``(n_classes, n_pixels)``."""
    flat = images.reshape(len(images), -1)
    return np.array([flat[labels == each].var(axis=0) for each in np.unique(labels)])
