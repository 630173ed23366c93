"""Wrong uses of the Python interface end in one `EngramError` of one paragraph, before anything is computed."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from brian2 import Hz, Quantity, ms, mV, nS, pF, second

from spiking_engrams.analysis import engram, metrics, replay, replay_events
from spiking_engrams.analysis.engram import Engram
from spiking_engrams.circuit.circuit import Circuit, Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.circuit.initial import initial_values
from spiking_engrams.errors import EngramError
from spiking_engrams.interventions import by_label, manipulation
from spiking_engrams.interventions.control import check_control
from spiking_engrams.interventions.manipulation import Manipulation
from spiking_engrams.neurons import calibration
from spiking_engrams.neurons.models import LIF, NeuronModel, constant, require_ports, resolve_neuron
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of, parse_quantity
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.recording import Recording
from spiking_engrams.synapses import bcpnn, currents, gap_junction, homeostasis, part

NAN, INF = float("nan"), float("inf")
GOOD = [1.0, 0.0, 1.0]
ROWS, RNG = np.eye(3), np.random.default_rng(0)


@dataclass(frozen=True)
class Section(ParameterSet):
    """A section."""

    tau: Quantity = field_of(20 * ms, "time constant", low=0 * ms)
    n: int = field_of(3, "number", low=1)


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the circuit."""

    cells: Section = field_of(Section(), "cells")
    gain: float = field_of(1.0, "gain")
    rule: str = field_of("a", "rule", allowed=("a", "b"))
    on: bool = field_of(True, "switch")


def group(**more):
    """Return a good group, but for some fields."""
    usual = {"name": "E", "size": 4, "equations": "dv/dt = -v/tau : 1", "constants": {"tau": 10 * ms}}
    return Group(**{**usual, "threshold": "v > 1 and alive(t) > 0.5", "reset": "v = 0", **more})


def synapses(**more):
    """Return a good connection, but for some fields."""
    index = np.arange(4, dtype=np.int32)
    usual = {"name": "E_E", "source": "E", "target": "E", "i": index, "j": index, "on_pre": "v_post += 0.1"}
    return Connection(**{**usual, **more})


def circuit(groups=None, connections=None, **more):
    """Return a good circuit, but for some fields."""
    usual = {"name": "small", "neuron": "none", "parameters": Parameters(), "dt": 1 * ms, "step": 10 * ms}
    usual |= {"groups": (group(),) if groups is None else groups, "signals": {"k": 0.0}}
    return Circuit(**{**usual, "connections": (synapses(),) if connections is None else connections, **more})


def _cells(value):
    return (group(initial={"v": value}),)


RECORDING = Recording(
    spikes={"E": (np.array([1, 2, 30]), np.array([0, 1, 2], dtype=np.int32))},
    traces={},
    trace_step=0.01,
    units={},
    sizes={"E": 4},
    dt=1e-3,
    duration=0.1,
    label="x",
)
CELLS = Engram("memory", "E", (0, 1), 4)
OTHER = Engram("memory", "F", (0, 1), 5)
RULE = {
    "name": "A_B",
    "source": "A",
    "target": "B",
    "kappa": "k",
    "tau_z": 20 * ms,
    "tau_p": 1 * second,
    "dt": 1 * ms,
    "floor": 0.1,
}
INTERVENED = SimpleNamespace(
    controls={}, **{name: getattr(circuit(), name) for name in ("name", "knobs", "dt")}, constants={}, connections=()
)


