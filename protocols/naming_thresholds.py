"""Thresholds by homeostasis, for images that a preset was not made for: layer by layer, from training images alone.

Before a convolution learns, the threshold with which it learns is set by what it is driven by with new kernels; when
all have learned, so are the thresholds with which they fire, from the lowest layer on, those of the concept neurons,
and those that hold when names count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import naming
from networks.naming import homeostasis, readout
from networks.naming.homeostasis import Thresholds
from spiking_engrams.schedule import Phase

N_IMAGES = 40  # training images from which thresholds are set


@dataclass(frozen=True)
class Learner:
    """Who learns kernels.

    Attributes
    ----------
    session
        Of the circuit that learns.
    trains
        Spike trains of the training images.
    lessons
        With the thresholds of the circuit.
    """

    session: Any
    trains: np.ndarray
    lessons: list[Phase]

    @property
    def parameters(self) -> naming.Parameters:
        """Parameters of the network."""
        found: naming.Parameters = self.session.parameters
        return found

    @property
    def some(self) -> np.ndarray:
        """Training images from which thresholds are set."""
        return self.trains[: min(N_IMAGES, self.parameters.max_images)]

    @property
    def concepts(self) -> str:
        """Name of the convolution of the concept neurons."""
        return list(readout.convolutions(self.parameters))[-1]

    def balanced(self) -> tuple[list[Phase], Thresholds]:
        """Return the lessons, and all thresholds, as homeostasis sets them."""
        p, lessons = self.parameters, self._learning()
        state = self.session.pretrained(lessons)
        convs = {name: conv.threshold for name, conv in readout.convolutions(p).items() if name != self.concepts}
        firing = self._firing(state, convs)
        given = naming.parameters.numbers("names.thresholds", p.names.thresholds).tolist()
        names = self._firing(state, dict(zip(convs, given, strict=True))) if given else firing
        return lessons, Thresholds(firing, names)

    def _learning(self) -> list[Phase]:
        """Return the lessons, each with the threshold that its layer, and those below it, should have."""
        relative, lessons, thresholds = self.parameters.homeostasis.learning, list[Phase](), dict[str, float]()
        for name, conv in readout.convolutions(self.parameters).items():
            state = (
                self.session.pretrained(lessons)
                if lessons
                else self.session.simulation.initial_state(self.session.seed)
            )
            thresholds[theta(name)] = self._found(name, state, thresholds, relative, conv.learning_threshold)
            own = [each for each in self.lessons if each.name == f"{name} learns"]
            lessons += [each.with_constants(**thresholds) for each in own]
        return lessons

    def _firing(self, state: Any, usual: Mapping[str, float]) -> dict[str, float]:
        """Return the thresholds of all convolutions, which are the usual ones or near them, when kernels are those."""
        asked, thresholds = self.parameters.homeostasis, dict[str, float]()
        for name, each in usual.items():
            thresholds[theta(name)] = self._found(name, state, thresholds, asked.firing, each)
        usual_concepts = self.parameters.names.threshold
        thresholds[f"{self.concepts}__concept_threshold"] = self._found(
            self.concepts, state, thresholds, asked.concepts, usual_concepts, competes=False
        )
        return thresholds

    def _found(
        self,
        name: str,
        state: Any,
        thresholds: Mapping[str, float],
        relative: float,
        usual: float,
        competes: bool = True,
    ) -> float:
        """Return the threshold of a convolution at which the wanted share of it fires; `thresholds` are lower ones."""
        p, phases, below, trains = self.parameters, self.session.circuit.phases, self._below(name), self.some
        if below != "input":
            phase = phases.see(trains, f"threshold of {name}").with_constants(**thresholds)
            _, recording = self.session.explore(phase, state, record=(below,))
            trains = readout.trains_of(self.session.circuit, recording, below)
        charged = homeostasis.charges(trains, readout.kernels(p, state)[name], phases.time.last_bin)
        wanted = homeostasis.wanted(relative, trains, competes)
        found = homeostasis.threshold(homeostasis.drive(charged, competes), wanted)
        return homeostasis.bounded(found, usual)

    def _below(self, name: str) -> str:
        layers = ["input", *readout.named_layers(self.parameters)]
        return layers[layers.index(name) - 1]


def theta(name: str) -> str:
    """Return the constant of the threshold of a convolution, as `Phase.with_constants` takes it."""
    return f"{name}__theta"


def deposit(learner: Learner, lessons: list[Phase], thresholds: Thresholds) -> None:
    """Deposit thresholds, and the share of each layer that then fires at training images: of locations, of concepts."""
    session, convs = learner.session, list(readout.convolutions(learner.parameters))
    for name, value in thresholds.firing.items():
        session.metric(f"threshold_{name.partition('__')[0]}", value)
    phase = session.circuit.phases.with_thresholds(thresholds).see(learner.some, "shares that fire")
    _, recording = session.explore(phase, session.pretrained(lessons), record=convs)
    for name in convs:
        fired = readout.trains_of(session.circuit, recording, name) != 0
        session.metric(f"share_{name}", (fired if name == learner.concepts else fired.any(axis=1)).mean())
