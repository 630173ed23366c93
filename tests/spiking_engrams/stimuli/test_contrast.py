"""Contrast at the edge of an image: an image of one grey value is silent at every size and with every preset."""

import numpy as np
import pytest

from networks import naming, recollection
from spiking_engrams.stimuli import contrast

PRESETS = {
    f"{network.__name__}.{name}": preset
    for network in (naming, recollection)
    for name, preset in network.PRESETS.items()
}
GREYS = np.array([0, 1, 64, 128, 200, 255], np.float32)


def maps(preset, images, **changes):
    eye = preset.retina
    how = {
        "size": eye.filter_size, "sigma_centre": eye.sigma_centre, "sigma_surround": eye.sigma_surround,
        "off": preset.channels == 2, "threshold": eye.threshold, "border": eye.border,
        "normalisation": eye.normalisation,
    }  # fmt: skip
    return contrast(images, **{**how, **changes})


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_an_image_of_one_grey_value_is_silent_with_every_preset(preset):
    images = np.broadcast_to(GREYS[:, None, None], (len(GREYS), preset.height, preset.width))
    assert not maps(preset, images).any()
    assert not maps(preset, images, border=0, threshold=0.0).any()  # whatever else a user sets


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (3, 3), (7, 5), (40, 64)])
@pytest.mark.parametrize("normalisation", [0, 2])
def test_it_is_silent_at_every_size(size, normalisation):
    images = np.broadcast_to(GREYS[:, None, None], (len(GREYS), *size))
    assert not contrast(images, off=True, threshold=0.0, border=0, normalisation=normalisation).any()


def test_the_edge_of_an_image_answers_as_its_inside():
    stripes = np.tile(np.repeat([0.0, 255.0], 4), 4)[None, :] * np.ones((16, 1))
    seen = contrast(stripes[None], border=0)[0, 0]
    assert np.allclose(seen, seen[8], atol=1e-3)  # upper and lower edges cut stripes, and add nothing to them
