"""Published claims about homeostasis in sleep (R8), and how each is checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 6"
KEPT = metric("kept", context="A", population="BA_P")
BLOCKED = metric("total_weight", when="after", group="blocked")


def _over_night(name: str, **conditions: str) -> tuple[Metric, Metric]:
    """Return a metric before and after the night."""
    return metric(name, when="before", **conditions), metric(name, when="after", **conditions)


RECRUITED = _over_night("active_cells", context="A", population="BA_P")
BELOW, LARGEST = _over_night("weight", watershed="below"), _over_night("largest_summed_weight", context="B")
WEAK, TOTAL = _over_night("summed_weight", context="A", cells="weak"), _over_night("total_weight")
FEAR = {context: _over_night("fear", context=context) for context in "AB"}


def _kept(m: Metrics) -> tuple[str, bool]:
    before, after = (m[each] for each in RECRUITED)
    change = after.mean() / before.mean() - 1 if before.mean() else float("nan")
    kept = np.nanmean(m[KEPT])
    text = f"{before.mean():.1f} to {after.mean():.1f} cells ({change:+.1%}), {kept:.0%} kept"
    return text, bool(abs(change) <= 0.1 and kept >= 0.9)


def _falls(earlier: Metric, later: Metric) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that a metric is lower after the night than before it, in every seed."""

    def check(m: Metrics) -> tuple[str, bool]:
        before, after = m[earlier], m[later]
        return f"{before.mean():.3g} to {after.mean():.3g}", bool((after < before).all())

    return check


def _fall(m: Metrics, after: Metric) -> float:
    return float(np.mean(1 - m[after] / m[TOTAL[0]]))


def _fear_stays(m: Metrics) -> tuple[str, bool]:
    change = {context: m[after] - m[before] for context, (before, after) in FEAR.items()}
    text = ", ".join(f"{c} {values.mean():+.3f}" for c, values in change.items())
    feared = m[FEAR["A"][0]].mean() > 0.5
    return text, bool(feared and all(abs(values.mean()) <= 0.1 for values in change.values()))


HOMEOSTASIS = (
    Phenomenon(
        "R8.cells", "BA_P cells recruited by a memory stay recruited overnight", WERNE,
        "rate model: 15.6 to 15.6", "mean number within 10 %; >= 90 % of the cells stay above their threshold",
        (*RECRUITED, KEPT), _kept,
    ),
    Phenomenon(
        "R8.weak", "Potentiated synapses below the watershed (weight 0.20) weaken", WERNE, "",
        "mean of those below it before the night falls, in every seed", BELOW, _falls(*BELOW),
    ),
    Phenomenon(
        "R8.B", "The largest summed weight of a cell in B falls", WERNE, "rate model: 19.7 to 15.7",
        "falls in every seed", LARGEST, _falls(*LARGEST),
    ),
    Phenomenon(
        "R8.between", "Summed weights of cells potentiated in A but below the firing threshold (21.1) fall", WERNE,
        "rate model: 10 to 21 are drawn to 22.5, those below 10 fall", "mean falls", WEAK,
        lambda m: ("", bool(m[WEAK[1]].mean() < m[WEAK[0]].mean())),
    ),
    Phenomenon(
        "R8.total", "The total weight of fear synapses falls", WERNE, "rate model: 3767 to 3542, 6 %",
        "mean fall of 3 to 15 %", TOTAL,
        lambda m: (f"{_fall(m, TOTAL[1]):.1%}", bool(0.03 <= _fall(m, TOTAL[1]) <= 0.15)),
    ),
    Phenomenon(
        "R8.fear", "Fear does not change overnight", WERNE, "rate model: A 0.90 to 0.90, B 0.083 to 0.083",
        "mean fear of A > 0.5; mean change for A and for B <= 0.1",
        (*FEAR["A"], *FEAR["B"]), _fear_stays,
    ),
    Phenomenon(
        "R8.control", "Control: fear synapses do not change with their plasticity blocked overnight", "own control", "",
        "mean change of the total weight < 0.5 %", (BLOCKED, TOTAL[0]),
        lambda m: (f"{-_fall(m, BLOCKED):+.2%}", bool(abs(_fall(m, BLOCKED)) < 0.005)),
    ),
)  # fmt: skip
