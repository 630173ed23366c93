"""Rank-order latency code: the strongest contrast fires first, each pixel at most once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spiking_engrams.errors import StimulusError

NO_SPIKE = -1
MAX_BINS = np.iinfo(np.int16).max


def latencies(maps: np.ndarray, n_bins: int, names: Sequence[str] = ()) -> np.ndarray:
    """Return the time step in which each pixel fires.

    The spikes of an image are ordered by contrast (ties by position); the k-th of n, counted from 0, fires in step
    ``ceil(n_bins k/n)``: the strongest alone in step 0, then bins of equal counts (Kheradpisheh et al. 2018, doi
    10.1016/j.neunet.2017.12.005, in the form of its public re-implementation).

    Parameters
    ----------
    maps
        Contrast, shape ``(n, channels, height, width)``; values of 0 or less do not fire.
    n_bins
        Last step in which a pixel may fire, from 1 to 32767.
    names
        Name of each image, for error messages.

    Returns
    -------
    steps : array
        int16, shape of `maps`, `NO_SPIKE` where a pixel is silent.

    Raises
    ------
    StimulusError
        If an image, which the message names, causes no spike at all or its contrast is not finite, or the shape or
        `n_bins` does not fit.

    Examples
    --------
    >>> maps = np.array([0.0, 20.0, 90.0, 50.0, 30.0]).reshape(1, 1, 1, 5)
    >>> latencies(maps, n_bins=8).ravel().tolist()  # the strongest contrast fires first, -1: silent
    [-1, 6, 0, 2, 4]
    """
    if not isinstance(n_bins, int | np.integer) or not 1 <= n_bins <= MAX_BINS:
        raise StimulusError(
            f"A latency code of {n_bins} steps was requested; give a whole number from 1 to {MAX_BINS}."
        )
    maps = np.asarray(maps)
    if maps.ndim != 4 or maps.dtype.kind not in "iuf":
        raise StimulusError(
            f"Contrast has shape {maps.shape}, type {maps.dtype}; give numbers of shape (n, channels, height, width)."
        )
    steps = np.full(maps.shape, NO_SPIKE, dtype=np.int16)
    for k, (image, coded) in enumerate(zip(maps, steps, strict=True)):
        values = image.ravel()
        name = names[k] if k < len(names) else f"image {k}"
        if not np.isfinite(values).all():
            raise StimulusError(f"The contrast of image '{name}' is not finite everywhere; check how it was filtered.")
        firing = np.flatnonzero(values > 0)
        if not firing.size:
            raise StimulusError(
                f"Image '{name}' causes no spike: no contrast in it reaches the threshold. Lower the threshold, or "
                "remove the image."
            )
        order = firing[np.argsort(-values[firing], kind="stable")]
        coded.ravel()[order] = -(-int(n_bins) * np.arange(firing.size) // firing.size)
    return steps
