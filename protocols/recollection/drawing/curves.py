"""Figures of recall: conditions side by side, capacity, novelty."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from protocols.recollection.words import condition_of, in_words
from spiking_engrams.runs.run_folder import RunFolder

CURVES = {
    "correlation": "correlation of edges",
    "identified": "identified among all",
    "specificity": "own minus other cues",
    "on_path": "synapses with a trace",
}


def conditions(folder: RunFolder, words: Mapping[str, str], more: str) -> tuple[Any, str]:
    """Return a figure of the correlation of edges and its specificity to the cue in every condition.

    Parameters
    ----------
    words
        Conditions in words; see `words`.
    more
        What the caption says about the conditions.
    """
    metrics = {each: values for each, values in folder.measured.items() if each.name == "correlation"}
    figure, ax = plt.subplots(figsize=(6.5, 0.24 * len(metrics) + 1.3))
    for place, (each, values) in enumerate(reversed(metrics.items())):
        specific = folder.metric("specificity", **dict(each.conditions))
        for text, what, colour, mark in (
            (CURVES["correlation"], values, "C0", "o"),
            (CURVES["specificity"], specific, "C1", "s"),
        ):
            ax.plot(what, np.full(len(what), place), mark, color=colour, ms=3, alpha=0.5)
            ax.plot(what.mean(), place, mark, color=colour, ms=6, label=text if place == 0 else None)
    labels = [in_words(condition_of(each), words) for each in reversed(metrics)]
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="correlation", xlim=(-0.1, 1))
    ax.axvline(0, color="0.7", lw=0.8, zorder=0)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure, (
        "Quality of recall in each condition: correlation of the edges of recalled pictures with those of their images "
        "(circles), and this minus the correlation of recalls from other cues with the same images (squares); large "
        f"marks: mean, small marks: seeds. {more}"
    )


def capacity(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the quality of recall against the number of remembered episodes."""
    figure, ax = plt.subplots(figsize=(4.6, 3.2))
    for number, (what, label) in enumerate(CURVES.items()):
        found = {each: values for each, values in folder.measured.items() if each.name == what}
        stored = [float(dict(each.conditions)["stored"]) for each in found]
        ax.plot(stored, [v.mean() for v in found.values()], "os^D"[number] + "-", color=f"C{number}", label=label)
        for place, seeds in zip(stored, found.values(), strict=True):
            ax.plot(np.full(len(seeds), place), seeds, ".", color=f"C{number}", ms=3)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="remembered episodes", ylabel="correlation or share")
    counts = folder.measured.values_of("stored")
    ax.set_xticks(list(map(float, counts)), counts)
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure, (
        "Quality of recall against the number of remembered episodes: correlation of the edges of recalled pictures "
        "with those of their images, share of recalls identified among all that are remembered, correlation minus that "
        "with recalls from other cues, and share of all synapses that have a path trace; lines with marks: mean, dots: "
        "seeds."
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
        "Similarity of images to what is remembered, when only a share of their spikes is seen; one dot per image, all "
        "seeds; images above the line count as familiar and are not encoded."
    )
