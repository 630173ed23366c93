"""Published claims about later extinction and engrams close in time (X1 to X3), and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.metrics import paired_test
from spiking_engrams.phenomena import Phenomenon

WERNE = "Werne et al. 2026, code"
Metrics = dict[str, np.ndarray]


def _difference(less: np.ndarray, more: np.ndarray) -> tuple[str, float]:
    both = np.isfinite(less) & np.isfinite(more)
    less, more = less[both], more[both]
    if not both.any():
        return "in no seed", float("nan")
    text = f"{np.mean(less):.2f} against {np.mean(more):.2f}"
    if len(less) > 1:
        text += f" (paired p = {paired_test(less, more):.3f})"
    return text, float(np.mean(more) - np.mean(less))


def _renews_less(m: Metrics) -> tuple[str, bool]:
    text, difference = _difference(m["several_first"], m["one_first"])
    return text, bool(difference > 0)


def _shares_more(m: Metrics) -> tuple[str, bool]:
    text, difference = _difference(m["shared_next_day"], m["shared_same_day"])
    return text, bool(difference > 0)


EXTINCTION = (
    Phenomenon(
        "X1", "After extinction in several contexts fear of A returns less than after one", WERNE,
        "rate model: .56 against .97", "mean of the first trial lower", ("several_first", "one_first"), _renews_less,
    ),
    Phenomenon(
        "X2", "Extinction after a night, or at once: fear of A after a further night", WERNE,
        "rate model: .12 and .24 (n = 5)", "reported", ("delayed_first", "immediate_first"),
    ),
)  # fmt: skip

OVERLAP = (
    Phenomenon(
        "X3", "Contexts feared since the same day share more BA_P cells than contexts a day apart", WERNE,
        "rate model: .76 to .89 against .54", "mean share higher", ("shared_next_day", "shared_same_day"),
        _shares_more,
    ),
    Phenomenon(
        "X3.chance", "Share of cells that engrams of this size have in common by chance", "hypergeometric", "",
        "reported", ("chance_AB", "chance_AD", "cells_A", "cells_D"),
    ),
)  # fmt: skip
