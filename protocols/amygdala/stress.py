"""R10, R11: a trauma leaves fear synapses strong for weeks; its effect on moderate fear acquired later or earlier.

R10: after five days one branch of an animal is traumatised in A, the other visits A without shock; both go through the
same fifteen days and then acquire moderate fear of a new context B. R11: the reverse order, B first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.days import Day, Night, random_day
from networks.amygdala.measures import fear as fear_of
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import random_context
from protocols.amygdala.claims.stress import BRANCHES, STRESS
from protocols.amygdala.measures.meanings import MEANINGS
from protocols.amygdala.sleep_loss import TOTAL, total
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import BORN, Draws, Life, Moment

READ_STEPS = 5  # steps at the end of free recall over which fear is averaged


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of stress; shocks after the trauma are drawn as on its day, which the publication leaves open."""

    pretraining: int = field_of(2000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    n_before: int = field_of(5, "days before the trauma", "Werne 2026, code", low=0)
    n_after: int = field_of(15, "days after the trauma", "Werne 2026, code", low=0)
    n_contexts: int = field_of(4, "other contexts per day", "Werne 2026, code", low=1)
    n_steps: int = field_of(30, "steps in each context", "Werne 2026, code", low=5)
    n_reverse: int = field_of(40, "steps in A and in B in the reverse order", "Werne 2026, code", low=5)
    n_shocks: int = field_of(4, "moderate shocks in B", "Werne 2026, code", low=1)
    us: float = field_of(0.9, "moderate unconditioned stimulus", "Werne 2026, code", low=0.0, high=1.0)
    n_free: int = field_of(30, "steps of free recall of B", "Werne 2026, code", low=READ_STEPS)


@dataclass(frozen=True)
class Plan:
    """Days of one animal before the trauma, and the days that follow in each order, by branch."""

    b: np.ndarray
    before: list[Day]
    forward: dict[str, list[Day]]
    reverse: dict[str, list[Day]]


def plan(options: Options, parameters: Parameters, generator: np.random.Generator) -> Plan:
    """Return the days; branches differ only in the shock in A."""
    o = options
    a, b = random_context(parameters, generator), random_context(parameters, generator)

    def others(name: str, n: int, alpha: float) -> Day:
        return random_day(parameters, generator, name, n, o.n_steps, lambda g: o.us * g.beta(alpha, 4))

    def with_first(context: np.ndarray, n: int, us: Any, day: Day) -> Day:
        return Day(day.name, [context, *day.contexts], [n, *day.n_steps], [us, *day.us])

    def moderate(n: int, day: Day) -> Day:
        return with_first(b, n, np.where(np.arange(n) < o.n_shocks, o.us, 0.0), day)

    before = [others(f"day_{k}", o.n_contexts, 4) for k in range(1, o.n_before + 1)]
    trauma = others("trauma", o.n_contexts, 2)
    after = [others(f"after_{k:02d}", o.n_contexts, 2) for k in range(1, o.n_after + 1)]
    last = moderate(o.n_steps, others("moderate", o.n_contexts - 1, 2))
    first, second = moderate(o.n_reverse, others("moderate", 2, 2)), others("trauma", 3, 2)
    shocks = dict(zip(BRANCHES, (1.0, 0.0), strict=True))
    return Plan(
        b,
        before,
        {name: [with_first(a, o.n_steps, us, trauma), *after, last] for name, us in shocks.items()},
        {name: [first, with_first(a, o.n_reverse, us, second)] for name, us in shocks.items()},
    )


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return both orders, with and without trauma."""
    phases, found = circuit.phases, Life()
    planned, read = plan(options, phases.parameters, draw.rng("contexts")), total(circuit)

    def live(label: str, days: list[Day], moment: Moment) -> Moment:
        for day in days:
            for name, phase in (("", day.phase(phases)), ("_night", Night("night").phase(phases))):
                moment = moment.then(f"{label}_{day.name}{name}", phase, keep=False, record=(), read=read)
        return moment

    naive = found.born(phases.online_learning(options.pretraining, draw.seed), read=read)
    ready = live("before", planned.before, naive)
    for order, start, days in (("forward", ready, planned.forward), ("reverse", naive, planned.reverse)):
        for name in BRANCHES:
            last = live(f"{order}_{name}", days[name], start)
            last.ask(f"{order}_{name}_recall", phases.recall(planned.b, options.n_free, name="recall B"), record=())
    return found


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record the weight of fear synapses every evening and morning, and fear of B, for both branches and orders."""
    session.metric("full_size", float(session.options.at_least_default("pretraining", "n_steps", "n_after")))
    curves, fear = {}, {}
    for order in ("forward", "reverse"):
        for name in BRANCHES:
            label = f"{order}_{name}"
            totals = np.array(totals_of(lived, label, "before" if order == "forward" else ""))
            session.series("total_weight", np.arange(len(totals)) / 2, totals, "day", "weight", order=order, group=name)
            fear[name] = fear_of(lived[f"{label}_recall"], READ_STEPS)
            session.metric("fear", fear[name], context="B", order=order, group=name)
            curves[order, name] = totals
        session.metric("fear_enhancement", fear["trauma"] - fear["control"], context="B", order=order)
    ratio = curves["forward", "trauma"] / curves["forward", "control"]
    session.series("weight_ratio", np.arange(len(ratio)) / 2, ratio, "day", "1")
    session.metric("weight_ratio", ratio[1], when="first_evening")
    session.metric("lowest_weight_ratio", ratio[1:].min())
    session.metric("weight_ratio", ratio[-1], when="last_morning")


def totals_of(lived: Lived, label: str, before: str) -> list[float]:
    """Return the total weights of fear synapses at the start of a branch and on its evenings and mornings."""
    own = [name for name in lived.numbers if name.startswith(f"{label}_") and TOTAL in lived.numbers[name]]
    earlier = [name for name in lived.numbers if before and name.startswith(f"{before}_")]
    return [lived.numbers[name][TOTAL] for name in ((earlier or [BORN])[-1], *own)]


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of total weights over days, and of fear of B."""
    from protocols.amygdala.drawing import homeostasis as homeostasis_drawing

    return {"total": homeostasis_drawing.after_trauma(folder), "fear": homeostasis_drawing.moderate_fear(folder)}


PROTOCOL = Protocol(
    name="stress",
    title="Trauma before or after moderate fear (R10, R11)",
    network="amygdala",
    life=life,
    measure=measure,
    description="A trauma and, two weeks later, a moderate shock elsewhere, or the reverse order, with controls.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=STRESS,
)
