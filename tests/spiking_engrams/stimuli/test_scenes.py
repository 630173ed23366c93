"""Scenes show what their labels say, at every size; their edits change what they should and nothing else."""

import colorsys
import dataclasses
from itertools import combinations

import numpy as np
import pytest

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli import (
    SHAPES,
    Factors,
    Scenes,
    blur_discs,
    draw_factors,
    draw_scenes,
    object_discs,
    occlude,
    random_squares,
    render,
    zoom,
)
from spiking_engrams.stimuli.scene_geometry import ORIENTATIONS, SCALES, surfaces
from spiking_engrams.stimuli.scenes import N_SCENES

SIZES = (16, 32)
HUES = np.arange(10)
SOME = {
    "label_floor_hue": 3, "label_wall_hue": 6, "label_object_hue": 0, "label_scale": 7, "label_shape": 2,
    "label_orientation": 7,
}  # fmt: skip


def factors(**changes):
    """Return factors of scenes that differ from one scene in the given labels only."""
    return Factors(**{**SOME, **changes})


def hue(pixel):
    """Return the hue of a pixel in tenths of the circle."""
    return colorsys.rgb_to_hsv(*pixel.tolist())[0] * 10


def reddish(images):
    """Return which pixels show a red object before blue walls and a green floor."""
    return images.argmax(axis=-1) == 0


def extent(images, axis):
    """Return in how many columns (axis 1) or rows (axis 2) each image shows the red object."""
    return reddish(images).any(axis=axis).sum(axis=1)


def corner_column(image):
    """Return where the brightness of the walls steps most, along the upper edge of an image."""
    return int(np.abs(np.diff(image[0].sum(axis=-1))).argmax())


# Factors


def test_labels_are_those_of_the_original_data():
    drawn = draw_factors(2000, np.random.default_rng(1))
    assert list(drawn.labels) == list(SOME)
    assert drawn.table.min(axis=0).tolist() == [0] * 6
    assert drawn.table.max(axis=0).tolist() == [9, 9, 9, 7, 3, 14]
    assert SHAPES == ("cube", "cylinder", "sphere", "capsule")
    assert (SCALES[0], SCALES[7], ORIENTATIONS[0], ORIENTATIONS[14]) == (0.75, 1.25, -30, 30)


def test_scenes_are_numbered_with_the_orientation_first():
    assert factors(label_orientation=[0, 1, 14]).numbers.tolist() == [173250, 173251, 173264]
    assert Factors(0, 0, 0, 0, 1, 0).numbers.tolist() == [15]
    assert Factors(9, 9, 9, 7, 3, 14).numbers.tolist() == [N_SCENES - 1]


