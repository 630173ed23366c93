"""Each mechanism alone: homeostasis, recruitability, currents, and the modulator of the amygdala circuit."""

from functools import cache

import numpy as np
import pytest
from brian2 import Hz, ms, second
from circuits import FLOOR, RATE, Parameters

from networks.amygdala import Parameters as AmygdalaParameters
from networks.amygdala.modulator import KAPPA, READINGS, modulator, readout
from networks.amygdala.recruitability import recruitability
from spiking_engrams.circuit.circuit import Circuit, Connection, Group, Regular, all_to_all
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.bcpnn import BCPNN, z_trace
from spiking_engrams.synapses.currents import current, static
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis
from spiking_engrams.synapses.part import Part, extend

pytestmark = pytest.mark.usefixtures("numpy_runtime")


def circuit(groups, connections=(), signals=(), name="mechanism", dt=1 * ms, step=20 * ms, traces=(), **more):
    """Return a circuit of the parts under test."""
    return Circuit(
        name=name,
        neuron="none",
        parameters=Parameters(),
        dt=dt,
        step=step,
        groups=tuple(groups),
        connections=tuple(connections),
        signals=dict.fromkeys(signals, 0.0),
        traces=traces,
        **more,
    )


# Homeostasis

CAPACITY, WATERSHED, LIMIT = 1.5, 0.6, 0.05
P = (1 - FLOOR) * 0.05 + FLOOR


def homeostasis(weights, rate):
    """Return a source cell with a synapse of each weight, spiking every 10 ms; homeostasis acts in sleep."""
    weights = np.asarray(weights, dtype=float)
    rule = BCPNN("S_T", "S", "T", "0", 20 * ms, 5 * second, 1 * ms, FLOOR)
    regulation = AlleeHomeostasis("asleep", "watershed", CAPACITY, rate, LIMIT, ("asleep", "watershed"))
    node = Group(
        name="modulator",
        size=1,
        equations="asleep = sleep(t)*alive(t) : 1\nwatershed : 1\ngate_changed : 1",
        initial={"watershed": WATERSHED},
        regular=(Regular("gate_changed = 0", when="after_groups", order=-1),),
    )
    source = Group(name="S", size=1, equations="w : 1", threshold="timestep(t, dt) % 10 == 5 and alive(t) > 0.5")
    target = Group(name="T", size=len(weights), equations="w : 1", threshold="w > 1 and alive(t) > 0.5")
    z = z_trace(20 * ms, RATE, 1 * ms)
    joint = (weights * P**2 - FLOOR**2) / (1 - FLOOR**2)
    return circuit(
        (
            extend(node, rule.modulator_part()),
            extend(source, z, rule.source_part(0.05)),
            extend(target, z, rule.target_part(0.05)),
        ),
        (rule.connection(*all_to_all(1, len(weights)), joint, allee=regulation),),
        ("sleep",),
    )


def weights_of(state):
    """Return the linear weights of the synapses."""
    scale = state["modulator.S_T_scale"][0]
    return ((1 - FLOOR**2) * scale * state["S_T.q"] + FLOOR**2) / P**2


def allee(weight, rate, n_spikes):
    """Return weights after some spikes: the map of the publication, per spike."""
    for _ in range(n_spikes):
        growth = rate * weight * (1 - weight / CAPACITY) * (weight / WATERSHED - 1)
        weight = np.maximum(weight + np.clip(growth, -LIMIT, LIMIT), 0)
    return weight


GRID = np.array([0.0, 0.05, 0.3, 0.55, WATERSHED, 0.65, 1.0, 1.45, CAPACITY, 1.8, 3.0])


@pytest.mark.parametrize("rate", [0.02, 1.0], ids=["gentle", "clipped"])
def test_homeostasis_follows_the_allee_map(rate):
    simulation = Simulation(homeostasis(GRID, rate), "runtime")
    state, recording = simulation.run(Phase("sleep", 10, {"sleep": 1.0}))
    n_spikes = len(recording.spikes["S"][0])
    assert n_spikes == 20
    np.testing.assert_allclose(weights_of(state), allee(GRID, rate, n_spikes), rtol=1e-9, atol=1e-12)
    assert (weights_of(state) >= -1e-15).all()


