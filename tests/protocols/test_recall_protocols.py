"""Recall of images as a protocol, on a small network, and its measures."""

import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from runs import run_as_planned
from scipy import ndimage

from networks import recollection
from networks.recollection import measures
from protocols.naming.data import PRESET_OF
from protocols.recollection import ablations as recall_ablations
from protocols.recollection import capacity as recall_capacity
from protocols.recollection import detail as recall_detail
from protocols.recollection import image_recall, imagery
from protocols.recollection.claims.recall import RECALL
from protocols.recollection.procedure import matching as recall_matching
from protocols.recollection.procedure.conditions import remembering, shuffled, within_afferents
from protocols.recollection.procedure.learned import is_preset
from protocols.recollection.procedure.model import remembered
from protocols.recollection.procedure.options import check_episodes
from protocols.recollection.procedure.quality import Reader
from spiking_engrams import stimuli
from spiking_engrams.errors import ParameterError, StimulusError
from spiking_engrams.experiment.experiment import Request
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.state.state import State
from spiking_engrams.stimuli.contrast import centre_surround, contrast
from spiking_engrams.targets.building import build

needs_brian2cuda = pytest.mark.skipif(
    not importlib.util.find_spec("brian2cuda"), reason="brian2cuda is not installed (Python 3.12 only)"
)

SMALL = {
    "height": 16, "width": 16, "max_images": 60, "pointers.n": 6,
    "learning.images": "60 60 10", "learning.doubling": 20,
    "layers": "conv 6 x 5 > 8 learn > 8 winners 4 radius 2; pool 2 / 2 exclusive; "
    "conv 8 x 3 > 2 learn > 4 winners 4 radius 1; pool 2 / 2; conv 4 x 3 > inf learn > 4 winners 4 radius 1",
}  # fmt: skip


def run(protocol, folder, **options):
    """Return the folder of a run on a tiny network."""
    request = Request(
        protocol=protocol,
        network="recollection",
        target="cpp",
        parameters=recollection.DIGITS.replace(SMALL).to_dict(),
        options={"n_train": 6, "n_test": 4, **options},
    )
    return run_as_planned(request, folder)


@pytest.mark.cpp
@pytest.mark.slow
def test_images_come_back_from_their_cues(needs_compiler, tmp_path):
    folder = run("image_recall", tmp_path / "run", n_episodes=6, n_others=5)
    found = folder.measured.at(images="digits")

    def mean(name, recall, **conditions):
        return found(name, recall=recall, **conditions)[0]

    assert mean("spikes", "closed") == mean("spikes", "uncoupled") == 0 < mean("spikes", "pointer")
    assert mean("specificity", "pointer") > 0.02  # a tiny network
    assert mean("cued", "name") == 1 and mean("correlation", "name") == mean("correlation", "pointer")
    assert mean("cued", "sound") > 0.5  # of random patterns a part is left
    assert mean("correlation", "rested") == mean("correlation", "pointer")  # nothing but synapses carries it
    assert mean("specificity", "shuffled_couplings") < mean("specificity", "pointer")
    assert 0 < found("bound", layer="conv3")[0] <= 0.02
    assert mean("own", "pointer", layer="conv3") > mean("own", "shuffled_couplings", layer="conv3")
    figures = {path.name for path in (folder.path / "figures").iterdir()}
    assert {"recalled.png", "layers.png", "film.gif", "timeline.png"} <= figures
    assert "data:image/gif" in (folder.path / "report.html").read_text()


