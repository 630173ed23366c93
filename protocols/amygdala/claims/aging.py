"""Published claims about memories that age (R3, R7) and lesions of HIP, and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 4"
WERNE_AGING = "Werne et al. 2026, Fig. 5 and abstract"
PROBE = "own probe with the published code"
WEEKS = {"full_size": 1.0}  # checks are asked of runs that last as long as published
Metrics = dict[str, np.ndarray]


def _hip_fades(m: Metrics) -> tuple[str, bool]:
    gone = m["HIP_gone"]
    text = f"{m['HIP_age_1'].mean():.2f} at 1 day, none from day {np.nanmean(gone):.1f} on"
    return text, bool(m["HIP_age_1"].mean() >= 0.95 and not np.isnan(gone).any() and 5 <= gone.mean() <= 18)


def _cortex_takes_over(m: Metrics) -> tuple[str, bool]:
    first, last = m["CTX_age_1"].mean(), m["CTX_age_20"].mean()
    margin = m["CTX_over_HIP_later"]
    text = f"{first:.2f} at 1 day, {last:.2f} at 20; above HIP later by {np.nanmean(margin):.2f}"
    later = not np.isnan(margin).any() and margin.mean() > 0
    return text, bool(first < m["HIP_age_1"].mean() and later and last > 0.35)


CONSOLIDATION = (
    Phenomenon(
        "R3.HIP", "HIP recalls recent contexts and no old ones", WERNE, "rate model: 1 at 1 day, .19 at 5, 0 at 6",
        "mean >= 0.95 at 1 day, gone (<= 0.05) after 5 to 18 days",
        ("HIP_age_1", "HIP_age_5", "HIP_age_10", "HIP_gone"),
        _hip_fades, least=WEEKS,
    ),
    Phenomenon(
        "R3.CTX", "CTX recalls less than HIP at first and more later", WERNE,
        "rate model: .31 at 1 day, .81 at 5, .50 at 21",
        "below HIP at 1 day, above it after HIP's half-life, > 0.35 at 20 days",
        ("CTX_age_1", "CTX_age_5", "CTX_age_20", "CTX_over_HIP_later", "HIP_age_1"), _cortex_takes_over,
        least=WEEKS,
    ),
    Phenomenon(
        "R3.BA_N", "BA_N can be recalled at all ages", WERNE, "rate model: .75 at 1 day, .50 at 21",
        "mean distance to the larger of HIP and CTX <= 0.15", ("BA_N_age_1", "BA_N_age_20", "BA_N_off"),
        lambda m: ("", bool(m["BA_N_off"].mean() <= 0.15)), least=WEEKS,
    ),
)  # fmt: skip


def _comes(m: Metrics) -> tuple[str, bool]:
    late = m["B_came"] - m["B_crossed"]
    text = f"{m['B_first'].mean():.2f} at first; within 0.1 of A {np.nanmean(late):.1f} days after validity fell to 0.5"
    return text, bool(m["B_first"].mean() < 0.3 and not np.isnan(late).any() and np.abs(late).max() <= 3)


def _unspecific(m: Metrics) -> tuple[str, bool]:
    a, b = m["lesioned_A_1"].mean(), m["lesioned_B_1"].mean()
    return f"A {a:.2f}, B {b:.2f}", bool(a >= 0.8 * m["intact_A_1"].mean() and b >= m["intact_B_1"].mean() + 0.2)


def _no_effect(m: Metrics) -> tuple[str, bool]:
    largest = max(abs((m[f"lesioned_{c}_last"] - m[f"intact_{c}_last"]).mean()) for c in "ABC")
    return f"at most {largest:.2f}", bool(largest <= 0.1)


AGING = (
    Phenomenon(
        "R7.B", "Fear of B, which is like A, comes near that of A as recall moves from HIP to CTX", WERNE_AGING,
        "rate model: .23 on day 0, .26 on day 8, .89 on day 11; validity .93, .82, .13",
        "mean < 0.3 at first; within 0.1 of A within 3 days of validity 0.5, in every seed",
        ("B_first", "B_last", "B_crossed", "B_came"), _comes, least=WEEKS,
    ),
    Phenomenon(
        "R7.A", "Fear of A itself stays", WERNE_AGING, "rate model: .90 to .89", "mean drift <= 0.1", ("A_drift",),
        lambda m: ("", bool(m["A_drift"].mean() <= 0.1)), least=WEEKS,
    ),
    Phenomenon(
        "R7.C", "Fear of the unrelated C stays low", WERNE_AGING, "rate model: .12 to .17", "mean of the highest < 0.3",
        ("C_highest",), lambda m: ("", bool(m["C_highest"].mean() < 0.3)), least=WEEKS,
    ),
    Phenomenon(
        "lesion.before", "HIP off before any sleep: most fear is lost", PROBE, "rate model: .93 to .36",
        "mean fear of A at most half", ("intact_A_0", "lesioned_A_0"),
        lambda m: ("", bool(m["lesioned_A_0"].mean() <= 0.5 * m["intact_A_0"].mean())),
    ),
    Phenomenon(
        "lesion.after", "HIP off after one night: fear survives but is unspecific", PROBE,
        "rate model: A .92 to .92, B .12 to .92", "A >= 0.8 of intact, B higher by 0.2, on average",
        ("intact_A_1", "lesioned_A_1", "intact_B_1", "lesioned_B_1"), _unspecific,
    ),
    Phenomenon(
        "lesion.late", "HIP off at the end: no effect", PROBE, "rate model: none from about 12 nights on",
        "mean change <= 0.1 for A, B and C",
        tuple(f"{word}_{c}_last" for c in "ABC" for word in ("intact", "lesioned")), _no_effect,
        least=WEEKS,
    ),
)  # fmt: skip
