"""What the naming network is shown, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from networks.naming.circuit import layer_name
from networks.naming.layers import Conv, parse_layers
from networks.naming.parameters import Parameters
from spiking_engrams.errors import ScheduleError
from spiking_engrams.recording import Recording
from spiking_engrams.schedule import Phase


def see(parameters: Parameters, latencies: np.ndarray, kernels: Sequence[np.ndarray], name: str = "see") -> Phase:
    """Return a phase that shows images one after the other.

    Parameters
    ----------
    latencies
        Time step in which each pixel fires, -1 if never: shape ``(n, channels, height, width)``, at most
        ``max_images``; see `spiking_engrams.stimuli.latencies`.
    kernels
        One per convolution, shape ``(size, size, maps in, maps out)``.

    Raises
    ------
    ScheduleError
        If images or kernels have other shapes, or a pixel fires after step ``n_bins``.
    """
    p = parameters
    wanted = (p.channels, p.height, p.width)
    latencies = np.asarray(latencies)
    if latencies.shape[1:] != wanted or not 1 <= len(latencies) <= p.max_images:
        raise ScheduleError(
            f"Phase '{name}' shows images of shape {latencies.shape}; allowed is (n, {', '.join(map(str, wanted))}) "
            f"with n from 1 to {p.max_images}."
        )
    if latencies.max() > p.n_bins:
        raise ScheduleError(
            f"Phase '{name}': a pixel fires in step {latencies.max()}; the last is {p.n_bins} (n_bins)."
        )
    shapes = kernel_shapes(p)
    if [np.shape(kernel) for kernel in kernels] != list(shapes.values()):
        raise ScheduleError(
            f"Phase '{name}': kernels have shapes {[np.shape(kernel) for kernel in kernels]}; this network has "
            f"{list(shapes.values())}."
        )
    patterns = {f"{n}_kernels": np.reshape(kernel, (1, -1)) for n, kernel in zip(shapes, kernels, strict=True)}
    patterns["images"] = latencies.reshape(len(latencies), -1)
    return Phase(name, len(latencies), {"images_index": np.arange(len(latencies), dtype=float)}, patterns)


def kernel_shapes(parameters: Parameters) -> dict[str, tuple[int, int, int, int]]:
    """Return the shape of the kernels of every convolution: size, size, maps in, maps out."""
    shapes, channels = {}, parameters.channels
    for number, layer in enumerate(parse_layers(parameters.layers), start=1):
        if isinstance(layer, Conv):
            shapes[layer_name(number, layer)] = (layer.size, layer.size, channels, layer.n_maps)
            channels = layer.n_maps
    return shapes


def potentials(parameters: Parameters, recording: Recording) -> np.ndarray:
    """Return the potentials of the last layer at the end of each image, shape ``(n, maps, height, width)``."""
    shape = (parameters.channels, parameters.height, parameters.width)
    layers = parse_layers(parameters.layers)
    for layer in layers:
        shape = layer.output(shape)
    return recording.traces[f"{layer_name(len(layers), layers[-1])}.v"].reshape(-1, *shape)
