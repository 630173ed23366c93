"""Published claims about later extinction and engrams close in time (X1 to X3), and how each is checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, code"
Metrics = dict[str, np.ndarray]
ALPHA, SEEDS = 0.05, 5  # of the test over seeds; with fewer seeds it cannot reach that level


def less(low: str, high: str) -> Callable[[Metrics], tuple[str, bool]]:
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
        ("several_first", "one_first"), less("several_first", "one_first"), seeds=SEEDS,
    ),
    Phenomenon(
        "X2", "Extinction after a night, or at once: fear of A after a further night", WERNE,
        "rate model: .12 and .24 (n = 5)", "reported", ("delayed_first", "immediate_first"),
    ),
)  # fmt: skip

OVERLAP = (
    Phenomenon(
        "X3", "Contexts feared since the same day share more BA_P cells than contexts a day apart", WERNE,
        "rate model: .76 to .89 against .54", f"share higher, paired Wilcoxon p < {ALPHA}",
        ("shared_next_day", "shared_same_day"), less("shared_next_day", "shared_same_day"), seeds=SEEDS,
    ),
    Phenomenon(
        "X3.chance", "Share of cells that engrams of this size have in common by chance", "hypergeometric", "",
        "reported", ("chance_AB", "chance_AD", "cells_A", "cells_D"),
    ),
)  # fmt: skip
