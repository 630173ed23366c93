"""Recall of images as a protocol, on a small network, and its measures."""

import numpy as np
import pytest

from networks import recollection
from networks.recollection import measures
from spiking_engrams.experiment import Request, execute

SMALL = {
    "height": 16, "width": 16, "max_images": 60, "pointers.n": 6,
    "learning.images": "60 60 10", "learning.doubling": 20,
    "layers": "conv 6 x 5 > 8 learn > 8 winners 4 radius 2; pool 2 / 2 exclusive; "
    "conv 8 x 3 > 2 learn > 4 winners 4 radius 1; pool 2 / 2; conv 4 x 3 > inf learn > 4 winners 4 radius 1",
}  # fmt: skip


@pytest.mark.cpp
@pytest.mark.slow
def test_images_come_back_from_their_pointers(needs_compiler, tmp_path):
    request = Request(
        protocol="protocols.image_recall",
        network="networks.recollection",
        target="cpp",
        parameters=recollection.DIGITS.replace(SMALL).to_dict(),
        options={"n_train": 6, "n_test": 4, "n_episodes": 6, "n_others": 5},
    )
    folder = execute(request, tmp_path / "run")
    assert folder.metric("digits_closed_correlation")[0] == 0
    assert folder.metric("digits_pointer_specificity")[0] > 0.02  # a tiny network
    assert abs(folder.metric("digits_shuffled_couplings_specificity")[0]) < 0.2
    assert {"recalled", "timeline"} <= {path.stem for path in (folder.path / "figures").glob("*.png")}


def test_measures_of_perfect_no_and_wrong_recall():
    originals = measures.edges(np.random.default_rng(1).random((30, 20, 20)))
    perfect = measures.quality(originals, originals)
    assert perfect["correlation"] == pytest.approx(1) and perfect["identified"] == perfect["above_others"] == 1
    assert np.all(perfect["specificity"] > 0.5)
    nothing = measures.quality(np.zeros_like(originals), originals)
    assert nothing["correlation"] == nothing["above_others"] == 0 and np.all(nothing["specificity"] == 0)
    wrong = measures.quality(np.roll(originals, 1, axis=0), originals)
    assert wrong["identified"] == 0 and wrong["specificity"].mean() < 0
    same = measures.quality(np.repeat(originals[:1], 30, axis=0), originals)
    assert abs(same["specificity"].mean()) < 1e-12  # what does not depend on the cue is not specific
    brighter, darker = np.eye(3)[None], np.ones((1, 3, 3))
    np.testing.assert_array_equal(measures.decoded(np.stack([brighter, darker], axis=1)), brighter - darker)
