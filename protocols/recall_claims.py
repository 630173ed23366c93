"""What recall of images must show, and the checks (own requirements, measures of Ben Houidi 2024)."""

from __future__ import annotations

from collections.abc import Callable

from protocols.naming_claims import OWN, Metrics, at_most
from spiking_engrams.phenomena import Phenomenon

IDENTIFIED = {"caltech": 0.95}  # of 50 photographs; digits of a class are too much alike
DATA = {"digits": "digits", "mnist": "MNIST", "caltech": "photographs"}


def _comes_back(images: str, cue: str) -> Callable[[Metrics], tuple[str, bool]]:
    def check(m: Metrics) -> tuple[str, bool]:
        above, right = (m[f"{images}_{cue}_{what}"].mean() for what in ("above_others", "identified"))
        enough = right >= IDENTIFIED.get(images, 0.0)
        return f"{above:.2f} above, {right:.2f} identified", bool(above >= 0.8 and enough)

    return check


def _specific(images: str) -> Callable[[Metrics], tuple[str, bool]]:
    def check(m: Metrics) -> tuple[str, bool]:
        margin, p = m[f"{images}_pointer_specificity"], m[f"{images}_pointer_specificity_p"]
        return f"{margin.mean():.2f}, p <= {p.max():.1g}", bool(margin.mean() >= 0.3 and p.max() < 0.001)

    return check


def _chance(images: str, control: str) -> Callable[[Metrics], tuple[str, bool]]:
    def check(m: Metrics) -> tuple[str, bool]:
        margin = m[f"{images}_{control}_specificity"].mean()
        return f"{margin:.3f}", bool(abs(margin) <= 0.05)

    return check


def _rows(images: str, words: str) -> tuple[Phenomenon, ...]:
    def row(id_: str, claim: str, text: str, metrics: list[str], check: object) -> Phenomenon:
        names = tuple(f"{images}_{name}" for name in metrics)
        return Phenomenon(f"{id_}.{images}", f"{claim} ({words})", OWN, "", text, names, check, optional=True)  # type: ignore[arg-type]

    return (
        row("H2", "Recalled from its pointer, an image is told from others",
            "above the 95th percentile of other images for >= 0.8" + ", identified >= 0.95" * (images in IDENTIFIED),
            ["pointer_above_others", "pointer_identified", "pointer_correlation", "pointer_others"],
            _comes_back(images, "pointer")),
        row("H3", "What comes back depends on the cue", "own minus other cues >= 0.3, p < 0.001",
            ["pointer_specificity", "pointer_specificity_p"], _specific(images)),
        row("H4.closed", "Control: backward path closed", "nothing comes back", ["closed_correlation"],
            at_most(f"{images}_closed_correlation", 0)),
        *(row(f"H4.{control}", f"Control: {control.replace('_', ' ')}", "own minus other cues within 0.05 of 0",
              [f"{control}_specificity"], _chance(images, control))
          for control in ("shuffled_couplings", "shuffled_traces")),
        row("degraded", "Recalled from a part of the image", "reported",
            ["degraded_correlation", "degraded_identified"], None),
        row("perceived", "The same measures of what was perceived", "reported",
            ["perceived_correlation", "perceived_others"], None),
    )  # fmt: skip


RECALL = tuple(each for images, words in DATA.items() for each in _rows(images, words))
