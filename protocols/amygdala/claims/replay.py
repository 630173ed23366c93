"""Published claims about replay in sleep (R2), and how each is checked."""

import numpy as np

from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 2 and abstract"
CTX_MATCH = metric("match", population="CTX")
SHOCKED, NEUTRAL = (metric("match", population="BA_N", context=context) for context in ("shocked", "neutral"))
IN_NEUTRAL = metric("coverage", population="BA_N", context="neutral")
SHUFFLED = metric("coverage", population="HIP", group="shuffled")
FOLLOWED = {each: metric("followed", population=each) for each in ("CTX", "BA_N")}
LAG = {each: metric("lag", population=each) for each in ("CTX", "BA_N")}


def faithful(m: Metrics) -> tuple[str, bool]:
    """Check that BA_N follows HIP in shocked contexts, and is hardly ever in the engram of a neutral one."""
    shocked, neutral = np.nanmean(m[SHOCKED]), np.nanmean(m[NEUTRAL])
    return "", bool(shocked >= 0.5 and neutral <= 0.1 and m[IN_NEUTRAL].mean() <= 0.05)


def events_followed(m: Metrics) -> tuple[str, bool]:
    """Check that every night has events, and that CTX and BA_N follow them with a lag."""
    cortex, basal = (np.nanmean(m[each]) for each in FOLLOWED.values())
    later = min(np.nanmean(m[each]) for each in LAG.values()) > 0
    return "", bool(m["events"].min() >= 1 and cortex >= 0.9 and basal >= 0.5 and later)


REPLAY = (
    Phenomenon(
        "R2.HIP", "HIP replays the day's contexts in sleep", WERNE, "rate model: 8.8 of 10 visited, 76 % of steps",
        "at least 8 of 10 contexts in at least 70 % of nights",
        ("visited", metric("coverage", population="HIP"), "dwell"),
        lambda m: ("", bool((m["visited"] >= 8).mean() >= 0.7)),
    ),
    Phenomenon(
        "R2.CTX", "CTX follows HIP", WERNE, "rate model: 99.9 % of identified replay",
        "mean agreement >= 0.90", (CTX_MATCH,), lambda m: ("", bool(m[CTX_MATCH].mean() >= 0.9)),
    ),
    Phenomenon(
        "R2.BA_N", "BA_N replays the contexts paired with shock and no others", WERNE,
        "rate model: 4.6 engrams, all of shocked contexts",
        "mean agreement >= 0.5 in shocked contexts, <= 0.1 in neutral ones; neutral engrams <= 0.05 of steps",
        (SHOCKED, NEUTRAL, IN_NEUTRAL), faithful,
    ),
    Phenomenon(
        "R2.chance", "Replay exceeds that of shuffled engrams", "own control", "p < 0.05 by shuffling cells",
        "p < 0.05 in every night", ("replay_p",), lambda m: ("", bool((m["replay_p"] < 0.05).all())),
    ),
    Phenomenon(
        "R2.events", "CTX follows replay events in HIP spikes, and BA_N those of shocked contexts", "own measure", "",
        "events (p < 0.05) in every night; CTX follows >= 0.9, BA_N >= 0.5 of them for half of their duration; "
        "median lags > 0",
        ("events", FOLLOWED["CTX"], LAG["CTX"], FOLLOWED["BA_N"], LAG["BA_N"]), events_followed,
    ),
    Phenomenon(
        "R2.other", "BA_N in the engram of another, shocked context while HIP replays a neutral or a shocked one",
        "own measure", "", "reported",
        tuple(metric("other_engram", population="BA_N", context=context) for context in ("neutral", "shocked")),
    ),
    Phenomenon(
        "R2.control", "Control: no replay with shuffled HIP weights", "own control", "0", "mean coverage <= 0.05",
        (SHUFFLED, metric("active_cells", population="HIP"),
         metric("active_cells", population="HIP", group="shuffled")),
        lambda m: ("", bool(m[SHUFFLED].mean() <= 0.05)),
    ),
)  # fmt: skip
