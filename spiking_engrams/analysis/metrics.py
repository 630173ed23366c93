"""Measures of engrams, memory curves and samples over seeds: pure functions of arrays and recordings.

A *pattern* is an activity vector >= 0 over cells, ``(n,)``, 1 for a fully active cell; an *engram* is the
pattern or boolean mask of the cells that store a memory.

Sources: W26 = Werne, Chadwick & Series 2026, PLOS Comput Biol, doi 10.1371/journal.pcbi.1013251 (distance,
encoding strength); Efron 1979, Ann Stat 7:1 (bootstrap). Arguments that do not fit raise ParameterError.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.errors import ParameterError
from spiking_engrams.state.recording import Recording
from spiking_engrams.values import plain

UNIT_RATE = 50.0  # Hz, rate of a fully active cell in every calibrated neuron model


class Summary(NamedTuple):
    """Mean, standard deviation (ddof 1), bootstrap interval of the mean, and number of values used; see `summary`.

    Examples
    --------
    >>> Summary(mean=0.85, sd=0.13, interval=(0.75, 0.95), n=4).interval
    (0.75, 0.95)
    """

    mean: float
    sd: float
    interval: tuple[float, float]
    n: int


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Return the cosine of two patterns ``(n,)``: 1 if proportional, 0 if they share no cell or one is silent.

    Examples
    --------
    >>> round(cosine([1, 1, 0, 0], [0, 1, 1, 0]), 2)  # one of two active cells is shared
    0.5
    """
    first, second = _same_shape(a, b)
    return float(cosines(first[None], second[None])[0, 0])


def pattern_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Return the distance ``(1 - cosine) / 2`` of two patterns ``(n,)``, in [0, 0.5]; 0.5 when one is silent (W26).

    Examples
    --------
    >>> pattern_distance([1, 1, 0, 0], [0, 0, 1, 1])
    0.5
    """
    return 0.5 * (1.0 - cosine(a, b))


def pattern_completion(recalled: ArrayLike, cue: ArrayLike, engram: ArrayLike) -> float:
    """Return the fraction of what the cue lacks that recall fills in; all patterns are ``(n,)``.

    ``(cosine(recalled, engram) - cosine(cue, engram)) / (1 - cosine(cue, engram))``: 1 is the whole
    engram, 0 is no better than the cue, negative is worse; NaN when the cue is already complete.

    Examples
    --------
    >>> engram, cue, recalled = [1, 1, 1, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0]
    >>> round(pattern_completion(recalled, cue, engram), 2)
    1.0
    """
    before = cosine(cue, engram)
    return (cosine(recalled, engram) - before) / (1.0 - before) if before < 1.0 - 1e-12 else float("nan")


def encoding_strength(weights: ArrayLike, engram: ArrayLike) -> tuple[float, float]:
    """Return the share of the engram cells' outgoing weight that stays within the engram (W26).

    Parameters
    ----------
    weights : ``(n, n)``
        Recurrent weights >= 0 from row to column.
    engram : bool ``(n,)``

    Returns
    -------
    strength, chance : float
        ``sum W[E, E] / sum W[E, :]`` (NaN if there is no weight) and ``|E| / n``, its value for equal weights.

    Examples
    --------
    >>> encoding_strength([[0, 3, 1, 0], [3, 0, 0, 1], [1, 1, 0, 1], [1, 1, 1, 0]], [True, True, False, False])
    (0.75, 0.5)
    """
    matrix, mask = plain.numbers(weights, "weights"), plain.mask(engram, "The engram")
    if matrix.shape != (mask.size, mask.size) or mask.ndim != 1:
        raise ParameterError(f"weights {matrix.shape}, engram {mask.shape} do not fit; allowed: (n, n), (n,)")
    outgoing = matrix[mask]
    total = outgoing.sum()
    return float(outgoing[:, mask].sum() / total) if total > 0 else float("nan"), float(mask.mean())


def active_cells(counts: ArrayLike, threshold: float) -> np.ndarray:
    """Return which cells have at least `threshold` spikes (or Hz, in the unit of `counts`); bool, shape of `counts`.

    Examples
    --------
    >>> active_cells([12.0, 0.5, 25.0], threshold=10).tolist()  # firing rates in Hz
    [True, False, True]
    """
    return plain.numbers(counts, "counts") >= plain.number(threshold, "threshold")


def activity_patterns(
    recording: Recording, population: str, window_s: float, unit_rate: float = UNIT_RATE
) -> np.ndarray:
    """Return rates in windows of `window_s` seconds, ``(n_windows, n)``, in units of `unit_rate` (Hz).

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> spikes = {"CTX": ([0, 20, 40, 60, 80], [1, 1, 1, 1, 1])}  # time steps and cells: cell 1 fires at 50 Hz
    >>> recall = Recording(spikes, traces={}, units={}, trace_step=0, sizes={"CTX": 2}, dt=0.001, duration=0.2)
    >>> activity_patterns(recall, "CTX", window_s=0.1).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    plain.instance(recording, Recording, "The recording")
    window_s = plain.number(window_s, "window_s", above=0)
    return recording.counts(population, window_s) / (window_s * plain.number(unit_rate, "unit_rate (Hz)", above=0))


