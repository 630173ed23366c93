"""Days and nights as data: what an animal experiences over weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.phases import NIGHT, SETTLE, Phases, random_context
from spiking_engrams.schedule.schedule import Phase


@dataclass(frozen=True, eq=False)
class Day:
    """A day in several contexts, one after the other.

    Attributes
    ----------
    contexts, n_steps, us
        Patterns, learning steps in each, and the unconditioned stimulus in each (a number, or one per step).
    """

    name: str
    contexts: Sequence[np.ndarray]
    n_steps: Sequence[int]
    us: Sequence[np.ndarray | float]

    def phase(self, phases: Phases) -> Phase:
        """Return the phase of this day."""
        return phases.perceive(self.contexts, self.n_steps, self.us, self.name)

    @property
    def ends(self) -> list[int]:
        """Steps after the last one of each context."""
        return np.cumsum([n + SETTLE for n in self.n_steps]).tolist()


@dataclass(frozen=True)
class Night:
    """A night of sleep; `n_steps` is 0 if all sleep is lost."""

    name: str
    n_steps: int = NIGHT

    def phase(self, phases: Phases) -> Phase:
        """Return the phase of this night."""
        return phases.sleep(self.n_steps, self.name)


def random_day(
    parameters: Any,
    generator: np.random.Generator,
    name: str,
    n_contexts: int,
    n_steps: int,
    us: Callable[[np.random.Generator], np.ndarray | float],
) -> Day:
    """Return a day in new contexts, with `n_steps` steps and a stimulus drawn by ``us(generator)`` in each."""
    contexts = [random_context(parameters, generator) for _ in range(n_contexts)]
    return Day(name, contexts, [n_steps] * n_contexts, [us(generator) for _ in range(n_contexts)])
