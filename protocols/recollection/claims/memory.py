"""What many episodes, alike episodes, delays, replay and novelty must show."""

from __future__ import annotations

from protocols.naming.claims.naming import Metrics
from protocols.recollection.claims.recall import CHANCE, DATA, SPECIFIC, row
from spiking_engrams.runs.phenomena import Phenomenon


def _capacity(images: str) -> tuple[Phenomenon, ...]:
    names = [f"stored_{n}_{what}" for n in (10, 50, 100, 200, 500) for what in ("correlation", "identified")]
    return (row(images, "H2.capacity", "10, 50, 100, 200 and 500 episodes stored", "reported", names, None),)


DELAYS = ("0", "0.1", "0.2", "0.5", "1")


def _interference(images: str) -> tuple[Phenomenon, ...]:
    def told(id_: str, claim: str, conditions: list[str]) -> Phenomenon:
        metrics = [f"{name}_{what}" for name in conditions for what in ("correlation", "identified")]
        return row(images, f"interference.{id_}", claim, "reported", metrics, None)

    return (
        told("alike", "Images of one class, and of all classes", ["alike", "mixed"]),
        told("order", "The first and the last third of the episodes", ["early", "late"]),
        told("delay", "Traces not consolidated, 0, 0.1, 0.2, 0.5, 1 of their time constants after the last episode",
             [f"delay_{n}" for n in DELAYS]),
        row(images, "interference.raised", "The same with gains raised until half as much comes back as without delay",
            "reported", [f"raised_{n}_{what}" for n in DELAYS for what in ("identified", "gain")], None),
    )  # fmt: skip


def _replay(images: str) -> tuple[Phenomenon, ...]:
    controls = ("awake", "closed", "shuffled", "unlearning")

    def retained(m: Metrics) -> tuple[str, bool]:
        replayed = m[f"{images}_replayed_specificity"].mean()
        left = {name: m[f"{images}_{name}_specificity"].mean() for name in controls}
        p = max(m[f"{images}_gain_over_{name}_p"].max() for name in controls)
        text = f"{replayed:.2f}; " + ", ".join(f"{name} {x:.2f}" for name, x in left.items()) + f"; p <= {p:.1g}"
        return text, bool(replayed >= SPECIFIC and p < 0.001)

    specific = [f"{name}_specificity" for name in ("replayed", *controls)]
    return (
        row(images, "beyond.replay", "Replay of pointers in sleep retains episodes whose traces decay",
            f"own minus other cues >= {SPECIFIC}, above every control in every seed, p < 0.001",
            [*specific, *(f"gain_over_{name}_p" for name in controls)], retained),
        row(images, "beyond.forgotten", "Control: without replay in sleep, with the same gains, they are lost",
            f"within {CHANCE} of 0", ["awake_specificity"],
            lambda m: ("", bool(abs(m[f"{images}_awake_specificity"].mean()) <= CHANCE))),
        row(images, "beyond.raised", "The same with gains raised until half as much comes back as from kept traces",
            "reported", ["raised_gain", "raised_specificity", "raised_identified"], None),
        row(images, "beyond.kept", "Recalled at once; after traces that were consolidated when seen; pointers reached",
            "reported", ["at_once_specificity", "kept_specificity", "replayed_reached", "replayed_identified",
                         "kept_identified"], None),
    )  # fmt: skip


def _novelty(images: str) -> tuple[Phenomenon, ...]:
    def told(m: Metrics) -> tuple[str, bool]:
        new, known = (m[f"{images}_{name}_encoded"].mean() for name in ("new", "known"))
        margin, p = m[f"{images}_new_specificity"].mean(), m[f"{images}_new_specificity_p"].max()
        text = f"{new:.2f} of new, {known:.2f} of known images encoded; {margin:.2f}, p <= {p:.1g}"
        return text, bool(new >= 0.95 and known <= 0.05 and margin >= SPECIFIC and p < 0.001)

    def unknown(m: Metrics) -> tuple[str, bool]:
        return "", bool(m[f"{images}_shuffled_known_encoded"].mean() >= 0.95)

    parts = [f"kept_{kept}_{what}" for kept in ("1", "0.9", "0.7", "0.5") for what in ("auc", "recognised")]
    return (
        row(images, "beyond.novelty", "What is new is encoded, what was seen before is not",
            f">= 0.95 of new and <= 0.05 of known images; new ones: own minus other cues >= {SPECIFIC}, p < 0.001",
            ["new_encoded", "known_encoded", "new_specificity", "new_specificity_p"], told, 400),
        row(images, "beyond.unknown", "Control: couplings of the pointers shuffled; nothing is known",
            "what was seen before is encoded again, >= 0.95", ["shuffled_known_encoded"], unknown, 400),
        row(images, "beyond.parts", "Known and new images told apart by 100, 90, 70, 50 % of their spikes (area under "
            "the ROC curve; share recognised)", "reported", parts, None),
    )  # fmt: skip


CAPACITY = tuple(each for images in DATA for each in _capacity(images))
INTERFERENCE = tuple(each for images in DATA for each in _interference(images))
REPLAY = tuple(each for images in DATA for each in _replay(images))
NOVELTY = tuple(each for images in DATA for each in _novelty(images))
