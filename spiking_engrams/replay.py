"""Replay of engrams: in which windows, as which events, how surely, in what order, and who follows whom.

Pure functions of arrays. An *engram* is the pattern or boolean mask of the cells that store a memory, ``(n,)``;
*labels* give the engram found in a window, or -1. Spikes are given as times (s) and cells, ``(n_spikes,)`` each.

Sources: W26 = Werne, Chadwick & Series 2026, PLOS Comput Biol, doi 10.1371/journal.pcbi.1013251 (criterion); Phipson &
Smyth 2010, Stat Appl Genet Mol Biol 9:39 (permutation p values). Shapes that do not fit raise ParameterError.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.errors import ParameterError
from spiking_engrams.metrics import cosines

CRITERION = 0.15  # pattern distance below which an engram counts as recalled, W26
WINDOW_S, STEP_S = 0.1, 0.02  # of sliding windows
LEAD_S = 0.5  # how long before an event another module may begin


class Run(NamedTuple):
    """A run of windows with the same engram: its index, first window and number of windows."""

    engram: int
    start: int
    length: int


class Event(NamedTuple):
    """A replay event.

    Attributes
    ----------
    engram
        Index of the engram.
    t_start, duration
        Centre of its first window, and from there to the end of its last step, in seconds.
    strength
        Cosine of activity and engram, summed over its time: seconds of perfect replay.
    p_value
        Probability of an event as strong, anywhere in the recording, in spikes without replay.
    """

    engram: int
    t_start: float
    duration: float
    strength: float
    p_value: float


class Significance(NamedTuple):
    """Observed coverage, coverage of each shuffle ``(n_shuffles,)``, and the one-sided p value."""

    coverage: float
    null: np.ndarray
    p_value: float


class Followed(NamedTuple):
    """What another module did in an event: share of its time in the same engram, and how much later it began (s)."""

    share: float
    lag: float


def identify(patterns: ArrayLike, engrams: ArrayLike, criterion: float = CRITERION) -> np.ndarray:
    """Nearest engram in each window, where it is nearer than the criterion (W26: distance < 0.15).

    Parameters
    ----------
    patterns, engrams : ``(n_windows, n)``, ``(n_engrams, n)``
    criterion : float
        `metrics.pattern_distance` that it must stay below.

    Returns
    -------
    labels : int array ``(n_windows,)``
        Index of the engram, -1 for none (silence included).
    """
    return _labels(_similarities(patterns, engrams), criterion)


def runs(labels: ArrayLike) -> list[Run]:
    """Runs of equal labels ``(n_windows,)`` other than -1, in order."""
    values = np.asarray(labels, int)
    if values.size == 0:
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    lengths = np.diff(np.append(starts, values.size))
    found = zip(values[starts].tolist(), starts.tolist(), lengths.tolist(), strict=True)
    return [Run(*run) for run in found if run[0] >= 0]


def visited(labels: ArrayLike) -> np.ndarray:
    """Engrams found at least once, sorted."""
    values = np.unique(np.asarray(labels, int))
    return values[values >= 0]


def dwell(labels: ArrayLike) -> float:
    """Mean length of a run in windows; NaN without any."""
    lengths = [run.length for run in runs(labels)]
    return float(np.mean(lengths)) if lengths else float("nan")


def coverage(labels: ArrayLike, n_engrams: int) -> float:
    """Fraction of `n_engrams` engrams found at least once."""
    return visited(labels).size / n_engrams


def transitions(sequence: ArrayLike, n_engrams: int) -> np.ndarray:
    """How often one engram followed another in a sequence of engrams, from row to column; int ``(n, n)``.

    The sequence is that of runs or events, so that an entry on the diagonal is a return after a pause.
    """
    order = np.asarray(sequence, int)
    if order.size and (order.min() < 0 or order.max() >= n_engrams):
        raise ParameterError(f"engrams {order.min()} to {order.max()} were given; allowed: 0 to {n_engrams - 1}")
    found = np.zeros((n_engrams, n_engrams), int)
    np.add.at(found, (order[:-1], order[1:]), 1)
    return found


def shuffled_engrams(engrams: ArrayLike, rng: np.random.Generator, n: int) -> np.ndarray:
    """Controls ``(n, n_engrams, n_cells)``: each engram with its cells shuffled, so as many are active."""
    stored = np.atleast_2d(np.asarray(engrams))
    return rng.permuted(np.broadcast_to(stored, (n, *stored.shape)), axis=-1)


def significance(
    patterns: ArrayLike,
    engrams: ArrayLike,
    rng: np.random.Generator,
    n_shuffles: int = 1000,
    criterion: float = CRITERION,
) -> Significance:
    """Compare the coverage of `identify` with that of cell-shuffled engrams.

    The p value is ``(1 + #{null >= observed}) / (1 + n_shuffles)`` (Phipson & Smyth 2010).
    """
    stored = np.atleast_2d(np.asarray(engrams))
    found = coverage(identify(patterns, stored, criterion), len(stored))
    shuffles = (shuffled_engrams(stored, rng, 1)[0] for _ in range(n_shuffles))
    null = np.array([coverage(identify(patterns, s, criterion), len(stored)) for s in shuffles])
    return Significance(found, null, float((1 + np.sum(null >= found)) / (1 + n_shuffles)))


def detect(
    times: ArrayLike,
    cells: ArrayLike,
    engrams: ArrayLike,
    duration: float,
    rng: np.random.Generator,
    *,
    window: float = WINDOW_S,
    step: float = STEP_S,
    criterion: float = CRITERION,
    n_shuffles: int = 200,
) -> list[Event]:
    """Find replay events in spikes: runs of sliding windows that are nearest to the same engram.

    The p value of an event compares its strength with the strongest event of spike trains that are each shifted in a
    circle by a random time, which keeps the rate and the bursts of every cell and loses who fires with whom. So of
    recordings without replay a share alpha has any event with p <= alpha, at most.

    Parameters
    ----------
    engrams : ``(n_engrams, n_cells)``
    window, step : float
        Length of the sliding windows and distance between them in seconds; a whole number of steps per window.
    """
    stored = np.atleast_2d(np.asarray(engrams, float))
    trains = _binned(times, cells, stored.shape[1], duration, step)
    per_window = _per_window(window, step, len(trains))
    found = _events(trains, stored, per_window, step, criterion)
    if not found:
        return []
    null = np.empty((2, n_shuffles))
    for number in range(n_shuffles):
        shifted = _shifted(trains, rng.integers(len(trains), size=(trains.shape[1],)))
        for row, surrogate in enumerate((shifted, rng.permutation(trains, axis=1))):
            strengths = [event.strength for event in _events(surrogate, stored, per_window, step, criterion)]
            null[row, number] = max(strengths, default=0.0)
    larger = [int(np.sum(null >= event.strength, axis=1).max()) for event in found]
    return [event._replace(p_value=(1 + n) / (1 + n_shuffles)) for event, n in zip(found, larger, strict=True)]


def followed(
    events: list[Event],
    times: ArrayLike,
    cells: ArrayLike,
    engrams: ArrayLike,
    duration: float,
    *,
    window: float = WINDOW_S,
    step: float = STEP_S,
    criterion: float = CRITERION,
) -> list[Followed]:
    """Return for each event of one module what another one did.

    Parameters
    ----------
    times, cells, engrams
        Spikes of the other module, and its engrams in the same order.
    window, step, criterion
        As for `detect`; lags are multiples of the step, NaN if the other module did not follow.
    """
    stored = np.atleast_2d(np.asarray(engrams, float))
    trains = _binned(times, cells, stored.shape[1], duration, step)
    per_window = _per_window(window, step, len(trains))
    labels = _labels(_similarities(_windows(trains, per_window), stored), criterion)
    lead, result = round(LEAD_S / step), []
    for event in events:
        first = round((event.t_start - window / 2) / step)
        last = first + round(event.duration / step)
        same = labels[first:last] == event.engram
        if not same.any():
            result.append(Followed(0.0, float("nan")))
            continue
        begins = first + int(same.argmax())
        if begins == first:  # it may have begun before
            while begins > max(0, first - lead) and labels[begins - 1] == event.engram:
                begins -= 1
        result.append(Followed(float(same.mean()), (begins - first) * step))
    return result


def _similarities(patterns: ArrayLike, engrams: ArrayLike) -> np.ndarray:
    windows, stored = np.atleast_2d(np.asarray(patterns, float)), np.atleast_2d(np.asarray(engrams, float))
    if stored.shape[0] == 0 or windows.shape[1] != stored.shape[1]:
        given = f"patterns {windows.shape} and engrams {stored.shape} do not fit"
        raise ParameterError(f"{given}; allowed: (n_windows, n) and (n_engrams, n), n_engrams >= 1")
    return cosines(windows, stored)


def _labels(similarities: np.ndarray, criterion: float) -> np.ndarray:
    distances = 0.5 * (1.0 - similarities)
    return np.where(distances.min(axis=1) < criterion, distances.argmin(axis=1), -1)


def _binned(times: ArrayLike, cells: ArrayLike, n_cells: int, duration: float, step: float) -> np.ndarray:
    """Return spike counts per step, ``(n_steps, n_cells)``."""
    when, who = np.asarray(times, float), np.asarray(cells, int)
    if when.shape != who.shape or (who.size and not 0 <= who.min() <= who.max() < n_cells):
        raise ParameterError(
            f"{when.shape} times and {who.shape} cells were given, for engrams of {n_cells} cells; allowed: as many of "
            f"both, cells from 0 to {n_cells - 1}"
        )
    n_steps = int(duration / step + 1e-9)
    number = np.floor(when / step + 1e-9).astype(int)
    inside = (number >= 0) & (number < n_steps)
    flat = np.bincount(number[inside] * n_cells + who[inside], minlength=n_steps * n_cells)
    return flat.reshape(n_steps, n_cells).astype(np.float32)


def _per_window(window: float, step: float, n_steps: int) -> int:
    """Return the steps of a window."""
    n = round(window / step)
    if n < 1 or abs(window / step - n) > 1e-6 or n > n_steps:
        raise ParameterError(
            f"windows of {window} s and steps of {step} s were given for {n_steps} steps; allowed: a whole number of "
            "steps per window, and at least one window"
        )
    return n


def _windows(trains: np.ndarray, n: int) -> np.ndarray:
    """Return sums over n steps, one window for each step at which it fits."""
    summed = np.concatenate([np.zeros((1, trains.shape[1])), np.cumsum(trains, axis=0, dtype=float)])
    return np.asarray(summed[n:] - summed[:-n])


def _shifted(trains: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Return spike counts with each cell's train shifted in a circle."""
    rows = (np.arange(len(trains))[:, None] + by) % len(trains)
    return np.asarray(np.take_along_axis(trains, rows, axis=0))


def _events(trains: np.ndarray, engrams: np.ndarray, per_window: int, step: float, criterion: float) -> list[Event]:
    similarities = _similarities(_windows(trains, per_window), engrams)
    centre = per_window * step / 2
    return [
        Event(
            run.engram, run.start * step + centre, run.length * step,
            float(similarities[run.start : run.start + run.length, run.engram].sum() * step), float("nan"),
        )
        for run in runs(_labels(similarities, criterion))
    ]  # fmt: skip
