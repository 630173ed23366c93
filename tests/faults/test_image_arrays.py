"""Arrays, image sets, IDX files and maps of contrast: values and headers that were believed without a check."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spiking_engrams import stimuli
from spiking_engrams.errors import EngramWarning, StimulusError

ROWS, COLUMNS = np.mgrid[:24, :32]
GREY = (COLUMNS * 5 + ROWS * 3 + 20).astype(np.uint8)
SIZE = GREY.shape
DEEP = GREY.astype(np.uint16) * 257


# Arrays


@pytest.mark.parametrize("size", [None, (4, 4), (2, 2)])
@pytest.mark.parametrize(
    ("values", "hint"),
    [
        (np.uint16(65535), "white=65535"), (np.uint16(3), "white=65535"), (np.int64(256), "white="),
        (np.float32(np.nan), "outside"), (np.inf, "outside"), (-1.0, "outside"), (np.float64(1e300), "outside"),
        (np.int8(-1), "outside"), (1j, "real numbers"), ("x", "real numbers"), (None, "real numbers"),
    ],
)  # fmt: skip
def test_values_are_checked_before_anything_is_resized(values, hint, size):
    images = np.zeros((2, 4, 4), np.asarray(values).dtype)
    images[1, 2, 2] = values
    with pytest.raises(StimulusError, match=hint):
        stimuli.from_arrays(images, [0, 1], size=size)


def test_a_wrong_image_is_named_by_its_number():
    images = np.zeros((3, 4, 4), np.int64)
    images[2] = 256
    with pytest.raises(StimulusError, match=r"'digit\[2\]' has values outside 0 to 255 \(256 to 256\)"):
        stimuli.from_arrays(images, [0, 1, 1], (2, 2), "digit")


def test_white_scales_arrays_of_every_type():
    deep = stimuli.from_arrays(np.stack([DEEP, DEEP]), [0, 1], size=SIZE, white=65535)
    np.testing.assert_array_equal(np.rint(deep.images[0]), GREY)
    resized = stimuli.from_arrays(np.stack([DEEP, DEEP]), [0, 1], size=(12, 16), white=65535).images
    np.testing.assert_array_equal(resized, stimuli.from_arrays(np.stack([GREY, GREY]), [0, 1], size=(12, 16)).images)
    masks = stimuli.from_arrays(np.stack([GREY, GREY]) > 99, [0, 1])
    assert set(np.unique(masks.images)) == {0, 255}
    third = stimuli.from_arrays(np.full((2, 4, 4), 0.3, np.float32), [0, 1], white=0.3)
    assert third.images.max() == 255
    with pytest.warns(EngramWarning, match="white=1"):
        stimuli.from_arrays(np.stack([GREY, GREY]) / 255, [0, 1])


@pytest.mark.parametrize("white", [0, -1, np.nan, np.inf, "255", True, 1e-300, [255]])
def test_white_is_a_finite_number_above_0(white):
    with pytest.raises(StimulusError, match="value of white"):
        stimuli.from_arrays(np.zeros((2, 4, 4)), [0, 1], white=white)


@pytest.mark.parametrize(
    "labels", [[0], [0, 1, 2], [0, np.nan], [0, "a"], [None, 1], [[1, 0], [0, 1]], 5, [True, 2], [b"a", b"b"], [1j, 2j]]
)
def test_labels_are_one_of_a_kind_for_each_image(labels):
    with pytest.raises(StimulusError, match=r"[Ll]abels"):
        stimuli.from_arrays(np.zeros((2, 4, 4)), labels)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([7, 3], ("3", "7")),
        (["b", "a"], ("a", "b")),
        (np.array([2.5, 1]), ("1.0", "2.5")),
        ([True, False], ("False", "True")),
    ],
)
def test_classes_are_sorted_distinct_labels(labels, classes):
    found = stimuli.from_arrays(np.zeros((2, 4, 4)), labels)
    assert found.classes == classes and found.labels.tolist() == [1, 0]


@pytest.mark.parametrize("images", [np.zeros((2, 0, 4)), np.zeros((2, 4, 0)), [np.zeros((2, 2)), np.zeros((3, 3))],
                                    np.ma.masked_less(np.ones((2, 4, 4)), 2)])  # fmt: skip
def test_images_without_pixels_or_shape_are_refused(images):
    with pytest.raises(StimulusError, match=r"^Images"):
        stimuli.from_arrays(images, [0, 1])


@given(
    images=hnp.arrays(
        st.sampled_from([np.uint8, np.int16, np.uint16, np.float32, np.float64, np.bool_]),
        st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
    ),
    white=st.sampled_from([None, 1, 255, 65535]),
    resized=st.booleans(),
)
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore::spiking_engrams.errors.EngramWarning")
def test_any_array_is_scaled_by_white_or_refused(images, white, resized):
    size = (images.shape[1] + 1, images.shape[2]) if resized else None
    labels = [*range(len(images) - 1), 99]
    scale = white or (1 if images.dtype == bool else 255)
    with np.errstate(over="ignore"):
        single = images.astype(np.float32)
    fits = np.isfinite(single).all() and single.min() >= 0 and single.max() <= scale
    try:
        found = stimuli.from_arrays(images, labels, size, white=white)
    except StimulusError:
        assert not fits or len(images) == 1 or (images.dtype == np.uint16 and white is None)
    else:
        assert fits
        if not resized:
            np.testing.assert_allclose(found.images, single * (255 / scale), rtol=1e-5)


# Image sets


def test_image_sets_are_checked():
    ok = {"images": np.zeros((2, 3, 3)), "labels": [0, 1], "classes": ("a", "b"), "names": ("x", "y")}
    for change, message in (
        ({"names": ("x",)}, r"1 were given"), ({"classes": ("a", "a")}, "Two classes are called 'a'"),
        ({"classes": (1, 2)}, "not a string"), ({"labels": [0, 2]}, "label 2"), ({"labels": [0, -1]}, "label -1"),
        ({"labels": [0.0, 1.0]}, "type float64"), ({"images": np.zeros((2, 0, 3))}, "no image"),
        ({"images": np.zeros((0, 3, 3)), "labels": np.zeros(0, int), "names": ()}, "no image"),
        ({"images": np.full((2, 3, 3), 256.0)}, "outside"), ({"images": np.full((2, 3, 3), 1j)}, "real numbers"),
    ):  # fmt: skip
        with pytest.raises(StimulusError, match=message):
            stimuli.ImageSet(**{**ok, **change})
    found = stimuli.ImageSet(**ok)
    for index in ([], [True, False], [0.5], [2], [-3], [[0]], ["a"]):
        with pytest.raises(StimulusError, match="select"):
            found.select(index)
    assert found.select([1, -1]).names == ("y", "y")
    with pytest.raises(StimulusError, match="were requested"):
        found.select([0, 0, 1, 1]).split(1.0, np.random.default_rng(1))


# IDX


def idx(shape, data, kind=8):
    """Return bytes in IDX format, whatever the shape says."""
    return bytes((0, 0, kind, len(shape))) + b"".join(struct.pack(">I", n) for n in shape) + data


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx((2**31, 2**31, 4), b"1234"), "incomplete"), (idx((2**32 - 1,) * 3, b""), "incomplete"),
        (idx((2, 2, 2), bytes(7)), "incomplete"), (idx((2, 2, 2), bytes(9)), "more bytes"),
        (idx((2, 2, 2), bytes(8), kind=0x0D), "not an IDX file of unsigned bytes"),
        (idx((0, 2**32 - 1, 2**32 - 1), b""), "is empty"),
        (idx((2, 2, 2), b"")[:9], "not an IDX file"), (b"", "not an IDX file"), (b"\0\0", "not an IDX file"),
        (idx((2, 2, 2), bytes(10**7)), "more bytes"),
    ],
)  # fmt: skip
def test_idx_headers_are_not_believed(tmp_path, content, message, zipped):
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(StimulusError, match=f"images'.*{message}"):
        stimuli.from_idx(path, path)


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-9], lambda d: d + b"garbage", lambda d: d[:-6] + b"\0\0" + d[-4:], lambda d: d[:12]]
)
def test_damaged_gzip_is_named(tmp_path, damage):
    path = tmp_path / "images.gz"
    path.write_bytes(damage(gzip.compress(idx((2, 2, 2), bytes(range(8))))))
    with pytest.raises(StimulusError, match=r"images.gz' cannot be read"):
        stimuli.from_idx(path, path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=40), header=st.booleans(), zipped=st.booleans())
def test_any_bytes_are_an_idx_file_or_refused(tmp_path, content, header, zipped):
    path = tmp_path / "images"
    content = bytes((0, 0, 8, 3)) + content if header else content
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(StimulusError, match="images'"):  # as labels, at the latest
        stimuli.from_idx(path, path)


# Latencies


def test_latencies_need_finite_maps_and_steps_that_can_be_counted():
    maps = np.ones((2, 1, 3, 3))
    for n_bins in (0, -1, 2.5, np.nan, 40_000):
        with pytest.raises(StimulusError, match="steps"):
            stimuli.latencies(maps, n_bins)
    for value in (np.nan, np.inf):
        maps[1, 0, 1, 1] = value
        with pytest.raises(StimulusError, match="image 1' is not finite"):
            stimuli.latencies(maps, 5)
    for wrong in (maps[0], maps + 1j, maps > 0, maps.astype(str)):
        with pytest.raises(StimulusError, match=r"give numbers of shape \(n"):
            stimuli.latencies(wrong, 5)
    assert stimuli.latencies(maps[:0], 5).shape == (0, 1, 3, 3)
    assert (stimuli.latencies(-maps[:1] + 2 * np.eye(3), 32_767) >= 0).sum() == 3
