"""What is read from recordings: which memory was recalled, images in spikes, latents, and the student's predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from networks.generative.parameters import Parameters
from networks.generative.phases import SETTLE
from spiking_engrams.state.recording import Recording


@dataclass(frozen=True, eq=False)
class Recalled:
    """What index cells answered, for each item.

    Attributes
    ----------
    spikes
        Spikes of each assembly, ``(n_items, n_memories)``.
    images
        Brightness that sensory cells showed, ``(n_items, height, width)``.
    """

    spikes: np.ndarray
    images: np.ndarray

    @property
    def winner(self) -> np.ndarray:
        """The assembly that fired most, -1 if none fired, ``(n_items,)``."""
        return np.where(self.spikes.any(axis=1), self.spikes.argmax(axis=1), -1)

    @property
    def purity(self) -> np.ndarray:
        """Share of the spikes that are those of the winner, 0 if none fired, ``(n_items,)``."""
        return self.spikes.max(axis=1) / np.maximum(self.spikes.sum(axis=1), 1)


def recalled(p: Parameters, recording: Recording, steps: int) -> Recalled:
    """Return what index and sensory cells fired for items of `steps` steps, once a memory has won.

    Examples
    --------
    >>> p = Parameters().replace({"teacher.memories": 2})
    >>> spikes = {"index": ([220, 220, 230], [3, 4, 0]), "sense": ([], [])}
    >>> recording = Recording(spikes, {}, 0.05, {}, {"index": 6, "sense": 64}, 0.001, 0.3)
    >>> found = recalled(p, recording, steps=6)
    >>> found.winner.tolist(), found.purity.round(2).tolist()
    ([1], [0.67])
    """
    index = _per_item(p, recording, "index", steps, SETTLE)
    spikes = index.reshape(len(index), p.teacher.memories, p.teacher.cells).sum(axis=2)
    return Recalled(spikes, shown(p, recording, steps))


def shown(p: Parameters, recording: Recording, steps: int) -> np.ndarray:
    """Return what sensory cells show in items of `steps` steps, after the first two, ``(n, height, width)``."""
    seconds = float(p.step) * (steps - SETTLE)
    found = _per_item(p, recording, "sense", steps, SETTLE) / (float(p.senses.rate) * seconds)
    return found.reshape(len(found), p.height, p.width)


def latents(p: Parameters, recording: Recording) -> np.ndarray:
    """Return the spikes of latent cells for each perceived image in the time after the first step, ``(n, n_cells)``."""
    return counted(p, recording, "latent")


def counted(p: Parameters, recording: Recording, population: str) -> np.ndarray:
    """Return the spikes of a population for each perceived image, after the first step, ``(n, n_cells)``."""
    return _per_item(p, recording, population, p.times.perceive, 1)


def reading(p: Parameters) -> float:
    """Return the time in seconds in which `latents` counts spikes.

    Examples
    --------
    >>> reading(Parameters())
    0.5
    """
    return (p.times.perceive - 1) * float(p.step)


def values(p: Parameters, spikes: np.ndarray, seconds: float) -> np.ndarray:
    """Return the values of latents, a cell for positive and one for negative values together, from spikes.

    Parameters
    ----------
    spikes
        Spikes of latent cells, ``(n, n_cells)``.
    seconds
        Time in which they were counted.

    Returns
    -------
    ndarray, shape (n, n_latents, n_copies)

    Examples
    --------
    >>> p = Parameters().replace({"student.latents": 1, "student.copies": 2})
    >>> values(p, np.array([[75, 0, 0, 15]]), 1.0).tolist()
    [[[2.0, -0.4]]]
    """
    s = p.student
    found = spikes.reshape(len(spikes), s.latents, 2, s.copies) * s.largest / float(s.latent_rate) / seconds
    return found[:, :, 0] - found[:, :, 1]


def thoughts(latent_values: np.ndarray) -> np.ndarray:
    """Return the clamps of all latent cells, ``(n, n_cells)``, for values ``(n, n_latents, n_copies)``.

    Examples
    --------
    >>> thoughts(np.array([[[2.0, -0.4]]])).tolist()
    [[2.0, 0.0, 0.0, 0.4]]
    """
    both = np.stack([np.maximum(latent_values, 0), np.maximum(-latent_values, 0)], axis=2)
    return both.reshape(len(latent_values), -1)


def pictures(p: Parameters, recording: Recording, first: int = 0) -> np.ndarray:
    """Return the images that the student predicted, as means over each item after its first step.

    Parameters
    ----------
    recording
        Recording of perceived images, with traces.
    first
        Steps after the first one that are left out, in which predictions settle.

    Returns
    -------
    ndarray, shape (n_images, height, width)
    """
    steps = p.times.perceive
    summed = recording.traces["error.picture"].reshape(-1, steps, 2 * p.pixels)[:, :, : p.pixels]
    mean = (summed[:, -1] - summed[:, first]) * float(p.student.tau / p.step) / (steps - 1 - first)
    return mean.reshape(-1, p.height, p.width)


def _per_item(p: Parameters, recording: Recording, population: str, steps: int, first: int) -> np.ndarray:
    """Return the spikes of each cell from step `first` of each item on, ``(n_items, n_cells)``."""
    when, who = recording.spikes[population]
    per_step = round(float(p.step) / recording.dt)
    item, step = np.divmod(when // per_step, steps)
    kept = step >= first
    size, n = recording.sizes[population], recording.n_steps // (per_step * steps)
    return np.bincount(item[kept] * size + who[kept], minlength=n * size).reshape(n, size)
