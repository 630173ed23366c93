"""The naming protocols on a small network: digits, a user's folder, IDX files, kernels from files, bad input."""

import gzip

import numpy as np
import pytest
from PIL import Image

from networks import naming
from protocols import naming_data, registry
from protocols.naming import Options
from spiking_engrams import stimuli
from spiking_engrams.errors import ParameterError, StimulusError, UnknownNameError
from spiking_engrams.experiment import Request, execute

SMALL = {
    "layers": "conv 4 x 5 > 8 learn > 8 winners 4 radius 2; pool 2 / 2 exclusive; "
    "conv 6 x 3 > inf learn > 4 winners 4 radius 1",
    "learning.images": "60 60",
    "learning.doubling": 20,
    "max_images": 60,
    "names.threshold": 1.0,
}
FEW = {"n_train": 6, "n_test": 4}
MORE = {"naming": {"passes": 1}, "naming_one_shot": {"n_draws": 2}, "naming_few_shot": {"n_draws": 1}}
METRICS = {
    "feature_learning": ["digits_learned_svm_rbf", "digits_unlearned_svm_rbf", "conv3_convergence"],
    "naming": ["digits_learned_naming_surprise", "digits_learned_naming_published", "digits_learned_shuffled_labels"],
    "naming_one_shot": ["digits_learned_one_shot_covariance", "digits_learned_one_shot_margin_low"],
    "naming_few_shot": ["digits_learned_few_covariance_5", "digits_learned_few_published_x10_1"],
    "naming_incremental": ["digits_learned_incremental_covariance", "digits_learned_forgetting_surprise"],
}


def request(name, **options):
    return Request(
        protocol=f"protocols.{name}",
        network="networks.naming",
        target="cpp",
        parameters=naming.DIGITS.replace(SMALL).to_dict(),
        options={**FEW, **MORE.get(name, {}), **options},
    )


@pytest.mark.cpp
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(METRICS))
def test_protocols_run_on_the_embedded_digits(needs_compiler, tmp_path, name):
    folder = execute(request(name), tmp_path / "run")
    assert folder.complete_seeds == [1]
    for metric in METRICS[name]:
        assert np.isfinite(folder.metric(metric)).all()
    figures = {path.stem for path in (folder.path / "figures").glob("*.png")}
    assert len(figures) >= 2 and "timeline" in figures
    if name == "naming":
        assert folder.metric("digits_learned_path_closed_answers")[0] == 0
        assert folder.metric("digits_learned_naming_surprise")[0] > 0.3  # a tiny network, far above chance


@pytest.mark.cpp
@pytest.mark.slow
def test_a_users_folder_and_kernels(needs_compiler, tmp_path):
    digits = stimuli.digits()
    for label in (0, 1, 7):
        (tmp_path / "images" / f"class_{label}").mkdir(parents=True)
        for number in np.flatnonzero(digits.labels == label)[:9]:
            path = tmp_path / "images" / f"class_{label}" / f"{number}.png"
            Image.fromarray(digits.images[number].astype(np.uint8)).resize((20, 30)).save(path)
    generator = np.random.default_rng(1)
    (tmp_path / "kernels").mkdir()
    for number, shape in enumerate([(5, 5, 2, 4), (3, 3, 4, 6)]):
        np.save(tmp_path / "kernels" / f"weight_{number}_mine.npy", generator.random(shape))
    np.save(tmp_path / "kernels" / "weight_9_mine.npy", np.ones((7, 7, 4)))  # of a pooling layer, left out
    where = {"images": str(tmp_path / "images"), "kernels": str(tmp_path / "kernels"), "n_train": 5}
    folder = execute(request("naming", **where), tmp_path / "run")
    assert {"own_learned_naming_surprise", "own_mine_naming_surprise"} <= set(folder.metrics)
    assert folder.summary["phenomena"] == []  # nothing is published about these images


def write_idx(path, values):
    header = bytes([0, 0, 8, values.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in values.shape)
    path.write_bytes(gzip.compress(header + values.astype(np.uint8).tobytes()))


def load(parameters=naming.DIGITS, **options):
    return naming_data.load(Options(**options), parameters, np.random.default_rng(1))


def test_idx_files_and_folders_of_them(tmp_path):
    digits = stimuli.digits().select(range(60))
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", digits.images)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", digits.labels)
    found = load(idx=str(tmp_path), n_train=3)
    assert (len(found.train), len(found.test), found.known_as) == (30, 60, "mnist")
    assert found.train_spikes.shape == (30, 2, 16, 16)
    write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", digits.images[digits.labels > 0])
    write_idx(tmp_path / "t10k-labels-idx1-ubyte.gz", digits.labels[digits.labels > 0])
    with pytest.raises(StimulusError, match="classes differ"):
        load(idx=str(tmp_path))
    alone = load(idx=str(tmp_path / "train-images-idx3-ubyte.gz"), n_train=3)
    assert (len(alone.train), len(alone.test), alone.known_as) == (30, 30, "own")


def test_parts_of_the_digits_do_not_overlap():
    found = load()
    assert len(found.train) + len(found.test) == 1797
    assert not set(found.train.names) & set(found.test.names)
    assert load(n_train=2, n_test=1).test_spikes.shape[0] == 10


def test_bad_input_is_named(tmp_path):
    with pytest.raises(StimulusError, match="not both"):
        load(images="a", idx="b")
    with pytest.raises(StimulusError, match="is no folder"):
        load(images=str(tmp_path / "gone"))
    with pytest.raises(StimulusError, match="holds neither train-images-idx3-ubyte nor"):
        load(idx=str(tmp_path))
    with pytest.raises(StimulusError, match=r"10 classes and 4 name neurons; give more by --set names.n=10"):
        load(naming.DIGITS.replace({"names.n": 4}))
    for part, names in (("TrainingSet", "ab"), ("TestingSet", "ac")):
        for name in names:
            (tmp_path / "set" / part / name).mkdir(parents=True)
            Image.new("L", (16, 16), 128).save(tmp_path / "set" / part / name / "x.png")
    with pytest.raises(StimulusError, match="classes differ"):
        load(images=str(tmp_path / "set"))
    np.save(tmp_path / "weight_0_x.npy", np.ones((3, 3)))
    with pytest.raises(StimulusError, match="holds no complete set of kernels"):
        naming_data.given_kernels(Options(kernels=str(tmp_path)), naming.DIGITS)


def test_presets_are_chosen_by_name():
    assert registry.parameters_of("networks.naming", "mnist") == naming.MNIST
    assert registry.parameters_of("networks.naming", "") == naming.DIGITS
    with pytest.raises(UnknownNameError, match="preset of naming 'digit'.*digits"):
        registry.parameters_of("networks.naming", "digit")
    with pytest.raises(UnknownNameError, match="preset"):
        registry.parameters_of("networks.amygdala", "digits")


@pytest.mark.parametrize("preset", sorted(naming.PRESETS))
def test_presets_fit_their_images(preset):
    parameters = naming.PRESETS[preset]
    assert naming.build(parameters).estimate()["neurons"] > 9000
    with pytest.raises(ParameterError):
        parameters.replace({"learning.rates": ""})


@pytest.mark.parametrize("neuron", ["LIF", "AdEx", "Izhikevich"])
def test_neuron_models_are_swapped(neuron):
    circuit = naming.build(naming.DIGITS.replace(SMALL), neuron)
    assert circuit.neuron == neuron
    assert "charge" in circuit.group("conv1").equations
    assert circuit.phases.time.bin_steps >= 10
