"""Circuits: data whose parts must fit, whose values can vary, and whose structure names a program."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms, mV, second
from circuits import N_A, N_B, Parameters, brain, wake

from spiking_engrams.circuit.circuit import Circuit, Connection, Draw, Group, all_to_all
from spiking_engrams.circuit.initial import describe
from spiking_engrams.circuit.structure import unit_name
from spiking_engrams.errors import CircuitError, ScheduleError, SimulationError, StateError, UnknownNameError
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.part import Part, extend

BRAIN = brain()


def changed(circuit, part, **changes):
    """Return a circuit with one group or connection changed."""
    return replace(
        circuit,
        groups=tuple(replace(g, **changes) if g.name == part else g for g in circuit.groups),
        connections=tuple(replace(c, **changes) if c.name == part else c for c in circuit.connections),
    )


# Validation

REFUSED = [
    (lambda: replace(BRAIN, groups=(*BRAIN.groups, BRAIN.groups[1])), "two objects are named 'S'"),
    (lambda: changed(BRAIN, "S", name="S 1"), "'S 1' cannot be a name"),
    (lambda: replace(BRAIN, name="../brain"), "cannot be a name"),
    (lambda: changed(BRAIN, "ring", i=np.zeros(3, int)), r"ring: needs as many source \(3\) as target \(12\)"),
    (lambda: changed(BRAIN, "ring", i=np.array([], int), j=np.array([], int)), r"source \(0\)"),
    (lambda: changed(BRAIN, "ring", j=np.arange(N_A) + 1), "target indices run from 1 to 12, but .* 12 neurons"),
    (lambda: changed(BRAIN, "ring", i=np.arange(N_A) - 1), "source indices run from -1"),
    (lambda: changed(BRAIN, "ring", delay=20 * ms), "longest delay, 0.02 s, does not fit .* raise guard_steps"),
    (lambda: replace(BRAIN, step=1.5 * ms), "must be a whole multiple of dt"),
    (lambda: replace(BRAIN, step=0.5 * ms), "must be a whole multiple of dt"),
    (lambda: replace(BRAIN, guard_steps=0), "1 <= guard_steps < max_steps"),
    (lambda: replace(BRAIN, guard_steps=64), "1 <= guard_steps < max_steps"),
    (lambda: changed(BRAIN, "A", initial={"v": np.zeros(5)}), r"'v' has shape \(5,\); expected .* shape \(12,\)"),
    (lambda: changed(BRAIN, "A", links={"x": "B.v"}), "link x of A: 'B.v' has 10 elements"),
    (lambda: changed(BRAIN, "A", links={"x": "modulator"}), "is not of the form 'group.variable'"),
    (lambda: replace(BRAIN, traces=("A",)), "trace: 'A' is not of the form 'group.variable'"),
    (lambda: changed(BRAIN, "A", links={"x": "B.v[site]"}), "needs initial values of 'site' in A"),
    (
        lambda: changed(BRAIN, "A", links={"x": "B.v[site]"}, initial={"site": np.arange(N_A)}),
        "'site' runs from 0 to 11, but 'B' has 10 elements",
    ),
    (lambda: changed(BRAIN, "S", threshold=None), "S_A: has code for the event 'spike' of 'S', whose events are: none"),
    (lambda: changed(BRAIN, "A_B", on_event={"dream": "q = 0"}), "event 'dream' of 'A', whose events are: spike, gate"),
    (
        lambda: changed(BRAIN, "chain", equations="dweight/dt = -weight/second : 1 (event-driven)"),
        r"chain: equations marked \(event-driven\) cannot be handed over",
    ),
]
UNKNOWN = [
    (lambda: changed(BRAIN, "ring", source="AA"), "unknown group of connection ring 'AA': did you mean 'A'"),
    (lambda: changed(BRAIN, "A", spike_events=("gates",)), "spike_events 'gates': did you mean 'gate'"),
    (lambda: replace(BRAIN, traces=("modulater.x",)), "did you mean 'modulator'"),
    (lambda: changed(BRAIN, "A", links={"x": "modul.x"}), "did you mean 'modulator'"),
    (lambda: Draw("unifrom", (0, 1)), "unknown distribution 'unifrom': did you mean 'uniform'"),
    (lambda: BRAIN.group("modulater"), "unknown group 'modulater': did you mean 'modulator'"),
    (lambda: BRAIN.connection("rings"), "unknown connection 'rings': did you mean 'ring'"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_parts_that_do_not_fit_are_refused(make, message):
    with pytest.raises(CircuitError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), UNKNOWN)
def test_unknown_parts_come_with_the_nearest(make, message):
    with pytest.raises(UnknownNameError, match=message):
        make()


def test_parts_may_not_contradict_each_other():
    with pytest.raises(CircuitError, match="Group A: two parts set constants 'tau'"):
        extend(BRAIN.group("A"), Part(constants={"tau": 20 * ms}))
    assert extend(BRAIN.group("A"), Part(constants={"tau": 10 * ms})).constants == BRAIN.group("A").constants


# Digests


def test_values_change_the_digest_but_not_the_structure():
    others = [
        brain(Parameters(noise=0.2)),
        changed(BRAIN, "A", initial={"v": Draw("uniform", (0, 0.5))}),
        changed(BRAIN, "A", initial={"v": np.linspace(0, 1, N_A)}),
        changed(BRAIN, "chain", initial={"weight": 0.5}),
    ]
    assert {other.structure_digest for other in others} == {BRAIN.structure_digest}
    assert len({BRAIN.digest, *(other.digest for other in others)}) == 5
    assert brain().digest == BRAIN.digest and brain().structure_digest == BRAIN.structure_digest


def test_words_for_people_change_nothing():
    described = changed(BRAIN, "A", about={"role": "another word"})
    assert (described.digest, described.structure_digest) == (BRAIN.digest, BRAIN.structure_digest)


def test_structure_changes_the_structure_digest():
    ring = BRAIN.connection("ring")
    others = [
        changed(BRAIN, "A", equations=BRAIN.group("A").equations.replace("3)", "4)")),
        changed(BRAIN, "A", reset="v = 0.1"),
        changed(BRAIN, "ring", j=ring.j[::-1].copy()),
        changed(BRAIN, "ring", delay=1 * ms),
        replace(BRAIN, max_steps=65),
        replace(BRAIN, signals={**BRAIN.signals, "more": 0.0}),
        replace(BRAIN, banks={"cue": (17, N_A)}),
        replace(BRAIN, traces=()),
    ]
    assert len({BRAIN.structure_digest, *(other.structure_digest for other in others)}) == 9


def test_units_are_named():
    assert [unit_name(value) for value in (1 * mV, 2 * second, 0.5, (1 * ms) / (2 * ms))] == [
        "volt",
        "second",
        "1",
        "1",
    ]
    assert describe(3 * ms) == pytest.approx(0.003)


def test_estimate_counts():
    estimate = BRAIN.estimate()
    assert estimate["neurons"] == 8 + N_A + N_B
    assert estimate["plastic_synapses"] == N_A * N_B + N_B * N_B
    assert estimate["synapses"] == 8 * N_A + 2 * N_A + N_B + estimate["plastic_synapses"]
    assert [a.tolist() for a in all_to_all(2, 2)] == [[0, 0, 1, 1], [0, 1, 0, 1]]


# Draws


@pytest.mark.parametrize(
    ("draw", "mean", "bounds"),
    [
        (Draw("uniform", (0, 1), scale=2.0, offset=1.0), 2.0, (1, 3)),
        (Draw("normal", (0, 1), scale=0.1, offset=5.0), 5.0, (4, 6)),
        (Draw("beta", (1, 5), 0.6), 0.1, (0, 0.6)),
        (Draw("mixture", (0.25, 0, 1, -2, -1)), -1.0, (-2, 1)),
    ],
    ids=lambda value: getattr(value, "distribution", None),
)
def test_draws_come_from_their_distribution(draw, mean, bounds):
    values = draw.sample(np.random.default_rng(0), 4000)
    assert values.mean() == pytest.approx(mean, abs=0.05)
    assert bounds[0] <= values.min() and values.max() <= bounds[1]
    assert draw.sample(np.random.default_rng(0), 4000).tolist() == values.tolist()


# What a simulation refuses


@pytest.fixture
def simulation(numpy_runtime):
    """The small brain on the runtime target."""
    return Simulation(BRAIN, "runtime")


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (Phase("p", 1, {"kappa": 1.0}), "unknown signal"),
        (Phase("p", 1, patterns={"cues": np.zeros((1, N_A))}), "did you mean 'cue'"),
        (Phase("p", 1, constants={"A.t_reff": 1.0}), "did you mean 'A.t_ref'"),
    ],
)
def test_phases_of_another_circuit_are_refused_before_anything_runs(simulation, phase, message):
    with pytest.raises(UnknownNameError, match=message):
        simulation.run(phase)
    assert simulation.cost.run_s == 0


def test_phases_that_do_not_fit_are_refused(simulation):
    with pytest.raises(ScheduleError, match="shows pattern 7"):
        simulation.run(Phase("p", 1, {"cue_index": 7.0}))


def test_other_wrong_requests_are_refused(simulation):
    with pytest.raises(UnknownNameError, match="unknown population to record 'C'"):
        simulation.run(wake(n_steps=1), record=["C"])
    for seed in (-1, 1.5, "1"):
        with pytest.raises(SimulationError, match="it must be a whole number >= 0"):
            simulation.initial_state(seed)
    wrong = Simulation(changed(BRAIN, "A", initial={"vv": 0.0}), "runtime")
    with pytest.raises(UnknownNameError, match="state variable with an initial value 'A.vv': did you mean 'A.v'"):
        wrong.initial_state()


def test_states_of_another_circuit_are_refused_with_what_differs(simulation):
    state = simulation.initial_state()
    with pytest.raises(StateError, match=r"noise: 0.0 in the state, 0.5 in the circuit"):
        Simulation(brain(Parameters(noise=0.5)), "runtime").run(wake(), state)
    with pytest.raises(StateError, match="parameters agree, but not the circuit"):
        Simulation(changed(BRAIN, "A", reset="v = 0.1"), "runtime").run(wake(), state)


def test_a_diverging_circuit_is_named(target):
    """Divergence by a constant, so that the program of the other tests serves."""
    simulation = Simulation(BRAIN, target)
    start = simulation.initial_state()
    growing = Phase("growth", 10, {"k": np.repeat([0.0, 1.0], 5)}, constants={"modulator.A_B_tau_p": -1e-5})
    with pytest.raises(SimulationError) as caught:
        simulation.run(growing, start)
    message = str(caught.value)
    assert "Phase 'growth' diverged: variable 'A_B_scale' of 'modulator'" in message
    assert "from about 0.12 s on" in message  # the step that begins at 0.1 s is the first with kappa
    state, _ = simulation.run(wake(), start)
    assert np.isfinite(state["A.v"]).all()


def test_spikes_in_the_guard_are_refused(numpy_runtime):
    restless = Group(name="R", size=2, equations="w : 1", threshold="timestep(t, dt) % 3 == 0")
    circuit = Circuit("restless", "none", Parameters(), 1 * ms, 10 * ms, (restless,), (), {})
    with pytest.raises(SimulationError, match=r"'R' spiked in the silent guard .* add 'and alive\(t\) > 0.5'"):
        Simulation(circuit, "runtime").run(Phase("p", 2))


def test_wrong_equations_are_one_sentence(numpy_runtime):
    for equations, code, reason in (("v : 1 1", "", "'1 1' as a unit"), ("v : 1", "v_post += unknown", "unknown")):
        group = Group(name="G", size=1, equations=equations, threshold="v > 1 and alive(t) > 0.5")
        zero = np.zeros(1, dtype=np.int32)
        synapses = (Connection("G_G", "G", "G", zero, zero, on_pre=code),) if code else ()
        circuit = Circuit("wrong", "none", Parameters(), 1 * ms, 10 * ms, (group,), synapses, {})
        with pytest.raises(Exception, match=reason) as caught:
            Simulation(circuit, "runtime").run(Phase("p", 1))
        assert type(caught.value).__name__ == "BuildError"
        assert "Circuit 'wrong' could not be built for 'runtime'" in str(caught.value)