def test_draws_are_seeded_and_do_not_repeat():
    first, same, other = (draw_factors(5000, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.table, same.table) and not np.array_equal(first.table, other.table)
    assert len(set(first.numbers.tolist())) == 5000
    counts = np.bincount(first.label_shape)
    assert np.all(np.abs(counts - 1250) < 5 * np.sqrt(1250))


def test_all_scenes_can_be_drawn():
    numbers = draw_factors(N_SCENES, np.random.default_rng(1)).numbers
    assert np.array_equal(np.sort(numbers), np.arange(N_SCENES))


def test_factors_return_from_their_table():
    drawn = draw_factors(20, np.random.default_rng(1))
    assert np.array_equal(Factors(*drawn.table.T).table, drawn.table)
    assert np.array_equal(drawn.select([3, -1, 3]).table, drawn.table[[3, -1, 3]])


# Images


@pytest.mark.parametrize("size", [16, 20, 32, 64])
def test_images_have_their_size_and_range(size):
    images = draw_scenes(20, size, np.random.default_rng(1)).images
    assert images.shape == (20, size, size, 3) and images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 1 and images.std() > 0.2


def test_the_same_factors_give_the_same_image_in_any_company():
    drawn = draw_factors(30, np.random.default_rng(1))
    images = render(drawn, 16)
    assert np.array_equal(images, render(drawn, 16))
    assert np.array_equal(images[::-1], render(drawn.select(np.arange(30)[::-1]), 16))
    assert len(np.unique(images.reshape(30, -1), axis=0)) == 30
    images[:] = 0  # the caller's own
    assert render(drawn, 16).any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", range(4))
def test_hues_are_those_of_the_labels(size, shape):
    scenes = factors(
        label_floor_hue=HUES, label_wall_hue=(HUES + 3) % 10, label_object_hue=(HUES + 6) % 10, label_shape=shape,
        label_orientation=HUES,
    )  # fmt: skip
    middle = size // 2
    for image, floor, wall, thing in zip(render(scenes, size), *scenes.table.T[:3], strict=True):
        seen = [hue(image[place]) for place in ((-1, 0), (0, 0), (0, -1), (middle, middle))]
        assert seen == pytest.approx([floor, wall, wall, thing], abs=1e-3)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", range(4))
def test_the_object_grows_with_scale(size, shape):
    images = render(factors(label_scale=np.arange(8), label_shape=shape), size)
    areas = reddish(images).sum(axis=(1, 2))
    assert np.all(np.diff(areas) >= 0)
    assert areas[7] / areas[0] == pytest.approx((1.25 / 0.75) ** 2, rel=0.25)
    assert np.all(np.diff(extent(images, axis=2)) >= 0) and np.all(np.diff(extent(images, axis=1)) >= 0)


@pytest.mark.parametrize("size", SIZES)
def test_shapes_differ_at_every_scale_and_orientation(size):
    """Two shapes differ more, per pixel of the smaller one, than an eighth of full brightness."""
    for scale in (0, 3, 7):
        for orientation in (0, 7, 14):
            images = render(factors(label_shape=range(4), label_scale=scale, label_orientation=orientation), size)
            area = reddish(images).sum(axis=(1, 2)).min()
            for one, other in combinations(images.astype(float), 2):
                assert np.abs(one - other).max(axis=-1).sum() / area > 1 / 8


def test_shapes_have_their_outlines():
    images = render(factors(label_shape=range(4)), 32)
    widths, heights = extent(images, axis=1), extent(images, axis=2)
    filled = reddish(images).sum(axis=(1, 2)) / (widths * heights)
    rows = [thing[thing > 0] for thing in reddish(images).sum(axis=2)]  # width of each row
    assert widths[2] == heights[2] and filled[2] == pytest.approx(np.pi / 4, rel=0.06)  # a disc
    assert heights[3] > 1.6 * widths[3] and rows[3][0] < widths[3]  # tall, with round ends
    assert np.all(rows[1][3:-7] >= widths[1] - 1)  # straight sides
    assert filled[0] < 0.85 and rows[0][-1] <= 4  # a cube, seen towards an edge, stands on a point


@pytest.mark.parametrize("size", SIZES)
def test_the_corner_moves_with_the_orientation(size):
    images = render(factors(label_orientation=np.arange(15), label_scale=0), size)
    columns = [corner_column(image) for image in images]
    assert np.all(np.diff(columns) <= 0) or np.all(np.diff(columns) >= 0)
    assert abs(columns[14] - columns[0]) > size / 2
    assert len(np.unique(images.reshape(15, -1), axis=0)) == 15


def test_a_cube_turns_with_the_room():
    """The edge between its bright and its dark side moves across it."""
    images = render(factors(label_shape=0, label_orientation=np.arange(0, 15, 2)), 32)
    row = [np.where(thing[18], image[18, :, 0], np.nan) for image, thing in zip(images, reddish(images), strict=True)]
    edges = [int(np.nanargmin(np.diff(values[np.isfinite(values)][1:-1]))) for values in row]
    assert np.all(np.diff(edges) < 0) and edges[0] - edges[-1] > 8


def test_shares_of_surfaces_are_kept_and_read_only():
    shares = surfaces(16, 0, 0, 0)
    assert shares is surfaces(16, 0, 0, 0) and shares.min() >= 0 and shares.sum(axis=-1).max() <= 1 + 1e-6
    with pytest.raises(ValueError, match="read-only"):
        shares[0] = 1


# Edits


@pytest.fixture(scope="module")
def scenes():
    return draw_scenes(12, 32, np.random.default_rng(3))


def test_zoom_changes_the_size_of_the_object(scenes):
    images = render(factors(label_scale=4), 32)
    area = {percent: reddish(zoom(images, percent)).sum() for percent in (60, 80, 100, 125)}
    for percent in (60, 80, 125):
        assert area[percent] / area[100] == pytest.approx((percent / 100) ** 2, rel=0.1)
    assert np.allclose(zoom(scenes.images, 100), scenes.images, atol=1e-6)


def test_zooming_out_repeats_the_edge(scenes):
    small = zoom(scenes.images, 50)
    assert small.shape == scenes.images.shape
    assert np.allclose(small[:, 0, :7], scenes.images[:, :1, 0:1][:, 0], atol=1e-6)
    assert np.allclose(small[:, :7, 15], small[:, :1, 15], atol=1e-6)
    assert np.allclose(zoom(np.full((1, 16, 16, 3), 0.3), 37), 0.3)


def test_an_opaque_square_is_white_and_all_else_unchanged(scenes):
    changed = occlude(scenes.images, [[4, 20]], side=8)
    assert np.all(changed[:, 4:12, 20:28] == 1)
    outside = np.ones((32, 32), bool)
    outside[4:12, 20:28] = False
    assert np.array_equal(changed[:, outside], scenes.images[:, outside])


def test_transparent_squares_blend(scenes):
    rng = np.random.default_rng(1)
    corners, opacity = random_squares(12, 32, rng), rng.random((12, 3))
    changed = occlude(scenes.images, corners, opacity=opacity)
    expected = scenes.images.copy()
    for image, places, shares in zip(expected, corners, opacity, strict=True):
        for (row, column), share in zip(places, shares, strict=True):
            part = image[row : row + 4, column : column + 4]
            part[:] = share + (1 - share) * part
    assert np.allclose(changed, expected, atol=1e-6)
    assert np.array_equal(occlude(scenes.images, corners, opacity=0), scenes.images)


def test_random_squares_reach_every_edge():
    corners = random_squares(500, 16, np.random.default_rng(1), n_squares=2, side=5)
    assert corners.shape == (500, 2, 2) and corners.min() == 0 and corners.max() == 11


def test_a_blurred_object_is_blurred_only_there(scenes):
    centres, radii = object_discs(scenes.factors, 32)
    changed = blur_discs(scenes.images, centres, radii, sigma=2.0)
    rows, columns = np.indices((32, 32))
    for image, blurred, (row, column), radius in zip(scenes.images, changed, centres, radii, strict=True):
        distance = np.hypot(rows - row, columns - column)
        assert np.array_equal(image[distance > radius + 0.5], blurred[distance > radius + 0.5])
        inside = distance < radius - 0.5
        assert image[inside].std() > blurred[inside].std()


def test_edits_do_not_change_what_they_are_given(scenes):
    before = scenes.images.copy()
    for edited in (
        occlude(scenes.images, [[0, 0]]), zoom(scenes.images, 100), zoom(scenes.images, 80),
        blur_discs(scenes.images, (16, 16), 8, sigma=1.0),
    ):  # fmt: skip
        edited[:] = 0
        assert np.array_equal(scenes.images, before)
    changed = dataclasses.replace(scenes, images=zoom(scenes.images, 80))
    assert changed.names == scenes.names and len(changed.select([0, 5])) == 2


# Errors


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: render(factors(), 8), "width of scenes in pixels is 8; expected .*16.*64"),
        (lambda: render(factors(), 100), "at most 64"),
        (lambda: render(factors(), 16.5), "expected a whole number"),
        (lambda: render(np.zeros((1, 6)), 16), "expected a Factors"),
        (lambda: factors(label_shape=4), "label_shape 4; allowed are the whole numbers from 0 to 3"),
        (lambda: factors(label_scale=[0, -1]), "label_scale -1; .* 0 to 7"),
        (lambda: factors(label_wall_hue=2.5), "label_wall_hue 2.5"),
        (lambda: factors(label_wall_hue="red"), "label_wall_hue"),
        (lambda: factors(label_wall_hue=[1, 2], label_scale=[1, 2, 3]), r"label_scale \(3,\)"),
        (lambda: factors(label_shape=[]), r"label_shape \(0,\).*n from 1"),
        (lambda: factors(label_shape=[[1]]), r"label_shape \(1, 1\)"),
        (lambda: factors().select([1]), "There are 1 scenes; select some by whole numbers from 0 to 0"),
        (lambda: factors().select([True]), "turns a mask into these"),
        (lambda: draw_factors(480_001, np.random.default_rng(1)), "480001; expected .*at most 480,000"),
        (lambda: draw_factors(0, np.random.default_rng(1)), "at least 1"),
        (lambda: draw_factors(5, 1), "generator is 1; expected a Generator"),
        (lambda: Scenes(np.zeros((2, 16, 16, 3)), factors()), "2 images and factors of 1"),
        (lambda: Scenes(np.zeros((1, 16, 16)), factors()), r"shape \(1, 16, 16\); give \(n, size, size, 3\)"),
        (lambda: zoom(np.full((1, 16, 16, 3), 2.0), 80), "values outside 0 to 1"),
        (lambda: zoom(np.full((1, 16, 16, 3), np.nan), 80), "values outside 0 to 1"),
        (lambda: zoom(np.zeros((1, 16, 16, 3)), 0), "percent is 0"),
        (lambda: occlude(np.zeros((1, 16, 16, 3)), [[0, 15]]), "begins at 15; give whole numbers from 0 to 14"),
        (lambda: occlude(np.zeros((1, 16, 16, 3)), [0, 15]), r"corners have shape \(2,\)"),
        (lambda: occlude(np.zeros((1, 16, 16, 3)), [[0, 0]], opacity=2), "opacity goes from 2 to 2"),
        (lambda: occlude(np.zeros((1, 16, 16, 3)), [[0, 0]], opacity=[1, 1]), r"opacity has shape \(2,\)"),
        (lambda: occlude(np.zeros((1, 16, 16, 3)), [[0, 0]], side=17), "width of squares in pixels is 17"),
        (lambda: blur_discs(np.zeros((1, 16, 16, 3)), (8, 8), -1, 1.0), "radius of -1"),
        (lambda: blur_discs(np.zeros((1, 16, 16, 3)), (8, 8), [1, 2], 1.0), r"radii \(2,\)"),
        (lambda: blur_discs(np.zeros((1, 16, 16, 3)), (8, 8), 3, 0), "sigma is 0"),
        (lambda: object_discs(factors(), 200), "at most 64"),
        (lambda: random_squares(1, 16, np.random.default_rng(1), n_squares=0), "n_squares is 0"),
    ],
)
def test_errors_say_what_is_allowed(attempt, message):
    with pytest.raises(StimulusError, match=message):
        attempt()