def half_width(overlaps: ArrayLike, response: ArrayLike) -> float:
    """Return the distance from overlap 1 at which a generalisation gradient first falls to half its value at 1.

    The response is linear between points. NaN when it never falls that far, or when there is no response at 1.

    Parameters
    ----------
    overlaps : ``(n,)``
        Similarity to the trained pattern, in any order; the largest must be 1.0.
    response : ``(n,)``
        The response to each; repeated overlaps are averaged.

    Examples
    --------
    >>> half_width([1.0, 0.75, 0.5, 0.25], [1.0, 0.75, 0.25, 0.0])  # fear in contexts that overlap with the trained one
    0.375
    """
    x, y = _same_shape(overlaps, response, finite=False)
    levels, inverse = np.unique(x, return_inverse=True)
    if levels.size == 0 or abs(levels[-1] - 1.0) > 1e-9:
        raise ParameterError(f"overlaps end at {levels[-1:]}; allowed: a gradient up to the trained pattern, 1.0")
    means = (np.bincount(inverse, y) / np.bincount(inverse))[::-1]
    distances, half = 1.0 - levels[::-1], means[0] / 2.0
    below = np.flatnonzero(means <= half)
    if not means[0] > 0 or below.size == 0:
        return float("nan")
    last = int(below[0])
    fraction = (means[last - 1] - half) / (means[last - 1] - means[last])
    return float(distances[last - 1] + fraction * (distances[last] - distances[last - 1]))


def first_trial_above(values: ArrayLike, level: float, n_consecutive: int = 1) -> float:
    """Return the first of `n_consecutive` trials (counted from 1) with values > `level`; NaN when there is none.

    Examples
    --------
    >>> first_trial_above([0.1, 0.6, 0.2, 0.7, 0.9], level=0.5, n_consecutive=2)  # fear in five acquisition trials
    4.0
    """
    return _first_run(_row(values) > plain.number(level, "level"), n_consecutive)


def first_trial_below(values: ArrayLike, level: float, n_consecutive: int = 1) -> float:
    """Return the first of `n_consecutive` trials (counted from 1) with values < `level`; NaN when there is none.

    Examples
    --------
    >>> first_trial_below([0.9, 0.6, 0.3, 0.1], level=0.5)  # fear in four extinction trials
    3.0
    """
    return _first_run(_row(values) < plain.number(level, "level"), n_consecutive)


