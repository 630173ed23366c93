"""An animal whose engram cells are tagged and manipulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala import measures
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import SETTLE, Phases, random_context
from spiking_engrams.analysis import engram
from spiking_engrams.analysis.engram import Engram
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import Manipulation, manipulated
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State

TESTS = {"BA_N": (12, 0), "HIP": (SETTLE + 2, 20)}  # cued and free steps of a test: HIP drives BA_N in the free ones
READ_STEPS = 6  # steps at the end of a test over which fear is averaged
TAG_STEPS = 10  # steps at the end of an experience in which active cells are tagged


@dataclass(frozen=True)
class EngramOptions(ParameterSet):
    """Options of experiments with tagged cells."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(0.9, "unconditioned stimulus", "Werne 2026, code", low=0.0, high=1.0)
    n_shocks: int = field_of(20, "trials with shock", "Werne 2026, code: 20 to 40", low=TAG_STEPS)
    n_explored: int = field_of(20, "steps in a context without shock", "Werne 2026, code", low=TAG_STEPS)
    population: str = field_of("BA_N", "population whose active cells are tagged", "own", allowed=tuple(TESTS))
    light: float = field_of(200.0, "light pulses per second that activate a cell", "own", low=0.0)


class Tagged:
    """Animal of one seed, with its contexts by letter."""

    def __init__(self, session: Session[Parameters, Any], letters: str):
        self.session, self.phases = session, session.circuit.phases
        self.options, generator = session.options, session.rng("contexts")
        self.contexts = {letter: random_context(session.parameters, generator) for letter in letters}
        naive = self.phases.online_learning(self.options.pretraining, session.seed)
        self.naive = session.pretrained(naive)

    def lives(
        self,
        letter: str,
        state: State,
        shocked: bool = False,
        label: str = "",
        *manipulations: Manipulation,
        **conditions: str,
    ) -> tuple[Any, Engram]:
        """Return the state after an experience in a context, and the cells that were active at its end.

        Their number is recorded under `conditions`.
        """
        label = label or f"in_{letter}"
        phase = experience(self.phases, self.options, self.contexts[letter], shocked, label)
        phase = manipulated(self.session.circuit, phase, *manipulations)
        population = self.options.population
        state, recording = self.session.run(label, phase, state, record=[population, "BA_P", "CeM"])
        last = phase.n_steps
        found = measures.engram(recording, population, last - TAG_STEPS, last, self.session.parameters, letter)
        self.session.metric("tagged_cells", len(found.cells), "cells", context=letter, **conditions)
        self.session.engram(label, found)
        return state, found

    def fear(self, label: str, letter: str, state: State, *manipulations: Manipulation, **conditions: str) -> float:
        """Record and return fear in a context, tested without plasticity; the animal stays unchanged."""
        n_cued, n_free = TESTS[self.options.population]
        phase = self.phases.recall(self.contexts[letter], n_free, n_cued, name=f"test in {letter}")
        phase = manipulated(self.session.circuit, phase, *manipulations)
        record = ["HIP", "BA_N", "BA_P", "BA_I", "CeM"]
        _, recording = self.session.run(f"test_{label}", phase, state, keep=False, record=record)
        fear = measures.fear(recording, READ_STEPS)
        self.session.metric("fear", fear, context=letter, **conditions)
        return fear

    def untagged(self, found: Engram) -> Engram:
        """Return as many untagged cells as an engram has."""
        return engram.untagged(found, self.session.rng(f"untagged {found.name}"))


def experience(phases: Phases, options: EngramOptions, context: np.ndarray, shocked: bool, name: str) -> Any:
    """Return the phase of an experience in a context."""
    if shocked:
        return phases.perceive([context], [options.n_shocks], [options.us], name)
    return phases.perceive([context], [options.n_explored], [0.0], name)


def planned(
    options: EngramOptions, parameters: Parameters, steps: Sequence[tuple[str, bool | None]], test: str
) -> Life:
    """Return a life for a timeline: online learning, then contexts (with or without shock) and nights, then a test."""
    phases, generator = Phases(parameters), np.random.default_rng(0)
    now = Life().born(phases.online_learning(options.pretraining, 0))
    for label, shocked in steps:
        context = random_context(parameters, generator)
        slept = phases.sleep(name="night")
        now = now.then(label, slept if shocked is None else experience(phases, options, context, shocked, label))
    free = TESTS[options.population][1]
    now.ask(f"test_{test}", phases.recall(random_context(parameters, generator), free, name="test"))
    return now.life
