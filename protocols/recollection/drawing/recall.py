"""Figures and film of the recall of images from their cues."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from scipy import ndimage

from networks.recollection.measures import decoded
from protocols.recollection.drawing.pictures import pictures
from protocols.recollection.words import RECALL
from spiking_engrams.report.plots import plot_curve
from spiking_engrams.runs.run_folder import RunFolder

CONTROLS = ("shuffled_couplings", "shuffled_traces", "shuffled_afferents", "shuffled_weights", "shuffled_both")
ROWS = ("original", "perceived", "pointer", "decoded", "name", "degraded", "sound", *CONTROLS)
EXPLAINED = (
    "Columns are remembered images, with their classes. A pointer is the neuron that an episode was bound to; a name "
    "and a sound are patterns that came with the image. Decoded: the grey values that a Wiener filter finds in the row "
    "above. Lower rows are controls, with gains raised until half of the spikes of recall come back: the couplings of "
    "the pointers, the path traces (of all synapses, or of those of each neuron), or the weights were shuffled."
)
FRAME_MS, LEAST_FRAMES = 10.0, 20  # of a film; frames are shorter if a recall lasts less than 20 of them
FADING = 0.7  # share of a frame that persists in the next one, so that the eye can follow
BLUR = 0.8  # pixels by which input spikes are smoothed to a picture


def recalled(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of perceived and recalled pictures, for the first episodes of the first seed."""
    return pictures(folder, RECALL, EXPLAINED, wanted=ROWS)


def layers(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the cosine between activity in recall and perception for every layer, with controls."""
    found = folder.measured
    found = found.at(images=found.values_of("images")[0])
    every = [
        layer
        for layer in found.at(recall="pointer").values_of("layer")
        if found("own", recall="pointer", layer=layer).any()
    ]
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
        "images, and of the same image with the couplings of the pointers shuffled; layers that recall does not reach "
        "are left out; lines: mean, bands: SD over seeds."
    )


def film(folder: RunFolder) -> tuple[Any, str]:
    """Return a film of the input in the recall of the first episode, with frames of at most 10 ms.

    It begins with the frame that shows most, for pages that show or print only the first one.
    """
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
    poster = int(np.argmax([np.abs(frame).sum() for frame in frames]))
    figure, ax = plt.subplots(figsize=(2.6, 2.9))
    image = ax.imshow(frames[0], cmap="gray", vmin=-largest, vmax=largest)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)

    def show(number: int) -> list[Any]:
        image.set_data(frames[number])
        ax.set_title(f"{number * bin_s * 1000:.0f} ms")
        return [image]

    plt.close(figure)
    name = "".join(f" ({each})" for each in folder.notes("episodes")[:1])
    order = [poster, *range(len(frames))]
    return FuncAnimation(figure, show, frames=order, init_func=lambda: show(poster)), (
        f"Recall of the first episode{name} from its pointer: input spikes over time, on (white) minus off (black). "
        "The film begins with the frame that shows most."
    )
