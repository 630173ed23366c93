"""Cropping to another aspect ratio: the centre of an image, rather than a squeezed whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams.stimuli.image_set import Size

if TYPE_CHECKING:
    from PIL import Image


def centre_crop(image: Image.Image, size: Size) -> Image.Image:
    """Return the largest centred part of an image that has the aspect ratio of `size`, height and width.

    Examples
    --------
    >>> from PIL import Image
    >>> centre_crop(Image.new("L", (640, 480)), (28, 28)).size
    (480, 480)
    """
    wanted_height = min(image.height, max(1, round(image.width * size[0] / size[1])))
    wanted_width = min(image.width, max(1, round(image.height * size[1] / size[0])))
    top, left = (image.height - wanted_height) // 2, (image.width - wanted_width) // 2
    return image.crop((left, top, left + wanted_width, top + wanted_height))
