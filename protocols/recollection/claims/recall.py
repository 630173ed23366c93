"""Claims about the recall of images, and the checks (own requirements, measures of Ben Houidi 2024)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from protocols.naming.claims.naming import OWN
from protocols.recollection.words import RECALL as IN_WORDS
from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Check, Phenomenon

IDENTIFIED = {"caltech": 0.95}  # of 50 photographs; digits of a class are too similar
CORRELATION = {"caltech": 0.62, "mnist": 0.75}  # of edges; photographs: the published figure's value
CONVERTED = "converted"  # name of the images of a converted network
IMAGES = ("digits", "mnist", "caltech")  # image sets for which claims are made
RECALLED = (*IMAGES, CONVERTED)
SEEDS, EPISODES = 10, 500  # fewest with which a check is evaluated; episodes are summed over seeds
ENOUGH = 0.5  # a control must have at least this share of the spikes of recall
CHANCE = 0.05  # largest distance from 0 of a specificity that counts as none
SPECIFIC = 0.3
LAYERS = ("input", "conv1", "pool2", "conv3")  # reinstated from pointers bound to the second convolution
CONTROLS = ("shuffled_couplings", "shuffled_traces", "shuffled_afferents", "shuffled_weights")


def row(
    id_: str, claim: str, text: str, metrics: Sequence[Metric], check: Check | None, episodes: int = EPISODES,
    images: Sequence[str] = IMAGES,
) -> Phenomenon:  # fmt: skip
    """Return a phenomenon of each image set, checked with at least this number of episodes."""
    least = {"seeds": SEEDS, "episodes": episodes} if check else {}
    return Phenomenon(
        id_, claim, OWN, "", text, tuple(metrics), check, optional=True, least=least, given={"images": tuple(images)}
    )


def recalled(recall: str, *names: str) -> list[Metric]:
    """Return metrics of a recall."""
    return [metric(name, recall=recall) for name in names]


def _comes_back(m: Metrics) -> tuple[str, bool]:
    above, right = (m(what, recall="pointer").mean() for what in ("above_others", "identified"))
    enough = right >= IDENTIFIED.get(m.given["images"], 0.0)
    return f"{above:.2f} above, {right:.2f} identified", bool(above >= 0.8 and enough)


def _specific(m: Metrics) -> tuple[str, bool]:
    margin, p = m("specificity", recall="rested"), m("specificity_p", recall="rested")
    return f"{margin.mean():.2f}, p <= {p.max():.1g}", bool(margin.mean() >= SPECIFIC and p.max() < 0.001)


def _chance(control: str) -> Check:
    def check(m: Metrics) -> tuple[str, bool]:
        margin, spikes, gain = (m(name, recall=control) for name in ("specificity", "spikes", "gain"))
        share = spikes / np.maximum(m("spikes", recall="pointer"), 1)
        text = f"{margin.mean():.3f}, {share.mean():.0%} of the spikes with {gain.mean():.1f} x the gain"
        return text, bool(np.abs(margin).mean() <= CHANCE and share.min() >= ENOUGH)

    return check


def _closed(m: Metrics) -> tuple[str, bool]:
    closed, uncoupled, opened = (m("spikes", recall=name) for name in ("closed", "uncoupled", "pointer"))
    return "", bool(not closed.any() and not uncoupled.any() and opened.all())


def _reinstated(recall: str, what: str) -> list[Metric]:
    return [metric(what, recall=recall, layer=layer) for layer in LAYERS]


REINSTATED = (("pointer", "own"), ("pointer", "others"), ("shuffled_couplings", "own"))


def _falling(m: Metrics) -> tuple[str, bool]:
    own, others, control = (np.array([m[each].mean() for each in _reinstated(*which)]) for which in REINSTATED)
    falls = all(upper > lower for lower, upper in pairwise(own - others))
    text = ", ".join(f"{a:.2f} (others {b:.2f})" for a, b in zip(own, others, strict=True))
    return text, bool(np.all(own > control) and falls)


def _edges(m: Metrics) -> tuple[str, bool]:
    return "", bool(m("correlation", recall="pointer").mean() >= CORRELATION[m.given["images"]])


EDGES = (
    "H6", "The recalled edges are those of the image",
    [*recalled("pointer", "correlation", "others"), metric("correlation", recall="shuffled_couplings"),
     *recalled("pointer", "pixels", "contrast", "similarity")],
)  # fmt: skip


def _agrees(m: Metrics) -> tuple[str, bool]:
    spikes, before = (m("accuracy", network=name).mean() for name in ("spiking", "before"))
    return f"{spikes:.3f}, before conversion {before:.3f}", bool(abs(spikes - before) <= 0.02)


def _edges_rows() -> list[Phenomenon]:
    id_, claim, metrics = EDGES
    checked = [
        row(id_, claim, f"mean >= {least}", metrics, _edges, images=(name,)) for name, least in CORRELATION.items()
    ]
    others = [name for name in RECALLED if name not in CORRELATION]
    return [*checked, row(id_, claim, "reported", metrics, None, images=others)]


RECALL = (
    row("conversion", "Spikes classify test images as well as the network before its conversion",
        "accuracies differ by at most 0.02",
        [metric("accuracy", network="spiking"), metric("accuracy", network="before"), metric("agreement")], _agrees,
        images=(CONVERTED,)),
    row("H2", "An image recalled from its pointer is distinguished from others",
        "above the 95th percentile of other images for >= 0.8; photographs: >= 0.95 identified",
        recalled("pointer", "above_others", "identified"), _comes_back, images=RECALLED),
    row("H3", "Recall depends on the cue when only synapses retain what was seen",
        f"own minus other cues >= {SPECIFIC}, p < 0.001", recalled("rested", "specificity", "specificity_p"), _specific,
        images=RECALLED),
    row("H4.closed", "Control: backward pathway closed, or no couplings",
        "no input spikes, unlike recall from the pointer",
        [metric("spikes", recall=name) for name in ("closed", "uncoupled", "pointer")], _closed, images=RECALLED),
    *(row(f"H4.{control}", f"Control: {IN_WORDS[control]}",
          f"own minus other cues within {CHANCE} of 0 (mean absolute value), with at least half of the spikes",
          [*recalled(control, "specificity", "spikes", "gain"), metric("spikes", recall="pointer")], _chance(control),
          images=RECALLED)
      for control in CONTROLS),
    row("H4.both", "Control: traces shuffled among the synapses of each neuron, and kernels shuffled; only the "
        "positions of the bound neurons remain", "reported", recalled("shuffled_both", "specificity", "spikes", "gain"),
        None, images=RECALLED),
    row("H5", "Activity is reinstated in every layer, less in lower ones",
        "cosine with perception above that with couplings shuffled; own minus others falls towards the input",
        [each for which in REINSTATED for each in _reinstated(*which)], _falling, images=RECALLED),
    *_edges_rows(),
    row("H6.grey", "Correlation of grey values decoded from input spikes with the image: perceived, recalled",
        "reported",
        [metric("grey", recall=name) for name in ("perceived", "pointer", "shuffled_couplings")], None,
        images=RECALLED),
    row("bound", "Share of the second convolution, and of its firing neurons, that is bound", "reported",
        [metric(name, layer="conv3") for name in ("bound", "bound_of_fired")], None, images=RECALLED),
    row("H6.perceived", "Edges of the perceived contrast, compared with those of the image", "reported",
        recalled("perceived", "correlation", "others"), None, images=RECALLED),
    *(row(f"cue.{cue}", f"Image recalled from {words}", "reported",
          recalled(cue, "cued", "correlation", "identified", "specificity"), None, images=RECALLED)
      for cue, words in (("name", "its name"), ("degraded", "part of the image"),
                         ("sound", "part of a sound presented with it"))),
    row("class", "Accuracy of a classifier of perceived images: perceived, recalled, recalled from a part", "reported",
        [metric("class", recall=name) for name in ("perceived", "pointer", "degraded")], None, images=RECALLED),
)  # fmt: skip
