"""Sizes of the images of a folder or an IDX file, read from their headers alone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import EngramWarning, StimulusError
from spiking_engrams.stimuli.files import class_folders, image_files
from spiking_engrams.stimuli.idx import announced
from spiking_engrams.stimuli.picture import picture_size

PARTS = ("TrainingSet", "TestingSet")  # folders of training and test images
PUBLISHED = {"caltech": ("Face", "Motor")}  # name of an image set with published numbers -> its classes


@dataclass(frozen=True)
class Sizes:
    """Sizes of images.

    Attributes
    ----------
    heights, widths
        In pixels, upright as displayed, one per image, ``(n,)``.
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
    """Return the sizes of the images that options name; None if none can be read, which the reader reports later."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EngramWarning)  # the reader issues them
            if getattr(options, "images", ""):
                return of_folder(Path(options.images))
            if getattr(options, "idx", ""):
                return of_idx(Path(options.idx))
    except (OSError, StimulusError):
        pass
    return None


def of_folder(root: Path) -> Sizes:
    """Return the sizes of all images in a folder of classes, or in its training set."""
    if all((root / part).is_dir() for part in PARTS):
        root = root / PARTS[0]
    classes = class_folders(root)
    heights, widths = np.transpose([picture_size(file) for path in classes for file in image_files(path)])
    return Sizes(heights, widths, tuple(path.name for path in classes))


def known_as(root: Path) -> str:
    """Return the name of the published set that a folder holds, or ``"own"``."""
    if not all((root / part).is_dir() for part in PARTS):
        return "own"
    classes = tuple(sorted(path.name for path in (root / PARTS[0]).iterdir() if path.is_dir()))
    return next((name for name, known in PUBLISHED.items() if known == classes), "own")


def of_idx(path: Path) -> Sizes | None:
    """Return the sizes of the images of an IDX file, or of the training images in a folder of IDX files."""
    if path.is_dir():
        path = next(iter(sorted(path.glob("train-images-idx3-ubyte*"))), path / "none")
    n, height, width = announced(path, 3)
    return Sizes(np.full(n, height), np.full(n, width))
