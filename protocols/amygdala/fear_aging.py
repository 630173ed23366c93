"""R7: fear generalises as a memory ages, since recall moves from HIP to CTX; effect of silencing HIP at each stage.

A is paired with shock; B, which is similar to A, and C, which is unrelated, are not. Days in other contexts and nights
follow. Fear of A, B and C is tested every day with a cue and free recall, on some days also with HIP silenced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night, random_day
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims.aging import AGING
from protocols.amygdala.measures import aging_engrams
from protocols.amygdala.measures.aging_engrams import POPULATIONS, READ_STEPS, Recalled, recalled, test
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import manipulated, silence
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life, Moment


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of fear aging."""

    pretraining: int = field_of(2000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(0.9, "unconditioned stimulus in A", "Werne 2026, code", low=0.0, high=1.0)
    n_steps: int = field_of(25, "steps in each context", "Werne 2026, code", low=1)
    overlap: float = field_of(0.6, "overlap of B with A", "Werne 2026, code", low=0.0, high=1.0)
    n_days: int = field_of(15, "days after training, each with a night", "Werne 2026, code", low=2)
    n_free: int = field_of(30, "steps of free recall in a test (HIP needs ten)", "Werne 2026: 10", low=READ_STEPS)


def training(
    options: Options, parameters: Parameters, generator: np.random.Generator
) -> tuple[dict[str, np.ndarray], Day]:
    """Return the contexts A, B and C, and the training day."""
    a = random_context(parameters, generator)
    contexts = {
        "A": a, "B": similar_context(parameters, a, options.overlap, generator),
        "C": random_context(parameters, generator),
    }  # fmt: skip
    return contexts, Day("training", list(contexts.values()), [options.n_steps] * 3, [options.us, 0.0, 0.0])


def later_day(options: Options, parameters: Parameters, generator: np.random.Generator, number: int) -> Day:
    """Return a day in three other contexts, most of them with weak shock."""
    return random_day(parameters, generator, f"day_{number:02d}", 3, options.n_steps, lambda g: 0.9 * g.beta(1.25, 5))


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return training, then days and nights; A, B and C are tested every day, on some days also with HIP silenced."""
    phases, generator, found = circuit.phases, draw.rng("contexts"), Life()
    contexts, first = training(options, phases.parameters, generator)

    def ask(moment: Moment, when: str, lesioned: str = "") -> None:
        for name, context in contexts.items():
            moment.ask(f"test_{when}_{name}", test(options, phases, context), record=POPULATIONS)
        for name, context in contexts.items() if lesioned else ():
            phase = manipulated(circuit, test(options, phases, context), silence("HIP"))
            moment.ask(f"lesioned_{lesioned}_{name}", phase, record=POPULATIONS)

    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    moment = naive.then("training", first.phase(phases), keep=False, record=())
    ask(moment, "00", "0")
    for number in range(options.n_days):
        night = Night(f"night_{number:02d}")
        moment = moment.then(night.name, night.phase(phases), keep=False, record=())
        if number == 0:
            ask(moment, "rested", "1")
        day = later_day(options, phases.parameters, generator, number + 1)
        moment = moment.then(day.name, day.phase(phases), keep=False, record=())
        ask(moment, f"{number + 1:02d}", "last" if number + 1 == options.n_days else "")
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record recall of A, B and C by day, and with HIP silenced."""

    def asked(when: str) -> dict[str, Recalled]:
        return {name: recalled(lived, f"test_{when}_{name}") for name in "ABC"}

    found = [asked(f"{number:02d}") for number in range(session.options.n_days + 1)]
    for age, intact in ((0, found[0]), (1, asked("rested")), ("last", found[-1])):
        for name in "ABC":
            session.metric("fear", intact[name].fear, context=name, age=age, silenced="none")
            lesioned = recalled(lived, f"lesioned_{age}_{name}")
            session.metric("fear", lesioned.fear, context=name, age=age, silenced="HIP")
    session.metric("full_size", float(session.options.at_least_default("pretraining", "n_steps", "n_days")))
    record(session, found)
    aging_engrams.record(session, [{name: each.engrams for name, each in day.items()} for day in found])


def record(session: Session[Parameters, Options], found: list[dict[str, Recalled]]) -> None:
    """Record curves over days, and the day on which fear of B comes close to fear of A."""
    curves = {name: np.array([day[name].fear for day in found]) for name in "ABC"}
    validity = {name: np.array([day[name].validity for day in found]) for name in "ABC"}
    for name, curve in curves.items():
        session.series("fear", np.arange(len(found)), curve, "day", "1", context=name)
        session.series("validity", np.arange(len(found)), validity[name], "day", "1", context=name)
    session.metric("fear_drift", np.abs(curves["A"] - curves["A"][0]).max(), context="A")
    session.metric("fear", curves["B"][0], context="B", age=0)
    session.metric("fear", curves["B"][-1], context="B", age="last")
    session.metric("fear_difference", curves["A"][-1] - curves["B"][-1], context="A", other="B", age="last")
    session.metric("highest_fear", curves["C"].max(), context="C")
    crossed = np.flatnonzero(validity["B"] < 0.5)
    came = np.flatnonzero(curves["A"] - curves["B"] <= 0.1)
    session.metric("day_validity_fell", crossed[0] if len(crossed) else np.nan, "day", context="B")
    session.metric("day_fear_came_near", came[0] if len(came) else np.nan, "day", context="B", other="A")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of fear and validity over days, of fear with HIP silenced, and of the engram cells."""
    from protocols.amygdala.drawing import aging as sleep_drawing

    return {
        "aging": sleep_drawing.fear_by_age(folder), "lesion": sleep_drawing.lesion(folder),
        "engrams": sleep_drawing.cells_by_day(folder, aging_engrams.POPULATIONS),
    }  # fmt: skip


PROTOCOL = Protocol(
    name="fear_aging",
    title="Fear generalises as the memory ages (R7)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Fear of A, of a similar B and of an unrelated C over 15 nights, with and without HIP.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=AGING,
)
