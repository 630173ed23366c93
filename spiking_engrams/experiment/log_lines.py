"""Progress as lines of text, for logs and wherever else there is no terminal."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from spiking_engrams.experiment.progress import Event

INTERVAL_S = 60.0


class Lines:
    """A listener that prints a line when one of several seeds is complete, and one a minute in between.

    Parameters
    ----------
    stream
        Where lines are printed.
    n_seeds
        Number of seeds of the run.
    clock
        Returns the time in seconds.

    Examples
    --------
    >>> import io
    >>> from spiking_engrams.experiment.progress import Event
    >>> stream = io.StringIO()
    >>> lines = Lines(stream, n_seeds=2, clock=iter([0.0, 90.0]).__next__)
    >>> lines(Event("seed", 1, value=30.0))
    >>> print(stream.getvalue())
    [0:01:30] seed 1 complete (1 of 2)
    """

    def __init__(self, stream: TextIO, n_seeds: int, clock: Callable[[], float] = time.monotonic):
        self._stream = stream
        self._n_seeds = n_seeds
        self._clock = clock
        self._begun = self._last = clock()
        self._complete = 0

    def __call__(self, event: Event) -> None:
        """Print what an event says, if it is time for a line."""
        if event.kind == "seed":
            self._complete += 1
            if event.value > 0 and self._n_seeds > 1:  # without a value it was complete before this run went on
                self._print(f"seed {event.seed} complete ({self._complete} of {self._n_seeds})")
        elif event.kind in ("phase", "progress") and self._clock() - self._last >= INTERVAL_S:
            done = event.value * event.seconds if event.kind == "progress" else 0.0
            self._print(f"seed {event.seed}, {event.label}: {done:.4g} of {event.seconds:.4g} s of biology")

    def _print(self, text: str) -> None:
        self._last = self._clock()
        elapsed = timedelta(seconds=round(self._last - self._begun))
        with contextlib.suppress(OSError, ValueError):  # a log that cannot be written stops no run
            print(f"[{elapsed}] {text}", file=self._stream, flush=True)
