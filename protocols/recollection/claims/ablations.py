"""What ablations of the backward pathway show: reported."""

from __future__ import annotations

from protocols.recollection.claims.recall import DATA, row
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


ABLATIONS = tuple(each for images in DATA for each in _ablations(images))
