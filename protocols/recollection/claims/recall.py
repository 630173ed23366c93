"""What recall of images must show, and the checks (own requirements, measures of Ben Houidi 2024)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from protocols.naming.claims.naming import OWN, Metrics
from spiking_engrams.runs.phenomena import Phenomenon

IDENTIFIED = {"caltech": 0.95}  # of 50 photographs; digits of a class are too much alike
CORRELATION = {"caltech": 0.62, "mnist": 0.75}  # of edges; photographs: the published figure's value
CONVERTED = "converted"  # what metrics of a converted network begin with
DATA = {"digits": "digits", "mnist": "MNIST", "caltech": "photographs"}
SEEDS, EPISODES = 10, 500  # of which a check is asked, episodes summed over seeds
ENOUGH = 0.5  # share of the spikes of a recall that a control is to have
CHANCE = 0.05  # distance from 0 of a specificity that counts as none
SPECIFIC = 0.3
LAYERS = ("input", "conv1", "pool2", "conv3")  # that are reinstated from pointers bound to the second convolution

type Check = Callable[[Metrics], tuple[str, bool]]


def row(
    images: str, id_: str, claim: str, text: str, metrics: list[str], check: Check | None, episodes: int = EPISODES
) -> Phenomenon:
    """Return a phenomenon of a data set, checked from so many episodes on; metrics are named without the data set."""
    names = tuple(f"{images}_{name}" for name in metrics)
    least = {f"{images}_seeds": SEEDS, f"{images}_episodes": episodes} if check else {}
    shown = f"{claim} ({DATA.get(images, images)})"
    return Phenomenon(f"{id_}.{images}", shown, OWN, "", text, names, check, optional=True, least=least)


def _comes_back(images: str, cue: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        above, right = (m[f"{images}_{cue}_{what}"].mean() for what in ("above_others", "identified"))
        enough = right >= IDENTIFIED.get(images, 0.0)
        return f"{above:.2f} above, {right:.2f} identified", bool(above >= 0.8 and enough)

    return check


def _specific(images: str, condition: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        margin, p = m[f"{images}_{condition}_specificity"], m[f"{images}_{condition}_specificity_p"]
        return f"{margin.mean():.2f}, p <= {p.max():.1g}", bool(margin.mean() >= SPECIFIC and p.max() < 0.001)

    return check


def _chance(images: str, control: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        names = (f"{control}_specificity", f"{control}_spikes", "pointer_spikes", f"{control}_gain")
        margin, spikes, all_spikes, gain = (m[f"{images}_{name}"] for name in names)
        share = spikes / np.maximum(all_spikes, 1)
        text = f"{margin.mean():.3f}, {share.mean():.0%} of the spikes with {gain.mean():.1f} x the gain"
        return text, bool(np.abs(margin).mean() <= CHANCE and share.min() >= ENOUGH)

    return check


def _closed(images: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        closed, uncoupled, opened = (m[f"{images}_{name}_spikes"] for name in ("closed", "uncoupled", "pointer"))
        return "", bool(not closed.any() and not uncoupled.any() and opened.all())

    return check


def _reinstated(condition: str, what: str) -> list[str]:
    return [f"{condition}_{layer}_{what}" for layer in LAYERS]


def _falling(images: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        own, others, control = (
            np.array([m[f"{images}_{name}"].mean() for name in _reinstated(*which)])
            for which in (("pointer", "own"), ("pointer", "others"), ("shuffled_couplings", "own"))
        )
        falls = all(upper > lower for lower, upper in pairwise(own - others))
        text = ", ".join(f"{a:.2f} (others {b:.2f})" for a, b in zip(own, others, strict=True))
        return text, bool(np.all(own > control) and falls)

    return check


def _rows(images: str) -> tuple[Phenomenon, ...]:
    def named(*args: Any) -> Phenomenon:
        return row(images, *args)

    wanted = CORRELATION.get(images)
    reinstated = [*_reinstated("pointer", "own"), *_reinstated("pointer", "others"),
                  *_reinstated("shuffled_couplings", "own")]  # fmt: skip
    return (
        named("H2", "Recalled from its pointer, an image is told from others",
              "above the 95th percentile of other images for >= 0.8" + ", identified >= 0.95" * (images in IDENTIFIED),
              ["pointer_above_others", "pointer_identified"], _comes_back(images, "pointer")),
        named("H3", "What comes back depends on the cue, when only what synapses keep is left of what was seen",
              f"own minus other cues >= {SPECIFIC}, p < 0.001",
              ["rested_specificity", "rested_specificity_p"], _specific(images, "rested")),
        named("H4.closed", "Control: backward path closed, or no coupling", "no spike of the input, which else fires",
              ["closed_spikes", "uncoupled_spikes", "pointer_spikes"], _closed(images)),
        *(named(f"H4.{control}", f"Control: {control.replace('_', ' ')}",
                f"own minus other cues within {CHANCE} of 0 (mean size), with half of the spikes at least",
                [*(f"{control}_{what}" for what in ("specificity", "spikes", "gain")), "pointer_spikes"],
                _chance(images, control))
          for control in ("shuffled_couplings", "shuffled_traces", "shuffled_afferents", "shuffled_weights")),
        named("H4.both", "Traces among the synapses of each neuron and kernels shuffled: what the places of the bound "
              "neurons say", "reported", [f"shuffled_both_{what}" for what in ("specificity", "spikes", "gain")], None),
        named("H5", "Activity of every layer is reinstated, less in lower ones",
              "cosine with perception above that with couplings shuffled; own minus others falls from layer to layer",
              reinstated, _falling(images)),
        named("H6", "Edges that come back are those of the image", f"mean >= {wanted}" if wanted else "reported",
              ["pointer_correlation", "pointer_others", "shuffled_couplings_correlation", "pointer_pixels",
               "pointer_contrast", "pointer_similarity"],
              (lambda m: ("", bool(m[f"{images}_pointer_correlation"].mean() >= wanted))) if wanted else None),
        named("H6.grey", "Grey values decoded from input spikes are the image's: perceived, recalled", "reported",
              [f"{name}_grey" for name in ("perceived", "pointer", "shuffled_couplings")], None),
        named("bound", "Share of the second convolution, and of its neurons that fire, that is bound", "reported",
              ["conv3_bound", "conv3_bound_of_fired"], None),
        named("H6.perceived", "The same of the contrast that was perceived", "reported",
              ["perceived_correlation", "perceived_others"], None),
        *(named(f"cue.{cue}", f"Recalled from {words}", "reported",
                [f"{cue}_{what}" for what in ("cued", "correlation", "identified", "specificity")], None)
          for cue, words in (("name", "its name"), ("degraded", "a part of the image"),
                               ("sound", "a part of a sound heard with it"))),
        named("class", "Class read by a classifier of perceived images: perceived, recalled", "reported",
              ["perceived_class", "pointer_class", "degraded_class"], None),
    )  # fmt: skip


def _agrees(m: Metrics) -> tuple[str, bool]:
    spikes, before = (m[f"{CONVERTED}_{name}"].mean() for name in ("accuracy", "relu_accuracy"))
    return f"{spikes:.3f}, before conversion {before:.3f}", bool(abs(spikes - before) <= 0.02)


RECALL = tuple(each for images in DATA for each in _rows(images))
CONVERTED_RECALL = (
    row(CONVERTED, "conversion", "Classes of test images by spikes, and by the network before its conversion",
        "accuracies within 0.02", ["accuracy", "relu_accuracy", "agreement"], _agrees),
    *_rows(CONVERTED),
)  # fmt: skip
