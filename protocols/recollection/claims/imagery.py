"""Claims about recall from names, pairs of pointers, and locations."""

from __future__ import annotations

from protocols.recollection.claims.recall import SPECIFIC, recalled, row
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metrics, metric


def _typical(m: Metrics) -> tuple[str, bool]:
    own, others = m("correlation", recall="name"), m("others", recall="name")
    single = m("correlation", recall="single")
    p = max(paired_test(own, each, alternative="greater") for each in (others, single))
    means = f"{own.mean():.2f}, other classes {others.mean():.2f}, one pointer of the class {single.mean():.2f}"
    return f"{means}, p <= {p:.1g}", bool(p < 0.01)


def _both(m: Metrics) -> tuple[str, bool]:
    share, weaker, others = (m(name, recall="pair").mean() for name in ("above_others", "weaker", "others"))
    return f"{share:.2f} above; weaker of the two {weaker:.2f}, others {others:.2f}", bool(share >= 0.8)


def _part(m: Metrics) -> tuple[str, bool]:
    inside, margin, p = (m(name, recall="part") for name in ("inside", "specificity", "specificity_p"))
    alone = m("spikes", recall="place")
    text = f"{inside.mean():.2f} at the location; {margin.mean():.2f}, p <= {p.max():.1g}"
    return text, bool(inside.mean() >= 0.9 and margin.mean() >= SPECIFIC and p.max() < 0.001 and not alone.any())


IMAGERY = (
    row("imagery.name", "A name recalls what is typical of its class",
        "closer to the mean of its class than to other classes, and than recall from one pointer; over seeds, p < 0.01",
        [*recalled("name", "correlation", "others"), metric("correlation", recall="single"),
         *recalled("name", "identified", "class")], _typical),
    row("imagery.pair", "Two pointers cued at once recall both images",
        "both above the 95th percentile of other images for >= 0.8 of the pairs",
        recalled("pair", "above_others", "weaker", "others"), _both),
)  # fmt: skip
DETAIL = (
    row("beyond.detail", "A name and a location recall the part of the image that was there",
        f">= 0.9 of the spikes within receptive fields of bound neurons there; edges there: own minus other names >= "
        f"{SPECIFIC}, p < 0.001; location alone: no spikes",
        [*recalled("part", "inside", "specificity", "specificity_p"), metric("spikes", recall="place")], _part),
    row("beyond.whole", "The same part, when the whole image is recalled; share of spikes there; identified",
        "reported",
        [metric("correlation", recall="part"), metric("correlation", recall="whole"), metric("others", recall="part"),
         metric("inside", recall="whole"), metric("identified", recall="part"), metric("identified", recall="whole")],
        None),
)  # fmt: skip
