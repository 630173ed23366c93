"""Free-recall tests of an aging memory, and its engram day by day: which cells recall it, stay, and discriminate it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from networks.amygdala import measures
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import Phases
from spiking_engrams.analysis.engram import Engram, discrimination, drift, overlap, reactivation
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.session import Session
from spiking_engrams.schedule.schedule import Phase

POPULATIONS = ("BA_N", "BA_P")
READ_STEPS = 5  # steps at the end of free recall over which fear and validity are averaged


class Recalled(NamedTuple):
    """Result of a test: fear, validity of recall by HIP, and the active cells by population."""

    fear: float
    validity: float
    engrams: dict[str, Engram]


def test(options: Any, phases: Phases, context: np.ndarray) -> Phase:
    """Return a test: a cue followed by free recall."""
    return phases.recall(context, options.n_free, name="test")


def recalled(lived: Lived, label: str) -> Recalled:
    """Return fear, validity and active cells at the end of free recall."""
    recording, last = lived[label], lived.phase(label).n_steps
    fear, validity = (recording.traces[f"modulator.{name}"][-READ_STEPS:].mean() for name in ("fear", "validity"))
    engrams = {
        each: measures.engram(recording, each, last - READ_STEPS, last, lived.session.parameters, label)
        for each in POPULATIONS
    }
    return Recalled(float(fear), float(validity), engrams)


def record(session: Session[Parameters, Any], days: list[dict[str, dict[str, Engram]]]) -> None:
    """Record the engrams of A and how they change over days; `days` holds engrams by context and population."""
    numbers = np.arange(len(days))
    for population in POPULATIONS:
        own = [day["A"][population] for day in days]
        for day, found in enumerate(own):
            session.engram(f"{population}_A_{day:02d}", found)
        first = own[0]
        curves = {
            "kept": [reactivation(first, each.mask) for each in own],
            "chance": [len(each.cells) / each.n for each in own],
            "dropped_in": [0.0, *(drift(before, after)[0] for before, after in pairwise(own))],
            "dropped_out": [0.0, *(drift(before, after)[1] for before, after in pairwise(own))],
        }
        last = {"population": population, "context": "A", "age": "last"}
        for name, values in curves.items():
            session.series(name, numbers, np.array(values), "day", "1", population=population)
            session.metric(name, values[-1], **last)
        for other in "BC":
            told = [discrimination(first, day["A"][population].mask, day[other][population].mask) for day in days]
            session.series("discrimination", numbers, np.array(told), "day", "1", population=population, other=other)
            session.metric("discrimination", told[-1], **last, other=other)
        session.metric("overlap_p", overlap(first, own[-1]).p_value, **last)
