"""Training and test images, selected by options: a user's folder, IDX files or the embedded digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from protocols.images.sizes import PARTS, known_as
from spiking_engrams import stimuli
from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli import ImageSet

IDX_PARTS = ("train", "t10k")
IDX_KINDS = ("images-idx3", "labels-idx1")


def pictures(options: Any, size: stimuli.Size, generator: np.random.Generator) -> tuple[ImageSet, ImageSet, str]:
    """Return the training and test images that the options name, at the given size, and the name of the image set.

    Raises
    ------
    StimulusError
        If files are missing, damaged or do not fit.
    """
    if options.images and options.idx:
        raise StimulusError("Pass a folder of images or IDX files, not both (protocol.images, protocol.idx).")
    if options.images:
        train, test, known_as = _folder(Path(options.images), size, options, generator)
    elif options.idx:
        train, test, known_as = _idx(Path(options.idx), size, options, generator)
    else:
        train, test = _split(stimuli.digits(size), options, generator)
        known_as = "digits"
    return limited(train, options.n_train, generator), limited(test, options.n_test, generator), known_as


def limited(images: ImageSet, n_per_class: int, generator: np.random.Generator) -> ImageSet:
    """Return at most `n_per_class` random images of each class (all if 0), in random order."""
    order = generator.permutation(len(images))
    if n_per_class == 0:
        return images.select(order)
    kept = [order[images.labels[order] == c][:n_per_class] for c in range(len(images.classes))]
    return images.select(generator.permutation(np.concatenate(kept)))


def _split(images: ImageSet, options: Any, generator: np.random.Generator) -> tuple[ImageSet, ImageSet]:
    smallest = int(np.bincount(images.labels, minlength=len(images.classes)).min())
    return images.split(options.n_train or max(1, 2 * smallest // 3), generator)


def _folder(path: Path, size: stimuli.Size, options: Any, generator: np.random.Generator) -> Any:
    known = "own" if options.fit == "crop" else known_as(path)  # published numbers are of stretched images
    fit = "stretch" if options.fit == "stretch" or known != "own" else "crop"
    if not all((path / part).is_dir() for part in PARTS):
        return *_split(stimuli.from_folder(path, size, fit), options, generator), known
    train, test = (stimuli.from_folder(path / part, size, fit) for part in PARTS)
    _check_classes(path, train, test)
    return train, test, known


def _idx(path: Path, size: stimuli.Size, options: Any, generator: np.random.Generator) -> Any:
    if path.is_dir():
        files = ([_idx_file(path, f"{part}-{kind}-ubyte") for kind in IDX_KINDS] for part in IDX_PARTS)
        train, test = (stimuli.from_idx(images, labels, size) for images, labels in files)
        _check_classes(path, train, test)
        return train, test, "mnist" if train.classes == tuple("0123456789") else "own"
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    return *_split(stimuli.from_idx(path, labels, size), options, generator), "own"


def _check_classes(path: Path, train: ImageSet, test: ImageSet) -> None:
    if train.classes != test.classes:
        raise StimulusError(f"'{path}': classes differ: {train.classes} for training, {test.classes} for testing.")


def _idx_file(folder: Path, name: str) -> Path:
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if not found:
        raise StimulusError(f"'{folder}' holds neither {name} nor {name}.gz; pass a folder that does, or one file.")
    return found[0]
