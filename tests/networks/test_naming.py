"""The naming network's layers and kernels against dense NumPy statements of the published steps."""

import re

import numpy as np
import pytest
from naming_reference import N_FIRING, SMALL, example, first_layer_winners, learned, published

from networks import converted, naming, recollection
from networks.naming import readout
from networks.naming.circuit import image_time
from networks.naming.layers import Conv, Pool, conv_synapses, pool_synapses
from networks.naming.learning import convergence
from spiking_engrams import stimuli
from spiking_engrams.errors import ParameterError, ScheduleError, StimulusError, UnknownNameError
from spiking_engrams.simulation.simulation import Simulation

PHASES = naming.Phases(SMALL)
LAYERS = ("input", "conv1", "pool2", "conv3", "pool4")


def start(simulation, kernels, seed=1):
    return readout.with_kernels(SMALL, simulation.initial_state(seed), kernels)


def test_forward_path_is_the_published_one(target):
    latencies, kernels = example()
    simulation = Simulation(naming.build(SMALL), target)
    _, recording = simulation.run(PHASES.see(naming.trains(latencies)), start(simulation, kernels))
    seen = readout.potentials(SMALL, recording)
    per_image = np.array([recording.counts(n, float(simulation.circuit.step)).sum(axis=1) for n in LAYERS]).T
    for k, image in enumerate(latencies):
        theirs = published(image, kernels)
        counts = np.sum([[int(s.sum()) for s in spikes] for spikes in theirs.spikes], axis=0)
        np.testing.assert_allclose(seen[k], theirs.potentials[-1][-1], rtol=1e-9)
        assert per_image[k].tolist() == counts[:-1].tolist()
        assert counts[:-1].min() > 3
    # competition was at work: without it almost all of the three neurons at each of 12 x 15 locations would fire
    assert per_image[:, 1].max() < 3 * 12 * 15 / 2


def test_concept_neurons_fire_from_their_threshold_to_the_published_end(numpy_runtime):
    latencies, kernels = example(2)
    simulation = Simulation(naming.build(SMALL), "runtime")
    _, recording = simulation.run(PHASES.see(naming.trains(latencies)), start(simulation, kernels))
    counts = recording.counts("conv5", float(simulation.circuit.step))
    last = SMALL.retina.n_bins + len(SMALL.layers)  # steps 0 to n_bins + n_layers
    for k, image in enumerate(latencies):
        v = np.array([potentials[-1].ravel() for potentials in published(image, kernels).potentials[: last + 1]])
        np.testing.assert_array_equal(counts[k], (v >= SMALL.names.threshold).sum(axis=0))
        assert counts[k].max() > 2


@pytest.mark.parametrize("rule", ["sign", "pair"])
def test_winners_learn_by_the_rule(target, rule):
    parameters = SMALL.replace({"learning.rule": rule})
    latencies, kernels = example(6)
    simulation = Simulation(naming.build(parameters), target)
    phase = naming.Phases(parameters).train(naming.trains(latencies), 1, 0.2, 0.1)
    state, recording = simulation.run(phase, start(simulation, kernels))
    kernel, n_won = kernels[0], 0
    for image in latencies:
        won = first_layer_winners(published(image, [kernel, *kernels[1:]]), SMALL.layers[0])
        kernel = learned(image, kernel, won, rule, 0.2, 0.1, float(parameters.learning.tau / parameters.dt))
        n_won += len(won)
    ours = readout.kernels(parameters, state)
    np.testing.assert_allclose(ours["conv1"], kernel, rtol=1e-9)
    assert 6 < n_won < len(recording.spikes["conv1_maps"][0])  # some bids were lost in competition
    assert np.abs(kernel - kernels[0]).max() > 0.1
    for name, theirs in zip(("conv3", "conv5"), kernels[1:], strict=True):
        np.testing.assert_array_equal(ours[name], theirs)
    assert len(recording.spikes["pool2"][0]) == 0  # nothing above the layer in training


@pytest.mark.parametrize("layer", [3, 5])
def test_only_the_layer_in_training_learns(numpy_runtime, layer):
    latencies, kernels = example(6)
    simulation = Simulation(naming.build(SMALL), "runtime")
    state, _ = simulation.run(PHASES.train(naming.trains(latencies), layer, 0.2, 0.1), start(simulation, kernels))
    for (name, ours), theirs in zip(readout.kernels(SMALL, state).items(), kernels, strict=True):
        assert np.array_equal(ours, theirs) == (name != f"conv{layer}")


