"""Checks of phases and schedules when they are created; each violation is one clear sentence."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import ScheduleError
from spiking_engrams.values import plain
from spiking_engrams.values.arrays import frozen_array

if TYPE_CHECKING:
    from spiking_engrams.schedule.schedule import Phase

ALIVE = "alive"  # the reserved signal: 1 while a phase lasts, 0 in the silent guard after it
MAX_STEPS = 10_000_000  # of one phase: each signal becomes an array of this length
_left: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("phases left", default=None)


def check(phase: Phase) -> None:
    """Check a phase when it is made, and freeze its arrays.

    Raises
    ------
    ScheduleError
        If it is made of anything but words, whole numbers and finite real numbers of the right shapes.
    """
    _count()
    name = plain.word(phase.name, "The name of a phase", ScheduleError)
    n_steps = _length(name, phase.n_steps)
    object.__setattr__(phase, "n_steps", n_steps)
    for kind, field in (("signal", "signals"), ("pattern", "patterns"), ("constant", "constants"), ("knob", "held")):
        given = plain.mapping(getattr(phase, field), f"Phase '{name}': {field}", ScheduleError)
        for key, value in given.items():
            where = f"Phase '{name}': {kind} '{key}'"
            if key == ALIVE and kind == "signal":
                raise ScheduleError(f"Phase '{name}' sets '{ALIVE}', which is reserved for the guard.")
            shape = plain.numbers(value, where, ScheduleError).shape
            if kind == "signal" and shape not in ((), (n_steps,)):
                raise ScheduleError(f"{where} has shape {shape}, allowed are a number or ({n_steps},).")
            if shape and kind == "constant":
                raise ScheduleError(f"{where} is {plain.shown(value)}; it takes one number.")
        frozen = {key: frozen_array(value) if np.ndim(value) else value for key, value in given.items()}
        object.__setattr__(phase, field, frozen)  # later changes to the arguments do not affect the phase
    _check_labels(name, n_steps, phase.labels)


def _length(name: str, given: Any) -> int:
    if isinstance(given, bool | np.bool_) or not isinstance(given, int | np.integer):
        raise ScheduleError(f"Phase '{name}' lasts {plain.shown(given)} steps; it needs a whole number.")
    if given < 1:
        raise ScheduleError(f"Phase '{name}' lasts {given} steps; it needs at least 1.")
    if given > MAX_STEPS:
        raise ScheduleError(
            f"Phase '{name}' lasts {given:,} steps, at 10 ms per step {_in_words(given * 0.01)} of biology; at most "
            f"{MAX_STEPS:,} fit into one phase. Run shorter phases, each from the state after the one before."
        )
    return int(given)


def _in_words(seconds: float) -> str:
    years, days = seconds / (365.25 * 86400), seconds / 86400
    return f"{years:,.3g} years" if years >= 1 else f"{days:,.3g} days" if days >= 1 else f"{seconds / 3600:.3g} hours"


def _check_labels(name: str, n_steps: int, labels: Any) -> None:
    for label in plain.listed(labels, f"Phase '{name}': labels", (tuple, list), ScheduleError):
        if len(label) != 3:
            raise ScheduleError(f"Phase '{name}': label {plain.shown(label)} is not (first step, last step + 1, text).")
        text = plain.text(label[2], f"Phase '{name}': the text of a label", ScheduleError)
        first, last = (plain.whole(edge, f"Phase '{name}': label '{text}' has the edge", ScheduleError)
                       for edge in label[:2])  # fmt: skip
        if not 0 <= first < last <= n_steps:
            raise ScheduleError(f"Phase '{name}': label '{text}' spans {first}..{last} of {n_steps}.")


def check_part(phase: Phase, first: Any, last: Any) -> tuple[int, int]:
    """Return the ends of a part of a phase.

    Raises
    ------
    ScheduleError
        Unless they are whole numbers and ``0 <= first < last <= n_steps``.
    """
    ends = [plain.whole(end, f"A part of phase '{phase.name}' has the end", ScheduleError) for end in (first, last)]
    if not 0 <= ends[0] < ends[1] <= phase.n_steps:
        raise ScheduleError(
            f"A part of phase '{phase.name}' from {ends[0]} to {ends[1]} was given; allowed is 0 <= first < last <= "
            f"{phase.n_steps}."
        )
    return ends[0], ends[1]


@contextlib.contextmanager
def at_most(n: int) -> Iterator[None]:
    """Reject more than `n` phases created in this context, so that nobody waits for an endless list.

    A lower limit that is already set stays in force.

    Raises
    ------
    ScheduleError
        If more phases are created.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> with at_most(2):
    ...     trials = [Phase("trial", 10) for _ in range(3)]
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.ScheduleError: The schedule has more than 2 phases, too many to show; request fewer trials.
    """
    if (allowed := _left.get()) is not None and allowed[0] <= n:
        yield
        return
    token = _left.set([n])
    try:
        yield
    except _TooManyError:
        raise ScheduleError(
            f"The schedule has more than {n:,} phases, too many to show; request fewer trials."
        ) from None
    finally:
        _left.reset(token)


class _TooManyError(ScheduleError):
    pass


def _count() -> None:
    left = _left.get()
    if left is not None:
        left[0] -= 1
        if left[0] < 0:
            raise _TooManyError("too many phases")
