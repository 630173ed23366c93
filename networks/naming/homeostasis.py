"""Homeostasis of thresholds: a layer's threshold is set so that a given share of it fires for training images.

Integrate-and-fire neurons without a leak fire if and only if the charge of an image exceeds the threshold, and of all
maps at a location only one fires. So the share of a convolution that fires is the share of locations at which the
largest charge exceeds the threshold; of concept neurons, which do not compete, it is the share of neurons whose charge
reaches it. Charges follow from simulated spikes of the layer below and from the kernels, so that no search is needed.

Image sets differ in how much of an image is filled. What is preserved from one to another is therefore the share of a
layer that fires, in units of the share of the locations below it at which there is a spike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from spiking_engrams.errors import StimulusError

MOST = 0.95  # largest share of the locations of a layer that may fire
LARGEST_FACTOR = 4.0  # largest factor by which a threshold may differ from that of the circuit


@dataclass(frozen=True)
class Thresholds:
    """Thresholds set by homeostasis, as `Phase.with_constants` takes them.

    Attributes
    ----------
    firing, names
        Thresholds for features, and for names.
    """

    firing: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, float] = field(default_factory=dict)


def charges(trains: np.ndarray, kernel: np.ndarray, last_bin: int) -> np.ndarray:
    """Return the charge of each neuron of a convolution at the end of each image.

    Parameters
    ----------
    trains
        Spike trains of the layer below, int32 ``(n, maps, height, width)``, bit k for bin k.
    kernel
        Shape ``(size, size, maps in, maps out)``.
    last_bin
        First bin in which spikes come too late.

    Returns
    -------
    charges : array
        Shape ``(n, height, width, maps out)``.
    """
    n_spikes = np.bitwise_count(trains & ((1 << last_bin) - 1)).astype(np.float32)
    pad = kernel.shape[0] // 2
    padded = np.pad(n_spikes, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2], axis=(2, 3))
    weights = np.asarray(kernel, np.float32)
    return np.stack([np.tensordot(image, weights, axes=((3, 4, 0), (0, 1, 2))) for image in windows])


def drive(charged: np.ndarray, competes: bool) -> np.ndarray:
    """Return the charges to compare with the threshold: if neurons compete, the largest one at each location."""
    return charged.max(axis=-1).ravel() if competes else charged.ravel()


def threshold(driven: np.ndarray, wanted: float) -> float:
    """Return the threshold at which the share that fires is nearest to the share `wanted`.

    It lies halfway between the lowest charge that reaches it and the next lower one.

    Raises
    ------
    StimulusError
        If there is no charge.
    """
    values, counts = np.unique(driven, return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / len(driven)
    first = int(np.searchsorted(values, 0.0, side="right"))
    if first == len(values):
        raise StimulusError(
            "No training image causes a spike that reaches a convolution, so its threshold cannot be set; give images "
            "with more contrast, or switch homeostasis off with --set protocol.homeostasis=off."
        )
    nearest = first + int(np.argmin(np.abs(shares[first:] - wanted)))
    lower = values[nearest - 1] if nearest > first else 0.0
    return float(values[nearest] + lower) / 2


def wanted(relative: float, trains: np.ndarray, competes: bool) -> float:
    """Return the share of a layer that should fire, given the spike trains of the layer below."""
    below = float((trains != 0).any(axis=1).mean())
    return min(relative * below, MOST if competes else 1.0)


def adjusted(driven: np.ndarray, usual: float, wanted: float, competes: bool, tolerance: float = 1.0) -> float:
    """Return the threshold at which the share `wanted` fires, or the usual one if it is close enough to that.

    It differs from the usual one by a factor of at most `LARGEST_FACTOR`.

    Parameters
    ----------
    competes
        Whether neurons compete, and so fire above the threshold; otherwise they also fire at it.
    tolerance
        Factor by which the share may be larger or smaller without the threshold being changed.
    """
    share = float((driven > usual if competes else driven >= usual).mean())
    if tolerance > 1 and wanted / tolerance <= share <= wanted * tolerance:
        return usual
    return float(np.clip(threshold(driven, wanted), usual / LARGEST_FACTOR, usual * LARGEST_FACTOR))
