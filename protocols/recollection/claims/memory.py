"""Claims about many episodes, similar episodes, delays, replay and novelty."""

from __future__ import annotations

from protocols.recollection.claims.recall import CHANCE, SPECIFIC, recalled, row
from protocols.recollection.words import NIGHTS as IN_WORDS
from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

STORED = (10, 50, 100, 200, 500)
DELAYS = ("0", "0.1", "0.2", "0.5", "1")
NIGHTS = ("awake", "closed", "shuffled", "unlearning")  # controls


def _tabulated(id_: str, claim: str, conditions: list[dict[str, str]]) -> Phenomenon:
    metrics: list[Metric] = [metric(name, **each) for each in conditions for name in ("correlation", "identified")]
    return row(f"interference.{id_}", claim, "reported", metrics, None)


def _retained(m: Metrics) -> tuple[str, bool]:
    replayed = m("specificity", recall="replayed").mean()
    left = {name: m("specificity", recall=name).mean() for name in NIGHTS}
    p = max(m("advantage_p", over=name).max() for name in NIGHTS)
    text = f"{replayed:.2f}; " + "; ".join(f"{IN_WORDS[name]} {x:.2f}" for name, x in left.items()) + f"; p <= {p:.1g}"
    return text, bool(replayed >= SPECIFIC and p < 0.001)


def _forgotten(m: Metrics) -> tuple[str, bool]:
    return "", bool(abs(m("specificity", recall="awake").mean()) <= CHANCE)


def _new(m: Metrics) -> tuple[str, bool]:
    new, known = (m("encoded", seen=seen, couplings="kept").mean() for seen in ("new", "known"))
    margin, p = m("specificity", recall="new").mean(), m("specificity_p", recall="new").max()
    text = f"{new:.2f} of new, {known:.2f} of known images encoded; {margin:.2f}, p <= {p:.1g}"
    return text, bool(new >= 0.95 and known <= 0.05 and margin >= SPECIFIC and p < 0.001)


def _unknown(m: Metrics) -> tuple[str, bool]:
    return "", bool(m("encoded", seen="known", couplings="shuffled").mean() >= 0.95)


CAPACITY = (
    row("H2.capacity", "Recall with 10, 50, 100, 200 and 500 episodes stored", "reported",
        [metric(name, stored=n) for n in STORED for name in ("correlation", "identified")], None),
)  # fmt: skip
INTERFERENCE = (
    _tabulated("alike", "Recall among images of one class, and among as many of all classes",
               [{"recall": "alike"}, {"recall": "mixed"}]),
    _tabulated("order", "Recall of the first and of the last third of the episodes",
               [{"recall": "early"}, {"recall": "late"}]),
    _tabulated("delay", "Traces not consolidated, 0, 0.1, 0.2, 0.5 or 1 time constants after the last episode",
               [{"delay": each} for each in DELAYS]),
    row("interference.raised", "After these delays, with gains raised until recall has half as many spikes as without "
        "delay", "reported",
        [metric(name, delay=each, gains="raised") for each in DELAYS for name in ("identified", "gain")], None),
)  # fmt: skip
REPLAY = (
    row("beyond.replay", "Replay of pointers in sleep retains episodes whose traces decay",
        f"own minus other cues >= {SPECIFIC}, above every control in every seed, p < 0.001",
        [*(metric("specificity", recall=name) for name in ("replayed", *NIGHTS)),
         *(metric("advantage_p", over=name) for name in NIGHTS)], _retained),
    row("beyond.forgotten", "Control: without replay in sleep, and with the same gains, these episodes are lost",
        f"own minus other cues within {CHANCE} of 0", recalled("awake", "specificity"), _forgotten),
    row("beyond.raised", "Without replay, with gains raised until recall has half as many spikes as from retained "
        "traces", "reported",
        recalled("raised", "gain", "specificity", "identified"), None),
    row("beyond.kept", "Recall at once; from traces consolidated when the image is seen; pointers reached by replay",
        "reported",
        [metric("specificity", recall="at_once"), metric("specificity", recall="kept"),
         metric("reached", recall="replayed"), metric("identified", recall="replayed"),
         metric("identified", recall="kept")], None),
)  # fmt: skip
NOVELTY = (
    row("beyond.novelty", "New images are encoded, known ones are not",
        f">= 0.95 of new and <= 0.05 of known images encoded; new: own minus other cues >= {SPECIFIC}, p < 0.001",
        [*(metric("encoded", seen=seen, couplings="kept") for seen in ("new", "known")),
         *recalled("new", "specificity", "specificity_p")], _new, 400),
    row("beyond.unknown", "Control: with the couplings of the pointers shuffled, nothing is known",
        ">= 0.95 of known images encoded again", [metric("encoded", seen="known", couplings="shuffled")],
        _unknown, 400),
    row("beyond.parts", "Known and new images distinguished by 100, 90, 70 or 50 % of their spikes (area under the "
        "ROC curve; share of known images recognised)", "reported",
        [metric(name, kept=kept) for kept in ("1", "0.9", "0.7", "0.5") for name in ("auc", "recognised")], None),
)  # fmt: skip
