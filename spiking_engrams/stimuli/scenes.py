"""Scenes with the factors of the 3D Shapes data: an object in the corner of a room, in colour.

The factors are those of Burgess & Kim (2018, github.com/deepmind/3d-shapes): three hues, scale, shape and orientation.
The images are drawn here, without the data, and resemble the original ones without being equal to them.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.image_set import as_float32, check_values
from spiking_engrams.stimuli.scene_geometry import ORIENTATIONS, SCALES, SHAPES, surfaces
from spiking_engrams.values import plain

N_HUES = 10
LEVELS = {  # of each factor, in the order in which the original data count through them
    "label_floor_hue": N_HUES, "label_wall_hue": N_HUES, "label_object_hue": N_HUES, "label_scale": len(SCALES),
    "label_shape": len(SHAPES), "label_orientation": len(ORIENTATIONS),
}  # fmt: skip
N_SCENES = 480_000  # all combinations of the levels
SMALLEST, LARGEST = 16, 64  # pixels; the original images are 64 wide
HUES = np.array([colorsys.hsv_to_rgb(k / N_HUES, 1, 1) for k in range(N_HUES)], np.float32)


@dataclass(frozen=True, eq=False)
class Factors:
    """The factors of scenes, as indices of their levels; single numbers hold for all scenes.

    Attributes
    ----------
    label_floor_hue, label_wall_hue, label_object_hue
        0 to 9 for the hues 0, 0.1, ..., 0.9 of the HSV circle; 0 is red, 5 cyan. int64, shape ``(n,)``, as all are.
    label_scale
        0 to 7 for sizes of the object from 0.75 to 1.25.
    label_shape
        0 cube, 1 cylinder, 2 sphere, 3 capsule.
    label_orientation
        0 to 14 for views of the room from -30 to 30 degrees.

    Raises
    ------
    StimulusError
        If a label is not a whole number of its range, or the numbers of labels differ.

    Examples
    --------
    >>> factors = Factors(3, 6, 0, label_scale=7, label_shape=[0, 1, 2, 3], label_orientation=7)
    >>> len(factors), factors.label_object_hue.tolist(), factors.select([3]).names
    (4, [0, 0, 0, 0], ('capsule 173272',))
    """

    label_floor_hue: Any
    label_wall_hue: Any
    label_object_hue: Any
    label_scale: Any
    label_shape: Any
    label_orientation: Any

    def __post_init__(self) -> None:
        given = {name: plain.numbers(getattr(self, name), name, StimulusError) for name in LEVELS}
        sizes = {name: values.size for name, values in given.items() if values.ndim}
        if any(values.ndim > 1 for values in given.values()) or len(set(sizes.values())) > 1 or 0 in sizes.values():
            shapes = ", ".join(f"{name} {values.shape}" for name, values in given.items())
            raise StimulusError(
                f"The labels of scenes have the shapes {shapes}; give each one number, or n numbers, n from 1 and the "
                "same for all."
            )
        n = max(sizes.values(), default=1)
        for name, values in given.items():
            wrong = values[~((values >= 0) & (values < LEVELS[name]) & (values == np.rint(values)))]
            if wrong.size:
                raise StimulusError(
                    f"A scene has {name} {wrong[0]:g}; allowed are the whole numbers from 0 to {LEVELS[name] - 1}."
                )
            object.__setattr__(self, name, np.array(np.broadcast_to(values, n), np.int64))

    def __len__(self) -> int:
        return len(self.table)

    @property
    def labels(self) -> dict[str, np.ndarray]:
        """The labels by name, in the order of the original data."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def table(self) -> np.ndarray:
        """The labels as columns, int64, shape ``(n, 6)``; ``Factors(*table.T)`` is the way back."""
        return np.stack(list(self.labels.values()), axis=1)

    @property
    def numbers(self) -> np.ndarray:
        """Place of each scene in the original data, which count through all combinations; int64, shape ``(n,)``."""
        return np.ravel_multi_index(tuple(self.table.T), tuple(LEVELS.values())).astype(np.int64)

    @property
    def names(self) -> tuple[str, ...]:
        """Shape and number of each scene."""
        shapes = self.labels["label_shape"]
        return tuple(f"{SHAPES[shape]} {number}" for shape, number in zip(shapes, self.numbers, strict=True))

    def select(self, index: np.ndarray | Sequence[int]) -> Factors:
        """Return the factors of the scenes at `index` (repeats allowed).

        Raises
        ------
        StimulusError
            If `index` is empty or holds anything but numbers of scenes.
        """
        return Factors(*self.table[_checked(index, len(self))].T)


