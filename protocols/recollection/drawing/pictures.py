"""Pictures that were perceived and recalled, side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from protocols.recollection.words import in_words
from spiking_engrams.runs.run_folder import RunFolder

WIDTH = 18  # letters of a row's words in a line
LEVELS = {-1: "off (darker)", 0: "no spike", 1: "on (brighter)"}
GREY_VALUES = ("original", "decoded")  # rows of grey values instead of spikes


def pictures(
    folder: RunFolder,
    words: Mapping[str, str],
    more: str,
    *,
    wanted: tuple[str, ...] = (),
    titles: Mapping[str, list[str]] | None = None,
) -> tuple[Any, str]:
    """Return a figure of perceived and recalled pictures of the first seed, one row per condition.

    Parameters
    ----------
    words
        Conditions in words; see `words`.
    more
        What the caption says about the rows.
    wanted
        Rows to draw, if recorded; all that were recorded if empty.
    titles
        Row -> what its pictures show; of the first remembered images for rows that are not named.
    """
    found = {dict(each.conditions)["of"]: seeds[0].values for each, seeds in folder.arrays.named("pictures").items()}
    rows = {name: found[name] for name in wanted or found if name in found}
    n = max(map(len, rows.values()))
    figure, axes = plt.subplots(len(rows), n, figsize=(0.95 * n + 1.6, 1.04 * len(rows) + 0.8), squeeze=False)
    above: list[str] = []
    for line, (name, shown) in zip(axes, rows.items(), strict=True):
        own = (titles or {}).get(name, folder.notes("episodes"))[: len(shown)]
        _draw(line, shown, own if own != above else [])
        line[0].set_ylabel(textwrap.fill(in_words(name, words), WIDTH), fontsize=8, rotation=0, ha="right", va="center")
        above = own
    _legend(figure, axes)
    grey = [in_words(name, words).split(",")[0] for name in rows if name in GREY_VALUES]
    values = f" Rows of grey values: {', '.join(grey)}." if grey else ""
    return figure, (
        f"Input spikes in perception and recall, first seed: on (white) where a picture is brighter than its surround, "
        f"off (black) where it is darker, grey where no neuron fires.{values} {more}"
    ).rstrip()


def _draw(line: Any, shown: np.ndarray, titles: list[str]) -> None:
    """Draw a row of pictures, each in units of its largest value."""
    for ax in line:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for ax, picture in zip(line, shown, strict=False):
        largest = np.abs(picture).max() or 1.0
        ax.imshow(picture, cmap="gray", vmin=-largest, vmax=largest)
        if not picture.any():
            ax.text(0.5, 0.5, "silent", transform=ax.transAxes, ha="center", va="center", color="w", fontsize=8)
    for ax, title in zip(line, titles, strict=False):
        ax.set_title(title, fontsize=8, parse_math=False)


def _legend(figure: Any, axes: Any) -> None:
    """Draw what black, grey and white mean below the pictures."""
    bar = figure.colorbar(
        ScalarMappable(Normalize(-1, 1), "gray"),
        ax=axes,
        location="bottom",
        shrink=min(1.0, 4 / len(axes[0])),
        aspect=40,
        pad=0.02,
    )
    bar.set_ticks(list(LEVELS), labels=list(LEVELS.values()))
    bar.ax.tick_params(length=0, labelsize=8)
    bar.outline.set_linewidth(0.4)
