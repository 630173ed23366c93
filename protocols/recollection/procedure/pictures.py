"""Pictures of what a subject of the recall protocols saw, and of what comes back to it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from networks.recollection import measures
from protocols.naming.data import Images
from spiking_engrams.stimuli.contrast import centre_surround


class Seeing:
    """What spike trains and spikes of the input stand for.

    Attributes
    ----------
    nothing
        What `trains` hold where there is no contrast.
    """

    parameters: recollection.Parameters
    images: Images
    trains: np.ndarray
    n: int
    nothing: Any = 0

    @property
    def signs(self) -> int:
        """1 if the input has neurons for brighter values only, 2 if for darker ones, too, after those."""
        return min(2, self.parameters.channels)

    @cached_property
    def pictures(self) -> np.ndarray:
        """The images that are remembered."""
        return np.asarray(self.images.test.images[: self.n], float)

    @cached_property
    def contrast(self) -> np.ndarray:
        """The contrast that their first spikes stand for, brighter minus darker."""
        return self.contrast_of(self.trains)

    def contrast_of(self, trains: np.ndarray) -> np.ndarray:
        """Return the contrast for which spike trains stand, brighter minus darker, ``(n, height, width)``."""
        return measures.decoded(measures.contrast_of(trains, self.parameters.retina.n_bins))

    def grey(self, pictures: np.ndarray) -> np.ndarray:
        """Return the grey values that were seen if pictures ``(n, height, width)`` are the contrast of the input."""
        eye = self.parameters.retina
        kernel = centre_surround(eye.filter_size, eye.sigma_centre, eye.sigma_surround)
        return measures.grey_values(pictures, kernel)

    @cached_property
    def edges(self) -> np.ndarray:
        """Their edges."""
        return measures.edges(self.pictures)

    def pictured(self, spikes: np.ndarray) -> np.ndarray:
        """Return the pictures for which spike counts of the input stand."""
        shape = readout.shapes(self.parameters)["input"]
        return measures.decoded(spikes.reshape(-1, *shape).astype(float))
