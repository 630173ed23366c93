"""R1: when each module encodes a context: HIP at once, BA_N only when the shock arrives, CTX slowly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.measures import engram, projection_weights
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import SETTLE, random_context
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.analysis.metrics import encoding_strength
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.phenomena import Phenomenon
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

CHECKPOINTS = (1, 3, 5, 10, 15, 20, 25, 30, 40, 50)
MODULES = {"HIP": "HIP_HIP", "CTX": "CTX_CTX", "BA_N": "BA_N_BA_N"}
WERNE = "Werne et al. 2026, Fig. 2"
OVER_CHANCE = metric("strength_over_chance", population="HIP", step=20)
JUMP, BEFORE = (metric("strength_change", population="BA_N", when=when) for when in ("after", "before"))
MARGIN = metric("lowest_strength_difference", population="HIP", other="CTX")
RISE = metric("lowest_strength_change", population="CTX")


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of engram formation."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(1.0, "unconditioned stimulus from step 20 on", "Werne 2026, code", low=0.0, high=1.0)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of an animal in one new context, with checkpoints of its weights."""
    phases, found, first = circuit.phases, Life(), 0
    context = random_context(phases.parameters, draw.rng("context"))
    moment = found.born(phases.online_learning(options.pretraining, draw.seed))
    for last in CHECKPOINTS:
        us = np.where(np.arange(first, last) < 20, 0.0, options.us)
        phase = phases.perceive([context], [last - first], [us], f"to step {last}")
        moment = moment.then(f"step_{last:02d}", phase, keep=False, hold=True)
        first = last
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record how strongly each module encodes the context at every checkpoint."""
    p, last = session.parameters, lived[lived.life.labels[-1]]
    curves, chance = {}, {}
    for module, projection in MODULES.items():
        cells = engram(last, module, SETTLE + 3, SETTLE + 10, p).mask
        weights = (projection_weights(lived.state(label), projection, session.circuit) for label in lived.life.labels)
        found = [encoding_strength(np.nan_to_num(each), cells) for each in weights]
        curves[module] = np.array([strength for strength, _ in found])
        chance[module] = found[0][1]
        session.series("strength", CHECKPOINTS, curves[module], "step", "1", population=module)
        session.metric("chance", chance[module], population=module)
        for step in (20, 50):
            strength = curves[module][CHECKPOINTS.index(step)]
            session.metric("encoding_strength", strength, population=module, step=step)
    at = {step: number for number, step in enumerate(CHECKPOINTS)}
    basal, hip, cortex = curves["BA_N"], curves["HIP"], curves["CTX"]
    session.metric("strength_over_chance", hip[at[20]] / chance["HIP"], population="HIP", step=20)
    session.metric("strength_change", basal[at[25]] - basal[at[20]], population="BA_N", when="after")
    session.metric("strength_change", basal[at[20]] - basal[at[15]], population="BA_N", when="before")
    session.metric("lowest_strength_difference", (hip - cortex).min(), population="HIP", other="CTX")
    session.metric("lowest_strength_change", np.diff(cortex).min(), population="CTX")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return the figure of encoding strength over steps."""
    from protocols.amygdala.drawing import fear as drawing

    return {"encoding": drawing.encoding(folder, tuple(MODULES))}


PROTOCOL = Protocol(
    name="engram_formation",
    title="Engram formation: which module encodes when (R1)",
    network="amygdala",
    life=life,
    measure=measure,
    description="One new context for 50 steps, with shock from step 20 on, after online learning.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=(
        Phenomenon(
            "R1.HIP", "HIP encodes a context within a few steps, even without shock", WERNE,
            "rate model: 0.46 at step 20, chance 0.04", "mean strength / chance >= 5 at step 20",
            (OVER_CHANCE,), lambda m: ("", bool(m[OVER_CHANCE].mean() >= 5)),
        ),
        Phenomenon(
            "R1.BA_N", "BA_N encodes a context only once the shock arrives", WERNE,
            "rate model: 0.139 at step 20, 0.259 at 25", "mean change in steps 20-25 >= 5 x that in 15-20",
            (JUMP, BEFORE), lambda m: ("", bool(m[JUMP].mean() >= 5 * abs(m[BEFORE].mean()))),
        ),
        Phenomenon(
            "R1.CTX", "CTX encodes a context slowly and stays below HIP", WERNE,
            "rate model: 0.112 at step 1, 0.158 at 20, 0.218 at 50",
            "in every seed, below HIP at every checkpoint and rising from each to the next",
            (MARGIN, RISE), lambda m: ("", bool(m[MARGIN].min() > 0 and m[RISE].min() > 0)),
        ),
    ),
)  # fmt: skip
