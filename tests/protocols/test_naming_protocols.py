"""The naming protocols on a small network: digits, a user's folder, IDX files, kernels from files, bad input."""

import gzip
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from runs import run_as_planned

from networks import naming
from networks.naming.readout import kernel_shapes
from protocols.naming import data as naming_data
from protocols.naming import kernels as naming_kernels
from protocols.naming.classifiers import self_taught, supervised
from protocols.naming.naming import Options
from spiking_engrams import stimuli
from spiking_engrams.errors import ParameterError, StimulusError, UnknownNameError
from spiking_engrams.experiment import registry
from spiking_engrams.experiment.experiment import Request, execute
from spiking_engrams.runs.metrics import metric

SMALL = {
    "layers": "conv 4 x 5 > 8 learn > 8 winners 4 radius 2; pool 2 / 2 exclusive; "
    "conv 6 x 3 > inf learn > 4 winners 4 radius 1",
    "learning.images": "60 60",
    "learning.doubling": 20,
    "max_images": 60,
    "names.threshold": 1.0,
}
FEW = {"n_train": 6, "n_test": 4}
MORE = {
    "naming": {"passes": 1, "splits": 2, "shuffles": 2},
    "naming_one_shot": {"n_draws": 2},
    "naming_few_shot": {"n_draws": 1},
}
METRICS = {
    "feature_learning": [
        metric("accuracy", kernels="learned", classifier="svm_rbf"),
        metric("accuracy", kernels="unlearned", classifier="svm_rbf"),
    ],
    "naming": [
        metric("accuracy", kernels="learned", rule="published"),
        metric("accuracy", kernels="learned", rule="surprise", labels="shuffled"),
    ],
    "naming_one_shot": [
        metric("accuracy", kernels="learned", learner="covariance", examples=1),
        metric("margin", kernels="learned", over="supervised"),
        metric("accuracy", kernels="learned", learner="rehearsed", examples="many"),
    ],
    "naming_few_shot": [
        metric("accuracy", kernels="learned", learner="rehearsed", examples=5),
        metric("accuracy", kernels="learned", learner="published_x10", examples=1),
    ],
    "naming_incremental": [
        metric("accuracy", kernels="learned", rule="covariance", classes="one after another"),
        metric("forgetting", kernels="learned", rule="surprise"),
    ],
}


def request(name, **options):
    return Request(
        protocol=name,
        network="naming",
        target="cpp",
        parameters=naming.DIGITS.replace(SMALL).to_dict(),
        options={**FEW, **MORE.get(name, {}), **options},
    )


@pytest.mark.cpp
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(METRICS))
def test_protocols_run_on_the_embedded_digits(needs_compiler, tmp_path, name):
    folder = run_as_planned(request(name), tmp_path / "run")
    assert folder.complete_seeds == [1]
    found = folder.measured.at(images="digits")
    assert all(np.isfinite(found[each]).all() for each in METRICS[name])
    figures = {path.stem for path in (folder.path / "figures").glob("*.png")}
    assert len(figures) >= 2 and "timeline" in figures
    if name == "naming":
        assert found("answered", kernels="learned", rule="surprise", path="closed")[0] == 0
        assert found("accuracy", kernels="learned", rule="surprise")[0] > 0.3  # a tiny network, far above chance


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
    found = folder.measured.at(images="own")
    assert all(metric("accuracy", kernels=kernels, rule="surprise") in found for kernels in ("learned", "mine"))
    rows = {row["id"]: row for row in folder.summary["phenomena"]}
    assert set(rows) == {"O1", "O2", "O3", "O4"}  # nothing is published
    assert rows["O3"]["passed"] and all(rows[name]["value"] for name in ("O1", "O2", "O3", "O4"))
    assert folder.notes("classes") == ["class_0", "class_1", "class_7"]
    assert metric("accuracy", features="pixels", classifier="svm_rbf") in found
    assert metric("share", layer="conv1") in folder.measured
    assert metric("threshold", layer="conv3", when="firing") in folder.measured
    named, of_each, thresholds = folder.info["headline"]
    assert named.startswith("named: ") and "class_7" in of_each and "conv1" in thresholds
    page = (folder.path / "report.html").read_text()
    assert all(line in page for line in (named, of_each, thresholds)) and "Test images of the first seed" in page
    assert folder.array("confusion").sum() == folder.metric("named_tests")[0] == 12
    assert folder.array("named_answers").sizes["image"] == 12  # all of them, since they are few


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
    with pytest.raises(StimulusError, match="is not a folder"):
        load(images=str(tmp_path / "gone"))
    with pytest.raises(StimulusError, match="holds neither train-images-idx3-ubyte nor"):
        load(idx=str(tmp_path))
    with pytest.raises(StimulusError, match=r"10 classes and 4 name neurons; set more with --set names.n=10"):
        load(naming.DIGITS.replace({"names.n": 4}))
    for part, names in (("TrainingSet", "ab"), ("TestingSet", "ac")):
        for name in names:
            (tmp_path / "set" / part / name).mkdir(parents=True)
            Image.new("L", (16, 16), 128).save(tmp_path / "set" / part / name / "x.png")
    with pytest.raises(StimulusError, match="classes differ"):
        load(images=str(tmp_path / "set"))


