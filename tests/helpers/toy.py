"""A protocol and its network in one file: ten driven cells that remember how often they fired."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from brian2 import Quantity, ms

from spiking_engrams.circuit.circuit import Circuit, Connection, Group
from spiking_engrams.errors import EngramError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.interventions.control import Control, Shuffle
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.phenomena import Phenomenon
from spiking_engrams.schedule.life import Life
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.state import State


@dataclass(frozen=True)
class Cells(ParameterSet):
    """The only population."""

    tau: Quantity = field_of(20 * ms, "membrane time constant", source="toy")
    noise: float = field_of(0.5, "size of the noise", source="fitted here", low=0.0)


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the toy network."""

    cells: Cells = field_of(Cells(), "cells")


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of the toy protocol."""

    n_trials: int = field_of(3, "number of trials", low=1)
    pause_file: str = field_of("", "while there is such a file, seed 2 waits before its second trial")
    failing_seed: int = field_of(-1, "seed that ends in an error")


def idle(circuit: Circuit, phase: Phase, rng: np.random.Generator) -> Phase:
    """Return as long a phase without any signal, manipulated in the same way."""
    return replace(phase, signals={}, patterns={}, labels=((0, phase.n_steps, "idle"),))


def permuted(*names: str) -> Shuffle:
    """Return a shuffle that permutes the values of state variables, each as a whole."""

    def shuffle(circuit: Circuit, state: State, rng: np.random.Generator) -> State:
        return replace(state, values={**state.values, **{name: rng.permutation(state.values[name]) for name in names}})

    return shuffle


def build(parameters: Parameters = Parameters(), neuron: object = "LIF") -> Circuit:
    """Return the toy circuit."""
    cells = Group(
        name="E",
        size=10,
        equations="dv/dt = alive(t)*((drive(t) - v)/tau + noise*xi*tau**-0.5) : 1\ntrace : 1",
        threshold="v > 1 and alive(t) > 0.5",
        reset="v = 0; trace += 1",
        constants={"tau": parameters.cells.tau, "noise": parameters.cells.noise},
        slow=("trace",),
        about={"role": "everything"},
    )
    index = np.arange(10, dtype=np.int32)
    ring = Connection(
        name="ring",
        source="E",
        target="E",
        i=index,
        j=(index + 1) % 10,
        on_pre="v_post += 0.1",
        about={"synapse": "jump of v", "pattern": "ring"},
    )
    return Circuit(
        name="toy",
        neuron=getattr(neuron, "name", str(neuron)),
        parameters=parameters,
        dt=1 * ms,
        step=10 * ms,
        groups=(cells,),
        connections=(ring,),
        signals={"drive": 0.0},
        inputs=(("drive", "the same for all cells"),),
        max_steps=64,
        controls={
            "no-drive": Control("nothing happens", lambda phase: phase.name == "trial", idle),
            "shuffled": Control(
                "cells shuffled in trials",
                lambda phase: phase.name == "trial",
                shuffle=permuted("E.trace"),
                restored=("E.trace",),
            ),
            "never": Control("concerns no phase", lambda phase: False, idle),
        },  # fmt: skip
    )


def trial(n: int) -> Phase:
    """Return a trial."""
    drive = np.where(np.arange(20) < 10, 0.0, 1.5 + 0.1 * n)
    return Phase("trial", 20, {"drive": drive}, labels=((10, 20, "drive"),))


REST = Phase("rest", 10, {"drive": 0.0})


def schedule(options: Options, parameters: Parameters) -> Life:
    """Return rest and trials, one after the other."""
    now = Life().born([REST])
    for n in range(options.n_trials):
        now = now.then(f"trial_{n:02d}", trial(n))
    return now.life


def run(session) -> None:
    """Run one seed."""
    state = session.pretrained([REST])
    rates = []
    for n in range(session.options.n_trials):
        while n == 1 and session.seed == 2 and Path(session.options.pause_file or "-").exists():
            time.sleep(0.05)
        state, recording = session.run(f"trial_{n:02d}", trial(n), state, keep=n == 0)
        rates.append(recording.rate("E").mean())
    if session.seed == session.options.failing_seed:
        raise EngramError(f"seed {session.seed} fails")
    session.metric("last_rate", rates[-1], "Hz")
    session.metric("trace", float(state["E.trace"].sum()))
    session.series("rate", np.arange(len(rates)), rates, "1", "Hz")


def figures(folder) -> dict:
    """Return the figures."""
    from spiking_engrams.report.figures import new_figure

    figure, ax = new_figure()
    curve = folder.series("rate")
    ax.plot(curve.x, curve.y.T)
    return {"rates": (figure, "Rate over trials.")}


PROTOCOL = Protocol(
    name="toy",
    title="Toy protocol",
    network=__file__,
    run=run,
    schedule=schedule,
    description="Trials that drive cells ever more.",
    options=Options(),
    meanings={"last_rate": "Mean rate in the last trial.", "trace": "Sum of the traces."},
    phenomena=(
        Phenomenon(
            "T1", "cells <fire>", "nobody 2000", "> 1 Hz", "last rate > 1 Hz", ("last_rate",),
            lambda m: ("", bool(m["last_rate"].mean() > 1)),
        ),
        Phenomenon("T2", "cells count", "nobody 2000", "", "", ("trace",)),
    ),
    figures=figures,
)  # fmt: skip
