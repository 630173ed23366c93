"""Published claims about conditioning (R4), generalisation (R5) and renewal (R6), and how each is checked."""

import numpy as np

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 4 and abstract"
WERNE_RENEWAL = "Werne et al. 2026, Fig. 5 and abstract"
WERNE_GENERAL = "Werne et al. 2026, Fig. 5"
OVERLAPS = np.array([0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 1.0])
GRADIENT_CELLS = {"fear_cells": "BA_P", "safety_cells": "BA_I"}
CELLS = tuple(
    metric("active_cells", context="A", population=population, stage=stage, trial="last")
    for population, stage in (("BA_P", "acquisition"), ("BA_P", "extinction"), ("BA_I", "extinction"))
)
LATE = metric("fear", context="A", stage="extinction", trial=60)
AFTER_NIGHT = tuple(metric("fear", context=context, test="after_night") for context in "AB")
NO_SHOCK, BLOCKED = (metric("highest_fear", group=group) for group in ("no_shock", "blocked"))
REFERENCE = {"ABA": 0.84, "ABC": 0.44, "AAB": 0.39}  # first test trial of the rate model
ALPHA = 0.01

CONDITIONING = (
    Phenomenon(
        "R4.acquisition", "Fear is acquired within a few trials", WERNE, "rate model: trial 4 to 6, plateau 0.905",
        "on average, fear > 0.5 first at trial 3 to 8, plateau >= 0.85", ("acquisition_trial", "plateau"),
        lambda m: ("", bool(3 <= m["acquisition_trial"].mean() <= 8 and m["plateau"].mean() >= 0.85)),
    ),
    Phenomenon(
        "R4.extinction", "Extinction is slower than acquisition", WERNE,
        "rate model: < 0.5 after 32 trials, < 0.1 after 38",
        "on average, fear < 0.5 first at trial 20 to 45, < 0.1 around trial 60", ("extinction_trial", LATE),
        lambda m: ("", bool(20 <= m["extinction_trial"].mean() <= 45 and m[LATE].mean() < 0.1)),
    ),
    Phenomenon(
        "R4.cells", "Extinction recruits BA_I and leaves BA_P unchanged", WERNE, "rate model: 15.8 BA_P, 19.0 BA_I",
        "mean number of BA_P cells within 10 %, of BA_I cells >= 5", CELLS,
        lambda m: ("", bool(abs(m[CELLS[1]].mean() / m[CELLS[0]].mean() - 1) <= 0.1 and m[CELLS[2]].mean() >= 5)),
    ),
    Phenomenon(
        "R4.renewal", "Fear extinguished in B returns in A after a night of sleep", WERNE, "rate model, R6a: 0.84 in A",
        "mean fear in A minus B >= 0.2", AFTER_NIGHT,
        lambda m: ("", bool((m[AFTER_NIGHT[0]] - m[AFTER_NIGHT[1]]).mean() >= 0.2)),
    ),
    Phenomenon(
        "R4.no_shock", "Control: no shock, no fear", "own control", "at rest: 0.083", "always < 0.2",
        (NO_SHOCK,), lambda m: ("", bool(m[NO_SHOCK].max() < 0.2)),
    ),
    Phenomenon(
        "R4.blocked", "Control: no fear with plasticity onto BA_P blocked", "own control", "at rest: 0.083",
        "always < 0.2", (BLOCKED,), lambda m: ("", bool(m[BLOCKED].max() < 0.2)),
    ),
    Phenomenon(
        "R4.recall", "Fear in free recall from a cue of A, after acquisition and after extinction in B and a night",
        "own measure", "", "reported",
        tuple(metric("fear", context="A", test=test, recall="free") for test in ("acquired", "after_night")),
    ),
    Phenomenon(
        "R4.no_sleep", "Fear in A and in B after extinction in B, without the night", "own control", "", "reported",
        tuple(metric("fear", context=context, test="without_sleep") for context in "AB"),
    ),
)  # fmt: skip


TESTED, EXTINGUISHED = metric("fear", stage="test", trial="first"), metric("fear", stage="extinction", trial="last")
TESTS = {design: metric("fear", design=design, stage="test", trial="first") for design in REFERENCE}


