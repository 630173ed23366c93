"""A set of grey images of one size, with the class of each."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spiking_engrams.errors import StimulusError

WHITE = 255.0  # images are on the scale of 8 bits
MAX_PIXELS = 2**24  # of one image; a circuit has at least one neuron per pixel
Size = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Grey images of one size with a class each.

    Attributes
    ----------
    images
        float32, shape ``(n, height, width)``, from 0 (black) to 255 (white).
    labels
        Class of each image as an index into `classes`, int64, shape ``(n,)``.
    classes
        Names of the classes.
    names
        Where each image came from, for error messages and figures.

    Raises
    ------
    StimulusError
        If there is no image, only one class, two classes of the same name, or shapes or values that do not fit.

    Examples
    --------
    >>> images = ImageSet(np.zeros((4, 28, 28)), np.array([0, 0, 1, 1]), ("face", "house"), ("f1", "f2", "h1", "h2"))
    >>> len(images), images.size, images.select([0, 3]).names
    (4, (28, 28), ('f1', 'h2'))
    >>> train, test = images.split(n_per_class=1, generator=np.random.default_rng(1))
    >>> sorted(train.labels.tolist())
    [0, 1]
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        images, labels = as_float32(self.images), real_numbers(self.labels, "Labels")
        names, classes = tuple(self.names), tuple(self.classes)
        if images.ndim != 3 or labels.shape != images.shape[:1] or len(names) != len(images):
            raise StimulusError(
                f"Images have shape {images.shape}, labels {labels.shape}; give (n, height, width) and (n,), with a "
                f"name for each image ({len(names)} were given)."
            )
        if not images.size:
            raise StimulusError(f"There is no image, or none with pixels: images have shape {images.shape}.")
        _check_classes(classes)
        if labels.dtype.kind not in "biu":
            raise StimulusError(f"Labels are of type {labels.dtype}; give each image the number of its class, from 0.")
        check_values(images, names, WHITE)
        wrong = np.flatnonzero((labels < 0) | (labels >= len(classes)))
        if wrong.size:
            raise StimulusError(
                f"Image '{names[wrong[0]]}' has label {labels[wrong[0]]}; there are {len(classes)} classes, from 0."
            )
        checked = {"images": images, "labels": labels.astype(np.int64), "classes": classes, "names": names}
        for field, value in checked.items():
            object.__setattr__(self, field, value)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> Size:
        """Height and width in pixels."""
        return self.images.shape[1], self.images.shape[2]

    def select(self, index: np.ndarray | Sequence[int]) -> ImageSet:
        """Return the images at `index` (repeats allowed), with the same classes.

        Raises
        ------
        StimulusError
            If `index` is empty or holds anything but numbers of images.
        """
        chosen = np.asarray(index)
        n = len(self)
        if chosen.ndim != 1 or not chosen.size:
            raise StimulusError(f"An index of shape {chosen.shape} selects no images; give the numbers of one or more.")
        if chosen.dtype.kind not in "iu" or chosen.min() < -n or chosen.max() >= n:
            raise StimulusError(
                f"There are {n} images; select some by whole numbers from 0 to {n - 1} (np.flatnonzero turns a mask "
                f"into these), not by an index of type {chosen.dtype} such as {chosen[:5].tolist()}."
            )
        return ImageSet(self.images[chosen], self.labels[chosen], self.classes, tuple(self.names[k] for k in chosen))

    def split(self, n_per_class: int, generator: np.random.Generator) -> tuple[ImageSet, ImageSet]:
        """Return `n_per_class` random images of every class, and all others, both in random order.

        Raises
        ------
        StimulusError
            If a class has no more than `n_per_class` images, so that none would be left for testing.
        """
        first, rest = [], []
        for label, name in enumerate(self.classes):
            members = generator.permutation(np.flatnonzero(self.labels == label))
            if len(members) < 2:
                raise StimulusError(
                    f"Class '{name}' has {len(members)} image(s); give at least two: one to learn, one to test."
                )
            if not isinstance(n_per_class, int | np.integer) or not 1 <= n_per_class < len(members):
                raise StimulusError(
                    f"{n_per_class} images per class were requested; class '{name}' has {len(members)}, of which 1 to "
                    f"{len(members) - 1} can be taken."
                )
            first.append(members[:n_per_class])
            rest.append(members[n_per_class:])
        return tuple(self.select(generator.permutation(np.concatenate(part))) for part in (first, rest))  # type: ignore[return-value]


def real_numbers(values: Any, what: str) -> np.ndarray:
    """Return values as an array of real numbers or booleans.

    Raises
    ------
    StimulusError
        If they are complex, strings, objects or partly masked, or rows differ in length.

    Examples
    --------
    >>> real_numbers([[0, 255], [128, 64]], "Images").shape
    (2, 2)
    """
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, MemoryError) as error:
        raise StimulusError(f"{what} do not form an array ({error}); give all of the same shape.") from error
    if array.dtype.kind not in "biuf" or np.ma.is_masked(values):
        kind = "partly masked" if np.ma.is_masked(values) else f"of type {array.dtype}"
        raise StimulusError(f"{what} have shape {array.shape} and are {kind}; give real numbers.")
    return array


def as_float32(images: Any) -> np.ndarray:
    """Return images as a float32 array; values too large for it become infinite.

    Raises
    ------
    StimulusError
        If they are not real numbers of one shape.

    Examples
    --------
    >>> as_float32(np.zeros((2, 28, 28), np.uint8)).dtype.name
    'float32'
    """
    with np.errstate(over="ignore"):
        return real_numbers(images, "Images").astype(np.float32, copy=False)


def check_values(
    images: np.ndarray, names: Sequence[str], white: float, advice: str = "scale it to that range"
) -> None:
    """Check that each image, float32 ``(n, height, width)``, holds numbers from 0 to `white`.

    Raises
    ------
    StimulusError
        If not; the message names the first such image.

    Examples
    --------
    >>> check_values(np.full((1, 8, 8), 300, np.float32), ["face"], white=255)
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.StimulusError: Image 'face' has values outside 0 to 255 (300 to 300); scale it to that range.
    """
    flat = images.reshape(len(images), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    wrong = np.flatnonzero(~((low >= 0) & (high <= np.float32(white))))  # NaN satisfies neither
    if wrong.size:
        first = wrong[0]
        raise StimulusError(
            f"Image '{names[first]}' has values outside 0 to {white:g} ({low[first]:g} to {high[first]:g}); {advice}."
        )


def checked_size(size: Size) -> Size:
    """Return a size as two whole numbers, height and width.

    Raises
    ------
    StimulusError
        If it is anything else, below 1, or absurdly large.

    Examples
    --------
    >>> checked_size(np.array([28, 28]))
    (28, 28)
    """
    given = size.tolist() if isinstance(size, np.ndarray) else size
    fits = isinstance(given, tuple | list) and len(given) == 2
    if not fits or not all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n > 0 for n in given):
        raise StimulusError(
            f"Images of size {size!r} were requested; give height and width as two whole numbers from 1."
        )
    height, width = (int(n) for n in given)
    if height * width > MAX_PIXELS:
        raise StimulusError(
            f"Images of {height} x {width} pixels were requested; at most {MAX_PIXELS} pixels per image are allowed."
        )
    return height, width


def room_for(n: int, size: Size) -> np.ndarray:
    """Return an uninitialised float32 array for `n` images of a size.

    Raises
    ------
    StimulusError
        If there is not enough memory.

    Examples
    --------
    >>> room_for(10, (28, 28)).shape
    (10, 28, 28)
    """
    try:
        return np.empty((n, *size), np.float32)
    except (MemoryError, ValueError) as error:
        gigabytes = 4 * n * size[0] * size[1] / 1e9
        raise StimulusError(
            f"{n} images of {size[0]} x {size[1]} pixels take {gigabytes:.0f} GB, more than there is; use smaller or "
            "fewer images."
        ) from error


def composed(name: str) -> str:
    r"""Return a name in the normal form where accents are part of their letters, as most systems write it.

    Examples
    --------
    >>> len("cafe\u0301"), len(composed("cafe\u0301"))
    (5, 4)
    """
    return unicodedata.normalize("NFC", name)


def _check_classes(classes: tuple[str, ...]) -> None:
    if len(classes) < 2:
        known = f"only '{classes[0]}'" if classes else "none"
        raise StimulusError(f"Images of at least two classes are needed, but {known} was given; add another class.")
    known_as: set[str] = set()
    for name in classes:
        if not isinstance(name, str):
            raise StimulusError(f"Class {name!r} has a name that is not a string; use strings as names.")
        if composed(name) in known_as:
            raise StimulusError(
                f"Two classes are called '{name}'; give each a name of its own, or make them one class."
            )
        known_as.add(composed(name))