def calls():
    """Yield name and call of every wrong use."""
    for n in (True, 0, -1, 1.5, None, "5", 10**9, 10**30, NAN, np.float64(3), np.array([3]), 5 * ms):
        yield f"Phase n_steps {n!r}"[:40], lambda n=n: Phase("p", n)
    for name in ("", " ", "a/b", "a\0b", None, 3, b"p", "a\nb"):
        yield f"Phase name {name!r}", lambda name=name: Phase(name, 2)
    wrong = (
        True,
        1j,
        "1",
        None,
        object(),
        NAN,
        INF,
        3 * ms,
        [1, 2] * mV,
        [1 * mV, 2 * mV],
        {},
        [[1, 2], [3]],
        10**400,
        np.array([1, 2], object),
        np.array(["a", "b"]),
        np.ma.array([1, 2], mask=[0, 1]),
    )
    for value in wrong:
        for field in ("signals", "constants", "held", "patterns"):
            yield f"Phase {field} {type(value).__name__}", lambda f=field, v=value: Phase("p", 2, **{f: {"E.x": v}})
    for field in ("signals", "constants", "held", "patterns"):
        for value in (None, [1], "k", {1: 2.0}):
            yield f"Phase {field}={value!r}", lambda f=field, v=value: Phase("p", 2, **{f: v})
    for labels in (
        None,
        3,
        "ab",
        ((0, 1),),
        ((0.0, 1, "a"),),
        ((0, True, "a"),),
        ((0, 1, None),),
        ((0, 3, "a"),),
        (1,),
    ):
        yield f"Phase labels {labels!r}", lambda v=labels: Phase("p", 2, labels=v)
    yield "Phase constants array", lambda: Phase("p", 2, constants={"E.x": [1.0, 2.0]})
    for first, last in ((0, 0), (-1, 1), (0, 3), (1, 0), (0.0, 1), (None, 1), (True, 2)):
        yield f"part {first} {last}", lambda a=first, b=last: Phase("p", 2).part(a, b)
    yield "signal unknown", lambda: Phase("p", 2).signal("k")
    yield "holding None", lambda: Phase("p", 2).holding(None)

    for field, values in {
        "dt": (0 * ms, -1 * ms, NAN * ms, INF * ms, 1 * mV, 0.001, None, "1*ms", [1, 2] * ms, 20 * ms),
        "step": (0 * ms, 1.5 * ms, 1 * Hz, NAN * second, 10.0),
        "max_steps": (0, True, 1.5, None, "9"),
        "guard_steps": (0, -1, 1.0, None),
        "name": ("", "a b", None, 3, "../x", "ä", "1a"),
        "signals": (
            None,
            ["k"],
            {"k": NAN},
            {"k": 1 * ms},
            {"k": "0"},
            {"exp": 0.0},
            {"t": 0.0},
            {"for": 0.0},
            {"mV": 0.0},
            {"new": 0.0},
            {"_k": 0.0},
            {"alive": 0.0},
            {3: 0.0},
        ),
        "banks": (None, {"b": 3}, {"b": (3,)}, {"b": (0, 3)}, {"b": (3, 2.5)}, {"pi": (3, 3)}, {"b": (True, 3)}),
        "traces": (None, "E.v", (3,), ("E",), ("F.v",)),
        "groups": ("E", group(), [3], (group(), group()), ()),
        "connections": ("E_E", synapses(), [None]),
    }.items():
        for value in values:
            yield f"Circuit {field} {value!r}"[:60], lambda f=field, v=value: circuit(**{f: v})
    for field, values in {
        "name": ("network", "dt_clock", "signal_k", "E E", None, "class E"),
        "size": (0, -1, 1.5, True, None, "4"),
        "equations": (None, 3),
        "threshold": (3, True),
        "reset": (None, 3),
        "method": (None,),
        "constants": (
            None,
            {"tau": [1, 2] * ms},
            {"tau": NAN},
            {"tau": "10*ms"},
            {"tau": True},
            {"N": 3.0},
            {"pi": 3.0},
            {"lambda": 1.0},
            {"double": 1.0},
            {"_x": 1.0},
            {"v_pre": 1.0},
            {"variables": 1.0},
            {"ms": 1.0},
        ),
        "initial": (None, {"v": NAN}, {"v": np.zeros(3)}, {"v": "0"}, {"v": None}, {"v": 1j}),
        "events": (None, {"a": 3}),
        "regular": (None, ("v = 0",), Regular("v = 0")),
        "links": (None, {"x": 3}, {"x": "E"}, {"x": "F.v"}),
        "slow": ("v", (3,), None),
    }.items():
        for value in values:
            yield f"Group {field} {value!r}"[:60], lambda f=field, v=value: circuit([group(**{f: v})], ())
    for field, values in {
        "i": (
            np.arange(4.0),
            None,
            "ab",
            [0.5, 1, 2, 3],
            np.eye(4, dtype=int),
            np.arange(4) - 1,
            np.arange(3),
            [True] * 4,
        ),
        "j": (np.arange(4) + 1, np.array([0, 1, 2, NAN]), []),
        "delay": (-1 * ms, 1 * mV, NAN * ms, 0.001, 10 * ms, "1*ms", [1, 2] * ms),
        "source": ("F", None, 3),
        "on_pre": (None, 3),
        "fixed": (None, {"w": np.zeros(3)}, {"w": "a"}, {"w": np.full(4, NAN)}, {"j": np.zeros(4)}),
        "constants": ({"i": 1.0}, {"delay": 1.0}, {"w": [1.0]}),
        "name": ("E", "E_spikes", ""),
    }.items():
        for value in values:
            yield f"Connection {field} {value!r}"[:60], lambda f=field, v=value: circuit(None, [synapses(**{f: v})])
    yield "all_to_all", lambda: all_to_all(2.5, 3)
    for arguments in (
        (3, ()),
        ("uniform", (0,)),
        ("uniform", (0, NAN)),
        ("uniform", (0, 1 * mV)),
        ("beta", (-1, 1)),
        ("normal", (0, -1)),
        ("uniform", (0, 1), 2 * mV),
        ("uniform", (0, 1), "a"),
        (None, ()),
    ):
        yield f"Draw {arguments}", lambda a=arguments: Draw(*a)
    variables = {"E.v": SimpleNamespace(dtype="float64", unit="1", scalar=False)}
    yield "initial with a unit", lambda: initial_values(_cells(3 * mV), variables, 1)
    for seed in (-1, True, 1.5, None, NAN):
        yield f"seed {seed!r}", lambda v=seed: initial_values(_cells(0.0), variables, v)

    for value in (
        None,
        3,
        "",
        "20 xs",
        "1e999",
        "nan",
        "[1]",
        "__import__('os')",
        "9" * 500,
        "2**999999",
        "ms ms ms(",
        "\0",
    ):
        yield f"parse_quantity {value!r}"[:50], lambda v=value: parse_quantity(v)
    for change in (
        "gain",
        "=3",
        "gain=",
        "gian=3",
        "gain=3*ms",
        "cells=3",
        "cells.tau=3",
        "cells.tau=-1*ms",
        "cells.n=0",
        "cells.n=1.5",
        "rule=c",
        "on=3",
        "cells.tau.x=3",
        "gain=nan",
        "gain=inf",
    ):
        yield f"replace {change}", lambda c=change: Parameters().replace(c)
    for change in (
        None,
        3,
        [3],
        [None],
        {3: 4},
        {"gain": None},
        {"gain": True},
        {"gain": [1]},
        {"cells": {}},
        {"gain": 1j},
    ):
        yield f"replace {change!r}", lambda c=change: Parameters().replace(c)
    for value in (None, [], "a", {"cells": 3}, {"cells": {"tau": None}}, {"no": 1}):
        yield f"from_dict {value!r}", lambda v=value: Parameters.from_dict(v)
    yield "get", lambda: Parameters().get("no.such")
    yield "get None", lambda: Parameters().get(None)

    for model in (
        None,
        3,
        "LFI",
        "",
        "no.py:M",
        "no.py",
        ".py",
        "x.py:",
        NeuronModel,
        int,
        object(),
        "\0.py:M",
        "a" * 300 + ".py:M",
    ):
        yield f"resolve_neuron {str(model)[:20]}", lambda v=model: resolve_neuron(v)
        yield f"calibrate {str(model)[:20]}", lambda v=model: calibration.calibrate(v)
    for dt in (0 * ms, 1 * mV, 0.001, NAN * ms, "1*ms", [1, 2] * ms, 1 * second):
        yield f"calibrate dt {dt!r}", lambda v=dt: calibration.calibrate(LIF(), v)
    yield "curves", lambda: calibration.curves(LIF())
    yield "curves None", lambda: calibration.curves([None])
    yield "require_ports", lambda: require_ports(LIF(), ["no"])
    yield "require_ports text", lambda: require_ports(LIF(), "excite")
    yield "require_ports None", lambda: require_ports(None, ["excite"])
    for values in ({"C": None}, {"C": True}, {"C": 1j}, {"C": NAN * pF}, {"C": 3 * nS}, {"t_ref": -1 * ms}, {"E": 3}):
        yield f"LIF {values}", lambda v=values: LIF(**v)
    yield "constant", lambda: constant(1.0, None)

    for value in (None, "ab", [NAN, 1, 2], [1 * mV] * 3, 3.0, [1j, 2, 3], [[1, 2, 3]], [1, 2]):
        yield f"cosine {value!r}", lambda v=value: metrics.cosine(v, GOOD)
        yield f"pattern_distance {value!r}", lambda v=value: metrics.pattern_distance(GOOD, v)
        yield f"completion {value!r}", lambda v=value: metrics.pattern_completion(GOOD, v, GOOD)
        yield f"encoding_strength {value!r}", lambda v=value: metrics.encoding_strength(v, [True, False, True])
        if not (isinstance(value, list) and np.any(np.isnan(value[0]))):  # a response may be NaN
            yield f"half_width {value!r}", lambda v=value: metrics.half_width(GOOD, v)
    yield "encoding_strength cells", lambda: metrics.encoding_strength(ROWS, [0.5, 1, 2])
    for value in (None, "a", NAN, 1 * Hz, [1, 2]):
        yield f"active_cells {value!r}", lambda v=value: metrics.active_cells([1, 2], v)
        yield f"first_trial_above {value!r}", lambda v=value: metrics.first_trial_above([1.0, 2.0], v)
    for n in (0, -1, 1.5, None, "1", True):
        yield f"n_consecutive {n!r}", lambda v=n: metrics.first_trial_below([1.0, 2.0], 1.0, v)
        yield f"n_resamples {n!r}", lambda v=n: metrics.bootstrap_interval([1.0, 2.0], v)
        yield f"assemblies {n!r}", lambda v=n: engram.assemblies(RECORDING, "E", v, 0.01)
        yield f"n_shuffles {n!r}", lambda v=n: replay.significance(ROWS, ROWS, RNG, v)
        yield f"n_engrams {n!r}", lambda v=n: replay.coverage([0, 1], v)
    for level in (0, 1, 2, NAN, None, "a", True):
        yield f"level {level!r}", lambda v=level: metrics.summary([1.0, 2.0], v)
    for seed in (-1, 1.5, None, "a"):
        yield f"bootstrap seed {seed!r}", lambda v=seed: metrics.bootstrap_interval([1.0], seed=v)
    for values in (None, "ab", [1 * mV], [1j], object()):
        yield f"summary {values!r}"[:40], lambda v=values: metrics.summary(v)
    yield "paired_test", lambda: metrics.paired_test([1, 2], [1, 2, 3])
    yield "paired_test test", lambda: metrics.paired_test([1, 2], [1, 3], "u")
    yield "paired_test None", lambda: metrics.paired_test(None, [1, 3])
    for window in (0, -1, NAN, None, "a", 0.01 * second):
        yield f"activity_patterns {window!r}", lambda v=window: metrics.activity_patterns(RECORDING, "E", v)
        yield f"assemblies window {window!r}", lambda v=window: engram.assemblies(RECORDING, "E", 1, v)
        yield f"detect window {window!r}", lambda v=window: replay_events.detect([], [], ROWS, 1.0, RNG, window=v)
        yield f"detect duration {window!r}", lambda v=window: replay_events.detect([0.1], [0], ROWS, v, RNG)
    yield "activity_patterns None", lambda: metrics.activity_patterns(None, "E", 0.01)

    for cells in (None, "ab", [0.5], [1.5, 2], [-1], [4], 3, [None], [True, False], [[0, 1]], [1 * ms], [NAN]):
        yield f"Engram cells {cells!r}", lambda v=cells: Engram("a", "E", v, 4)
    for n in (0, -1, 2.5, None, True, "4"):
        yield f"Engram n {n!r}", lambda v=n: Engram("a", "E", (), v)
    for name in ("", None, 3, "a/b"):
        yield f"Engram name {name!r}", lambda v=name: Engram(v, "E", (0,), 4)
        yield f"Engram population {name!r}", lambda v=name: Engram("a", v, (0,), 4)
    for threshold in (NAN, None, "a", 3 * Hz, [1, 2], -1.0, INF, True):
        yield f"tagged {threshold!r}", lambda v=threshold: engram.tagged(RECORDING, "E", "a", v)
    for start, stop in ((NAN, 0.1), (0.1, 0.1), (-1, 0.1), (0, 99.0), (0, "b"), (0 * ms, 1 * ms)):
        yield f"tagged {start} {stop}", lambda a=start, b=stop: engram.tagged(RECORDING, "E", "a", 1.0, a, b)
    yield "tagged population", lambda: engram.tagged(RECORDING, "F", "a", 1.0)
    yield "tagged None", lambda: engram.tagged(None, "E", "a", 1.0)
    for function in (engram.overlap, engram.drift):
        for other in (None, OTHER, "memory", {0, 1}):
            yield f"{function.__name__} {other!r}"[:40], lambda f=function, v=other: f(CELLS, v)
    for active in (None, [True], np.zeros(5, bool), [0.5, 0.2, 1, 1], "abcd", [[True] * 4]):
        yield f"completion {active!r}", lambda v=active: engram.reactivation(CELLS, v)
        yield f"discrimination {active!r}", lambda v=active: engram.discrimination(CELLS, [True] * 4, v)
    yield "untagged", lambda: engram.untagged(Engram("a", "E", (0, 1, 2), 4), RNG)
    yield "untagged rng", lambda: engram.untagged(CELLS, 3)

    for engrams in (None, "a", [], ROWS[:, :2], [[1, NAN, 0]], 3, [1 * mV] * 3, [[1j, 0, 0]]):
        yield f"identify {engrams!r}"[:40], lambda v=engrams: replay.identify(ROWS, v)
        yield f"similarities {engrams!r}"[:40], lambda v=engrams: replay.similarities(v, ROWS)
        yield f"detect {engrams!r}"[:40], lambda v=engrams: replay_events.detect([0.1], [2], v, 1.0, RNG)
        yield f"followed {engrams!r}"[:40], lambda v=engrams: replay_events.followed([], [0.1], [2], v, 1.0)
    for labels in (None, "a", [0.5, 1], [NAN], [[0, 1]], [1 * ms]):
        yield f"runs {labels!r}", lambda v=labels: replay.runs(v)
        yield f"visited {labels!r}", lambda v=labels: replay.visited(v)
        yield f"dwell {labels!r}", lambda v=labels: replay.dwell(v)
        yield f"transitions {labels!r}", lambda v=labels: replay.transitions(v, 3)
    for criterion in (None, NAN, "a", 1 * ms):
        yield f"criterion {criterion!r}", lambda v=criterion: replay.identify(ROWS, ROWS, v)
    for rng in (None, 3, np.random):
        yield f"rng {rng!r}"[:30], lambda v=rng: replay.significance(ROWS, ROWS, v, 2)
        yield f"detect rng {rng!r}"[:30], lambda v=rng: replay_events.detect([0.1] * 9, [0] * 9, ROWS, 1.0, v)
    for cells in (None, [0.5], [7], [-1], [0, 1], ["a"]):
        yield f"detect cells {cells!r}", lambda v=cells: replay_events.detect([0.1], v, ROWS, 1.0, RNG)

    for each in (
        None,
        "silence E",
        Manipulation("silens", "E", 1.0),
        Manipulation("gain", "E", "a"),
        Manipulation("gain", None, 1.0),
        Manipulation("gain", "E", None),
        Manipulation("gain", "E", True),
        Manipulation("gain", "E", 2 * ms),
        Manipulation(None, "E", 1.0),
        manipulation.silence(3),
        manipulation.activate("E", 1e9),
        manipulation.activate("E", 80 * Hz),
        manipulation.gain("E", NAN),
    ):
        yield f"manipulated {each!r}"[:60], lambda v=each: manipulation.manipulated(circuit(), Phase("p", 2), v)
    yield "manipulated phase", lambda: manipulation.manipulated(circuit(), None, manipulation.silence("E"))
    for text in (
        None,
        "",
        ":",
        "a:",
        "night: silence",
        "*: silence engram:",
        "*: silence :",
        "*: gain E nan",
        "*: gain E -1",
        "*: gain E 1e999",
        3,
    ):
        yield f"parsed {text!r}", lambda v=text: by_label.check(circuit(), [v])
    yield "manipulations text", lambda: by_label.check(circuit(), "*: silence E")
    yield "control", lambda: check_control(circuit(), "no-sleep", [])
    yield "Interventions control", lambda: by_label.Interventions(circuit(), [], "no", 1)

    for field, values in {
        "form": ("no", None),
        "tau_p": (10 * ms, 1.0, None, 1 * mV, NAN * ms),
        "tau_z": (1.0, -1 * ms),
        "dt": (0 * ms, 1.0),
        "floor": (NAN, None, -1.0, 2.0, 1 * mV, True),
        "kappa": (None, 3),
    }.items():
        for value in values:
            yield f"BCPNN {field} {value!r}", lambda f=field, v=value: bcpnn.BCPNN(**{**RULE, f: v})
    for arguments in (
        (20 * ms, 50, 1 * ms),
        (0.02, 50 * Hz, 1 * ms),
        (20 * ms, 0 * Hz, 1 * ms),
        (20 * ms, 50 * Hz, None),
        (20 * ms, 50 * Hz, 1 * mV),
    ):
        yield f"z_trace {arguments}", lambda a=arguments: bcpnn.z_trace(*a)
        yield f"current {arguments}", lambda a=arguments: currents.current("g", *a)
    yield "z_trace ceiling", lambda: bcpnn.z_trace(20 * ms, 50 * Hz, 1 * ms, ceiling=NAN)
    yield "current name", lambda: currents.current("pi", 5 * ms, 50 * Hz, 1 * ms)
    yield "static both", lambda: currents.static("a", "E", "E", all_to_all(4, 4), "g", 1.0, 2.0)
    yield "static unit", lambda: currents.static("a", "E", "E", all_to_all(4, 4), "g", 1 * mV)
    yield "static ends", lambda: currents.static("a", "E", "E", None, "g", 1.0)
    yield "spikelets", lambda: gap_junction.spikelets(0.0, "1", "1")
    yield "membrane", lambda: gap_junction.membrane(NAN)
    yield "homeostasis", lambda: homeostasis.AlleeHomeostasis("1", "1", 0.0, 0.1, 0.1)
    yield "homeostasis nan", lambda: homeostasis.AlleeHomeostasis("1", "1", 1.0, NAN, 0.1)
    yield "extend", lambda: part.extend(None, part.Part())
    yield "extend part", lambda: part.extend(group(), None)
    yield "manipulable", lambda: manipulation.manipulable(0.001)


