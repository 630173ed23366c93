"""X1, X2: extinction in several contexts renews less than in one; extinction at once or after a night.

From one animal that fears A, branches. X1: extinction in B, C and D, each like A in another way, or in B alone for as
long; then A. X2: extinction in A at once or after rest and a night; then rest, a night, and A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Night
from networks.amygdala.measures import trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import Phases, random_context, similar_context
from protocols.amygdala.claims.contexts import EXTINCTION
from spiking_engrams.experiment.experiment import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of extinction in several contexts."""

    pretraining: int = field_of(2000, "wake steps of online learning before", "Werne 2026: none stated", low=0)
    n_acquisition: int = field_of(10, "trials with shock 1.0 before X1", "Werne 2026, code", low=1)
    n_each: int = field_of(30, "trials without shock in each of three contexts", "Werne 2026, code", low=1)
    overlap: float = field_of(0.8, "overlap of B, C, D with A, elsewhere each", "Werne 2026, code", low=0.67, high=0.98)
    n_renewal: int = field_of(15, "trials in A after X1", "Werne 2026, code", low=1)
    n_long: int = field_of(40, "trials with shock 1.0 before X2", "Werne 2026, code", low=1)
    n_extinction: int = field_of(250, "trials without shock in A in X2", "Werne 2026, code", low=1)
    n_rest: int = field_of(20, "steps in a neutral context before a night in X2", "Werne 2026, code", low=1)
    n_retention: int = field_of(30, "trials in A after X2", "Werne 2026, code", low=1)


def branches(
    options: Options, parameters: Parameters, generator: np.random.Generator
) -> dict[str, list[tuple[str, Any]]]:
    """Return the labelled phases of every branch; the last phase of each is the test in A."""
    o, phases = options, Phases(parameters)
    a, neutral = random_context(parameters, generator), random_context(parameters, generator)
    n = int(parameters.sensory.n_hypercolumns * (1 - o.overlap))
    others = [similar_context(parameters, a, o.overlap, generator, slice(k * n, (k + 1) * n)) for k in range(3)]
    fear = ("fear", phases.perceive([a], [o.n_acquisition], [1.0], "A with shock"))
    renewal = ("renewal", phases.perceive([a], [o.n_renewal], [0.0], "A again"))
    several = phases.perceive(others, [o.n_each] * 3, [0.0] * 3, "extinction in B, C, D")
    one = phases.perceive(others[:1], [3 * o.n_each], [0.0], "extinction in B")
    strong = ("strong_fear", phases.perceive([a], [o.n_long], [1.0], "A with shock"))
    rest = ("rest", phases.perceive([neutral], [o.n_rest], [0.0], "neutral")), ("night", Night("night").phase(phases))
    extinction = ("extinction", phases.perceive([a], [o.n_extinction], [0.0], "extinction in A"))
    retention = ("retention", phases.perceive([a], [o.n_retention], [0.0], "A again"))
    return {
        "several": [fear, ("extinction", several), renewal], "one": [fear, ("extinction", one), renewal],
        "delayed": [strong, *rest, extinction, *rest, retention], "immediate": [strong, extinction, *rest, retention],
    }  # fmt: skip


def schedule(options: Options, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases, one branch after the other."""
    made = branches(options, parameters, np.random.default_rng(0))
    before = [(p.name, p) for p in Phases(parameters).online_learning(options.pretraining, 0)]
    return [*before, *((f"{name}_{label}", phase) for name, phases in made.items() for label, phase in phases)]


def run(session: Session[Parameters, Options]) -> None:
    """Run one seed: all branches from the same animal."""
    phases, options = session.circuit.phases, session.options
    naive = session.pretrained(phases.online_learning(options.pretraining, session.seed))
    for name, lived in branches(options, session.parameters, session.rng("contexts")).items():
        state, curve = naive, []
        for number, (label, phase) in enumerate(lived):
            state, recording = session.run(f"{name}_{number}_{label}", phase, state, keep=False, record=())
            if label not in ("rest", "night"):
                curve.append(trials(phase, recording))
        session.metric(f"{name}_extinguished", curve[-2][-1])
        session.metric(f"{name}_first", curve[-1][0])
        fear = np.concatenate(curve)
        session.series(f"fear_{name}", np.arange(1, len(fear) + 1), fear, "trial", "1")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return fear over trials in all branches, and fear of A at the end."""
    from protocols.amygdala.drawing import contexts as later_drawing

    return {"trials": later_drawing.extinction(folder), "tests": later_drawing.first_trials(folder)}


PROTOCOL = Protocol(
    name="extinction_contexts",
    title="Extinction in several contexts, at once or later (X1, X2)",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Extinction in three contexts like A or in one, and in A at once or after a night; then A.",
    options=Options(),
    figures=figures,
    phenomena=EXTINCTION,
)
