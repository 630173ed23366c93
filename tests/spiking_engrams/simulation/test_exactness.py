"""The engine's promises: hand-overs are exact, retrievals change nothing, seeds decide, targets agree."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import Hz
from circuits import MAX_STEPS, N_A, N_B, STEP, Parameters, brain, wake
from scipy.stats import ks_2samp

from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.simulation.simulation import Simulation, noise_seed
from spiking_engrams.state.joining import concatenate
from spiking_engrams.state.state import State

CIRCUIT = brain()
NOISY = brain(Parameters(noise=0.3, rate=40 * Hz))
FIRST, SECOND = wake("first", 12), wake("second", 9, seed=1, sleep=1.0)
REST = Phase("rest", 4, {"sleep": 1.0})


@pytest.fixture
def simulation(target):
    """The deterministic circuit on a target."""
    return Simulation(CIRCUIT, target)


def same(first, second):
    """Assert that two states are the same but for the last random numbers drawn, naming what differs."""
    assert [row for row in first.diff(second) if not row[0].endswith(".kick")] == []


@pytest.mark.parametrize("phases", [(FIRST, SECOND), (FIRST, REST, SECOND)], ids=len)
def test_phases_one_by_one_equal_the_schedule_in_one_go(simulation, phases):
    state, recordings = simulation.initial_state(), []
    for phase in phases:
        state, recording = simulation.run(phase, state)
        recordings.append(recording)
    runs_before = simulation.cost.run_s
    at_once, recorded = simulation.run(Schedule(phases))
    assert simulation.cost.run_s > runs_before
    same(at_once, state)
    assert recorded.equals(concatenate(recordings), metadata=False)
    assert all(len(steps) > 20 for name, (steps, _) in recorded.spikes.items() if name != "S")
    assert at_once.history == state.history and at_once.time == state.time
    assert at_once.time == pytest.approx((sum(p.n_steps + 1 for p in phases)) * float(STEP))


def test_spikes_in_flight_at_the_end_of_a_phase_arrive(simulation):
    """The delays matter: cells are active up to the last step of a phase, and what they send is not lost."""
    state, recording = simulation.run(wake(n_steps=5))
    steps, _ = recording.spikes["A"]
    in_flight = recording.n_steps - 3
    assert np.any(steps >= in_flight)
    assert np.any(state["A.g_in"] > 0)


def test_a_long_phase_is_the_sum_of_its_parts(simulation):
    longest = MAX_STEPS - 1
    long = wake("long", longest + 30)
    state, recording = simulation.run(long)
    parts = [long.part(0, longest), long.part(longest, longest + 30)]
    at_hand, first = simulation.run(parts[0])
    at_hand, second = simulation.run(parts[1], at_hand)
    same(state, at_hand)
    assert recording.equals(concatenate([first, second]), metadata=False)
    assert (recording.label, recording.n_steps) == ("long", long.n_steps * 20)
    assert (recording.traces["modulator.potential"] * 1e3).tolist() == long.signal("k").tolist()
    assert recording.traces["modulator.A_B_kappa"].tolist() == long.signal("k").tolist()


def test_a_state_from_disk_continues_like_the_state_in_memory(simulation, tmp_path):
    state, _ = simulation.run(FIRST)
    state.save(tmp_path / "state.h5")
    from_disk, recorded = simulation.run(SECOND, State.load(tmp_path / "state.h5"))
    in_memory, recording = simulation.run(SECOND, state)
    same(from_disk, in_memory)
    assert from_disk.key() == in_memory.key()
    assert recorded.equals(recording)


def test_a_retrieval_leaves_the_memory_unchanged(simulation):
    trained, _ = simulation.run(FIRST)
    untrained = simulation.initial_state()
    assert not trained.equals(untrained, CIRCUIT.slow_variables)
    tested, recording = simulation.run(wake("retrieval", 12, k=0.0), trained)
    assert {name: len(steps) > 20 for name, (steps, _) in recording.spikes.items()}["B"]
    assert trained.equals(tested, CIRCUIT.slow_variables)
    assert "A_B.q" in CIRCUIT.slow_variables and not trained.equals(tested)
    assert np.ptp(trained["A_B.q"]) > 0


def test_same_seed_same_spikes(target):
    simulation = Simulation(NOISY, target)
    start = simulation.initial_state(5)
    state, recording = simulation.run(FIRST, start)
    again, repeated = Simulation(NOISY, target).run(FIRST, Simulation(NOISY, target).initial_state(5))
    same(state, again)
    assert recording.equals(repeated)
    _, other = simulation.run(FIRST, start, seed=6)
    assert not recording.equals(other, metadata=False)


def test_noise_and_initial_state_have_separate_seeds(target):
    simulation = Simulation(NOISY, target)
    one, two = simulation.initial_state(1), simulation.initial_state(2)
    assert not one.equals(two, ["A.v", "A_B.q", "chain.weight"])
    assert one.equals(two, ["A.bias"])
    _, noise_1 = simulation.run(FIRST, one, seed=9)
    _, noise_2 = simulation.run(FIRST, two, seed=9)
    # the afferents depend on the noise alone
    assert all(map(np.array_equal, noise_1.spikes["S"], noise_2.spikes["S"]))
    assert not all(map(np.array_equal, noise_1.spikes["A"], noise_2.spikes["A"]))


def test_connectivity_and_initial_values_do_not_depend_on_other_parts():
    """A random stream per variable: leaving one out changes no other."""
    part = brain().connection("chain")
    smaller = replace(CIRCUIT, connections=tuple(c for c in CIRCUIT.connections if c.name != "ring"), name="small")
    states = [Simulation(circuit, "runtime").initial_state(3) for circuit in (CIRCUIT, smaller)]
    assert states[0].equals(states[1], ["chain.weight", "A_B.q", "A.v"])
    assert len(part.i) == N_A


def test_a_branch_draws_what_the_unbroken_animal_draws(target, tmp_path):
    simulation = Simulation(NOISY, target)
    trained, first = simulation.run(FIRST)
    branch_a, a = simulation.run(SECOND, trained)
    branch_b, b = simulation.run(SECOND, trained)
    same(branch_a, branch_b)
    assert a.equals(b)
    trained.save(tmp_path / "state.h5")
    resumed, c = Simulation(NOISY, target, seed=77).run(SECOND, State.load(tmp_path / "state.h5"))
    same(resumed, branch_a)
    # the same phase at another place in the history draws other numbers
    _, repeated = simulation.run(FIRST, trained)
    assert not all(map(np.array_equal, first.spikes["S"], repeated.spikes["S"]))
    assert len({noise_seed(seed, place) for seed in range(20) for place in range(20)}) == 400


def test_a_schedule_whose_constants_change_runs_phase_by_phase(simulation):
    louder = SECOND.with_constants({"A.cue_gain": 3.0})
    state, _ = simulation.run(FIRST)
    state, recording = simulation.run(louder, state)
    at_once, _ = simulation.run(Schedule([FIRST, louder]))
    same(at_once, state)
    _, plain = simulation.run(SECOND, simulation.run(FIRST)[0])
    assert not recording.equals(plain, metadata=False)


def test_a_phase_without_patterns_shows_none_in_a_schedule(simulation):
    """The bank of one run holds the patterns of all its phases; each sees its own only."""
    silent = Phase("silent", 6, {"cue_index": -1.0})
    state, _ = simulation.run(silent, simulation.run(FIRST)[0])
    same(simulation.run(Schedule([FIRST, silent]))[0], state)


def test_states_and_recordings_have_units(simulation):
    state, recording = simulation.run(REST)
    assert state.units["S.spontaneous"] == "hertz" and state.units["A.v"] == "1"
    assert recording.units == {"modulator.A_B_kappa": "1", "modulator.potential": "volt"}
    initial = simulation.initial_state()
    assert initial.units == state.units and initial.values.keys() == state.values.keys()
    for name, value in initial.values.items():
        assert (value.dtype, value.shape) == (state[name].dtype, state[name].shape), name
    assert state["S.spontaneous"].shape == (1,)


def test_only_the_asked_populations_are_kept(simulation):
    _, recording = simulation.run(REST, record=["A"])
    assert set(recording.spikes) == {"A"}


@pytest.mark.cpp
def test_targets_agree_spike_for_spike(needs_compiler, numpy_runtime):
    runs = [Simulation(CIRCUIT, target).run(Schedule([FIRST, SECOND])) for target in ("runtime", "cpp")]
    (state, recording), (compiled, recorded) = runs
    for name in recording.spikes:
        assert all(map(np.array_equal, recording.spikes[name], recorded.spikes[name])), name
    for name, value in state.values.items():
        assert compiled[name].dtype == value.dtype
        np.testing.assert_allclose(compiled[name], value, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.cpp
def test_targets_agree_statistically_with_noise(needs_compiler, numpy_runtime):
    """Kolmogorov-Smirnov over seeds of the spike counts; the cpp target could not share numbers if it tried."""
    counts = {}
    for target, seeds in (("runtime", range(16)), ("cpp", range(100, 160))):
        simulation = Simulation(NOISY, target)
        start = simulation.initial_state(1)
        for seed in seeds:
            _, recording = simulation.run(wake(n_steps=8), start, seed=seed)
            for name, (steps, _) in recording.spikes.items():
                counts.setdefault((name, target), []).append(len(steps))
    for name in ("S", "A", "B"):
        result = ks_2samp(counts[name, "runtime"], counts[name, "cpp"])
        assert result.pvalue > 0.01, (name, result)
        assert np.std(counts[name, "cpp"]) > 0
    # Poisson afferents: 8 cells at 40 Hz for 160 ms
    assert np.mean(counts["S", "cpp"]) == pytest.approx(8 * 40 * 0.16, rel=0.06)
    assert N_B == CIRCUIT.group("B").size
