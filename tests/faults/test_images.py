"""Image files and arrays that were read wrongly without a word, stopped with a traceback, or hung."""

import io
import os
import socket
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from spiking_engrams import stimuli
from spiking_engrams.errors import EngramWarning, StimulusError
from spiking_engrams.stimuli import image_set

ROWS, COLUMNS = np.mgrid[:24, :32]
GREY = (COLUMNS * 5 + ROWS * 3 + 20).astype(np.uint8)  # smooth, so that lossy formats keep it; 20 to 244
OPAQUE = np.full_like(GREY, 255)
SIZE = GREY.shape
TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90",
         7: "TRANSVERSE", 8: "ROTATE_270"}  # fmt: skip


def image(*bands):
    """Return an image of grey bands."""
    return Image.fromarray(np.stack(bands, axis=-1) if len(bands) > 1 else bands[0])


def encoded(picture, form, **how):
    """Return a picture as the bytes of a file."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **how)
    return buffer.getvalue()


def folder_of(tmp_path, files):
    """Write files, bytes by name, into class a, and one image into class b; return the folder."""
    for name in "ab":
        (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / "b" / "reference.png").write_bytes(encoded(image(GREY), "PNG"))
    for name, data in files.items():
        (tmp_path / "a" / name).write_bytes(data)
    return tmp_path


def read(tmp_path, name, data):
    """Return one image as it is read, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return stimuli.from_folder(folder_of(tmp_path, {name: data}), SIZE).images[0]


def refused(tmp_path, name, data, message=""):
    """Check that an image is refused by name."""
    with pytest.raises(StimulusError, match=rf"{name}' (cannot be read|is too large|holds).*{message}"):
        read(tmp_path, name, data)


def premultiplied(picture):
    """Return a TIFF file of mode La, which Pillow reads and does not write: of mode LA, with another kind of alpha."""
    data, tag = encoded(picture, "TIFF"), struct.pack("<HHI", 338, 3, 1)
    at = data.index(tag) + len(tag)
    return data[:at] + struct.pack("<H", 1) + data[at + 2 :]


def png(depth, colour, values, transparent):
    """Return a grey or coloured PNG file of few or many bits with a transparent value, which Pillow cannot write."""
    bits = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(*values.shape, 2), axis=-1)[..., 16 - depth :]
    rows = np.packbits(bits.reshape(len(values), -1), axis=-1)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], depth, colour, 0, 0, 0)
    alpha = struct.pack(">" + "H" * (3 if colour == 2 else 1), *[transparent] * (3 if colour == 2 else 1))
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*each) for each in ((b"IHDR", size), (b"tRNS", alpha), (b"IDAT", data), (b"IEND", b""))
    )


# Depth