CALLS = list(calls())


def test_there_are_many_wrong_uses():
    assert len(CALLS) > 500


def test_wrong_uses_are_one_paragraph():
    """All in one test, which lists every one that is not refused well."""
    bad = [f"{name}: {found}" for name, call in CALLS if (found := misuse(call))]
    assert not bad, "\n".join([f"{len(bad)} of {len(CALLS)}", *bad])


def misuse(call):
    """Return what is wrong with the answer to a wrong call; empty if it is right."""
    try:
        result = call()
    except EngramError as error:
        text = str(error)
        return "" if 15 < len(text) < 1500 and "\n\n" not in text else f"the message {text[:80]!r}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:100]}"
    return f"was accepted: {str(result)[:60]}"


def test_right_uses_stay_right():
    made = circuit(
        [group(initial={"v": 0.5}), group(name="F", constants={"tau": 1 * ms})], [synapses(i=[0, 1], j=(2, 3))]
    )
    assert made.connections[0].i.dtype.kind == "i"
    assert replace(made, dt=0.5 * ms).structure_digest != made.structure_digest
    phase = Phase(
        "p", np.int64(2), {"k": np.array([True, False])}, held={"E.x": [0, 1]}, constants={"E.tau": np.float32(0.5)}
    )
    assert phase.n_steps == 2 and phase.signal("k").tolist() == [1.0, 0.0]
    assert metrics.cosine([True, False], np.array([1, 0], np.uint8)) == 1.0
    assert Engram("a", "E", np.flatnonzero([1, 0, 1]), np.int64(3)).cells == (0, 2)
