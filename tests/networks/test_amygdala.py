"""The amygdala circuit: its description, and its behaviour on the full compiled program."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import ms
from scipy.stats import ks_2samp
from small_amygdala import small

from networks import amygdala
from networks.amygdala.circuit import taught_trace
from networks.amygdala.controls import quiet_wake
from networks.amygdala.measures import (
    PROJECTIONS,
    engram,
    projection_weights,
    read_out_active,
    shuffled_weights,
    trials,
)
from networks.amygdala.phases import PROBE, SETTLE, learning_steps
from spiking_engrams.analysis.engram import reactivation
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.interventions.manipulation import activate, block_plasticity, gain, lesion, manipulated, silence
from spiking_engrams.simulation.simulation import Simulation

PARAMETERS = amygdala.Parameters()
CIRCUIT = amygdala.build(PARAMETERS)


@pytest.fixture(scope="module")
def animal(needs_compiler):
    """A simulation of the full circuit with LIF cells; its program is shared with the README's example."""
    return Simulation(CIRCUIT, "cpp", seed=1)


@pytest.fixture(scope="module")
def life(animal):
    """Acquisition in one context from birth, a short night, and what was recorded."""
    context = amygdala.random_context(PARAMETERS, np.random.default_rng(3))
    phases = animal.circuit.phases
    training = phases.perceive([context], [20], [0.9])
    afraid, acquired = animal.run(training)
    rested, night = animal.run(phases.sleep(30), afraid)
    return context, training, afraid, acquired, rested, night


def counts(circuit, target, seeds, n_sleep):
    """Return spikes of each population in a day and a night, one row per seed."""
    rows = []
    context = amygdala.random_context(circuit.parameters, np.random.default_rng(3))
    simulation = Simulation(circuit, target)
    for seed in seeds:
        state, day = simulation.run(circuit.phases.perceive([context], [3], [0.9]), seed=seed)
        _, night = simulation.run(circuit.phases.sleep(n_sleep), state, seed=seed)
        rows.append([len(r.spikes[name][0]) for r in (day, night) for name in ("HIP", "CTX", "BA_N", "CeM")])
    return np.array(rows)


@pytest.mark.slow
@pytest.mark.cpp
def test_runtime_and_cpp_agree_statistically_on_a_scaled_down_circuit(numpy_runtime, needs_compiler):
    """The targets draw other random numbers, so spike counts are compared as distributions over seeds."""
    circuit = small()
    runtime, compiled = (counts(circuit, target, range(1, 7), 2) for target in ("runtime", "cpp"))
    assert np.ptp(compiled[:, 4]) > 0  # noise decides the night
    assert compiled.mean(axis=0).min() > 0
    p_values = [ks_2samp(a, b).pvalue for a, b in zip(runtime.T, compiled.T, strict=True)]
    assert min(p_values) > 0.05 / len(p_values), p_values


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 5])
def test_several_cells_per_unit_run(numpy_runtime, n):
    """Populations grow with the number of cells per unit, synapses per cell do not, and engrams keep their units."""
    circuit, single = small(cells_per_unit=n), small()
    for name in ("HIP", "CTX", "BA_N", "BA_P", "EC_in"):
        assert circuit.group(name).size == n * single.group(name).size
    per_cell = len(circuit.connection("BA_N_BA_P").i) / circuit.group("BA_P").size
    assert per_cell == pytest.approx(len(single.connection("BA_N_BA_P").i) / single.group("BA_P").size, rel=0.1)
    context = amygdala.random_context(circuit.parameters, np.random.default_rng(3))
    _, day = Simulation(circuit, "runtime").run(circuit.phases.perceive([context], [6], [0.9]))
    assert engram(day, "BA_N", SETTLE, SETTLE + 6, circuit.parameters).mask.sum() == 10 * n


@pytest.mark.parametrize(("neuron", "by_itself"), [("LIF", 1.06), ("AdEx", 1.40), ("Izhikevich", 0.86)])
def test_a_cell_that_fires_by_itself_learns_about_as_fast_as_a_taught_one(neuron, by_itself):
    """Mean Z at 50 Hz of a trace that saturates at the value computed for a model; the taught cell has 1."""
    ceiling = amygdala.build(neuron=neuron).group("BA_P").constants["z_ceiling"]
    assert ceiling * (1 - np.exp(-1)) == pytest.approx(by_itself, abs=0.02)


