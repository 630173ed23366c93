"""Replay of engrams: in which windows, how significantly and in what order; `replay_events` finds events in spikes.

Pure functions of arrays. An *engram* is the pattern or boolean mask of the cells that store a memory, ``(n,)``;
*labels* are the index of the engram found in each window, or -1.

Sources: W26 = Werne, Chadwick & Series 2026, PLOS Comput Biol, doi 10.1371/journal.pcbi.1013251 (criterion); Phipson &
Smyth 2010, Stat Appl Genet Mol Biol 9:39 (permutation p values). Arguments that do not fit raise ParameterError.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.analysis.metrics import cosines
from spiking_engrams.errors import ParameterError
from spiking_engrams.values import plain

CRITERION = 0.15  # pattern distance below which an engram counts as recalled, W26


class Run(NamedTuple):
    """A run of windows with the same engram: its index, first window and number of windows.

    Examples
    --------
    >>> replayed = Run(engram=2, start=10, length=5)
    >>> replayed.start + replayed.length  # the window after the last
    15
    """

    engram: int
    start: int
    length: int


class Significance(NamedTuple):
    """Observed coverage, coverage of each shuffle ``(n_shuffles,)``, and the one-sided p value; see `significance`.

    Examples
    --------
    >>> found = Significance(coverage=1.0, null=np.array([0.0, 0.5, 0.0]), p_value=0.25)
    >>> round(float(found.null.mean()), 2)  # coverage expected by chance
    0.17
    """

    coverage: float
    null: np.ndarray
    p_value: float


def identify(patterns: ArrayLike, engrams: ArrayLike, criterion: float = CRITERION) -> np.ndarray:
    """Return the nearest engram in each window, where it is nearer than the criterion (W26: distance < 0.15).

    Parameters
    ----------
    patterns, engrams : ``(n_windows, n)``, ``(n_engrams, n)``
    criterion : float
        The `metrics.pattern_distance` must be below this value.

    Returns
    -------
    labels : int array ``(n_windows,)``
        Index of the engram, -1 for none (silence included).

    Examples
    --------
    >>> engrams = [[1, 1, 0, 0], [0, 0, 1, 1]]
    >>> identify([[0.9, 1.0, 0, 0], [0, 0, 0, 0], [0, 0.1, 0.8, 0.7]], engrams).tolist()  # the second window is silent
    [0, -1, 1]
    """
    return labelled(similarities(patterns, engrams), criterion)


def runs(labels: ArrayLike) -> list[Run]:
    """Return the runs of equal labels ``(n_windows,)`` other than -1, in order.

    Examples
    --------
    >>> runs([2, 2, -1, 0])
    [Run(engram=2, start=0, length=2), Run(engram=0, start=3, length=1)]
    """
    values = plain.wholes(labels, "labels")
    if values.size == 0:
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    lengths = np.diff(np.append(starts, values.size))
    found = zip(values[starts].tolist(), starts.tolist(), lengths.tolist(), strict=True)
    return [Run(*run) for run in found if run[0] >= 0]


def visited(labels: ArrayLike) -> np.ndarray:
    """Return the engrams that occur in labels ``(n_windows,)``, sorted; int ``(n_visited,)``.

    Examples
    --------
    >>> visited([2, 2, -1, 0]).tolist()
    [0, 2]
    """
    values = np.unique(plain.wholes(labels, "labels"))
    return values[values >= 0]


def dwell(labels: ArrayLike) -> float:
    """Return the mean length of the runs of labels ``(n_windows,)``, in windows; NaN if there is none.

    Examples
    --------
    >>> dwell([2, 2, -1, 0])
    1.5
    """
    lengths = [run.length for run in runs(labels)]
    return float(np.mean(lengths)) if lengths else float("nan")


def coverage(labels: ArrayLike, n_engrams: int) -> float:
    """Return the fraction of `n_engrams` engrams that occur in labels ``(n_windows,)``.

    Examples
    --------
    >>> coverage([2, 2, -1, 0], n_engrams=4)  # two of four engrams are replayed
    0.5
    """
    return visited(labels).size / plain.whole(n_engrams, "n_engrams is", low=1)


def transitions(sequence: ArrayLike, n_engrams: int) -> np.ndarray:
    """Return how often each engram (column) follows each other (row) in a sequence; int ``(n_engrams, n_engrams)``.

    The sequence ``(n,)`` lists the engrams of runs or events, so an entry on the diagonal is a return after a pause.

    Examples
    --------
    >>> transitions([0, 1, 0, 1], n_engrams=2).tolist()  # from 0 to 1 twice, back once
    [[0, 2], [1, 0]]
    """
    order, n_engrams = plain.wholes(sequence, "The sequence"), plain.whole(n_engrams, "n_engrams is", low=1)
    if order.size and (order.min() < 0 or order.max() >= n_engrams):
        raise ParameterError(f"engrams {order.min()} to {order.max()} were given; allowed: 0 to {n_engrams - 1}")
    found = np.zeros((n_engrams, n_engrams), int)
    np.add.at(found, (order[:-1], order[1:]), 1)
    return found


def shuffled_engrams(engrams: ArrayLike, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return `n` controls of each engram, with its cells shuffled and equally many active: ``(n, n_engrams, n_cells)``.

    Examples
    --------
    >>> controls = shuffled_engrams([[1, 1, 0, 0, 0]], np.random.default_rng(1), n=3)
    >>> controls.shape, controls.sum(axis=2).ravel().tolist()
    ((3, 1, 5), [2.0, 2.0, 2.0])
    """
    plain.instance(rng, np.random.Generator, "rng")
    stored = stored_engrams(engrams)
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

    Parameters
    ----------
    patterns, engrams, criterion
        As for `identify`.
    rng
        Source of the shuffles.

    Examples
    --------
    >>> engram = np.arange(50) < 5  # five of fifty cells
    >>> found = significance([engram], [engram], np.random.default_rng(1), n_shuffles=99)
    >>> found.coverage, found.p_value
    (1.0, 0.01)
    """
    plain.whole(n_shuffles, "n_shuffles is", low=1)
    stored = stored_engrams(engrams)
    found = coverage(identify(patterns, stored, criterion), len(stored))
    shuffles = (shuffled_engrams(stored, rng, 1)[0] for _ in range(n_shuffles))
    null = np.array([coverage(identify(patterns, s, criterion), len(stored)) for s in shuffles])
    return Significance(found, null, float((1 + np.sum(null >= found)) / (1 + n_shuffles)))


def stored_engrams(engrams: ArrayLike) -> np.ndarray:
    """Return engrams as float ``(n_engrams, n)``, with at least one engram and one cell.

    Examples
    --------
    >>> stored_engrams([True, False, True]).tolist()
    [[1.0, 0.0, 1.0]]
    """
    found = np.atleast_2d(plain.numbers(engrams, "engrams"))
    if found.ndim != 2 or found.size == 0:
        raise ParameterError(
            f"engrams of shape {np.shape(engrams)} were given; allowed: (n_engrams, n), n_engrams >= 1"
        )
    return found


def similarities(patterns: ArrayLike, engrams: ArrayLike) -> np.ndarray:
    """Return cosines of patterns ``(n_windows, n)`` and engrams ``(n_engrams, n)``: ``(n_windows, n_engrams)``.

    Examples
    --------
    >>> similarities([[1, 1, 0, 0]], [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]).round(2).tolist()
    [[1.0, 0.5, 0.0]]
    """
    windows, stored = np.atleast_2d(plain.numbers(patterns, "patterns")), stored_engrams(engrams)
    if windows.ndim != 2 or windows.shape[1] != stored.shape[1]:
        given = f"patterns {windows.shape} and engrams {stored.shape} do not fit"
        raise ParameterError(f"{given}; allowed: (n_windows, n) and (n_engrams, n), n_engrams >= 1")
    return cosines(windows, stored)


def labelled(cosine: np.ndarray, criterion: float) -> np.ndarray:
    """Return labels of windows from `similarities`: the nearest engram if it is nearer than the criterion, else -1.

    Examples
    --------
    >>> labelled(np.array([[1.0, 0.5], [0.3, 0.4]]), criterion=0.15).tolist()
    [0, -1]
    """
    criterion = plain.number(criterion, "The criterion")
    distances = 0.5 * (1.0 - cosine)
    return np.where(distances.min(axis=1) < criterion, distances.argmin(axis=1), -1)
