"""Test images with their recalled names."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from spiking_engrams.runs.run_folder import RunFolder

COLUMNS = 5
RIGHT, WRONG = ("#0072B2", "✓"), ("#D55E00", "✗")  # colour and sign
NONE = "no answer"


def named(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of test images of the first seed, balanced over classes, with the recalled names."""
    pictures = folder.array("named_pictures")[0].values
    classes, answers = folder.array("named_answers")[0].values.astype(int).T
    height, width = pictures[0].shape
    names = folder.notes("classes")
    n_rows = -(-len(pictures) // COLUMNS)
    figure, axes = plt.subplots(n_rows, COLUMNS, figsize=(1.75 * COLUMNS, (1.6 * height / width + 0.45) * n_rows),
                                squeeze=False)  # fmt: skip
    for ax in axes.ravel():
        ax.set_axis_off()
    for ax, picture, wanted, answer in zip(axes.ravel(), pictures, classes, answers, strict=False):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
        colour, sign = RIGHT if answer == wanted else WRONG
        text = names[answer] if answer >= 0 else NONE
        ax.set_title(f"{sign} {text}" + ("" if answer == wanted else f" ({names[wanted]})"), color=colour, fontsize=8)
    n_right = int(np.sum(classes == answers))
    return figure, (
        f"Test images of the first seed with the name recalled for each; {RIGHT[1]} blue: right ({n_right} of "
        f"{len(classes)} shown), {WRONG[1]} orange: wrong or no answer, with the right name in brackets."
    )
