"""Labelled grey images from folders, IDX files or arrays, checked where they come in."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.fit import centre_crop

SUFFIXES = frozenset(".bmp .gif .jpeg .jpg .pgm .png .tif .tiff .webp".split())
WHITE = 255.0  # images are on the scale of 8 bits
IDX_BYTES = 0x08  # type code of unsigned bytes in the third byte of an IDX file
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
        Where each image came from, for errors and figures.

    Raises
    ------
    StimulusError
        If there is no image, one class only, or shapes or values that do not fit.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        images, labels = np.asarray(self.images, np.float32), np.asarray(self.labels)
        if images.ndim != 3 or labels.shape != images.shape[:1] or len(self.names) != len(images):
            raise StimulusError(
                f"Images have shape {images.shape}, labels {labels.shape}; give (n, height, width) and (n,), with a "
                "name for each image."
            )
        if len(self.classes) < 2:
            known = f"only '{self.classes[0]}'" if self.classes else "none"
            raise StimulusError(f"Images of two classes or more are needed, {known} was given; add another class.")
        if labels.dtype.kind not in "biu":
            raise StimulusError(
                f"Labels are of type {labels.dtype}; give the number of a class for each image, from 0."
            )
        for name, image, label in zip(self.names, images, labels, strict=True):
            if not np.isfinite(image).all() or image.min() < 0 or image.max() > WHITE:
                raise StimulusError(f"Image '{name}' has values outside 0 to {WHITE:g}; scale it to that range.")
            if not 0 <= label < len(self.classes):
                raise StimulusError(f"Image '{name}' has label {label}; there are {len(self.classes)} classes, from 0.")
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "labels", labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> Size:
        """Height and width in pixels."""
        return self.images.shape[1], self.images.shape[2]

    def select(self, index: np.ndarray | Sequence[int]) -> ImageSet:
        """Return the images at `index` (repeats allowed), with the same classes."""
        index = np.asarray(index, dtype=np.int64)
        return ImageSet(self.images[index], self.labels[index], self.classes, tuple(self.names[k] for k in index))

    def split(self, n_per_class: int, generator: np.random.Generator) -> tuple[ImageSet, ImageSet]:
        """Return `n_per_class` random images of every class, and all others, both in random order.

        Raises
        ------
        StimulusError
            If a class has not more than `n_per_class` images, so that nothing would be left to test.
        """
        first, rest = [], []
        for label, name in enumerate(self.classes):
            members = generator.permutation(np.flatnonzero(self.labels == label))
            if len(members) < 2:
                raise StimulusError(
                    f"Class '{name}' has {len(members)} image(s); give two at least: one to learn, one to test."
                )
            if not 1 <= n_per_class < len(members):
                raise StimulusError(
                    f"{n_per_class} images per class were asked for; class '{name}' has {len(members)}, of which 1 to "
                    f"{len(members) - 1} can be taken."
                )
            first.append(members[:n_per_class])
            rest.append(members[n_per_class:])
        return tuple(self.select(generator.permutation(np.concatenate(part))) for part in (first, rest))  # type: ignore[return-value]


def from_folder(folder: str | os.PathLike[str], size: Size, fit: str = "stretch") -> ImageSet:
    """Read ``folder/CLASS/IMAGE``, grey and resized (Lanczos).

    Parameters
    ----------
    folder
        A folder with one folder per class.
    size
        Height and width in pixels.
    fit
        ``"stretch"``: the aspect ratio is not kept; ``"crop"``: it is, and the middle of longer images is seen.

    Raises
    ------
    StimulusError
        Naming the file or folder that is missing, empty or unreadable.
    """
    root = Path(folder)
    if not root.is_dir():
        raise StimulusError(f"'{root}' is no folder; give one that holds a folder of images per class.")
    classes = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not classes:
        raise StimulusError(f"'{root}' holds no folders; put the images of each class into a folder of its own.")
    images, labels, names = [], [], []
    for label, path in enumerate(classes):
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not files:
            raise StimulusError(f"Class folder '{path}' holds no image; allowed are {', '.join(sorted(SUFFIXES))}.")
        images += [_read(file, size, fit) for file in files]
        labels += [label] * len(files)
        names += [str(file.relative_to(root)) for file in files]
    return ImageSet(np.stack(images), np.array(labels), tuple(path.name for path in classes), tuple(names))


def from_idx(images: str | os.PathLike[str], labels: str | os.PathLike[str], size: Size | None = None) -> ImageSet:
    """Read IDX files (MNIST and relatives), plain or gzipped, resized if a `size` is given.

    Raises
    ------
    StimulusError
        Naming the file that is missing, no IDX file of unsigned bytes, incomplete, or of another length.
    """
    pixels, classes = _read_idx(Path(images), 3), _read_idx(Path(labels), 1)
    if len(pixels) != len(classes):
        raise StimulusError(
            f"'{images}' holds {len(pixels)} images, '{labels}' {len(classes)} labels; they must agree."
        )
    return from_arrays(pixels, classes, size=size, name=Path(images).name)


def from_arrays(
    images: np.ndarray, labels: Iterable[Any], size: Size | None = None, name: str = "image", white: float = WHITE
) -> ImageSet:
    """Return arrays as an image set.

    Parameters
    ----------
    images
        Shape ``(n, height, width)``, values from 0 to `white`.
    labels
        One per image; the classes are their sorted distinct values.
    size
        Height and width to resize to.
    name
        Word for images in errors; a number is added.
    """
    array, given = np.asarray(images), np.asarray(list(labels))
    if array.ndim != 3 or array.dtype.kind not in "biuf":
        raise StimulusError(f"Images have shape {array.shape} and type {array.dtype}; give numbers (n, height, width).")
    if not len(array):
        raise StimulusError(f"There is no {name}; give at least one per class.")
    classes, index = np.unique(given, return_inverse=True)
    scaled = array.astype(np.float32) * np.float32(WHITE / white)
    if size is not None and tuple(size) != scaled.shape[1:]:
        scaled = np.stack([_resized(image, size) for image in scaled])
    names = tuple(f"{name}[{k}]" for k in range(len(array)))
    return ImageSet(scaled, index, tuple(str(each) for each in classes), names)


def digits(size: Size | None = None) -> ImageSet:
    """Return the 1,797 handwritten digits that ship with scikit-learn (8 x 8 pixels; Alpaydin & Kaynak 1998).

    Parameters
    ----------
    size
        Height and width to resize to; the original 8 x 8 if None.
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    return from_arrays(found.images, found.target, size, "digit", white=16.0)


