"""How large the images of a folder or an IDX file are, from their headers alone."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PARTS = ("TrainingSet", "TestingSet")  # folders of training and test images
PUBLISHED = {"caltech": ("Face", "Motor")}  # known as -> classes of a training and a test set that numbers exist for
TURNED = (5, 6, 7, 8)  # EXIF orientations of images that lie on their side
ORIENTATION = 0x0112  # EXIF tag
IDX_HEADER = 16  # bytes: magic number, number of images, height, width


@dataclass(frozen=True)
class Sizes:
    """Sizes of images.

    Attributes
    ----------
    heights, widths
        In pixels, as images are seen, one per image, ``(n,)``.
    classes
        Names of the class folders; empty for IDX files.
    """

    heights: np.ndarray
    widths: np.ndarray
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.heights)

    @property
    def median(self) -> tuple[int, int]:
        """Median height and width."""
        return round(float(np.median(self.heights))), round(float(np.median(self.widths)))

    @property
    def aspect(self) -> float:
        """Median of the width over the height."""
        return float(np.median(self.widths / self.heights))


def of_options(options: Any) -> Sizes | None:
    """Return the sizes of the images that options name; None where none can be read, which the reader reports."""
    try:
        if getattr(options, "images", ""):
            return of_folder(Path(options.images))
        if getattr(options, "idx", ""):
            return of_idx(Path(options.idx))
    except OSError:
        pass
    return None


def of_folder(root: Path) -> Sizes | None:
    """Return the sizes of all images of a folder of classes, or of its training and test set."""
    if all((root / part).is_dir() for part in PARTS):
        root = root / PARTS[0]
    classes = class_folders(root)
    found = [size for path in classes for file in sorted(path.iterdir()) if (size := _of_image(file)) is not None]
    if not found:
        return None
    heights, widths = np.transpose(found)
    return Sizes(heights, widths, tuple(path.name for path in classes))


def class_folders(root: Path) -> list[Path]:
    """Return the folders of the classes in a folder."""
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def known_as(root: Path) -> str:
    """Return what a folder of images is known as: a published set, or ``"own"``."""
    if not all((root / part).is_dir() for part in PARTS):
        return "own"
    classes = tuple(path.name for path in class_folders(root / PARTS[0]))
    return next((name for name, known in PUBLISHED.items() if known == classes), "own")


def of_idx(path: Path) -> Sizes | None:
    """Return the sizes of the images of an IDX file, or of the training images of a folder of these."""
    if path.is_dir():
        path = next(iter(sorted(path.glob("train-images-idx3-ubyte*"))), path / "none")
    opened = gzip.open(path) if path.suffix == ".gz" else path.open("rb")
    with opened as file:
        data = file.read(IDX_HEADER)
    if len(data) < IDX_HEADER:
        return None
    _, n, height, width = np.frombuffer(data, ">u4").astype(int).tolist()
    return Sizes(np.full(n, height), np.full(n, width)) if n and height and width else None


def _of_image(path: Path) -> tuple[int, int] | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(ORIENTATION) in TURNED
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (width, height) if turned else (height, width)
