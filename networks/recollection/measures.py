"""Quality of recall of an image (edges, pixels, structure, identification) and of its activity in every layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage
from skimage.metrics import structural_similarity
from skimage.restoration import wiener
from skimage.transform import resize

REFERENCE_SIZE = 223  # side, in pixels, of the pictures on which the reference measures edges
INNER, OUTER = 1.0, 2.0  # pixels of smoothing before and after the gradient, at that size
NOISE = 0.03  # balance of the Wiener filter: large enough to avoid haze in pictures; grey values hardly depend on it
LEVEL = 95  # percentile of the correlations of different images that a recalled one has to exceed


def decoded(maps: np.ndarray) -> np.ndarray:
    """Return the picture that on- and off-centre spikes encode: brighter minus darker, ``(n, height, width)``."""
    return maps[:, 0] - maps[:, 1] if maps.shape[1] == 2 else maps[:, 0]


def grey_values(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the pictures whose contrast is given by maps ``(n, height, width)``, by a Wiener filter.

    Their mean is 0, and their range arbitrary: neither can be read from contrast.

    Parameters
    ----------
    kernel
        Kernel of the retina, a difference of Gaussians ``(size, size)``.
    """
    margin, kernel = max(maps.shape[1:]) // 2, kernel / np.abs(kernel).sum()
    wide = np.pad(_scaled(maps), [(0, 0), (margin, margin), (margin, margin)])
    wide -= wide.mean(axis=(1, 2), keepdims=True)  # which the filter would divide by almost zero
    found = np.array([wiener(each, kernel, NOISE, clip=False) for each in wide])[:, margin:-margin, margin:-margin]
    return np.asarray(found - found.mean(axis=(1, 2), keepdims=True))


def contrast_of(trains: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the contrast that first spikes encode, from 1 for the earliest to 0 for none, in the shape of `trains`.

    Parameters
    ----------
    trains
        Spike trains, bit k for a spike in bin k, as shown to the network.
    n_bins
        Bin of the last input spike.
    """
    bins = np.log2(np.maximum(trains, 1))
    return np.where(trains > 0, 1 - bins / (n_bins + 1), 0.0)


def edges(pictures: np.ndarray) -> np.ndarray:
    """Return the edges of pictures ``(n, height, width)``: smoothed gradients (Sobel) of the smoothed picture.

    Smoothing is that of the reference, on pictures of its size; others are enlarged to that size.
    """
    found = []
    for picture in np.asarray(pictures, float):
        scale = REFERENCE_SIZE / max(picture.shape)
        size = [round(scale * n) for n in picture.shape]
        smooth = ndimage.gaussian_filter(resize(picture, size, order=1), INNER)
        gradient = np.hypot(ndimage.sobel(smooth, axis=0), ndimage.sobel(smooth, axis=1))
        found.append(ndimage.gaussian_filter(gradient, OUTER)[::2, ::2])  # smooth enough for every second pixel
    return np.array(found, np.float32)


def correlations(recalled: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return Pearson correlations of every recalled with every original map, ``(n, m)``; 0 where one is constant."""
    a, b = (_unit(_centred(each)) for each in (recalled, originals))
    return np.asarray(a @ b.T)


def cosines(recalled: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return cosines of every recalled with every original activity, ``(n, m)``; 0 where one is silent."""
    a, b = (_unit(np.reshape(each, (len(each), -1)).astype(float)) for each in (recalled, originals))
    return np.asarray(a @ b.T)


def _centred(maps: np.ndarray) -> np.ndarray:
    rows = np.reshape(maps, (len(maps), -1)).astype(float)
    return rows - rows.mean(axis=1, keepdims=True)


def _unit(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9)


def quality(found: np.ndarray, which: np.ndarray | None = None) -> dict[str, Any]:
    """Return measures of recall from the correlations of recalled maps with the originals.

    Parameters
    ----------
    found
        Correlations of every recalled map (rows) with every original, ``(n, m)``.
    which
        Which original each recalled map belongs to, ``(n,)``; the k-th to the k-th if None.

    Returns
    -------
    correlation
        Mean correlation with the own original.
    others
        Mean correlation with the originals of other images.
    above_others
        Share of images above the 95th percentile of pairs of different images.
    identified
        Share of recalled maps that are closest to their own original.
    specificity
        Correlation of an original with the recall from its own cue, minus that from the other cues, ``(n,)``.
    """
    which = np.arange(len(found)) if which is None else which
    different = which[:, None] != np.arange(found.shape[1])
    own = found[np.arange(len(found)), which]
    wrong = np.where(different, found, 0)[:, which].sum(axis=0) / (len(found) - 1)
    return {
        "correlation": own.mean(),
        "others": found[different].mean(),
        "above_others": (own > np.percentile(found[different], LEVEL)).mean(),
        "identified": ((found.argmax(axis=1) == which) & (own > 0)).mean(),
        "specificity": own - wrong,
    }


def discs(at: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return which pixels of pictures ``(height, width)`` are near each location, bool ``(n, height, width)``.

    Parameters
    ----------
    at
        Row, column and radius in heights of the picture, ``(n, 3)``.
    """
    rows, columns = (np.mgrid[: size[0], : size[1]] + 0.5) / size[0]
    row, column, radius = (each[:, None, None] for each in np.asarray(at, float).T)
    return np.asarray((rows - row) ** 2 + (columns - column) ** 2 <= radius**2)


def correlations_within(recalled: np.ndarray, originals: np.ndarray, discs: np.ndarray) -> np.ndarray:
    """Return correlations of every recalled map with every original, inside the disc of the former, ``(n, m)``."""
    return np.array(
        [correlations(a[None, disc], originals[:, disc])[0] for a, disc in zip(recalled, discs, strict=True)]
    )


def similarity(recalled: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """Return the structural similarity (Wang et al. 2004) of pictures in units of their largest value, ``(n,)``."""
    pairs = zip(_scaled(recalled), _scaled(originals), strict=True)
    return np.array([structural_similarity(a, b, data_range=2.0) for a, b in pairs])


def _scaled(pictures: np.ndarray) -> np.ndarray:
    largest = np.abs(pictures).max(axis=(1, 2), keepdims=True)
    return np.divide(pictures, largest, out=np.zeros(pictures.shape), where=largest > 0)


def reinstated(recalled: np.ndarray, perceived: np.ndarray) -> dict[str, float]:
    """Return mean cosines of activity in recall with that in perception, of the same image and of other images.

    Parameters
    ----------
    recalled, perceived
        Spike counts of a layer, ``(n_images, n_neurons)``.
    """
    found = cosines(recalled, perceived)
    different = ~np.eye(len(found), dtype=bool)
    return {"own": float(np.diag(found).mean()), "others": float(found[different].mean())}
