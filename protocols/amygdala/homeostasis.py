"""R8: a night weakens weak fear synapses, keeps the cells that a memory recruited, and leaves fear unchanged.

A is paired with shock; B, which shares half of its features with A, is not. For every BA_P cell the weights from the
BA_N cells of a context are summed before and after the night; above the firing threshold the cell fires in that
context. Potentiated synapses below the watershed of the Allee effect should weaken, stronger ones approach its
capacity. Control: the same night with plasticity of these synapses blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night
from networks.amygdala.measures import engram, probed, probed_active, projection_weights, total_weight
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims.homeostasis import HOMEOSTASIS
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import block_plasticity, manipulated
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.state.recording import Recording

FEAR_SYNAPSES = "BA_N_BA_P"
LAST_STEPS = 5  # steps at the end of a context; the cells active in them are its engram
TAUGHT = 2.0  # a potentiated synapse exceeds this multiple of the median weight, which is that of untrained synapses


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of homeostasis."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(0.9, "unconditioned stimulus in A", "Werne 2026, code", low=0.0, high=1.0)
    n_steps: int = field_of(40, "steps in each context", "Werne 2026, code", low=LAST_STEPS)
    overlap: float = field_of(0.5, "overlap of B with A", "Werne 2026, code", low=0.0, high=1.0)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return a day in A and B, a night with and without homeostasis, and tests that leave the animal unchanged."""
    phases, generator = circuit.phases, draw.rng("contexts")
    a = random_context(phases.parameters, generator)
    b = similar_context(phases.parameters, a, options.overlap, generator)
    day, night = Day("day", [a, b], [options.n_steps] * 2, [options.us, 0.0]), Night("night").phase(phases)
    test, found = phases.probe(day.contexts, "test A, B"), Life(day=day)
    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    evening = naive.then("day", day.phase(phases), record=("BA_N",), hold=True)
    rested = evening.then("night", night, record=(), hold=True)
    blocked = manipulated(circuit, night, block_plasticity(FEAR_SYNAPSES))
    evening.ask("night_blocked", blocked, record=(), hold=True)
    evening.ask("test_before", test, record=("BA_P",))
    rested.ask("test_after", test, record=("BA_P",))
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record the weights of fear synapses, and fear, before and after the night."""
    p, ends, seen = session.parameters, lived.life.facts["day"].ends, lived["day"]
    engrams = {c: engram(seen, "BA_N", end - LAST_STEPS, end, p).mask for c, end in zip("AB", ends, strict=True)}
    session.metric("threshold", p.amygdala.threshold_fear)
    reached = {"before": "day", "after": "night", "blocked": "night_blocked"}
    weights = {
        when: projection_weights(lived.state(label), FEAR_SYNAPSES, session.circuit) for when, label in reached.items()
    }
    for when in ("before", "after"):
        session.metric("total_weight", total_weight(weights[when], p), when=when)
    session.metric("total_weight", total_weight(weights["blocked"], p), when="after", group="blocked")
    synapses(session, weights["before"], weights["after"])
    for context, cells in engrams.items():
        summed = {when: np.nansum(found[cells], axis=0) for when, found in weights.items()}
        record(session, context, summed["before"], summed["after"])
    for when in ("before", "after"):
        tested(session, lived[f"test_{when}"], when)


def synapses(session: Session[Parameters, Options], before: np.ndarray, after: np.ndarray) -> None:
    """Record the mean weight of potentiated synapses that are below or above the watershed before sleep."""
    watershed, taught = session.parameters.sleep.threshold_fear, before > TAUGHT * np.nanmedian(before)
    for name, chosen in (("below", taught & (before < watershed)), ("above", taught & (before >= watershed))):
        for when, weights in (("before", before), ("after", after)):
            session.metric("weight", mean(weights, chosen), watershed=name, when=when)


def record(session: Session[Parameters, Options], context: str, before: np.ndarray, after: np.ndarray) -> None:
    """Record the summed weights of all cells in a context, and how cells change by their weight before sleep."""
    threshold = session.parameters.amygdala.threshold_fear
    strong, taught = before > threshold, before > TAUGHT * np.median(before)
    for when, summed in (("before", before), ("after", after)):
        session.series("summed_weight", np.arange(len(summed)), summed, "cell", "weight", context=context, when=when)
        session.metric("largest_summed_weight", summed.max(), context=context, when=when)
        session.metric("summed_weight", mean(summed, taught & ~strong), context=context, cells="weak", when=when)
    session.metric("kept", mean(after > threshold, strong), context=context, population="BA_P")


def mean(values: np.ndarray, chosen: np.ndarray) -> float:
    """Return the mean of the chosen values, NaN if there are none."""
    return float(values[chosen].mean()) if chosen.any() else float("nan")


def tested(session: Session[Parameters, Options], recording: Recording, when: str) -> None:
    """Record fear and the number of BA_P cells that fire in A and B."""
    active = probed_active(recording, "BA_P", session.parameters)
    for number, context in enumerate("AB"):
        session.metric("fear", probed(recording)[number], context=context, when=when)
        session.metric("active_cells", active[number], "cells", context=context, population="BA_P", when=when)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of summed weights, active cells and fear before and after the night."""
    from protocols.amygdala.drawing import homeostasis as homeostasis_drawing

    return {
        "weights": homeostasis_drawing.summed_weights(folder),
        "night": homeostasis_drawing.before_and_after(folder),
    }


PROTOCOL = Protocol(
    name="homeostasis",
    title="Homeostasis of fear synapses during sleep (R8)",
    network="amygdala",
    life=life,
    measure=measure,
    description="A with shock, B without, then a night: weights, recruited cells and fear before and after.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=HOMEOSTASIS,
)
