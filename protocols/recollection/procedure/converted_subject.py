"""A subject of the recall in a converted network, and its images."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from networks import converted
from networks.converted import weights
from networks.converted.phases import coded, grey
from networks.converted.weights import converted_stages
from networks.naming.parameters import numbers
from networks.recollection import measures
from protocols.images.files import pictures
from protocols.naming.data import Images
from protocols.recollection.claims.recall import CONVERTED
from protocols.recollection.procedure.subject import Rememberer


class Converted(Rememberer):
    """One seed: its images as grey values, and what the converted network makes of them."""

    parameters: Any  # those of a converted network

    def __init__(self, session: Any):
        self.session, self.parameters, self.phases = session, session.parameters, session.circuit.phases
        self.stages = converted_stages(self.parameters)
        everything = grey_images(session.options, self.parameters, self.stages[0].below[0], session.rng("images"))
        self.images = without_trained(everything, weights.read(self.parameters.weights, self.parameters.layers))
        self.remember(CONVERTED)

    @property
    def preset(self) -> Any:
        """Parameters of the shipped network, whatever memory it may take."""
        return converted.Parameters(memory=self.parameters.memory)

    @cached_property
    def learned(self) -> Any:
        """State with the trained weights."""
        return self.session.simulation.initial_state(self.session.seed)

    @property
    def signs(self) -> int:
        """2 if values below the mean have neurons of their own."""
        return int(self.parameters.signs)

    @property
    def nothing(self) -> np.ndarray:
        """Grey value of each channel that causes no spike."""
        mean = numbers("mean", self.parameters.mean)
        return (mean if len(mean) else np.zeros(1))[:, None, None]

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers that fire."""
        firing = [stage.name for stage in self.stages if self.session.circuit.group(stage.name).threshold]
        return ["input", *firing]

    def contrast_of(self, trains: np.ndarray) -> np.ndarray:
        """Return images as the trained network takes them, mean of the channels."""
        return coded(self.parameters, trains).mean(axis=1)

    def grey(self, pictures: np.ndarray) -> np.ndarray:
        """Return pictures as they are: the input takes grey values."""
        return pictures

    def pictured(self, spikes: np.ndarray) -> np.ndarray:
        """Return the pictures for which spike counts of the input stand, mean of the channels."""
        p = self.parameters
        maps = spikes.reshape(len(spikes), self.signs, -1, p.height, p.width).astype(float).mean(axis=2)
        return measures.decoded(maps)


def grey_images(options: Any, parameters: Any, channels: int, generator: np.random.Generator) -> Images:
    """Return images as grey values from 0 to 1, the same in all channels, ``(n, channels, height, width)``."""
    train, test, known_as = pictures(options, (parameters.height, parameters.width), generator)
    return Images(train, test, grey(train, channels), grey(test, channels), known_as)


def without_trained(images: Images, trained: weights.Trained) -> Images:
    """Return images without those test images with which the network was trained, as far as its file says."""
    known = trained.arrays.get("trained", np.zeros(0, np.uint64))
    new = np.flatnonzero(~np.isin(weights.fingerprints(images.test.images), known))
    return replace(images, test=images.test.select(new), test_spikes=images.test_spikes[new])
