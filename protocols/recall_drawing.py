"""Figures of recall."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from scipy import ndimage

from networks.recollection.measures import decoded
from protocols.recall_quality import N_SHOWN
from spiking_engrams.plots import plot_curve

CONTROLS = ("shuffled_couplings", "shuffled_traces", "shuffled_afferents", "shuffled_weights")
ROWS = ("perceived", "pointer", "name", "degraded", *CONTROLS)
CURVES = {
    "correlation": "correlation of edges",
    "identified": "identified among all",
    "specificity": "own minus other cues",
    "on_path": "synapses with a trace",
}
FRAME_MS, LEAST_FRAMES = 10.0, 20  # of a film; recalls that are over sooner than in 20 frames have shorter ones
FADING = 0.7  # what is left of a frame in the next one, so that an eye can follow
BLUR = 0.8  # pixels; spikes of the input smoothed to a picture


def recalled(folder: Any) -> tuple[Any, str]:
    """Return what was perceived and what came back, for the first episodes of the first seed."""
    found = {
        name.split("_", 1)[1].removesuffix("_pictures"): name
        for name in folder.series_names()
        if name.endswith("_pictures")
    }
    names = {row: found[row] for row in (ROWS if "pointer" in found else found) if row in found}
    _, height, width = folder.series("shape").y[0].astype(int)
    figure, axes = plt.subplots(len(names), N_SHOWN, figsize=(0.95 * N_SHOWN + 1.2, 1.0 * len(names) + 0.3),
                                squeeze=False)  # fmt: skip
    for row, (what, name) in enumerate(names.items()):
        pictures = folder.series(name).y[0].reshape(-1, height, width)
        for ax, picture in zip(axes[row], pictures, strict=False):
            largest = np.abs(picture).max() or 1.0
            ax.imshow(picture, cmap="gray", vmin=-largest, vmax=largest)
            if not picture.any():
                ax.text(0.5, 0.5, "silent", transform=ax.transAxes, ha="center", va="center", color="w", fontsize=8)
        for ax in axes[row]:
            ax.set(xticks=[], yticks=[])
            ax.axis("on" if ax.images else "off")
        axes[row, 0].set_ylabel(what.replace("_", "\n"), fontsize=8, rotation=0, ha="right", va="center")
    return figure, "Input spikes, on minus off: what was perceived, and what came back under each condition."


def layers(folder: Any) -> tuple[Any, str]:
    """Return the cosine of activity in recall with that in perception for every layer, and its controls."""
    found = folder.metrics
    prefix = next(name for name in found if name.endswith("_pointer_input_own")).removesuffix("_pointer_input_own")
    every = [
        name.removeprefix(f"{prefix}_pointer_").removesuffix("_own")
        for name in found
        if name.startswith(f"{prefix}_pointer_") and name.endswith("_own")
    ]
    lines = {"own image": ("_pointer_", "_own"), "other images": ("_pointer_", "_others"),
             "couplings shuffled": ("_shuffled_couplings_", "_own")}  # fmt: skip
    figure, ax = plt.subplots(figsize=(4.8, 3.8))
    for number, (label, (condition, what)) in enumerate(lines.items()):
        values = [found[f"{prefix}{condition}{layer}{what}"] for layer in every]
        plot_curve(np.arange(len(every)), np.transpose(values), ax, label=label, index=number, marker=True)
    ax.set_xticks(range(len(every)), every)
    ax.set(ylim=(0, 1.03), ylabel="cosine with perception", xlabel="layer, lowest first")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return figure, "How far activity in recall is that of perception; band: SD over seeds."


def film(folder: Any) -> tuple[Any, str]:
    """Return the recall of the first episode as a film of the input, a frame per 10 ms or less."""
    recording = folder.recording(folder.complete_seeds[0], "film")
    signs, height, width = folder.series("shape").y[0].astype(int)
    frame = min(FRAME_MS / 1000, recording.duration / LEAST_FRAMES)
    bin_s = max(1, round(frame / recording.dt)) * recording.dt
    maps = decoded(
        recording.counts("input", bin_s)
        .reshape(-1, signs, recording.sizes["input"] // (signs * height * width), height, width)
        .mean(axis=2)
    )
    frames = []
    for picture in maps.astype(float):
        frames.append(picture + FADING * frames[-1] if frames else picture)
    frames = [ndimage.gaussian_filter(frame, BLUR) for frame in frames]
    largest = max(np.abs(frame).max() for frame in frames) or 1.0
    figure, ax = plt.subplots(figsize=(2.6, 2.9))
    image = ax.imshow(frames[0], cmap="gray", vmin=-largest, vmax=largest)
    ax.set(xticks=[], yticks=[])

    def show(number: int) -> list[Any]:
        image.set_data(frames[number])
        ax.set_title(f"{number * bin_s * 1000:.0f} ms")
        return [image]

    plt.close(figure)
    return FuncAnimation(
        figure, show, frames=len(frames)
    ), "Recall from a pointer: input spikes, on minus off, as they come."


def ablations(folder: Any) -> tuple[Any, str]:
    """Return the correlation of edges and its dependence on the cue for every condition."""
    metrics = {name: values for name, values in folder.metrics.items() if name.endswith("_correlation")}
    figure, ax = plt.subplots(figsize=(6, 0.24 * len(metrics) + 1))
    for place, (name, values) in enumerate(reversed(metrics.items())):
        specific = folder.metrics[name.replace("_correlation", "_specificity")]
        for what, colour, mark in ((values, "C0", "o"), (specific, "C1", "s")):
            ax.plot(what, np.full(len(what), place), mark, color=colour, ms=3, alpha=0.5)
            ax.plot(what.mean(), place, mark, color=colour, ms=6)
    labels = [name.split("_", 1)[1].removesuffix("_correlation").replace("_", " ") for name in reversed(metrics)]
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="correlation of edges (circles); own minus other cues (squares)", xlim=(-0.1, 1))
    ax.axvline(0, color="0.7", lw=0.8, zorder=0)
    return figure, "What comes back under each ablation; large marks are means, small ones seeds."


def capacity(folder: Any) -> tuple[Any, str]:
    """Return the quality of recall against the number of episodes that are remembered."""
    figure, ax = plt.subplots(figsize=(4.6, 3.2))
    for number, (what, label) in enumerate(CURVES.items()):
        found = {name: v for name, v in folder.metrics.items() if "_stored_" in name and name.endswith(f"_{what}")}
        stored = [int(name.split("_stored_")[1].split("_")[0]) for name in found]
        ax.plot(stored, [v.mean() for v in found.values()], "os^D"[number] + "-", color=f"C{number}", label=label)
        for place, seeds in zip(stored, found.values(), strict=True):
            ax.plot(np.full(len(seeds), place), seeds, ".", color=f"C{number}", ms=3)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="episodes remembered")
    ax.legend(frameon=False, fontsize=8)
    return figure, "How much comes back of each episode, against how many are remembered; dots are seeds."


def similarity(folder: Any) -> tuple[Any, str]:
    """Return how like to what is remembered images are, known and new ones, by the share of their spikes seen."""
    names = [name for name in folder.series_names() if "_similarity_" in name]
    figure, ax = plt.subplots(figsize=(1.2 * len(names) + 1.5, 3.2))
    generator = np.random.default_rng(0)
    for place, name in enumerate(names):
        found = folder.series(name)
        known = np.broadcast_to(found.x, found.y.shape) > 0
        for number, (label, chosen) in enumerate((("seen before", known), ("new", ~known))):
            values = found.y[chosen]
            across = place + 0.4 * number - 0.2 + generator.uniform(-0.12, 0.12, len(values))
            ax.plot(across, values, ".", color=f"C{number}", ms=3, alpha=0.4, label=label if place == 0 else None)
    ax.set_xticks(range(len(names)), [f"{float(name.rpartition('_')[2]):.0%}" for name in names])
    ax.set(xlabel="share of the spikes that is seen", ylabel="cosine with the most similar episode", ylim=(0, 1.03))
    ax.axhline(folder.parameters["pointers"]["familiar"], color="0.5", lw=0.8)
    ax.legend(frameon=False, fontsize=8, loc="lower left")
    return figure, "Similarity to what is remembered, all seeds; what is above the line is familiar and not encoded."