@pytest.mark.cpp
def test_trace_of_taught_cells_averages_1_in_the_learning_window(life):
    """Z of the cells that the shock alone makes fire, from their spikes: the reason for the ceiling."""
    _, training, _, acquired, _, _ = life
    time, ceiling = PARAMETERS.time, CIRCUIT.group("BA_P").constants["z_ceiling"]
    steps, index = acquired.spikes["BA_P"]
    per_step, stop, start = (round(float(x / time.dt)) for x in (time.step, time.read_stop, time.learn_start))
    means = []
    for trial in learning_steps(training):
        inside = (steps >= trial * per_step) & (steps < (trial + 1) * per_step)
        for cell in np.unique(index[inside]):
            fired = steps[inside & (index == cell)] - trial * per_step
            if fired[0] < stop:
                continue  # it fires by itself
            age = np.arange(start, per_step)[:, None] + 0.5 - fired[None, :]
            z = np.where(age >= 0, np.exp(-np.abs(age) * float(time.dt / time.tau_z)), 0).max(axis=1) * ceiling
            means.append(z.mean())
    assert len(means) > 10
    assert np.median(means) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("onset", "first"), [([], "more than 300 ms"), ([0.031], "31 ms"), ([0.028], "28 ms")])
def test_models_too_slow_to_be_taught_are_refused(onset, first):
    with pytest.raises(ParameterError, match=f"model Slow first fire {first} after a step of the drive, too late"):
        taught_trace(np.array(onset), PARAMETERS.time, "Slow")


def test_sizes_are_the_published_ones():
    circuit = amygdala.build()
    sizes = {group.name: group.size for group in circuit.groups}
    published = {"SC": 500, "EC_in": 500, "EC_out": 500, "HIP": 350, "CTX": 500, "BA_N": 500, "BA_P": 250, "BA_I": 250}
    assert {name: sizes[name] for name in published} == published
    assert circuit.estimate()["plastic_synapses"] == 1_770_000


def test_values_do_not_change_the_structure():
    changed = amygdala.build(PARAMETERS.replace({"hippocampus.noise": 0.1, "amygdala.width": 0.05}))
    circuit = amygdala.build()
    assert changed.structure_digest == circuit.structure_digest
    assert changed.digest != circuit.digest


def test_time_step_is_lowered_to_what_a_model_allows():
    assert float(amygdala.build(neuron="AdEx").dt) == 0.0005


def test_bad_parameters_are_refused():
    with pytest.raises(
        ParameterError, match="hippocampus.n_active is 14: an engram cannot have more units than the 10"
    ):
        PARAMETERS.replace({"hippocampus.n": 10})
    with pytest.raises(ParameterError, match="tau_basket"):
        PARAMETERS.replace({"hippocampus.tau_basket": 0 * ms})
    with pytest.raises(ParameterError, match="dt"):
        PARAMETERS.replace({"time.dt": -1})
    with pytest.raises(ScheduleError, match="overlap"):
        amygdala.similar_context(PARAMETERS, np.zeros(500), 1.5, np.random.default_rng(1))


def test_similar_contexts_share_what_they_should():
    generator = np.random.default_rng(1)
    a = amygdala.random_context(PARAMETERS, generator)
    b = amygdala.similar_context(PARAMETERS, a, 0.5, generator, "first")
    assert a.sum() == b.sum() == 50
    assert np.array_equal(a[250:], b[250:])


def test_online_learning_sleeps_after_five_contexts():
    phases = amygdala.build().phases.online_learning(1000, 1)
    assert [phase.name.split()[0] for phase in phases] == ["online", "night", "online", "night"]
    assert sum(len(learning_steps(phase)) for phase in phases if "online" in phase.name) == 1000


@pytest.mark.cpp
def test_fear_is_acquired_and_engrams_are_sparse(life):
    context, training, _, acquired, _, _ = life
    fear = trials(training, acquired)
    assert fear[:2].max() < 0.12  # a new-born animal learns less than one that has lived: no claim on the plateau
    assert fear[-5:].min() > 0.2
    assert 10 <= engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS).mask.sum() <= 20
    assert engram(acquired, "BA_N", SETTLE + 10, SETTLE + 20, PARAMETERS).mask.sum() == 50
    assert np.array_equal(engram(acquired, "CTX", SETTLE + 10, SETTLE + 20, PARAMETERS).mask, context > 0)
    assert read_out_active(acquired, "BA_P", PARAMETERS)[-5:].min() >= 3


@pytest.mark.cpp
def test_weights_grow_inside_the_engram(life):
    _, _, afraid, acquired, _, _ = life
    cells = engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS).mask
    found = projection_weights(afraid, "HIP_HIP", CIRCUIT)
    assert found[np.ix_(cells, cells)].mean() > 5 * found[np.ix_(cells, ~cells)].mean()


@pytest.mark.cpp
def test_sleep_replays_the_only_context(life):
    *_, acquired, _, night = life
    cells = engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS).mask
    asleep = engram(night, "HIP", 5, 30, PARAMETERS).mask
    assert (cells & asleep).sum() >= 0.7 * cells.sum()


