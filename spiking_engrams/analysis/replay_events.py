"""Replay events in spikes: which engram, when, how significantly, and how other modules follow.

Pure functions of arrays. Spikes are given as times (s) and cells, ``(n_spikes,)`` each; engrams as in `replay`.

Sources: Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39 (permutation p values). Arguments that do not fit raise
ParameterError.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.analysis.replay import CRITERION, Run, labelled, runs, similarities, stored_engrams
from spiking_engrams.errors import ParameterError
from spiking_engrams.values import plain

WINDOW_S, STEP_S = 0.1, 0.02  # of sliding windows
GAP_S, LEAST_S = 0.1, 0.1  # a silence up to GAP_S does not end an event; an event shorter than LEAST_S does not count
LEAD_S = 0.5  # how long before an event another module may begin


class Event(NamedTuple):
    """A replay event.

    Attributes
    ----------
    engram
        Index of the engram.
    t_start, duration
        Centre of its first window, and the time from there to the end of its last step, in seconds.
    strength
        Cosine of activity and engram, integrated over the event: seconds of perfect replay.
    p_value
        Probability of an event at least as strong, anywhere in the recording, in spikes without replay; the smallest
        possible value is 1/(1 + n_shuffles).

    Examples
    --------
    >>> event = Event(engram=0, t_start=0.5, duration=0.2, strength=0.15, p_value=0.005)
    >>> round(event.strength / event.duration, 2)  # mean cosine with the engram
    0.75
    """

    engram: int
    t_start: float
    duration: float
    strength: float
    p_value: float


class Followed(NamedTuple):
    """Activity of another module in an event: share of the event in the same engram, and lag of its onset (s).

    Examples
    --------
    >>> cortex = Followed(share=0.8, lag=0.02)
    >>> cortex.lag > 0  # it begins after the event
    True
    """

    share: float
    lag: float


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

    Runs of an engram with nothing but a silence of at most `GAP_S` between them are one event; events shorter than
    `LEAST_S` do not count.

    The p value of an event compares its strength with the strongest event of spike trains that are each shifted
    circularly by a random time, which keeps the rate and the bursts of every cell but destroys which cells fire
    together. Thus at most a share alpha of recordings without replay has any event with p <= alpha.

    Parameters
    ----------
    times, cells : ``(n_spikes,)``
        Time in seconds and cell of each spike.
    engrams : ``(n_engrams, n_cells)``
    duration : float
        Length of the recording in seconds.
    window, step : float
        Length of the sliding windows and distance between them in seconds; a window is a whole number of steps.

    Examples
    --------
    >>> volleys = np.arange(1.0, 1.3, 0.01)  # cells 0 to 2 fire together for 300 ms
    >>> times, cells = np.repeat(volleys, 3), np.tile([0, 1, 2], len(volleys))
    >>> engram = np.arange(20) < 3
    >>> [event] = detect(times, cells, [engram], duration=2.0, rng=np.random.default_rng(1), n_shuffles=99)
    >>> event.engram, round(event.t_start, 2), event.p_value
    (0, 0.97, 0.01)
    """
    plain.instance(rng, np.random.Generator, "rng")
    plain.whole(n_shuffles, "n_shuffles is", low=1)
    stored = stored_engrams(engrams)
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
    """Return what another module did in each event of one module.

    Parameters
    ----------
    times, cells, engrams
        Spikes of the other module, and its engrams in the same order.
    duration, window, step, criterion
        As for `detect`; lags are multiples of the step, NaN if the other module did not follow. Its activity before
        the end of the previous event, or more than `LEAD_S` before this one, does not count.

    Examples
    --------
    >>> event = Event(engram=0, t_start=1.0, duration=0.4, strength=0.4, p_value=0.01)  # in the hippocampus
    >>> times = np.arange(1.1, 1.5, 0.01)  # a cell of the same engram in the cortex fires a little later
    >>> [cortex] = followed([event], times, np.zeros(len(times), int), [[1, 0]], duration=2.0)
    >>> round(cortex.share, 2), round(cortex.lag, 2)
    (0.85, 0.06)
    """
    stored = stored_engrams(engrams)
    trains = _binned(times, cells, stored.shape[1], duration, step)
    per_window = _per_window(window, step, len(trains))
    labels = labelled(similarities(_windows(trains, per_window), stored), criterion)
    lead, result, ended = round(LEAD_S / step), [], 0
    for event in events:
        first = round((event.t_start - window / 2) / step)
        last = first + round(event.duration / step)
        earliest, ended = max(ended, first - lead), last
        same = labels[first:last] == event.engram
        if not same.any():
            result.append(Followed(0.0, float("nan")))
            continue
        begins = first + int(same.argmax())
        if begins == first:  # it may have begun earlier
            while begins > earliest and labels[begins - 1] == event.engram:
                begins -= 1
        result.append(Followed(float(same.mean()), (begins - first) * step))
    return result


