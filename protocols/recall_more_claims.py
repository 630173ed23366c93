"""What ablations, capacity, interference and imagery must show; most of it is reported."""

from __future__ import annotations

from protocols.naming_claims import Metrics
from protocols.recall_claims import DATA, row
from spiking_engrams.phenomena import Phenomenon


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
        tabulated("signed", "Weights less 0.1, 0.2, 0.3 on the way back", ["signed_0.1", "signed_0.2", "signed_0.3"]),
    )  # fmt: skip


def _capacity(images: str) -> tuple[Phenomenon, ...]:
    names = [f"stored_{n}_{what}" for n in (10, 50, 100, 200, 500) for what in ("correlation", "identified")]
    return (row(images, "H2.capacity", "10, 50, 100, 200 and 500 episodes stored", "reported", names, None),)


def _interference(images: str) -> tuple[Phenomenon, ...]:
    def told(id_: str, claim: str, conditions: list[str]) -> Phenomenon:
        metrics = [f"{name}_{what}" for name in conditions for what in ("correlation", "identified")]
        return row(images, f"interference.{id_}", claim, "reported", metrics, None)

    return (
        told("alike", "Images of one class, and of all classes", ["alike", "mixed"]),
        told("order", "The first and the last third of the episodes", ["early", "late"]),
        told("delay", "Traces not consolidated, 0, 0.1, 0.2, 0.5, 1 of their time constants after the last episode",
             [f"delay_{n}" for n in ("0", "0.1", "0.2", "0.5", "1")]),
    )  # fmt: skip


def _imagery(images: str) -> tuple[Phenomenon, ...]:
    def typical(m: Metrics) -> tuple[str, bool]:
        names = ("name_correlation", "name_others", "single_correlation")
        own, others, single = (m[f"{images}_{name}"].mean() for name in names)
        text = f"{own:.2f}, other classes {others:.2f}, from a pointer of the class {single:.2f}"
        return text, bool(own > others and own > single)

    def both(m: Metrics) -> tuple[str, bool]:
        share, weaker, others = (m[f"{images}_pair_{name}"].mean() for name in ("above_others", "weaker", "others"))
        return f"{share:.2f} above; weaker of both {weaker:.2f}, others {others:.2f}", bool(share >= 0.8)

    return (
        row(images, "imagery.name", "A name brings back what is typical of its class",
            "nearer to the mean of its class than to other means, and than what a single pointer brings back",
            ["name_correlation", "name_others", "single_correlation", "name_identified", "name_class"], typical),
        row(images, "imagery.pair", "Two pointers at once bring back both images",
            "both above the 95th percentile of other images for >= 0.8",
            ["pair_above_others", "pair_weaker", "pair_others"], both),
    )  # fmt: skip


ABLATIONS = tuple(each for images in DATA for each in _ablations(images))
CAPACITY = tuple(each for images in DATA for each in _capacity(images))
INTERFERENCE = tuple(each for images in DATA for each in _interference(images))
IMAGERY = tuple(each for images in DATA for each in _imagery(images))
