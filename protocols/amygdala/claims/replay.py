"""Published claims about replay in sleep (R2), and how each is checked."""

import numpy as np

from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 2 and abstract"


def faithful(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that BA_N follows HIP in shocked contexts, and is never in the engram of a neutral one."""
    shocked, neutral = np.nanmean(m["ba_n_match_shocked"]), np.nanmean(m["ba_n_match_neutral"])
    return "", bool(shocked >= 0.5 and neutral <= 0.1 and m["ba_n_neutral"].mean() <= 0.05)


def events_followed(m: dict[str, np.ndarray]) -> tuple[str, bool]:
    """Check that there are events in every night, and that CTX and BA_N follow in them, and later."""
    cortex, basal = (np.nanmean(m[f"{name}_followed"]) for name in ("CTX", "BA_N"))
    later = min(np.nanmean(m[f"{name}_lag"]) for name in ("CTX", "BA_N")) > 0
    return "", bool(m["events"].min() >= 1 and cortex >= 0.9 and basal >= 0.5 and later)


REPLAY = (
    Phenomenon(
        "R2.HIP", "HIP replays the day's contexts in sleep", WERNE, "rate model: 8.8 of 10 visited, 76 % of steps",
        "at least 8 of 10 contexts in at least 70 % of nights", ("visited", "coverage", "dwell"),
        lambda m: ("", bool((m["visited"] >= 8).mean() >= 0.7)),
    ),
    Phenomenon(
        "R2.CTX", "CTX follows HIP", WERNE, "rate model: 99.9 % of identified replay",
        "mean agreement >= 0.90", ("ctx_match",), lambda m: ("", bool(m["ctx_match"].mean() >= 0.9)),
    ),
    Phenomenon(
        "R2.BA_N", "BA_N replays contexts paired with shock and not the others", WERNE,
        "rate model: 4.6 engrams, all of shocked contexts",
        "agreement >= 0.5 in shocked, <= 0.1 in neutral; neutral engrams <= 0.05 of steps",
        ("ba_n_match_shocked", "ba_n_match_neutral", "ba_n_neutral"),
        faithful,
    ),
    Phenomenon(
        "R2.chance", "Replay is above that of shuffled engrams", "own control", "p < 0.05 by cell shuffles",
        "p < 0.05 in every night", ("replay_p",), lambda m: ("", bool((m["replay_p"] < 0.05).all())),
    ),
    Phenomenon(
        "R2.events", "Replay events in HIP spikes are followed by CTX, and in shocked contexts by BA_N", "own measure",
        "", "events (p < 0.05) in every night; >= 0.9, >= 0.5 of them followed for half their time; median lags > 0",
        ("events", "CTX_followed", "CTX_lag", "BA_N_followed", "BA_N_lag"), events_followed,
    ),
    Phenomenon(
        "R2.other", "BA_N in the engram of another context, shocked, while HIP replays a neutral or a shocked one",
        "own measure", "", "reported", ("ba_n_other_neutral", "ba_n_other_shocked"),
    ),
    Phenomenon(
        "R2.control", "Shuffled HIP weights: no replay", "own control", "0", "mean coverage <= 0.05",
        ("shuffled_coverage", "hip_active", "hip_active_shuffled"),
        lambda m: ("", bool(m["shuffled_coverage"].mean() <= 0.05)),
    ),
)  # fmt: skip
