"""The value of white in an image file, and files that Pillow would misread; checked before pixels are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

PHOTOMETRIC, BITS, PLANES, COMPRESSION, SAMPLE_FORMAT = 262, 258, 284, 259, 339  # tags of TIFF
SIGNED, UNCOMPRESSED, IN_PLANES, WHITE_IS_ZERO = 2, 1, 2, 0
CODESTREAM = b"\xff\x4f\xff\x51"  # start and size markers of JPEG 2000; the precision follows at byte 42
SAVE = "save it as PNG with 8 or 16 bits"


def white_of(image: Image.Image) -> float:
    """Return the value of white in an image that is opened but not yet loaded; 1 for floats.

    Raises
    ------
    ValueError
        If there is no convention for white, or Pillow would misread the values; the message says what to do.

    Examples
    --------
    >>> from PIL import Image
    >>> white_of(Image.new("L", (8, 8))), white_of(Image.new("F", (8, 8)))
    (255.0, 1.0)
    """
    file: Any = image  # the attributes used below depend on the format
    if image.format == "TIFF":
        return _white_of_tiff(file)
    if image.format == "PPM":
        _check_netpbm(file)
    if image.format == "JPEG2000":
        _check_jpeg_2000(file)
    if image.mode == "RGB" and "transparency" in image.info and raw_mode(image) == "RGB;16B":
        raise ValueError(f"it has 16 bits and a transparent colour; {SAVE} and an alpha channel")
    if image.mode.startswith("I"):
        if image.format not in ("JPEG2000", "PNG", "PPM"):
            raise ValueError(f"its white is unknown, since it holds whole numbers of mode {image.mode}; {SAVE}")
        return 65535.0  # Pillow scales PGM of other depths and JPEG 2000 to it
    return 1.0 if image.mode == "F" else 255.0


def scale_transparent_grey(image: Image.Image) -> None:
    """Scale the transparent grey of a PNG file of 2 or 4 bits, not yet loaded, to match its pixels.

    Pillow 13 scales only the pixels. A value that is already on the 8-bit scale is left alone: if it is above 0, it
    does not fit into 2 or 4 bits.
    """
    highest = {"L;2": 3, "L;4": 15}.get(raw_mode(image), 0)
    found = image.info.get("transparency")
    if isinstance(found, int) and 0 < found <= highest:
        image.info["transparency"] = found * (255 // highest)


def raw_mode(image: Image.Image) -> str:
    """Return Pillow's name for how the pixels are stored."""
    tiles = getattr(image, "tile", [])
    return str(tiles[0][3]) if tiles else ""


def _white_of_tiff(image: Any) -> float:
    tags = image.tag_v2
    bits = max(tags.get(BITS, (1,)))
    deep = bits > 8
    if SIGNED in tags.get(SAMPLE_FORMAT, ()):
        raise ValueError(f"it holds signed numbers, for which white is undefined; {SAVE}")
    if deep and tags.get(PHOTOMETRIC, WHITE_IS_ZERO) == WHITE_IS_ZERO:
        raise ValueError(f"its white is 0, which is not supported with more than 8 bits; {SAVE}")
    if deep and tags.get(PLANES) == IN_PLANES and len(image.getbands()) > 1:
        raise ValueError(f"its colours lie in planes of more than 8 bits, which are not supported; {SAVE}")
    if image.mode == "F":
        if tags.prefix == b"MM" and tags.get(COMPRESSION, UNCOMPRESSED) != UNCOMPRESSED:
            raise ValueError(f"it holds compressed big-endian floats, which are not supported; {SAVE}")
        return 1.0
    if image.mode == "I":
        raise ValueError(f"it has whole numbers of {bits} bits, for which white is undefined; {SAVE}")
    return 2.0**bits - 1 if image.mode.startswith("I;16") else 255.0


def _check_netpbm(image: Any) -> None:
    """Reject what Pillow drops or clips: further images after the first, and values above white."""
    codec, _, offset, args = image.tile[0]
    if codec == "ppm_plain":
        return
    white = args[1] if codec == "ppm" else 255 if image.mode != "I" else 65535
    n_bytes = 4 if image.mode == "F" else 2 if white > 255 else 1
    row = (image.width + 7) // 8 if image.mode == "1" else image.width * len(image.getbands()) * n_bytes
    image.fp.seek(offset)
    data = image.fp.read(row * image.height)
    if image.fp.read(64).lstrip().startswith(b"P"):
        raise ValueError("it holds several images; give each in a file of its own")
    if codec == "ppm" and np.max(np.frombuffer(data, ">u2" if n_bytes == 2 else "u1"), initial=0) > white:
        raise ValueError(f"it has values above {white}, which its header calls white; {SAVE}")


def _check_jpeg_2000(image: Any) -> None:
    """Reject files of fewer than 8 bits, whose white Pillow leaves below 255."""
    image.fp.seek(0)
    head = image.fp.read(2**16)
    start = head.find(CODESTREAM)
    n_bits = (head[start + 42] & 0x7F) + 1 if 0 <= start < len(head) - 42 else 8
    if n_bits < 8:
        raise ValueError(f"it is a JPEG 2000 file of {n_bits} bits, which is not supported; {SAVE}")
