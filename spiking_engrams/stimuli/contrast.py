"""Contrast of images as the retina codes it: difference of Gaussians, on- and off-centre."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from spiking_engrams.errors import StimulusError

ROUNDING = 1e-3  # grey values: a smaller contrast is rounding, not contrast


def centre_surround(size: int, sigma_centre: float, sigma_surround: float) -> np.ndarray:
    """Return an on-centre difference of Gaussians, shape ``(size, size)``, mean 0 and largest value 1.

    ``[exp(-r^2/2 s_c^2)/s_c - exp(-r^2/2 s_s^2)/s_s]/sqrt(2 pi)`` before centring (Kheradpisheh et al. 2018,
    doi 10.1016/j.neunet.2017.12.005, in the form of its public re-implementation).

    Parameters
    ----------
    size
        Width in pixels, odd.
    sigma_centre, sigma_surround
        Standard deviations in pixels; the surround must be wider than the centre.

    Raises
    ------
    StimulusError
        If the size is even or a standard deviation does not fit.

    Examples
    --------
    >>> receptive_field = centre_surround(7, sigma_centre=1.0, sigma_surround=2.0)
    >>> receptive_field.shape, float(receptive_field[3, 3]), bool(receptive_field[3, 0] < 0)
    ((7, 7), 1.0, True)
    """
    if size < 1 or size % 2 == 0 or not 0 < sigma_centre < sigma_surround:
        raise StimulusError(
            f"A centre-surround filter of size {size} with sigmas {sigma_centre} and {sigma_surround} was requested; "
            "the size must be odd and the surround wider than the centre."
        )
    axis = np.arange(size) - size // 2
    squared = axis[:, None] ** 2 + axis[None, :] ** 2
    kernel = (
        np.exp(-squared / (2 * sigma_centre**2)) / sigma_centre
        - np.exp(-squared / (2 * sigma_surround**2)) / sigma_surround
    )
    kernel -= kernel.mean()
    return kernel / kernel.max()


def contrast(
    images: np.ndarray,
    *,
    size: int = 7,
    sigma_centre: float = 1.0,
    sigma_surround: float = 2.0,
    off: bool = False,
    threshold: float = 15.0,
    border: int = 5,
    normalisation: int = 0,
) -> np.ndarray:
    """Return contrast maps, 0 where the contrast is too low to fire.

    Images are mirrored beyond their edges, so that an edge itself has no contrast: an image of one grey value is
    silent.

    Parameters
    ----------
    images
        Shape ``(n, height, width)``, 0 to 255.
    size, sigma_centre, sigma_surround
        Width and standard deviations of the difference of Gaussians, in pixels.
    off
        Whether an off-centre channel follows the on-centre one.
    threshold
        Smallest contrast that fires, in grey values.
    border
        Width in pixels of the margin without response.
    normalisation
        Radius in pixels of the `local_normalisation` after the threshold; 0 for none.

    Returns
    -------
    maps : array
        float32, shape ``(n, channels, height, width)``.

    Raises
    ------
    StimulusError
        If the shape is another, or the border or the filter does not fit the images.

    Examples
    --------
    >>> images = np.zeros((1, 20, 20))
    >>> images[0, :, 10:] = 255  # a vertical edge, black to white
    >>> on = contrast(images)
    >>> on.shape, bool(on[0, 0, 10, 10] > 0), bool(on[0, 0, 10, 9] > 0)  # fires on the bright side of the edge only
    ((1, 1, 20, 20), True, False)
    """
    images = np.asarray(images, dtype=np.float32)
    if images.ndim != 3:
        raise StimulusError(f"Images have shape {images.shape}; give (n, height, width).")
    if border < 0 or 2 * border >= min(images.shape[1:]):
        raise StimulusError(f"A border of {border} pixels leaves nothing of images of {images.shape[1:]} pixels.")
    kernel = centre_surround(size, sigma_centre, sigma_surround).astype(np.float32)
    on = ndimage.correlate(images, kernel[None], mode="reflect")
    maps = np.stack([on, -on] if off else [on], axis=1)
    maps[maps < max(threshold, ROUNDING)] = 0
    if border:
        inside = np.zeros(images.shape[1:], dtype=bool)
        inside[border:-border, border:-border] = True
        maps *= inside
    return local_normalisation(maps, normalisation) if normalisation else maps


def local_normalisation(maps: np.ndarray, radius: int) -> np.ndarray:
    """Divide each value by the mean of its square neighbourhood, so that faint parts fire as early as strong ones.

    Parameters
    ----------
    maps
        Shape ``(..., height, width)``, not negative.
    radius
        The neighbourhood is ``2 radius + 1`` pixels wide; maps are mirrored beyond their edges.

    Returns
    -------
    maps : array
        float32, shape of `maps`; 0 where the mean is 0.

    Examples
    --------
    >>> maps = np.array([[8.0, 0, 0, 0, 0, 0, 0, 2.0]])  # a strong and a faint contour
    >>> local_normalisation(np.tile(maps, (8, 1)), radius=1)[0].round(2).tolist()
    [1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5]
    """
    width = 2 * radius + 1
    size = (1,) * (maps.ndim - 2) + (width, width)
    mean = ndimage.uniform_filter(np.asarray(maps, dtype=np.float32), size=size, mode="reflect")
    return np.divide(maps, mean, out=np.zeros_like(maps, dtype=np.float32), where=mean > 1e-6)
