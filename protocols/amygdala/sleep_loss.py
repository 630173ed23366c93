"""R9: a week of nights cut short leaves the fear synapses strong; the same days for every amount of sleep.

Each day brings ten contexts with shocks of random strength; the share of every night that is lost is the condition.
Then fear of a new context is acquired in a few trials. The animal branches: all conditions start from one state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night, random_day
from networks.amygdala.measures import projection_weights, total_weight, trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import NIGHT, Phases, random_context
from protocols.amygdala.claims.sleep_loss import LOST, SLEEP_LOSS, label
from protocols.amygdala.homeostasis import FEAR_SYNAPSES
from spiking_engrams.experiment.experiment import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.state.state import State


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of lost sleep."""

    pretraining: int = field_of(1000, "wake steps of online learning before", "Werne 2026, code", low=0)
    n_days: int = field_of(7, "days", "Werne 2026, code", low=1)
    n_contexts: int = field_of(10, "contexts of a day", "Werne 2026, code", low=1)
    n_steps: int = field_of(20, "steps in each context", "Werne 2026, code", low=1)
    us: float = field_of(0.85, "largest unconditioned stimulus of a day", "Werne 2026, code", low=0.0, high=1.0)
    n_trials: int = field_of(5, "trials in a new context afterwards", "Werne 2026, code", low=1)
    us_after: float = field_of(0.5, "unconditioned stimulus in it", "Werne 2026, code", low=0.0, high=1.0)


def days(options: Options, parameters: Parameters, generator: np.random.Generator) -> list[Day]:
    """Return the days; each context has a shock of 0.85 Beta(6, 6)."""

    def us(g: np.random.Generator) -> float:
        return options.us * g.beta(6, 6)

    numbers = range(1, options.n_days + 1)
    return [random_day(parameters, generator, f"day_{k}", options.n_contexts, options.n_steps, us) for k in numbers]


def nights(options: Options, lost: float) -> list[Night]:
    """Return the nights of which a share is lost."""
    return [Night(f"night_{k}", round(NIGHT * (1 - lost))) for k in range(1, options.n_days + 1)]


def schedule(options: Options, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases of an animal that sleeps half of its nights."""
    phases, generator = Phases(parameters), np.random.default_rng(0)
    result = [(p.name, p) for p in phases.online_learning(options.pretraining, 0)]
    for day, night in zip(days(options, parameters, generator), nights(options, 0.5), strict=True):
        result += [(day.name, day.phase(phases)), (night.name, night.phase(phases))]
    return [*result, ("test", test(options, phases, random_context(parameters, generator)))]


def test(options: Options, phases: Phases, context: np.ndarray) -> Any:
    """Return some trials in a new context."""
    return phases.perceive([context], [options.n_trials], [options.us_after], "test")


def run(session: Session[Parameters, Options]) -> None:
    """Run one seed: the same days for every share of sleep that is lost."""
    p, phases, options = session.parameters, session.circuit.phases, session.options
    start = session.pretrained(phases.online_learning(options.pretraining, session.seed))
    generator = session.rng("contexts")
    lived = days(options, p, generator)
    acquisition = test(options, phases, random_context(p, generator))
    session.metric("full_size", float(options.at_least_default("pretraining", "n_steps", "n_days", "n_contexts")))
    for lost in LOST:
        state, totals = start, [total(session, start)]
        for day, night in zip(lived, nights(options, lost), strict=True):
            name = f"{label(lost)}_{day.name}"
            state, _ = session.run(name, day.phase(phases), state, keep=False, record=())
            if night.n_steps:
                name = f"{label(lost)}_{night.name}"
                state, _ = session.run(name, night.phase(phases), state, keep=False, record=())
            totals.append(total(session, state))
        session.series(f"total_{label(lost)}", np.arange(len(totals)), np.array(totals), "day", "weight")
        session.metric(f"total_{label(lost)}", totals[-1])
        _, recording = session.run(f"{label(lost)}_test", acquisition, state, keep=False, record=())
        fear = trials(acquisition, recording)
        session.metric(f"fear_{label(lost)}", fear[-1])
        session.metric(f"gain_{label(lost)}", fear[-1] - fear[0])


def total(session: Session[Parameters, Any], state: State) -> float:
    """Return the total weight of the fear synapses."""
    return session.once(f"total {FEAR_SYNAPSES}", state, lambda: total_weight(
        projection_weights(state, FEAR_SYNAPSES, session.circuit), session.parameters
    ))  # fmt: skip


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return total weight and fear against the sleep lost."""
    from protocols.amygdala.drawing import homeostasis as homeostasis_drawing

    return {"dose": homeostasis_drawing.dose_response(folder)}


PROTOCOL = Protocol(
    name="sleep_loss",
    title="Lost sleep keeps fear synapses strong (R9)",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="A week of shocks, with 0, 25, 50, 75 and 100 % of every night lost, then a new context.",
    options=Options(),
    figures=figures,
    phenomena=SLEEP_LOSS,
)
