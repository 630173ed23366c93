"""Grey values on the 8-bit scale from images of every mode and depth that Pillow opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image


def grey(image: Image.Image, white: float) -> Image.Image:
    """Return an image in mode L, with transparent parts on white and depths above 8 bits scaled by their white.

    Floats are taken to be on a scale from 0 to 1, or on the 8-bit scale if they are whole numbers up to 255.

    Raises
    ------
    ValueError
        If values are not finite, below 0 or above white, or the mode cannot be converted to grey.

    Examples
    --------
    >>> from PIL import Image
    >>> scan = Image.fromarray(np.array([[0, 65535]], np.uint16))  # 16 bits
    >>> np.asarray(grey(scan, white=65535.0)).tolist()
    [[0, 255]]
    """
    if image.mode == "F" or image.mode.startswith("I"):
        return _reduced(image, white)
    if not image.has_transparency_data:
        return image.convert("L")
    from PIL import Image as images

    image = image.convert("LA") if image.mode == "La" else image  # La converts only to LA
    on_white = images.new("RGBA", image.size, "white")
    return images.alpha_composite(on_white, image.convert("RGBA")).convert("L")


def _reduced(image: Image.Image, white: float) -> Image.Image:
    from PIL import Image as images

    values = np.asarray(image)
    low, high = values.min(), values.max()
    if not (low >= 0 and np.isfinite(high)):
        raise ValueError(f"it has values from {low:g} to {high:g}; scale them to 0 to 1")
    if image.mode == "F" and 1 < high <= 255 and np.array_equal(values, np.rint(values)):
        white = 255.0
    if high > white:
        raise ValueError(f"it has values up to {high:g} and its white is {white:g}; scale them to 0 to {white:g}")
    on_scale = np.rint(values * np.float32(255 / white)).astype(np.uint8)
    if "transparency" in image.info:
        on_scale[values == image.info["transparency"]] = 255
    return images.fromarray(on_scale)
