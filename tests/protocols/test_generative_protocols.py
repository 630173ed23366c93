"""Protocols of the generative network run at a small size; what they show is judged at full size only."""

import numpy as np
import pytest
from PIL import Image
from runs import run_as_planned

from networks.generative import Parameters
from networks.generative.readout import Recalled
from protocols.generative import data, measures
from protocols.generative.construction import Options
from protocols.generative.prototypical_distortion import distortion
from protocols.generative.starting import starting
from spiking_engrams.errors import ParameterError, StimulusError
from spiking_engrams.experiment.experiment import Request
from spiking_engrams.schedule.life import Draws

NETWORK = {"teacher.memories": 30, "max_images": 40, "student.latents": 4, "student.copies": 4}
TINY = {
    "construction": {"n_test": 40, "n_cues": 5, "replays": (2, 4), "n_labels": 20, "n_draws": 2},
    "prototypical_distortion": {"n_test": 40, "replays": 4},
    "latent_space": {"n_test": 30, "replays": 4, "n_pairs": 2, "n_between": 3, "n_sums": 4},
    "imagination": {"n_test": 30, "replays": 4, "n_labels": 20, "n_imagined": 2},
    "latent_few_shot": {"n_test": 40, "replays": 4, "n_draws": 2},
    "amnesia": {"n_test": 40, "n_cues": 5, "replays": (2, 4), "n_labels": 20, "n_draws": 2},
}


@pytest.mark.parametrize("name", TINY)
def test_protocols_run_and_are_drawn_again(name, needs_compiler, tmp_path):
    parameters = Parameters().replace(NETWORK)
    request = Request(name, "generative", parameters=parameters.to_dict(), options=TINY[name])
    folder = run_as_planned(request, tmp_path / "run")
    assert folder.summary["metrics"] and len(sorted((folder.path / "figures").glob("*.png"))) >= 2
    rows = folder.summary["phenomena"]
    assert rows and {row["passed"] for row in rows} == {None}
    assert not [row["value"] for row in rows if "raised" in row["value"]]


def test_memories_and_test_images_differ():
    found = [data.load(Options(), Parameters(), Draws(seed)) for seed in (1, 2)]
    for each in found:
        stored = {image.tobytes() for image in each.memories}
        assert not stored & {image.tobytes() for image in each.test}
        assert each.memories.shape == (500, 8, 8) and each.test.shape == (500, 8, 8) and each.known_as == "digits"
    assert not np.array_equal(found[0].memories, found[1].memories)


def test_a_users_folder_sets_size_memories_and_labels(tmp_path):
    generator = np.random.default_rng(3)
    for name in ("cat", "cup", "key"):
        (tmp_path / name).mkdir()
        for k in range(24):
            Image.fromarray(generator.integers(0, 256, (40, 20), dtype=np.uint8)).save(tmp_path / name / f"{k}.png")
    options = Options(images=str(tmp_path), n_test=20)
    p, said = starting("generative", "", options, ["student.latents=5"])
    assert (p.height, p.width, p.teacher.memories, p.student.labels, p.student.latents) == (23, 11, 48, 10, 5)
    assert p.teacher.drive == 2.01 and "72 images, seen at 11 x 23 pixels; 48 of them are stored" in said
    found = data.load(options, p, Draws(1))
    assert found.memories.shape == (48, 23, 11) and found.test.shape == (20, 23, 11) and found.known_as == "own"
    assert starting("generative", "", Options(), ())[1] == ""


def test_cues_have_the_same_share_of_masked_pixels():
    _, cues = data.cued(Options(masked=0.95), np.ones((9, 8, 8)), Draws(1))
    assert ((cues < 0).sum(axis=(1, 2)) == 61).all()
    _, cues = data.cued(Options(masked=0.95), np.ones((9, 2, 2)), Draws(1))
    assert ((cues < 0).sum(axis=(1, 2)) == 3).all()


def test_wrong_options_are_refused():
    with pytest.raises(StimulusError, match="There are 1000 training images and 1001 assemblies"):
        data.load(Options(), Parameters().replace({"teacher.memories": 1001}), Draws(1))
    with pytest.raises(StimulusError, match="protocol.n_test is 600; at most 500 images"):
        data.load(Options(n_test=600), Parameters(), Draws(1))
    with pytest.raises(ParameterError, match="synapses, about .* GB"):
        Parameters().replace({"teacher.memories": 100_000, "teacher.cells": 20})
    for replays in ((), (0, 10), (10, 10), (1.5,)):
        with pytest.raises(ParameterError, match="increasing whole numbers from 1"):
            Options(replays=replays)


def test_measures():
    images = np.random.default_rng(1).random((4, 2, 2))
    found = Recalled(np.array([[9, 1, 0, 0], [0, 0, 0, 0], [0, 2, 2, 0], [0, 0, 0, 3]]), images)
    assert found.winner.tolist() == [0, -1, 1, 3]
    measured = measures.replay(found)
    assert (measured["single"], measured["silent"], measured["distinct"]) == (0.5, 0.25, 0.75)
    assert measured["entropy"] == pytest.approx(1.0)
    assert measures.correlations(found, images, np.array([0, -1, 2, 3])) == pytest.approx([1, 0, 1, 1])
    labels = np.array([0, 0, 1, 1])
    all_pixels = np.ones((2, 2, 2), bool)
    assert measures.identified(images[[2, 1]], images, np.array([2, 0]), all_pixels) == 0.5
    assert measures.frechet(images.repeat(9, axis=0), images.repeat(9, axis=0), 3) == pytest.approx(0, abs=1e-6)
    assert measures.neighbours(images, images) < 1e-6
    assert measures.error(measures.by_components(images, images, 3), images) == pytest.approx(0, abs=1e-12)
    halved = images.reshape(2, 2, 2, 2)
    halved = (halved + halved.mean(axis=1, keepdims=True)).reshape(4, 2, 2) / 2
    shrunk = distortion(halved, images, labels)
    assert shrunk["variance_ratio"] == pytest.approx(0.25) and shrunk["classes_shrunk"] == 1
