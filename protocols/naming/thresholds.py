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
from spiking_engrams.experiment.session import Session
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.state import State

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

    session: Session[naming.Parameters, Any]
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
        firing = self._firing(state, convs, p.homeostasis.of("firing", len(convs)))
        given = p.names.thresholds or list(convs.values())
        asked = p.homeostasis.of("names" if p.homeostasis.names else "firing", len(convs))
        found = Thresholds(firing, self._firing(state, dict(zip(convs, given, strict=True)), asked))
        self._deposit(state, found)
        return lessons, found

    def _learning(self) -> list[Phase]:
        """Return the lessons, each with the threshold that its layer, and those below it, should have."""
        lessons, thresholds, convs = list[Phase](), dict[str, float](), readout.convolutions(self.parameters)
        state = self.session.simulation.initial_state(self.session.seed)
        asked = self.parameters.homeostasis.of("learning", len(convs))
        for (name, conv), relative in zip(convs.items(), asked, strict=True):
            state = self.session.pretrained(lessons) if lessons else state
            thresholds[theta(name)] = self._found(name, state, thresholds, relative, conv.learning_threshold)
            self.session.metric("threshold", thresholds[theta(name)], layer=name, when="learning")
            own = [each for each in self.lessons if each.name == f"{name} learns"]
            lessons += [each.with_constants(thresholds) for each in own]
        return lessons

    def _firing(self, state: State, usual: Mapping[str, float], asked: list[float | None]) -> dict[str, float]:
        """Return thresholds of all convolutions that have learned, by the usual ones and the shares asked for."""
        p, thresholds = self.parameters, dict[str, float]()
        for (name, each), relative in zip(usual.items(), asked, strict=True):
            thresholds[theta(name)] = self._found(name, state, thresholds, relative, each)
        thresholds[f"{self.concepts}.concept_threshold"] = self._found(
            self.concepts, state, thresholds, p.homeostasis.concepts, p.names.threshold, competes=False
        )
        return thresholds

    def _found(
        self,
        name: str,
        state: State,
        thresholds: Mapping[str, float],
        relative: float | None,
        usual: float,
        competes: bool = True,
    ) -> float:
        """Return the threshold of a convolution at which the wanted share of it fires; `thresholds` are lower ones."""
        if relative is None:
            return usual
        p, phases, below, trains = self.parameters, self.session.circuit.phases, self._below(name), self.some
        if below != "input":
            phase = phases.see(trains, f"threshold of {name}").with_constants(thresholds)
            _, recording = self.session.explore(phase, state, record=(below,))
            trains = readout.trains_of(self.session.circuit, recording, below)
        charged = homeostasis.charges(trains, readout.kernels(p, state)[name], phases.time.last_bin)
        wanted = homeostasis.wanted(relative, trains, competes)
        driven = homeostasis.drive(charged, competes)
        return homeostasis.adjusted(driven, usual, wanted, competes, p.homeostasis.tolerance)

    def _deposit(self, state: State, found: Thresholds) -> None:
        """Deposit thresholds, and the share of each layer that then fires: of locations, and of concept neurons."""
        session, convs = self.session, list(readout.convolutions(self.parameters))
        for name, value in found.firing.items():
            session.metric("threshold", value, layer=name.partition(".")[0], when="firing")
        phase = session.circuit.phases.with_thresholds(found).see(self.some, "shares that fire")
        _, recording = session.explore(phase, state, record=convs)
        for name in convs:
            fired = readout.trains_of(session.circuit, recording, name) != 0
            session.metric("share", (fired if name == self.concepts else fired.any(axis=1)).mean(), layer=name)

    def _below(self, name: str) -> str:
        layers = ["input", *readout.named_layers(self.parameters)]
        return layers[layers.index(name) - 1]


def theta(name: str) -> str:
    """Return the constant of the threshold of a convolution, as `Phase.with_constants` takes it."""
    return f"{name}.theta"
