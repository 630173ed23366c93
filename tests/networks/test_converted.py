"""Trained convolutional networks in spikes: reading weights, activations against those of the ReLU network, recall."""

import numpy as np
import pytest
from runs import run_as_planned
from safetensors.numpy import save_file

from networks import converted
from networks.converted import relu, weights
from networks.converted.phases import coded
from networks.converted.weights import converted_stages
from protocols.recollection.procedure import gains as recall_gains
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.experiment.experiment import Request
from spiking_engrams.simulation.simulation import Simulation

LAYERS = "conv a pad 1; pool 2 / 2; conv b stride 2 pad 1; dense c"
ALEXNET = {"features.0": 11, "features.3": 5, "features.6": 3, "features.8": 3, "features.10": 3}


def small(tmp_path, **changes):
    """Return parameters of a small network with random weights of both signs, for images of 8 x 10 pixels."""
    generator = np.random.default_rng(3)
    shapes = {"a": (3, 1, 3, 3), "b": (6, 3, 3, 3), "c": (4, 6 * 2 * 3)}
    arrays = {f"{name}.weight": generator.normal(0.1, 0.5, shape) for name, shape in shapes.items()}
    arrays |= {f"{name}.bias": generator.normal(0, 0.1, shape[0]) for name, shape in shapes.items()}
    stages = weights.stages(weights.Trained(arrays, LAYERS), (8, 10))
    seen = relu.activations(stages, images() - (0.4 if changes.get("mean") else 0))
    names = {stage.name: stage.layer.name for stage in stages if not stage.pools}
    largest = {f"{names[name]}.largest": np.abs(seen[name]).max(axis=(0, 2, 3)) for name in names}
    np.savez(tmp_path / "small.npz", layers=np.array(LAYERS), **arrays, **largest)
    values = {"weights": str(tmp_path / "small.npz"), "height": 8, "width": 10, "n_bins": 40, "max_images": 5,
              "pointers.n": 3, "names.n": 3, **changes}  # fmt: skip
    return converted.Parameters().replace(values)


def images(n=3):
    return np.random.default_rng(5).random((n, 1, 8, 10))


