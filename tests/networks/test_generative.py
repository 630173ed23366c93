"""The generative network against dense NumPy statements of its rules, and at a small size as a whole."""

import numpy as np
import pytest

from networks import generative
from networks.generative import readout
from networks.generative.student import quantum
from spiking_engrams.errors import ScheduleError
from spiking_engrams.interventions.manipulation import activate, lesion, manipulated, silence
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.stimuli import digits

SMALL = generative.Parameters().replace(
    {"height": 3, "width": 4, "max_images": 8, "teacher.memories": 4, "teacher.cells": 2, "student.latents": 2,
     "student.copies": 2, "times.encode": 4}
)  # fmt: skip
PHASES = generative.Phases(SMALL)
IMAGES = np.random.default_rng(5).random((3, 3, 4))
COMPILED = generative.Parameters().replace({"teacher.memories": 40, "max_images": 60})


def some_digits(n, start=0):
    return digits((8, 8)).images[start : start + n] / 255


@pytest.fixture(scope="module")
def animal(needs_compiler):
    """A network that has stored 40 digits, and its state; do not change them."""
    simulation = Simulation(generative.build(COMPILED), "cpp", seed=3)
    phases = simulation.circuit.phases
    state, _ = simulation.run(phases.adapt(some_digits(40)), record=())
    state, _ = simulation.run(phases.encode(some_digits(40)), state, record=())
    return simulation, state


def test_the_retina_adapts_to_the_mean(target):
    simulation = Simulation(generative.build(SMALL), target)
    state, _ = simulation.run(PHASES.adapt(IMAGES), record=())
    np.testing.assert_allclose(state["retina.average"], IMAGES.mean(axis=0).ravel(), atol=1e-12)


def test_a_plateau_stores_the_spikes_of_an_image(target):
    simulation = Simulation(generative.build(SMALL), target)
    state, recording = simulation.run(PHASES.encode(IMAGES, first=1))
    seconds = (SMALL.times.encode - 1) * float(SMALL.step)
    counts = {name: recording.counts(name, float(SMALL.dt)) for name in ("sense", "contrast")}
    until = {"sense": round(seconds / float(SMALL.dt)), "contrast": round(seconds / float(SMALL.dt)) + 1}
    shown = {
        name: each.reshape(len(IMAGES), -1, each.shape[1])[:, : until[name]].sum(axis=1)
        for name, each in counts.items()
    }
    bright = np.clip(shown["sense"] / (float(SMALL.senses.rate) * seconds), 0, 1)
    pairs = shown["contrast"].reshape(len(IMAGES), 2, -1)
    opponent = np.clip((pairs[:, 0] - pairs[:, 1]) / (float(SMALL.senses.contrast_rate) * seconds), -1, 1)
    out = state["index_sense.w"].reshape(4, 2, -1)
    into = state["contrast_index.w"].reshape(2, SMALL.pixels, 4, 2)
    assert not out[0].any() and not into[:, :, 0].any()  # this assembly was left out
    for k in range(len(IMAGES)):
        for cell in range(2):
            np.testing.assert_allclose(out[k + 1, cell], bright[k], atol=1e-9)
            np.testing.assert_allclose(into[0, :, k + 1, cell], opponent[k], atol=1e-9)
            np.testing.assert_allclose(into[1, :, k + 1, cell], -opponent[k], atol=1e-9)
    np.testing.assert_allclose(state["index.length"][2::2], (opponent**2).sum(axis=1), rtol=1e-6)


def test_plateaus_switch_binary_synapses_on(numpy_runtime):
    simulation = Simulation(generative.build(SMALL.replace({"teacher.rule": "plateau"})), "runtime")
    state, _ = simulation.run(PHASES.encode(np.full((4, 3, 4), 1.0)))
    assert set(np.unique(state["index_sense.w"])) == {0.0, 1.0}
    assert set(np.unique(state["contrast_index.w"])) == {0.0, 1.0}
    assert state["index_sense.w"].mean() > 0.8  # all of these images are bright


