"""Phases of a converted network, and the images that are shown in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks.converted.parameters import Parameters
from networks.naming.feature_layers import ImageTime
from networks.recollection.phases import Episodes
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.stimuli import ImageSet


class Phases(Episodes):
    """Phases of one converted network; every image is one step of the schedule.

    Images are grey values from 0 to 1, ``(n, channels, height, width)``. `time` is the time of an image.

    Examples
    --------
    >>> from networks.converted import Parameters
    >>> phase = Phases(Parameters()).see(np.full((2, 1, 16, 16), 0.5))
    >>> phase.n_steps, phase.patterns["images"].shape, float(phase.patterns["images"].max())
    (2, (2, 256), 0.5)
    """

    def __init__(self, parameters: Parameters, time: ImageTime | None = None):
        self.parameters = parameters
        self.time = time

    def see(self, trains: np.ndarray, name: str = "see", **signals: Any) -> Phase:
        """Return a phase that shows images, at most `max_images`; further signals as given.

        Raises
        ------
        ScheduleError
            If images have the wrong shape, there are too many, or values are not from 0 to 1.
        """
        p, images = self.parameters, np.asarray(trains, float)
        if images.ndim != 4 or images.shape[2:] != (p.height, p.width) or not 1 <= len(images) <= p.max_images:
            raise ScheduleError(
                f"Phase '{name}' shows images of shape {images.shape}; allowed is (n, channels, {p.height}, {p.width}) "
                f"with n from 1 to {p.max_images}."
            )
        if not np.all((images >= 0) & (images <= 1)):
            raise ScheduleError(f"Phase '{name}' shows values outside 0 to 1; divide grey values by the largest.")
        index = {"images_index": np.arange(len(images), dtype=float)}
        return Phase(name, len(images), index | signals, {"images": by_sign(p, images)})


def grey(images: ImageSet, channels: int = 1) -> np.ndarray:
    """Return images as grey values from 0 to 1, the same in all channels, ``(n, channels, height, width)``."""
    return np.repeat(np.asarray(images.images, np.float32)[:, None] / 255, channels, axis=1)


def coded(parameters: Parameters, images: np.ndarray) -> np.ndarray:
    """Return images as the trained network takes them: minus the mean, in units of the deviation, in the same shape."""
    mean, deviation = (np.array(values) for values in (parameters.mean, parameters.deviation))
    values = np.asarray(images, float)
    for what in (mean, deviation):
        if len(what) > 1 and values.shape[1] not in (1, len(what)):
            raise ParameterError(
                f"Images have {values.shape[1]} channels, but {len(what)} means or deviations are given."
            )
    if len(mean):
        values = values - mean[:, None, None]
    return values / deviation[:, None, None] if len(deviation) else values


def largest_input(parameters: Parameters) -> float:
    """Return the largest absolute value that white or black pixels have for the trained network."""
    return float(max(np.abs(coded(parameters, np.full((1, 1, 1, 1), grey))).max() for grey in (0.0, 1.0)))


def by_sign(parameters: Parameters, images: np.ndarray) -> np.ndarray:
    """Return the drive of input neurons, ``(n, n_inputs)``: values above 0, then those below, at most 1."""
    values = coded(parameters, images) / largest_input(parameters)
    signs = [np.maximum(values, 0), np.maximum(-values, 0)] if parameters.mean else [values]
    return np.concatenate(signs, axis=1).reshape(len(values), -1)
