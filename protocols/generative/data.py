"""Images of the generative protocols: those that the teacher stores, and others that test the student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.generative import MASKED, Parameters
from protocols.images.files import pictures
from spiking_engrams import stimuli
from spiking_engrams.errors import StimulusError
from spiking_engrams.experiment.session import Session
from spiking_engrams.files.storage import from_anywhere
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of
from spiking_engrams.schedule.life import Draws
from spiking_engrams.stimuli import ImageSet

MASKED_SHARE = 0.3  # of the pixels of a cue, in claims
LEAST_TESTS = 20  # test images
SIZES = {"digits": (8, 8), "mnist": (28, 28)}  # at which numbers are stated for these images
DEVELOPMENT = 1000  # of the embedded digits: settings were chosen on these; only the others test the student


@dataclass(frozen=True)
class ImageOptions(ParameterSet):
    """Options shared by the generative protocols."""

    images: str = field_of("", "folder with a subfolder per class, or TrainingSet and TestingSet of these", "")
    idx: str = field_of("", "IDX file of images, or folder with the four files of MNIST", "")
    fit: str = field_of("crop", "crop: keep the aspect ratio and crop longer images to the middle; stretch: ignore it",
                        "", allowed=("crop", "stretch"))  # fmt: skip
    n_train: int = field_of(0, "training images per class from which memories are drawn; 0: all", FITTED, low=0)
    n_test: int = field_of(500, "test images", FITTED, low=20)

    def __post_init__(self) -> None:
        """Make paths absolute, so that a run can be resumed from any folder."""
        super().__post_init__()
        for name in ("images", "idx"):
            object.__setattr__(self, name, from_anywhere(getattr(self, name)))


@dataclass(frozen=True)
class CuedOptions(ImageOptions):
    """Options of protocols in which memories are recalled from cues and classes decoded."""

    n_cues: int = field_of(100, "memories recalled from a masked cue, at most", FITTED, low=1)
    masked: float = field_of(MASKED_SHARE, "share of the pixels of a cue that are masked", FITTED, low=0.0, high=0.95)
    n_labels: int = field_of(
        200, "labels from which classes are decoded; at most half of the test images", "Spens & Burgess 2024", low=10
    )
    n_draws: int = field_of(10, "draws of these labels", FITTED, low=1)


@dataclass(frozen=True)
class Data:
    """Brightness of images, 0 to 1, and the classes of the test images.

    Attributes
    ----------
    memories, test
        Images, ``(n, height, width)``.
    memory_labels, labels
        Class of each memory and of each test image, ``(n,)``.
    known, known_labels
        All training images, among them the memories, with which classifiers are fitted.
    known_as
        ``"digits"``, ``"mnist"`` or ``"own"``.
    """

    memories: np.ndarray
    test: np.ndarray
    memory_labels: np.ndarray
    labels: np.ndarray
    known: np.ndarray
    known_labels: np.ndarray
    known_as: str


def load(options: ImageOptions, p: Parameters, draw: Draws) -> Data:
    """Return the images that the options name: as many memories as there are assemblies, and test images.

    Raises
    ------
    StimulusError
        If files are missing or damaged, or there are fewer images than assemblies.
    """
    generator = draw.rng("images")
    if options.images or options.idx:
        train, test, known_as = _given(options, p, generator)
    else:
        train, test, known_as = _digits(p, generator)
    if len(train) < p.teacher.memories:
        raise StimulusError(
            f"There are {len(train)} training images and {p.teacher.memories} assemblies, each for one of them; use "
            f"fewer (--set teacher.memories={len(train)}) or give more images."
        )
    if len(test) < LEAST_TESTS:
        raise StimulusError(
            f"There are {len(test)} test images; at least {LEAST_TESTS} are required. Give more images."
        )
    if options.n_test > p.max_images:
        raise StimulusError(
            f"protocol.n_test is {options.n_test}; at most {p.max_images} images are shown in one phase: lower it, or "
            "set max_images higher."
        )
    test = test.select(np.arange(min(len(test), options.n_test)))
    known, n = bright(train), p.teacher.memories
    known_as = known_as if SIZES.get(known_as) == (p.height, p.width) and _usual(options) else "own"
    return Data(known[:n], bright(test), train.labels[:n], test.labels, known, train.labels, known_as)


def _usual(options: ImageOptions) -> bool:
    """Return whether cues are masked as in the claims."""
    return getattr(options, "masked", MASKED_SHARE) == MASKED_SHARE


def labelled(options: CuedOptions, data: Data) -> int:
    """Return from how many labels classes are decoded."""
    return min(options.n_labels, len(data.test) // 2)


def orders(session: Session[Any, Any], data: Data) -> list[np.ndarray]:
    """Return the orders of the test images in which labels are known, a draw each."""
    return [session.rng(f"labels {k}").permutation(len(data.test)) for k in range(session.options.n_draws)]


def cued(options: CuedOptions, images: np.ndarray, draw: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Return which images are recalled, and their cues, of which pixels are masked at random."""
    generator = draw.rng("cues")
    which = generator.permutation(len(images))[: options.n_cues]
    pixels = images[0].size
    n_hidden = min(round(options.masked * pixels), pixels - 1)
    ranks = generator.permuted(np.tile(np.arange(pixels), (len(which), 1)), axis=1)
    return which, np.where((ranks < n_hidden).reshape(images[which].shape), MASKED, images[which])


def check(options: ImageOptions, p: Parameters) -> None:
    """Raise if the images that the options name cannot be used."""
    load(options, p, Draws(1))


def bright(images: ImageSet) -> np.ndarray:
    """Return the brightness of images, 0 to 1, ``(n, height, width)``."""
    return np.asarray(images.images, float) / 255


def _given(options: ImageOptions, p: Parameters, generator: np.random.Generator) -> tuple[ImageSet, ImageSet, str]:
    """Return a user's images, test images in random order."""
    train, test, known_as = pictures(_Files(options), (p.height, p.width), generator)
    return train, test, "mnist" if known_as == "mnist" else "own"


def _digits(p: Parameters, generator: np.random.Generator) -> tuple[ImageSet, ImageSet, str]:
    images = stimuli.digits((p.height, p.width))
    train = images.select(generator.permutation(DEVELOPMENT))
    test = images.select(DEVELOPMENT + generator.permutation(len(images) - DEVELOPMENT))
    return train, test, "digits"


class _Files:
    """The options as `pictures` takes them: all test images, from which some are taken later."""

    def __init__(self, options: ImageOptions):
        self.images, self.idx, self.fit = options.images, options.idx, options.fit
        self.n_train, self.n_test = options.n_train, 0
