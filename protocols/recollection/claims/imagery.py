"""What names, pairs of pointers and locations must bring back."""

from __future__ import annotations

from protocols.naming.claims.naming import Metrics
from protocols.recollection.claims.recall import DATA, SPECIFIC, row
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.phenomena import Phenomenon


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


IMAGERY = tuple(each for images in DATA for each in _imagery(images))
DETAIL = tuple(each for images in DATA for each in _detail(images))
