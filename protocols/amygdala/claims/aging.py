"""Published claims about memories that age (R3, R7) and lesions of HIP, and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 4"
WERNE_AGING = "Werne et al. 2026, Fig. 5 and abstract"
PROBE = "own probe with the published code"
WEEKS = {"full_size": 1.0}  # checks are asked of runs that last as long as published
HIP = {age: metric("recalled", population="HIP", age=age) for age in (1, 5, 10)}
CTX = {age: metric("recalled", population="CTX", age=age) for age in (1, 5, 20)}
BA_N = {age: metric("recalled", population="BA_N", age=age) for age in (1, 20)}
GONE = metric("age_gone", population="HIP")
LATER = metric("recalled_difference", population="CTX", other="HIP", age="after_half_life")
DISTANCE = metric("distance_to_larger", population="BA_N")


def _hip_fades(m: Metrics) -> tuple[str, bool]:
    first, gone = m[HIP[1]].mean(), m[GONE]
    text = f"{first:.2f} at 1 day, none from day {np.nanmean(gone):.1f} on"
    return text, bool(first >= 0.95 and not np.isnan(gone).any() and 5 <= gone.mean() <= 18)


def _cortex_takes_over(m: Metrics) -> tuple[str, bool]:
    first, last, margin = m[CTX[1]].mean(), m[CTX[20]].mean(), m[LATER]
    text = f"{first:.2f} at 1 day, {last:.2f} at 20; above HIP later by {np.nanmean(margin):.2f}"
    later = not np.isnan(margin).any() and margin.mean() > 0
    return text, bool(first < m[HIP[1]].mean() and later and last > 0.35)


CONSOLIDATION = (
    Phenomenon(
        "R3.HIP", "HIP recalls recent contexts and no old ones", WERNE, "rate model: 1 at 1 day, .19 at 5, 0 at 6",
        "mean >= 0.95 at 1 day, gone (<= 0.05) after 5 to 18 days",
        (*HIP.values(), GONE), _hip_fades, least=WEEKS,
    ),
    Phenomenon(
        "R3.CTX", "CTX recalls less than HIP at first and more later", WERNE,
        "rate model: .31 at 1 day, .81 at 5, .50 at 21",
        "below HIP at 1 day, above it after HIP's half-life, > 0.35 at 20 days",
        (*CTX.values(), LATER, HIP[1]), _cortex_takes_over, least=WEEKS,
    ),
    Phenomenon(
        "R3.BA_N", "BA_N can be recalled at all ages", WERNE, "rate model: .75 at 1 day, .50 at 21",
        "mean distance to the larger of HIP and CTX <= 0.15", (*BA_N.values(), DISTANCE),
        lambda m: ("", bool(m[DISTANCE].mean() <= 0.15)), least=WEEKS,
    ),
)  # fmt: skip


FIRST = metric("fear", context="B", age=0)
CROSSED, CAME = metric("day_validity_fell", context="B"), metric("day_fear_came_near", context="B", other="A")
DRIFT, HIGHEST = metric("fear_drift", context="A"), metric("highest_fear", context="C")


def _hip_on_and_off(context: str, age: int | str) -> tuple[Metric, Metric]:
    """Return fear with HIP and with HIP silenced."""
    on, off = (metric("fear", context=context, age=age, silenced=silenced) for silenced in ("none", "HIP"))
    return on, off


def _comes(m: Metrics) -> tuple[str, bool]:
    first, late = m[FIRST].mean(), m[CAME] - m[CROSSED]
    text = f"{first:.2f} at first; within 0.1 of A {np.nanmean(late):.1f} days after validity fell to 0.5"
    return text, bool(first < 0.3 and not np.isnan(late).any() and np.abs(late).max() <= 3)


def _mostly_lost(m: Metrics) -> tuple[str, bool]:
    on, off = (m[each].mean() for each in _hip_on_and_off("A", 0))
    return "", bool(off <= 0.5 * on)


def _unspecific(m: Metrics) -> tuple[str, bool]:
    (on_a, a), (on_b, b) = ([m[each].mean() for each in _hip_on_and_off(context, 1)] for context in "AB")
    return f"A {a:.2f}, B {b:.2f}", bool(a >= 0.8 * on_a and b >= on_b + 0.2)


def _no_effect(m: Metrics) -> tuple[str, bool]:
    pairs = (_hip_on_and_off(context, "last") for context in "ABC")
    largest = max(abs((m[off] - m[on]).mean()) for on, off in pairs)
    return f"at most {largest:.2f}", bool(largest <= 0.1)


AGING = (
    Phenomenon(
        "R7.B", "Fear of B, which is like A, comes near that of A as recall moves from HIP to CTX", WERNE_AGING,
        "rate model: .23 on day 0, .26 on day 8, .89 on day 11; validity .93, .82, .13",
        "mean < 0.3 at first; within 0.1 of A within 3 days of validity 0.5, in every seed",
        (FIRST, metric("fear", context="B", age="last"), CROSSED, CAME), _comes, least=WEEKS,
    ),
    Phenomenon(
        "R7.A", "Fear of A itself stays", WERNE_AGING, "rate model: .90 to .89", "mean drift <= 0.1", (DRIFT,),
        lambda m: ("", bool(m[DRIFT].mean() <= 0.1)), least=WEEKS,
    ),
    Phenomenon(
        "R7.C", "Fear of the unrelated C stays low", WERNE_AGING, "rate model: .12 to .17", "mean of the highest < 0.3",
        (HIGHEST,), lambda m: ("", bool(m[HIGHEST].mean() < 0.3)), least=WEEKS,
    ),
    Phenomenon(
        "lesion.before", "HIP off before any sleep: most fear is lost", PROBE, "rate model: .93 to .36",
        "mean fear of A at most half", _hip_on_and_off("A", 0), _mostly_lost,
    ),
    Phenomenon(
        "lesion.after", "HIP off after one night: fear survives but is unspecific", PROBE,
        "rate model: A .92 to .92, B .12 to .92", "A >= 0.8 of intact, B higher by 0.2, on average",
        (*_hip_on_and_off("A", 1), *_hip_on_and_off("B", 1)), _unspecific,
    ),
    Phenomenon(
        "lesion.late", "HIP off at the end: no effect", PROBE, "rate model: none from about 12 nights on",
        "mean change <= 0.1 for A, B and C",
        tuple(each for c in "ABC" for each in _hip_on_and_off(c, "last")), _no_effect, least=WEEKS,
    ),
)  # fmt: skip
