"""Figures of recall: ablations, capacity, novelty."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from spiking_engrams.runs.metrics import Metric
from spiking_engrams.runs.run_folder import RunFolder

CURVES = {
    "correlation": "correlation of edges",
    "identified": "identified among all",
    "specificity": "own minus other cues",
    "on_path": "synapses with a trace",
}


def ablations(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the correlation of edges and its specificity to the cue in every condition."""
    metrics = {each: values for each, values in folder.measured.items() if each.name == "correlation"}
    figure, ax = plt.subplots(figsize=(6, 0.24 * len(metrics) + 1))
    for place, (each, values) in enumerate(reversed(metrics.items())):
        specific = folder.metric("specificity", **dict(each.conditions))
        for what, colour, mark in ((values, "C0", "o"), (specific, "C1", "s")):
            ax.plot(what, np.full(len(what), place), mark, color=colour, ms=3, alpha=0.5)
            ax.plot(what.mean(), place, mark, color=colour, ms=6)
    labels = [_words(each) for each in reversed(metrics)]
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="correlation of edges (circles); own minus other cues (squares)", xlim=(-0.1, 1))
    ax.axvline(0, color="0.7", lw=0.8, zorder=0)
    return figure, (
        "Quality of recall in each condition: correlation of the edges of recalled pictures and images (circles), and "
        "this minus the correlation with recalls from other cues (squares); large marks: mean, small marks: seeds."
    )


def _words(each: Metric) -> str:
    """Return the conditions of a metric except its images, the first by its value alone."""
    (_, first), *more = [(name, value) for name, value in each.conditions if name != "images"]
    return " ".join([first, *(f"{name} {value}" for name, value in more)]).replace("_", " ")


def capacity(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the quality of recall against the number of remembered episodes."""
    figure, ax = plt.subplots(figsize=(4.6, 3.2))
    for number, (what, label) in enumerate(CURVES.items()):
        found = {each: values for each, values in folder.measured.items() if each.name == what}
        stored = [float(dict(each.conditions)["stored"]) for each in found]
        ax.plot(stored, [v.mean() for v in found.values()], "os^D"[number] + "-", color=f"C{number}", label=label)
        for place, seeds in zip(stored, found.values(), strict=True):
            ax.plot(np.full(len(seeds), place), seeds, ".", color=f"C{number}", ms=3)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="remembered episodes")
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure, (
        "Quality of recall, and share of synapses with a path trace, against the number of remembered episodes; lines "
        "with marks: mean, dots: seeds."
    )


def similarity(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the similarity of known and new images to what is remembered, by the share of spikes seen."""
    curves = folder.curves.named("similarity")
    figure, ax = plt.subplots(figsize=(1.2 * len(curves) + 1.5, 3.2))
    generator = np.random.default_rng(0)
    for place, found in enumerate(curves.values()):
        known = np.broadcast_to(found.x, found.y.shape) > 0
        for number, (label, chosen) in enumerate((("seen before", known), ("new", ~known))):
            values = found.y[chosen]
            across = place + 0.4 * number - 0.2 + generator.uniform(-0.12, 0.12, len(values))
            ax.plot(across, values, ".", color=f"C{number}", ms=3, alpha=0.4, label=label if place == 0 else None)
    ax.set_xticks(range(len(curves)), [f"{float(kept):.0%}" for kept in curves.values_of("kept")])
    ax.set(xlabel="share of the spikes seen", ylabel="cosine with the most similar episode", ylim=(0, 1.03))
    limit = next(values[0] for each, values in folder.measured.items() if each.name == "familiar")
    ax.axhline(limit, color="0.5", lw=0.8)
    ax.legend(frameon=False, fontsize=8, loc="upper right")
    return figure, (
        "Similarity of images to what is remembered; one dot per image, all seeds; images above the line are familiar "
        "and not encoded."
    )
