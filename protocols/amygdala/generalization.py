"""R5: fear of contexts at graded similarity to the trained one, after acquisition and after extinction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.measures import probed, probed_active
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims.fear import GENERALIZATION, GRADIENT_CELLS, OVERLAPS
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.analysis.metrics import half_width
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of generalisation."""

    pretraining: int = field_of(2000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(1.0, "unconditioned stimulus", "Werne 2026, code", low=0.0, high=1.0)
    n_acquisition: int = field_of(20, "trials with shock", "Werne 2026, code", low=1)
    n_extinction: int = field_of(350, "trials without shock", "Werne 2026, code", low=1)
    n_gradients: int = field_of(3, "sets of probe contexts per animal, averaged", low=1)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return a life of acquisition, probes, extinction and probes; probes leave the animal unchanged."""
    phases, generator, found = circuit.phases, draw.rng("contexts"), Life()
    a = random_context(phases.parameters, generator)
    probes = phases.probe(probe_contexts(phases.parameters, options, a, generator), "probes")
    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    acquisition = phases.perceive([a], [options.n_acquisition], [options.us], "acquisition")
    afraid = naive.then("acquisition", acquisition, keep=False)
    afraid.ask("probes_acquired", probes)
    safe = afraid.then("extinction", phases.perceive([a], [options.n_extinction], [0.0], "extinction"))
    safe.ask("probes_extinguished", probes)
    return found


def probe_contexts(
    parameters: Parameters, options: Options, a: np.ndarray, generator: np.random.Generator
) -> list[np.ndarray]:
    """Return the contexts to probe, `n_gradients` for each overlap."""
    return [
        similar_context(parameters, a, overlap, generator, "first")
        for _ in range(options.n_gradients)
        for overlap in OVERLAPS
    ]


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record the gradients after acquisition and after extinction."""
    for stage in ("acquired", "extinguished"):
        curves = gradients(lived[f"probes_{stage}"], session.options, session.parameters)
        for name, curve in curves.items():
            session.series(name, OVERLAPS, curve, "overlap", "1" if name == "fear" else "cells", stage=stage)
        record(session, stage, curves)


def gradients(test: Any, options: Options, p: Any) -> dict[str, np.ndarray]:
    """Return fear and active cells at each overlap, averaged over the sets of probes."""
    answers = {"fear": probed(test)}
    answers |= {name: probed_active(test, population, p) for name, population in GRADIENT_CELLS.items()}
    shape = (options.n_gradients, len(OVERLAPS))
    return {name: values.reshape(shape).mean(axis=0) for name, values in answers.items()}


def record(session: Session[Parameters, Options], stage: str, curves: dict[str, np.ndarray]) -> None:
    """Record the metrics of one set of gradients."""
    fear = curves["fear"]
    session.metric("fear", fear[-1], context="A", test=stage)
    session.metric("fear", fear[0], context="unrelated", test=stage)
    session.metric("highest_fear", fear.max(), test=stage)
    for name, population in GRADIENT_CELLS.items():
        if curves[name][-1] > 0:
            session.metric("half_width", half_width(OVERLAPS, curves[name]), population=population, test=stage)
    for overlap, value in zip(OVERLAPS, fear, strict=True):
        session.metric("fear", value, overlap=overlap, test=stage)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the gradients."""
    from protocols.amygdala.drawing.fear import gradients

    return {"gradients": gradients(folder)}


PROTOCOL = Protocol(
    name="generalization",
    title="Generalisation of fear and of extinction (R5)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Fear of contexts at 14 degrees of similarity to the trained one, before and after extinction.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=GENERALIZATION,
)