def test_lessons_follow_the_plan():
    latencies, _ = example(6)
    parameters = SMALL.replace({"learning.images": "15 10 5", "learning.doubling": 4, "learning.largest_rate": 0.5})
    lessons = naming.Phases(parameters).lessons(naming.trains(latencies), np.random.default_rng(1))
    assert [(phase.name, phase.n_steps) for phase in lessons] == [
        ("conv1 learns", 10), ("conv1 learns", 5), ("conv3 learns", 10), ("conv5 learns", 5),
    ]  # fmt: skip
    rates = np.concatenate([lessons[0].signals["potentiation"], lessons[1].signals["potentiation"]])
    np.testing.assert_allclose(rates, [0.1] * 4 + [0.2] * 4 + [0.4] * 4 + [0.5] * 3)
    np.testing.assert_allclose(lessons[0].signals["depression"], 0.75 * rates[:10])
    assert sorted(lessons[0].signals["images_index"][:6]) == list(range(6))  # each once before any is shown again
    assert all(np.shares_memory(each.patterns["images"], lessons[0].patterns["images"]) for each in lessons)
    split = naming.Phases(parameters.replace({"max_images": 4})).lessons(
        naming.trains(latencies), np.random.default_rng(1)
    )
    shown = np.concatenate([p.patterns["images"][p.signals["images_index"].astype(int)] for p in split])
    whole = np.concatenate([p.patterns["images"][p.signals["images_index"].astype(int)] for p in lessons])
    np.testing.assert_array_equal(shown, whole)


def test_images_do_not_disturb_each_other(numpy_runtime):
    latencies, _ = example()
    simulation = Simulation(naming.build(SMALL), "runtime")
    trains = naming.trains(latencies)
    state, together = simulation.run(PHASES.see(trains))
    _, alone = simulation.run(PHASES.see(trains[3:4]), state)
    np.testing.assert_array_equal(readout.potentials(SMALL, alone)[0], readout.potentials(SMALL, together)[3])


def test_the_part_above_a_layer_sees_the_same(numpy_runtime):
    latencies, kernels = example()
    whole = Simulation(naming.build(SMALL), "runtime")
    state = start(whole, kernels)
    _, recording = whole.run(PHASES.see(naming.trains(latencies)), state)
    parameters = readout.above(whole.circuit, "pool4", 5)
    part = Simulation(naming.build(parameters), "runtime")
    below = readout.changed(part.initial_state(1), {"conv5_kernels.w": state["conv5_kernels.w"]})
    trains = readout.trains_of(whole.circuit, recording, "pool4")
    assert trains.shape == (5, 4, 3, 4)
    _, seen = part.run(naming.Phases(parameters).see(trains), below)
    np.testing.assert_allclose(readout.potentials(parameters, seen), readout.potentials(SMALL, recording), rtol=1e-12)
    steps = [np.array(r.spikes["conv5"][0]) % (round(float(s.circuit.step) / r.dt)) for r, s in
             ((recording, whole), (seen, part))]  # fmt: skip
    np.testing.assert_array_equal(*steps)


