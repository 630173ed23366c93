"""Weights of a trained convolutional network: read from a file, and matched to its layers.

A file is ``.npz`` or ``.safetensors`` with arrays ``NAME.weight``, ``(maps out, maps in, height, width)`` for a
convolution and ``(out, in)`` for a dense layer, and ``NAME.bias``, as PyTorch has them. It may hold
``NAME.largest``, the largest activation of each map, and a description of its layers (an array or metadata ``layers``);
the layout of torchvision's AlexNet is recognised without one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from networks.converted.layers import ALEXNET, GRAMMAR, Described, Kernels, MaxPool, described
from networks.converted.parameters import Parameters
from networks.converted.weight_files import read_file
from networks.naming.layers import Shape
from spiking_engrams.errors import ParameterError

DIGITS = Path(__file__).with_name("digits.npz")  # made by benchmarks/train_convnet.py


@dataclass(frozen=True)
class Trained:
    """A trained network, as stored in its file.

    Attributes
    ----------
    arrays
        Weights and biases by name.
    layers
        Description of the layers.
    path
        The file, for error messages.
    """

    arrays: dict[str, np.ndarray]
    layers: str
    path: str = ""


@dataclass(frozen=True)
class Stage:
    """A layer with its name in the circuit, its input, its shape, and its weights if it has any.

    Attributes
    ----------
    kernel
        Shape ``(height, width, maps in, maps out)``; empty for a pool.
    bias
        Shape ``(maps out,)``; empty for a pool.
    """

    name: str
    source: str
    layer: Kernels | MaxPool
    below: Shape
    shape: Shape
    kernel: np.ndarray = field(default_factory=lambda: np.zeros(0))
    bias: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def pools(self) -> bool:
        """Whether it has no weights."""
        return isinstance(self.layer, MaxPool)


def read(path: str, layers: str = "") -> Trained:
    """Return what a file holds, with `layers` in place of its own description if given.

    Raises
    ------
    ParameterError
        If there is no such file, or it cannot be read or does not say what its layers are.
    """
    arrays, texts = read_file(Path(path) if path else DIGITS)
    known = layers or texts.get("layers", "") or (_alexnet(arrays) if _is_alexnet(arrays) else "")
    if not known:
        raise ParameterError(
            f"Weights '{path}' hold {', '.join(sorted(arrays)[:8])} and do not say what the layers are: give --set "
            f'layers="..." as {GRAMMAR}.'
        )
    return Trained(arrays, known, path)


def stages(trained: Trained, size: tuple[int, int], last: str = "") -> list[Stage]:
    """Return the layers for an input of a size in pixels, up to the one called `last` in the circuit (all if empty).

    Raises
    ------
    ParameterError
        If weights are missing, are not numbers, or do not fit their input, or there is no such layer.
    """
    found, source = list[Stage](), "input"
    shape: Shape = (n_channels(trained), *size)
    for number, layer in enumerate(described(trained.layers), start=1):
        name = f"{layer.kind}{number}"
        stage = (
            _pool(name, source, layer, shape) if layer.kind == "pool" else _kernels(name, source, layer, shape, trained)
        )
        if min(stage.shape) < 1:
            raise ParameterError(
                f"Layer {name} reads maps of {shape[1]} x {shape[2]} pixels and nothing is left of them; show larger "
                f"images (height, width), or end below it (--set last={source})."
            )
        found.append(stage)
        source, shape = name, stage.shape
        if name == last:
            return found
    if last:
        raise ParameterError(f"There is no layer '{last}' to end with; there are {', '.join(s.name for s in found)}.")
    return found


def converted_stages(parameters: Parameters) -> list[Stage]:
    """Return the layers of the circuit with the given parameters."""
    return stages(read(parameters.weights, parameters.layers), (parameters.height, parameters.width), parameters.last)


def n_channels(trained: Trained) -> int:
    """Return the number of channels of the input; 1 if the first layer is dense."""
    first = described(trained.layers)[0]
    if first.kind == "dense":
        return 1
    weight = _array(trained, f"{first.name}.weight")
    if weight.ndim != 4:
        raise ParameterError(
            f"{first.name}.weight has shape {weight.shape}; a convolution has (out, in, height, width)."
        )
    return int(weight.shape[1])


def largest_of(trained: Trained, stage: Stage) -> np.ndarray | None:
    """Return the largest activation of each map as stored in the file, ``(maps,)``, or None.

    Raises
    ------
    ParameterError
        If it is not one number of at least 0 for each map.
    """
    name = f"{stage.layer.name}.largest"  # type: ignore[union-attr]
    if name not in trained.arrays:
        return None
    found = _array(trained, name)
    if found.shape != (stage.shape[0],) or found.min() < 0 or found.max() <= 0:
        raise ParameterError(
            f"Array '{name}' has shape {found.shape}; give {stage.shape[0]} numbers from 0, one per map."
        )
    return found


def fingerprints(images: np.ndarray) -> np.ndarray:
    """Return a number for each image, uint64 ``(n,)``, by which a file identifies the images of its training."""
    digests = (hashlib.sha256(np.ascontiguousarray(image, np.float32).tobytes()).digest() for image in images)
    return np.array([int.from_bytes(digest[:8], "big") for digest in digests], np.uint64)


def _pool(name: str, source: str, layer: Described, shape: Shape) -> Stage:
    pool = MaxPool(layer.first, layer.second)
    return Stage(name, source, pool, shape, pool.output(shape))


def _kernels(name: str, source: str, layer: Described, shape: Shape, trained: Trained) -> Stage:
    weight = _array(trained, f"{layer.name}.weight")
    dense = layer.kind == "dense"
    wanted = int(np.prod(shape)) if dense else shape[0]
    if not dense and weight.ndim == 4 and weight.shape[1] != wanted:
        raise ParameterError(
            f"{layer.name}.weight has kernels for {weight.shape[1]} maps and layer {name} reads {wanted}: layers are "
            "in a different order, or convolutions are grouped, which cannot be converted."
        )
    if weight.ndim != (2 if dense else 4) or weight.shape[1] != wanted:
        raise ParameterError(
            f"{layer.name}.weight has shape {weight.shape} and layer {name} reads {shape[0]} maps of {shape[1]} x "
            f"{shape[2]}, {wanted} inputs: weights were trained on images of another size; change height and width, or "
            f"end below this layer (--set last={source})."
        )
    kernel = weight.reshape(len(weight), *shape) if dense else weight
    kernels = Kernels(layer.name, len(weight), kernel.shape[2:], layer.first, layer.second, dense)
    bias = _array(trained, f"{layer.name}.bias") if f"{layer.name}.bias" in trained.arrays else np.zeros(len(weight))
    if bias.shape != (len(weight),):
        raise ParameterError(f"{layer.name}.bias has shape {bias.shape}; {len(weight)} maps need as many.")
    return Stage(name, source, kernels, shape, kernels.output(shape), kernel.transpose(2, 3, 1, 0), bias)


def _array(trained: Trained, name: str) -> np.ndarray:
    if name not in trained.arrays:
        raise ParameterError(
            f"There is no array '{name}' in the file; there are {', '.join(sorted(trained.arrays)[:12])}."
        )
    stored = trained.arrays[name]
    found = stored.astype(float) if stored.dtype.kind in "fiu" and stored.size else np.full(1, np.nan)
    if not np.all(np.isfinite(found)):
        of_file = f" of '{trained.path}'" if trained.path else ""
        raise ParameterError(
            f"Array '{name}'{of_file} ({stored.dtype}, shape {stored.shape}) is empty, or holds values that are not "
            "finite real numbers; save the weights again, as float32."
        )
    return found


def _alexnet(arrays: dict[str, np.ndarray]) -> str:
    """Return the layers of torchvision's AlexNet, without the dense ones if the file has convolutions only."""
    return ALEXNET if "classifier.1.weight" in arrays else ALEXNET.partition("; dense")[0]


def _is_alexnet(arrays: dict[str, np.ndarray]) -> bool:
    names = {f"{layer.name}.weight" for layer in described(ALEXNET) if layer.kind == "conv"}
    return names <= set(arrays) and arrays["features.0.weight"].shape[1:] == (3, 11, 11)
