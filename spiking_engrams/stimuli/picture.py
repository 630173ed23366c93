"""One image file as a grey picture, upright and of a size; what cannot be read rightly is refused by name."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.files import check_regular, formats_of
from spiking_engrams.stimuli.grey import grey
from spiking_engrams.stimuli.image_set import Size
from spiking_engrams.stimuli.white import scale_transparent_grey, white_of

if TYPE_CHECKING:
    from PIL import Image

ORIENTATION = 274  # tag of EXIF
TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270",
         7: "TRANSVERSE", 8: "ROTATE_90"}  # fmt: skip


def read_picture(path: Path, size: Size) -> np.ndarray:
    """Return the picture in a file, grey and resized (Lanczos): float32 ``(height, width)``, whole numbers to 255.

    Parameters
    ----------
    path
        An ordinary file in a format of pictures, whatever its suffix.
    size
        Height and width in pixels; the aspect ratio is not kept.

    Raises
    ------
    StimulusError
        Naming the file that is none, unreadable, too large, of several frames, or without a known white.
    """
    from PIL import Image

    check_regular(path, "Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of odd metadata and of images that are large but allowed
            # an open file, not its path: Pillow 13 maps files into memory, and turned TIFF files at the wrong size
            with path.open("rb") as file, Image.open(file, formats=formats_of(path)) as image:
                _check_one_frame(image, path)
                white = white_of(image)
                scale_transparent_grey(image)
                return resized(grey(_upright(image), white), size)
    except StimulusError:
        raise
    except Image.DecompressionBombError as error:
        raise StimulusError(
            f"Image '{path}' is too large ({error}); save it with fewer pixels, or remove it."
        ) from error
    except Exception as error:  # of whatever kind: each format has its own
        reason = str(error) or type(error).__name__
        raise StimulusError(f"Image '{path}' cannot be read ({reason}); replace or remove it.") from error


def resized(image: Image.Image, size: Size) -> np.ndarray:
    """Return an image of mode L at another size, ``(height, width)``, float32 of whole grey values."""
    from PIL import Image

    height, width = size
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS), dtype=np.float32)


def _check_one_frame(image: Image.Image, path: Path) -> None:
    """Refuse animations and stacks.

    Phones and cameras put a preview, a gain map or the like behind a photograph and call the file .jpg: it is the
    photograph that a viewer shows and that is meant here. A file called .mpo, and views that are declared frames of a
    panorama or of a stereoscopic pair, are several pictures.
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
    """Return the image turned as its EXIF orientation says; one that no viewer understands turns nothing."""
    from PIL import Image as images

    image.load()  # PNG may have its EXIF behind the pixels; TIFF is turned by Pillow, which then drops the tag
    try:
        orientation = image.getexif().get(ORIENTATION)
    except Exception:  # EXIF that is damaged fails in many places
        return image
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image.transpose(images.Transpose[turn]) if turn else image
