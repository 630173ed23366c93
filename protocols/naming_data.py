"""Images of the naming protocols: the embedded digits, a user's folder or IDX files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from networks import naming
from spiking_engrams import stimuli
from spiking_engrams.errors import StimulusError
from spiking_engrams.parameters import FITTED, ParameterSet, field_of
from spiking_engrams.stimuli import ImageSet

PARTS = ("TrainingSet", "TestingSet")
IDX_PARTS = ("train", "t10k")
IDX_KINDS = ("images-idx3", "labels-idx1")
FULL_SIZE = {"digits": (116, 630), "caltech": (200, 396), "mnist": (1000, 10000)}  # train per class, tests, at least


@dataclass(frozen=True)
class ImageOptions(ParameterSet):
    """Options that all naming protocols share."""

    images: str = field_of("", "folder with a folder per class, or with TrainingSet and TestingSet that hold these", "")
    idx: str = field_of("", "IDX file of images, or folder with the four files of MNIST", "")
    kernels: str = field_of("", "folder with kernels NAME_ID.npy, used beside those learned here", "")
    n_train: int = field_of(
        0,
        "training images per class; 0: all, or two thirds of the smallest class where there is no test set",
        FITTED,
        low=0,
    )
    n_test: int = field_of(0, "test images per class at most; 0: all", FITTED, low=0)

    def __post_init__(self) -> None:
        """Make paths absolute, so that a run goes on from any folder."""
        super().__post_init__()
        for name in ("images", "idx", "kernels"):
            if path := getattr(self, name):
                object.__setattr__(self, name, os.path.abspath(os.path.expanduser(path)))


@dataclass(frozen=True)
class Images:
    """Training and test images with the spike trains that they cause.

    Attributes
    ----------
    known_as
        ``"digits"``, ``"caltech"`` or ``"mnist"`` where published or required numbers exist, else ``"own"``.
    """

    train: ImageSet
    test: ImageSet
    train_spikes: np.ndarray
    test_spikes: np.ndarray
    known_as: str

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.train.classes)

    def full_size(self, parameters: naming.Parameters) -> bool:
        """Return whether published or required numbers apply: known images, enough of them, seen by their preset."""
        if self.known_as not in FULL_SIZE:
            return False
        (n_train, n_test), preset = FULL_SIZE[self.known_as], naming.PRESETS[self.known_as]
        may_differ = {"names.rule": preset.names.rule, "names.n": preset.names.n, "max_images": preset.max_images}
        fits = parameters.replace(may_differ).to_dict() == preset.to_dict()
        return fits and bool(np.bincount(self.train.labels).min() >= n_train) and len(self.test) >= n_test


def load(options: Any, parameters: naming.Parameters, generator: np.random.Generator) -> Images:
    """Read the images that the options name, and code them as spike trains.

    Raises
    ------
    StimulusError
        If files are missing, damaged or do not fit, or there are more classes than name neurons.
    """
    train, test, known_as = pictures(options, (parameters.height, parameters.width), generator)
    if len(train.classes) > parameters.names.n:
        raise StimulusError(
            f"There are {len(train.classes)} classes and {parameters.names.n} name neurons; give more by "
            f"--set names.n={len(train.classes)}."
        )
    return Images(train, test, naming.retina(parameters, train), naming.retina(parameters, test), known_as)


def pictures(options: Any, size: stimuli.Size, generator: np.random.Generator) -> tuple[ImageSet, ImageSet, str]:
    """Return the training and test images of a size that the options name, and what they are known as.

    Raises
    ------
    StimulusError
        If files are missing, damaged or do not fit.
    """
    if options.images and options.idx:
        raise StimulusError("Give a folder of images or IDX files, not both (protocol.images, protocol.idx).")
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
    if not all((path / part).is_dir() for part in PARTS):
        return *_split(stimuli.from_folder(path, size), options, generator), "own"
    train, test = (stimuli.from_folder(path / part, size) for part in PARTS)
    _check_classes(path, train, test)
    return train, test, "caltech" if train.classes == ("Face", "Motor") else "own"


def _idx(path: Path, size: stimuli.Size, options: Any, generator: np.random.Generator) -> Any:
    if path.is_dir():
        files = ([_idx_file(path, f"{part}-{kind}-ubyte") for kind in IDX_KINDS] for part in IDX_PARTS)
        train, test = (stimuli.from_idx(*pair, size) for pair in files)
        _check_classes(path, train, test)
        return train, test, "mnist" if train.classes == tuple("0123456789") else "own"
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    return *_split(stimuli.from_idx(path, labels, size), options, generator), "own"


def _check_classes(path: Path, train: ImageSet, test: ImageSet) -> None:
    if train.classes != test.classes:
        raise StimulusError(f"'{path}': classes differ, {train.classes} for training and {test.classes} for tests.")


def _idx_file(folder: Path, name: str) -> Path:
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if not found:
        raise StimulusError(f"'{folder}' holds neither {name} nor {name}.gz; give the folder that does, or one file.")
    return found[0]
