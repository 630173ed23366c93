"""The amygdala circuit: its description, and its behaviour on the full compiled program."""

from __future__ import annotations

import numpy as np
import pytest

from networks import amygdala
from networks.amygdala.measures import engram, projection_weights, read_out_active, shuffle_weights, trials
from networks.amygdala.phases import PROBE, SETTLE, learning_steps
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.simulation import Simulation

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
    assert 10 <= engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS).sum() <= 20
    assert engram(acquired, "BA_N", SETTLE + 10, SETTLE + 20, PARAMETERS).sum() == 50
    assert np.array_equal(engram(acquired, "CTX", SETTLE + 10, SETTLE + 20, PARAMETERS), context > 0)
    assert read_out_active(acquired, "BA_P", PARAMETERS)[-5:].min() >= 3


@pytest.mark.cpp
def test_weights_grow_inside_the_engram(life):
    _, _, afraid, acquired, _, _ = life
    cells = engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS)
    found = projection_weights(afraid, "HIP_HIP", CIRCUIT)
    assert found[np.ix_(cells, cells)].mean() > 5 * found[np.ix_(cells, ~cells)].mean()


@pytest.mark.cpp
def test_sleep_replays_the_only_context(life):
    *_, acquired, _, night = life
    cells = engram(acquired, "HIP", SETTLE + 10, SETTLE + 20, PARAMETERS)
    asleep = engram(night, "HIP", 5, 30, PARAMETERS)
    assert (cells & asleep).sum() >= 0.7 * cells.sum()


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
    training = life[1].with_constants(modulator__BA_N_BA_P_plasticity=0.0)
    _, recording = animal.run(training)
    assert trials(training, recording).max() < 0.12


def test_shuffling_keeps_the_weights(life):
    afraid = life[2]
    shuffled = shuffle_weights(afraid, ("HIP_HIP",), np.random.default_rng(1))
    before, after = afraid.values["HIP_HIP.q"], shuffled.values["HIP_HIP.q"]
    assert np.array_equal(np.sort(before), np.sort(after))
    assert not np.array_equal(before, after)
