"""What ablations, capacity, interference, imagery, details and replay must show; most of it is reported."""

from __future__ import annotations

from protocols.naming.claims.naming import Metrics
from protocols.recollection.claims.recall import CHANCE, DATA, SPECIFIC, row
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.phenomena import Phenomenon


def _ablations(images: str) -> tuple[Phenomenon, ...]:
    def tabulated(id_: str, claim: str, conditions: list[str]) -> Phenomenon:
        metrics = [f"{name}_{what}" for name in conditions for what in ("correlation", "specificity", "gain")]
        return row(images, f"ablation.{id_}", claim, "reported", metrics, None)

    return (
        tabulated("share", "10, 2, 1, 0.5, 0.2 % of the second convolution bound to a pointer, at most",
                  ["bound_10", "first", "bound_1", "bound_0.5", "bound_0.2"]),
        row(images, "ablation.bound", "Neurons bound with these shares", "reported",
            [f"{name}_bound" for name in ("bound_10", "first", "bound_1", "bound_0.5", "bound_0.2")], None),
        tabulated("layer", "Bound to the concept neurons; to these and the second convolution", ["concepts", "both"]),
        tabulated("traces", "Traces of first spikes; of the strongest in a pool; decaying; none; shuffled",
                  ["first", "argmax", "decaying", "no_traces", "shuffled_traces"]),
        tabulated("coupling", "Ohmic and rectified gap junctions, and the same without the division by conductances",
                  ["ohmic", "ohmic_undivided", "rectified", "rectified_undivided"]),
        tabulated("inhibition", "Maps at a location inhibit each other in recall below the bound layer, and do not",
                  ["inhibited", "uninhibited"]),
        tabulated("signed", "Weights less 0.1, 0.2, 0.3 on the way back", ["signed_0.1", "signed_0.2", "signed_0.3"]),
    )  # fmt: skip


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


def _imagery(images: str) -> tuple[Phenomenon, ...]:
    def typical(m: Metrics) -> tuple[str, bool]:
        names = ("name_correlation", "name_others", "single_correlation")
        own, others, single = (m[f"{images}_{name}"] for name in names)
        p = max(paired_test(own, each, alternative="greater") for each in (others, single))
        means = f"{own.mean():.2f}, other classes {others.mean():.2f}, a pointer of the class {single.mean():.2f}"
        return f"{means}, p <= {p:.1g}", bool(p < 0.01)

    def both(m: Metrics) -> tuple[str, bool]:
        share, weaker, others = (m[f"{images}_pair_{name}"].mean() for name in ("above_others", "weaker", "others"))
        return f"{share:.2f} above; weaker of both {weaker:.2f}, others {others:.2f}", bool(share >= 0.8)

    return (
        row(images, "imagery.name", "A name brings back what is typical of its class",
            "nearer to the mean of its class than to others, and than what a pointer brings back; over seeds, p < 0.01",
            ["name_correlation", "name_others", "single_correlation", "name_identified", "name_class"], typical),
        row(images, "imagery.pair", "Two pointers at once bring back both images",
            "both above the 95th percentile of other images for >= 0.8",
            ["pair_above_others", "pair_weaker", "pair_others"], both),
    )  # fmt: skip


def _detail(images: str) -> tuple[Phenomenon, ...]:
    def part(m: Metrics) -> tuple[str, bool]:
        names = ("part_inside", "part_specificity", "part_specificity_p", "place_spikes")
        inside, margin, p, alone = (m[f"{images}_{name}"] for name in names)
        text = f"{inside.mean():.2f} at the location; {margin.mean():.2f}, p <= {p.max():.1g}"
        return text, bool(inside.mean() >= 0.9 and margin.mean() >= SPECIFIC and p.max() < 0.001 and not alone.any())

    return (
        row(images, "beyond.detail", "A name and a location bring back the part that was there",
            f">= 0.9 of the spikes where bound neurons at the location see; edges there: own minus other names >= "
            f"{SPECIFIC}, p < 0.001; the location alone: no spike",
            ["part_inside", "part_specificity", "part_specificity_p", "place_spikes"], part),
        row(images, "beyond.whole", "The same part when the whole is recalled; share of its spikes there; identified",
            "reported", ["part_correlation", "whole_correlation", "part_others", "whole_inside", "part_identified",
                         "whole_identified"], None),
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


ABLATIONS = tuple(each for images in DATA for each in _ablations(images))
CAPACITY = tuple(each for images in DATA for each in _capacity(images))
INTERFERENCE = tuple(each for images in DATA for each in _interference(images))
IMAGERY = tuple(each for images in DATA for each in _imagery(images))
DETAIL = tuple(each for images in DATA for each in _detail(images))
REPLAY = tuple(each for images in DATA for each in _replay(images))
NOVELTY = tuple(each for images in DATA for each in _novelty(images))