@pytest.mark.parametrize("signed", [False, True])
def test_spikes_stand_for_the_activations_of_the_relu_network(numpy_runtime, tmp_path, signed):
    parameters = small(tmp_path, **({"mean": "0.4", "deviation": "1"} if signed else {}))
    simulation = Simulation(converted.build(parameters), "runtime")
    phases, step = simulation.circuit.phases, float(simulation.circuit.step)
    _, found = simulation.run(phases.see(images()), simulation.initial_state(1))
    stages = converted_stages(parameters)
    wanted = relu.activations(stages, coded(parameters, images()))
    for stage in stages[:-1]:
        counts, active = found.counts(stage.name, step), wanted[stage.name].reshape(3, -1)
        assert counts.max() == 1  # at most once
        clear = np.abs(active) > 0.15 * np.abs(active).max()
        assert np.mean((counts > 0) == (active > 0), where=clear) > 0.97
        steps, index = found.spikes[stage.name]
        first, n = np.full(active.shape, np.nan), simulation.circuit.phases.time.n_steps
        first[steps // n, index] = steps % n
        for number in range(stage.shape[0]):  # within a map the more active fire sooner
            of_map = slice(number * np.prod(stage.shape[1:]), (number + 1) * np.prod(stage.shape[1:]))
            fired = ~np.isnan(first[:, of_map])
            if fired.sum() > 20:
                assert np.corrcoef(first[:, of_map][fired], active[:, of_map][fired])[0, 1] < -0.9
    charge, exact = found.traces["dense4.charge"], wanted["dense4"].reshape(3, -1)
    assert np.abs(charge - exact).max() < 0.1 * np.abs(exact).max()


def test_a_pointer_brings_back_what_it_was_bound_to(numpy_runtime, tmp_path):
    parameters = small(tmp_path, **{"pointers.n": 3})
    simulation = Simulation(converted.build(parameters), "runtime")
    phases, step = simulation.circuit.phases, float(simulation.circuit.step)
    with_share = phases.memorise(images()).with_constants({"conv3_window.share": 4.0})
    state, _ = simulation.run(with_share, simulation.initial_state(1))
    _, found = simulation.run(phases.recall_episode([0, 1, 2]), state)
    bound = state["pointers_conv3.w"].reshape(3, -1) > 0
    assert 1 <= bound.sum(axis=1).min() and bound.sum(axis=1).max() <= 4
    np.testing.assert_array_equal(found.counts("conv3", step) > 0, bound)
    assert found.counts("input", step).sum() > 0
    _, closed = simulation.run(phases.recall_episode([0, 1, 2], gate=0.0), state)
    assert closed.counts("input", step).sum() == closed.counts("conv3", step).sum() == 0


def test_novelty_and_sounds_work_as_in_the_recollection_network(numpy_runtime, tmp_path):
    parameters = small(tmp_path, **{"pointers.n": 3, "pointers.sounds": 4})
    simulation = Simulation(converted.build(parameters), "runtime")
    phases, step = simulation.circuit.phases, float(simulation.circuit.step)
    seen, sounds = images(), np.eye(3, 4)
    state, _ = simulation.run(phases.memorise(seen[:2], sounds=sounds[:2]), simulation.initial_state(1))
    new, recording = simulation.run(phases.memorise_new(seen), state)
    np.testing.assert_array_equal(recording.counts("novelty", step).ravel(), [0, 0, 0, 0, 0, 1])
    np.testing.assert_array_equal(new["pointers.in_use"], [1, 1, 1])
    assert recording.traces["novelty.similarity"].ravel()[[1, 3]] == pytest.approx(1)
    _, recalled = simulation.run(phases.recall_from_sound(sounds), state)
    np.testing.assert_array_equal(recalled.counts("pointers", step)[1::2].argmax(axis=1)[:2], [0, 1])
    assert recalled.counts("pointers", step)[5].sum() == 0


def test_layers_are_read_from_npz_and_safetensors(tmp_path):
    arrays = {"a.weight": np.ones((2, 1, 3, 3), np.float32), "a.bias": np.zeros(2, np.float32)}
    save_file(arrays, str(tmp_path / "w.safetensors"), metadata={"layers": "conv a pad 1"})
    np.savez(tmp_path / "w.npz", **arrays)
    for name, layers in (("w.safetensors", ""), ("w.npz", "conv a pad 1")):
        trained = weights.read(str(tmp_path / name), layers)
        assert trained.layers == "conv a pad 1"
        assert weights.stages(trained, (5, 6))[0].shape == (2, 5, 6)
    with pytest.raises(ParameterError, match="do not say what the layers are"):
        weights.read(str(tmp_path / "w.npz"))
    (tmp_path / "noise.npz").write_bytes(b"no weights at all")
    with pytest.raises(ParameterError, match=r"cannot be read \(it is not an .npz file"):
        weights.read(str(tmp_path / "noise.npz"))


def test_torchvisions_alexnet_is_recognised(tmp_path):
    below, arrays = 3, {}
    for number, (name, size) in enumerate(ALEXNET.items()):
        arrays[f"{name}.weight"], below = np.ones((number + 2, below, size, size), np.float32), number + 2
    arrays["classifier.1.weight"] = np.ones((7, below * 36), np.float32)
    np.savez(tmp_path / "alexnet.npz", **arrays)
    trained = weights.read(str(tmp_path / "alexnet.npz"))
    assert [s.shape for s in weights.stages(trained, (64, 64), "conv7")] == [
        (2, 15, 15), (2, 7, 7), (3, 7, 7), (3, 3, 3), (4, 3, 3), (5, 3, 3), (6, 3, 3),
    ]  # fmt: skip
    assert weights.stages(trained, (224, 224), "dense9")[-2].shape == (6, 6, 6)
    with pytest.raises(ParameterError, match=r"trained on images of another size.*last=pool8"):
        weights.stages(trained, (64, 64))
    with pytest.raises(ParameterError, match="nothing is left of them"):
        weights.stages(trained, (20, 20))


def test_a_circuit_is_estimated_before_it_is_built(tmp_path):
    parameters = small(tmp_path)
    size, made = converted.estimate(parameters), converted.build(parameters)
    assert size["synapses"] == sum(len(each.i) for each in made.connections)
    with pytest.raises(
        ParameterError, match=r"synapses and take about .* GB; allowed are 0\.0 GB\. Show smaller images"
    ):
        converted.build(parameters.replace({"memory": 0.001}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": "nowhere.npz"}, "no such file"),
        ({"last": "conv9"}, "no layer 'conv9'.*conv1, pool2"),
        ({"layers": "conv a pad 1; convolution b"}, "cannot be read; write"),
        ({"layers": "pool 2 / 2"}, "do not begin with a convolution"),
        ({"layers": "dense c; conv a"}, "only dense ones"),
        ({"layers": "conv z"}, "no array 'z.weight'"),
        ({"pointers.layers": "conv1"}, "second convolution"),
        ({"backward.gains": "1 2"}, "give one for each"),
        ({"backward.kind": "ohmic"}, "no negative conductance"),
        ({"deviation": "0"}, "holds a 0"),
        ({"mean": "124"}, "divide by 255"),
        ({"mean": "0.1 0.2 0.3"}, "each of 1 channels"),
        ({"layers": "conv a stride 0"}, "cannot be read; write"),
        ({"layers": "conv b; conv a; conv a"}, "grouped"),
    ],
)
def test_what_cannot_be_converted_is_refused(tmp_path, changes, message):
    with pytest.raises(ParameterError, match=message):
        converted.build(small(tmp_path, **changes))


def test_neuron_models_and_wrong_images_are_refused(tmp_path):
    parameters = small(tmp_path)
    with pytest.raises(ParameterError, match="omit --neuron"):
        converted.build(parameters, "LIF")
    phases = converted.Phases(parameters)
    with pytest.raises(ScheduleError, match="allowed is"):
        phases.see(images()[:, 0])
    with pytest.raises(ScheduleError, match="outside 0 to 1"):
        phases.see(images() * 255)


@pytest.mark.cpp
@pytest.mark.slow
def test_the_protocol_classifies_and_recalls(needs_compiler, tmp_path, monkeypatch):
    monkeypatch.setattr(recall_gains, "N_HALVINGS", 2)
    request = Request(
        protocol="recall_converted",
        network="networks.converted",
        target="cpp",
        parameters=converted.Parameters().to_dict(),
        options={"n_train": 8, "n_test": 6, "n_episodes": 6, "n_others": 5, "n_classified": 60},
    )
    folder = run_as_planned(request, tmp_path / "run")
    found = folder.measured.at(images="converted")
    assert found("accuracy", network="spiking") >= 0.9 and found("agreement") >= 0.95
    spikes = {name: found("spikes", recall=name)[0] for name in ("closed", "uncoupled", "pointer")}
    assert spikes["closed"] == spikes["uncoupled"] == 0 < spikes["pointer"]
    own = {name: found("own", recall=name, layer="conv3")[0] for name in ("pointer", "shuffled_couplings")}
    assert 0 < found("bound", layer="conv3")[0] <= 0.02 and own["pointer"] > own["shuffled_couplings"]
    assert {"recalled.png", "layers.png", "film.gif"} <= {path.name for path in (folder.path / "figures").iterdir()}


def test_weights_are_found_from_any_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("net.npz", "~/net.npz"):
        assert converted.Parameters(weights=path).weights == str(tmp_path / "net.npz")
    assert converted.Parameters().weights == ""
