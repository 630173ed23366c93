"""BCPNN: the closed form against a direct numerical solution of its differential equations."""

from functools import cache

import numpy as np
import pytest
from brian2 import ms, second
from circuits import DT, FLOOR, RATE, START, STEP, TAU_P, TAU_Z, brain, rule, trains, wake

from spiking_engrams.errors import CircuitError, UnknownNameError
from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.bcpnn import BCPNN, weights

KAPPA = np.resize([1.0, 1.0, 0.0, 3.0, 0.5, 0.5, 0.0, 2.0], 60)
PER_STEP = round(float(STEP / DT))
TOLERANCE = 1e-3


MIXED = (None, 1.6)  # ceilings of the Z traces: X adds, Y saturates, as BA_N and BA_P in the amygdala circuit


def integrate(recording, kappa, source, target, p_start, ceilings=(None, None)):
    """Solve the equations of Tully et al. 2014 by Runge-Kutta steps between spikes: (Z_i, Z_j, P_i, P_j, P_ij)."""
    n, m = recording.sizes[source], recording.sizes[target]
    tau_z, tau_p, jump = float(TAU_Z), float(TAU_P), 1 / float(RATE * TAU_Z)
    z_i, z_j = np.zeros(n), np.zeros(m)
    p_i, p_j, p_ij = np.full(n, START), np.full(m, START), p_start.reshape(n, m).copy()
    spikes = {name: recording.spikes[name] for name in (source, target)}
    gate = np.append(kappa, 0.0)  # the silent guard
    substeps = 2
    h = float(DT) / substeps

    def slope(y, k):
        a, b, pa, pb, pab = y
        return (-a / tau_z, -b / tau_z, k * (a - pa) / tau_p, k * (b - pb) / tau_p, k * (np.outer(a, b) - pab) / tau_p)

    def shifted(y, dy, factor):
        return tuple(value + factor * change for value, change in zip(y, dy, strict=True))

    y = (z_i, z_j, p_i, p_j, p_ij)
    for step in range(len(gate) * PER_STEP):
        k = gate[step // PER_STEP]
        for position, (name, ceiling) in enumerate(zip((source, target), ceilings, strict=True)):
            steps, index = spikes[name]
            fired = index[np.searchsorted(steps, step) : np.searchsorted(steps, step + 1)]
            y[position][fired] = y[position][fired] + jump if ceiling is None else ceiling
        if step == len(gate) * PER_STEP - 1:
            break
        for _ in range(substeps):
            k1 = slope(y, k)
            k2 = slope(shifted(y, k1, h / 2), k)
            k3 = slope(shifted(y, k2, h / 2), k)
            k4 = slope(shifted(y, k3, h), k)
            mean = tuple((a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(k1, k2, k3, k4, strict=True))
            y = shifted(y, mean, h)
    return y


def read(state, name):
    """Return P_i, P_j and P_ij of a projection from a state."""
    source, target = name.split("_")
    scale, c, c1 = (state[f"modulator.{name}_{x}"][0] for x in ("scale", "c", "c1"))
    z = {group: state[f"{group}.Z"] for group in (source, target)}
    n, m = len(z[source]), len(z[target])
    side = "i" if source == target else "j"
    p_i = scale * state[f"{source}.{name}_qi"] - c1 * z[source]
    p_j = scale * state[f"{target}.{name}_q{side}"] - c1 * z[target]
    return p_i, p_j, scale * state[f"{name}.q"].reshape(n, m) - c * np.outer(z[source], z[target])


def readings(p_i, p_j, p_ij):
    """Return the linear and the logarithmic reading."""
    with_floor = [(1 - FLOOR) * p + FLOOR for p in (p_i, p_j)]
    linear = ((1 - FLOOR**2) * p_ij + FLOOR**2) / np.outer(*with_floor)
    return linear, np.log(linear)


@cache
def run(form="event", ceilings=(None, None), target="runtime"):
    """Return start, end and recording of the random trains; kappa changes between their spikes."""
    simulation = Simulation(trains(KAPPA, form=form, ceilings=ceilings), target)
    start = simulation.initial_state(1)
    return start, *simulation.run(Phase("learn", len(KAPPA), {"k": KAPPA}), start)


def check(start, state, recording, kappa, name, tolerance=TOLERANCE, ceilings=(None, None)):
    """Assert that probabilities and both readings agree with the numerical solution."""
    source, target = name.split("_")
    solved = integrate(recording, kappa, source, target, start[f"{name}.q"], ceilings)
    stored = read(state, name)
    for what, ours, theirs in zip(("P_i", "P_j", "P_ij"), stored, solved[2:], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, err_msg=f"{name} {what}")
        assert np.abs(theirs - START).max() > 0.01
    linear, logarithm = readings(*solved[2:])
    np.testing.assert_allclose(readings(*stored)[0], linear, rtol=tolerance)
    np.testing.assert_allclose(readings(*stored)[1], logarithm, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(state[f"{source}.Z"], solved[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["X_Y", "X_X"])
def test_closed_form_solves_the_equations(numpy_runtime, name):
    start, state, recording = run()
    check(start, state, recording, KAPPA, name)
    assert np.ptp(readings(*read(state, name))[1]) > 1


@pytest.mark.parametrize("ceilings", [MIXED, (1.6, 1.6)])
def test_closed_form_holds_with_saturating_traces(target, ceilings):
    start, state, recording = run(ceilings=ceilings, target=target)
    check(start, state, recording, KAPPA, "X_Y", ceilings=ceilings)
    assert state["Y.Z"].max() <= 1.6
    assert np.ptp(readings(*read(state, "X_Y"))[1]) > 0.5


def test_saturating_traces_survive_a_hand_over(numpy_runtime):
    """Two runs lead where one does, and nothing is learnt while kappa is 0."""
    simulation = Simulation(trains(KAPPA, ceilings=MIXED), "runtime")
    phase = Phase("learn", len(KAPPA), {"k": KAPPA})
    first, _ = simulation.run(phase)
    frozen, _ = simulation.run(Phase("frozen", 20, {"k": 0.0}), first)
    assert frozen.equals(first, simulation.circuit.slow_variables)
    together, _ = simulation.run(Schedule([phase, Phase("frozen", 20, {"k": 0.0})]))
    assert together.equals(frozen, simulation.circuit.slow_variables)


def test_some_spikes_were_simultaneous(numpy_runtime):
    _, _, recording = run()
    (steps_x, index_x), (steps_y, index_y) = recording.spikes["X"], recording.spikes["Y"]
    both = np.intersect1d(steps_x, steps_y)
    assert len(both) > 20
    assert np.isin(steps_x, both).sum() > len(both)  # several presynaptic cells at once, too
    assert min(len(np.unique(index_x)), len(np.unique(index_y))) > 10


def test_self_connections_learn_their_own_square(numpy_runtime):
    """For i = j the joint trace is that of Z_i squared; it depends on both jumps of one spike."""
    start, state, recording = run()
    solved = integrate(recording, KAPPA, "X", "X", start["X_X.q"])[4]
    np.testing.assert_allclose(np.diag(read(state, "X_X")[2]), np.diag(solved), rtol=TOLERANCE)
    assert np.diag(solved).mean() > 1.5 * solved.mean()


@pytest.mark.parametrize("name", ["A_B", "B_B"])
def test_delay_of_the_effect_does_not_delay_learning(target, name):
    """The plastic projections of the small brain, with and without delay, in the network's own spikes."""
    simulation = Simulation(brain(), target)
    start = simulation.initial_state(2)
    phase = wake(n_steps=40)
    state, recording = simulation.run(phase, start)
    check(start, state, recording, phase.signal("k"), name)


def test_stored_reading_is_the_weight(numpy_runtime):
    _, state, _ = run()
    p_i, p_j, p_ij = read(state, "X_Y")
    scale = state["modulator.X_Y_scale"][0]
    with_floor = [(1 - FLOOR) * p + FLOOR for p in (p_i, p_j)]
    assert state["modulator.X_Y_kappa"][0] == 0  # in the guard
    stored = weights(state["X_Y.q"].reshape(p_ij.shape), scale, *with_floor, FLOOR)
    np.testing.assert_allclose(stored, readings(p_i, p_j, p_ij)[0], rtol=1e-9)
    # what the synapses themselves read
    np.testing.assert_allclose(1 / state["X.X_Y_inverse_i"], with_floor[0], rtol=1e-9)


def test_clock_form_agrees_with_the_closed_form(numpy_runtime):
    """The clock steps Z_i Z_j once per time step: a first-order method, hence a larger tolerance."""
    (_, event, spikes), (_, clock, same_spikes) = run(), run("clock")
    assert spikes.equals(same_spikes)
    closed, stepped = read(event, "X_Y"), [clock["X.X_Y_qi"], clock["Y.X_Y_qj"], clock["X_Y.q"].reshape(14, 14)]
    for ours, theirs in zip(closed, stepped, strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=0.1)
        assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("form", ["event", "clock"])
def test_nothing_is_learnt_while_kappa_is_0(numpy_runtime, form):
    simulation = Simulation(trains(KAPPA, form=form), "runtime")
    learnt = run(form)[1]
    state, recording = simulation.run(Phase("frozen", 20, {"k": 0.0}), learnt)
    assert len(recording.spikes["X"][0]) > 20
    slow = simulation.circuit.slow_variables
    assert {"X_Y.q", "X.X_Y_qi", "Y.X_Y_qj", "X_X.q", "modulator.X_Y_scale"} <= set(slow)
    assert state.equals(learnt, slow)


def test_the_shared_decay_never_reaches_0(numpy_runtime):
    """After 800 time constants the stored traces are finite: a power of two moves between scale and traces."""
    simulation = Simulation(brain(), "runtime")
    state = simulation.initial_state()
    short = {"modulator.A_B_tau_p": 1e-3, "modulator.A_B_tau_z": 1e-4}
    fast = Phase("fast", 8, {"k": 1.0}, constants=short)  # 160 time constants
    for _ in range(5):
        state, _ = simulation.run(fast, state)
    assert 1 <= state["modulator.A_B_scale"][0] < 2
    assert np.isfinite(state["A_B.q"]).all()


def test_unusable_rules_are_refused():
    with pytest.raises(CircuitError, match=r"A_B: tau_p \(20. ms\) must exceed tau_z \(20. ms\)"):
        rule("A_B", tau_p=20 * ms)
    with pytest.raises(UnknownNameError, match="unknown BCPNN form 'events': did you mean 'event'"):
        rule("A_B", form="events")
    assert BCPNN("A_A", "A", "A", "k", TAU_Z, 1 * second, DT, FLOOR).recurrent
