"""Differences between two samples of seeds: mean, interval and test, paired or not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.analysis.metrics import bootstrap_interval, paired_test
from spiking_engrams.values import plain

N_RESAMPLES = 10_000


class Difference(NamedTuple):
    """Mean of the second sample minus that of the first, its 95 % bootstrap interval, and the p value of a test."""

    mean: float
    interval: tuple[float, float]
    p: float


def paired_difference(first: ArrayLike, second: ArrayLike) -> Difference:
    """Return the mean difference of pairs ``(n,)``; pairs with NaN are left out, and a single pair has no interval.

    The interval is the bootstrap percentile interval of the mean; the test is the two-sided Wilcoxon signed-rank test.
    """
    one, two = (plain.numbers(each, "A sample", shape=(None,), finite=False) for each in (first, second))
    found = two - one
    found = found[np.isfinite(found)]
    mean = float(found.mean()) if found.size else float("nan")
    interval = bootstrap_interval(found) if found.size > 1 else (float("nan"), float("nan"))
    return Difference(mean, interval, paired_test(two, one))


def difference(first: ArrayLike, second: ArrayLike, seed: int = 0) -> Difference:
    """Return the difference of the means of two independent samples ``(n,)`` and ``(m,)``; NaN are left out.

    The interval is the bootstrap percentile interval (each sample resampled separately); the test is the two-sided
    Mann-Whitney test. Samples with fewer than two values have neither.
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