def test_homeostasis_has_its_fixed_points():
    simulation = Simulation(homeostasis(GRID, 0.3), "runtime")
    state, _ = simulation.run(Phase("night", 120, {"sleep": 1.0}))
    final = weights_of(state)
    expected = np.where(GRID < WATERSHED, 0.0, CAPACITY)
    fixed = np.isin(GRID, (0.0, WATERSHED, CAPACITY))
    np.testing.assert_allclose(final[fixed], GRID[fixed], atol=1e-9)
    np.testing.assert_allclose(final[~fixed], expected[~fixed], atol=0.02)


def test_homeostasis_sleeps_in_wake():
    simulation = Simulation(homeostasis(GRID, 5.0), "runtime")
    start = simulation.initial_state()
    state, recording = simulation.run(Phase("wake", 10), start)
    assert len(recording.spikes["S"][0]) == 20
    assert state.equals(start, ["S_T.q"])


# Recruitability


def cells(on_advance, off_advance, noise, n=400, on_fraction=0.05):
    """Return oscillating cells that spike in every step (here one time step) in which they are recruitable."""
    part = recruitability(on_advance, off_advance, noise, on_fraction, "run(t)*alive(t)", "2", 10.0)
    group = Group(name="P", size=n, equations="", threshold="recruitable > 0.5 and alive(t) > 0.5")
    return circuit((extend(group, part),), signals=("run",), dt=10 * ms, step=10 * ms)


def recruited(simulation, n_steps, state=None):
    """Return in which steps the cells are recruitable, shape ``(n_steps, n)``, and the state."""
    state, recording = simulation.run(Phase("run", n_steps, {"run": 1.0}), state)
    shown = np.zeros((n_steps, recording.sizes["P"]), dtype=bool)
    shown[recording.spikes["P"]] = True
    return shown, state


def dwell_times(shown):
    """Return lengths of the complete stretches in which cells are on, and off."""
    lengths = {True: [], False: []}
    for cell in shown.T:
        edges = np.flatnonzero(np.diff(cell.astype(int))) + 1
        for first, last in zip(edges[:-1], edges[1:], strict=True):
            lengths[bool(cell[first])].append(last - first)
    return lengths[True], lengths[False]


def test_recruitability_has_the_published_rhythm():
    """A P cell is recruitable for 50 steps and then not for about 200; the noise is left out here."""
    a = AmygdalaParameters().amygdala
    simulation = Simulation(cells(a.recruit_on, a.recruit_off, 0.0), "runtime")
    shown, _ = recruited(simulation, 1500)
    on, off = dwell_times(shown)
    assert len(on) > 1000
    assert np.mean(on) == pytest.approx(50, abs=2) and np.std(on) < 3
    assert np.mean(off) == pytest.approx(200, abs=10)
    assert shown[:5].mean() == pytest.approx(a.on_fraction, abs=0.03)
    assert shown[-500:].mean() == pytest.approx(0.2, abs=0.05)


def test_noise_makes_recruitability_flicker():
    a = AmygdalaParameters().amygdala
    simulation = Simulation(cells(a.recruit_on, a.recruit_off, a.recruit_noise), "runtime")
    shown, state = recruited(simulation, 600)
    assert 0.05 < shown[300:].mean() < 0.6
    assert np.mean(dwell_times(shown)[0]) < 45
    assert (state["P.recruitable"] >= 0).all()


def test_recruitability_stands_still_without_its_gate():
    simulation = Simulation(cells(0.06, 0.25, 0.25), "runtime")
    _, state = recruited(simulation, 50)
    frozen, _ = simulation.run(Phase("recall", 50, {"run": 0.0}), state)
    assert frozen.equals(state, ["P.angle", "P.recruitable"])
    moved, _ = simulation.run(Phase("wake", 50, {"run": 1.0}), state)
    assert not moved.equals(state, ["P.angle", "P.recruitable"])


# Currents


