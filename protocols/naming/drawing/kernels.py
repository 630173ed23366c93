"""Figures of kernels during learning."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from networks.naming.learning import CONVERGED
from spiking_engrams.runs.run_folder import RunFolder


def kernels(folder: RunFolder, layer: str, n_shown: int = 20) -> tuple[Any, str]:
    """Return a figure of the kernels of a layer during learning, one row per recording, first seed."""
    looks = {int(dict(each.conditions)["seen"]): found[0] for each, found in folder.arrays.at(layer=layer).items()}
    size, _, channels, n_maps = next(iter(looks.values())).shape
    shown = min(n_maps, n_shown)
    figure, axes = plt.subplots(len(looks), 1, figsize=(9, (0.5 + 9 / shown) * len(looks) + 0.9), squeeze=False)
    for ax, n in zip(axes[:, 0], sorted(looks), strict=True):
        weights = looks[n].max("channel").values
        tiles = np.pad(weights[:, :, :shown], ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
        image = ax.imshow(tiles.transpose(0, 2, 1).reshape(size, -1), cmap="gray", vmin=0, vmax=1)
        ax.set_axis_off()
        ax.set_title(f"after {n} images", loc="left", fontsize=8)
    figure.colorbar(image, ax=axes, location="bottom", label="weight", shrink=0.3, aspect=30, ticks=[0, 1])
    text = "" if channels == 1 else f", maximum over {channels} input channels"
    return (
        figure,
        f"Kernels of {layer} (maps 1 to {shown} of {n_maps}) during learning, first seed: weights from 0 (black) to 1 "
        f"(white){text}.",
    )


def convergence(folder: RunFolder, layers: list[str]) -> tuple[Any, str]:
    """Return a figure of the convergence index over images."""
    figure, ax = plt.subplots(figsize=(5, 3.2))
    for number, layer in enumerate(layers):
        series = folder.series("convergence", layer=layer)
        ax.plot(series.x, series.y.T, color=f"C{number}", marker=".", lw=1)
        ax.plot([], [], color=f"C{number}", label=layer)
    ax.axhline(CONVERGED, color="0.5", ls=":")
    ax.set(xlabel="images", ylabel="mean of w (1 - w)", yscale="log")
    ax.legend()
    return (
        figure,
        "Convergence index over the images from which a layer learns; one line per seed, dotted line: criterion.",
    )
