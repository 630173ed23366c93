"""Published claims about ageing memories (R3, R7) and silencing of HIP, and how each is checked."""

from __future__ import annotations

import numpy as np

from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 4"
WERNE_AGING = "Werne et al. 2026, Fig. 5 and abstract"
PROBE = "own probe with the published code"
WEEKS = {"full_size": 1.0}  # checks are evaluated only for runs as long as the published ones
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
    text = f"{first:.2f} at 1 day, {last:.2f} at 20 days; later {np.nanmean(margin):.2f} above HIP"
    later = not np.isnan(margin).any() and margin.mean() > 0
    return text, bool(first < m[HIP[1]].mean() and later and last > 0.35)


CONSOLIDATION = (
    Phenomenon(
        "R3.HIP", "HIP recalls recent contexts but not old ones", WERNE,
        "rate model: 1 at 1 day, 0.19 at 5, 0 at 6",
        "mean >= 0.95 at 1 day; gone (<= 0.05) after 5 to 18 days",
        (*HIP.values(), GONE), _hip_fades, least=WEEKS,
    ),
    Phenomenon(
        "R3.CTX", "CTX recalls less than HIP at first, but more later", WERNE,
        "rate model: 0.31 at 1 day, 0.81 at 5, 0.50 at 21",
        "below HIP at 1 day, above it after the half-life of HIP recall, > 0.35 at 20 days",
        (*CTX.values(), LATER, HIP[1]), _cortex_takes_over, least=WEEKS,
    ),
    Phenomenon(
        "R3.BA_N", "BA_N recalls contexts of all ages", WERNE, "rate model: 0.75 at 1 day, 0.50 at 21",
        "mean distance from the larger of HIP and CTX <= 0.15", (*BA_N.values(), DISTANCE),
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
    days = float(np.nanmean(late))
    when = f"{abs(days):.1f} days {'before' if days < 0 else 'after'} validity fell to 0.5"
    text = f"{first:.2f} on day 0; within 0.1 of A {when}"
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
        "R7.B", "Fear of B, a context similar to A, approaches fear of A as recall shifts from HIP to CTX", WERNE_AGING,
        "rate model: 0.23 on day 0, 0.26 on day 8, 0.89 on day 11; validity of HIP recall 0.93, 0.82, 0.13",
        "mean < 0.3 on day 0; in every seed, within 0.1 of A within 3 days of validity falling to 0.5",
        (FIRST, metric("fear", context="B", age="last"), CROSSED, CAME), _comes, least=WEEKS,
    ),
    Phenomenon(
        "R7.A", "Fear of A itself persists", WERNE_AGING, "rate model: 0.90 to 0.89", "mean drift <= 0.1", (DRIFT,),
        lambda m: ("", bool(m[DRIFT].mean() <= 0.1)), least=WEEKS,
    ),
    Phenomenon(
        "R7.C", "Fear of C, an unrelated context, stays low", WERNE_AGING, "rate model: 0.12 to 0.17",
        "mean of the highest value < 0.3", (HIGHEST,), lambda m: ("", bool(m[HIGHEST].mean() < 0.3)), least=WEEKS,
    ),
    Phenomenon(
        "lesion.before", "Silencing HIP before any sleep abolishes most fear", PROBE, "rate model: 0.93 to 0.36",
        "mean fear of A at most half of that with HIP intact", _hip_on_and_off("A", 0), _mostly_lost,
    ),
    Phenomenon(
        "lesion.after", "Silencing HIP after one night spares fear but makes it unspecific", PROBE,
        "rate model: A 0.92 to 0.92, B 0.12 to 0.92", "mean fear of A >= 0.8 x intact, of B >= intact + 0.2",
        (*_hip_on_and_off("A", 1), *_hip_on_and_off("B", 1)), _unspecific,
    ),
    Phenomenon(
        "lesion.late", "Silencing HIP at the end has no effect", PROBE, "rate model: none from about 12 nights on",
        "mean change <= 0.1 for A, B and C",
        tuple(each for c in "ABC" for each in _hip_on_and_off(c, "last")), _no_effect, least=WEEKS,
    ),
)  # fmt: skip
