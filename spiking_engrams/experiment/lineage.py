"""Lineage: where the states of one seed come from, so that any of them can be recovered.

When its values are needed, a state is read from disk or simulated again from the nearest available ancestor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from spiking_engrams.errors import EngramError, SimulationError
from spiking_engrams.experiment.deferred import DeferredState
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

CHECKPOINT_S = 10.0  # wall seconds between checkpoints of states that are not kept
type Again = Callable[[State], tuple[State, Recording]]


class Lineage:
    """States of one circuit in the folder of a seed."""

    def __init__(self, folder: SeedFolder):
        self.folder = folder
        self._checkpoint: State | None = self._load_checkpoint()
        self._checkpointed = time.monotonic()
        self._latest = "" if self._checkpoint is None else self._checkpoint.key()
        self._kept: set[str] = set()
        self._origins: dict[str, tuple[str, State, Again]] = {}

    def keep(self, label: str, state: State) -> None:
        """Save a state permanently."""
        state.save(self.folder.state_path(label))
        self._kept.add(state.key())

    def ensure(self, label: str, state: State) -> None:
        """Save a state that must be kept, unless an intact copy is on disk."""
        if self._saved(label, state.key()) is None:
            _ = state.values  # it is simulated again now
            self.keep(label, state)

    def begin(self, state: State) -> None:
        """Load the state that a phase starts from, and save it now and then as a checkpoint to resume the seed from."""
        _ = state.values  # if it was not kept, the preceding phases are simulated now
        at_hand = state.key() == self._latest or state.key() in self._kept
        if not at_hand and time.monotonic() - self._checkpointed > CHECKPOINT_S:
            state.save(self.folder.checkpoint_path)
            self._latest = state.key()
            self._checkpointed = time.monotonic()

    def _load_checkpoint(self) -> State | None:
        try:
            path = self.folder.checkpoint_path
            return State.load(path) if path.exists() else None
        except EngramError:
            return None

    def deferred(self, label: str, again: Again, state: State, memo: dict[str, Any]) -> State:
        """Return the state after a stored phase; its values are fetched when they are needed.

        ``again(state)`` simulates that phase again.
        """
        key = memo["successor"]
        self._origins[key] = (label, state, again)
        deferred: State = DeferredState(
            fetch=lambda: self._fetch(key),
            key=key,
            circuit_digest=state.circuit_digest,
            structure_digest=state.structure_digest,
            parameters=state.parameters,
            seed=state.seed,
            history=tuple(memo["history"]),
            time=memo["time"],
        )
        return deferred

    def _fetch(self, key: str) -> State:
        """Read a state, or simulate it again from the nearest available ancestor."""
        wanted: list[Again] = []
        here, found = key, self._on_disk(key)
        while found is None:
            _, parent, again = self._origins[here]
            wanted.append(again)
            here = parent.key()
            ready = not isinstance(parent, DeferredState) or parent.fetched
            found = parent if ready else self._on_disk(here)
        for again in reversed(wanted):
            found, _ = again(found)
        if found.key() != key:
            raise SimulationError(
                f"The state after '{self._origins[key][0]}' could not be reproduced from the preceding phases; "
                f"delete {self.folder.path} and resume again."
            )
        return found

    def _on_disk(self, key: str) -> State | None:
        if self._checkpoint is not None and self._checkpoint.key() == key:
            return self._checkpoint
        return self._saved(self._origins[key][0], key)

    def _saved(self, label: str, key: str) -> State | None:
        path = self.folder.state_path(label)
        try:
            state = State.load(path) if path.exists() else None
        except EngramError:
            return None
        return state if state is not None and state.key() == key else None
