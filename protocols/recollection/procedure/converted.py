"""A converted network as a `Brain`: its input is grey values, and its weights were trained elsewhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from networks import converted
from networks.converted import weights
from networks.converted.phases import coded, grey
from networks.converted.weights import converted_stages
from networks.recollection import measures
from protocols.images.files import pictures
from protocols.naming.data import Images
from protocols.recollection.procedure.learned import is_preset
from protocols.recollection.procedure.sight import Sight
from spiking_engrams.errors import EngramError
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.state import State


class Converted:
    """Converted network and its images; attributes as of `Brain`, and `stages`, its layers."""

    def __init__(self, session: Session[converted.Parameters, Any]):
        self.session, self.parameters, self.phases = session, session.parameters, session.circuit.phases
        self.stages = converted_stages(self.parameters)
        everything = grey_images(session.options, self.parameters, self.stages[0].below[0], session.rng("images"))
        self.images = without_trained(everything, weights.read(self.parameters.weights, self.parameters.layers))

    @cached_property
    def learned(self) -> State:
        """State with the trained weights."""
        return self.session.simulation.initial_state(self.session.seed)

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers that fire."""
        firing = [stage.name for stage in self.stages if self.session.circuit.group(stage.name).threshold]
        return ["input", *firing]

    @property
    def by_preset(self) -> bool:
        """Whether it is the shipped network, regardless of its memory limit."""
        shipped = converted.Parameters(memory=self.parameters.memory)
        return is_preset(self.parameters, shipped) and not self.images.homeostatic(self.session.options)

    def sight(self, n: int) -> Sight:
        """Return how the first `n` test images are seen: the input takes grey values."""
        p, mean = self.parameters, np.array(self.parameters.mean)

        def pictured(spikes: np.ndarray) -> np.ndarray:
            maps = spikes.reshape(len(spikes), int(p.signs), -1, p.height, p.width).astype(float).mean(axis=2)
            return measures.decoded(maps)

        return Sight(
            np.asarray(self.images.test.images[:n], float),
            self.images.test_spikes[:n],
            signs=int(p.signs),
            nothing=(mean if len(mean) else np.zeros(1))[:, None, None],
            contrast_of=lambda trains: coded(p, trains).mean(axis=1),
            grey=lambda pictures: pictures,
            pictured=pictured,
        )

    def with_changes(self, changes: dict[str, Any]) -> Self:
        """Raise an EngramError, since a converted network has no ablations."""
        raise EngramError("A converted network cannot be changed; ablations apply to the recollection network only.")


def grey_images(
    options: Any, parameters: converted.Parameters, channels: int, generator: np.random.Generator
) -> Images:
    """Return images as grey values from 0 to 1, the same in all channels, ``(n, channels, height, width)``."""
    train, test, known_as = pictures(options, (parameters.height, parameters.width), generator)
    return Images(train, test, grey(train, channels), grey(test, channels), known_as)


def without_trained(images: Images, trained: weights.Trained) -> Images:
    """Return images without the test images on which the network was trained, as far as its file lists them."""
    known = trained.arrays.get("trained", np.zeros(0, np.uint64))
    new = np.flatnonzero(~np.isin(weights.fingerprints(images.test.images), known))
    return replace(images, test=images.test.select(new), test_spikes=images.test_spikes[new])
