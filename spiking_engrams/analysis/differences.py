"""Differences between two samples of seeds: mean, interval and test, paired or not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.analysis.metrics import bootstrap_interval, paired_test
from spiking_engrams.values import plain

N_RESAMPLES = 10_000


class Difference(NamedTuple):
    """Mean of the second sample minus that of the first, its 95 % bootstrap interval, and the p value of a test.

    Examples
    --------
    >>> fear = Difference(mean=-0.4, interval=(-0.6, -0.2), p=0.004)  # after extinction minus before
    >>> fear.interval[1] < 0  # the interval excludes 0
    True
    """

    mean: float
    interval: tuple[float, float]
    p: float


def paired_difference(first: ArrayLike, second: ArrayLike) -> Difference:
    """Return the mean difference of pairs, such as the same animals before and after sleep.

    The interval is the bootstrap percentile interval of the mean; the test is the two-sided Wilcoxon signed-rank test.
    With a single pair, the interval and p are NaN.

    Parameters
    ----------
    first, second : ``(n,)``
        Pairs with NaN are left out.

    Raises
    ------
    ParameterError
        If the shapes do not fit.

    Examples
    --------
    >>> before, after = [0.2, 0.3, 0.2, 0.4, 0.3, 0.1], [0.5, 0.7, 0.6, 0.6, 0.8, 0.5]  # recall of six animals
    >>> found = paired_difference(before, after)
    >>> round(found.mean, 2), round(found.p, 3)
    (0.37, 0.031)
    """
    one, two = (plain.numbers(each, "A sample", shape=(None,), finite=False) for each in (first, second))
    p = paired_test(two, one)  # checks the shapes
    found = two - one
    found = found[np.isfinite(found)]
    mean = float(found.mean()) if found.size else float("nan")
    interval = bootstrap_interval(found) if found.size > 1 else (float("nan"), float("nan"))
    return Difference(mean, interval, p)


def difference(first: ArrayLike, second: ArrayLike, seed: int = 0) -> Difference:
    """Return the difference of the means of two independent samples, such as intact and lesioned animals.

    The interval is the bootstrap percentile interval (each sample resampled separately); the test is the two-sided
    Mann-Whitney test. If a sample has fewer than two values, the interval and p are NaN.

    Parameters
    ----------
    first, second : ``(n,)``, ``(m,)``
        NaN are left out.
    seed : int
        Seed of the resampling.

    Raises
    ------
    ParameterError
        If a sample is not one row of numbers.

    Examples
    --------
    >>> intact, lesioned = [0.9, 0.8, 1.0, 0.7, 0.9], [0.3, 0.2, 0.4, 0.1]  # freezing of nine animals
    >>> found = difference(intact, lesioned)
    >>> round(found.mean, 2), found.interval[1] < 0
    (-0.61, True)
    """
    from scipy import stats

    samples = [plain.numbers(each, "A sample", shape=(None,), finite=False) for each in (first, second)]
    one, two = (each[np.isfinite(each)] for each in samples)
    if not one.size or not two.size:
        return Difference(float("nan"), (float("nan"), float("nan")), float("nan"))
    mean = float(two.mean() - one.mean())
    if min(one.size, two.size) < 2:
        return Difference(mean, (float("nan"), float("nan")), float("nan"))
    rng = np.random.default_rng(seed)
    means = [rng.choice(each, (N_RESAMPLES, each.size)).mean(axis=1) for each in (one, two)]
    low, high = np.quantile(means[1] - means[0], [0.025, 0.975])
    return Difference(mean, (float(low), float(high)), float(stats.mannwhitneyu(two, one).pvalue))
