"""Changes to images of scenes: white squares over them, a blurred object, another zoom.

The tests of recall in Spens & Burgess (2024, doi 10.1038/s41562-023-01799-z) use images changed in these ways.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.scene_geometry import SURFACES, surfaces
from spiking_engrams.stimuli.scenes import LARGEST, SMALLEST, Factors, colour_images
from spiking_engrams.values import plain

SIDE = 1 / 8  # of the image: squares of 8 in 64 pixels, as in the paper
LEAST_ZOOM, MOST_ZOOM = 10, 1000  # per cent


def random_squares(
    n: int, size: int, generator: np.random.Generator, *, n_squares: int = 3, side: int | None = None
) -> np.ndarray:
    """Return random places of squares in `n` images, all places within the image equally likely.

    Parameters
    ----------
    n
        Number of images.
    size
        Their width in pixels.
    generator
        Source of the random places.
    n_squares
        Squares per image; they may overlap.
    side
        Width of a square in pixels; None for an eighth of the image.

    Returns
    -------
    corners : array
        Row and column of the upper left pixel, int64, shape ``(n, n_squares, 2)``.

    Raises
    ------
    StimulusError
        If a number does not fit.

    Examples
    --------
    >>> random_squares(2, 32, np.random.default_rng(1)).shape
    (2, 3, 2)
    """
    plain.instance(generator, np.random.Generator, "generator", StimulusError)
    n = plain.whole(n, "The number of images is", StimulusError, low=1)
    size = plain.whole(size, "The width of images in pixels is", StimulusError, low=1)
    n_squares = plain.whole(n_squares, "n_squares is", StimulusError, low=1)
    return generator.integers(0, size - _width(side, size) + 1, (n, n_squares, 2))


def occlude(images: Any, corners: Any, *, side: int | None = None, opacity: Any = 1.0) -> np.ndarray:
    """Return images with white squares over them.

    Parameters
    ----------
    images
        Shape ``(n, size, size, 3)``, from 0 to 1.
    corners
        Row and column of the upper left pixel of each square, shape ``(n, n_squares, 2)``, or ``(n_squares, 2)`` for
        the same squares in all images; `random_squares` draws some.
    side
        Width of a square in pixels; None for an eighth of the image.
    opacity
        From 0 (invisible) to 1 (opaque): one number, or an array that broadcasts to ``(n, n_squares)``.

    Returns
    -------
    images : array
        float32, shape of `images`; later squares lie over earlier ones.

    Raises
    ------
    StimulusError
        If a square does not lie within the image, or shapes or values do not fit.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3))
    >>> rng = np.random.default_rng(1)
    >>> veiled = occlude(images, random_squares(5, 32, rng), opacity=rng.random((5, 3)))
    >>> occlude(images, [[0, 0]], opacity=0.5)[0, :5, 0, 0].tolist()
    [0.5, 0.5, 0.5, 0.5, 0.0]
    """
    result = colour_images(images).copy()
    n, size = result.shape[:2]
    side = _width(side, size)
    places = plain.numbers(corners, "corners", StimulusError)
    if places.ndim not in (2, 3) or places.shape[-1] != 2 or (places.ndim == 3 and len(places) != n):
        raise StimulusError(f"corners have shape {places.shape}; give ({n}, n_squares, 2) or (n_squares, 2).")
    wrong = places[(places < 0) | (places > size - side) | (places != np.rint(places))]
    if wrong.size:
        raise StimulusError(
            f"A square of {side} pixels begins at {wrong[0]:g}; give whole numbers from 0 to {size - side}, so that it "
            f"lies within the image of {size} pixels."
        )
    places = np.broadcast_to(places, (n, *places.shape[-2:]))
    strength = plain.numbers(opacity, "opacity", StimulusError)
    try:
        strength = np.broadcast_to(strength, places.shape[:2])
    except ValueError as error:
        raise StimulusError(
            f"opacity has shape {strength.shape}; give one number, or one per image and square: {places.shape[:2]}."
        ) from error
    if np.any((strength < 0) | (strength > 1)):
        raise StimulusError(f"opacity goes from {strength.min():g} to {strength.max():g}; give numbers from 0 to 1.")
    pixels = np.arange(size)
    for k in range(places.shape[1]):
        first = places[:, k, :, None]
        rows, columns = ((pixels >= first) & (pixels < first + side)).transpose(1, 0, 2)
        veil = (strength[:, k, None, None] * rows[:, :, None] * columns[:, None, :]).astype(np.float32)[..., None]
        result += veil * (1 - result)
    return np.minimum(result, 1, out=result)


def object_discs(factors: Factors, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest discs around the middle of each object that contain it.

    Parameters
    ----------
    factors
        What the images show.
    size
        Their width in pixels, from 16 to 64.

    Returns
    -------
    centres : array
        Row and column in pixels, shape ``(n, 2)``; the first pixel has its centre at 0.
    radii : array
        In pixels, shape ``(n,)``.

    Raises
    ------
    StimulusError
        If the size is not allowed.

    Examples
    --------
    >>> centres, radii = object_discs(Factors(0, 0, 0, label_scale=[0, 7], label_shape=2, label_orientation=7), 32)
    >>> centres[0].tolist(), radii.round(1).tolist()
    ([17.0, 15.5], [6.8, 11.1])
    """
    plain.instance(factors, Factors, "factors", StimulusError)
    size = plain.whole(size, "The width of scenes in pixels is", StimulusError, low=SMALLEST, high=LARGEST)
    centres, radii = np.empty((len(factors), 2)), np.empty(len(factors))
    thing = SURFACES.index("object")
    for k, geometry in enumerate(factors.table[:, 3:].tolist()):
        pixels = np.argwhere(surfaces(size, *geometry)[..., thing] > 0)
        centres[k] = (pixels.min(axis=0) + pixels.max(axis=0)) / 2
        radii[k] = np.sqrt(((pixels - centres[k]) ** 2).sum(axis=1).max()) + 0.5
    return centres, radii