@pytest.mark.cpp
@pytest.mark.slow
def test_a_users_images_come_back(needs_compiler, tmp_path):
    digits = stimuli.digits((16, 16))
    for label in (0, 1, 7):
        (tmp_path / "images" / f"class_{label}").mkdir(parents=True)
        for number in np.flatnonzero(digits.labels == label)[:9]:
            path = tmp_path / "images" / f"class_{label}" / f"{number}.png"
            Image.fromarray(digits.images[number].astype(np.uint8)).save(path)
    folder = run("image_recall", tmp_path / "run", images=str(tmp_path / "images"), n_episodes=6, n_others=5)
    found = {str(name): values[0] for name, values in folder.measured.items()}
    assert 0 <= found["identified_shuffled"] <= found["identified_of"] == 6
    assert found["identified_right"] == round(6 * found["identified (images own, recall pointer)"])
    assert found["recalled_closed"] == 0 < found["recalled_spikes"]
    assert 0 < found["share (layer conv1)"] <= 1 and found["threshold (layer conv1, when firing)"] > 0
    rows = {row["id"]: row for row in folder.summary["phenomena"] if row["id"][0] == "O"}
    assert rows["O7"]["passed"] and rows["O5"]["unasked"] == rows["O6"]["unasked"] == "too few"
    assert folder.info["headline"][0].startswith("identified: ")
    assert len(folder.notes("episodes")) == 6 and set(folder.notes("episodes")) <= {"class_0", "class_1", "class_7"}


@pytest.mark.cpp
@pytest.mark.slow
def test_ablations_are_tabulated(needs_compiler, tmp_path, monkeypatch):
    monkeypatch.setattr(recall_matching, "LARGEST_FACTOR", 2.0)  # a tiny network is never loud enough
    folder = run("recall_ablations", tmp_path / "run", n_episodes=6, builds="rectified")
    found = folder.measured.at(images="digits")
    for name in ("none", "no_traces", "shuffled_traces", "decaying", "rectified"):
        assert metric("specificity", ablation=name) in found
    for conditions in ({"percent": 0.2, "ablation": "bound"}, {"offset": 0.2, "ablation": "signed"},
                       {"ablation": "rectified", "division": "none"}):  # fmt: skip
        assert metric("specificity", **conditions) in found
    with pytest.raises(ParameterError, match="choose from argmax, ohmic"):
        recall_ablations.Options(builds="magnetic")


@pytest.mark.cpp
@pytest.mark.slow
def test_the_other_protocols_run(needs_compiler, tmp_path):
    found = {}
    for protocol, options in (
        ("recall_capacity", {"stored": "2 4 6", "n_probed": 3}),
        ("recall_interference", {"n_episodes": 6, "n_alike": 2, "delays": "0 60"}),
        ("imagery", {"n_episodes": 6}),
        ("recall_detail", {"n_episodes": 6, "radius": 0.25}),
        ("recall_replay", {"n_episodes": 6}),
        ("recall_novelty", {"n_episodes": 4, "kept": "1 0.5"}),
    ):
        folder = run(protocol, tmp_path / protocol, **options)
        found |= {name: values[0] for name, values in folder.measured.at(images="digits").items()}
        assert len(list((folder.path / "figures").glob("*.png"))) >= 2

    def of(name, **conditions):
        return found[metric(name, **conditions)]

    assert 0 < of("on_path", stored=2) < of("on_path", stored=4) < of("on_path", stored=6)
    assert of("correlation", stored=2) > 0 and of("n_alike") == 2
    assert of("correlation", delay=0) > of("correlation", delay=60) == 0  # traces are gone
    assert of("correlation", recall="name") > 0 and of("correlation", recall="single") > 0
    # how well two pointers do together is no question to so small a network
    assert of("weaker", recall="pair") > 0 <= of("above_others", recall="pair") <= 1
    part, whole = ({"recall": name} for name in ("part", "whole"))
    assert of("spikes", recall="place") == 0 < of("spikes", **part) < of("spikes", **whole)
    assert of("inside", **part) > of("inside", **whole) > 0 and of("correlation", **part) > 0
    left = {name: of("specificity", recall=name) for name in ("replayed", "awake", "closed", "unlearning", "kept")}
    assert left["replayed"] > left["awake"] == left["closed"] == left["unlearning"] == 0 < left["kept"]
    assert of("replay_spikes", recall="unlearning") > 0 and of("reached", recall="replayed") > 0.5
    encoded = {couplings: of("encoded", seen="known", couplings=couplings) for couplings in ("kept", "shuffled")}
    assert of("recognised", kept=1) == 1 > encoded["kept"] == 0 < encoded["shuffled"]


