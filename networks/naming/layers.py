"""Layers of a convolutional spiking network as data, and which neurons they connect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.kinds import Written
from spiking_engrams.values import plain
from spiking_engrams.values.plain import in_short

Shape = tuple[int, int, int]  # maps, height, width; neuron index = (map*height + y)*width + x


@dataclass(frozen=True)
class Conv:
    """`n_maps` maps that apply a kernel of `size` pixels at every location; with a threshold of inf they never fire.

    Attributes
    ----------
    learning_threshold
        The threshold while this layer or one above it is in training; `threshold` if it is not given.
    n_winners
        Maps that may learn in one time step.
    radius
        Distance in pixels, in both directions, within which a winner keeps other maps from learning; half of `size`
        if it is not given.

    Raises
    ------
    ParameterError
        If a number has the wrong type or range, or the size is even.
    """

    n_maps: int
    size: int
    threshold: float
    learning_threshold: float = np.nan
    n_winners: int = 1
    radius: int = -1
    stride = 1

    def __post_init__(self) -> None:
        for name in ("n_maps", "size", "n_winners"):
            plain.whole(getattr(self, name), f"Conv.{name} is", low=1)
        plain.whole(self.radius, "Conv.radius is", low=-1)
        if self.size % 2 == 0:
            raise ParameterError(f"Conv.size is {self.size}; the size of a convolution must be odd.")
        if isinstance(self.learning_threshold, float) and np.isnan(self.learning_threshold):
            object.__setattr__(self, "learning_threshold", self.threshold)
        if self.radius < 0:
            object.__setattr__(self, "radius", self.size // 2)
        for name in ("threshold", "learning_threshold"):
            value = getattr(self, name)
            is_number = isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool)
            if not is_number or not value >= 0:
                raise ParameterError(
                    f"Conv.{name} is {plain.shown(value)}; it takes a number from 0, or inf to never fire."
                )
            object.__setattr__(self, name, float(value))

    def __str__(self) -> str:
        """Return the text that describes the layer."""
        learning = f"learn > {in_short(self.learning_threshold)} winners {self.n_winners} radius {self.radius}"
        return f"conv {self.n_maps} x {self.size} > {in_short(self.threshold)} {learning}"

    @property
    def sizes(self) -> tuple[int, int]:
        """Height and width of the kernels."""
        return self.size, self.size

    @property
    def pad(self) -> int:
        """Pixels by which kernels reach beyond the border."""
        return self.size // 2

    def output(self, shape: Shape) -> Shape:
        """Return the shape of the layer for an input of a given shape."""
        return self.n_maps, shape[1], shape[2]


@dataclass(frozen=True)
class Pool:
    """Windows of `size` pixels every `stride` pixels that pass on spikes, in an `exclusive` layer only the first."""

    size: int
    stride: int
    exclusive: bool = False

    def __post_init__(self) -> None:
        for name in ("size", "stride"):
            plain.whole(getattr(self, name), f"Pool.{name} is", low=1)
        if not isinstance(self.exclusive, bool):
            raise ParameterError(f"Pool.exclusive is {plain.shown(self.exclusive)}; it takes True or False.")

    def __str__(self) -> str:
        """Return the text that describes the layer."""
        return f"pool {self.size} / {self.stride}{' exclusive' * bool(self.exclusive)}"

    @property
    def offset(self) -> int:
        """Pixels from the corner of a window to its location."""
        return self.size // 2

    def output(self, shape: Shape) -> Shape:
        """Return the shape of the layer for an input of a given shape."""
        return shape[0], -(-shape[1] // self.stride), -(-shape[2] // self.stride)


Layer = Conv | Pool
NUMBER = r"\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?"
CONV = re.compile(
    rf"conv (\d{{1,9}}) x (\d{{1,9}}) > (inf|{NUMBER})"
    rf"(?: learn > (inf|{NUMBER}) winners (\d{{1,9}}) radius (\d{{1,9}}))?"
)
POOL = re.compile(r"pool (\d{1,9}) / (\d{1,9})( exclusive)?")
GRAMMAR = (
    "'conv MAPS x SIZE > THRESHOLD [learn > THRESHOLD winners N radius PIXELS]' or 'pool SIZE / STRIDE [exclusive]', "
    "separated by semicolons"
)


def _parsed(text: str) -> tuple[Layer, ...]:
    """Return the layers that a text such as ``"conv 4 x 5 > 10; pool 7 / 6 exclusive"`` describes."""
    return tuple(_parse(part.strip()) for part in text.split(";") if part.strip())


def _parse(text: str) -> Layer:
    conv, pool = CONV.fullmatch(text), POOL.fullmatch(text)
    if conv and int(conv[1]) > 0 and int(conv[2]) % 2 == 1:
        given = (float(conv[4]), int(conv[5]), int(conv[6])) if conv[4] else ()
        if given and not given[1]:
            raise ParameterError(f"'{text}' cannot learn; let 1 or more maps win.")
        return Conv(int(conv[1]), int(conv[2]), float(conv[3]), *given)
    if pool and int(pool[1]) > 0 and int(pool[2]) > 0:
        return Pool(int(pool[1]), int(pool[2]), bool(pool[3]))
    raise ParameterError(f"Layer '{text}' cannot be read; write {GRAMMAR}, with convolutions of odd size.")


LAYERS = Written(
    _parsed, lambda layers: "; ".join(map(str, layers)), (Conv, Pool), "layers, such as (Conv(20, 5, 8), Pool(2, 2))"
)


def check_layers(layers: tuple[Layer, ...]) -> None:
    """Raise if a layer before another one never fires, or a convolution cannot learn or directly follows another."""
    if not layers:
        raise ParameterError(f"The naming network has no layer; write {GRAMMAR}.")
    for layer in layers[:-1]:
        if isinstance(layer, Conv) and not np.isfinite(layer.threshold):
            raise ParameterError(f"Layer {layer} never fires, so no layer can follow it; give it a threshold.")
    for layer, following in pairwise(layers):
        if isinstance(layer, Conv) and isinstance(following, Conv):
            raise ParameterError(
                f"A convolution follows another in '{LAYERS.write(layers)}'; put a pool between them, such as "
                "'pool 1 / 1'."
            )
    for layer in layers:
        if isinstance(layer, Conv) and not np.isfinite(layer.learning_threshold):
            raise ParameterError(f"{layer} cannot learn; add 'learn > THRESHOLD winners N radius PIXELS', N from 1.")


class Convolving(Protocol):
    """A layer of kernels: maps, height and width, stride, and how far kernels reach beyond the border."""

    @property
    def n_maps(self) -> int: ...
    @property
    def sizes(self) -> tuple[int, int]: ...
    @property
    def stride(self) -> int: ...
    @property
    def pad(self) -> int: ...
    def output(self, shape: Shape) -> Shape: ...


@runtime_checkable
class Pooling(Protocol):
    """A layer of windows: their size, stride, and the distance of their corner from their location."""

    @property
    def size(self) -> int: ...
    @property
    def stride(self) -> int: ...
    @property
    def offset(self) -> int: ...
    def output(self, shape: Shape) -> Shape: ...


def n_synapses(shape: Shape, layer: Convolving | Pooling) -> int:
    """Return the number of synapses of a layer for an input of a given shape, without making them."""
    sides = list(zip(shape[1:], layer.output(shape)[1:], strict=True))
    if isinstance(layer, Pooling):
        pairs = [len(_windows(n, n_out, layer)[0]) for n, n_out in sides]
        return shape[0] * pairs[0] * pairs[1]
    pairs = [
        len(_reach(*side, size, layer.stride, layer.pad)[0]) for side, size in zip(sides, layer.sizes, strict=True)
    ]
    return shape[0] * layer.n_maps * pairs[0] * pairs[1]


def conv_synapses(shape: Shape, layer: Convolving) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return source, target and kernel index of every synapse, int32 ``(n,)``, sorted by source.

    The kernel index points into a kernel of shape ``(height, width, maps in, maps out)`` in C order; the kernel is
    correlated with the input, and reaches beyond the border, where there is no input.
    """
    channels, height, width = shape
    _, n_rows, n_columns = layer.output(shape)
    row = _reach(height, n_rows, layer.sizes[0], layer.stride, layer.pad)
    column = _reach(width, n_columns, layer.sizes[1], layer.stride, layer.pad)
    in_y, out_y, k_y = (values[:, None] for values in row)
    in_x, out_x, k_x = (values[None, :] for values in column)
    source = (in_y * width + in_x).ravel()
    target = (out_y * n_columns + out_x).ravel()
    place = (k_y * layer.sizes[1] + k_x).ravel()
    i, j, k = (np.empty((len(source), channels, layer.n_maps), np.int32) for _ in range(3))
    i[:] = source[:, None, None] + height * width * np.arange(channels)[:, None]
    j[:] = target[:, None, None] + n_rows * n_columns * np.arange(layer.n_maps)
    k[:] = (place[:, None, None] * channels + np.arange(channels)[:, None]) * layer.n_maps + np.arange(layer.n_maps)
    order = np.argsort(i.ravel(), kind="stable")
    return i.ravel()[order], j.ravel()[order], k.ravel()[order]


