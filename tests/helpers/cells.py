"""A circuit that is quick to build and whose results show whether anything is wrong: noisy cells in a ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from brian2 import Quantity, ms

from spiking_engrams.circuit.circuit import Circuit, Connection, Group
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation

SIZE = 20


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the ring."""

    tau: Quantity = field_of(10 * ms, "time constant", source="made up")


def ring(tau: Quantity = 10 * ms) -> Circuit:
    """Return the circuit; every spike moves the next cell, and is counted."""
    cells = Group(
        name="C",
        size=SIZE,
        equations="dv/dt = alive(t)*((push(t) - v)/tau + jitter*xi*tau**-0.5) : 1\ncount : integer\nheat : 1",
        threshold="v > 1 and alive(t) > 0.5",
        reset="v = 0; count += 1; heat += 0.5",
        constants={"tau": tau, "jitter": 0.2},
        slow=("count",),
        about={"role": "all"},
    )
    index = np.arange(SIZE, dtype=np.int32)
    connection = Connection(
        name="ring",
        source="C",
        target="C",
        i=index,
        j=(index + 1) % SIZE,
        on_pre="v_post += 0.1",
        about={"rule": "jump"},
    )
    return Circuit(
        name="ring", neuron="none", parameters=Parameters(tau=tau), dt=1 * ms, step=10 * ms, groups=(cells,),
        connections=(connection,), signals={"push": 0.0}, traces=("C.v",), max_steps=64,
    )  # fmt: skip


PUSH = Phase("push", 20, {"push": 1.5})


def run(target: str = "cpp", **options: object):
    """Run once; return state and recording."""
    return Simulation(ring(), target, seed=1, **options).run(PUSH)
