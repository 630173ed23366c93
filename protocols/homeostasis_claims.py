"""Published claims about homeostasis in sleep (R8), and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 6"
Metrics = dict[str, np.ndarray]


def _kept(m: Metrics) -> tuple[str, bool]:
    before, after = m["recruited_A_before"], m["recruited_A_after"]
    change = after.mean() / before.mean() - 1 if before.mean() else float("nan")
    kept = np.nanmean(m["kept_A_after"])
    text = f"{before.mean():.1f} to {after.mean():.1f} cells ({change:+.1%}), {kept:.0%} the same"
    return text, bool(abs(change) <= 0.1 and kept >= 0.9)


def _weak_fall(m: Metrics) -> tuple[str, bool]:
    pairs = [(m[f"weak_{c}_before"], m[f"weak_{c}_after"]) for c in "AB"]
    text = "; ".join(f"{c} {b.mean():.2f} to {a.mean():.2f}" for c, (b, a) in zip("AB", pairs, strict=True))
    return text, all(bool((after < before).all()) for before, after in pairs)


def _fall(m: Metrics, when: str) -> float:
    return float(np.mean(1 - m[f"total_{when}"] / m["total_before"]))


def _fear_stays(m: Metrics) -> tuple[str, bool]:
    change = {c: m[f"fear_{c}_after"] - m[f"fear_{c}_before"] for c in "AB"}
    text = ", ".join(f"{c} {values.mean():+.3f}" for c, values in change.items())
    return text, all(abs(values.mean()) <= 0.1 for values in change.values())


HOMEOSTASIS = (
    Phenomenon(
        "R8.cells", "BA_P cells that a memory recruited stay recruited over the night", WERNE,
        "rate model: 15.6 to 15.6", "mean number within 10 %, and 90 % of them above their threshold as before",
        ("recruited_A_before", "recruited_A_after", "kept_A_after"), _kept,
    ),
    Phenomenon(
        "R8.weak", "Weights onto cells below their threshold fall", WERNE, "rate model, largest in B: 19.7 to 15.7",
        "mean of the cells too weak before, in A and in B, in every seed",
        ("weak_A_before", "weak_A_after", "weak_B_before", "weak_B_after"), _weak_fall,
    ),
    Phenomenon(
        "R8.total", "The total weight of fear synapses falls", WERNE, "rate model: 3767 to 3542, 6 %",
        "mean fall of 3 to 15 %", ("total_before", "total_after"),
        lambda m: (f"{_fall(m, 'after'):.1%}", bool(0.03 <= _fall(m, "after") <= 0.15)),
    ),
    Phenomenon(
        "R8.fear", "Fear is unchanged", WERNE, "rate model: A .90 to .90, B .083 to .083",
        "mean change of A and of B <= 0.1", tuple(f"fear_{c}_{w}" for c in "AB" for w in ("before", "after")),
        _fear_stays,
    ),
    Phenomenon(
        "R8.control", "Plasticity of fear synapses blocked in the night: they stay as they were", "own control", "",
        "mean change of the total < 0.5 %", ("total_blocked", "total_before"),
        lambda m: (f"{-_fall(m, 'blocked'):+.2%}", bool(abs(_fall(m, "blocked")) < 0.005)),
    ),
)  # fmt: skip
