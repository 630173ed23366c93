"""What ablations of the backward pathway show: reported."""

from __future__ import annotations

from protocols.recollection.claims.recall import row
from protocols.recollection.words import ABLATIONS as WORDS
from protocols.recollection.words import condition_of, in_words
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


def _tabulated(id_: str, conditions: list[dict[str, str]]) -> Phenomenon:
    claim = "; ".join(in_words(condition_of(metric("correlation", **each)), WORDS) for each in conditions)
    metrics: list[Metric] = [
        metric(name, **each) for each in conditions for name in ("correlation", "specificity", "gain")
    ]
    return row(f"ablation.{id_}", f"{claim[:1].upper()}{claim[1:]}", "reported", metrics, None)


ABLATIONS = (
    _tabulated("share", SHARES),
    row("ablation.bound", "Neurons bound to a pointer with these shares", "reported",
        [metric("bound", **each) for each in SHARES], None),
    _tabulated("layer", _named("concepts", "both")),
    _tabulated("traces", [NONE, *_named("argmax", "decaying", "no_traces", "shuffled_traces")]),
    _tabulated("coupling",
               [{"ablation": kind} | more for kind in ("ohmic", "rectified") for more in ({}, {"division": "none"})]),
    _tabulated("inhibition", _named("inhibited", "uninhibited")),
    _tabulated("signed", [{"ablation": "signed", "offset": each} for each in ("0.1", "0.2", "0.3")]),
)  # fmt: skip
