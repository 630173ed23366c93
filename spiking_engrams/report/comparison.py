"""The figure of runs side by side: differences of their metrics from those of the first run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import printable
from spiking_engrams.report.figures import COLOURS, new_figure

if TYPE_CHECKING:
    from pandas import DataFrame

MOST = 40  # metrics in a figure: those that differ most
MOST_LETTERS = 60  # of a name in a figure


def plot_differences(table: DataFrame) -> Any:
    """Draw differences from the first run with their 95 % intervals, in standard deviations of the first run.

    Parameters
    ----------
    table
        The table from `runs.comparison.compare`. Metrics that do not vary in the first run cannot be scaled and are
        left out; if there are more than 40, only those that differ most are drawn.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"metric": "fear", "unit": "1", "run": "control", "mean": 0.9, "sd": 0.1, "difference": np.nan}
    >>> rows = [row, row | {"run": "blocked", "mean": 0.2, "difference": -0.7, "low": -0.8, "high": -0.6}]
    >>> [ax] = plot_differences(pd.DataFrame(rows)).axes
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['fear']
    """
    conditions = list(table.columns[1 : table.columns.get_loc("unit")])
    first, *others = dict.fromkeys(table["run"])
    keys = table[["metric", *conditions]].apply(_words, axis=1)
    spread = dict(zip(keys[table["run"] == first], table["sd"][table["run"] == first], strict=True))
    drawn = table.assign(key=keys, scale=keys.map(spread))
    drawn = drawn[(drawn["run"] != first) & (drawn["scale"] > 0) & np.isfinite(drawn["difference"])]
    size = (drawn["difference"] / drawn["scale"]).abs().groupby(drawn["key"]).max()
    names = [key for key in dict.fromkeys(drawn["key"]) if key in set(size.nlargest(MOST).index)]
    figure, ax = new_figure(figsize=(7.0, 1.2 + 0.22 * len(names) * max(1, len(others) / 2)))
    handles = list[tuple[Any, str]]()
    for number, run in enumerate(others):
        of_run = drawn[drawn["run"] == run].set_index("key").reindex(names)
        mean, low, high = (of_run[name] / of_run["scale"] for name in ("difference", "low", "high"))
        y = np.arange(len(names)) + 0.6 * ((number + 0.5) / len(others) - 0.5)
        drawn_run = ax.errorbar(mean, y, xerr=[mean - low, high - mean], fmt="o", ms=3, color=COLOURS[number % 7])
        handles.append((drawn_run, _shown(run)))
    ax.axvline(0, color="k", lw=0.6)
    ax.set_yticks(range(len(names)), list(map(_shown, names)), parse_math=False)
    ax.set(
        ylim=(max(1, len(names)) - 0.4, -0.6),
        xlabel=f"difference from {_shown(first)} (standard deviations over its seeds)",
    )
    ax.xaxis.label.set_parse_math(False)
    if names:
        for each in ax.legend(*zip(*handles, strict=True), loc="best").get_texts():
            each.set_parse_math(False)
    else:
        ax.text(
            0.5,
            0.5,
            f"no metric varies over the seeds of {_shown(first)}",
            parse_math=False,
            transform=ax.transAxes,
            ha="center",
        )
    return figure


def _shown(text: str) -> str:
    """Return a text that can be drawn, short enough for a figure."""
    plain = printable(text)
    return plain if len(plain) <= MOST_LETTERS else f"{plain[: MOST_LETTERS - 4]} ..."


def _words(row: Any) -> str:
    return " ".join(each for each in map(str, row) if each)
