"""Rank-order latency code: the strongest contrast fires first, each pixel at most once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spiking_engrams.errors import StimulusError

NO_SPIKE = -1


def latencies(maps: np.ndarray, n_bins: int, names: Sequence[str] = ()) -> np.ndarray:
    """Return the time step in which each pixel fires.

    The spikes of an image are put in order of contrast (ties in order of position); the k-th of n, counted from 0,
    fires in step ``ceil(n_bins k/n)``: the strongest alone in step 0, then bins of equal counts (Kheradpisheh et
    al. 2018, doi 10.1016/j.neunet.2017.12.005, in the form of its public re-implementation).

    Parameters
    ----------
    maps
        Contrast, shape ``(n, channels, height, width)``; what is 0 or less does not fire.
    n_bins
        Last step in which a pixel may fire.
    names
        Name of each image, for errors.

    Returns
    -------
    steps : array
        int16, shape of `maps`, `NO_SPIKE` where a pixel is silent.

    Raises
    ------
    StimulusError
        Naming the image that causes no spike at all.
    """
    if n_bins < 1:
        raise StimulusError(f"A latency code of {n_bins} steps was asked for; at least 1 is needed.")
    maps = np.asarray(maps)
    steps = np.full(maps.shape, NO_SPIKE, dtype=np.int16)
    flat, coded = maps.reshape(len(maps), -1), steps.reshape(len(maps), -1)
    for k, values in enumerate(flat):
        firing = np.flatnonzero(values > 0)
        if not firing.size:
            name = names[k] if k < len(names) else f"image {k}"
            raise StimulusError(
                f"Image '{name}' causes no spike: no contrast in it reaches the threshold. Lower the threshold, or "
                "remove the image."
            )
        order = firing[np.argsort(-values[firing], kind="stable")]
        coded[k, order] = -(-n_bins * np.arange(firing.size) // firing.size)
    return steps
