"""X3: fear memories acquired on the same day share more BA_P cells than memories acquired on different days.

A, B and C are paired with shock on one day, with time in the home cage in between; D is paired with shock on the next
day, after a night. Engrams are the BA_P cells that fire in each context at the end, without plasticity.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night
from networks.amygdala.measures import engram, fear
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import SETTLE, random_context
from protocols.amygdala.claims.contexts import OVERLAP
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.analysis.engram import Engram, overlap
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

CONTEXTS = "ABCD"
SAME_DAY = ("AB", "AC", "BC")
CUED = SETTLE + 5  # steps for which each context is shown at the end


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of engram overlap."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026: none stated", low=0)
    us: float = field_of(0.75, "unconditioned stimulus in A, B and C", "Werne 2026, code", low=0.0, high=1.0)
    us_next: float = field_of(0.8, "unconditioned stimulus in D", "Werne 2026, code", low=0.0, high=1.0)
    n_steps: int = field_of(40, "steps in each context", "Werne 2026, code", low=1)
    n_home: int = field_of(20, "steps in the home cage between A and B", "Werne 2026, code", low=0)
    n_home_later: int = field_of(80, "steps in the home cage between B and C", "Werne 2026, code", low=0)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return two days with a night in between, and a test without plasticity in each context paired with shock."""
    phases, generator, found = circuit.phases, draw.rng("contexts"), Life()
    a, b, c, d, home = (random_context(phases.parameters, generator) for _ in range(5))
    n, us = options.n_steps, options.us
    first = Day("day_1", [a, home, b, home, c], [n, options.n_home, n, options.n_home_later, n], [us, 0.0, us, 0.0, us])
    second = Day("day_2", [d], [n], [options.us_next])
    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    evening = naive.then("day_1", first.phase(phases), keep=False, record=())
    morning = evening.then("night", Night("night").phase(phases), keep=False, record=())
    last = morning.then("day_2", second.phase(phases), record=())
    for name, context in zip(CONTEXTS, (a, b, c, d), strict=True):
        last.ask(f"test_{name}", phases.recall(context, 0, CUED, "test"), record=("BA_P",))
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record fear and the engram of each context, and how much the engrams share."""
    engrams = {}
    for name in CONTEXTS:
        seen = lived[f"test_{name}"]
        engrams[name] = engram(seen, "BA_P", SETTLE, CUED, session.parameters, name)
        session.engram(name, engrams[name])
        session.metric("fear", fear(seen), context=name)
        session.metric("active_cells", len(engrams[name].cells), "cells", context=name, population="BA_P")
    record(session, engrams)


def record(session: Session[Parameters, Options], engrams: dict[str, Engram]) -> None:
    """Record the share of cells that each pair has in common (relative to the smaller engram), and the chance level."""
    shares = {}
    for one, other in combinations(engrams, 2):
        a, b = engrams[one], engrams[other]
        found, least = overlap(a, b), min(len(a.cells), len(b.cells))
        shares[one + other] = found.shared / least if least else np.nan
        session.metric("shared", shares[one + other], context=one, other=other)
        session.metric("chance", found.expected / least if least else np.nan, context=one, other=other)
    same = np.array([pair in SAME_DAY for pair in shares])
    values = np.array(list(shares.values()))
    for day, chosen in (("same", values[same]), ("next", values[~same])):
        session.metric("shared", np.nanmean(chosen) if np.isfinite(chosen).any() else np.nan, day=day)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the engram cells and of the shares in common."""
    from protocols.amygdala.drawing import contexts as later_drawing

    return {"cells": later_drawing.cell_map(folder), "overlap": later_drawing.shared(folder, SAME_DAY)}


PROTOCOL = Protocol(
    name="engram_overlap",
    title="Engrams formed on the same day share cells (X3)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Three contexts paired with shock on one day, one on the next, and the BA_P cells that they share.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=OVERLAP,
)
