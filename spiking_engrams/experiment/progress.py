"""Progress of a run: session events, drawn as bars on a terminal and not shown elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from spiking_engrams.experiment.log_lines import Lines


class Event(NamedTuple):
    """Something that happened in a run; plain data, so that it can cross processes.

    Attributes
    ----------
    kind
        ``"build"`` and ``"built"`` (the program), ``"phase"`` (begins), ``"progress"``, ``"done"`` or
        ``"reused"`` (a phase), ``"seed"`` (complete).
    seed, label
        Where it happened.
    seconds
        Biological length of the phase.
    value
        Fraction done for ``"progress"``, wall seconds for ``"done"`` and ``"seed"``.
    place
        Index of the branch among those that run in parallel in a seed.

    Examples
    --------
    >>> Event("done", seed=1, label="acquisition", seconds=2.0, value=0.5)
    Event(kind='done', seed=1, label='acquisition', seconds=2.0, value=0.5, place=0)
    """

    kind: str
    seed: int
    label: str = ""
    seconds: float = 0.0
    value: float = 0.0
    place: int = 0


Listener = Callable[[Event], None]
Report = Callable[[str, float, float], None]


def silent(event: Event) -> None:
    """Ignore an event: the listener of a run that shows no progress.

    Examples
    --------
    >>> silent(Event("seed", 1))
    """


class Bars:
    """A bar per running phase with biological time, wall time and remaining time, and one over all seeds.

    A finished phase of a single-seed run, and a finished seed of a longer one, leave a line behind.
    """

    def __init__(self, progress: Any, n_seeds: int):
        self._display = progress
        self._n_seeds = n_seeds
        self._tasks: dict[tuple[int, int], Any] = {}
        self._shown = progress.add_task("seeds", total=n_seeds, detail="") if n_seeds > 1 else None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        getattr(self, f"_{event.kind}")(event)

    def _name(self, event: Event) -> str:
        return event.label if self._n_seeds == 1 else f"seed {event.seed}  {event.label}"

    def _build(self, event: Event) -> None:
        self._show(event, f"building {event.label}", total=None, detail="once")

    def _built(self, event: Event) -> None:
        self._remove(event.seed, event.place)

    def _phase(self, event: Event) -> None:
        self._remove(event.seed, event.place)
        self._show(event, self._name(event), total=1.0, detail=f"0/{event.seconds:.4g} s biological")

    def _progress(self, event: Event) -> None:
        task = self._tasks.get((event.seed, event.place))
        if task is not None:
            done = event.value * event.seconds
            detail = f"{done:.4g}/{event.seconds:.4g} s biological"
            self._display.update(task, completed=event.value, detail=detail)

    def _done(self, event: Event) -> None:
        self._remove(event.seed, event.place)
        if self._n_seeds == 1:
            speed = f", {event.seconds / event.value:.1f} x biological speed" if event.value > 0 else ""
            self._line(f"{event.label}: {event.seconds:.4g} s of biology in {event.value:.2g} s of wall time{speed}")

    def _reused(self, event: Event) -> None:
        if self._n_seeds == 1:
            self._line(f"{event.label}: reused")

    def _seed(self, event: Event) -> None:
        for seed, place in [each for each in self._tasks if each[0] == event.seed]:
            self._remove(seed, place)
        if self._shown is not None:
            self._display.advance(self._shown)
            self._line(f"seed {event.seed} complete")

    def _line(self, text: str) -> None:
        self._display.console.print(text, style="dim", highlight=False, markup=False)

    def _show(self, event: Event, text: str, **more: Any) -> None:
        self._tasks[event.seed, event.place] = self._display.add_task(text, **more)

    def _remove(self, seed: int, place: int) -> None:
        task = self._tasks.pop((seed, place), None)
        if task is not None:
            self._display.remove_task(task)


class Throttle:
    """A filter that passes events on, with at most one ``"progress"`` event per `interval` seconds.

    Examples
    --------
    >>> listener = Throttle(lambda event: print(event.kind, event.value), interval=60.0)
    >>> for fraction in (0.25, 0.5, 0.75):
    ...     listener(Event("progress", 1, "night", 10.0, fraction))
    progress 0.25
    """

    def __init__(self, listener: Listener, interval: float = 0.1):
        self._listener = listener
        self._interval = interval
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        """Pass on one event, or drop it."""
        now = time.monotonic()
        if event.kind == "progress":
            if now - self._last < self._interval:
                return
            self._last = now
        self._listener(event)


@contextmanager
def shown(n_seeds: int, stream: Any = None) -> Iterator[Listener]:
    """Yield a listener that draws bars on a terminal (stderr by default) and prints lines elsewhere.

    Examples
    --------
    >>> import io
    >>> stream = io.StringIO()
    >>> with shown(n_seeds=2, stream=stream) as listener:
    ...     listener(Event("seed", 1, value=30.0))
    >>> print(stream.getvalue())
    [0:00:...] seed 1 complete (1 of 2)
    """
    stream = sys.stderr if stream is None else stream
    if not _is_terminal(stream):
        yield silent if stream is None or stream.closed else Lines(stream, n_seeds)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        yield Bars(progress, n_seeds)


@contextmanager
def status(text: str, stream: Any = None) -> Iterator[None]:
    """Show text with a spinner during a task of unknown length, if on a terminal.

    Examples
    --------
    >>> import io
    >>> with status("drawing figures", io.StringIO()):  # no terminal, so nothing is shown
    ...     print("done")
    done
    """
    stream = sys.stderr if stream is None else stream
    if not _is_terminal(stream):
        yield
        return
    from rich.console import Console

    with Console(file=stream).status(text):
        yield


def _is_terminal(stream: Any) -> bool:
    return stream is not None and not stream.closed and bool(stream.isatty())


def of_phase(listener: Listener, seed: int, label: str) -> Report:
    """Return the callback for a simulation's progress through one phase.

    Examples
    --------
    >>> report = of_phase(lambda event: print(event.label, event.value), seed=1, label="night")
    >>> report("sleep", 10.0, 0.5)
    night 0.5
    """

    def report(_: str, seconds: float, fraction: float) -> None:
        listener(Event("progress", seed, label, seconds, fraction))

    return report


def of_many(listener: Listener, seed: int, what: str) -> Report:
    """Return the callback for progress through several phases; each is announced when it begins.

    Examples
    --------
    >>> report = of_many(lambda event: print(event.kind, event.label), seed=1, what="pretraining")
    >>> report("night 1", 10.0, 0.5)
    phase pretraining: night 1
    progress night 1
    """
    begun = ""

    def report(name: str, seconds: float, fraction: float) -> None:
        nonlocal begun
        if name != begun:
            begun = name
            listener(Event("phase", seed, f"{what}: {name}", seconds))
        listener(Event("progress", seed, name, seconds, fraction))

    return report
