"""What spike trains, and spikes of the input, stand for: pictures of what was seen and of what comes back."""

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
    """How a network sees, and the images that are remembered.

    Attributes
    ----------
    pictures, trains
        The images, grey values ``(n, height, width)``, and the spike trains that they cause.
    signs
        1 if the input has neurons for brighter values only, 2 if for darker ones, too, after those.
    nothing
        What `trains` hold where there is no contrast.
    contrast_of
        From spike trains to the contrast for which they stand, brighter minus darker, ``(n, height, width)``.
    grey
        From pictures of contrast to the grey values that were seen if they are the contrast of the input.
    pictured
        From spike counts of the input to the pictures for which they stand.
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
        """The contrast that the first spikes of the images stand for."""
        return self.contrast_of(self.trains)

    @cached_property
    def edges(self) -> np.ndarray:
        """Edges of the images."""
        return measures.edges(self.pictures)


def of_contrast(parameters: recollection.Parameters, pictures: np.ndarray, trains: np.ndarray) -> Sight:
    """Return the sight of a network whose input neurons fire the earlier, the more contrast there is."""
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
