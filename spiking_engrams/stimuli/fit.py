"""Images of another aspect ratio: the middle of them, rather than a squeezed whole."""

from __future__ import annotations

import numpy as np


def centre_crop(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the largest part of an image, around its centre, that has the aspect ratio of a size.

    Parameters
    ----------
    image
        Shape ``(height, width, ...)``.
    size
        Height and width to which the part is resized later.
    """
    height, width = image.shape[:2]
    wanted_height = min(height, max(1, round(width * size[0] / size[1])))
    wanted_width = min(width, max(1, round(height * size[1] / size[0])))
    top, left = (height - wanted_height) // 2, (width - wanted_width) // 2
    return image[top : top + wanted_height, left : left + wanted_width]
