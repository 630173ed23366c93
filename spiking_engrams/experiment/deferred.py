"""A state that is fetched from disk, or simulated again, only when something reads its values."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from spiking_engrams.state.state import State


class DeferredState(State):
    """A state whose key is known and whose values are fetched when they are first read."""

    def __new__(cls, *args: Any, fetch: Any = None, **kwargs: Any) -> Any:
        """Make a deferred state, or a plain one when `dataclasses.replace` copies it."""
        return State(*args, **kwargs) if fetch is None else object.__new__(cls)

    def __init__(self, *, fetch: Callable[[], State], key: str, **metadata: Any):
        own = {"_fetch": fetch, "_key": key, "_lock": threading.Lock()}
        for name, value in {**metadata, **own}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Return it in one line, without reading its values."""
        return super().__repr__() if self.fetched else f"<{self._who()}; read from disk when its values are used>"

    @property
    def values(self) -> dict[str, np.ndarray]:
        """The variables, fetched once."""
        return self._fetched().values

    @property
    def units(self) -> dict[str, str]:
        """The units of the variables."""
        return self._fetched().units

    @property
    def fetched(self) -> bool:
        """Whether the values are in memory."""
        return "_state" in self.__dict__

    def _fetched(self) -> State:
        with self.__dict__["_lock"]:  # branches that start from it run in parallel
            if not self.fetched:
                object.__setattr__(self, "_state", self.__dict__["_fetch"]())
        state: State = self.__dict__["_state"]
        return state
