"""Images as stimuli: reading, contrast, latency code, and what is said about bad input."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from places import DATA

from spiking_engrams import stimuli
from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.contrast import centre_surround

SIZE = (20, 30)


def write_images(folder, classes=("cat", "dog"), n=2, size=(40, 25)):
    """Write random grey PNG files, one folder per class; return the folder."""
    generator = np.random.default_rng(1)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for k in range(n):
            pixels = generator.integers(0, 256, size=size[::-1], dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{k}.png")
    return folder


def idx(values, n_dimensions):
    """Return bytes in IDX format."""
    shape = b"".join(int(n).to_bytes(4, "big") for n in values.shape)
    return bytes((0, 0, 8, n_dimensions)) + shape + values.astype(np.uint8).tobytes()


@pytest.fixture
def pair(tmp_path):
    """Paths of an image and a label file, gzipped and plain."""
    pixels, labels = np.arange(6 * 4 * 5).reshape(6, 4, 5), np.array([3, 7, 3, 7, 7, 3])
    images, classes = tmp_path / "images.gz", tmp_path / "labels"
    images.write_bytes(gzip.compress(idx(pixels, 3)))
    classes.write_bytes(idx(labels, 1))
    return images, classes, pixels, labels


def test_folder_gives_classes_in_order_and_resized_images(tmp_path):
    found = stimuli.from_folder(write_images(tmp_path), SIZE)
    assert found.images.shape == (4, *SIZE)
    assert found.classes == ("cat", "dog")
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.names[2] == str(Path("dog") / "0.png")


def test_images_of_the_right_size_are_not_touched(tmp_path):
    folder = write_images(tmp_path, size=SIZE[::-1])
    found = stimuli.from_folder(folder, SIZE)
    np.testing.assert_array_equal(found.images[0], np.asarray(Image.open(folder / "cat" / "0.png")))


@pytest.mark.parametrize(
    ("mode", "resized", "as_it_is"),
    [
        ("L", "333df296734c1d03", "862805c28033248d"),
        ("LA", "2a93dd287e22b7bb", "df78e4684b622cef"),
        ("RGB", "7aa62a019214e70e", "a4670a77f9a19bd8"),
        ("RGBA", "7862e6fadf3c50f0", "612d82114dc03ff8"),
    ],
)
def test_ordinary_images_are_read_as_ever(tmp_path, mode, resized, as_it_is):
    """Digests are those of the reader as it was before images of other depths were read."""
    y, x = np.mgrid[:45, :64]
    bands = [127.5 + 127.5 * np.sin(x / (3 + b) + y / (5 - b)) for b in range(4)]
    pixels = np.rint(np.stack(bands, -1)).astype(np.uint8)
    picture = Image.fromarray(
        {"L": pixels[..., 0], "LA": pixels[..., :2], "RGB": pixels[..., :3], "RGBA": pixels}[mode]
    )
    for name in "ab":
        (tmp_path / name).mkdir()
        picture.save(tmp_path / name / "x.png")
    for size, digest in ((SIZE, resized), (y.shape, as_it_is)):
        found = stimuli.from_folder(tmp_path, size).images[0]
        assert hashlib.sha256(found.tobytes()).hexdigest()[:16] == digest


def test_what_is_transparent_is_white(tmp_path):
    folder = write_images(tmp_path, size=SIZE[::-1])
    drawn = np.zeros((*SIZE, 4), np.uint8)
    drawn[2:4, 2:4, 3] = 255
    Image.fromarray(drawn).save(folder / "cat" / "0.png")
    found = stimuli.from_folder(folder, SIZE).images[0]
    assert np.all(found[2:4, 2:4] == 0) and found.sum() == 255 * (found.size - 4)


def test_idx_files(pair):
    images, labels, pixels, given = pair
    found = stimuli.from_idx(images, labels)
    np.testing.assert_array_equal(found.images, pixels)
    assert [int(found.classes[k]) for k in found.labels] == given.tolist()
    assert stimuli.from_idx(images, labels, size=(8, 8)).size == (8, 8)


def test_digits_of_scikit_learn():
    found = stimuli.digits((16, 16))
    assert found.images.shape == (1797, 16, 16)
    assert found.images.max() == 255
    assert len(found.classes) == 10


def test_split_takes_a_number_per_class_and_leaves_the_rest():
    whole = stimuli.digits()
    train, test = whole.split(5, np.random.default_rng(1))
    assert np.bincount(train.labels).tolist() == [5] * 10
    assert sorted([*train.names, *test.names]) == sorted(whole.names)
    again, _ = whole.split(5, np.random.default_rng(1))
    assert train.names == again.names
    assert len(np.unique(train.labels[:10])) > 1  # mixed, not class by class
    with pytest.raises(StimulusError, match=r"class '8' has 174, of which 1 to 173"):
        whole.split(174, np.random.default_rng(1))
    with pytest.raises(StimulusError, match=r"has 1 image\(s\); give at least two"):
        whole.select([0, *np.flatnonzero(whole.labels != whole.labels[0])]).split(1, np.random.default_rng(1))


def test_bad_folders_are_named(tmp_path):
    with pytest.raises(StimulusError, match=r"nowhere' is not a folder"):
        stimuli.from_folder(tmp_path / "nowhere", SIZE)
    (tmp_path / "flat").mkdir()
    with pytest.raises(StimulusError, match=r"flat' holds no folders"):
        stimuli.from_folder(tmp_path / "flat", SIZE)
    with pytest.raises(StimulusError, match=r"only 'cat' was given"):
        stimuli.from_folder(write_images(tmp_path / "one", classes=("cat",)), SIZE)
    (write_images(tmp_path / "empty") / "bird").mkdir()
    with pytest.raises(StimulusError, match=r"bird' holds no images; allowed are .bmp"):
        stimuli.from_folder(tmp_path / "empty", SIZE)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n and then nothing"])
def test_an_unreadable_image_is_named(tmp_path, content):
    (write_images(tmp_path) / "dog" / "bad.png").write_bytes(content)
    with pytest.raises(StimulusError, match=r"bad.png' cannot be read"):
        stimuli.from_folder(tmp_path, SIZE)


def test_bad_idx_files_are_named(pair, tmp_path):
    images, labels, _, _ = pair
    with pytest.raises(StimulusError, match=r"labels' is not an IDX file of unsigned bytes with 3 dimension"):
        stimuli.from_idx(labels, images)
    with pytest.raises(StimulusError, match=r"missing' cannot be read"):
        stimuli.from_idx(tmp_path / "missing", labels)
    (tmp_path / "cut.gz").write_bytes(images.read_bytes()[:-12])
    with pytest.raises(StimulusError, match=r"cut.gz' cannot be read"):
        stimuli.from_idx(tmp_path / "cut.gz", labels)
    (tmp_path / "short").write_bytes(labels.read_bytes()[:-1])
    with pytest.raises(StimulusError, match=r"short' is incomplete: 13 bytes for the shape \(6,\)"):
        stimuli.from_idx(images, tmp_path / "short")
    (tmp_path / "fewer").write_bytes(idx(np.array([1, 2]), 1))
    with pytest.raises(StimulusError, match=r"6 images, .*fewer' 2 labels"):
        stimuli.from_idx(images, tmp_path / "fewer")


def test_bad_arrays_are_refused():
    ok = np.zeros((2, 4, 4))
    with pytest.raises(StimulusError, match=r"shape \(4, 4\)"):
        stimuli.from_arrays(ok[0], [0, 1])
    with pytest.raises(StimulusError, match=r"labels \(3,\)"):
        stimuli.from_arrays(ok, [0, 1, 1])
    with pytest.raises(StimulusError, match=r"'image\[1\]' has values outside 0 to 255"):
        stimuli.from_arrays(np.stack([ok[0], ok[0] - 1]), [0, 1])
    with pytest.raises(StimulusError, match=r"'image\[0\]' has values outside"):
        stimuli.from_arrays(np.full((2, 4, 4), np.nan), [0, 1])
    with pytest.raises(StimulusError, match="There is no image"):
        stimuli.from_arrays(ok[:0], [])


def test_filter_is_balanced_and_answers_to_contrast_of_its_sign():
    kernel = centre_surround(7, 1.0, 2.0)
    assert abs(kernel.sum()) < 1e-12
    assert kernel.max() == kernel[3, 3] == 1
    images = np.full((2, 21, 21), 100.0)
    images[0, 10, 10] = 200.0  # a bright point
    images[1, 10, 10] = 0.0  # a dark one
    maps = stimuli.contrast(images, off=True)
    assert maps.shape == (2, 2, 21, 21)
    assert maps[0, 0, 10, 10] == pytest.approx(100, abs=1e-3)
    assert maps[1, 1, 10, 10] == pytest.approx(100, abs=1e-3)
    assert maps[0, 1, 10, 10] == maps[1, 0, 10, 10] == 0
    assert not maps[:, :, :5].any()
    assert not maps[..., -5:].any()
    with pytest.raises(StimulusError, match="border of 11 pixels leaves nothing"):
        stimuli.contrast(images, border=11)
    with pytest.raises(StimulusError, match="size must be odd"):
        centre_surround(6, 1, 2)


def test_local_normalisation_makes_faint_parts_as_strong():
    maps = np.zeros((1, 1, 40, 40))
    maps[..., 10, 10], maps[..., 30, 30] = 200.0, 20.0
    equal = stimuli.local_normalisation(maps, 4)
    assert equal[0, 0, 10, 10] == pytest.approx(equal[0, 0, 30, 30])
    assert (equal > 0).sum() == 2


def test_latency_follows_rank_in_bins_of_equal_counts():
    values = np.array([[5.0, 0.0, 9.0], [7.0, 1.0, 3.0]])
    steps = stimuli.latencies(values[None, None], 5)[0, 0]
    assert steps.tolist() == [[2, stimuli.NO_SPIKE, 0], [1, 4, 3]]
    many = stimuli.latencies(np.random.default_rng(1).random((1, 1, 30, 30)) + 0.1, 9)
    counts = np.bincount(many.ravel())
    assert counts[0] == 1
    assert np.all(np.abs(counts[1:] - 100) <= 1)


def test_an_image_without_spikes_is_named():
    maps = np.zeros((2, 1, 5, 5))
    maps[0, 0, 2, 2] = 1
    with pytest.raises(StimulusError, match=r"'dog.png' causes no spike"):
        stimuli.latencies(maps, 9, ["cat.png", "dog.png"])
    with pytest.raises(StimulusError, match="0 steps"):
        stimuli.latencies(maps, 0)


@pytest.mark.skipif(not DATA.is_dir(), reason="the photographs in shared/data are not here")
def test_photographs_cause_as_many_spikes_as_published():
    """Mean over the 796 photographs 7,814 in the public re-implementation; a tenth of them is read here."""
    counts = []
    for part in ("TrainingSet", "TestingSet"):
        photographs = stimuli.from_folder(DATA / "caltech_face_motor" / part, (160, 250))
        few = photographs.select(np.arange(0, len(photographs), 10))
        steps = stimuli.latencies(stimuli.contrast(few.images), 9, few.names)
        counts += list((steps >= 0).sum(axis=(1, 2, 3)))
    assert np.mean(counts) == pytest.approx(7814, rel=0.05)
