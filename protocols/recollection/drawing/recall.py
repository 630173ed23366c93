"""Figures and film of recall."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from scipy import ndimage

from networks.recollection.measures import decoded
from protocols.recollection.procedure.quality import N_SHOWN
from spiking_engrams.report.plots import plot_curve
from spiking_engrams.runs.run_folder import RunFolder

CONTROLS = ("shuffled_couplings", "shuffled_traces", "shuffled_afferents", "shuffled_weights", "shuffled_both")
ROWS = ("original", "perceived", "pointer", "decoded", "name", "degraded", "sound", *CONTROLS)
FRAME_MS, LEAST_FRAMES = 10.0, 20  # of a film; frames are shorter if a recall lasts less than 20 of them
FADING = 0.7  # share of a frame that persists in the next one, so that the eye can follow
BLUR = 0.8  # pixels by which input spikes are smoothed to a picture


def recalled(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of perceived and recalled pictures, for the first episodes of the first seed."""
    found = {dict(each.conditions)["of"]: seeds[0].values for each, seeds in folder.arrays.named("pictures").items()}
    names = {row: found[row] for row in (ROWS if "pointer" in found else found) if row in found}
    figure, axes = plt.subplots(len(names), N_SHOWN, figsize=(0.95 * N_SHOWN + 1.2, 1.0 * len(names) + 0.3),
                                squeeze=False)  # fmt: skip
    for row, (what, pictures) in enumerate(names.items()):
        for ax, picture in zip(axes[row], pictures, strict=False):
            largest = np.abs(picture).max() or 1.0
            ax.imshow(picture, cmap="gray", vmin=-largest, vmax=largest)
            if not picture.any():
                ax.text(0.5, 0.5, "silent", transform=ax.transAxes, ha="center", va="center", color="w", fontsize=8)
        for ax in axes[row]:
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        axes[row, 0].set_ylabel(what.replace("_", "\n"), fontsize=8, rotation=0, ha="right", va="center")
    for ax, name in zip(axes[0], folder.notes("episodes"), strict=False):
        ax.set_title(name, fontsize=8)
    grey = "; original and decoded are grey values" if "decoded" in names else ""
    return figure, (
        "Input spikes for the first episodes of the first seed, one row per condition of perception or recall; white: "
        f"on (brighter than the surround), black: off (darker), grey: no spike{grey}."
    )


def layers(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the cosine between activity in recall and perception for every layer, with controls."""
    found = folder.measured
    found = found.at(images=found.values_of("images")[0])
    every = found.at(recall="pointer").values_of("layer")
    lines = {"own image": ("pointer", "own"), "other images": ("pointer", "others"),
             "couplings shuffled": ("shuffled_couplings", "own")}  # fmt: skip
    figure, ax = plt.subplots(figsize=(4.8, 3.8))
    for number, (label, (recall, what)) in enumerate(lines.items()):
        values = [found(what, recall=recall, layer=layer) for layer in every]
        plot_curve(np.arange(len(every)), np.transpose(values), ax, label=label, index=number, marker=True)
    ax.set_xticks(range(len(every)), every)
    ax.set(ylim=(0, 1.03), ylabel="cosine with perception", xlabel="layer, lowest first")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return figure, (
        "Cosine between the spike counts of each layer in recall and in perception: of the same image, of other "
        "images, and of the same image with shuffled couplings; lines: mean, bands: SD over seeds."
    )


def film(folder: RunFolder) -> tuple[Any, str]:
    """Return a film of the input in the recall of the first episode, with frames of at most 10 ms."""
    recording = folder.recording(folder.complete_seeds[0], "film")
    signs, height, width = folder.array("shape")[0].values.astype(int)
    frame = min(FRAME_MS / 1000, recording.duration / LEAST_FRAMES)
    bin_s = max(1, round(frame / recording.dt)) * recording.dt
    maps = decoded(
        recording.counts("input", bin_s)
        .reshape(-1, signs, recording.sizes["input"] // (signs * height * width), height, width)
        .mean(axis=2)
    )
    frames = list[np.ndarray]()
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
    ), "Recall from a pointer: input spikes (on minus off) over time."
