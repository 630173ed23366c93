"""Published claims about conditioning (R4), generalisation (R5) and renewal (R6), and how each is checked."""

from typing import Any

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 4 and abstract"
WERNE_RENEWAL = "Werne et al. 2026, Fig. 5 and abstract"
WERNE_GENERAL = "Werne et al. 2026, Fig. 5"
OVERLAPS = np.array([0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 1.0])
GRADIENT_CELLS = {"fear_cells": "BA_P", "safety_cells": "BA_I"}
CELLS = ("fear_cells_acquired", "fear_cells_extinguished", "safety_cells_extinguished")
REFERENCE = {"ABA": 0.84, "ABC": 0.44, "AAB": 0.39}  # first test trial of the rate model
ALPHA = 0.01

CONDITIONING = (
    Phenomenon(
        "R4.acquisition", "Fear is acquired in a few trials", WERNE, "rate model: trial 4 to 6, plateau 0.905",
        "fear > 0.5 first at trial 3 to 8 and plateau >= 0.85, on average", ("acquisition_trial", "plateau"),
        lambda m: ("", bool(3 <= m["acquisition_trial"].mean() <= 8 and m["plateau"].mean() >= 0.85)),
    ),
    Phenomenon(
        "R4.extinction", "Extinction is slower than acquisition", WERNE, "rate model: < 0.5 after 32, < 0.1 after 38",
        "fear < 0.5 first at trial 20 to 45 and < 0.1 around trial 60, on average", ("extinction_trial", "fear_at_60"),
        lambda m: ("", bool(20 <= m["extinction_trial"].mean() <= 45 and m["fear_at_60"].mean() < 0.1)),
    ),
    Phenomenon(
        "R4.cells", "Extinction recruits BA_I and leaves BA_P unchanged", WERNE, "rate model: 15.8 P, 19.0 I cells",
        "BA_P within 10 %, at least 5 BA_I cells, on average", CELLS,
        lambda m: ("", bool(abs(m[CELLS[1]].mean() / m[CELLS[0]].mean() - 1) <= 0.1 and m[CELLS[2]].mean() >= 5)),
    ),
    Phenomenon(
        "R4.renewal", "Fear extinguished in B and slept on returns in A", WERNE, "rate model, R6a: 0.84 in A",
        "mean fear in A - B >= 0.2", ("after_night_A", "after_night_B"),
        lambda m: ("", bool((m["after_night_A"] - m["after_night_B"]).mean() >= 0.2)),
    ),
    Phenomenon(
        "R4.no_shock", "Control: without shock no fear", "own control", "rest: 0.083", "never above 0.2",
        ("no_shock_fear",), lambda m: ("", bool(m["no_shock_fear"].max() < 0.2)),
    ),
    Phenomenon(
        "R4.blocked", "Control: with plasticity onto BA_P blocked no fear", "own control", "rest: 0.083",
        "never above 0.2", ("blocked_fear",), lambda m: ("", bool(m["blocked_fear"].max() < 0.2)),
    ),
    Phenomenon(
        "R4.recall", "Free recall from a cue of A: fear after acquisition, and after extinction in B and a night",
        "own measure", "", "reported", ("recall_acquired", "recall_after_night"),
    ),
    Phenomenon(
        "R4.no_sleep", "The same tests without the night", "own control", "", "reported",
        ("without_sleep_A", "without_sleep_B"),
    ),
)  # fmt: skip


def renewed(design: str) -> Any:
    """Return the check that the first trial of the test is above the end of extinction."""

    def check(m: dict[str, np.ndarray]) -> tuple[str, bool]:
        after, before = m[f"{design}_renewal"], m[f"{design}_extinguished"]
        p = paired_test(after, before, "wilcoxon", "greater")
        spread = after.std(ddof=min(1, len(after) - 1))
        return f"{after.mean():.2f} ± {spread:.2f} after {before.mean():.2f}, p = {p:.2g}", p < ALPHA

    return check


def strongest(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that renewal is strongest in ABA, and its mean at least 0.6."""
    mean = {design: m[f"{design}_renewal"].mean() for design in ("ABA", "ABC", "AAB")}
    text = ", ".join(f"{design} {value:.2f}" for design, value in mean.items())
    return text, bool(mean["ABA"] >= 0.6 and mean["ABA"] > max(mean["ABC"], mean["AAB"]))


RENEWAL = (
    *(
        Phenomenon(
            f"R6.{design}", f"Fear extinguished returns ({design})", WERNE_RENEWAL,
            f"rate model: {mean} on the first test trial", f"above the end of extinction, paired Wilcoxon p < {ALPHA}",
            (f"{design}_renewal", f"{design}_extinguished"), renewed(design), optional=True, seeds=7,
        )
        for design, mean in REFERENCE.items()
    ),
    Phenomenon(
        "R6.order", "Renewal is strongest in ABA", WERNE_RENEWAL, "rate model: .84, .44, .39",
        "mean ABA >= 0.6 and above ABC and AAB", tuple(f"{design}_renewal" for design in REFERENCE), strongest,
        optional=True,
    ),
    Phenomenon(
        "R6.no_sleep", "ABA without its two nights", "own control", "", "reported",
        ("ABA_no_sleep_renewal", "ABA_no_sleep_extinguished"),
    ),
)  # fmt: skip


def rises(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that mean fear after acquisition rises with overlap, to within 0.05 between neighbours."""
    mean = np.array([m[f"acquired_fear_{x:g}"].mean() for x in OVERLAPS])
    text = f"{mean[0]:.2f} at 0, {mean[7]:.2f} at 0.8, {mean[-1]:.2f} at 1"
    return text, bool(np.diff(mean).min() > -0.05 and mean[-1] - mean[0] > 0.5)


def peaks(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that mean fear after extinction peaks between overlap 0.75 and 0.92 and is low at 1."""
    mean = np.array([m[f"extinguished_fear_{x:g}"].mean() for x in OVERLAPS])
    best = OVERLAPS[mean.argmax()]
    text = f"peak {mean.max():.2f} at {best:g}; {mean[0]:.2f} at 0, {mean[-1]:.2f} at 1"
    return text, bool(0.75 <= best <= 0.92 and mean[-1] < 0.15 and mean.max() > mean[0] + 0.2)


def narrower(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that the gradient of BA_I is narrower than that of BA_P, on average."""
    fear, safety = (m[f"extinguished_{name}_width"] for name in GRADIENT_CELLS)
    return "", bool(np.nanmean(safety) < np.nanmean(fear))


GENERALIZATION = (
    Phenomenon(
        "R5.acquired", "After acquisition fear rises with similarity", WERNE_GENERAL,
        "rate model: .09 at 0, .42 at .8, .96 at 1", "mean rises (neighbours may fall by 0.05)",
        tuple(f"acquired_fear_{x:g}" for x in OVERLAPS), rises,
    ),
    Phenomenon(
        "R5.extinguished", "After extinction similar contexts keep fear that the trained one lost", WERNE_GENERAL,
        "rate model: peak .77 at .85; .05 at 1", "mean peaks at 0.75 to 0.92, < 0.15 at 1",
        tuple(f"extinguished_fear_{x:g}" for x in OVERLAPS), peaks,
    ),
    Phenomenon(
        "R5.width", "Extinction generalises less than fear", WERNE_GENERAL, "rate model: BA_I steeper than BA_P",
        "mean half-width of BA_I < BA_P", tuple(f"extinguished_{name}_width" for name in GRADIENT_CELLS), narrower,
    ),
)  # fmt: skip
