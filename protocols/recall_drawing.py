"""Figures of recall."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

N_SHOWN = 10
ROWS = ("perceived", "pointer", "degraded", "shuffled_couplings", "shuffled_traces")


def recalled(folder: Any) -> tuple[Any, str]:
    """Return what was perceived and what came back, for the first episodes of the first seed."""
    names = {row: name for row in ROWS for name in folder.series_names() if name.endswith(f"_{row}_pictures")}
    shape = folder.series("shape").y[0].astype(int)
    figure, axes = plt.subplots(len(names), N_SHOWN, figsize=(0.95 * N_SHOWN + 1.2, 1.0 * len(names) + 0.3))
    for row, (what, name) in enumerate(names.items()):
        pictures = folder.series(name).y[0].reshape(shape)
        for ax, picture in zip(axes[row], pictures, strict=False):
            largest = np.abs(picture).max() or 1.0
            ax.imshow(picture, cmap="gray", vmin=-largest, vmax=largest)
        for ax in axes[row]:
            ax.set(xticks=[], yticks=[])
            ax.axis("on" if ax.images else "off")
        axes[row, 0].set_ylabel(what.replace("_", "\n"), fontsize=8, rotation=0, ha="right", va="center")
    return figure, "Input spikes, on minus off: seen, and recalled after other images were seen; below: controls."
