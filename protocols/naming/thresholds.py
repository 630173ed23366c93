"""Thresholds set by homeostasis, for images other than those of a preset: layer by layer, from training images alone.

Before a convolution learns, its learning threshold is set from the drive that it receives with its initial kernels.
After all have learned, their firing thresholds are set in the same way from the lowest layer upwards, then those of the
concept neurons, and those used for naming.
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
    """Circuit that learns kernels.

    Attributes
    ----------
    session
        Session of the circuit that learns.
    trains
        Spike trains of the training images.
    lessons
        Lessons with the default thresholds of the circuit.
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
        """Return the lessons and all thresholds as set by homeostasis."""
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
        """Return the lessons, each with the thresholds found for its layer and those below."""
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
        """Return thresholds of all learned convolutions, from the usual ones and the requested shares."""
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
        """Return the threshold at which the wanted share of a convolution fires, given `thresholds` of lower layers."""
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
        """Record the thresholds and the share of each layer that then fires: of locations, or of concept neurons."""
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
    """Return the name of the threshold constant of a convolution, as `Phase.with_constants` takes it."""
    return f"{name}.theta"
