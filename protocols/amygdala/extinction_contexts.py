"""X1, X2: less renewal after extinction in several contexts than in one; extinction at once or after a night.

All branches start from one naive animal and first acquire fear of A. X1: extinction in B, C and D, each similar to A
in a different way, or in B alone for as long; then a test in A. X2: extinction in A at once or after rest and a night;
then rest, a night, and a test in A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Night
from networks.amygdala.measures import trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims.contexts import EXTINCTION
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of extinction in several contexts."""

    pretraining: int = field_of(2000, "wake steps of online learning beforehand", "Werne 2026: none stated", low=0)
    n_acquisition: int = field_of(10, "trials with shock 1.0 before X1", "Werne 2026, code", low=1)
    n_each: int = field_of(30, "trials without shock in each of three contexts", "Werne 2026, code", low=1)
    overlap: float = field_of(
        0.8, "overlap of B, C, D with A; each differs in different features", "Werne 2026, code", low=0.67, high=0.98
    )
    n_renewal: int = field_of(15, "trials in A after X1", "Werne 2026, code", low=1)
    n_long: int = field_of(40, "trials with shock 1.0 before X2", "Werne 2026, code", low=1)
    n_extinction: int = field_of(250, "trials without shock in A in X2", "Werne 2026, code", low=1)
    n_rest: int = field_of(20, "steps in a neutral context before a night in X2", "Werne 2026, code", low=1)
    n_retention: int = field_of(30, "trials in A after X2", "Werne 2026, code", low=1)


def branches(options: Options, circuit: Circuit, draw: Draws) -> dict[str, list[tuple[str, Any]]]:
    """Return the labelled phases of every branch; the last phase of each is the test in A."""
    o, phases, p, generator = options, circuit.phases, circuit.phases.parameters, draw.rng("contexts")
    a, neutral = random_context(p, generator), random_context(p, generator)
    n = int(p.sensory.n_hypercolumns * (1 - o.overlap))
    others = [similar_context(p, a, o.overlap, generator, slice(k * n, (k + 1) * n)) for k in range(3)]
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


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return all branches of one animal."""
    made = branches(options, circuit, draw)
    found = Life(trials={name: [] for name in made})
    naive = found.born(circuit.phases.online_learning(options.pretraining, draw.seed))
    for name, phases in made.items():
        moment = naive
        for number, (text, phase) in enumerate(phases):
            label = f"{name}_{number}_{text}"
            moment = moment.then(label, phase, keep=False, record=())
            if text not in ("rest", "night"):
                found.facts["trials"][name].append(label)
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record fear over the trials of every branch."""
    for name, labels in lived.life.facts["trials"].items():
        curve = [trials(lived.phase(label), lived[label]) for label in labels]
        session.metric("fear", curve[-2][-1], design=name, stage="extinction", trial="last")
        session.metric("fear", curve[-1][0], design=name, stage="test", trial="first")
        fear = np.concatenate(curve)
        session.series("fear", np.arange(1, len(fear) + 1), fear, "trial", "1", design=name)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of fear over trials in all branches, and of fear of A at the end."""
    from protocols.amygdala.drawing import contexts as later_drawing

    return {"trials": later_drawing.extinction(folder), "tests": later_drawing.first_trials(folder)}


PROTOCOL = Protocol(
    name="extinction_contexts",
    title="Extinction in several contexts, immediate or delayed (X1, X2)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Extinction in three contexts similar to A or in one, or in A at once or after a night; then a test.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=EXTINCTION,
)
