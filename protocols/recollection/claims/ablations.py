"""What ablations of the backward pathway show: reported."""

from __future__ import annotations

from protocols.recollection.claims.recall import row
from spiking_engrams.runs.metrics import Metric, metric
from spiking_engrams.runs.phenomena import Phenomenon

NONE = {"ablation": "none"}
SHARES = [
    {"ablation": "bound", "percent": "10"},
    NONE,
    *({"ablation": "bound", "percent": n} for n in ("1", "0.5", "0.2")),
]


def _named(*names: str) -> list[dict[str, str]]:
    return [{"ablation": name} for name in names]


def _tabulated(id_: str, claim: str, conditions: list[dict[str, str]]) -> Phenomenon:
    metrics: list[Metric] = [
        metric(name, **each) for each in conditions for name in ("correlation", "specificity", "gain")
    ]
    return row(f"ablation.{id_}", claim, "reported", metrics, None)


ABLATIONS = (
    _tabulated("share", "10, 2, 1, 0.5, 0.2 % of the second convolution bound to a pointer, at most", SHARES),
    row("ablation.bound", "Neurons bound with these shares", "reported", [metric("bound", **each) for each in SHARES],
        None),
    _tabulated("layer", "Bound to the concept neurons; to these and the second convolution",
               _named("concepts", "both")),
    _tabulated("traces", "Traces of first spikes; of the strongest in a pool; decaying; none; shuffled",
               [NONE, *_named("argmax", "decaying", "no_traces", "shuffled_traces")]),
    _tabulated("coupling", "Ohmic and rectified gap junctions, and the same without the division by conductances",
               [{"ablation": kind} | more for kind in ("ohmic", "rectified") for more in ({}, {"division": "none"})]),
    _tabulated("inhibition", "Maps at a location inhibit each other in recall below the bound layer, and do not",
               _named("inhibited", "uninhibited")),
    _tabulated("signed", "Weights less 0.1, 0.2, 0.3 on the way back",
               [{"ablation": "signed", "offset": each} for each in ("0.1", "0.2", "0.3")]),
)  # fmt: skip