@pytest.mark.parametrize("rule", ["covariance", "surprise", "published"])
def test_names_learn_the_same_from_recorded_concept_neurons(numpy_runtime, rule):
    latencies, kernels = example()
    trains, labels, told = naming.trains(latencies), np.array([0, 1, 0, 2, 1]), {"n_names": 3, "open_path": True}
    parameters = SMALL.replace({"names.rule": rule})
    whole = Simulation(naming.build(parameters), "runtime")
    knowing, recording = whole.run(whole.circuit.phases.experience(trains), start(whole, kernels))
    named, _ = whole.run(whole.circuit.phases.encode(trains, labels, **told), knowing)
    _, answered = whole.run(whole.circuit.phases.recall(trains), named)
    spikes = readout.trains_of(whole.circuit, recording, "conv5")
    names = Simulation(naming.build(readout.above(whole.circuit, "conv5", 5)), "runtime")
    born = readout.changed(names.initial_state(1), {"names_concepts.w": knowing["names_concepts.w"]})
    state, _ = names.run(names.circuit.phases.experience(spikes), born)
    state, _ = names.run(names.circuit.phases.encode(spikes, labels, **told), state)
    _, recalled = names.run(names.circuit.phases.recall(spikes), state)
    assert np.ptp(state["names_concepts.w"]) > 0.01
    np.testing.assert_allclose(state["names_concepts.w"], named["names_concepts.w"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(recalled.traces["names.v"], answered.traces["names.v"], rtol=1e-9, atol=1e-9)
    found = readout.answers(names.circuit, recalled)
    np.testing.assert_array_equal(found, readout.answers(whole.circuit, answered))
    assert (found >= 0).any()
    with pytest.raises(ScheduleError, match="recorded spikes have no potentials"):
        names.circuit.phases.recall(spikes, weighted=True)


def test_published_sizes():
    """Neurons and synapses of the published network (layers 1 to 5), counted inside the borders."""
    shape, synapses, neurons = (1, 160, 250), [], []
    for layer in naming.PHOTO.layers:
        if isinstance(layer, Pool):
            synapses.append(len(pool_synapses(shape, layer)[0]))
        elif layer.size < 17:
            synapses.append(len(conv_synapses(shape, layer)[0]))
        shape = layer.output(shape)
        neurons.append(int(np.prod(shape)))
    assert neurons == [160_000, 4_536, 22_680, 1_080, 1_080]
    assert [round(n / 1e6, 2) for n in synapses] == [3.95, 0.22, 0.02, 0.37]


def test_every_synapse_is_there_once_and_sorted():
    i, j, k = conv_synapses((2, 5, 6), Conv(3, 3, 1.0, 1.0, 1, 1))
    assert len(np.unique(np.stack([i, j]), axis=1).T) == len(i)
    assert np.all(np.diff(i) >= 0)
    assert k.min() == 0
    assert k.max() == 3 * 3 * 2 * 3 - 1


def test_retina_codes_images():
    digits = stimuli.digits((16, 16)).select(range(4))
    trains = naming.retina(naming.DIGITS, digits)
    assert trains.shape == (4, 2, 16, 16)
    assert set(np.unique(trains)) <= {0, *(1 << k for k in range(10))}
    with pytest.raises(StimulusError, match=r"Images of \(16, 16\) pixels and a network with 2 channel"):
        naming.retina(naming.MNIST, digits)


def test_convergence_index():
    assert convergence(np.array([0.0, 1.0])) == 0
    assert convergence(np.array([0.5])) == 0.25


@pytest.mark.parametrize(
    "text", ["conv 4 x 4 > 1", "conv 4 x 5", "pool 3", "", "conv 0 x 3 > 1", "conv 4 x 3 > 1 learn"]
)
def test_unreadable_layers_are_refused(text):
    with pytest.raises(ParameterError, match="write 'conv MAPS x SIZE > THRESHOLD"):
        naming.Parameters(layers=text)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"layers": "conv 4 x 5 > inf; pool 2 / 2"}, "never fires, so no layer can follow it"),
        ({"layers": "conv 4 x 5 > 1; pool 2 / 2"}, "the last layer is that of the concept neurons"),
        ({"learning.images": "3000"}, "learning.images = \\(3000.0,\\): give a number for each of 2 convolutions"),
        ({"names.thresholds": "a"}, "write numbers separated by spaces"),
        ({"learning.images": "nan 10"}, "expected finite numbers"),
        ({"learning.images": "0 10"}, "give whole numbers from 1"),
        ({"learning.images": "1 2 3"}, "give a number for each of 2"),
        ({"names.rule": "other"}, "must be one of"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(changes, says):
    with pytest.raises(ParameterError, match=says):
        naming.DIGITS.replace(changes)


def test_unknown_parameters_are_named():
    with pytest.raises(UnknownNameError, match="learning.foo"):
        naming.DIGITS.replace(["learning.foo=1"])
    with pytest.raises(ParameterError, match="at most 31 are allowed"):
        naming.build(naming.PHOTO.replace({"retina.n_bins": 25}))


def test_what_does_not_fit_is_refused(numpy_runtime):
    latencies, kernels = example()
    trains = naming.trains(latencies)
    with pytest.raises(ScheduleError, match=r"images of shape \(5, 2, 12, 14\); allowed is \(n, 2, 12, 15\)"):
        PHASES.see(trains[..., :-1])
    with pytest.raises(ScheduleError, match="has labels of shape"):
        PHASES.encode(trains, np.array([0, 1, 2, 3, 4]))
    with pytest.raises(ScheduleError, match="Kernels have shapes"):
        start(Simulation(naming.build(SMALL), "runtime"), kernels[:2])


def test_time_steps_are_those_published_and_one_more_for_each_competition():
    time = image_time(naming.PHOTO, None)
    assert time.last_bin == 14 + N_FIRING
    assert time.n_bins >= time.last_bin + 3


CIRCUITS = {
    "naming": naming.build,
    "recollection": lambda: recollection.build(recollection.DIGITS.replace({"backward.inhibition": 1.0})),
    "converted": converted.build,
}


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_synapses_do_not_use_the_loop_variables_of_cuda_programs(circuit):
    """brian2cuda declares j in the loops into which it writes this code: `nvcc` refused it."""
    for connection in CIRCUITS[circuit]().connections:
        events = [*connection.on_event.values(), *connection.on_target_event.values()]
        code = "\n".join([connection.on_pre, connection.on_post, *events])
        assert not re.search(r"\b[ij]\b", code), connection.name


def test_layers_are_objects_or_text():
    layers = (Conv(20, 5, 8, n_winners=5), Pool(2, 2, exclusive=True), Conv(60, 3, np.inf, 5, n_winners=8))
    first, last = "conv 20 x 5 > 8 learn > 8 winners 5 radius 2", "conv 60 x 3 > inf learn > 5 winners 8 radius 1"
    text = f"{first}; pool 2 / 2 exclusive; {last}"
    assert naming.Parameters(layers=layers) == naming.Parameters(layers=text) == naming.DIGITS
    assert naming.DIGITS.layers == layers and naming.DIGITS.to_dict()["layers"] == text
    for wrong, says in (((Conv(4, 3, 1), "pool"), "holds 'pool'"), ((3, 4), "expected layers"), (5, "must be layers")):
        with pytest.raises(ParameterError, match=says):
            naming.Parameters(layers=wrong)
    for call in (lambda: Conv(4, 4, 1.0), lambda: Conv(0, 3, 1.0), lambda: Pool(0, 1), lambda: Conv(4, 3, -1.0)):
        with pytest.raises(ParameterError, match=r"Conv\.|Pool\."):
            call()
