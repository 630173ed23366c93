"""Published claims about later extinction and engrams close in time (X1 to X3), and how each is checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, code"
ALPHA, SEEDS = 0.05, 5  # of the test over seeds; with fewer seeds it cannot reach that level
SEVERAL, ONE, DELAYED, IMMEDIATE = (
    metric("fear", design=design, stage="test", trial="first") for design in ("several", "one", "delayed", "immediate")
)
NEXT_DAY, SAME_DAY = (metric("shared", day=day) for day in ("next", "same"))


def less(low: Metric, high: Metric) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that one metric is lower than another, seed by seed."""

    def check(m: Metrics) -> tuple[str, bool]:
        both = np.isfinite(m[low]) & np.isfinite(m[high])
        p = paired_test(m[low], m[high], alternative="less")
        return f"{m[low][both].mean():.2f} against {m[high][both].mean():.2f}, p = {p:.2g}", bool(p < ALPHA)

    return check


EXTINCTION = (
    Phenomenon(
        "X1", "After extinction in several contexts fear of A returns less than after one", WERNE,
        "rate model: .56 against .97", f"first trial lower, paired Wilcoxon p < {ALPHA}",
        (SEVERAL, ONE), less(SEVERAL, ONE), seeds=SEEDS,
    ),
    Phenomenon(
        "X2", "Extinction after a night, or at once: fear of A after a further night", WERNE,
        "rate model: .12 and .24 (n = 5)", "reported", (DELAYED, IMMEDIATE),
    ),
)  # fmt: skip

OVERLAP = (
    Phenomenon(
        "X3", "Contexts feared since the same day share more BA_P cells than contexts a day apart", WERNE,
        "rate model: .76 to .89 against .54", f"share higher, paired Wilcoxon p < {ALPHA}",
        (NEXT_DAY, SAME_DAY), less(NEXT_DAY, SAME_DAY), seeds=SEEDS,
    ),
    Phenomenon(
        "X3.chance", "Share of cells that engrams of this size have in common by chance", "hypergeometric", "",
        "reported",
        (
            *(metric("chance", context="A", other=other) for other in "BD"),
            *(metric("active_cells", context=context, population="BA_P") for context in "AD"),
        ),
    ),
)  # fmt: skip