def test_options_that_cannot_be_used_are_refused():
    options = image_recall.Options(n_episodes=61)
    with pytest.raises(ParameterError, match="--set pointers.n=61"):
        check_episodes(options, recollection.DIGITS)
    for stored in ("", "1 5", "5 5", "2.5"):
        with pytest.raises(ParameterError, match="increasing whole numbers, at least 2"):
            recall_capacity.Options(stored=stored)
    with pytest.raises(ParameterError, match="recall uses kernels that it learned"):
        image_recall.Options(kernels="folder")


def test_checks_are_asked_of_presets_only():
    for preset in PRESET_OF.values():
        parameters, theirs = recollection.PRESETS[preset].replace({"pointers.n": 7}), recollection.PRESETS[preset]
        assert is_preset(parameters, theirs)
        assert not is_preset(parameters.replace({"traces.kind": "none"}), theirs)
        assert not is_preset(parameters, None)


def test_a_silent_control_is_none():
    rows = {row.id: row for row in RECALL}
    silent = {name: np.zeros(10) for row in RECALL for name in row.metrics}
    open_path = silent | {metric("spikes", recall="pointer"): np.full(10, 100.0)}
    for name in ("couplings", "traces", "afferents", "weights"):
        row = rows[f"H4.shuffled_{name}"]
        assert not row.check(Metrics(open_path))[1]
        assert row.check(Metrics(open_path | {metric("spikes", recall=f"shuffled_{name}"): np.full(10, 60.0)}))[1]
    assert not rows["H4.closed"].check(Metrics(silent))[1] and rows["H4.closed"].check(Metrics(open_path))[1]


def test_too_few_images_are_refused():
    for module, least in ((imagery, 3), (recall_detail, 4), (image_recall, 2)):
        with pytest.raises(StimulusError, match=f"{least} are needed"):
            remembered(module.Options(), least - 1)


def test_traces_are_shuffled_among_the_synapses_of_each_neuron():
    circuit = recollection.build(recollection.DIGITS.replace(SMALL))
    connection, generator = circuit.connection("pool2_conv3"), np.random.default_rng(1)
    values = generator.random(len(connection.j))
    model = SimpleNamespace(session=SimpleNamespace(rng=lambda _: generator, circuit=circuit))
    mixed = within_afferents(model, State(values={"pool2_conv3.path": values}))["pool2_conv3.path"]
    assert not np.array_equal(mixed, values)
    for target in (0, 5, connection.j.max()):
        mine = connection.j == target
        np.testing.assert_array_equal(np.sort(mixed[mine]), np.sort(values[mine]))


def test_what_is_shuffled_does_not_depend_on_the_order_in_a_file():
    circuit, generator = recollection.build(recollection.DIGITS.replace(SMALL)), np.random.default_rng(1)
    values = {name: generator.random(7) for name in circuit.slow_variables}
    found = []
    for order in (list(values), sorted(values)):  # as simulated, as read from a file
        session = SimpleNamespace(rng=lambda _: np.random.default_rng(2), circuit=circuit)
        model = SimpleNamespace(session=session)
        state = State(values={name: values[name] for name in order})
        found.append(shuffled(model, state, remembering(model, ".path")))
    assert list(values) != sorted(values)
    for name, each in found[0].values.items():
        np.testing.assert_array_equal(each, found[1][name])
        assert np.array_equal(each, values[name]) != name.endswith(".path")


def test_grey_values_are_decoded_from_contrast():
    images = stimuli.digits((28, 28)).select(range(20))
    kernel = centre_surround(7, 1.0, 2.0)
    maps = measures.decoded(contrast(images.images, off=True, threshold=15.0, border=0))
    grey = measures.grey_values(maps, kernel)
    assert grey.shape == maps.shape

    def like(pictures):
        return np.diag(measures.correlations(pictures, images.images))

    assert like(grey).min() > 0.85 > like(maps).mean() and np.median(like(grey)) > 0.9
    assert np.abs(grey).max() < 1000 and np.abs(grey.mean(axis=(1, 2))).max() < 1e-9
    assert not measures.grey_values(np.zeros((1, 8, 6)), kernel).any()


