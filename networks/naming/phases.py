"""Phases of the naming network: the images and names that are presented to it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np

from networks.naming.feature_layers import SILENT, ImageTime
from networks.naming.homeostasis import Thresholds
from networks.naming.names import level
from networks.naming.parameters import Parameters
from networks.naming.readout import convolutions
from spiking_engrams.errors import ScheduleError, StimulusError
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.stimuli import NO_SPIKE, ImageSet, contrast, latencies
from spiking_engrams.values.arrays import frozen_array


class Phases:
    """Phases of one naming network; every image is one step of the schedule.

    Images are given as spike trains, int32 ``(n, channels, height, width)`` with bit k set if the pixel fires in bin
    k; see `trains`. `time` is the time of an image.

    Examples
    --------
    >>> from networks.naming import Parameters
    >>> from spiking_engrams.stimuli import NO_SPIKE
    >>> phases = Phases(Parameters())
    >>> images = trains(np.full((3, 2, 16, 16), NO_SPIKE))
    >>> phases.see(images).n_steps, phases.recall(images).signals["acetylcholine"]
    (3, 1.0)
    >>> phases.encode(images, labels=[0, 1, 1]).signals["heard_name"].tolist()
    [0.0, 1.0, 1.0]
    """

    thresholds = Thresholds()  # none that differ from those of the circuit

    def __init__(self, parameters: Parameters, time: ImageTime | None = None):
        self.parameters = parameters
        self.time = time

    def with_thresholds(self, thresholds: Thresholds) -> Self:
        """Return the phases of the same network with other thresholds for all images but those of lessons."""
        other = copy.copy(self)
        other.thresholds = thresholds
        return other

    def see(self, trains: np.ndarray, name: str = "see", **signals: Any) -> Phase:
        """Return a phase that shows images, at most `max_images`; further signals as given.

        Raises
        ------
        ScheduleError
            If images have the wrong shape, there are too many, or a pixel fires twice.
        """
        p = self.parameters
        wanted = (p.channels, p.height, p.width)
        trains = np.asarray(trains)
        if trains.shape[1:] != wanted or not 1 <= len(trains) <= p.max_images:
            raise ScheduleError(
                f"Phase '{name}' shows images of shape {trains.shape}; allowed is (n, {', '.join(map(str, wanted))}) "
                f"with n from 1 to {p.max_images}."
            )
        if p.first_layer == 1 and np.any(trains & (trains - 1)):
            raise ScheduleError(f"Phase '{name}': a pixel fires more than once in an image; each may fire once.")
        index = {"images_index": np.arange(len(trains), dtype=float)}
        phase = Phase(name, len(trains), index | signals, {"images": trains.reshape(len(trains), -1)})
        return phase.with_constants(self.thresholds.firing)

    def see_to_name(self, trains: np.ndarray, thresholds: Sequence[float] = (), name: str = "see to name") -> Phase:
        """Return a phase that shows images with the thresholds for names, or with other ones."""
        given = thresholds or self.parameters.names.thresholds
        firing = list(convolutions(self.parameters))[:-1]
        usual = {f"{layer}.theta": value for layer, value in zip(firing, given, strict=False)}
        return self.see(trains, name).with_constants({**usual, **self.thresholds.names})

    def train(self, trains: np.ndarray, layer: int, potentiation: Any, depression: Any, name: str = "") -> Phase:
        """Return a phase in which the kernels of a layer learn; rates are numbers or one per image."""
        thresholds = {
            f"{n}.theta": min(conv.learning_threshold, SILENT) for n, conv in convolutions(self.parameters).items()
        }
        phase = self.see(trains, name or f"train layer {layer}", training=float(layer), potentiation=potentiation,
                         depression=depression)  # fmt: skip
        return phase.with_constants(thresholds)

    def lessons(self, trains: np.ndarray, generator: np.random.Generator) -> list[Phase]:
        """Return the phases in which all kernels learn, layer by layer, from images in random order.

        The rate of potentiation is doubled every `doubling` images, up to `largest_rate`, as published.
        """
        p, phases, trains = self.parameters, list[Phase](), frozen_array(trains)  # all lessons share them
        how = p.learning
        for name, count, start in zip(convolutions(p), how.images, how.rates, strict=True):
            n = int(count)
            number = int(name.removeprefix("conv"))
            order = np.concatenate([generator.permutation(len(trains)) for _ in range(-(-n // len(trains)))])[:n]
            up = np.minimum(start * 2.0 ** (np.arange(n) // how.doubling), how.largest_rate)
            for first in range(0, n, p.max_images):
                part = slice(first, first + p.max_images)
                phases.append(self._lesson(trains, order[part], number, up[part], name=f"{name} learns"))
        return phases

    def _lesson(self, trains: np.ndarray, chosen: np.ndarray, layer: int, up: np.ndarray, name: str) -> Phase:
        """Return a phase that trains a layer on chosen images; if all images fit into a bank, lessons share it."""
        down = self.parameters.learning.depression * up
        if len(trains) > self.parameters.max_images:
            return self.train(trains[chosen], layer, up, down, name)
        phase = self.train(trains, layer, 0.0, 0.0, name)
        signals = {"images_index": chosen.astype(float), "potentiation": up, "depression": down}
        return replace(phase, n_steps=len(chosen), signals={**phase.signals, **signals})

    def experience(self, trains: np.ndarray, n_before: int = 0, name: str = "experience") -> Phase:
        """Return a phase in which concept neurons learn what is familiar, after `n_before` such images."""
        seen = np.arange(n_before + 1, n_before + len(trains) + 1)
        return self.see(trains, name, experience=np.maximum(1 / seen, self.parameters.names.familiarity))

    def encode(
        self,
        trains: np.ndarray,
        labels: np.ndarray,
        novelty: Any = 1.0,
        n_names: int = 2,
        open_path: bool = False,
        name: str = "encode",
    ) -> Phase:
        """Return a phase in which objects and their names are active together.

        Parameters
        ----------
        labels
            Name of each image, ``(n,)``.
        novelty
            Factor of the learning rates, a number or one per image.
        n_names
            Number of names, which the published rule needs.
        open_path
            Whether the backward pathway is open meanwhile, so that names are also answered, as surprise requires.
        """
        labels = np.asarray(labels)
        if labels.shape != (len(trains),) or labels.min() < 0 or labels.max() >= self.parameters.names.n:
            raise ScheduleError(
                f"Phase '{name}' has labels of shape {labels.shape}; allowed are {len(trains)} numbers from 0 to "
                f"{self.parameters.names.n - 1}, one per image (names.n name neurons)."
            )
        return self.see(
            trains, name, heard_name=labels.astype(float), novelty=novelty, other_names=n_names - 1.0,
            acetylcholine=level(self.parameters.names, float(open_path)),
        )  # fmt: skip

    def rehearse(self, trains: np.ndarray, rate: float, name: str = "rehearse") -> Phase:
        """Return a phase in which the names that objects recall are learned with them, at a rate from 0 to 1.

        Raises
        ------
        ScheduleError
            If the rule of the couplings is not covariance, or the rate is outside its range.
        """
        if self.parameters.names.rule != "covariance" or not 0 <= rate <= 1:
            raise ScheduleError(
                f"Phase '{name}' needs the rule covariance and a rate from 0 to 1; names.rule is "
                f"'{self.parameters.names.rule}', the rate is {rate:g}."
            )
        return self.see(trains, name, rehearsal=rate, acetylcholine=level(self.parameters.names, 1.0))

    def recall(self, trains: np.ndarray, gate: float = 1.0, weighted: bool = False, name: str = "recall") -> Phase:
        """Return a phase in which the backward pathway is open by `gate` (0: closed, 1: open) and names are answered.

        Raises
        ------
        ScheduleError
            If backward spikes are to be weighted by the potentials of concept neurons that repeat recorded spikes.
        """
        if weighted and not self.parameters.layers:
            raise ScheduleError(f"Phase '{name}': recorded spikes have no potentials; leave `weighted` out.")
        return self.see(trains, name, acetylcholine=level(self.parameters.names, gate), weighted=float(weighted))


def retina(parameters: Parameters, images: ImageSet) -> np.ndarray:
    """Return the spike trains evoked by images, as `Phases` takes them: int32, ``(n, channels, height, width)``.

    Raises
    ------
    StimulusError
        If images have the wrong size, or one of them causes no spike.

    Examples
    --------
    >>> from networks.naming import Parameters
    >>> from spiking_engrams.stimuli import ImageSet
    >>> squares = np.zeros((2, 16, 16))
    >>> squares[0, 4:12, 4:12] = squares[1, 2:6, 2:6] = 255
    >>> images = ImageSet(squares, np.array([0, 1]), ("large", "small"), ("1", "2"))
    >>> retina(Parameters(), images).shape
    (2, 2, 16, 16)
    """
    p, eye = parameters, parameters.retina
    if images.size != (p.height, p.width) or p.channels > 2:
        raise StimulusError(
            f"Images of {images.size} pixels and a network with {p.channels} channel(s) of {(p.height, p.width)} were "
            "given; the sizes must agree, with 1 channel (on-centre) or 2 (on and off)."
        )
    maps = contrast(
        images.images, size=eye.filter_size, sigma_centre=eye.sigma_centre, sigma_surround=eye.sigma_surround,
        off=p.channels == 2, threshold=eye.threshold, border=eye.border, normalisation=eye.normalisation,
    )  # fmt: skip
    return trains(latencies(maps, eye.n_bins, images.names))


def trains(steps: np.ndarray) -> np.ndarray:
    """Return spike trains, int32 with one bit for each bin, of latencies of any shape (`NO_SPIKE` where there is none).

    Examples
    --------
    >>> from spiking_engrams.stimuli import NO_SPIKE
    >>> trains(np.array([0, 3, NO_SPIKE])).tolist()
    [1, 8, 0]
    """
    steps = np.asarray(steps, dtype=np.int64)
    return np.where(steps == NO_SPIKE, 0, 1 << np.maximum(steps, 0)).astype(np.int32)