def _binned(times: ArrayLike, cells: ArrayLike, n_cells: int, duration: float, step: float) -> np.ndarray:
    """Return spike counts per step, ``(n_steps, n_cells)``."""
    duration, step = plain.number(duration, "duration (s)", above=0), plain.number(step, "step (s)", above=0)
    when, who = plain.numbers(times, "times (s)", shape=(None,)), plain.wholes(cells, "cells")
    if when.shape != who.shape or (who.size and not 0 <= who.min() <= who.max() < n_cells):
        raise ParameterError(
            f"{when.shape} times and {who.shape} cells were given, for engrams of {n_cells} cells; allowed: equally "
            f"many of both, cells from 0 to {n_cells - 1}"
        )
    n_steps = int(duration / step + 1e-9)
    number = np.floor(when / step + 1e-9).astype(int)
    inside = (number >= 0) & (number < n_steps)
    flat = np.bincount(number[inside] * n_cells + who[inside], minlength=n_steps * n_cells)
    return flat.reshape(n_steps, n_cells).astype(np.float32)


def _per_window(window: float, step: float, n_steps: int) -> int:
    """Return the number of steps in a window."""
    n = round(plain.number(window, "window (s)", above=0) / step)
    if n < 1 or abs(window / step - n) > 1e-6 or n > n_steps:
        raise ParameterError(
            f"windows of {window} s and steps of {step} s were given for {n_steps} steps; allowed: a whole number of "
            "steps per window, and at least one window"
        )
    return n


def _windows(trains: np.ndarray, n: int) -> np.ndarray:
    """Return sums over windows of `n` steps, one starting at each step where a window fits."""
    summed = np.concatenate([np.zeros((1, trains.shape[1])), np.cumsum(trains, axis=0, dtype=float)])
    return np.asarray(summed[n:] - summed[:-n])


def _shifted(trains: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Return spike counts with each cell's train shifted circularly."""
    rows = (np.arange(len(trains))[:, None] + by) % len(trains)
    return np.asarray(np.take_along_axis(trains, rows, axis=0))


def _events(trains: np.ndarray, engrams: np.ndarray, per_window: int, step: float, criterion: float) -> list[Event]:
    alike = similarities(_windows(trains, per_window), engrams)
    centre = per_window * step / 2
    found = _merged(runs(labelled(alike, criterion)), round(GAP_S / step))
    return [
        Event(
            run.engram, run.start * step + centre, run.length * step,
            float(alike[run.start : run.start + run.length, run.engram].sum() * step), float("nan"),
        )
        for run in found if run.length >= round(LEAST_S / step)
    ]  # fmt: skip


def _merged(found: list[Run], gap: int) -> list[Run]:
    """Return runs with neighbours of the same engram merged if they are at most `gap` windows apart."""
    merged: list[Run] = []
    for run in found:
        last = merged[-1] if merged else None
        if last and last.engram == run.engram and run.start - last.start - last.length <= gap:
            merged[-1] = last._replace(length=run.start + run.length - last.start)
        else:
            merged.append(run)
    return merged