@pytest.mark.parametrize("dt", [0.1 * ms, 0.5 * ms, 1 * ms], ids=str)
@pytest.mark.parametrize("tau", [5 * ms, 30 * ms], ids=str)
def test_the_mean_of_a_current_does_not_depend_on_dt(dt, tau):
    """One input of weight 1 at the reference rate gives 1 on average, whatever the time step."""
    source = Group(
        name="S",
        size=1,
        equations="",
        threshold="timestep(t, dt) % period == 0 and alive(t) > 0.5",
        constants={"period": float(round(float(1 / (RATE * dt))))},
    )
    total = Part("total : 1", regular=(Regular("total += g*dt/second", when="groups"),))
    target = extend(Group(name="T", size=1, equations=""), current("g", tau, RATE, dt), total)
    synapses = static("S_T", "S", "T", all_to_all(1, 1), "g", 1.0)
    simulation = Simulation(circuit((source, target), (synapses,), dt=dt), "runtime")
    state, recording = simulation.run(Phase("drive", 25))
    assert len(recording.spikes["S"][0]) == 25
    assert recording.rate("S").mean() == pytest.approx(50)
    # the area of 25 jumps, but for the tail after the last
    area = state["T.total"][0] / (25 / float(RATE))
    tail = state["T.g"][0] * float(tau) / (25 / float(RATE))
    assert area + tail == pytest.approx(1, rel=0.01)


# The modulator of the amygdala circuit

PUBLISHED = AmygdalaParameters()
SOURCES = {
    "CeM": "fear_count",
    "US": "us_count",
    "EC_in": "in_current",
    "EC_out": "out_current",
    "EC_match": "match_current",
}
SIGNALS = ("contexts_index", "shock", "wake", "sleep", "recall", "cue", "learn")


@cache
def modulator_alone():
    """Return modulator and read-out, driven by cells of which a scheduled fraction fires at 50 Hz."""
    n = PUBLISHED.amygdala.n_output
    time = PUBLISHED.time
    period = round(float(1 / (time.rate * time.dt)))
    kappas = Part("\n".join(f"kappa_{name} = {text} : 1" for name, text in KAPPA.items()))
    groups = [readout(PUBLISHED), extend(modulator(PUBLISHED), kappas)]
    connections = []
    for name, port in SOURCES.items():
        condition = f"timestep(t, dt) % {period} == {period // 2} and i < {name}_level(t)*N - 0.001"
        groups.append(Group(name=name, size=n, equations="", threshold=f"{condition} and alive(t) > 0.5"))
        to_readout = (np.arange(n, dtype=np.int32), np.zeros(n, dtype=np.int32))
        code = f"{port}_post += 1"
        connections.append(Connection(f"{name}_readout", name, "readout", *to_readout, on_pre=code))
    shown = ("fear", "us_seen", "error", "stress", "fear_watershed", "recruit_norm", "validity", "route_hip")
    shown += ("route_ctx", "surprised", "teach", *(f"kappa_{name}" for name in KAPPA))
    return circuit(
        groups,
        connections,
        (*SIGNALS, *(f"{name}_level" for name in SOURCES)),
        name="modulator_alone",
        dt=time.dt,
        step=time.step,
        traces=tuple(f"modulator.{name}" for name in shown),
    )


def modulated(n_steps, state=None, **signals):
    """Run a phase and return its traces by variable, and the state."""
    simulation = Simulation(modulator_alone(), "runtime")
    levels = {f"{name}_level": signals.pop(name) for name in SOURCES if name in signals}
    state, recording = simulation.run(Phase("phase", n_steps, {**signals, **levels}), state)
    return {name.split(".")[1]: values for name, values in recording.traces.items()}, state


FEAR = np.array([0.0, 0.0, 0.25, 0.5, 0.9, 1.0, 0.5, 0.1])
SHOCK = np.array([0.0, 0.8, 0.8, 0.5, 0.5, 0.0, 0.4, 0.4])


@cache
def learning():
    """Return the traces of a wake phase with learning."""
    return modulated(len(FEAR), wake=1.0, learn=1.0, CeM=FEAR, US=SHOCK)[0]


def test_modulator_reads_fear_and_shock():
    n = PUBLISHED.amygdala.n_output
    traces = learning()
    np.testing.assert_allclose(traces["fear"], FEAR, atol=1 / n)
    np.testing.assert_allclose(traces["us_seen"], SHOCK, atol=1 / n)
    np.testing.assert_allclose(traces["error"], traces["fear"] - traces["us_seen"], atol=1e-12)
    np.testing.assert_allclose(traces["teach"], -traces["error"], atol=1e-12)


def test_stress_follows_the_shocks():
    expected, stress = [], 0.3
    for seen in learning()["us_seen"]:
        stress += (0.4 if seen > stress else 0.05) * (seen - stress)
        expected.append(stress)
    np.testing.assert_allclose(learning()["stress"], expected, rtol=1e-12)


