"""R6: fear extinguished in one context returns in another, in designs ABA, ABC and AAB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.measures import trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims.fear import REFERENCE, RENEWAL
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

# contexts of acquisition, extinction and test; wake steps of pre-training; shock; whether the animal sleeps in between
DESIGNS = {
    "ABA": ("ABA", 2000, 0.9, True),
    "ABC": ("ABC", 1000, 1.0, False),
    "AAB": ("AAB", 2000, 0.9, False),
    "ABA_no_sleep": ("ABA", 2000, 0.9, False),
}
PARTS = ("acquisition", "extinction", "test")

FIRST = "Fear in the first test trial; letters name the contexts of acquisition, extinction and test, in this order."


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of renewal; pre-training, shock and sleep of each design are as published."""

    design: str = field_of("all", "design to run, or all", allowed=("all", *DESIGNS))
    n_acquisition: int = field_of(20, "trials with shock", "Werne 2026, code", low=1)
    n_extinction: int = field_of(100, "trials without shock", "Werne 2026, code", low=5)
    n_test: int = field_of(100, "trials of the test", "Werne 2026, code", low=1)
    overlap: float = field_of(0.8, "overlap of B and of C with A", "Werne 2026, code", low=0.0, high=1.0)


def designs(options: Options) -> tuple[str, ...]:
    """Return the requested designs."""
    return tuple(DESIGNS) if options.design == "all" else (options.design,)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return a life with one animal per design; all animals share the contexts."""
    phases, found = circuit.phases, Life()
    for design in designs(options):
        letters, pretraining, us, sleeps = DESIGNS[design]
        contexts = drawn(options, phases.parameters, draw)
        moment = found.born(phases.online_learning(pretraining, draw.seed))
        numbers = (options.n_acquisition, options.n_extinction, options.n_test)
        for part, letter, n, shock in zip(PARTS, letters, numbers, (us, 0.0, 0.0), strict=True):
            phase = phases.perceive([contexts[letter]], [n], [shock], f"{part} in {letter}")
            moment = moment.then(f"{design}_{part}", phase, keep=part == "extinction")
            if sleeps and part != "test":
                moment = moment.then(f"{design}_night_after_{part}", phases.sleep(), keep=False)
    return found


def drawn(options: Options, parameters: Parameters, draw: Draws) -> dict[str, np.ndarray]:
    """Return the contexts A, B and C."""
    generator = draw.rng("contexts")
    contexts = {"A": random_context(parameters, generator)}
    for letter in "BC":
        contexts[letter] = similar_context(parameters, contexts["A"], options.overlap, generator, "last")
    return contexts


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record fear in every part of every design."""
    for design in designs(session.options):
        labels = {part: f"{design}_{part}" for part in PARTS}
        record(session, design, {part: trials(lived.phase(label), lived[label]) for part, label in labels.items()})


def record(session: Session[Parameters, Options], design: str, fear: dict[str, np.ndarray]) -> None:
    """Record the curve and the metrics of one design."""
    curve = np.concatenate([fear[part] for part in PARTS])
    session.series("fear", np.arange(1, len(curve) + 1), curve, "trial", "1", design=design)
    session.metric("fear", fear["acquisition"][-5:].mean(), design=design, stage="acquisition", trial="last")
    for stage in ("extinction", "test"):
        session.metric("fear", fear[stage][0], design=design, stage=stage, trial="first")
        session.metric("fear", fear[stage][-5:].mean(), design=design, stage=stage, trial="last")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of fear over trials in every design, and of the first test trials."""
    from protocols.amygdala.drawing import fear as drawing

    n, m = folder.options["n_acquisition"], folder.options["n_extinction"]
    done = [design for design in DESIGNS if design in folder.curves.values_of("design")]
    found = {}
    for design in done:
        letters, *_, sleeps = DESIGNS[design]
        edges = (0, n, n + m, len(folder.series("fear", design=design).x))
        names = [f"{letter}, {text}" for letter, text in zip(letters, ("shock", "extinction", "test"), strict=True)]
        spans = [(a, b, name) for a, b, name in zip(edges[:-1], edges[1:], names, strict=True)]
        reference = design if design in ("ABA", "ABC", "AAB") else None
        found[design] = drawing.fear_over_trials(folder.series("fear", design=design), reference, spans)
    tested = {design: metric("fear", design=design, stage="test", trial="first") for design in DESIGNS}
    means = {tested[design]: value for design, value in REFERENCE.items()}
    bars = {tested[design]: design.replace("_", "\n") for design in done}
    return {"renewal": drawing.conditions(folder, bars, "fear, first test trial", FIRST, means), **found}


PROTOCOL = Protocol(
    name="renewal",
    title="Context-dependent renewal: ABA, ABC, AAB (R6)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Fear is acquired, extinguished and tested in the contexts of each design; ABA includes two nights.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=RENEWAL,
)
