"""R4 and the main job: acquire a contextual fear, extinguish it, sleep, renew it in the old context.

From the animal that acquired fear in A, branches: extinction in A (R4); extinction in a similar B, then sleep or
none, then tests in A and B that leave the animal as it was. Controls: no shock; plasticity onto BA_P blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.measures import read_out_active, trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import PROBE, SETTLE, Phases, learning_steps, random_context, similar_context
from protocols.amygdala.claims.fear import CONDITIONING
from spiking_engrams.analysis.metrics import first_trial_above, first_trial_below
from spiking_engrams.experiment.experiment import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import block_plasticity, manipulated
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of fear conditioning."""

    pretraining: int = field_of(1000, "wake steps of online learning before", "Werne 2026, code", low=0)
    us: float = field_of(0.9, "unconditioned stimulus", "Werne 2026, code", low=0.0, high=1.0)
    n_acquisition: int = field_of(40, "trials with shock", "Werne 2026, code", low=1)
    n_extinction: int = field_of(100, "trials without shock", "Werne 2026, code", low=1)
    overlap: float = field_of(0.8, "overlap of B with A", "Werne 2026, code", low=0.0, high=1.0)


def plan(options: Options, phases: Phases, a: np.ndarray, b: np.ndarray) -> dict[str, Any]:
    """Return the phases by label."""
    n, m = options.n_acquisition, options.n_extinction
    return {
        "acquisition": phases.perceive([a], [n], [options.us], "acquisition"),
        "extinction_in_A": phases.perceive([a], [m], [0.0], "extinction in A"),
        "extinction_in_B": phases.perceive([b], [m], [0.0], "extinction in B"),
        "night": phases.sleep(name="night"),
        "test": phases.probe([a, b], "test A, B"),
        "recall_A": phases.recall(a),
    }


def schedule(options: Options, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases."""
    phases, generator = Phases(parameters), np.random.default_rng(0)
    a = random_context(parameters, generator)
    before = [(p.name, p) for p in phases.online_learning(options.pretraining, 0)]
    return [
        *before,
        *plan(options, phases, a, similar_context(parameters, a, options.overlap, generator, "last")).items(),
    ]


def run(session: Session[Parameters, Options]) -> None:
    """Run one seed."""
    p, phases, options = session.parameters, session.circuit.phases, session.options
    naive = session.pretrained(phases.online_learning(options.pretraining, session.seed))
    generator = session.rng("contexts")
    a = random_context(p, generator)
    b = similar_context(p, a, options.overlap, generator, "last")
    do = plan(options, phases, a, b)
    afraid, acquired = session.run("acquisition", do["acquisition"], naive)
    _, extinguished = session.run("extinction_in_A", do["extinction_in_A"], afraid, keep=False)
    deposit(session, do, acquired, extinguished, p)
    safe_in_b, _ = session.run("extinction_in_B", do["extinction_in_B"], afraid)
    rested, _ = session.run("night", do["night"], safe_in_b)
    for name, state in (("after_night", rested), ("without_sleep", safe_in_b)):
        _, test = session.run(f"test_{name}", do["test"], state, keep=False)
        fear_a, fear_b = test.traces["modulator.fear"][SETTLE::PROBE]
        session.metric(f"{name}_A", fear_a)
        session.metric(f"{name}_B", fear_b)
    for name, state in (("acquired", afraid), ("after_night", rested)):
        _, free = session.run(f"recall_A_{name}", do["recall_A"], state, keep=False)
        session.metric(f"recall_{name}", free.traces["modulator.fear"][-10:].mean())
    for name, phase in controls(session.circuit, options, a, do).items():
        _, recording = session.run(name, phase, naive, keep=False)
        session.metric(f"{name}_fear", trials(phase, recording).max())


def controls(circuit: Any, options: Options, a: np.ndarray, do: dict[str, Any]) -> dict[str, Any]:
    """Return acquisition without shock, and with plasticity onto BA_P blocked."""
    unshocked = circuit.phases.perceive([a], [options.n_acquisition], [0.0], "no shock")
    return {"no_shock": unshocked, "blocked": manipulated(circuit, do["acquisition"], block_plasticity("BA_N_BA_P"))}


def deposit(
    session: Session[Parameters, Options], do: dict[str, Any], acquired: Any, extinguished: Any, p: Any
) -> None:
    """Deposit curves and metrics of acquisition and extinction in A (R4)."""
    parts = ((do["acquisition"], acquired), (do["extinction_in_A"], extinguished))
    gain, loss = (trials(phase, recording) for phase, recording in parts)
    number = np.arange(1, len(gain) + len(loss) + 1)
    session.series("fear", number, np.concatenate([gain, loss]), "trial", "1")
    cells = {}
    for name, population in (("fear_cells", "BA_P"), ("safety_cells", "BA_I")):
        counts = [read_out_active(r, population, p)[learning_steps(phase)] for phase, r in parts]
        session.series(name, number, np.concatenate(counts), "trial", "cells")
        cells[name] = counts
    session.metric("acquisition_trial", first_trial_above(gain, 0.5), "trial")
    session.metric("plateau", gain[len(gain) // 2 :].mean())
    session.metric("extinction_trial", first_trial_below(loss, 0.5), "trial")
    session.metric("fear_at_60", loss[55:60].mean() if len(loss) >= 60 else np.nan)
    session.metric("fear_cells_acquired", cells["fear_cells"][0][-10:].mean(), "cells")
    session.metric("fear_cells_extinguished", cells["fear_cells"][1][-10:].mean(), "cells")
    session.metric("safety_cells_extinguished", cells["safety_cells"][1][-10:].mean(), "cells")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return fear and cells over trials, spikes, and the tests after the night."""
    from protocols.amygdala.drawing import fear as drawing

    n, m = folder.options["n_acquisition"], folder.options["n_extinction"]
    spans = [(0, n, "A, shock"), (n, n + m, "A, no shock")]
    windows = tuple((label, 0.0, 1.0) for label in ("acquisition", "extinction_in_A", "night", "test_after_night"))
    names = {"after_night_A": "A, after\nthe night", "after_night_B": "B, after\nthe night",
             "without_sleep_A": "A, no\nsleep", "without_sleep_B": "B, no\nsleep",
             "no_shock_fear": "no shock", "blocked_fear": "BA_P\nblocked"}  # fmt: skip
    return {
        "fear": drawing.fear_over_trials(folder, "fear", "R4", spans),
        "cells": drawing.cells_over_trials(folder),
        "renewal": drawing.conditions(folder, names, "fear (CeM)"),
        "spikes": drawing.renewal_raster(folder, windows),
    }


PROTOCOL = Protocol(
    name="fear_conditioning",
    title="Fear: acquired, extinguished, slept on, renewed (R4)",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Acquisition in A; extinction in A, or in a similar B with a night and tests in A and B; controls.",
    options=Options(),
    figures=figures,
    phenomena=CONDITIONING,
)
