"""Published claims about homeostasis in sleep (R8), and how each is checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 6"
Metrics = dict[str, np.ndarray]


def _kept(m: Metrics) -> tuple[str, bool]:
    before, after = m["recruited_A_before"], m["recruited_A_after"]
    change = after.mean() / before.mean() - 1 if before.mean() else float("nan")
    kept = np.nanmean(m["kept_A"])
    text = f"{before.mean():.1f} to {after.mean():.1f} cells ({change:+.1%}), {kept:.0%} the same"
    return text, bool(abs(change) <= 0.1 and kept >= 0.9)


def _falls(name: str) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that a metric is lower after the night than before it, in every seed."""

    def check(m: Metrics) -> tuple[str, bool]:
        before, after = m[f"{name}_before"], m[f"{name}_after"]
        return f"{before.mean():.3g} to {after.mean():.3g}", bool((after < before).all())

    return check


def _fall(m: Metrics, when: str) -> float:
    return float(np.mean(1 - m[f"total_{when}"] / m["total_before"]))


def _fear_stays(m: Metrics) -> tuple[str, bool]:
    change = {c: m[f"fear_{c}_after"] - m[f"fear_{c}_before"] for c in "AB"}
    text = ", ".join(f"{c} {values.mean():+.3f}" for c, values in change.items())
    feared = m["fear_A_before"].mean() > 0.5
    return text, bool(feared and all(abs(values.mean()) <= 0.1 for values in change.values()))


HOMEOSTASIS = (
    Phenomenon(
        "R8.cells", "BA_P cells that a memory recruited stay recruited over the night", WERNE,
        "rate model: 15.6 to 15.6", "mean number within 10 %, and 90 % of them above their threshold as before",
        ("recruited_A_before", "recruited_A_after", "kept_A"), _kept,
    ),
    Phenomenon(
        "R8.weak", "Taught synapses below the watershed (0.20) fall", WERNE, "",
        "mean of those below before, in every seed", ("below_watershed_before", "below_watershed_after"),
        _falls("below_watershed"),
    ),
    Phenomenon(
        "R8.B", "The largest summed weight in B falls", WERNE, "rate model: 19.7 to 15.7",
        "in every seed", ("largest_B_before", "largest_B_after"), _falls("largest_B"),
    ),
    Phenomenon(
        "R8.between", "Cells taught in A that do not reach the firing threshold (21.1): summed weight", WERNE,
        "rate model: 10 to 21 are drawn to 22.5, those below 10 fall", "mean falls", ("weak_A_before", "weak_A_after"),
        lambda m: ("", bool(m["weak_A_after"].mean() < m["weak_A_before"].mean())),
    ),
    Phenomenon(
        "R8.total", "The total weight of fear synapses falls", WERNE, "rate model: 3767 to 3542, 6 %",
        "mean fall of 3 to 15 %", ("total_before", "total_after"),
        lambda m: (f"{_fall(m, 'after'):.1%}", bool(0.03 <= _fall(m, "after") <= 0.15)),
    ),
    Phenomenon(
        "R8.fear", "Fear is unchanged", WERNE, "rate model: A .90 to .90, B .083 to .083",
        "A feared (mean > 0.5); mean change of A and of B <= 0.1",
        tuple(f"fear_{c}_{w}" for c in "AB" for w in ("before", "after")), _fear_stays,
    ),
    Phenomenon(
        "R8.control", "Plasticity of fear synapses blocked in the night: they stay as they were", "own control", "",
        "mean change of the total < 0.5 %", ("total_blocked", "total_before"),
        lambda m: (f"{-_fall(m, 'blocked'):+.2%}", bool(abs(_fall(m, "blocked")) < 0.005)),
    ),
)  # fmt: skip
