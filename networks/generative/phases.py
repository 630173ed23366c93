"""Phases of the generative network: images that are stored, recalled, replayed and perceived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from networks.generative.parameters import Parameters
from networks.generative.senses import MASKED
from spiking_engrams.errors import ScheduleError
from spiking_engrams.schedule.schedule import Phase

SETTLE = 2  # steps of a replay until a memory has won


class Phases:
    """Phases of one generative network.

    Images are brightness from 0 to 1, ``(n, height, width)``; in cues `MASKED` marks pixels that are not shown.

    Examples
    --------
    >>> phases = Phases(Parameters())
    >>> phases.encode(np.full((3, 8, 8), 0.5)).n_steps, phases.replay(10).signals["learn"][:6].tolist()
    (33, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, parameters: Parameters):
        self.parameters = parameters

    def adapt(self, images: np.ndarray, name: str = "adapt") -> Phase:
        """Return a phase in which the retina adapts to the mean of images, each shown for a step."""
        images = self._checked(name, images, most=self.parameters.max_images - 1)
        rate = np.concatenate([[0.0], 1 / np.arange(1, len(images) + 1)])  # of the image of the step before
        return self._items(name, 1, np.concatenate([images, images[:1]]), adapt=rate)

    def encode(self, images: np.ndarray, first: int = 0, name: str = "encode") -> Phase:
        """Return a phase in which each image is stored by an assembly of its own, from number `first` on.

        Raises
        ------
        ScheduleError
            If there are more images than assemblies, or images do not fit.
        """
        p, images = self.parameters, self._checked(name, images)
        if not 0 <= first <= p.teacher.memories - len(images):
            raise ScheduleError(
                f"Phase '{name}' stores {len(images)} images from assembly {first} on; there are {p.teacher.memories} "
                "assemblies (teacher.memories)."
            )
        steps = p.times.encode
        write = np.full((len(images), steps), -1.0)
        write[:, -1] = first + np.arange(len(images))
        seconds = (steps - 1) * float(p.step)
        return self._items(name, steps, images, see=1.0, write=write.ravel(), writing=1 / seconds)

    def recall(self, cues: np.ndarray, name: str = "recall") -> Phase:
        """Return a phase in which contrast cells show cues, and sensory cells what index cells answer."""
        cues = self._checked(name, cues, masked=True)
        return self._items(name, self.parameters.times.recall, cues, to_index=1.0, release=1.0)

    def replay(self, n: int, learn: bool = True, name: str = "replay") -> Phase:
        """Return a phase of sleep with `n` replays, from which the student learns, or only listens.

        Raises
        ------
        ScheduleError
            If `n` is not 1 or more.
        """
        if n < 1:
            raise ScheduleError(f"Phase '{name}' has {n} replays; at least 1 is required.")
        steps = self.parameters.times.replay
        learning = np.tile(np.arange(steps) > SETTLE, n) * float(learn)
        return self._items(name, steps, n_items=n, fresh=SETTLE, dream=self.parameters.teacher.dream, to_index=1.0,
                           release=1.0, to_student=1.0, learn=learning)  # fmt: skip

    def perceive(self, images: np.ndarray, name: str = "perceive") -> Phase:
        """Return a phase in which the student perceives images, of which pixels may be masked, without learning."""
        images = self._checked(name, images, masked=True)
        return self._items(name, self.parameters.times.perceive, images, see=1.0, to_student=1.0)

    def study(self, images: np.ndarray, name: str = "study") -> Phase:
        """Return a phase in which the student learns from images themselves, for as long as from replays: a control."""
        images = self._checked(name, images)
        return self._items(name, self.parameters.times.replay - SETTLE, images, see=1.0, to_student=1.0, learn=1.0)

    def associate(self, images: np.ndarray, labels: np.ndarray, name: str = "associate") -> Phase:
        """Return a phase in which the student perceives images with their labels, numbers from 0, ``(n,)``.

        Raises
        ------
        ScheduleError
            If there is not a label for each image, or none of the label cells has its number.
        """
        p, steps = self.parameters, self.parameters.times.perceive
        phase = self.perceive(images, name)
        numbers = self._numbers(name, labels)
        if len(numbers) != len(images):
            raise ScheduleError(
                f"Phase '{name}' has {len(images)} images and {len(numbers)} labels; give one for each."
            )
        bind = np.tile(np.arange(steps) == steps - 1, len(images)) / (float(p.step) * (steps - 2))
        return replace(phase, signals={**phase.signals, "label": np.repeat(numbers, steps), "bind": bind})

    def imagine_labels(self, labels: np.ndarray, name: str = "imagine labels") -> Phase:
        """Return a phase of imagery in which each of the given labels, ``(n,)``, evokes a thought."""
        steps, numbers = self.parameters.times.imagine, self._numbers(name, labels)
        return self._items(name, steps, n_items=len(numbers), imagine=1.0, label=np.repeat(numbers, steps))

    def _numbers(self, name: str, labels: np.ndarray) -> np.ndarray:
        """Return labels as numbers after checking that there are such label cells."""
        numbers, n = np.asarray(labels, float), self.parameters.student.labels
        wrong = np.setdiff1d(numbers, np.arange(n))
        if numbers.ndim != 1 or not len(numbers) or len(wrong):
            raise ScheduleError(
                f"Phase '{name}' has labels of shape {numbers.shape}, among them {wrong[:5].tolist()}; allowed are "
                f"whole numbers from 0 to {n - 1}, one for each label cell (student.labels), in one dimension."
            )
        return numbers

    def imagine(self, thoughts: np.ndarray, name: str = "imagine") -> Phase:
        """Return a phase in which latent cells are clamped to values from 0 on, ``(n, n_cells)``.

        `readout.thoughts` makes them from values of latents.

        Raises
        ------
        ScheduleError
            If thoughts have the wrong shape or values below 0.
        """
        p, thoughts = self.parameters, np.asarray(thoughts, float)
        cells = 2 * p.student.latents * p.student.copies
        if thoughts.ndim != 2 or thoughts.shape[1] != cells or not 1 <= len(thoughts) <= p.max_images:
            raise ScheduleError(
                f"Phase '{name}' has thoughts of shape {thoughts.shape}; allowed is (n, {cells}), a value for each "
                f"latent cell, with n from 1 to {p.max_images}."
            )
        if not np.all(thoughts >= 0):
            raise ScheduleError(f"Phase '{name}' has values below 0; cells for negative values take their size.")
        index = np.repeat(np.arange(len(thoughts), dtype=float), p.times.imagine)
        phase = self._items(name, p.times.imagine, n_items=len(thoughts), imagine=1.0, thought_index=index)
        return replace(phase, patterns={"thought": thoughts})

    def _checked(self, name: str, images: np.ndarray, masked: bool = False, most: int = 0) -> np.ndarray:
        """Return images as an array after checking that they can be shown."""
        p, images = self.parameters, np.asarray(images, float)
        most = most or p.max_images
        if images.ndim != 3 or images.shape[1:] != (p.height, p.width) or not 1 <= len(images) <= most:
            raise ScheduleError(
                f"Phase '{name}' shows images of shape {images.shape}; allowed is (n, {p.height}, {p.width}) with n "
                f"from 1 to {most} (height, width, max_images)."
            )
        hidden = (images == MASKED) & masked
        if not np.all(hidden | ((images >= 0) & (images <= 1))):
            raise ScheduleError(f"Phase '{name}' shows values outside 0 to 1; divide grey values by the largest.")
        if masked and np.any(hidden.all(axis=(1, 2))):
            raise ScheduleError(f"Phase '{name}' has a cue of which every pixel is masked; leave some to be seen.")
        return images

    def _items(
        self, name: str, steps: int, images: np.ndarray | None = None, n_items: int = 0, fresh: int = 0, **signals: Any
    ) -> Phase:
        """Return a phase of items of equal length, each with an onset; latents start afresh `fresh` steps later."""
        n, patterns = n_items, {}
        if images is not None:
            n, patterns = len(images), {"image": images.reshape(len(images), -1)}
            signals["image_index"] = np.repeat(np.arange(n, dtype=float), steps)
        for signal, at in (("onset", 0), ("fresh", fresh)):
            signals[signal] = np.tile(np.arange(steps) == at, n).astype(float)
        return Phase(name, n * steps, signals, patterns)
