"""Phases of the recollection network: the images, names and cues that are presented to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from networks import naming
from networks.naming.homeostasis import Thresholds
from networks.naming.names import level
from networks.recollection.pointers import EVIDENT, FREE, STILL
from spiking_engrams.errors import ScheduleError
from spiking_engrams.schedule.schedule import Phase

NO_IMAGE = -1.0
type Signals = dict[str, np.ndarray | float]


class Episodes:
    """Phases of episodes, which are seen once, retained and recalled."""

    parameters: Any
    thresholds = Thresholds()

    def see(self, trains: np.ndarray, name: str = "see", **signals: Any) -> Phase:
        """Return a phase that shows images; further signals as given."""
        raise NotImplementedError

    def memorise(
        self,
        trains: np.ndarray,
        labels: Sequence[int] | np.ndarray | None = None,
        keep: bool = True,
        n_before: int = 0,
        sounds: np.ndarray | None = None,
        name: str = "memorise",
    ) -> Phase:
        """Return a phase in which each image is an episode: it recruits a pointer and lays traces, for good if `keep`.

        Parameters
        ----------
        labels
            Name presented with each image, ``(n,)``; none if None.
        n_before
            Number of episodes that the network remembers already.
        sounds
            Pattern of another modality presented with each image, of zeros and ones, ``(n, pointers.sounds)``; none if
            None.

        Raises
        ------
        ScheduleError
            If there are more episodes than pointers, or labels are not valid names.
        """
        n_pointers = self.parameters.pointers.n
        if n_before + len(trains) > n_pointers:
            raise ScheduleError(
                f"Phase '{name}': {n_before + len(trains)} episodes need as many pointers, but there are {n_pointers}; "
                "build the network with more (pointers.n), or memorise fewer."
            )
        heard = NO_IMAGE if labels is None else self._named(labels, len(trains), name)
        phase = self.see(trains, name, encodes=1.0, keeps=float(keep), heard_name=heard,
                         acetylcholine=level(self.parameters.names, 0.0))  # fmt: skip
        if sounds is None:
            return phase
        patterns = self._sounds(sounds, len(trains), name)
        signals: Signals = {**phase.signals, "sounds_index": np.arange(len(trains), dtype=float)}
        return replace(phase, signals=signals, patterns={**phase.patterns, "sounds": patterns})

    def memorise_new(
        self,
        trains: np.ndarray,
        labels: np.ndarray | None = None,
        keep: bool = True,
        name: str = "memorise what is new",
    ) -> Phase:
        """Return a phase in which each image is shown for two steps, and is an episode in the second one if it is new.

        Then the novelty neuron fires in that step. Otherwise, or if no pointer is left, no pointer is recruited, the
        name is not learned, and traces that are laid decay. `labels` and `keep` as for `memorise`.
        """
        seen, n = self.see(trains, name), len(trains)
        second = np.arange(2 * n) % 2.0
        heard = NO_IMAGE if labels is None else np.where(second, np.repeat(self._named(labels, n, name), 2), NO_IMAGE)
        signals: Signals = {
            "images_index": np.repeat(np.arange(n, dtype=float), 2), "encodes": second, "judges": second,
            "keeps": float(keep), "heard_name": heard, "acetylcholine": level(self.parameters.names, 0.0),
        }  # fmt: skip
        return replace(seen, n_steps=2 * n, signals={**seen.signals, **signals})

    def compare(self, trains: np.ndarray, name: str = "compare") -> Phase:
        """Return a phase in which images are shown and compared with remembered episodes.

        ``novelty.similarity`` of the k-th image is recorded in step k + 1; in the last step nothing is shown.
        """
        seen = self.see(trains, name, acetylcholine=level(self.parameters.names, 0.0))
        index = np.append(seen.signals["images_index"], NO_IMAGE)
        return replace(seen, n_steps=len(index), signals={**seen.signals, "images_index": index})

    def retain(self, n_steps: int, trains: np.ndarray | None = None, name: str = "retain") -> Phase:
        """Return a phase of `n_steps` steps in which other images are shown repeatedly, or the eyes are closed."""
        if trains is None:
            return Phase(name, n_steps, {"acetylcholine": level(self.parameters.names, 0.0)})
        seen, index = self.see(trains, name), (np.arange(n_steps) % len(trains)).astype(float)
        signals: Signals = {"images_index": index, "acetylcholine": level(self.parameters.names, 0.0)}
        return replace(seen, n_steps=n_steps, signals=signals)

    def sleep(self, n_steps: int, keep: bool = True, gate: float = 1.0, name: str = "sleep") -> Phase:
        """Return a phase in which noise cues one pointer in use after the other, for one step each.

        The remaining traces along which currents run back are laid anew, permanently if `keep`. In the first step
        nothing is replayed.
        """
        cue = np.where(np.arange(n_steps) == 0, FREE, EVIDENT)
        signals: Signals = {"cue": cue, "sleeps": 1.0, "encodes": 1.0, "keeps": float(keep)}
        return Phase(name, n_steps, {**signals, "acetylcholine": level(self.parameters.names, gate)})

    def recall_episode(
        self,
        pointers: Any,
        gate: float = 1.0,
        n_steps: int = 1,
        second: Any = None,
        at: Any = None,
        name: str = "recall",
    ) -> Phase:
        """Return a phase in which pointers are cued one after the other, for `n_steps` steps each.

        Parameters
        ----------
        second
            Pointers that are cued together with them.
        at
            Location cued with each: row, column and radius in heights of the image, ``(n, 3)``.

        Raises
        ------
        ScheduleError
            If there is no such pointer, or a location is not in the image.
        """
        cue = self._pointers(pointers, n_steps, name)
        signals: Signals = {"cue": cue, "acetylcholine": level(self.parameters.names, gate)}
        if second is not None:
            signals["second_cue"] = self._pointers(second, n_steps, name)
        return Phase(name, len(cue), {**signals, **self._places(at, len(cue), n_steps, name)})

    def recall_from_name(
        self, names: Any, gate: float = 1.0, n_steps: int = 1, at: Any = None, name: str = "recall by name"
    ) -> Phase:
        """Return a phase that presents each name for `n_steps` steps, eyes closed; `at` as for `recall_episode`."""
        names = np.atleast_1d(names)
        heard = np.repeat(self._named(names, len(names), name), n_steps)
        signals: Signals = {"heard_name": heard, "acetylcholine": level(self.parameters.names, gate)}
        return Phase(name, len(heard), {**signals, **self._places(at, len(heard), n_steps, name)})

    def look_at(self, at: Any, gate: float = 1.0, n_steps: int = 1, name: str = "look at") -> Phase:
        """Return a phase in which locations are cued alone, with closed eyes; `at` as for `recall_episode`."""
        n = len(at) * n_steps
        gates = {"acetylcholine": level(self.parameters.names, gate)}
        return Phase(name, n, {**gates, **self._places(at, n, n_steps, name)})

    def recall_from_image(
        self, trains: np.ndarray, gate: float = 1.0, n_steps: int = 1, name: str = "recall by image"
    ) -> Phase:
        """Return a phase in which each image is shown for one step, and the episode it reminds of is then recalled.

        After the image the pointer with the most evidence is cued for `n_steps` steps.
        """
        return self._reminded("images", self.see(trains, name).patterns, gate, n_steps, name)

    def recall_from_sound(
        self, sounds: np.ndarray, gate: float = 1.0, n_steps: int = 1, name: str = "recall by sound"
    ) -> Phase:
        """Return a phase that presents each pattern of another modality and then recalls the episode it reminds of.

        As from an image, but with closed eyes; `sounds` as for `memorise`.
        """
        return self._reminded("sounds", {"sounds": self._sounds(sounds, None, name)}, gate, n_steps, name)

    def _reminded(self, bank: str, patterns: Any, gate: float, n_steps: int, name: str) -> Phase:
        """Return a phase that presents each pattern of a bank for a step, then cues the pointer with most evidence."""
        each, n = n_steps + 1, len(patterns[bank])
        first = np.arange(n * each) % each == 0
        index = np.where(first, np.arange(n).repeat(each), NO_IMAGE)
        cue = np.where(np.roll(first, 1), EVIDENT, np.where(first, FREE, STILL))
        gates = np.where(first, level(self.parameters.names, 0.0), level(self.parameters.names, gate))
        signals = {f"{bank}_index": index, "cue": cue, "acetylcholine": gates}
        return Phase(name, len(first), signals, patterns).with_constants(self.thresholds.firing)

    def _sounds(self, sounds: Any, n: int | None, name: str) -> np.ndarray:
        """Return the patterns, checked; there must be n of them unless n is None."""
        most, size = self.parameters.max_images, self.parameters.pointers.sounds
        try:
            found = np.asarray(sounds, float)
        except (TypeError, ValueError):
            found = np.empty(0)
        fits = found.ndim == 2 and found.shape[1] == size and 1 <= len(found) <= most and n in (None, len(found))
        if not fits or not np.all(np.isin(found, (0, 1))):
            raise ScheduleError(
                f"Phase '{name}' has sounds of shape {found.shape}; allowed are zeros and ones, "
                f"({n or f'1 to {most}'}, {size}): a row for each sound, of length pointers.sounds."
            )
        return found

    def _pointers(self, pointers: Any, n_steps: int, name: str) -> np.ndarray:
        chosen, n = np.atleast_1d(np.asarray(pointers, float)), self.parameters.pointers.n
        if not _whole(chosen, n):
            raise ScheduleError(
                f"Phase '{name}' cues pointers {_range(chosen)}; allowed are whole numbers, at least one; there are "
                f"{n} pointers, counted from 0."
            )
        return np.repeat(chosen, n_steps)

    def _places(self, at: Any, n: int, n_steps: int, name: str) -> dict[str, np.ndarray]:
        """Return the signals of locations, each for `n_steps` of n steps; none if `at` is None."""
        if at is None:
            return {}
        at, p = np.asarray(at, float), self.parameters
        upper = [1.0, p.width / p.height, np.inf]
        if at.shape != (n // n_steps, 3) or not np.all((at >= 0) & (at <= upper)) or not np.all(at[:, 2] > 0):
            raise ScheduleError(
                f"Phase '{name}' cues locations of shape {at.shape} for {n // n_steps} cues; allowed are a row from 0 "
                f"to 1, a column from 0 to {upper[1]:g} and a radius above 0 for each, in heights of the image."
            )
        columns = np.repeat(at, n_steps, axis=0).T
        return dict(zip(("place_row", "place_column", "place_radius"), columns, strict=True))

    def _named(self, labels: Any, n: int, name: str) -> np.ndarray:
        labels, n_names = np.asarray(labels, float), self.parameters.names.n
        if labels.shape != (n,) or not _whole(labels, n_names):
            raise ScheduleError(
                f"Phase '{name}' has names {_range(labels)} for {n} episodes; allowed is a whole "
                f"number from 0 to {n_names - 1} for each (names.n name neurons)."
            )
        return labels


class Phases(naming.Phases, Episodes):
    """Phases of one recollection network: those of the naming network, and those of episodes.

    Examples
    --------
    >>> from networks.recollection import Parameters
    >>> phases = Phases(Parameters())
    >>> images = np.zeros((3, 2, 28, 28), np.int32)  # spike trains without a spike
    >>> phases.memorise(images, labels=[0, 1, 2]).signals["heard_name"].tolist()
    [0.0, 1.0, 2.0]
    >>> phases.retain(10).n_steps, phases.recall_episode([0, 2], n_steps=2).signals["cue"].tolist()
    (10, [0.0, 0.0, 2.0, 2.0])
    """


def _whole(numbers: np.ndarray, n: int) -> bool:
    """Return whether there is at least one number, and all are whole numbers from 0 to n - 1."""
    return bool(numbers.size and np.all((numbers >= 0) & (numbers < n) & (numbers % 1 == 0)))


def _range(numbers: np.ndarray) -> str:
    return f"{numbers.min():g} to {numbers.max():g}" if numbers.size else "none"
