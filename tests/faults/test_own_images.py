"""Images of one's own: which preset sees them, how large, how they are cut, and what the command says of it."""

import gzip
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from networks import naming
from networks.naming import homeostasis
from protocols.images import files as image_files
from protocols.images import presets as image_presets
from protocols.images import sizes as image_sizes
from protocols.naming import outcome as naming_outcome
from protocols.naming.claims import any_images as any_claims
from protocols.naming.naming import Options, headline
from spiking_engrams.command import outcome
from spiking_engrams.command.command import RunOptions, request_of
from spiking_engrams.errors import StimulusError, UnknownNameError
from spiking_engrams.experiment import conclusion
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.records import Records
from spiking_engrams.stimuli import from_folder
from spiking_engrams.stimuli.fit import centre_crop

ORIENTATION = 0x0112


def folder_of(path, size, classes=("cat", "rocket"), n=3, **how):
    """Write images (width, height) of classes, each brighter than the last."""
    for label, name in enumerate(classes):
        (path / name).mkdir(parents=True)
        for k in range(n):
            grey = np.full(size[::-1], (60 * label + k) % 160, np.uint8)
            grey[:: k + 2] += 90
            Image.fromarray(grey).save(path / name / f"{k}.png", **how)
    return path


def request(name, path, *changes, preset=""):
    return request_of(name, RunOptions(changes=(f"protocol.images={path}", *changes), preset=preset))


@pytest.mark.parametrize(
    ("size", "preset", "shape"),
    [((8, 8), "digits", (16, 16)), ((20, 30), "digits", (20, 14)), ((32, 32), "mnist", (28, 28)),
     ((640, 480), "photo", (174, 230)), ((480, 640), "photo", (230, 174)), ((5000, 60), "photo", (116, 346))],
)  # fmt: skip
@pytest.mark.parametrize("network", ["naming", "recollection"])
def test_the_preset_is_chosen_by_the_size_of_the_images(tmp_path, size, preset, shape, network):
    options = Options(images=str(folder_of(tmp_path / "mine", size)))
    parameters, said = image_presets.starting(f"networks.{network}", "", options, ())
    kept = dict.fromkeys(("height", "width"), None)
    assert f"preset {preset} " in said and "choose another with --preset" in said
    wanted = image_presets.registry.parameters_of(network, preset)
    assert {**parameters.to_dict(), **kept} == {**wanted.to_dict(), **kept}
    if network == "naming":
        assert (parameters.height, parameters.width) == shape
    area = parameters.height * parameters.width
    assert area <= 1.15 * max(wanted.height * wanted.width, image_presets.LEAST_AREA)


def test_what_is_asked_for_wins_and_is_part_of_the_request(tmp_path, capsys):
    path = folder_of(tmp_path / "mine", (120, 90))
    found = request("naming", path)
    assert (found.parameters["height"], found.parameters["width"]) == (90, 120)
    assert "mine: 6 images in 2 classes, median 120 x 90 pixels: preset photo" in capsys.readouterr().err
    found = request("naming", path, "height=20", preset="digits")
    assert found.parameters["height"] == 20 and found.parameters["layers"] == naming.DIGITS.to_dict()["layers"]
    assert "preset digits" in (said := capsys.readouterr().err) and "choose another" not in said
    found = request("naming", path, "protocol.fit=stretch")
    assert (found.parameters["height"], found.parameters["width"]) == (160, 250)
    assert "to which they are stretched" in capsys.readouterr().err
    request_of("naming", RunOptions())
    assert not capsys.readouterr().err  # without images of one's own nothing is said


def test_the_preset_for_photographs_has_one_name():
    with pytest.raises(UnknownNameError, match="Available: digits, mnist, photo"):
        request_of("naming", RunOptions(preset="caltech"))


def test_more_classes_than_names_get_more_names(tmp_path):
    path = folder_of(tmp_path / "many", (16, 16), [f"class_{k}" for k in range(21)], n=2)
    assert request("naming", path).parameters["names"]["n"] == 21


