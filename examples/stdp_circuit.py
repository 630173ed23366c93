"""A small circuit from scratch: correlated inputs win under pair STDP (after Song, Miller & Abbott 2000).

A hundred irregularly firing input cells drive one leaky integrate-and-fire cell. The rates of the first half fluctuate
together. `engrams show stdp_circuit.py` prints the circuit as tables. Run this file to train it at several learning
rates.
"""

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Hz, Quantity, ms

from spiking_engrams import (
    Circuit,
    Connection,
    Group,
    ParameterSet,
    Phase,
    Recording,
    Simulation,
    State,
    all_to_all,
    field_of,
)


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the circuit; times and rates as in Song, Miller & Abbott (2000, doi 10.1038/78829)."""

    n: int = field_of(100, "input cells", low=2)
    rate: Quantity = field_of(15 * Hz, "mean rate of an input cell")
    fluctuation: float = field_of(0.8, "size of the rate fluctuations that the first half shares", low=0.0)
    tau: Quantity = field_of(20 * ms, "time constant of membrane, fluctuations and STDP")
    weight: float = field_of(0.05, "depolarisation by a synapse of weight 1, in units of the threshold", low=0.0)
    plus: float = field_of(0.005, "largest potentiation by a pair of spikes", low=0.0)
    minus: float = field_of(0.006, "largest depression by a pair of spikes", low=0.0)


def build(parameters: Parameters = Parameters()) -> Circuit:
    """Return the circuit."""
    p, half = parameters, parameters.n // 2
    common = Group("common", 1, "dx/dt = -x/tau + sqrt(2/tau)*xi : 1", constants={"tau": p.tau})
    inputs = Group(
        "inputs",
        p.n,
        "da/dt = -a/tau : 1\nshare : 1",  # a: presynaptic trace
        threshold="rand() < input(t)*rate*(1 + share*shared)*dt and alive(t) > 0.5",
        reset="a += 1",
        constants={"tau": p.tau, "rate": p.rate},
        initial={"share": np.repeat([p.fluctuation, 0.0], [half, p.n - half])},
        links={"shared": "common.x"},
    )
    cell = Group(
        "cell",
        1,
        "dv/dt = -v/tau : 1\ndb/dt = -b/tau : 1",  # b: postsynaptic trace
        threshold="v > 1 and alive(t) > 0.5",
        reset="v = 0; b += 1",
        constants={"tau": p.tau},
    )
    i, j = all_to_all(p.n, 1)
    synapses = Connection(
        "synapses", "inputs", "cell", i, j, "w : 1",
        on_pre="v_post += weight*w; w = clip(w - minus*b_post, 0, 1)",
        on_post="w = clip(w + plus*a_pre, 0, 1)",
        constants={"weight": p.weight, "plus": p.plus, "minus": p.minus},
        initial={"w": 0.5},
        slow=("w",),
        about={"rule": "pair STDP", "pattern": "all to all"},
    )  # fmt: skip
    return Circuit(
        name="stdp_circuit", neuron="LIF", parameters=p, dt=0.5 * ms, step=100 * ms,
        groups=(common, inputs, cell), connections=(synapses,),
        signals={"input": 0.0}, inputs=(("input", "1 while the input cells fire, else 0"),),
    )  # fmt: skip


def main() -> None:
    """Train the circuit at three learning rates, and without common fluctuations, on one compiled program."""
    circuit = build()
    learn = Phase("learn", 3000, {"input": 1.0})
    with Simulation(circuit, seed=1) as animal:
        naive = animal.initial_state()
        for factor in (0.5, 1.0, 2.0):
            rates = {f"synapses.{name}": factor * circuit.constants[f"synapses.{name}"] for name in ("plus", "minus")}
            trained, recording = animal.run(learn.with_constants(rates), naive)
            print(f"learning rates x {factor}: {summary(trained, recording)}")
        control = replace(naive, values={**naive.values, "inputs.share": np.zeros(circuit.parameters.n)})
        print(f"control, independent inputs: {summary(*animal.run(learn, control))}")


def summary(state: State, recording: Recording) -> str:
    """Return the mean weight of each half of the inputs, and the rate of the cell, as text."""
    first, others = np.array_split(state["synapses.w"], 2)
    rate = recording.rate("cell")[0]
    return f"weights {first.mean():.2f} (first half), {others.mean():.2f} (others), cell {rate:.1f} Hz"


if __name__ == "__main__":
    main()
