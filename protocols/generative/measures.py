"""Measures of recall, replay, reconstruction and decoding, from recordings of the generative network."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from networks.generative.readout import Recalled

SINGLE = 0.9  # share of the spikes of index cells with which a memory is replayed alone


def correlations(found: Recalled, memories: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return the correlation of each recalled image with a memory, 0 if its number in `which` is -1, ``(n_items,)``."""
    pairs = zip(found.images, which, strict=True)
    return np.array([_correlation(image, memories[number]) if number >= 0 else 0.0 for image, number in pairs])


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


def variances(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the variance of each pixel over the images of a class, ``(n_classes, n_pixels)``."""
    flat = images.reshape(len(images), -1)
    return np.array([flat[labels == each].var(axis=0) for each in np.unique(labels)])
