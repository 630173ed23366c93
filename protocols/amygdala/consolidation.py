"""R3: which module still recalls a context of some age; HIP those of recent days, CTX older ones, BA_N all.

Every day brings new contexts, each with a mild shock at its beginning, and every night replay. After three weeks each
context of these weeks is cued with noise, and what every module recalls freely is compared with what it did at the end
of the training in that context (CTX: with the context itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night
from networks.amygdala.measures import activity, engram
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import Phases, random_context
from protocols.amygdala.claims.aging import CONSOLIDATION
from spiking_engrams.analysis.metrics import pattern_distance
from spiking_engrams.analysis.replay import CRITERION
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.experiment import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.state.state import State

MODULES = ("HIP", "CTX", "BA_N")
SHOCKS, READ_STEPS = 4, 10
CONCENTRATION = 20.0  # of the Dirichlet distribution by which a day is split


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of consolidation; the shock is above the published 0.35, at which BA_N learns nothing (trap Q2)."""

    pretraining: int = field_of(1500, "wake steps of online learning before", "Werne 2026, code", low=0)
    n_days: int = field_of(21, "days", "Werne 2026, code", low=2)
    n_contexts: int = field_of(4, "contexts of a day", "Werne 2026, code", low=1)
    day: int = field_of(120, "wake steps of a day", "Werne 2026, code", low=40)
    us: float = field_of(0.5, "unconditioned stimulus as a context begins", "Werne 2026: 0.35", low=0.0, high=1.0)
    flipped: int = field_of(50, "features of a cue that are flipped", "Werne 2026, code", low=0, high=500)
    n_free: int = field_of(30, "steps of free recall", "Werne 2026, code", low=READ_STEPS)


def check(options: Options, parameters: Parameters) -> None:
    """Raise if more features of a cue are to be flipped than there are."""
    if options.flipped > (n := parameters.sensory.n_hypercolumns * parameters.sensory.n_values):
        raise ParameterError(f"Options.flipped = {options.flipped}: a context has {n} features; allowed: 0 to {n}.")


def days(options: Options, parameters: Parameters, generator: np.random.Generator) -> list[Day]:
    """Return the days, each split at random among its contexts."""
    found = []
    for number in range(options.n_days):
        shares = generator.dirichlet([CONCENTRATION] * options.n_contexts)
        n_steps = np.maximum(generator.multinomial(options.day, shares), SHOCKS + 1)
        contexts = [random_context(parameters, generator) for _ in range(options.n_contexts)]
        us = [np.where(np.arange(n) < SHOCKS, options.us, 0.0) for n in n_steps]
        found.append(Day(f"day_{number + 1:02d}", contexts, n_steps.tolist(), us))
    return found


def schedule(options: Options, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases."""
    phases, generator = Phases(parameters), np.random.default_rng(0)
    result = [(p.name, p) for p in phases.online_learning(options.pretraining, 0)]
    lived = days(options, parameters, generator)
    for day in lived:
        result += [(day.name, day.phase(phases)), (day.name.replace("day", "night"), Night("night").phase(phases))]
    return [*result, ("recall", phases.recall(lived[0].contexts[0], options.n_free))]


def run(session: Session[Parameters, Options]) -> None:
    """Run one seed: weeks of days and nights, then a test of every context."""
    p, phases, options = session.parameters, session.circuit.phases, session.options
    state = session.pretrained(phases.online_learning(options.pretraining, session.seed))
    lived, engrams = days(options, p, session.rng("contexts")), []
    for day in lived:
        state, seen = session.run(day.name, day.phase(phases), state, keep=False, record=("HIP", "BA_N"))
        for number, end in enumerate(day.ends):
            stored = {m: engram(seen, m, end - 5, end, p).mask.astype(float) for m in ("HIP", "BA_N")}
            engrams.append({**stored, "CTX": np.repeat(day.contexts[number], p.cells_per_unit)})
        name = day.name.replace("day", "night")
        state, _ = session.run(name, Night(name).phase(phases), state, keep=day is lived[-1], record=())
    asked = enumerate(tests(session, lived, engrams))
    found = np.array([recalled(session, state, number, each) for number, each in asked])
    by_age = found.reshape(options.n_days, options.n_contexts, len(MODULES)).mean(axis=1)[::-1]
    ages, curves = np.arange(1, options.n_days + 1), dict(zip(MODULES, by_age.T, strict=True))
    for module, curve in curves.items():
        session.series(f"recalled_{module}", ages, curve, "day", "1")
        for age in (1, 2, 5, 10, 15, 18, 20):
            if age <= options.n_days:
                session.metric(f"{module}_age_{age}", curve[age - 1])
    session.metric("full_size", float(options.at_least_default("pretraining", "day", "n_days")))
    deposit(session, ages, curves)


def tests(
    session: Session[Parameters, Options], lived: list[Day], engrams: list[dict[str, np.ndarray]]
) -> list[tuple[np.ndarray, dict]]:
    """Return a noisy cue of every context, and what each module did in it."""
    generator, cues = session.rng("cues"), [each.copy() for day in lived for each in day.contexts]
    for cue in cues:
        flipped = generator.choice(len(cue), session.options.flipped, replace=False)
        cue[flipped] = 1 - cue[flipped]
    return list(zip(cues, engrams, strict=True))


def recalled(
    session: Session[Parameters, Options], state: State, number: int, test: tuple[np.ndarray, dict[str, np.ndarray]]
) -> list[bool]:
    """Return whether each module recalls a context from its cue."""
    cue, stored = test
    phase = session.circuit.phases.recall(cue, session.options.n_free)
    _, recording = session.run(f"recall_{number:03d}", phase, state, keep=False, record=MODULES)
    rate, step = float(session.parameters.time.rate), float(session.parameters.time.step)
    ended = {m: activity(recording, m, rate, step)[-READ_STEPS:].mean(axis=0) for m in MODULES}
    return [pattern_distance(ended[m], stored[m]) < CRITERION for m in MODULES]


def deposit(session: Session[Parameters, Options], ages: np.ndarray, curves: dict[str, np.ndarray]) -> None:
    """Deposit when HIP forgets, and how near BA_N is to the better of HIP and CTX."""
    hip = curves["HIP"]
    alive, half = ages[hip > 0.05], ages[hip < 0.5 * hip[0]]
    gone = int(alive.max(initial=0)) + 1  # none from this age on
    session.metric("HIP_gone", gone if gone <= ages[-1] else np.nan, "day")
    session.metric("HIP_half", half[0] if len(half) else np.nan, "day")
    later = curves["CTX"][int(half[0]) - 1 :] - hip[int(half[0]) - 1 :] if len(half) else np.array([np.nan])
    session.metric("CTX_over_HIP_later", later.mean())
    session.metric("BA_N_off", np.abs(curves["BA_N"] - np.maximum(hip, curves["CTX"])).mean())


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return recall against age."""
    from protocols.amygdala.drawing import aging as sleep_drawing

    return {"recall": sleep_drawing.recall_by_age(folder, MODULES)}


PROTOCOL = Protocol(
    name="consolidation",
    title="Recall of contexts by their age (R3)",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Three weeks of new contexts and nights, then free recall of every context from a noisy cue.",
    options=Options(),
    figures=figures,
    check=check,
    phenomena=CONSOLIDATION,
)
