"""Input of the naming protocols: images and the spike trains that they cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import naming
from protocols.images.files import pictures
from spiking_engrams.errors import StimulusError
from spiking_engrams.files.storage import from_anywhere
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of
from spiking_engrams.stimuli import ImageSet

PRESET_OF = {"digits": "digits", "mnist": "mnist", "caltech": "photo"}  # by the name of the image set
FULL_SIZE = {"digits": (116, 630), "caltech": (200, 396), "mnist": (1000, 10000)}  # least train per class, least tests


@dataclass(frozen=True)
class ImageOptions(ParameterSet):
    """Options shared by all naming protocols."""

    images: str = field_of("", "folder with one subfolder per class, or TrainingSet and TestingSet that hold these", "")
    idx: str = field_of("", "IDX file of images, or folder with the four files of MNIST", "")
    kernels: str = field_of("", "folder with kernels NAME_ID.npy, used in addition to those learned here", "")
    n_train: int = field_of(
        0,
        "training images per class; 0: all, or two thirds of the smallest class if there is no test set",
        FITTED,
        low=0,
    )
    n_test: int = field_of(0, "test images per class at most; 0: all", FITTED, low=0)
    fit: str = field_of(
        "auto",
        "crop: keep the aspect ratio and crop longer images to their middle; stretch: ignore the aspect ratio; auto: "
        "crop, but treat published sets as published",
        "",
        allowed=("auto", "crop", "stretch"),
    )
    homeostasis: str = field_of(
        "auto", "whether thresholds, and gains of the backward pathway, are set from the training images; auto: only "
        "for your own images", "", allowed=("auto", "on", "off"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Make paths absolute, so that a run can be resumed from any folder."""
        super().__post_init__()
        for name in ("images", "idx", "kernels"):
            object.__setattr__(self, name, from_anywhere(getattr(self, name)))


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

    def homeostatic(self, options: ImageOptions) -> bool:
        """Return whether thresholds are set by homeostasis: for user images, unless the options say otherwise."""
        return options.homeostasis == "on" or (options.homeostasis == "auto" and self.known_as == "own")

    def full_size(self, parameters: naming.Parameters) -> bool:
        """Return whether published or required numbers apply: known images, enough of them, and their own preset."""
        if self.known_as not in FULL_SIZE:
            return False
        (n_train, n_test), preset = FULL_SIZE[self.known_as], naming.PRESETS[PRESET_OF[self.known_as]]
        may_differ = {"names.rule": preset.names.rule, "names.n": preset.names.n, "max_images": preset.max_images}
        fits = parameters.replace(may_differ).to_dict() == preset.to_dict()
        return fits and bool(np.bincount(self.train.labels).min() >= n_train) and len(self.test) >= n_test


def load(options: Any, parameters: naming.Parameters, generator: np.random.Generator) -> Images:
    """Return the images that the options name, with their spike trains.

    Raises
    ------
    StimulusError
        If files are missing, damaged or do not fit, or there are more classes than name neurons.
    """
    train, test, known_as = pictures(options, (parameters.height, parameters.width), generator)
    if len(train.classes) > parameters.names.n:
        raise StimulusError(
            f"There are {len(train.classes)} classes and {parameters.names.n} name neurons; set more with "
            f"--set names.n={len(train.classes)}."
        )
    return Images(train, test, naming.retina(parameters, train), naming.retina(parameters, test), known_as)