DEEP = GREY.astype(np.uint16) * 257
RIGHT = {
    "grey16.png": encoded(image(DEEP), "PNG"),
    "grey16.tif": encoded(image(DEEP), "TIFF"),
    "big_endian.tif": encoded(Image.frombytes("I;16B", (32, 24), DEEP.astype(">u2").tobytes()), "TIFF"),
    "packed.tif": encoded(image(DEEP), "TIFF", compression="tiff_lzw"),
    "from_0_to_1.tif": encoded(image((GREY / 255).astype(np.float32)), "TIFF"),
    "whole_floats.tif": encoded(image(GREY.astype(np.float32)), "TIFF"),
    "from_0_to_1.pfm": encoded(image((GREY / 255).astype(np.float32)), "PPM"),
    "grey16.jp2": encoded(image(DEEP), "JPEG2000"),
    "grey16.pgm": b"P5 32 24 65535\n" + DEEP.astype(">u2").tobytes(),
    "grey12.pgm": b"P5 32 24 4095\n" + np.rint(GREY * (4095 / 255)).astype(">u2").tobytes(),
    "plain.pgm": b"P2 32 24 1020\n" + " ".join(str(4 * int(n)) for n in GREY.ravel()).encode(),
    "colour16.ppm": b"P6 32 24 65535\n" + np.repeat(DEEP.astype(">u2"), 3).tobytes(),
    "LA.png": encoded(image(GREY, OPAQUE), "PNG"),
    "La.tif": premultiplied(image(GREY, OPAQUE)),
    "PA.tif": encoded(Image.merge("PA", (image(GREY).convert("P"), image(OPAQUE))), "TIFF"),
    "CMYK.tif": encoded(image(GREY, GREY, GREY).convert("CMYK"), "TIFF"),
    "YCbCr.tif": encoded(image(GREY, GREY, GREY).convert("YCbCr"), "TIFF"),
    "P.gif": encoded(image(GREY), "GIF"),
    "upper.PNG": encoded(image(GREY), "PNG"),
    "other_suffix.jpg": encoded(image(GREY), "PNG"),
    "x.jfif": encoded(image(GREY), "JPEG", quality=95),
    "x.ppm": encoded(image(GREY, GREY, GREY), "PPM"),
    "x.tga": encoded(image(GREY), "TGA"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_every_mode_and_depth_has_its_own_white(tmp_path, name):
    found = read(tmp_path, name, RIGHT[name])
    assert np.abs(found - GREY).max() <= 2
    assert np.array_equal(found, np.rint(found))


FLOATS = {"nan": np.nan, "inf": np.inf, "negative": -0.1, "above": 1.5, "far": 300.0}
REFUSED = {
    **{f"{name}.tif": encoded(image(np.where(GREY > 99, value, 0.5).astype(np.float32)), "TIFF")
       for name, value in FLOATS.items()},
    "whole32.tif": encoded(image(GREY.astype(np.int32) * 257), "TIFF"),
    "signed8.tif": encoded(image(GREY // 2), "TIFF", tiffinfo={339: 2}),
    "white_is_0.tif": encoded(image(DEEP), "TIFF", tiffinfo={262: 0}),
    "LAB.tif": encoded(image(GREY, GREY, GREY).convert("LAB"), "TIFF"),
    "above_its_white.pgm": b"P5 32 24 99\n" + GREY.tobytes(),
    "two.pgm": (b"P5 32 24 255\n" + GREY.tobytes()) * 2,
    "transparent16.png": png(16, 2, np.repeat(DEEP, 3, axis=1).reshape(*SIZE, 3), 5140),
    "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "bits4.j2k": (lambda data: data[:42] + b"\3" + data[43:])(encoded(image(GREY), "JPEG2000", no_jp2=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_known_white_is_refused(tmp_path, name):
    refused(tmp_path, name, REFUSED[name])


def test_planes_and_swapped_floats_of_tiff_are_refused(tmp_path):
    """Pillow 13 reads planes of 16 bits, and compressed big-endian floats, as noise."""
    tifffile = pytest.importorskip("tifffile")
    planes, floats = io.BytesIO(), io.BytesIO()
    tifffile.imwrite(planes, np.stack([DEEP] * 3), photometric="rgb", planarconfig="separate")
    tifffile.imwrite(floats, (GREY / 255).astype(np.float32), compression="deflate", byteorder=">")
    refused(tmp_path, "planes.tif", planes.getvalue(), "planes")
    (tmp_path / "a" / "planes.tif").unlink()
    refused(tmp_path, "floats.tif", floats.getvalue(), "floats")


# Transparency


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_grey_of_png_is_white(tmp_path, depth):
    highest = 2**depth - 1
    values = np.rint(GREY / 255 * highest).astype(int)
    key = values[10, 10]
    found = read(tmp_path, "x.png", png(depth, 0, values, key))
    np.testing.assert_array_equal(found, np.where(values == key, 255, np.rint(values * (255 / highest))))


@pytest.mark.parametrize("mode", ["LA", "La", "RGBA", "P", "PA"])
def test_what_is_transparent_is_white_in_every_mode(tmp_path, mode):
    seen = GREY > 99
    alpha, grey = image(np.where(seen, OPAQUE, 0)), image(GREY)
    name, data = {
        "LA": lambda: ("x.png", encoded(Image.merge("LA", (grey, alpha)), "PNG")),
        "La": lambda: ("x.tif", premultiplied(image(np.where(seen, GREY, 0), np.asarray(alpha)))),
        "RGBA": lambda: ("x.webp", encoded(Image.merge("RGBA", (grey, grey, grey, alpha)), "WEBP", lossless=True)),
        "P": lambda: (
            "x.png",
            encoded(grey.convert("P"), "PNG", transparency=bytes(255 * (n > 99) for n in range(256))),
        ),
        "PA": lambda: ("x.tif", encoded(Image.merge("PA", (grey.convert("P"), alpha)), "TIFF")),
    }[mode]()
    found = read(tmp_path, name, data)
    assert np.abs(found - np.where(GREY > 99, GREY, 255)).max() <= 1


# Orientation


@pytest.mark.parametrize(
    ("form", "suffix", "how"),
    [
        ("JPEG", "jpg", {"quality": 95}), ("PNG", "png", {}), ("WEBP", "webp", {"lossless": True}),
        ("TIFF", "tif", {}), ("TIFF", "tif", {"compression": "tiff_lzw"}), ("MPO", "jpg", {"quality": 95}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("orientation", [1, *TURNS, 0, 9])
def test_images_stand_upright(tmp_path, form, suffix, how, orientation):
    if how == {"compression": "tiff_lzw"} and orientation in (0, 9):
        pytest.skip("Pillow cannot write it")
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = image(GREY).transpose(Image.Transpose[TURNS[orientation]]) if orientation in TURNS else image(GREY)
    found = read(tmp_path, f"x.{suffix}", encoded(lying, form, exif=exif, **how))
    assert np.abs(found - GREY).max() <= 6


def test_deep_and_transparent_images_are_turned_too(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    for number, picture in enumerate((image(DEEP), image(GREY, OPAQUE), image(GREY).convert("P"))):
        data = encoded(picture.transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)
        np.testing.assert_array_equal(read(tmp_path, f"{number}.png", data), GREY)
        (tmp_path / "a" / f"{number}.png").unlink()


def test_exif_that_nobody_reads_turns_nothing(tmp_path):
    found = read(tmp_path, "x.jpg", encoded(image(GREY), "JPEG", quality=95, exif=b"Exif\0\0nonsense"))
    assert np.abs(found - GREY).max() <= 6


# Frames


@pytest.mark.parametrize(
    ("form", "suffix"), [("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif"), ("MPO", "mpo")]
)
def test_animations_and_stacks_are_refused(tmp_path, form, suffix):
    frames = [image(GREY), image(255 - GREY)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
    refused(tmp_path, f"film.{suffix}", data, "one image per frame")


def test_one_frame_and_the_preview_of_a_photograph_are_fine(tmp_path):
    one = encoded(image(GREY), "GIF", save_all=True)
    np.testing.assert_array_equal(read(tmp_path, "one.gif", one), GREY)
    (tmp_path / "a" / "one.gif").unlink()
    photograph = encoded(image(GREY), "MPO", save_all=True, append_images=[image(GREY[:8, :8])], quality=95)
    assert np.abs(read(tmp_path, "x.jpg", photograph) - GREY).max() <= 6
    primary = Image.open(io.BytesIO(photograph)).mpinfo[0xB002][0]["Size"]  # its entry in the index of views
    stereo = photograph.replace(struct.pack("<LL", 0x030000, primary), struct.pack("<LL", 0x020002, primary))
    refused(tmp_path, "x.jpg", stereo, "one image per frame")


# Huge, damaged, no files


def test_huge_images_are_refused_by_name_and_large_ones_read_in_silence(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", GREY.size - 1)  # Pillow warns above it, refuses above twice
    np.testing.assert_array_equal(read(tmp_path, "large.png", encoded(image(GREY), "PNG")), GREY)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", GREY.size // 2 - 1)
    refused(tmp_path, "large.png", encoded(image(GREY), "PNG"), r"768 pixels.*limit of 766")


@pytest.mark.parametrize(
    "name", ["x.png", "x.gif", "x.bmp", "x.tif", "x.jpg", "x.webp", "x.ppm", "x.jp2", "x.tga", "x.sgi"]
)
def test_parts_of_files_are_refused(tmp_path, name):
    form = Image.registered_extensions()[name[1:]]
    noise = np.random.default_rng(1).integers(0, 256, SIZE, dtype=np.uint8)
    data = encoded(image(noise), form)
    for length in (0, 1, len(data) // 3, len(data) // 2, len(data) * 3 // 4):
        refused(tmp_path, name, data[:length])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["x.png", "x.gif", "x.bmp", "x.jpg", "x.webp", "x.ppm", "x.tif"]))
def test_damaged_files_are_read_or_refused_by_name(tmp_path, data, name):
    content = bytearray(encoded(image(GREY), Image.registered_extensions()[name[1:]]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(tmp_path, name, bytes(content))
    except StimulusError as error:
        assert name in str(error)
    else:
        assert found.shape == SIZE
    finally:
        (tmp_path / "a" / name).unlink()


def test_readers_that_fail_in_any_way_are_named(tmp_path, monkeypatch):
    for error in (MemoryError(), RecursionError("deep"), AssertionError(), struct.error("short"), KeyError(3)):

        def fail(self, error=error):
            raise error

        monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", fail)
        refused(tmp_path, "x.png", encoded(image(GREY), "PNG"))


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "broken link", "device", "loop"])
def test_what_is_no_file_is_refused_without_being_opened(tmp_path, kind, monkeypatch):
    path = folder_of(tmp_path, {}) / "a" / "x.png"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(path.parent)
        socket.socket(socket.AF_UNIX).bind(path.name)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"broken link": tmp_path / "nowhere", "device": "/dev/zero", "loop": path}[kind])
    with pytest.raises(StimulusError, match=rf"x.png' cannot be read.*{kind.split()[-1] if kind != 'loop' else ''}"):
        stimuli.from_folder(tmp_path, SIZE)
    with pytest.raises(StimulusError, match=r"x.png' cannot be read"):
        stimuli.from_idx(path, path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_named(tmp_path):
    folder_of(tmp_path, {"x.png": encoded(image(GREY), "PNG")})
    (tmp_path / "a" / "x.png").chmod(0)
    with pytest.raises(StimulusError, match=r"x.png' cannot be read"):
        stimuli.from_folder(tmp_path, SIZE)
    (tmp_path / "a").chmod(0)
    with pytest.raises(StimulusError, match=r"a' cannot be read"):
        stimuli.from_folder(tmp_path, SIZE)


# Folders


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    left = {"._a.png": b"\0\5\26\7", ".hidden.png": b"", "Thumbs.db": b"", "desktop.ini": b"", ".DS_Store": b""}
    root = folder_of(tmp_path, {**left, "x.png": encoded(image(GREY), "PNG")})
    (root / "__MACOSX").mkdir()
    (root / ".git").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = stimuli.from_folder(root, SIZE)
    assert found.classes == ("a", "b") and len(found) == 2


def test_nothing_else_is_left_out_without_a_word(tmp_path):
    files = {f"{n}.heif2": b"" for n in range(6)} | {"notes.txt": b"", "x.png": encoded(image(GREY), "PNG")}
    root = folder_of(tmp_path, files)
    (root / "a" / "more").mkdir()
    (root / "beside.png").write_bytes(files["x.png"])
    with pytest.warns(EngramWarning) as said:
        found = stimuli.from_folder(root, SIZE)
    assert len(found) == 2
    beside, inside = sorted(str(each.message) for each in said)
    assert f"'{root}'" in beside and "1 (beside.png)" in beside
    assert f"'{root / 'a'}'" in inside and "8 (0.heif2, 1.heif2, 2.heif2, 3.heif2, 4.heif2 and 3 more)" in inside
    assert {each.filename for each in said} == {__file__}


def test_names_of_classes(tmp_path):
    root = folder_of(tmp_path, {"x.png": encoded(image(GREY), "PNG")})
    (root / "b").rename(root / "A")
    with pytest.warns(EngramWarning, match="'A' and 'a' are two classes"):
        assert stimuli.from_folder(root, SIZE).classes == ("A", "a")
    (root / "a").rename(root / "e\u0301t\u00e9")
    assert stimuli.from_folder(root, SIZE).classes == ("A", "\u00e9t\u00e9")  # as other systems write it
    (root / "A").rename(root / "\u00e9t\u00e9")
    with pytest.raises(StimulusError, match="Two classes are called"):
        stimuli.from_folder(root, SIZE)


@pytest.mark.parametrize(
    "size", [(0, 5), (5, -1), (5,), (5, 5, 5), (5.0, 5), (True, 5), "ab", 5, None, (10**9, 10**9), (2**40, 1)]
)
def test_sizes_are_two_whole_numbers(tmp_path, size):
    root = folder_of(tmp_path, {"x.png": encoded(image(GREY), "PNG")})
    with pytest.raises(StimulusError, match="were requested"):
        stimuli.from_folder(root, size)
    if size is not None:
        with pytest.raises(StimulusError, match="were requested"):
            stimuli.from_arrays(np.zeros((2, 4, 4)), [0, 1], size=size)
    assert stimuli.from_folder(root, np.array(SIZE)).size == SIZE


def test_more_than_fits_into_memory_is_refused():
    with pytest.raises(StimulusError, match="GB, more than there is"):
        image_set.room_for(10**9, (4096, 4096))