def test_images_that_lie_on_their_side_are_measured_as_they_are_seen(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    sizes = image_sizes.of_folder(folder_of(tmp_path / "mine", (64, 48), exif=exif))
    assert sizes.median == (64, 48)  # height and width


def test_idx_files_have_sizes_too(tmp_path):
    header = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (5, 28, 20))
    (tmp_path / "mine.gz").write_bytes(gzip.compress(header + bytes(5 * 28 * 20)))
    sizes = image_sizes.of_idx(tmp_path / "mine.gz")
    assert (len(sizes), sizes.median, sizes.classes) == (5, (28, 20), ())
    (tmp_path / "short").write_bytes(b"\x00\x00")
    options = SimpleNamespace(images="", idx=str(tmp_path / "short"))
    assert image_sizes.of_options(options) is None


@pytest.mark.parametrize("missing", ["nowhere", ""])
def test_a_folder_without_images_is_left_to_the_reader(tmp_path, missing):
    options = SimpleNamespace(images=str(tmp_path / missing), idx="", fit="auto")
    assert image_presets.starting("networks.naming", "", options, ())[0] == naming.DIGITS


def test_the_middle_of_longer_images_is_seen(tmp_path):
    values = np.arange(6 * 10, dtype=np.uint8).reshape(6, 10)
    image = Image.fromarray(values)
    assert np.array_equal(centre_crop(image, (3, 3)), values[:, 2:8])
    assert np.array_equal(centre_crop(image, (2, 10)), values[2:4])
    assert np.array_equal(centre_crop(image, (12, 20)), values)
    assert centre_crop(Image.new("L", (1, 1)), (9, 1)).size == (1, 1)
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    wide = np.zeros((20, 60), np.uint8)
    wide[:, 20:40] = 200
    for name in "ab":
        Image.fromarray(wide).save(tmp_path / name / "1.png")
    assert np.all(from_folder(tmp_path, (10, 10), "crop").images == 200)
    assert not np.all(from_folder(tmp_path, (10, 10)).images == 200)


def test_published_sets_are_seen_as_published(tmp_path):
    for part in image_sizes.PARTS:
        folder_of(tmp_path / part, (80, 20), ("Face", "Motor"))
    assert image_sizes.known_as(tmp_path) == "caltech"
    found = request("naming", tmp_path)
    assert found.parameters == naming.DIGITS.to_dict()
    assert not image_presets.keeps_aspect(Options(images=str(tmp_path)))
    options = Options(images=str(tmp_path))
    train, _, known = image_files.pictures(options, (20, 20), np.random.default_rng(1))
    stretched = from_folder(tmp_path / "TrainingSet", (20, 20))
    assert known == "caltech" and sorted(map(bytes, train.images)) == sorted(map(bytes, stretched.images))


def test_thresholds_are_where_the_wanted_share_fires():
    driven = np.array([0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.5, 4.0])
    for wanted, n in ((0.5, 4), (0.25, 2), (0.75, 6), (1.0, 6), (0.01, 1)):
        found = homeostasis.threshold(driven, wanted)
        assert (driven > found).sum() == (driven >= found).sum() == n
    with pytest.raises(StimulusError, match="protocol.homeostasis=off"):
        homeostasis.threshold(np.zeros(5), 0.5)


def test_a_threshold_changes_only_if_far_more_or_fewer_fire():
    driven = np.arange(100) / 10
    assert homeostasis.adjusted(driven, 5.0, 0.3, competes=True, tolerance=2.0) == 5.0  # half of them do
    found = homeostasis.adjusted(driven, 5.0, 0.1, competes=True, tolerance=2.0)
    assert (driven > found).mean() == 0.1
    assert (driven > homeostasis.adjusted(driven, 5.0, 0.3, competes=True)).mean() == 0.3
    assert homeostasis.adjusted(driven, 1.0, 0.01, competes=True) == homeostasis.LARGEST_FACTOR


def test_charges_are_those_of_a_convolution():
    generator = np.random.default_rng(1)
    trains = (1 << generator.integers(0, 5, (2, 3, 6, 7))) * (generator.random((2, 3, 6, 7)) < 0.4)
    kernel = generator.random((3, 3, 3, 4))
    found = homeostasis.charges(trains.astype(np.int32), kernel, last_bin=4)
    counts = np.pad(((trains > 0) & (trains < 16)).astype(float), ((0, 0), (0, 0), (1, 1), (1, 1)))
    assert np.allclose(found[1, 2, 3], np.einsum("cyx,yxcm->m", counts[1, :, 2:5, 3:6], kernel), atol=1e-5)


