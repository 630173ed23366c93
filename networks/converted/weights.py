"""Weights of a trained convolutional network: read from a file, and matched to its layers.

A file is ``.npz`` or ``.safetensors`` with arrays ``NAME.weight``, ``(maps out, maps in, height, width)`` for a
convolution and ``(out, in)`` for a dense layer, and ``NAME.bias``, as PyTorch has them. It may hold
``NAME.largest``, the largest activation of each map, and a description of its layers (an array or metadata ``layers``);
the layout of torchvision's AlexNet is recognised without one.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from networks.converted.layers import ALEXNET, GRAMMAR, Described, Kernels, MaxPool, described
from networks.naming.layers import Shape
from spiking_engrams.errors import ParameterError

DIGITS = Path(__file__).with_name("digits.npz")  # made by benchmarks/train_convnet.py
ENDINGS = (".npz", ".safetensors")


@dataclass(frozen=True)
class Trained:
    """A trained network: what its file holds.

    Attributes
    ----------
    arrays
        Weights and biases by name.
    layers
        Description of the layers.
    """

    arrays: dict[str, np.ndarray]
    layers: str


@dataclass(frozen=True)
class Stage:
    """A layer with its name in the circuit, what it reads, its shape, and its weights if it has some.

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
        If there is no such file, it cannot be read, or does not say what its layers are.
    """
    file = Path(path) if path else DIGITS
    if file.suffix not in ENDINGS or not file.is_file():
        raise ParameterError(f"Weights '{path}': there is no such file that ends in {' or '.join(ENDINGS)}.")
    try:
        arrays, texts = _npz(file) if file.suffix == ".npz" else _safetensors(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ParameterError(f"Weights '{path}' cannot be read ({error}); save them again.") from error
    known = layers or texts.get("layers", "") or (ALEXNET if _is_alexnet(arrays) else "")
    if not known:
        raise ParameterError(
            f"Weights '{path}' hold {', '.join(sorted(arrays)[:8])} and do not say what the layers are: give --set "
            f'layers="..." as {GRAMMAR}.'
        )
    return Trained(arrays, known)


def stages(trained: Trained, size: tuple[int, int], last: str = "") -> list[Stage]:
    """Return the layers on an input of a size in pixels, up to the one called `last` in the circuit (all if empty).

    Raises
    ------
    ParameterError
        If weights are missing, are no numbers, or do not fit what they read, or there is no such layer.
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


def n_channels(trained: Trained) -> int:
    """Return how many channels the input has; 1 where the first layer is dense."""
    first = described(trained.layers)[0]
    return int(_array(trained, f"{first.name}.weight").shape[1]) if first.kind == "conv" else 1


def _pool(name: str, source: str, layer: Described, shape: Shape) -> Stage:
    pool = MaxPool(layer.first, layer.second)
    return Stage(name, source, pool, shape, pool.output(shape))


def _kernels(name: str, source: str, layer: Described, shape: Shape, trained: Trained) -> Stage:
    weight = _array(trained, f"{layer.name}.weight")
    dense = layer.kind == "dense"
    wanted = int(np.prod(shape)) if dense else shape[0]
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
    found = np.asarray(trained.arrays[name], float)
    if not np.all(np.isfinite(found)):
        raise ParameterError(f"Array '{name}' holds numbers that are not finite.")
    return found


def _npz(file: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    with np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    texts = {name: str(array) for name, array in arrays.items() if array.dtype.kind == "U"}
    return {name: array for name, array in arrays.items() if name not in texts}, texts


def _safetensors(file: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), "numpy") as stored:
            return {name: stored.get_tensor(name) for name in stored.keys()}, stored.metadata() or {}
    except (SafetensorError, TypeError) as error:  # TypeError: bfloat16, which NumPy lacks
        raise ValueError(str(error)) from error


def _is_alexnet(arrays: dict[str, np.ndarray]) -> bool:
    names = {f"{layer.name}.weight" for layer in described(ALEXNET) if layer.kind == "conv"}
    return names <= set(arrays) and arrays["features.0.weight"].shape[1:] == (3, 11, 11)