@pytest.mark.cuda
@needs_brian2cuda
def test_a_cuda_program_of_recall_is_generated():
    folder = build(recollection.build(recollection.DIGITS.replace(SMALL)), "cuda", compile_program=False).folder
    written = {path.name for path in (folder / "code" / "code_objects").glob("*.cu")}
    assert {"pool2_conv3_post_recalls_codeobject.cu", "pointers_conv3_pre_codeobject.cu"} <= written


def test_ablations_that_parameters_do_not_have_are_named():
    small = recollection.DIGITS.replace({**SMALL, "backward.offset": 0.1})
    with pytest.raises(ParameterError, match="Ablation 'ohmic' does not fit these parameters; omit it .*concepts both"):
        recall_ablations.check(recall_ablations.Options(), small)


def test_a_reader_reads_classes_at_any_contrast():
    generator = np.random.default_rng(1)
    shapes = generator.normal(size=(3, 8, 8))
    labels = np.repeat(np.arange(3), 20)
    pictures = shapes[labels] + 0.3 * generator.normal(size=(60, 8, 8))
    reader = Reader(pictures, labels)
    assert reader.right(5 * pictures, labels) == 1 and reader.right(-pictures, labels) < 0.5


def test_measures_of_perfect_no_and_wrong_recall():
    pictures = np.random.default_rng(1).random((30, 20, 20))
    originals = measures.edges(pictures)

    def quality(recalled):
        return measures.quality(measures.correlations(recalled, originals))

    perfect = quality(originals)
    assert perfect["correlation"] == pytest.approx(1) and perfect["identified"] == perfect["above_others"] == 1
    assert np.all(perfect["specificity"] > 0.5)
    nothing = quality(np.zeros_like(originals))
    assert nothing["correlation"] == nothing["above_others"] == 0 and np.all(nothing["specificity"] == 0)
    wrong = quality(np.roll(originals, 1, axis=0))
    assert wrong["identified"] == 0 and wrong["specificity"].mean() < 0
    same = quality(np.repeat(originals[:1], 30, axis=0))
    assert abs(same["specificity"].mean()) < 1e-6  # what does not depend on the cue is not specific
    brighter, darker = np.eye(3)[None], np.ones((1, 3, 3))
    np.testing.assert_array_equal(measures.decoded(np.stack([brighter, darker], axis=1)), brighter - darker)
    signed = pictures - 0.5
    np.testing.assert_allclose(measures.similarity(2 * signed, signed), 1)
    assert np.all(measures.similarity(np.zeros_like(signed), signed) < 0.2)
    reinstated = measures.reinstated(np.eye(3), np.eye(3))
    assert reinstated == {"own": 1.0, "others": 0.0}


def test_parts_are_compared_inside_discs():
    pictures = np.random.default_rng(1).random((3, 12, 16))
    at = np.array([[0.25, 0.25, 0.2], [0.5, 1.0, 0.3], [0.75, 0.5, 0.25]])
    discs = measures.discs(at, (12, 16))
    assert [each.sum() for each in discs] == pytest.approx(144 * np.pi * at[:, 2] ** 2, rel=0.15)
    assert discs[1, 5, 11] and discs[1, 6, 12] and not discs[1, 6, 5]
    only_there = np.where(discs, 2 * pictures, 0.0)
    found = measures.correlations_within(only_there, pictures, discs)
    np.testing.assert_allclose(np.diag(found), 1)
    assert np.all(found[~np.eye(3, dtype=bool)] < 0.9)


def test_edges_are_measured_at_the_size_of_the_reference():
    picture = np.zeros((1, 223, 223))
    picture[0, :, 100:] = 1.0
    small = picture[:, ::2, ::2]
    expected = ndimage.gaussian_filter(picture[0], 1.0)
    expected = np.hypot(ndimage.sobel(expected, axis=0), ndimage.sobel(expected, axis=1))
    expected = ndimage.gaussian_filter(expected, 2.0)
    np.testing.assert_allclose(measures.edges(picture)[0], expected[::2, ::2], atol=1e-5)
    assert measures.correlations(measures.edges(small), measures.edges(picture))[0, 0] > 0.95


def test_contrast_is_read_from_first_spikes():
    trains = np.array([[[0, 1, 2, 1 << 9]]])
    np.testing.assert_allclose(measures.contrast_of(trains, 9), [[[0, 1, 0.9, 0.1]]])