def bootstrap_interval(
    values: ArrayLike, n_resamples: int = 10_000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean (Efron 1979).

    NaN are left out; an empty sample gives (NaN, NaN). Equal values and `seed` give equal intervals.

    Examples
    --------
    >>> low, high = bootstrap_interval([0.9, 0.8, 1.0, 0.7])  # recall of four animals, mean 0.85
    >>> 0.7 < low < 0.85 < high < 1.0
    True
    """
    sample = _without_nan(values)
    plain.whole(n_resamples, "n_resamples is", low=1)
    plain.whole(seed, "The seed is", low=0)
    if not 0 < plain.number(level, "level") < 1:
        raise ParameterError(f"level is {level}; allowed: between 0 and 1, such as 0.95")
    if sample.size == 0:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    rows = max(1, 1_000_000 // sample.size)
    sizes = [min(rows, n_resamples - start) for start in range(0, n_resamples, rows)]
    means = [sample[rng.integers(sample.size, size=(size, sample.size))].mean(axis=1) for size in sizes]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def summary(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Summary:
    """Return mean, sd (ddof 1, NaN below two values) and `bootstrap_interval` of the values that are not NaN.

    If a value is infinite, sd and interval are NaN.

    Examples
    --------
    >>> fear = summary([0.9, 0.8, 1.0, float("nan")])  # the measure has no value in the fourth animal
    >>> round(fear.mean, 3), round(fear.sd, 3), fear.n
    (0.9, 0.1, 3)
    """
    sample = _without_nan(values)
    if np.isinf(sample).any():  # no spread can be computed
        return Summary(float(sum(sample.tolist())), float("nan"), (float("nan"), float("nan")), int(sample.size))
    mean = float(sample.mean()) if sample.size else float("nan")
    sd = float(sample.std(ddof=1)) if sample.size > 1 else float("nan")
    if sample.size > 1 and np.ptp(sample) == 0:  # rounding of the mean would show as a spread
        mean, sd = float(sample[0]), 0.0
    return Summary(mean, sd, bootstrap_interval(sample, level=level, seed=seed), int(sample.size))


def paired_test(a: ArrayLike, b: ArrayLike, test: str = "wilcoxon", alternative: str = "two-sided") -> float:
    """Return the p value of a paired test of `a` against `b`, ``(n,)`` each.

    `test` is "wilcoxon" (signed ranks, `scipy.stats.wilcoxon`) or "t" (`scipy.stats.ttest_rel`);
    `alternative` is "two-sided", "greater" (a is larger) or "less". Pairs with NaN are left out; fewer than
    two pairs give NaN, identical samples 1.

    Examples
    --------
    >>> slept, awake = [0.5, 0.7, 0.6, 0.6, 0.8, 0.5], [0.2, 0.3, 0.2, 0.4, 0.3, 0.1]  # recall of the same animals
    >>> round(paired_test(slept, awake, alternative="greater"), 3)
    0.016
    """
    first, second = _same_shape(a, b, finite=False)
    if test not in ("wilcoxon", "t") or alternative not in ("two-sided", "greater", "less"):
        given = f"test {test!r}, alternative {alternative!r}"
        raise ParameterError(f"{given}; allowed: wilcoxon or t; two-sided, greater or less")
    complete = ~(np.isnan(first) | np.isnan(second))
    first, second = first[complete], second[complete]
    if first.size < 2:
        return float("nan")
    if np.array_equal(first, second):
        return 1.0
    from scipy import stats

    run: Any = stats.wilcoxon if test == "wilcoxon" else stats.ttest_rel
    return float(run(first, second, alternative=alternative).pvalue)


def cosines(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the cosines of `rows` ``(n, k)`` with `others` ``(m, k)``, shape ``(n, m)``; 0 where either row is 0.

    Examples
    --------
    >>> cosines(np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).round(2).tolist()
    [[1.0, 0.0]]
    """
    norms = np.linalg.norm(rows, axis=1)[:, None] * np.linalg.norm(others, axis=1)
    dots = rows @ others.T
    return np.clip(np.divide(dots, norms, out=np.zeros_like(dots), where=norms > 0), -1.0, 1.0)


def _same_shape(a: ArrayLike, b: ArrayLike, finite: bool = True) -> tuple[np.ndarray, np.ndarray]:
    first, second = (plain.numbers(each, name, finite=finite) for each, name in ((a, "The first"), (b, "The second")))
    if first.ndim != 1 or first.shape != second.shape:
        raise ParameterError(f"shapes {first.shape} and {second.shape} do not fit; allowed: (n,) for both")
    return first, second


def _first_run(hits: np.ndarray, n_consecutive: int) -> float:
    plain.whole(n_consecutive, "n_consecutive is", low=1)
    if hits.size < n_consecutive:
        return float("nan")
    runs = np.lib.stride_tricks.sliding_window_view(hits, n_consecutive).all(axis=1)
    return float(runs.argmax() + 1) if runs.any() else float("nan")


def _row(values: ArrayLike) -> np.ndarray:
    return plain.numbers(values, "values", shape=(None,), finite=False)


def _without_nan(values: ArrayLike) -> np.ndarray:
    sample = plain.numbers(values, "values", finite=False).ravel()
    return sample[~np.isnan(sample)]