@dataclass(frozen=True, eq=False)
class Scenes:
    """Images of scenes with their factors.

    Attributes
    ----------
    images
        float32, shape ``(n, size, size, 3)``: red, green and blue from 0 to 1.
    factors
        The factors of each image.

    Raises
    ------
    StimulusError
        If the images have another shape or other values, or their number is not that of the factors.

    Examples
    --------
    >>> factors = Factors(3, 6, 0, 7, label_shape=[0, 1, 2, 3], label_orientation=7)
    >>> scenes = Scenes(render(factors, 16), factors)
    >>> len(scenes), scenes.size
    (4, (16, 16))
    >>> scenes.select(np.flatnonzero(scenes.labels["label_shape"] == 2)).names
    ('sphere 173257',)
    """

    images: np.ndarray
    factors: Factors

    def __post_init__(self) -> None:
        plain.instance(self.factors, Factors, "factors", StimulusError)
        images = colour_images(self.images)
        if len(images) != len(self.factors):
            raise StimulusError(f"There are {len(images)} images and factors of {len(self.factors)}; give as many.")
        object.__setattr__(self, "images", images)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.images.shape[1], self.images.shape[2]

    @property
    def labels(self) -> dict[str, np.ndarray]:
        """The labels by name, in the order of the original data."""
        return self.factors.labels

    @property
    def names(self) -> tuple[str, ...]:
        """Shape and number of each scene."""
        return self.factors.names

    def select(self, index: np.ndarray | Sequence[int]) -> Scenes:
        """Return the scenes at `index` (repeats allowed).

        Raises
        ------
        StimulusError
            If `index` is empty or holds anything but numbers of scenes.
        """
        chosen = _checked(index, len(self))
        return Scenes(self.images[chosen], self.factors.select(chosen))


def draw_factors(n: int, generator: np.random.Generator) -> Factors:
    """Return the factors of `n` random scenes, all different, each combination equally likely.

    Raises
    ------
    StimulusError
        If `n` is not a whole number from 1 to 480,000.

    Examples
    --------
    >>> factors = draw_factors(1000, np.random.default_rng(1))
    >>> len(set(factors.numbers.tolist())), factors.table.max(axis=0).tolist()
    (1000, [9, 9, 9, 7, 3, 14])
    """
    plain.instance(generator, np.random.Generator, "generator", StimulusError)
    n = plain.whole(n, "The number of different scenes is", StimulusError, low=1, high=N_SCENES)
    numbers = generator.choice(N_SCENES, n, replace=False)
    return Factors(*np.unravel_index(numbers, tuple(LEVELS.values())))


def render(factors: Factors, size: int = 32) -> np.ndarray:
    """Return an image of each scene.

    The first call for a combination of size, scale, shape and orientation casts rays (milliseconds); all others only
    mix its hues.

    Parameters
    ----------
    factors
        What the images show.
    size
        Width and height in pixels, from 16 to 64.

    Returns
    -------
    images : array
        float32, shape ``(n, size, size, 3)``: red, green and blue from 0 to 1.

    Raises
    ------
    StimulusError
        If the size is not allowed, or the images do not fit into memory.

    Examples
    --------
    >>> images = render(Factors(3, 6, 0, 7, [0, 2], 7), size=32)  # a red cube and a red sphere on a green floor
    >>> images.shape, (images[0, 31, 16] > 0.1).tolist(), (images[0, 16, 16] > 0.1).tolist()
    ((2, 32, 32, 3), [True, True, False], [True, False, False])
    """
    plain.instance(factors, Factors, "factors", StimulusError)
    size = plain.whole(size, "The width of scenes in pixels is", StimulusError, low=SMALLEST, high=LARGEST)
    table = factors.table
    try:
        images = np.empty((len(table), size * size, 3), np.float32)
    except (MemoryError, ValueError) as error:
        raise StimulusError(
            f"{len(table)} scenes of {size} x {size} pixels take {12 * len(table) * size**2 / 1e9:.0f} GB, more than "
            "there is; render fewer at once, or smaller ones."
        ) from error
    colours = np.ones((len(table), 4, 3), np.float32)  # of floor, walls, object and highlight
    colours[:, :3] = HUES[table[:, :3]]
    for image, colour, geometry in zip(images, colours, table[:, 3:].tolist(), strict=True):
        np.matmul(surfaces(size, *geometry).reshape(size * size, 4), colour, out=image)
    np.minimum(images, 1, out=images)  # sums of shares may round to just above 1
    return images.reshape(len(table), size, size, 3)


def draw_scenes(n: int, size: int, generator: np.random.Generator) -> Scenes:
    """Return `n` random scenes, all different: `render` of `draw_factors`, with their errors.

    Examples
    --------
    >>> draw_scenes(100, 24, np.random.default_rng(1)).images.shape
    (100, 24, 24, 3)
    """
    factors = draw_factors(n, generator)
    return Scenes(render(factors, size), factors)


def colour_images(images: Any) -> np.ndarray:
    """Return square images in red, green and blue as float32.

    Raises
    ------
    StimulusError
        If they do not have the shape ``(n, size, size, 3)`` and values from 0 to 1.

    Examples
    --------
    >>> colour_images(np.full((1, 16, 16, 3), 255))
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.StimulusError: Image '0' has values outside 0 to 1 (255 to 255); scale it to that range.
    """
    array = as_float32(images)
    if array.ndim != 4 or array.shape[1] != array.shape[2] or array.shape[3] != 3 or not array.size:
        raise StimulusError(f"Images have shape {array.shape}; give (n, size, size, 3): red, green and blue.")
    check_values(array, [str(k) for k in range(len(array))], 1.0)
    return array


def _checked(index: Any, n: int) -> np.ndarray:
    """Return an index as whole numbers of scenes."""
    chosen = np.asarray(index)
    if (
        chosen.ndim != 1
        or not chosen.size
        or chosen.dtype.kind not in "iu"
        or not -n <= chosen.min() <= chosen.max() < n
    ):
        raise StimulusError(
            f"There are {n} scenes; select some by whole numbers from 0 to {n - 1} (np.flatnonzero turns a mask into "
            f"these), not by {plain.shown(index)}."
        )
    return chosen
