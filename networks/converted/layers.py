"""Layers of a trained convolutional network as data: their names, and which neurons they connect."""

from __future__ import annotations

import re
from dataclasses import dataclass

from networks.naming.layers import Shape
from spiking_engrams.errors import ParameterError

CONV = re.compile(r"conv (\S+)(?: stride ([1-9]\d*))?(?: pad (\d+))?")
POOL = re.compile(r"pool (\d+) / (\d+)")
DENSE = re.compile(r"dense (\S+)")
GRAMMAR = (
    "'conv NAME [stride N] [pad N]', 'pool SIZE / STRIDE' or 'dense NAME', separated by semicolons; the file has "
    "arrays NAME.weight and NAME.bias, and each conv and dense is followed by a ReLU, except a last dense one"
)
ALEXNET = (  # torchvision's numbers of its layers (Krizhevsky 2014, arXiv 1404.5997)
    "conv features.0 stride 4 pad 2; pool 3 / 2; conv features.3 pad 2; pool 3 / 2; conv features.6 pad 1; "
    "conv features.8 pad 1; conv features.10 pad 1; pool 3 / 2; dense classifier.1; dense classifier.4; "
    "dense classifier.6"
)


@dataclass(frozen=True)
class Kernels:
    """Maps that apply kernels; a dense layer is one whose kernels are as large as its input.

    Attributes
    ----------
    name
        Name of the arrays of weights and biases.
    sizes
        Height and width of the kernels; for a dense layer those of its input.
    """

    name: str
    n_maps: int
    sizes: tuple[int, int]
    stride: int = 1
    pad: int = 0
    dense: bool = False

    def output(self, shape: Shape) -> Shape:
        """Return the shape of the layer for an input of a given shape."""
        height, width = (
            (n + 2 * self.pad - size) // self.stride + 1 for n, size in zip(shape[1:], self.sizes, strict=True)
        )
        return self.n_maps, height, width


@dataclass(frozen=True)
class MaxPool:
    """Windows of `size` pixels every `stride` pixels that pass on the largest rate; the border is left out."""

    size: int
    stride: int
    offset: int = 0

    def output(self, shape: Shape) -> Shape:
        """Return the shape of the layer for an input of a given shape."""
        height, width = ((n - self.size) // self.stride + 1 for n in shape[1:])
        return shape[0], height, width


@dataclass(frozen=True)
class Described:
    """A layer as described in text, before its weights are known: kind, name, and two numbers."""

    kind: str
    name: str = ""
    first: int = 1
    second: int = 0


def described(text: str) -> tuple[Described, ...]:
    """Return the layers that a text such as ``"conv c1 pad 2; pool 2 / 2; dense d1"`` describes.

    Raises
    ------
    ParameterError
        If a layer cannot be read, or a convolution follows a dense layer.
    """
    layers = tuple(_described(part.strip()) for part in text.split(";") if part.strip())
    kinds = [layer.kind for layer in layers]
    if not layers or kinds[0] == "pool":
        raise ParameterError(f"Layers '{text}' do not begin with a convolution or dense layer; write {GRAMMAR}.")
    if "dense" in kinds and set(kinds[kinds.index("dense") :]) != {"dense"}:
        raise ParameterError(f"Layers '{text}': after a dense layer only dense ones can follow.")
    return layers


def _described(text: str) -> Described:
    if found := CONV.fullmatch(text):
        return Described("conv", found[1], int(found[2] or 1), int(found[3] or 0))
    if found := DENSE.fullmatch(text):
        return Described("dense", found[1])
    found = POOL.fullmatch(text)
    if found and int(found[1]) > 0 and int(found[2]) > 0:
        return Described("pool", "", int(found[1]), int(found[2]))
    raise ParameterError(f"Layer '{text}' cannot be read; write {GRAMMAR}.")
