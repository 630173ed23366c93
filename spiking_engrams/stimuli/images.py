"""Labelled grey images from folders, IDX files or arrays, checked on input."""

from __future__ import annotations

import math
import numbers
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import EngramWarning, StimulusError
from spiking_engrams.stimuli.files import class_folders, image_files
from spiking_engrams.stimuli.idx import read_idx
from spiking_engrams.stimuli.image_set import (
    WHITE,
    ImageSet,
    Size,
    as_float32,
    check_values,
    checked_size,
    composed,
    real_numbers,
    room_for,
)
from spiking_engrams.stimuli.picture import read_picture, resized


def from_folder(folder: str | os.PathLike[str], size: Size, fit: str = "stretch") -> ImageSet:
    """Read the images ``folder/CLASS/IMAGE``, upright, grey and resized (Lanczos).

    Transparent parts become white; images of more than 8 bits are scaled by their own white. Hidden files and system
    files (Thumbs.db, __MACOSX) are skipped; an `EngramWarning` names any other file that is left out.

    Parameters
    ----------
    folder
        A folder with one folder per class.
    size
        Height and width in pixels.
    fit
        ``"stretch"`` ignores the aspect ratio; ``"crop"`` keeps it by cropping images around their centre.

    Raises
    ------
    StimulusError
        If a file or folder, which the message names, is missing, empty or unreadable.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("face", "house"):
    ...         pathlib.Path(folder, name).mkdir()
    ...         Image.new("L", (64, 48), "white").save(pathlib.Path(folder, name, "1.png"))
    ...     images = from_folder(folder, size=(28, 28), fit="crop")
    >>> images.classes, images.images.shape
    (('face', 'house'), (2, 28, 28))
    """
    size = checked_size(size)
    root = Path(folder)
    folders = sorted(class_folders(root), key=lambda path: composed(path.name))
    files = [(label, file) for label, path in enumerate(folders) for file in image_files(path)]
    images = room_for(len(files), size)
    for image, (_, file) in zip(images, files, strict=True):
        image[:] = read_picture(file, size, fit)
    classes = tuple(composed(path.name) for path in folders)
    _warn_of_case(classes)
    names = tuple(str(file.relative_to(root)) for _, file in files)
    return ImageSet(images, np.array([label for label, _ in files]), classes, names)


def from_idx(images: str | os.PathLike[str], labels: str | os.PathLike[str], size: Size | None = None) -> ImageSet:
    """Read IDX files (MNIST and relatives), plain or gzipped.

    Parameters
    ----------
    images, labels
        Paths of the two files.
    size
        Height and width in pixels to resize to; the original ones if None.

    Raises
    ------
    StimulusError
        If a file is missing, not an IDX file of unsigned bytes or incomplete, or the numbers of images and labels
        differ.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     images, labels = (pathlib.Path(folder, name) for name in ("images", "labels"))
    ...     _ = images.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 255, 0]))
    ...     _ = labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]))
    ...     print(from_idx(images, labels).classes)  # of two images of 1 x 2 pixels
    ('3', '7')
    """
    pixels, classes = read_idx(Path(images), 3), read_idx(Path(labels), 1)
    if len(pixels) != len(classes):
        raise StimulusError(
            f"'{images}' holds {len(pixels)} images, '{labels}' {len(classes)} labels; the numbers must agree."
        )
    return from_arrays(pixels, classes, size=size, name=Path(images).name)


