"""Decoding of spike trains and input spikes into pictures of what was seen and what is recalled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from networks.recollection import measures
from spiking_engrams.stimuli.contrast import centre_surround

Pictures = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Sight:
    """Input coding of a network, and the images to remember.

    Attributes
    ----------
    pictures, trains
        Images as grey values, ``(n, height, width)``, and the spike trains that they cause.
    signs
        1 if the input has neurons for brighter values only, 2 if these are followed by neurons for darker ones.
    nothing
        Value of `trains` where there is no contrast.
    contrast_of
        Maps spike trains to the contrast that they code, brighter minus darker, ``(n, height, width)``.
    grey
        Maps pictures of contrast to the grey values that have this contrast.
    pictured
        Maps spike counts of the input to the pictures that they code.
    """

    pictures: np.ndarray
    trains: np.ndarray
    signs: int
    nothing: Any
    contrast_of: Pictures
    grey: Pictures
    pictured: Pictures

    @cached_property
    def contrast(self) -> np.ndarray:
        """Contrast coded by the first spikes of the images."""
        return self.contrast_of(self.trains)

    @cached_property
    def edges(self) -> np.ndarray:
        """Edges of the images."""
        return measures.edges(self.pictures)


def of_contrast(parameters: recollection.Parameters, pictures: np.ndarray, trains: np.ndarray) -> Sight:
    """Return the sight of a network whose input neurons fire earlier for higher contrast."""
    eye, shape = parameters.retina, readout.shapes(parameters)["input"]
    kernel = centre_surround(eye.filter_size, eye.sigma_centre, eye.sigma_surround)
    return Sight(
        pictures,
        trains,
        signs=min(2, parameters.channels),
        nothing=0,
        contrast_of=lambda trains: measures.decoded(measures.contrast_of(trains, eye.n_bins)),
        grey=lambda pictures: measures.grey_values(pictures, kernel),
        pictured=lambda spikes: measures.decoded(spikes.reshape(-1, *shape).astype(float)),
    )
