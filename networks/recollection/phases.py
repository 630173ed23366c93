"""What the recollection network is shown, told and asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks import naming
from networks.recollection.pointers import EVIDENT, FREE
from spiking_engrams.errors import ScheduleError
from spiking_engrams.schedule import Phase

NO_IMAGE = -1.0


class Phases(naming.Phases):
    """Phases of one recollection network; those of the naming network, and those of episodes."""

    def memorise(
        self, trains: np.ndarray, labels: np.ndarray | None = None, keep: bool = True, name: str = "memorise"
    ) -> Phase:
        """Return a phase in which each image is an episode: it takes a pointer, and lays traces, for good if `keep`.

        Parameters
        ----------
        labels
            Name that is heard with each image, ``(n,)``; none if None.
        """
        heard = NO_IMAGE if labels is None else np.asarray(labels, float)
        return self.see(trains, name, encodes=1.0, keeps=float(keep), heard_name=heard,
                        acetylcholine=self._level(0.0))  # fmt: skip

    def retain(self, n_steps: int, trains: np.ndarray | None = None, name: str = "retain") -> Phase:
        """Return a phase of some steps with closed eyes and a closed path, or of other images that are seen."""
        if trains is not None:
            return self.see(trains, name, acetylcholine=self._level(0.0))
        return Phase(name, n_steps, {"acetylcholine": self._level(0.0)})

    def recall_episode(self, pointers: Any, gate: float = 1.0, n_steps: int = 3, name: str = "recall") -> Phase:
        """Return a phase in which each of some pointers is cued for `n_steps` steps, one after the other.

        Raises
        ------
        ScheduleError
            If there is no such pointer.
        """
        chosen = np.repeat(np.atleast_1d(np.asarray(pointers, float)), n_steps)
        if chosen.min() < 0 or chosen.max() >= self.parameters.pointers.n:  # type: ignore[attr-defined]
            raise ScheduleError(
                f"Phase '{name}' cues pointers {chosen.min():g} to {chosen.max():g}; there are "
                f"{self.parameters.pointers.n}, from 0."  # type: ignore[attr-defined]
            )
        return Phase(name, len(chosen), {"cue": chosen, "acetylcholine": self._level(gate)})

    def recall_from_name(self, names: Any, gate: float = 1.0, n_steps: int = 3, name: str = "recall by name") -> Phase:
        """Return a phase in which each of some names is heard for `n_steps` steps, with closed eyes."""
        heard = np.repeat(np.atleast_1d(np.asarray(names, float)), n_steps)
        return Phase(name, len(heard), {"heard_name": heard, "acetylcholine": self._level(gate)})

    def recall_from_image(self, trains: np.ndarray, gate: float = 1.0, name: str = "recall by image") -> Phase:
        """Return a phase in which each image is seen for a step and what it reminds of is then recalled for one."""
        n = len(trains)
        index = np.full(2 * n, NO_IMAGE)
        index[::2] = np.arange(n)
        cue = np.where(index < 0, EVIDENT, FREE)
        level = np.where(index < 0, self._level(gate), self._level(0.0))
        seen = self.see(trains, name)
        return Phase(name, 2 * n, {"images_index": index, "cue": cue, "acetylcholine": level}, seen.patterns)