def test_the_student_learns_by_the_dendritic_delta_rule(target):
    """Weights, bias and predictions follow from the recorded spikes by the published equations."""
    p, s = SMALL.replace({"student.learning_rate": 0.05, "student.start": 2.0, "student.bias_rate": 0.1}), SMALL.student
    simulation = Simulation(generative.build(p), target)
    start = simulation.initial_state(1)
    state, recording = simulation.run(generative.Phases(p).study(IMAGES), start)
    n, cells = p.pixels, 2 * s.latents * s.copies
    weights, back = (start[f"latent_error.{name}"].reshape(cells, 2 * n).copy() for name in "GF")
    x, prediction, mismatch = np.zeros((3, 2 * n))
    bias = start["error.b"].copy()
    side, decay = np.tile(np.repeat([1.0, -1.0], s.copies), s.latents), np.exp(-float(p.dt / s.tau))
    fired = {name: spikes_at(recording, name) for name in ("sense", "latent")}
    per_step = round(float(p.step / p.dt))
    for t in range(recording.n_steps):
        settled = (t // per_step) % (p.times.replay - 2) > 0
        if t % per_step == 0:
            bias = bias + 0.1 * settled * mismatch
        mismatch = x - prediction - bias
        x, prediction = x * decay, prediction * decay
        for pixel in fired["sense"](t):
            x[[pixel, pixel + n]] += 1 / float(p.senses.rate * s.tau)
        for cell in fired["latent"](t):
            change = settled * p.student.learning_rate * side[cell] * mismatch
            for matrix in (weights, back):
                matrix[cell] += change - settled * p.student.learning_rate * s.scaling * matrix[cell]
            prediction += side[cell] * quantum(s) * weights[cell]
    assert len(recording.spikes["latent"][0]) > 50 and not np.allclose(
        weights, start["latent_error.G"].reshape(cells, -1)
    )
    np.testing.assert_allclose(state["latent_error.G"].reshape(cells, -1), weights, atol=1e-9)
    np.testing.assert_allclose(state["latent_error.F"].reshape(cells, -1), back, atol=1e-9)
    np.testing.assert_allclose(state["error.b"], bias, atol=1e-9)


def spikes_at(recording, population):
    steps, cells = recording.spikes[population]
    return lambda t: cells[np.searchsorted(steps, t) : np.searchsorted(steps, t, side="right")]


def test_no_image_reaches_the_student_while_it_is_stored(target):
    simulation = Simulation(generative.build(SMALL), target)
    start = simulation.initial_state(1)
    state, recording = simulation.run(PHASES.encode(IMAGES), start)
    assert len(recording.spikes["sense"][0]) and not len(recording.spikes["error"][0])
    for name in ("latent_error.G", "latent_error.F", "error.b"):
        np.testing.assert_array_equal(state[name], start[name])


def test_tests_leave_the_animal_as_it_was(animal):
    simulation, state = animal
    phases = simulation.circuit.phases
    for phase in (phases.perceive(some_digits(3)), phases.recall(some_digits(3)), phases.replay(5, learn=False)):
        after, _ = simulation.run(phase, state, record=())
        changed = [name for name in simulation.circuit.slow_variables if not np.array_equal(after[name], state[name])]
        assert set(changed) <= {"index.a"}  # index cells that fire adapt


def test_memories_are_recalled_and_replayed(animal):
    simulation, state = animal
    phases, memories = simulation.circuit.phases, some_digits(40)
    hidden = np.random.default_rng(1).random(memories.shape) < 0.3
    cues = np.where(hidden, generative.MASKED, memories)
    _, recording = simulation.run(phases.recall(cues), state, record=("index", "sense"))
    found = readout.recalled(COMPILED, recording, COMPILED.times.recall)
    assert np.mean(found.winner == np.arange(40)) >= 0.9
    assert np.corrcoef(found.images.ravel(), memories.ravel())[0, 1] > 0.9
    _, recording = simulation.run(phases.replay(40, learn=False), state, record=("index", "sense"))
    dreamt = readout.recalled(COMPILED, recording, COMPILED.times.replay)
    assert np.mean(dreamt.purity >= 0.9) > 0.7 and len(np.unique(dreamt.winner)) > 15


def test_the_student_learns_from_replay(animal):
    simulation, state = animal
    phases, test = simulation.circuit.phases, some_digits(30, start=100)
    errors = []
    for n in (0, 150, 350):
        after, _ = (state, None) if n == 0 else simulation.run(phases.replay(n), state, record=())
        _, recording = simulation.run(phases.perceive(test), after, record=("latent",))
        errors.append(np.mean((readout.pictures(COMPILED, recording) - test) ** 2))
        assert readout.latents(COMPILED, recording).shape == (30, 320)
    assert errors[2] < errors[1] < errors[0] / 2
    assert errors[2] < np.mean((some_digits(40).mean(axis=0) - test) ** 2)


@pytest.mark.parametrize("neuron", ["LIF"])
def test_neurons_of_models_take_part(neuron, numpy_runtime):
    simulation = Simulation(generative.build(SMALL, neuron), "runtime")
    assert simulation.circuit.neuron == neuron
    state, _ = simulation.run(PHASES.adapt(IMAGES), record=())
    state, _ = simulation.run(PHASES.encode(IMAGES), state, record=())
    _, recalled = simulation.run(PHASES.recall(IMAGES), state)
    assert len(recalled.spikes["index"][0])
    _, studied = simulation.run(PHASES.study(IMAGES), state)
    assert len(studied.spikes["error"][0]) and len(studied.spikes["latent"][0])


def test_a_thought_is_shown_by_sensory_cells(animal):
    """What latents are clamped to, weights and bias predict; sensory cells show it, and the error cells are silent."""
    simulation, state = animal
    p, phases = COMPILED, simulation.circuit.phases
    trained, _ = simulation.run(phases.replay(150), state, record=())
    wanted = np.zeros((2, p.student.latents, p.student.copies))
    wanted[0, 0], wanted[1, 1] = 2.0, -1.5
    thoughts = readout.thoughts(wanted)
    assert np.allclose(readout.values(p, thoughts * float(p.student.latent_rate) / p.student.largest, 1.0), wanted)
    after, recording = simulation.run(phases.imagine(thoughts), trained)
    assert not len(recording.spikes["error"][0])
    side = np.tile(np.repeat([1.0, -1.0], p.student.copies), p.student.latents)
    weights = trained["latent_error.G"].reshape(len(side), -1)[:, : p.pixels]
    expected = (thoughts * side / p.student.copies) @ weights + trained["error.b"][: p.pixels]
    found = readout.shown(p, recording, p.times.imagine).reshape(2, -1)
    assert np.abs(found - np.clip(expected, 0, 1)).mean() < 0.05
    assert np.array_equal(after["latent_error.G"], trained["latent_error.G"])


def test_labels_learn_what_latents_fire(animal):
    simulation, state = animal
    p, phases = COMPILED, simulation.circuit.phases
    classes = digits((8, 8)).labels[:30]
    after, recording = simulation.run(phases.associate(some_digits(30), classes), state)
    steps, cells = p.times.perceive, 320
    counts = recording.counts("latent", float(p.step)).reshape(30, steps, cells)[:, 1:-1].sum(axis=1)
    found = counts * p.student.largest / float(p.student.latent_rate) / (float(p.step) * (steps - 2))
    mean, variance = (after[f"label_latent.{name}"].reshape(10, cells) for name in ("mean", "variance"))
    for k in range(10):
        np.testing.assert_allclose(mean[k], found[classes == k].mean(axis=0), atol=0.03)
        np.testing.assert_allclose(variance[k], found[classes == k].var(axis=0), atol=0.05)
    assert mean.max() > 0.2
    _, recording = simulation.run(phases.imagine_labels([3] * 20), after)
    thought = np.bincount(recording.spikes["latent"][1], minlength=cells)
    assert np.corrcoef(thought, mean[3])[0, 1] > 0.9
    assert np.corrcoef(thought, mean[3])[0, 1] > np.corrcoef(thought, mean[1])[0, 1]


def test_masked_pixels_are_completed(animal):
    simulation, state = animal
    phases, seen = simulation.circuit.phases, some_digits(20)
    trained, _ = simulation.run(phases.replay(500), state, record=())
    hidden = np.random.default_rng(2).random(seen.shape) < 0.2
    _, recording = simulation.run(phases.perceive(np.where(hidden, generative.MASKED, seen)), trained)
    completed = readout.pictures(COMPILED, recording)
    assert np.mean((completed - seen)[hidden] ** 2) < 0.8 * np.mean((seen.mean(axis=0) - seen)[hidden] ** 2)


def test_cells_are_silenced_and_projections_lesioned(animal):
    simulation, state = animal
    circuit, phases = simulation.circuit, simulation.circuit.phases
    for change in (silence("index"), lesion("contrast_index")):
        _, recording = simulation.run(manipulated(circuit, phases.recall(some_digits(3)), change), state)
        assert len(recording.spikes["contrast"][0]) and not len(recording.spikes["index"][0])
    _, recording = simulation.run(manipulated(circuit, phases.perceive(some_digits(3)), silence("latent")), state)
    assert len(recording.spikes["error"][0]) and not len(recording.spikes["latent"][0])
    with pytest.raises(ScheduleError, match="can be silenced, and nothing else"):
        manipulated(circuit, phases.recall(some_digits(3)), activate("index"))


WRONG = [
    (lambda: PHASES.encode(np.zeros((2, 8, 8))), "shows images of shape (2, 8, 8); allowed is (n, 3, 4)"),
    (lambda: PHASES.encode(IMAGES, first=2), "stores 3 images from assembly 2 on; there are 4 assemblies"),
    (lambda: PHASES.perceive(IMAGES * 255), "shows values outside 0 to 1"),
    (lambda: PHASES.encode(np.full((1, 3, 4), generative.MASKED)), "shows values outside 0 to 1"),
    (lambda: PHASES.perceive(np.full((1, 3, 4), np.nan)), "shows values outside 0 to 1"),
    (lambda: PHASES.recall(np.full((1, 3, 4), generative.MASKED)), "every pixel is masked"),
    (lambda: PHASES.replay(0), "has 0 replays; at least 1 is required"),
    (lambda: PHASES.imagine(np.zeros((2, 3))), "has thoughts of shape (2, 3); allowed is (n, 8)"),
    (lambda: PHASES.imagine(np.full((2, 8), -1.0)), "has values below 0"),
    (lambda: PHASES.associate(IMAGES, [0, 1]), "has 3 images and 2 labels"),
    (lambda: PHASES.imagine_labels([10]), "allowed are whole numbers from 0 to 9"),
    (lambda: PHASES.adapt(np.zeros((0, 3, 4))), "with n from 1 to 7"),
]


@pytest.mark.parametrize(("make", "message"), WRONG)
def test_wrong_phases_are_refused(make, message):
    with pytest.raises(ScheduleError) as caught:
        make()
    assert message in str(caught.value)
