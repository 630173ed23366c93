"""R4 and the main experiment: acquire contextual fear, extinguish it, sleep, and renew it in the original context.

The animal that acquired fear in A branches into extinction in A (R4) and extinction in a similar B, followed by sleep
or no sleep and by tests in A and B that leave the animal unchanged. Controls: no shock; plasticity onto BA_P blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.measures import fear, probed, read_out_active, trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import learning_steps, random_context, similar_context
from protocols.amygdala.claims.fear import CONDITIONING
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.analysis.metrics import first_trial_above, first_trial_below
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import block_plasticity, manipulated
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

TESTS = (
    "Fear in tests of A and B after acquisition in A and extinction in the similar B, with and without a night in "
    "between; controls: highest fear in any trial of A without shock, and with plasticity onto BA_P blocked."
)


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of fear conditioning."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(0.9, "unconditioned stimulus", "Werne 2026, code", low=0.0, high=1.0)
    n_acquisition: int = field_of(40, "trials with shock", "Werne 2026, code", low=1)
    n_extinction: int = field_of(100, "trials without shock", "Werne 2026, code", low=1)
    overlap: float = field_of(0.8, "overlap of B with A", "Werne 2026, code", low=0.0, high=1.0)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of the animal, with its branches and controls."""
    phases, generator, found = circuit.phases, draw.rng("contexts"), Life()
    a = random_context(phases.parameters, generator)
    b = similar_context(phases.parameters, a, options.overlap, generator, "last")
    n, m = options.n_acquisition, options.n_extinction
    acquisition, test = phases.perceive([a], [n], [options.us], "acquisition"), phases.probe([a, b], "test A, B")
    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    afraid = naive.then("acquisition", acquisition)
    afraid.ask("extinction_in_A", phases.perceive([a], [m], [0.0], "extinction in A"))
    safe_in_b = afraid.then("extinction_in_B", phases.perceive([b], [m], [0.0], "extinction in B"))
    rested = safe_in_b.then("night", phases.sleep(name="night"))
    rested.ask("test_after_night", test)
    safe_in_b.ask("test_without_sleep", test)
    afraid.ask("recall_A_acquired", phases.recall(a))
    rested.ask("recall_A_after_night", phases.recall(a))
    naive.ask("no_shock", phases.perceive([a], [n], [0.0], "no shock"))
    naive.ask("blocked", manipulated(circuit, acquisition, block_plasticity("BA_N_BA_P")))
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record fear and active cells over trials, and fear in tests, free recall and controls."""
    record(session, lived, session.parameters)
    for name in ("after_night", "without_sleep"):
        fear_a, fear_b = probed(lived[f"test_{name}"])
        session.metric("fear", fear_a, context="A", test=name)
        session.metric("fear", fear_b, context="B", test=name)
    for name in ("acquired", "after_night"):
        session.metric("fear", fear(lived[f"recall_A_{name}"], 10), context="A", test=name, recall="free")
    for name in ("no_shock", "blocked"):
        session.metric("highest_fear", trials(lived.phase(name), lived[name]).max(), group=name)


def record(session: Session[Parameters, Options], lived: Lived, p: Parameters) -> None:
    """Record curves and metrics of acquisition and extinction in A (R4)."""
    parts = [(lived.phase(label), lived[label]) for label in ("acquisition", "extinction_in_A")]
    gain, loss = (trials(phase, recording) for phase, recording in parts)
    number = np.arange(1, len(gain) + len(loss) + 1)
    session.series("fear", number, np.concatenate([gain, loss]), "trial", "1")
    cells = {}
    for population in ("BA_P", "BA_I"):
        counts = [read_out_active(r, population, p)[learning_steps(phase)] for phase, r in parts]
        session.series("active_cells", number, np.concatenate(counts), "trial", "cells", population=population)
        cells[population] = counts
    session.metric("acquisition_trial", first_trial_above(gain, 0.5), "trial")
    session.metric("plateau", gain[len(gain) // 2 :].mean())
    session.metric("extinction_trial", first_trial_below(loss, 0.5), "trial")
    later = loss[55:60].mean() if len(loss) >= 60 else np.nan
    session.metric("fear", later, context="A", stage="extinction", trial=60)
    for population, part, stage in (("BA_P", 0, "acquisition"), ("BA_P", 1, "extinction"), ("BA_I", 1, "extinction")):
        last = cells[population][part][-10:].mean()
        session.metric("active_cells", last, "cells", context="A", population=population, stage=stage, trial="last")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of fear and active cells over trials, of spikes, and of the tests after the night."""
    from protocols.amygdala.drawing import fear as drawing

    n, m = folder.options["n_acquisition"], folder.options["n_extinction"]
    spans = [(0, n, "A, shock"), (n, n + m, "A, no shock")]
    windows = tuple((label, 0.0, 1.0) for label in ("acquisition", "extinction_in_A", "night", "test_after_night"))
    tests = {"after_night": "after\nthe night", "without_sleep": "no\nsleep"}
    names = {
        metric("fear", context=context, test=test): f"{context}, {text}"
        for test, text in tests.items()
        for context in "AB"
    }
    names |= {
        metric("highest_fear", group="no_shock"): "no shock",
        metric("highest_fear", group="blocked"): "BA_P\nblocked",
    }
    return {
        "fear": drawing.fear_over_trials(folder.series("fear"), "R4", spans),
        "cells": drawing.cells_over_trials(folder),
        "renewal": drawing.conditions(folder, names, "fear (CeM)", TESTS),
        "spikes": drawing.renewal_raster(folder, windows),
    }


PROTOCOL = Protocol(
    name="fear_conditioning",
    title="Fear acquisition, extinction, sleep and renewal (R4)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Acquisition in A; extinction in A, or in a similar B followed by a night and tests; controls.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=CONDITIONING,
)