def renewed(m: Metrics) -> tuple[str, bool]:
    """Check that fear on the first trial of the test is higher than at the end of extinction."""
    after, before = m[TESTED], m[EXTINGUISHED]
    p = paired_test(after, before, "wilcoxon", "greater")
    spread = after.std(ddof=min(1, len(after) - 1))
    return f"{after.mean():.2f} ± {spread:.2f}, end of extinction {before.mean():.2f}, p = {p:.2g}", p < ALPHA


def strongest(m: Metrics) -> tuple[str, bool]:
    """Check that renewal is strongest in ABA, and its mean at least 0.6."""
    mean = {design: m[tested].mean() for design, tested in TESTS.items()}
    text = ", ".join(f"{design} {value:.2f}" for design, value in mean.items())
    return text, bool(mean["ABA"] >= 0.6 and mean["ABA"] > max(mean["ABC"], mean["AAB"]))


RENEWAL = (
    *(
        Phenomenon(
            "R6", f"Extinguished fear returns ({design})", WERNE_RENEWAL,
            f"rate model: {mean} on the first test trial",
            f"first test trial above the end of extinction, paired Wilcoxon p < {ALPHA}",
            (TESTED, EXTINGUISHED), renewed, seeds=7, given={"design": (design,)},
        )
        for design, mean in REFERENCE.items()
    ),
    Phenomenon(
        "R6.order", "Renewal is strongest in ABA", WERNE_RENEWAL, "rate model: ABA 0.84, ABC 0.44, AAB 0.39",
        "mean ABA >= 0.6 and above ABC and AAB", tuple(TESTS.values()), strongest, optional=True,
    ),
    Phenomenon(
        "R6.no_sleep", "ABA without its two nights: first test trial, last extinction trial", "own control", "",
        "reported",
        (
            metric("fear", design="ABA_no_sleep", stage="test", trial="first"),
            metric("fear", design="ABA_no_sleep", stage="extinction", trial="last"),
        ),
    ),
)  # fmt: skip


AFTER_ACQUISITION, AFTER_EXTINCTION = (
    tuple(metric("fear", overlap=overlap, test=test) for overlap in OVERLAPS) for test in ("acquired", "extinguished")
)
WIDTHS = tuple(metric("half_width", population=each, test="extinguished") for each in GRADIENT_CELLS.values())


def rises(m: Metrics) -> tuple[str, bool]:
    """Check that mean fear after acquisition rises with overlap, to within 0.05 between neighbours."""
    mean = np.array([m[each].mean() for each in AFTER_ACQUISITION])
    text = f"{mean[0]:.2f} at overlap 0, {mean[7]:.2f} at 0.8, {mean[-1]:.2f} at 1"
    return text, bool(np.diff(mean).min() > -0.05 and mean[-1] - mean[0] > 0.5)


def peaks(m: Metrics) -> tuple[str, bool]:
    """Check that mean fear after extinction peaks between overlap 0.75 and 0.92 and is low at 1."""
    mean = np.array([m[each].mean() for each in AFTER_EXTINCTION])
    best = OVERLAPS[mean.argmax()]
    text = f"peak {mean.max():.2f} at overlap {best:g}; {mean[0]:.2f} at 0, {mean[-1]:.2f} at 1"
    return text, bool(0.75 <= best <= 0.92 and mean[-1] < 0.15 and mean.max() > mean[0] + 0.2)


def narrower(m: Metrics) -> tuple[str, bool]:
    """Check that the gradient of BA_I is narrower than that of BA_P, on average."""
    fear, safety = (m[each] for each in WIDTHS)
    return "", bool(np.nanmean(safety) < np.nanmean(fear))


GENERALIZATION = (
    Phenomenon(
        "R5.acquired", "After acquisition, fear rises with similarity to the trained context", WERNE_GENERAL,
        "rate model: 0.09 at overlap 0, 0.42 at 0.8, 0.96 at 1", "mean rises (no step falls by 0.05)",
        AFTER_ACQUISITION, rises,
    ),
    Phenomenon(
        "R5.extinguished", "After extinction, similar contexts keep fear that the trained one has lost", WERNE_GENERAL,
        "rate model: peak 0.77 at overlap 0.85; 0.05 at 1", "mean peaks at overlap 0.75 to 0.92; < 0.15 at 1",
        AFTER_EXTINCTION, peaks,
    ),
    Phenomenon(
        "R5.width", "Extinction generalises less than fear", WERNE_GENERAL, "rate model: BA_I steeper than BA_P",
        "mean half-width of BA_I < that of BA_P", WIDTHS, narrower,
    ),
)  # fmt: skip
