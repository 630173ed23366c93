"""Image files as upright grey pictures of a given size; files that cannot be read correctly are rejected by name."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.files import check_regular, formats_of
from spiking_engrams.stimuli.fit import centre_crop
from spiking_engrams.stimuli.grey import grey
from spiking_engrams.stimuli.image_set import Size
from spiking_engrams.stimuli.white import scale_transparent_grey, white_of

if TYPE_CHECKING:
    from PIL import Image

ORIENTATION = 274  # tag of EXIF
TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270",
         7: "TRANSVERSE", 8: "ROTATE_90"}  # fmt: skip
ON_THEIR_SIDE = (5, 6, 7, 8)  # orientations


def read_picture(path: Path, size: Size, fit: str = "stretch") -> np.ndarray:
    """Return the picture in a file, grey and resized (Lanczos): float32 ``(height, width)``, whole numbers up to 255.

    Parameters
    ----------
    path
        A regular file in a picture format, whatever its suffix.
    size
        Height and width in pixels.
    fit
        ``"stretch"`` ignores the aspect ratio; ``"crop"`` keeps it by cropping the image around its centre.

    Raises
    ------
    StimulusError
        If the file is not a picture, is unreadable or too large, or has several frames or no known white.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "face.png")
    ...     Image.new("RGB", (4, 4), "white").save(path)
    ...     print(read_picture(path, size=(2, 2)).tolist())
    [[255.0, 255.0], [255.0, 255.0]]
    """
    with _opened(path) as image:
        _check_one_frame(image, path)
        white = white_of(image)
        scale_transparent_grey(image)
        found = grey(_upright(image), white)
        return resized(centre_crop(found, size) if fit == "crop" else found, size)


def picture_size(path: Path) -> Size:
    """Return the height and width of the upright picture in a file, from its header alone.

    Raises
    ------
    StimulusError
        As in `read_picture`, for faults that the header reveals.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "face.png")
    ...     Image.new("L", (64, 48)).save(path)  # width, height
    ...     print(picture_size(path))
    (48, 64)
    """
    with _opened(path) as image:
        width, height = image.size
        return (width, height) if _orientation(image) in ON_THEIR_SIDE else (height, width)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open an image, and turn any fault into a StimulusError that names the file."""
    from PIL import Image

    check_regular(path, "Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large but allowed images
            # an open file, not its path: Pillow 13 memory-maps paths and rotates TIFF files at the wrong size
            with path.open("rb") as file, Image.open(file, formats=formats_of(path)) as image:
                yield image
    except StimulusError:
        raise
    except Image.DecompressionBombError as error:
        raise StimulusError(
            f"Image '{path}' is too large ({error}); save it with fewer pixels, or remove it."
        ) from error
    except Exception as error:  # each format raises its own kinds
        reason = str(error) or type(error).__name__
        raise StimulusError(f"Image '{path}' cannot be read ({reason}); replace or remove it.") from error


def resized(image: Image.Image, size: Size) -> np.ndarray:
    """Return an image of mode L resized to ``(height, width)``: float32, whole grey values.

    Examples
    --------
    >>> from PIL import Image
    >>> resized(Image.new("L", (64, 48), 255), (28, 28)).shape
    (28, 28)
    """
    from PIL import Image

    height, width = size
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS), dtype=np.float32)


def _check_one_frame(image: Image.Image, path: Path) -> None:
    """Reject animations and stacks.

    Phones and cameras append a preview, a gain map or the like to a photograph and name the file .jpg; only the
    photograph, which a viewer shows, counts here. A file named .mpo, and views declared as frames of a panorama or of
    a stereoscopic pair, are several pictures.
    """
    several = getattr(image, "is_animated", False)
    if several and image.format == "MPO" and path.suffix.lower() != ".mpo":
        views = image.mpinfo[0xB002]  # type: ignore[attr-defined]  # entries of the index of views
        several = any("Multi-Frame" in str(view["Attribute"]["MPType"]) for view in views)
    if several:
        raise StimulusError(
            f"Image '{path}' holds several frames, pages or views; give one image per frame, each in a file of its own."
        )


def _upright(image: Image.Image) -> Image.Image:
    """Return the image rotated according to its EXIF orientation; an unknown orientation is ignored."""
    from PIL import Image as images

    image.load()  # PNG may store EXIF after the pixels; Pillow rotates TIFF itself and then drops the tag
    turn = TURNS.get(_orientation(image))
    return image.transpose(images.Transpose[turn]) if turn else image


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 (upright) if it is missing or damaged."""
    try:
        found = image.getexif().get(ORIENTATION)
    except Exception:  # damaged EXIF fails in many places
        return 1
    return found if isinstance(found, int) else 1
