"""The network before its conversion: activations by convolutions and ReLU, used for units and comparisons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from networks.converted.layers import Kernels
from networks.converted.weights import Stage, Trained, largest_of

PERCENTILE = 99.9  # of the activations of a map; it counts as the largest (Rueckauer et al. 2017)
LEAST = 0.1


def activations(stages: Sequence[Stage], images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the activations of all layers, ``(n, maps, height, width)`` by name; the last one has no ReLU if dense.

    Parameters
    ----------
    images
        Input, ``(n, channels, height, width)``.
    """
    found, below = dict[str, np.ndarray](), np.asarray(images, float)
    for number, stage in enumerate(stages):
        layer = stage.layer
        if isinstance(layer, Kernels):
            below = convolved(below, stage.kernel, layer.stride, layer.pad) + stage.bias[:, None, None]
            ends = layer.dense and number == len(stages) - 1
            below = below if ends else np.maximum(below, 0)
        else:
            size, stride = layer.size, layer.stride
            below = sliding_window_view(below, (size, size), axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))
        found[stage.name] = below
    return found


def largest(trained: Trained, stages: Sequence[Stage], images: np.ndarray) -> dict[str, np.ndarray]:
    """Return for each layer with weights the activation that few neurons of each map exceed, ``(maps,)``.

    It is read from the file if stored there, otherwise taken from these images. Maps that are hardly active count as
    `LEAST` of the largest.
    """
    weighted = [stage for stage in stages if not stage.pools]
    named = {stage.name: largest_of(trained, stage) for stage in weighted}
    known = {name: values for name, values in named.items() if values is not None}
    if len(known) < len(named):
        seen = activations(stages, images)
        known = {s.name: np.percentile(np.abs(seen[s.name]), PERCENTILE, axis=(0, 2, 3)) for s in weighted}
    return {name: np.maximum(values, max(LEAST * values.max(), 1e-9)) for name, values in known.items()}


def noise(shape: tuple[int, int, int], n: int = 16) -> np.ndarray:
    """Return images ``(n, *shape)`` whose amplitude falls as 1/frequency, as in nature; 0 to 1, always the same."""
    generator = np.random.default_rng(1)
    _, height, width = shape
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    spectrum = np.fft.fft2(generator.standard_normal((n, height, width))) / np.maximum(
        frequency, 1 / max(height, width)
    )
    grey = np.real(np.fft.ifft2(spectrum))
    low, high = (edge(grey, axis=(1, 2), keepdims=True) for edge in (np.min, np.max))
    return np.repeat(((grey - low) / np.maximum(high - low, 1e-9))[:, None], shape[0], axis=1)


def convolved(images: np.ndarray, kernel: np.ndarray, stride: int = 1, pad: int = 0) -> np.ndarray:
    """Return the correlation of ``(n, maps in, y, x)`` with a kernel ``(height, width, maps in, maps out)``.

    One image at a time: the windows of all images at once would take much memory.
    """
    padded = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, kernel.shape[:2], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.stack([np.tensordot(kernel, each, ((2, 0, 1), (0, 3, 4))) for each in windows])
