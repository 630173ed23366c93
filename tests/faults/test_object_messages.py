"""Wrong uses of simulations, states, recordings, run folders and protocols end in one `EngramError`."""

from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import ms, mV
from test_messages import RECORDING, circuit, group, misuse

from spiking_engrams.analysis.metrics import summary
from spiking_engrams.errors import EngramError, check_known
from spiking_engrams.experiment import checks as protocol_checks
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

STATE = State({"E.v": np.zeros(4)})
NO_NAMES = (None, 3, ["E"], {"a": 1}, object(), b"E", "", "e", float("nan"))
NO_PATHS = (None, 3, b"x.h5", ["x"], "a\0b")


@pytest.fixture(scope="module")
def simulation():
    """A simulation of two cells."""
    return Simulation(circuit([group(size=2)], ()), "runtime")


def protocol(**more):
    """Return a good protocol, but for some fields."""
    usual = {"name": "p", "title": "P", "network": "n", "run": print, "schedule": print}
    return Protocol(**{**usual, **more})


def calls():
    """Yield name and call of every wrong use that needs no simulation."""
    for name in NO_NAMES:
        yield f"rate {name!r}", lambda v=name: RECORDING.rate(v)
        yield f"times {name!r}", lambda v=name: RECORDING.times(v)
        yield f"counts {name!r}", lambda v=name: RECORDING.counts(v, 0.01)
        yield f"state {name!r}", lambda v=name: STATE[v]
        yield f"group {name!r}", lambda v=name: circuit().group(v)
        yield f"select {name!r}", lambda v=name: RECORDING.select([v])
    for name in (None, 3, {"E": 1}, object()):
        yield f"select all of {name!r}", lambda v=name: RECORDING.select(v)
        yield f"equals names {name!r}", lambda v=name: STATE.equals(STATE, [v])
    for width in (None, "a", 0, -1, float("nan"), 10 * ms, [0.01], 0.0015, True):
        yield f"counts bin {width!r}", lambda v=width: RECORDING.counts("E", v)
    for time in ("a", -1, float("nan"), 10 * ms, [0.0], 3 * mV, True):
        yield f"rate from {time!r}", lambda v=time: RECORDING.rate("E", v)
        yield f"slice from {time!r}", lambda v=time: RECORDING.slice(v)
        yield f"slice to {time!r}", lambda v=time: RECORDING.slice(0.0, v)
    for other in (None, 3, STATE, "E"):
        yield f"recording equals {other!r}"[:40], lambda v=other: RECORDING.equals(v)
        yield f"concatenate {other!r}"[:40], lambda v=other: Recording.concatenate(v)
        yield f"concatenate [{other!r}]"[:40], lambda v=other: Recording.concatenate([v])
    for other in (None, 3, RECORDING, [0.0]):
        yield f"state equals {other!r}"[:40], lambda v=other: STATE.equals(v)
        yield f"state diff {other!r}"[:40], lambda v=other: STATE.diff(v)
        yield f"State {other!r}"[:40], lambda v=other: State(v)
    for path in NO_PATHS:
        for kind in (State, Recording):
            yield f"{kind.__name__}.load {path!r}", lambda k=kind, v=path: k.load(v)
        yield f"State.save {path!r}", lambda v=path: STATE.save(v)
        yield f"Recording.save {path!r}", lambda v=path: RECORDING.save(v)
        yield f"RunFolder {path!r}", lambda v=path: RunFolder(v)
    for field, values in {
        "name": (None, "", "a/b", 3),
        "title": (None, 3),
        "network": (None, SimpleNamespace()),
        "run": (None, "run", 3),
        "schedule": (None, [("a", Phase("p", 2))]),
        "options": (None, {}, ParameterSet),
        "phenomena": (None, "G1", [3], SimpleNamespace()),
        "check": ("check", 3),
        "figures": ({},),
        "controls": (None, "no-sleep", (3,)),
        "headline": ("text",),
    }.items():
        for value in values:
            yield f"Protocol {field} {value!r}", lambda f=field, v=value: protocol(**{f: v})
    for found in (None, 3, "ab", [Phase("p", 2)], [("a", Phase("p", 2))], {"a": Phase("p", 2)}, Life()):
        yield f"schedule {found!r}"[:40], lambda v=found: protocol_checks.life(v, "p", "schedule")


def test_wrong_uses_are_one_paragraph():
    found = list(calls())
    assert len(found) > 150
    bad = [f"{name}: {wrong}" for name, call in found if (wrong := misuse(call))]
    assert not bad, "\n".join([f"{len(bad)} of {len(found)}", *bad])


def test_wrong_uses_of_a_simulation_are_one_paragraph(numpy_runtime, simulation):
    phase = Phase("p", 2)
    wrong = {f"record {v!r}": lambda v=v: simulation.run(phase, record=[v]) for v in NO_NAMES}
    wrong |= {f"record all of {v!r}": lambda v=v: simulation.run(phase, record=v) for v in (3, object(), "e")}
    wrong |= {f"reuse {v!r}"[:30]: lambda v=v: simulation.reuse(v) for v in (None, phase, "p", [None], [3], {"p": 1})}
    bad = [f"{name}: {found}" for name, call in wrong.items() if (found := misuse(call))]
    assert not bad, "\n".join(bad)
    assert simulation.cost.run_s == 0  # nothing was computed before it was refused
    assert list(simulation.run(phase, record="E")[1].sizes) == ["E"]
    assert list(simulation.run(phase, record=())[1].sizes) == []


def test_right_uses_stay_right():
    assert RECORDING.select("E").equals(RECORDING)
    assert RECORDING.slice(np.float64(0), 0.05).duration == RECORDING.slice(None, np.float32(0.05)).duration == 0.05
    assert protocol(controls=["no-sleep"]).controls == ("no-sleep",)
    patterns = np.ones((2, 3))
    phase = Phase("p", 2, patterns={"b": patterns})
    before = phase.digest()
    patterns[:] = 0
    assert phase.patterns["b"].sum() == 6 and Phase("p", 2, patterns={"b": np.ones((2, 3))}).digest() == before
    assert phase.part(0, 1).patterns["b"] is phase.patterns["b"]  # one copy, however a phase is split


def test_names_of_any_kind_are_named():
    with pytest.raises(EngramError, match=r"unknown neuron \['LIF'\]\. Available: LIF"):
        check_known("neuron", ["LIF"], ["LIF"])
    with pytest.raises(EngramError) as caught:
        check_known("neuron", "x" * 10_000, ["LIF"])
    assert len(str(caught.value)) < 300


@pytest.mark.filterwarnings("error")
def test_an_infinite_value_makes_no_noise():
    found = summary([1.0, np.inf, 2.0])
    assert found.mean == np.inf and np.isnan(found.sd) and found.n == 3