@pytest.mark.cpp
def test_a_noisy_cue_brings_the_engram_back_and_little_else(animal, life):
    """Feed-forward inhibition keeps HIP sparse while the cue is perceived; then every module completes its pattern."""
    context, _, _, acquired, rested, _ = life
    cue, generator = context.copy(), np.random.default_rng(5)
    flipped = generator.choice(len(cue), 50, replace=False)
    cue[flipped] = 1 - cue[flipped]
    n_cued, n_free = 12, 30
    _, recording = animal.run(animal.circuit.phases.recall(cue, n_free, n_cued), rested)
    last = n_cued + n_free
    stored = engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS)
    perceived = engram(recording, "HIP", SETTLE, n_cued, PARAMETERS)
    recalled = engram(recording, "HIP", last - 10, last, PARAMETERS)
    assert len(perceived.cells) <= 2 * len(stored.cells)
    assert reactivation(stored, recalled.mask) >= 0.8 and reactivation(recalled, stored.mask) >= 0.8
    assert recording.traces["modulator.validity"][-10:].min() > 0.5
    for name in ("CTX", "BA_N"):
        before = engram(acquired, name, SETTLE + 10, SETTLE + 20, PARAMETERS)
        after = engram(recording, name, last - 10, last, PARAMETERS)
        assert reactivation(before, after.mask) >= 0.8 and reactivation(after, before.mask) >= 0.8, name


@pytest.mark.cpp
def test_a_test_leaves_the_animal_bitwise_unchanged(animal, life):
    context, *_, rested, _ = life
    phases = animal.circuit.phases
    for phase in (phases.recall(context, n_free=5), phases.probe([context])):
        after, recording = animal.run(phase, rested)
        for name in animal.circuit.slow_variables:
            assert np.array_equal(after.values[name], rested.values[name]), name
    assert recording.traces["modulator.fear"][SETTLE::PROBE].shape == (1,)


@pytest.mark.cpp
def test_blocked_plasticity_gives_no_fear(animal, life):
    training = manipulated(CIRCUIT, life[1], block_plasticity("BA_N_BA_P"))
    _, recording = animal.run(training)
    assert trials(training, recording).max() < 0.12


@pytest.mark.cpp
def test_engram_cells_are_silenced_and_activated(animal, life):
    """Of the fear that 20 trials from birth leave in the context, and in one that the animal does not know."""
    context, _, _, acquired, rested, _ = life
    other = amygdala.random_context(PARAMETERS, np.random.default_rng(4))
    cells = engram(acquired, "BA_N", SETTLE + 10, SETTLE + 20, PARAMETERS)
    assert len(cells.cells) == 50 and cells.chance < 1

    def active(where, *manipulations):
        phase = manipulated(CIRCUIT, animal.circuit.phases.recall(where, n_free=0, n_cued=10), *manipulations)
        _, recording = animal.run(phase, rested)
        return [recording.rate(name, 0.4, 1.0) for name in ("BA_N", "BA_P", "CTX")]

    usual, elsewhere = active(context), active(other)
    assert (usual[1] > 5).sum() >= 3 > (elsewhere[1] > 5).sum()
    silenced, lit = active(context, silence(cells)), active(other, activate(cells, 200))
    assert not silenced[0][cells.mask].any() and not silenced[1].any()
    assert lit[0][cells.mask].mean() > 30 and (lit[1] > 5).sum() >= 3
    assert np.array_equal(lit[0][~cells.mask] > 5, elsewhere[0][~cells.mask] > 5)
    lesioned = active(context, lesion("SC_CTX"), gain("BA_N_BA_P", 0.0))
    assert not lesioned[2].any() and not lesioned[1].any() and np.array_equal(lesioned[0] > 5, usual[0] > 5)


def test_shuffling_keeps_the_weights(life):
    afraid = life[2]
    shuffled = shuffled_weights(afraid, ("HIP_HIP",), CIRCUIT, np.random.default_rng(1))
    before, after = (projection_weights(state, "HIP_HIP", CIRCUIT) for state in (afraid, shuffled))
    assert np.allclose(np.sort(before, axis=None), np.sort(after, axis=None), rtol=1e-9, equal_nan=True)
    assert np.nanmax(np.abs(before - after)) > 0.5 * np.nanmax(before)


def test_quiet_wake_in_place_of_a_night_lets_time_go_on_and_changes_no_weight(animal, life):
    afraid, night = life[2], animal.circuit.phases.sleep(30)
    awake, recording = animal.run(quiet_wake(CIRCUIT, night, np.random.default_rng(1)), afraid)
    turned = awake["BA_P.angle"] - afraid["BA_P.angle"]
    asleep = np.median(life[4]["BA_P.angle"] - afraid["BA_P.angle"])
    assert np.median(turned) == pytest.approx(asleep, rel=0.2)
    assert awake["modulator.stress"] < afraid["modulator.stress"]
    for name in PROJECTIONS:
        before, after = (projection_weights(state, name, CIRCUIT) for state in (afraid, awake))
        assert np.allclose(before, after, rtol=1e-6, equal_nan=True), name
    assert recording.rate("BA_P").mean() < 1