def blur_discs(images: Any, centres: Any, radii: Any, sigma: float) -> np.ndarray:
    """Return images that are blurred within a disc.

    Parameters
    ----------
    images
        Shape ``(n, size, size, 3)``, from 0 to 1.
    centres
        Row and column of each disc in pixels, shape ``(n, 2)``, or ``(2,)`` for all images.
    radii
        In pixels, shape ``(n,)``, or one number.
    sigma
        Standard deviation of the Gaussian filter in pixels; images continue with their last pixels beyond the edge.

    Returns
    -------
    images : array
        float32, shape of `images`; the rim of the disc is one pixel wide.

    Raises
    ------
    StimulusError
        If shapes or values do not fit.

    Examples
    --------
    >>> from spiking_engrams.stimuli import draw_scenes
    >>> scenes = draw_scenes(5, 32, np.random.default_rng(1))
    >>> blurred = blur_discs(scenes.images, *object_discs(scenes.factors, 32), sigma=2.0)
    >>> changed = (blurred != scenes.images).any(axis=-1)
    >>> bool(changed[:, 18, 16].all()), bool(changed[:, 0].any())
    (True, False)
    """
    images = colour_images(images)
    n, size = images.shape[:2]
    sigma = plain.number(sigma, "sigma", StimulusError, above=0)
    centres, radii = plain.numbers(centres, "centres", StimulusError), plain.numbers(radii, "radii", StimulusError)
    if centres.shape not in ((2,), (n, 2)) or radii.shape not in ((), (n,)):
        raise StimulusError(
            f"centres have shape {centres.shape} and radii {radii.shape}; give ({n}, 2) and ({n},), or (2,) and one "
            "number for all images."
        )
    if np.any(radii < 0):
        raise StimulusError(f"A disc has a radius of {radii.min():g} pixels; give 0 or more.")
    pixels = np.arange(size)
    rows, columns = np.broadcast_to(centres, (n, 2)).T[..., None]
    distance = np.hypot((pixels - rows)[:, :, None], (pixels - columns)[:, None, :])
    inside = np.clip(radii[..., None, None] + 0.5 - distance, 0, 1).astype(np.float32)[..., None]
    smooth = ndimage.gaussian_filter(images, (0, sigma, sigma, 0), mode="nearest")
    return np.clip(images + inside * (smooth - images), 0, 1)


def zoom(images: Any, percent: float) -> np.ndarray:
    """Return images enlarged or reduced about their centre, at the same size.

    Below 100 per cent, the margin continues the pixels at the edge: ``|32/(z/100) - 32|`` pixels on each side of an
    image of 64 are added before it is resized; above 100 as many are cut off. The width is not rounded.

    Parameters
    ----------
    images
        Shape ``(n, size, size, 3)``, from 0 to 1.
    percent
        From 10 to 1000; 100 changes nothing.

    Returns
    -------
    images : array
        float32, shape of `images`; linear interpolation, averaged where images are reduced.

    Raises
    ------
    StimulusError
        If the images or the number do not fit.

    Examples
    --------
    >>> images = np.zeros((1, 16, 16, 3))
    >>> images[0, 4:12, 4:12] = 1  # a square of 8 pixels
    >>> [round(float(zoom(images, percent)[0, 8, :, 0].sum()), 3) for percent in (50, 100, 150)]
    [4.0, 8.0, 12.0]
    """
    images = colour_images(images)
    percent = plain.number(percent, "percent", StimulusError, low=LEAST_ZOOM, high=MOST_ZOOM)
    weights = _resampling(images.shape[1], percent / 100)
    return np.clip(np.einsum("ij,njkc,lk->nilc", weights, images, weights, optimize=True), 0, 1)


def _resampling(size: int, factor: float) -> np.ndarray:
    """Return the share of each old pixel (column) in each new one (row), float32, shape ``(size, size)``."""
    middle = (np.arange(size) + 0.5 - size / 2) / factor + (size - 1) / 2  # of each new pixel, among the old ones
    reach = max(1.0, 1 / factor)  # half the width of the filter, in old pixels
    border = int(np.ceil(max(0.0, -float(middle.min())) + reach))
    old = np.arange(-border, size + border)
    shares = np.maximum(0, 1 - np.abs(middle[:, None] - old) / reach)
    shares /= shares.sum(axis=1, keepdims=True)
    weights = np.zeros((size, size))
    np.add.at(weights.T, np.clip(old, 0, size - 1), shares.T)
    return weights.astype(np.float32)


def _width(side: int | None, size: int) -> int:
    """Return the width of squares in pixels."""
    if side is None:
        return max(1, round(size * SIDE))
    return plain.whole(side, "The width of squares in pixels is", StimulusError, low=1, high=size)