class Folder:
    """What a headline reads."""

    measured = Metrics({
        "named": np.array([0.9, 0.8]), "named_tests": np.array([20.0, 20.0]), "named_chance": np.array([0.5, 0.5]),
        "named_by_pixels": np.array([0.6, 0.6]), "named_by_features": np.array([0.9, 0.9]),
        metric("threshold", layer="conv1", when="firing"): np.array([7.0, 9.0]),
        metric("share", layer="conv1"): np.array([0.4, 0.6]),
    })  # fmt: skip

    def notes(self, name):
        return ["cat", "rocket"]

    def array(self, name):
        return xr.DataArray(np.array([[[9.0, 1.0, 0.0], [2.0, 6.0, 2.0]]]), dims=("seed", "wanted", "answered"))


def test_the_headline_says_what_a_user_came_for():
    named, classes, thresholds = headline(Folder())
    assert named.startswith("named: 0.85 ± 0.07 of 20 test images (chance 0.50; support vector machine on pixels 0.60,")
    assert classes == "by class: cat 0.90, rocket 0.60"
    assert "conv1 8.00 (50% active)" in thresholds


def test_checks_for_any_images_can_fail():
    checks = {row.id: row.check for row in (*any_claims.ANY_NAMING, *any_claims.ANY_RECALL) if row.check}
    good = {
        "named": [0.9], "named_right": [36], "named_tests": [40], "named_chance": [0.5], "named_shuffled": [0.5],
        "named_closed": [0], "named_answered": [1.0], "identified_right": [9], "identified_of": [10],
        "identified_shuffled": [1], "recalled_closed": [0], "recalled_spikes": [50],
    }  # fmt: skip
    bad = {
        "O1": {"named_right": [22]}, "O3": {"named_closed": [0.1]}, "O4": {"named_shuffled": [0.8]},
        "O5": {"identified_right": [2]}, "O6": {"identified_shuffled": [8]}, "O7": {"recalled_closed": [1]},
    }  # fmt: skip
    assert set(checks) == set(bad)
    for name, check in checks.items():
        assert check({key: np.array(value, float) for key, value in good.items()})[1]
        assert not check({key: np.array(value, float) for key, value in (good | bad[name]).items()})[1]
    ten_times = {"named": [0.6] * 10, "named_right": [12] * 10, "named_tests": [20] * 10, "named_chance": [0.5] * 10}
    ten_times = {name: np.array(values, float) for name, values in ten_times.items()}
    assert not checks["O1"](ten_times | {"named_shuffled": np.full(10, 0.5)})[1]  # the same images, however often


def test_images_that_are_shown_are_of_all_classes():
    labels = np.array([0] * 30 + [1] * 3 + [2] * 10)
    chosen = naming_outcome.balanced(labels, 12)
    assert np.bincount(labels[chosen]).tolist() == [5, 3, 4] and np.all(np.diff(labels[chosen]) >= 0)


def test_a_protocol_without_a_headline_shows_its_metrics(capsys):
    one_seed = {"sd": None, "interval": [None, None]}
    metrics = {f"rate_{k}": {"unit": "Hz" if k else "1", "mean": 2.5 * k, **one_seed} for k in range(45)}
    outcome.say(SimpleNamespace(summary={"metrics": metrics}, info={"headline": []}))
    shown = capsys.readouterr().out
    assert "rate_0" in shown and "rate_39" in shown and "rate_40" not in shown
    assert "5 more metrics are in the report" in shown
    outcome.say(SimpleNamespace(info={"headline": ["named: all of them"]}))
    assert capsys.readouterr().out == "named: all of them\n"
    older = SimpleNamespace(measured=Metrics({}))  # a run of an earlier version, which lacks what the lines need
    assert conclusion.headline(older, SimpleNamespace(headline=headline)) == []


def test_words_are_kept_with_a_seed():
    records = Records()
    records.note("classes", ("cat", 7))
    assert records.records["notes"] == {"classes": ["cat", "7"]}
