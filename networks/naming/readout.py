"""Read-outs of states and recordings of the naming network, and parts of it that are shown recorded spikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from networks.naming.feature_layers import layer_name
from networks.naming.layers import Conv, Layer, Shape
from networks.naming.parameters import Parameters
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import ScheduleError
from spiking_engrams.state.recording import Recording

SILENT_NAME = -1  # the answer when no name neuron fires


def named_layers(parameters: Parameters) -> dict[str, Layer]:
    """Return the layers by name, from the input on."""
    numbered = enumerate(parameters.layers, start=parameters.first_layer)
    return {layer_name(number, layer): layer for number, layer in numbered}


def convolutions(parameters: Parameters) -> dict[str, Conv]:
    """Return the convolutions by name."""
    return {name: layer for name, layer in named_layers(parameters).items() if isinstance(layer, Conv)}


def shapes(parameters: Parameters) -> dict[str, Shape]:
    """Return maps, height and width of the input and of every layer by name."""
    shape: Shape = (parameters.channels, parameters.height, parameters.width)
    found = {"input": shape}
    for name, layer in named_layers(parameters).items():
        found[name] = shape = layer.output(shape)
    return found


def reach(parameters: Parameters, name: str) -> int:
    """Return how many pixels of the input a neuron of a layer sees on each side of its location."""
    pixels, jump = 0, 1
    for other, layer in named_layers(parameters).items():
        pixels += layer.size // 2 * jump
        jump *= layer.stride
        if other == name:
            break
    return pixels


def kernel_shapes(parameters: Parameters) -> dict[str, tuple[int, int, int, int]]:
    """Return the shape of the kernels of every convolution: size, size, maps in, maps out."""
    found, below = {}, parameters.channels
    for name, layer in convolutions(parameters).items():
        found[name] = (layer.size, layer.size, below, layer.n_maps)
        below = layer.n_maps
    return found


def trains_of(circuit: Circuit, recording: Recording, name: str) -> np.ndarray:
    """Return the spike trains of a recorded population for each image, to be shown to the part `above` it.

    Returns
    -------
    trains : array
        int32, shape ``(n_images, maps, height, width)``; bit k is set if there was a spike in bin k.
    """
    shape, time = shapes(cast(Parameters, circuit.parameters))[name], circuit.phases.time
    steps, index = recording.spikes[name]
    found = np.zeros((recording.n_steps // time.n_steps, int(np.prod(shape))), dtype=np.int32)
    bits = 1 << (steps % time.n_steps // time.bin_steps)
    np.bitwise_or.at(found, (steps // time.n_steps, index), bits.astype(np.int32))
    return found.reshape(-1, *shape)


def above(circuit: Circuit, name: str, max_images: int = 400) -> Parameters:
    """Return the parameters of the part of a network above a layer, to which recorded spikes of the layer are shown.

    Above the concept neurons only the names are left, which then cannot weight backward spikes by a potential.
    """
    parameters, time = cast(Parameters, circuit.parameters), circuit.phases.time
    layers = named_layers(parameters)
    position = list(layers).index(name) + 1
    n_convs = sum(isinstance(layer, Conv) for layer in list(layers.values())[position:])
    kept = {f"learning.{what}": _last(getattr(parameters.learning, what), n_convs) for what in ("images", "rates")}
    channels, height, width = shapes(parameters)[name]
    return parameters.replace(
        {
            "channels": channels, "height": height, "width": width, "layers": parameters.layers[position:],
            "first_layer": parameters.first_layer + position, "last_bin": time.last_bin, "max_images": max_images,
            "names.thresholds": _last(parameters.names.thresholds, n_convs - 1),
            "retina.n_bins": min(time.n_bins - 4, 25), **kept,
        }
    )  # fmt: skip


def _last(values: tuple[float, ...], n: int) -> tuple[float, ...]:
    """Return the last n values."""
    return values[len(values) - max(n, 0) :]


def kernels(parameters: Parameters, state: Any) -> dict[str, np.ndarray]:
    """Return the kernels in a state by layer, shape ``(size, size, maps in, maps out)``."""
    shaped = kernel_shapes(parameters).items()
    return {name: np.asarray(state[f"{name}_kernels.w"]).reshape(shape) for name, shape in shaped}


def with_kernels(parameters: Parameters, state: Any, given: Sequence[np.ndarray]) -> Any:
    """Return a state with other kernels, one per convolution.

    Raises
    ------
    ScheduleError
        If their shapes are wrong.
    """
    shaped = kernel_shapes(parameters)
    if [np.shape(kernel) for kernel in given] != list(shaped.values()):
        raise ScheduleError(
            f"Kernels have shapes {[np.shape(kernel) for kernel in given]}; this network has {list(shaped.values())}."
        )
    return changed(state, {f"{name}_kernels.w": np.ravel(kernel) for name, kernel in zip(shaped, given, strict=True)})


def changed(state: Any, values: Any) -> Any:
    """Return a state with some variables changed, ``"object.variable"`` -> array."""
    return replace(state, values={**state.values, **values})


def potentials(parameters: Parameters, recording: Recording) -> np.ndarray:
    """Return the potentials of the last layer at the end of each image, shape ``(n, maps, height, width)``."""
    name, shape = list(shapes(parameters).items())[-1]
    return recording.traces[f"{name}.charge"].reshape(-1, *shape)


def largest(potentials: np.ndarray, grid: int) -> np.ndarray:
    """Return the largest potential of each map in grid x grid parts, ``(n_images, n_maps*grid**2)``."""
    rows, columns = (np.array_split(np.arange(size), min(grid, size)) for size in potentials.shape[2:])
    parts = [potentials[:, :, row][:, :, :, column].max(axis=(2, 3)) for row in rows for column in columns]
    return np.concatenate(parts, axis=1)


def answers(circuit: Circuit, recording: Recording) -> np.ndarray:
    """Return the name neuron that fired after each image (-1 if none, the first if several), int ``(n_images,)``."""
    time = circuit.phases.time
    steps, index = recording.spikes["names"]
    found = np.full(recording.n_steps // time.n_steps, SILENT_NAME)
    spoken = steps % time.n_steps == time.end + 1
    for step, name in zip(steps[spoken][::-1], index[spoken][::-1], strict=True):
        found[step // time.n_steps] = name
    return found
