"""R9: a week of shortened nights leaves the fear synapses strong; the days are the same for every amount of sleep.

Each day brings ten contexts with shocks of random strength; the condition is the share of every night that is lost.
Then fear of a new context is acquired in a few trials. All conditions branch from one state of the animal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night, random_day
from networks.amygdala.measures import projection_weights, total_weight, trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import NIGHT, random_context
from protocols.amygdala.claims.sleep_loss import LOST, SLEEP_LOSS, label
from protocols.amygdala.homeostasis import FEAR_SYNAPSES
from protocols.amygdala.measures.meanings import MEANINGS
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import BORN, Draws, Life, Reading

TOTAL = f"total {FEAR_SYNAPSES}"


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of sleep loss."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    n_days: int = field_of(7, "days", "Werne 2026, code", low=1)
    n_contexts: int = field_of(10, "contexts per day", "Werne 2026, code", low=1)
    n_steps: int = field_of(20, "steps in each context", "Werne 2026, code", low=1)
    us: float = field_of(0.85, "upper bound of the random unconditioned stimuli", "Werne 2026, code", low=0.0, high=1.0)
    n_trials: int = field_of(5, "trials in a new context afterwards", "Werne 2026, code", low=1)
    us_after: float = field_of(0.5, "unconditioned stimulus in the new context", "Werne 2026, code", low=0.0, high=1.0)


def days(options: Options, parameters: Parameters, generator: np.random.Generator) -> list[Day]:
    """Return the days; each context has a shock of 0.85 Beta(6, 6)."""

    def us(g: np.random.Generator) -> float:
        return options.us * g.beta(6, 6)

    numbers = range(1, options.n_days + 1)
    return [random_day(parameters, generator, f"day_{k}", options.n_contexts, options.n_steps, us) for k in numbers]


def nights(options: Options, lost: float) -> list[Night]:
    """Return the nights, shortened by the share that is lost."""
    return [Night(f"night_{k}", round(NIGHT * (1 - lost))) for k in range(1, options.n_days + 1)]


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the same days for every share of lost sleep, followed by trials in a new context."""
    phases, generator, found = circuit.phases, draw.rng("contexts"), Life()
    lived = days(options, phases.parameters, generator)
    new = random_context(phases.parameters, generator)
    acquisition = phases.perceive([new], [options.n_trials], [options.us_after], "test")
    naive = found.born(phases.online_learning(options.pretraining, draw.seed), read=total(circuit))
    for lost in LOST:
        moment = naive
        for day, night in zip(lived, nights(options, lost), strict=True):
            parts = [(day.name, day.phase(phases)), *([(night.name, night.phase(phases))] if night.n_steps else [])]
            for name, phase in parts:
                read = total(circuit) if name == parts[-1][0] else {}
                moment = moment.then(f"{label(lost)}_{name}", phase, keep=False, record=(), read=read)
        moment.ask(f"{label(lost)}_test", acquisition, record=())
    return found


def total(circuit: Circuit) -> dict[str, Reading]:
    """Return a function, by name, that reads the total weight of the fear synapses from a state."""
    p = circuit.phases.parameters
    return {TOTAL: lambda state: total_weight(projection_weights(state, FEAR_SYNAPSES, circuit), p)}


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record the weight of fear synapses over days, and fear of a new context, for every share of lost sleep."""
    full = session.options.at_least_default("pretraining", "n_steps", "n_days", "n_contexts")
    session.metric("full_size", float(full))
    for lost in LOST:
        own = [name for name in lived.numbers if name.startswith(f"{label(lost)}_")]
        totals = [lived.numbers[name][TOTAL] for name in (BORN, *own) if TOTAL in lived.numbers[name]]
        session.series("total_weight", np.arange(len(totals)), np.array(totals), "day", "weight", lost=lost)
        session.metric("total_weight", totals[-1], lost=lost)
        name = f"{label(lost)}_test"
        fear = trials(lived.phase(name), lived[name])
        session.metric("fear", fear[-1], lost=lost)
        session.metric("fear_gain", fear[-1] - fear[0], lost=lost)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of total weight and fear against lost sleep."""
    from protocols.amygdala.drawing import homeostasis as homeostasis_drawing

    return {"dose": homeostasis_drawing.dose_response(folder)}


PROTOCOL = Protocol(
    name="sleep_loss",
    title="Sleep loss keeps fear synapses strong (R9)",
    network="amygdala",
    life=life,
    measure=measure,
    description="A week of shocks with 0, 25, 50, 75 or 100 % of every night lost, then a new context.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=SLEEP_LOSS,
)