def pool_synapses(shape: Shape, layer: Pooling) -> tuple[np.ndarray, np.ndarray]:
    """Return source and target of every synapse, int32 ``(n,)``, sorted by source."""
    channels, height, width = shape
    _, n_rows, n_columns = layer.output(shape)
    in_y, out_y = (values[:, None] for values in _windows(height, n_rows, layer))
    in_x, out_x = (values[None, :] for values in _windows(width, n_columns, layer))
    source, target = (in_y * width + in_x).ravel(), (out_y * n_columns + out_x).ravel()
    maps = np.arange(channels)[:, None]
    i = (source + height * width * maps).ravel().astype(np.int32)
    j = (target + n_rows * n_columns * maps).ravel().astype(np.int32)
    order = np.argsort(i, kind="stable")
    return i[order], j[order]


def _reach(n: int, n_targets: int, size: int, stride: int, pad: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all pairs of input and output positions that a kernel joins in one dimension, and its elements."""
    source, element = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(size), indexing="ij"))
    target, rest = np.divmod(source - element + pad, stride)
    inside = (target >= 0) & (target < n_targets) & (rest == 0)
    return source[inside], target[inside], element[inside]


def _windows(n: int, n_windows: int, layer: Pooling) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of positions and windows in one dimension; windows are cut off at the border."""
    window, offset = (a.ravel() for a in np.meshgrid(np.arange(n_windows), np.arange(layer.size), indexing="ij"))
    position = window * layer.stride - layer.offset + offset
    inside = (position >= 0) & (position < n)
    return position[inside], window[inside]