def from_arrays(
    images: np.ndarray,
    labels: Iterable[Any],
    size: Size | None = None,
    name: str = "image",
    white: float | None = None,
) -> ImageSet:
    """Return arrays as an image set.

    Parameters
    ----------
    images
        Shape ``(n, height, width)``, values from 0 to `white`.
    labels
        One per image: all whole numbers, all real numbers, all strings or all booleans; the classes are their sorted
        distinct values.
    size
        Height and width in pixels to resize to; the original ones if None.
    name
        Name of the images in error messages; a number is appended.
    white
        The value of white; by default 255, or 1 for booleans. Required for uint16.

    Raises
    ------
    StimulusError
        If shapes, values or labels do not fit; the message names an image by its number.

    Examples
    --------
    >>> gratings = np.array([[[0, 1], [0, 1]], [[0, 0], [1, 1]]])
    >>> images = from_arrays(gratings, ["vertical", "horizontal"], white=1)
    >>> images.classes, images.labels.tolist(), images.images[0].tolist()
    (('horizontal', 'vertical'), [1, 0], [[0.0, 255.0], [0.0, 255.0]])
    """
    size = None if size is None else checked_size(size)
    given = real_numbers(images, "Images")
    if given.ndim != 3:
        raise StimulusError(f"Images have shape {given.shape}; give numbers of shape (n, height, width).")
    if not len(given):
        raise StimulusError(f"There is no {name}; give at least one per class.")
    index, classes = _classes(labels)
    if len(index) != len(given) or not given.size:
        raise StimulusError(
            f"Images have shape {given.shape}, labels {index.shape}; give images of at least one pixel, each a label."
        )
    names = tuple(f"{name}[{k}]" for k in range(len(given)))
    array, scale = as_float32(given), _white(given, white)
    check_values(array, names, scale, "give the value of white (white=...), or scale it")
    if white is None and _is_from_0_to_1(given):
        warnings.warn(
            f"The values of {name}s only reach {given.max():g}, nearly black if 255 is white; give white=1 if 1 is.",
            EngramWarning,
            stacklevel=2,
        )
    array = np.minimum(array * np.float32(WHITE / scale), np.float32(WHITE))
    if size is not None and size != array.shape[1:]:
        array = _all_resized(array, size)
    return ImageSet(array, index, classes, names)


def digits(size: Size | None = None) -> ImageSet:
    """Return the 1,797 handwritten digits that ship with scikit-learn (8 x 8 pixels; Alpaydin & Kaynak 1998).

    Parameters
    ----------
    size
        Height and width in pixels to resize to; the original 8 x 8 if None.

    Examples
    --------
    >>> images = digits(size=(16, 16))
    >>> len(images), images.size, images.classes[:3]
    (1797, (16, 16), ('0', '1', '2'))
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    return from_arrays(found.images, found.target, size, "digit", white=16.0)


def _all_resized(images: np.ndarray, size: Size) -> np.ndarray:
    """Return resized images, rounded to whole grey values as in 8-bit images."""
    from PIL import Image

    found = room_for(len(images), size)
    for k, image in enumerate(images):
        found[k] = resized(Image.fromarray(np.rint(image).astype(np.uint8)), size)
    return found


def _white(images: np.ndarray, given: float | None) -> float:
    """Return the checked value of white."""
    if given is None:
        if images.dtype.kind == "u" and images.dtype.itemsize == 2:
            raise StimulusError("Images are of type uint16, whose white is usually 65535; give white=65535, or 255.")
        return 1.0 if images.dtype.kind == "b" else WHITE
    is_number = isinstance(given, numbers.Real) and not isinstance(given, bool)
    if not is_number or not 1e-30 < given < 1e30:  # divisors that single precision can handle
        raise StimulusError(f"The value of white was given as {given!r}; give a finite number above 0, such as 255.")
    return float(given)


def _is_from_0_to_1(images: np.ndarray) -> bool:
    """Return whether images seem to be on a scale from 0 to 1: fractions, none above 1."""
    return images.dtype.kind == "f" and images.max() <= 1 and bool(np.any(images != np.rint(images)))


def _classes(labels: Iterable[Any]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the class of each label as a number, and the names of the classes in order."""
    try:
        given = list(labels)
    except TypeError as error:
        raise StimulusError(f"Labels are {labels!r}; give one for each image.") from error
    kinds = {_kind(label) for label in given}
    if len(kinds) > 1 or kinds - {"whole numbers", "real numbers", "texts", "truth values"}:
        raise StimulusError(
            f"Labels are {' and '.join(sorted(kinds))}; give all as whole numbers, or all as texts, one for each image."
        )
    known = sorted(set(given))
    numbers_of = {label: k for k, label in enumerate(known)}
    return np.array([numbers_of[label] for label in given], np.int64), tuple(str(label) for label in known)


def _kind(label: Any) -> str:
    if isinstance(label, bool | np.bool_):
        return "truth values"
    if isinstance(label, str):
        return "texts"
    if isinstance(label, numbers.Real):
        whole = isinstance(label, numbers.Integral)
        return "whole numbers" if whole else "real numbers" if math.isfinite(label) else f"{label}"
    return f"of type {type(label).__name__}"


def _warn_of_case(classes: Iterable[str]) -> None:
    """Warn of classes whose names differ only in case: they may be one class, copied from elsewhere."""
    known: dict[str, str] = {}
    for name in classes:
        other = known.setdefault(name.casefold(), name)
        if other != name:
            warnings.warn(
                f"'{other}' and '{name}' are two classes; if they are one, put their images into one folder.",
                EngramWarning,
                stacklevel=3,  # the call of `from_folder`
            )