def test_extreme_stress_lowers_the_watershed():
    traces, _ = modulated(12, wake=1.0, learn=1.0, CeM=0.0, US=1.0)
    extreme = traces["stress"] > PUBLISHED.sleep.stress_limit
    assert extreme.any() and not extreme.all()
    np.testing.assert_allclose(traces["fear_watershed"][extreme], PUBLISHED.sleep.stress_threshold)
    np.testing.assert_allclose(traces["fear_watershed"][~extreme], PUBLISHED.sleep.threshold_fear)
    np.testing.assert_allclose(traces["recruit_norm"][extreme], PUBLISHED.sleep.stress_norm)
    np.testing.assert_allclose(traces["recruit_norm"][~extreme], 2.0)


def expected_kappa(error, awake, asleep):
    """Return kappa of every projection at the end of a step, as published, in NumPy."""
    a, time = PUBLISHED.amygdala, PUBLISHED.time
    surprised = float(abs(error) > a.surprise)
    gain = float(time.step / (time.step - time.learn_start)) * abs(error) * awake
    return {
        "HIP_HIP": awake,
        "HIP_HIP_adaptation": asleep,
        "HIP_EC_out": awake,
        "HIP_CTX": awake,
        "HIP_BA_N": awake * (1.0 if surprised else a.slow_hip),
        "CTX_CTX": awake + PUBLISHED.cortex.sleep_speed * asleep,
        "CTX_BA_N": float(awake or asleep) if surprised else a.sleep_ctx * asleep,
        "BA_N_BA_N": awake * (1.0 if surprised else a.slow_trace),
        "BA_N_BA_P": gain if error < -a.least_error else 0.0,
        "BA_N_BA_I": gain if error > a.least_error else 0.0,
    }


def test_prediction_error_gates_learning():
    traces = learning()
    for step, error in enumerate(traces["error"]):
        for name, value in expected_kappa(error, 1.0, 0.0).items():
            assert traces[f"kappa_{name}"][step] == pytest.approx(value, abs=1e-12), (name, step)
    to_fear, to_safety = traces["kappa_BA_N_BA_P"], traces["kappa_BA_N_BA_I"]
    assert to_fear[1] > to_fear[2] > 0 == to_fear[4] and to_safety[5] > to_safety[4] > 0 == to_safety[1]
    assert set(traces["surprised"]) == {0.0, 1.0}
    assert KAPPA.keys() == expected_kappa(0.0, 1.0, 0.0).keys()


def test_sleep_has_its_own_gates():
    traces, _ = modulated(3, sleep=1.0, learn=1.0)
    for name, value in expected_kappa(0.0, 0.0, 1.0).items():
        np.testing.assert_allclose(traces[f"kappa_{name}"], value, err_msg=name)
    assert (traces["route_hip"] == 1).all() and (traces["route_ctx"] == 0).all()


@pytest.mark.parametrize("signals", [{"recall": 1.0}, {"wake": 1.0}, {"recall": 1.0, "cue": 1.0}], ids=str)
def test_nothing_learns_in_recall_or_without_the_learn_signal(signals):
    _, frightened = modulated(3, wake=1.0, learn=1.0, US=1.0)
    traces, state = modulated(4, frightened, CeM=0.9, **signals)
    for name in KAPPA:
        assert not traces[f"kappa_{name}"].any(), name
    assert state.equals(frightened, modulator_alone().slow_variables)


@pytest.mark.parametrize(("matching", "route"), [(0.5, "hip"), (0.1, "ctx")])
def test_recall_takes_the_route_that_the_entorhinal_match_says(matching, route):
    """Half of the cells fire in EC_in and in EC_out; the match is the F1 score of the two sets."""
    traces, _ = modulated(5, recall=1.0, EC_in=0.5, EC_out=0.5, EC_match=matching)
    assert traces["validity"][-1] == pytest.approx(matching / 0.5, abs=0.01)
    other = {"hip": "ctx", "ctx": "hip"}[route]
    assert traces[f"route_{route}"][-1] == 1 and traces[f"route_{other}"][-1] == 0


def test_readings_are_complete():
    assert set(READINGS) == set(SOURCES.values())
    assert PUBLISHED.time.rate == 50 * Hz
