"""Published claims about extinction and about engrams formed close in time (X1 to X3), and how each is checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, code"
ALPHA, SEEDS = 0.05, 5  # level of the test over seeds, and the fewest seeds with which it can reach it
SEVERAL, ONE, DELAYED, IMMEDIATE = (
    metric("fear", design=design, stage="test", trial="first") for design in ("several", "one", "delayed", "immediate")
)
NEXT_DAY, SAME_DAY = (metric("shared", day=day) for day in ("next", "same"))


def less(low: Metric, high: Metric, names: tuple[str, str]) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that one metric is lower than another, seed by seed; `names` are those of the two in words."""

    def check(m: Metrics) -> tuple[str, bool]:
        both = np.isfinite(m[low]) & np.isfinite(m[high])
        p = paired_test(m[low], m[high], alternative="less")
        means = (f"{name} {m[each][both].mean():.2f}" for name, each in zip(names, (low, high), strict=True))
        return f"{', '.join(means)}, p = {p:.2g}", bool(p < ALPHA)

    return check


EXTINCTION = (
    Phenomenon(
        "X1", "Fear of A returns less after extinction in several contexts than in one", WERNE,
        "rate model: several 0.56, one 0.97", f"lower on the first test trial, paired Wilcoxon p < {ALPHA}",
        (SEVERAL, ONE), less(SEVERAL, ONE, ("several", "one")), seeds=SEEDS,
    ),
    Phenomenon(
        "X2", "Fear of A one night after delayed (by a night) and after immediate extinction", WERNE,
        "rate model: delayed 0.12, immediate 0.24 (n = 5)", "reported", (DELAYED, IMMEDIATE),
    ),
)  # fmt: skip

OVERLAP = (
    Phenomenon(
        "X3", "Contexts conditioned on the same day share more BA_P cells than contexts conditioned a day apart", WERNE,
        "rate model: same day 0.76 to 0.89, next day 0.54", f"shared fraction higher, paired Wilcoxon p < {ALPHA}",
        (NEXT_DAY, SAME_DAY), less(NEXT_DAY, SAME_DAY, ("next day", "same day")), seeds=SEEDS,
    ),
    Phenomenon(
        "X3.chance", "Fraction of cells that engrams of these sizes share by chance", "hypergeometric", "",
        "reported",
        (
            *(metric("chance", context="A", other=other) for other in "BD"),
            *(metric("active_cells", context=context, population="BA_P") for context in "AD"),
        ),
    ),
)  # fmt: skip
