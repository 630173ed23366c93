"""Runs side by side: their metrics, and differences from the first of them. Imports no simulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.analysis.differences import Difference, difference, paired_difference
from spiking_engrams.analysis.metrics import summary
from spiking_engrams.errors import RunFolderError
from spiking_engrams.runs.metrics import Metric, metric
from spiking_engrams.runs.phenomena import MISSING, number
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.tables import condition_names

if TYPE_CHECKING:
    from pandas import DataFrame

NUMBERS = ("n", "mean", "sd", "difference", "low", "high", "p")


def compare(runs: Mapping[str, RunFolder]) -> DataFrame:
    """Return the metrics of runs, and how they differ from those of the first.

    Parameters
    ----------
    runs
        Name -> run, at least two.

    Returns
    -------
    pandas.DataFrame
        A row for each metric and run: ``metric``, a column for each condition, ``unit``, ``run``, ``n`` (seeds),
        ``mean``, ``sd``, ``difference`` of the mean from that of the first run, ``low`` and ``high`` of its 95 %
        bootstrap interval, ``p``, and ``p_test``: the paired Wilcoxon test where both runs have the same seeds,
        otherwise the Mann-Whitney test.

    Raises
    ------
    RunFolderError
        When there are fewer than two runs, one has no complete seed, or no two runs share a metric.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from spiking_engrams.runs.metrics import Metric
    >>> def run(*values):  # in place of RunFolder("results/...")
    ...     fear = Metric("fear")
    ...     return SimpleNamespace(complete_seeds=[1, 2, 3], units={fear: "1"}, measured={fear: np.array(values)})
    >>> table = compare({"control": run(0.8, 0.9, 1.0), "blocked": run(0.1, 0.2, 0.3)})
    >>> table[["run", "n", "mean", "difference"]].round(2).values.tolist()
    [['control', 3, 0.9, nan], ['blocked', 3, 0.2, -0.7]]
    """
    import pandas as pd

    if len(runs) < 2:
        raise RunFolderError(f"{len(runs)} run was given; give two or more to compare.")
    for name, run in runs.items():
        if not run.complete_seeds:
            raise RunFolderError(f"'{name}' has no complete seed yet; finish it with --resume.")
    metrics = list(dict.fromkeys(each for run in runs.values() for each in run.units))
    if not any(sum(each in run.units for run in runs.values()) > 1 for each in metrics):
        raise RunFolderError(f"No two of {', '.join(runs)} share a metric; compare runs of the same protocol.")
    conditions = condition_names(metrics)
    rows = [_row(each, name, runs, conditions) for each in metrics for name in runs if each in runs[name].units]
    return pd.DataFrame(rows, columns=["metric", *conditions, "unit", "run", *NUMBERS, "p_test"])


def _row(metric: Metric, name: str, runs: Mapping[str, RunFolder], conditions: list[str]) -> dict[str, Any]:
    run, first = runs[name], next(iter(runs.values()))
    found = summary(run.measured[metric])
    row = dict[str, Any]({"metric": metric.name, **dict.fromkeys(conditions, ""), **dict(metric.conditions)})
    row |= {"unit": run.units[metric], "run": name, "p_test": ""}
    row |= {"n": found.n, "mean": found.mean, "sd": found.sd}
    if run is first or metric not in first.units:
        return row
    if run.units[metric] != first.units[metric]:
        raise RunFolderError(
            f"'{metric}' is in {first.units[metric]} in the first run and in {run.units[metric]} in '{name}'; compare "
            "runs of the same protocol and version."
        )
    ours, theirs = (dict(zip(each.complete_seeds, each.measured[metric], strict=True)) for each in (first, run))
    paired = ours.keys() == theirs.keys()
    samples = list(ours.values()), [theirs[seed] for seed in (ours if paired else theirs)]
    change: Difference = (paired_difference if paired else difference)(*samples)
    low, high = change.interval
    row |= {"difference": change.mean, "low": low, "high": high, "p": change.p}
    return row if np.isnan(change.p) else row | {"p_test": "Wilcoxon" if paired else "Mann-Whitney"}


def side_by_side(table: DataFrame) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the table of `compare` as column names and rows of text, a row for each metric.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"metric": "fear", "unit": "1", "run": "control", "n": 3, "mean": 0.9, "sd": 0.1, "difference": np.nan}
    >>> rows = [row, row | {"run": "blocked", "mean": 0.2, "difference": -0.7, "low": -0.8, "high": -0.6, "p": 0.25}]
    >>> columns, lines = side_by_side(pd.DataFrame(rows))
    >>> columns, lines
    (['metric', 'control', 'blocked', 'difference blocked', 'p blocked'],
     [('fear', '0.900 (0.100)', '0.200 (0.100)', '-0.700 [-0.800, -0.600]', '0.25')])
    """
    names = list(dict.fromkeys(table["run"]))
    conditions = list(table.columns[1 : table.columns.get_loc("unit")])
    columns = ["metric", names[0]]
    for name in names[1:]:
        columns += [name, f"difference {name}", f"p {name}"]
    rows = []
    for key, group in table.groupby(["metric", *conditions], sort=False):
        found = {row["run"]: row for _, row in group.iterrows()}
        name, *values = map(str, key)
        given = {each: value for each, value in zip(conditions, values, strict=True) if value}
        cells = [str(metric(name, **given)), _mean(found.get(names[0]))]
        for each in names[1:]:
            cells += [_mean(found.get(each)), *_change(found.get(each))]
        rows.append(tuple(cells))
    return columns, rows


def _mean(row: Any) -> str:
    if row is None or np.isnan(row["mean"]):
        return MISSING
    return number(row["mean"]) if np.isnan(row["sd"]) else f"{number(row['mean'])} ({number(row['sd'])})"


def _change(row: Any) -> tuple[str, str]:
    if row is None or np.isnan(row["difference"]):
        return MISSING, MISSING
    interval = "" if np.isnan(row["low"]) else f" [{number(row['low'])}, {number(row['high'])}]"
    return f"{number(row['difference'])}{interval}", MISSING if np.isnan(row["p"]) else f"{row['p']:.2g}"
