"""How much of an image came back: edge maps, correlations, identification."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

INNER, OUTER = 1.0, 2.0  # pixels of smoothing before and after the gradient (measure of the reference, section 6.3)


def decoded(maps: np.ndarray) -> np.ndarray:
    """Return the picture that on- and off-centre spikes stand for: brighter minus darker, ``(n, height, width)``."""
    return maps[:, 0] - maps[:, 1] if maps.shape[1] == 2 else maps[:, 0]


def edges(pictures: np.ndarray) -> np.ndarray:
    """Return the edges of pictures ``(n, height, width)``: smoothed gradients (Sobel) of the smoothed picture."""
    found = []
    for picture in np.asarray(pictures, float):
        smooth = ndimage.gaussian_filter(picture, INNER)
        gradient = np.hypot(ndimage.sobel(smooth, axis=0), ndimage.sobel(smooth, axis=1))
        found.append(ndimage.gaussian_filter(gradient, OUTER))
    return np.array(found)


def correlations(recalled: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return Pearson correlations of every recalled with every original map, ``(n, m)``; 0 where one is constant."""
    a, b = (_unit(np.reshape(each, (len(each), -1))) for each in (recalled, originals))
    return np.asarray(a @ b.T)


def _unit(rows: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12)


def quality(recalled: np.ndarray, originals: np.ndarray) -> dict[str, Any]:
    """Return measures of recalled maps against their originals, of which the k-th belongs to the k-th.

    Returns
    -------
    correlation
        With the own original, mean.
    others
        With the originals of other images, mean.
    above_others
        Share of images above the 95th percentile of pairs of different images.
    identified
        Share of recalled maps that are closest to their own original.
    specificity
        Correlation of an original with what its own cue recalls, minus with what the other cues recall, ``(n,)``.
    """
    found = correlations(recalled, originals)
    own, different = np.diag(found), ~np.eye(len(found), dtype=bool)
    wrong = np.where(different, found, 0).sum(axis=0) / (len(found) - 1)
    return {
        "correlation": own.mean(),
        "others": found[different].mean(),
        "above_others": (own > np.percentile(found[different], 95)).mean(),
        "identified": (found.argmax(axis=1) == np.arange(len(found))).mean(),
        "specificity": own - wrong,
    }