def test_presets_are_chosen_by_name():
    assert registry.parameters_of("naming", "mnist") == naming.MNIST
    assert registry.parameters_of("naming", "") == naming.DIGITS
    with pytest.raises(UnknownNameError, match="preset of naming 'digit'.*digits"):
        registry.parameters_of("naming", "digit")
    with pytest.raises(UnknownNameError, match="preset"):
        registry.parameters_of("amygdala", "digits")


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


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("conv 4 x 5 > 8 learn > 8 winners 4 radius 2; conv 6 x 3 > 2", "put a pool between"),
        ("conv 4 x 5 > inf", "cannot learn"),
        ("conv 4 x 5 > 8 learn > 8 winners 0 radius 2; pool 2 / 2; conv 6 x 3 > 2", "1 or more maps win"),
        ("conv 6 x 3 > 2", "need layers below"),
        ("conv 4 x 5 > 8; pool 2 / 2", "last layer is that of the concept neurons"),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers, message):
    n = layers.count("conv")
    with pytest.raises(ParameterError, match=message):
        naming.DIGITS.replace({"layers": layers, "learning.images": "60 " * n, "learning.rates": "0.1 " * n})


def test_files_of_kernels_are_checked(tmp_path):
    shapes = list(kernel_shapes(naming.DIGITS).values())

    def given(name="mine", first=0.5, order=(2, 10)):
        for path in tmp_path.glob("*.npy"):
            path.unlink()
        for number, shape in zip(order, shapes, strict=True):
            np.save(tmp_path / f"weight_{number}_{name}.npy", np.full(shape, first))
        return naming_kernels.given_kernels(Options(kernels=str(tmp_path)), naming.DIGITS)

    assert [kernel.shape for kernel in given()["mine"]] == shapes  # 2 comes before 10
    with pytest.raises(StimulusError, match="no complete set.*found: weight_2_mine.npy"):
        given(order=(10, 2))
    with pytest.raises(StimulusError, match="not be learned or unlearned"):
        given("learned")
    for bad in (np.nan, -0.1, 1.5):
        with pytest.raises(StimulusError, match="not numbers from 0 to 1"):
            given(first=bad)
    given()
    (tmp_path / "weight_10_mine.npy").write_bytes(b"no array")
    with pytest.raises(StimulusError, match="weight_10_mine.npy' cannot be read"):
        naming_kernels.given_kernels(Options(kernels=str(tmp_path)), naming.DIGITS)
    with pytest.raises(StimulusError, match="is not a folder"):
        naming_kernels.given_kernels(Options(kernels=str(tmp_path / "gone")), naming.DIGITS)


def test_files_are_checked_before_anything_is_built(tmp_path):
    with pytest.raises(StimulusError, match="is not a folder"):
        execute(request("naming", images=str(tmp_path / "gone")), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_numbers_are_required_at_full_size_only():
    assert load().full_size(naming.DIGITS)
    assert not load(n_train=20).full_size(naming.DIGITS)
    assert not load().full_size(naming.DIGITS.replace(SMALL))


@pytest.mark.filterwarnings("error")
def test_classifiers_of_a_few_examples_bear_examples_that_are_all_alike():
    labels = np.repeat([0, 1], 20)
    features = np.random.default_rng(1).random((40, 5)) + labels[:, None]
    features[0] = features[20]
    silent = np.zeros((40, 8))
    model = SimpleNamespace(labels=(labels, labels))
    seen = SimpleNamespace(features=(features, features), counts=(silent, silent))
    draws = [np.array([0, 20]), np.array([3, 33])]
    found = supervised(model, seen, draws) | self_taught(model, seen, draws)
    assert len(found) == 20 and all(values.shape == (2,) for values in found.values())
    assert found["nearest_mean_experienced"][1] > 0.8 and found["svm_rbf_counts"][0] == 0.5
