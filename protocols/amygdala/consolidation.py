"""R3: which modules recall a context as it ages: HIP those of recent days, CTX older ones, BA_N all.

Every day brings new contexts, each with a mild shock at its beginning, and every night brings replay. After three weeks
each context is cued with noise, and the free recall of every module is compared with its activity at the end of
training in that context (CTX: with the context itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night
from networks.amygdala.measures import activity, engram
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context
from protocols.amygdala.claims.aging import CONSOLIDATION
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.analysis.metrics import pattern_distance
from spiking_engrams.analysis.replay import CRITERION
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.state.recording import Recording

MODULES = ("HIP", "CTX", "BA_N")
SHOCKS, READ_STEPS = 4, 10
CONCENTRATION = 20.0  # of the Dirichlet distribution that splits a day among its contexts


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of consolidation; the shock is above the published 0.35, at which BA_N learns nothing."""

    pretraining: int = field_of(1500, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    n_days: int = field_of(21, "days", "Werne 2026, code", low=2)
    n_contexts: int = field_of(4, "contexts per day", "Werne 2026, code", low=1)
    day: int = field_of(120, "wake steps per day", "Werne 2026, code", low=40)
    us: float = field_of(0.5, "unconditioned stimulus at the start of a context", "Werne 2026: 0.35", low=0.0, high=1.0)
    flipped: int = field_of(50, "features flipped in a cue", "Werne 2026, code", low=0, high=500)
    n_free: int = field_of(30, "steps of free recall", "Werne 2026, code", low=READ_STEPS)


def check(options: Options, parameters: Parameters) -> None:
    """Raise a ParameterError if more features of a cue are to be flipped than there are."""
    if options.flipped > (n := parameters.sensory.n_hypercolumns * parameters.sensory.n_values):
        raise ParameterError(f"Options.flipped = {options.flipped}: a context has {n} features; allowed: 0 to {n}.")


def days(options: Options, parameters: Parameters, generator: np.random.Generator) -> list[Day]:
    """Return the days, each divided at random among its contexts."""
    found = []
    for number in range(options.n_days):
        shares = generator.dirichlet([CONCENTRATION] * options.n_contexts)
        n_steps = np.maximum(generator.multinomial(options.day, shares), SHOCKS + 1)
        contexts = [random_context(parameters, generator) for _ in range(options.n_contexts)]
        us = [np.where(np.arange(n) < SHOCKS, options.us, 0.0) for n in n_steps]
        found.append(Day(f"day_{number + 1:02d}", contexts, n_steps.tolist(), us))
    return found


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return weeks of days and nights, then a test of every context with a noisy cue."""
    phases = circuit.phases
    lived = days(options, phases.parameters, draw.rng("contexts"))
    found = Life(days=lived)
    moment = found.born(phases.online_learning(options.pretraining, draw.seed))
    for day in lived:
        name = day.name.replace("day", "night")
        moment = moment.then(day.name, day.phase(phases), keep=False, record=("HIP", "BA_N"))
        moment = moment.then(name, Night(name).phase(phases), keep=day is lived[-1], record=())
    for number, cue in enumerate(cues(options, lived, draw)):
        moment.ask(f"recall_{number:03d}", phases.recall(cue, options.n_free), record=MODULES)
    return found


def cues(options: Options, lived: list[Day], draw: Draws) -> list[np.ndarray]:
    """Return a noisy cue for every context."""
    generator, found = draw.rng("cues"), [each.copy() for day in lived for each in day.contexts]
    for cue in found:
        flipped = generator.choice(len(cue), options.flipped, replace=False)
        cue[flipped] = 1 - cue[flipped]
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record the share of contexts that each module recalls at each age."""
    options = session.options
    tested = enumerate(stored(session.parameters, lived))
    found = np.array([recalled(session.parameters, lived[f"recall_{number:03d}"], each) for number, each in tested])
    by_age = found.reshape(options.n_days, options.n_contexts, len(MODULES)).mean(axis=1)[::-1]
    ages, curves = np.arange(1, options.n_days + 1), dict(zip(MODULES, by_age.T, strict=True))
    for module, curve in curves.items():
        session.series("recalled", ages, curve, "day", "1", population=module)
        for age in (1, 2, 5, 10, 15, 18, 20):
            if age <= options.n_days:
                session.metric("recalled", curve[age - 1], population=module, age=age)
    session.metric("full_size", float(options.at_least_default("pretraining", "day", "n_days")))
    record(session, ages, curves)


def stored(p: Parameters, lived: Lived) -> list[dict[str, np.ndarray]]:
    """Return the activity of each module at the end of every context."""
    engrams = []
    for day in lived.life.facts["days"]:
        seen = lived[day.name]
        for number, end in enumerate(day.ends):
            active = {m: engram(seen, m, end - 5, end, p).mask.astype(float) for m in ("HIP", "BA_N")}
            engrams.append({**active, "CTX": np.repeat(day.contexts[number], p.cells_per_unit)})
    return engrams


def recalled(p: Parameters, recording: Recording, stored: dict[str, np.ndarray]) -> list[bool]:
    """Return whether each module recalls a context from its cue."""
    rate, step = float(p.time.rate), float(p.time.step)
    ended = {m: activity(recording, m, rate, step)[-READ_STEPS:].mean(axis=0) for m in MODULES}
    return [pattern_distance(ended[m], stored[m]) < CRITERION for m in MODULES]


def record(session: Session[Parameters, Options], ages: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    """Record when HIP forgets, and how close BA_N is to the better of HIP and CTX."""
    hip = curves["HIP"]
    alive, half = ages[hip > 0.05], ages[hip < 0.5 * hip[0]]
    gone = int(alive.max(initial=0)) + 1  # no recall from this age on
    session.metric("age_gone", gone if gone <= ages[-1] else np.nan, "day", population="HIP")
    session.metric("half_life", half[0] if len(half) else np.nan, "day", population="HIP")
    later = curves["CTX"][int(half[0]) - 1 :] - hip[int(half[0]) - 1 :] if len(half) else np.array([np.nan])
    session.metric("recalled_difference", later.mean(), population="CTX", other="HIP", age="after_half_life")
    distance = np.abs(curves["BA_N"] - np.maximum(hip, curves["CTX"])).mean()
    session.metric("distance_to_larger", distance, population="BA_N")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of recall against age."""
    from protocols.amygdala.drawing import aging as sleep_drawing

    return {"recall": sleep_drawing.recall_by_age(folder, MODULES)}


PROTOCOL = Protocol(
    name="consolidation",
    title="Recall of contexts by age (R3)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Three weeks of new contexts and nights, then free recall of every context from a noisy cue.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    check=check,
    phenomena=CONSOLIDATION,
)