def _read(path: Path, size: Size, fit: str) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            see_through = image.has_transparency_data
            on_white = Image.new("RGBA", image.size, "white")
            opaque = Image.alpha_composite(on_white, image.convert("RGBA")) if see_through else image
            grey = np.asarray(opaque.convert("L"), dtype=np.float32)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise StimulusError(f"Image '{path}' cannot be read ({error}); replace or remove it.") from error
    return _resized(centre_crop(grey, size) if fit == "crop" else grey, size)


def _resized(image: np.ndarray, size: Size) -> np.ndarray:
    """Return the image at another size, rounded to whole grey values like an 8-bit image."""
    from PIL import Image

    height, width = size
    grey = Image.fromarray(np.rint(image).astype(np.uint8))
    return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS), dtype=np.float32)


def _read_idx(path: Path, n_dimensions: int) -> np.ndarray:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise StimulusError(f"IDX file '{path}' cannot be read ({error}); give a complete file.") from error
    header = 4 + 4 * n_dimensions
    if data[:4] != bytes((0, 0, IDX_BYTES, n_dimensions)) or len(data) < header:
        raise StimulusError(
            f"'{path}' is no IDX file of unsigned bytes in {n_dimensions} dimension(s), which "
            f"{'images' if n_dimensions == 3 else 'labels'} need; give the other file of the pair?"
        )
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", n_dimensions, offset=4))
    if len(data) != header + int(np.prod(shape)):
        raise StimulusError(f"IDX file '{path}' is incomplete: {len(data)} bytes for the shape {shape} it announces.")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)
