"""Published claims about sleep loss (R9), and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 7"
LOST = (0.0, 0.25, 0.5, 0.75, 1.0)  # fraction of every night


def label(lost: float) -> str:
    """Return the name of a condition."""
    return f"lost_{round(100 * lost):03d}"


def _rises(m: Metrics) -> tuple[str, bool]:
    totals = np.array([m("total_weight", lost=lost) for lost in LOST])
    means = totals.mean(axis=1)
    more = float((totals[-1] / totals[0]).mean() - 1)
    return f"{', '.join(f'{x:.0f}' for x in means)} ({more:+.0%})", bool((np.diff(means) > 0).all() and more >= 0.15)


def _fear(m: Metrics) -> tuple[str, bool]:
    fear = np.array([m("fear", lost=lost) for lost in LOST])
    text = ", ".join(f"{x:.3f}" for x in fear.mean(axis=1))
    if fear.shape[1] > 1:
        text += f" (none against all sleep lost: p = {paired_test(fear[-1], fear[0]):.2f})"
    return text, bool(fear[-1].mean() >= fear[0].mean())


SLEEP_LOSS = (
    Phenomenon(
        "R9.total", "The more sleep is lost, the stronger the fear synapses are after a week", WERNE,
        "rate model: 6540, 6667, 7293, 7851, 8602 (+32 %)",
        "mean rises with every 25 % of sleep lost, and by >= 15 % at total loss (same contexts)",
        tuple(metric("total_weight", lost=lost) for lost in LOST), _rises, least={"full_size": 1},
    ),
    Phenomenon(
        "R9.fear", "A new context is feared no less after sleep loss", WERNE,
        "rate model: 0.226, 0.221, 0.251, 0.274, 0.267 (not significant)",
        "mean at total loss not below that with full sleep",
        tuple(metric("fear", lost=lost) for lost in LOST), _fear, least={"full_size": 1},
    ),
)  # fmt: skip
