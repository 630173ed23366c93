"""Metrics, curves and arrays of seeds as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spiking_engrams.runs.metrics import Measured, Metric

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import DataArray  # noqa: F401 named below


class Series(NamedTuple):
    """A curve per seed: `x` ``(n,)``, `y` ``(n_seeds, n)`` (NaN where a seed has none), their units, and the seeds.

    Examples
    --------
    >>> curve = Series(np.array([1, 2]), np.array([[0.1, 0.5], [0.2, 0.6]]), "trial", "1", seeds=(1, 2))
    >>> curve.frame().loc[2].tolist()
    [0.5, 0.6]
    """

    x: np.ndarray
    y: np.ndarray
    x_unit: str
    y_unit: str
    seeds: tuple[int, ...]

    def frame(self) -> DataFrame:
        """Return the curves as a table ``(n, n_seeds)`` with `x` as its index and a column for each seed."""
        import pandas as pd

        index = pd.Index(self.x, name="x" if self.x_unit in ("", "1") else f"x ({self.x_unit})")
        return pd.DataFrame(self.y.T, index=index, columns=pd.Index(self.seeds, name="seed"))


class Curves(Measured[Series]):
    """Curves by what they measure.

    Examples
    --------
    >>> curves = Curves({"fear": Series(np.array([1, 2]), np.array([[0.1, 0.5]]), "trial", "1", seeds=(1,))})
    >>> curves["fear"].y.tolist()
    [[0.1, 0.5]]
    """

    kind = "series"


class Arrays(Measured["DataArray"]):
    """Arrays by what they measure; the first dimension is the seed.

    Examples
    --------
    >>> from xarray import DataArray
    >>> arrays = Arrays({"kernel": DataArray(np.ones((2, 5, 5)), dims=("seed", "row", "column"))})
    >>> dict(arrays["kernel"].sizes)
    {'seed': 2, 'row': 5, 'column': 5}
    """

    kind = "array"


def frame(seeds: Sequence[int], metrics: Mapping[Metric, np.ndarray], units: Mapping[Metric, str]) -> DataFrame:
    """Return a table with a row for each metric and seed.

    Parameters
    ----------
    seeds
        Numbers of the seeds.
    metrics
        Metric -> array ``(n_seeds,)``.
    units
        Metric -> unit.

    Returns
    -------
    pandas.DataFrame
        Columns ``metric``, one for each condition in order of appearance (empty where a metric does not have it),
        ``seed``, ``value``, ``unit``.

    Examples
    --------
    >>> from spiking_engrams.runs.metrics import Metric
    >>> fear = Metric("fear", (("context", "A"),))
    >>> frame([1, 2], {fear: np.array([0.9, 0.8])}, {fear: "1"}).values.tolist()
    [['fear', 'A', 1, 0.9, '1'], ['fear', 'A', 2, 0.8, '1']]
    """
    import pandas as pd  # takes half a second

    conditions = condition_names(metrics)
    rows: list[dict[str, Any]] = [
        {
            "metric": each.name,
            **dict.fromkeys(conditions, ""),
            **dict(each.conditions),
            "seed": seed,
            "value": value,
            "unit": units[each],
        }
        for each, values in metrics.items()
        for seed, value in zip(seeds, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["metric", *conditions, "seed", "value", "unit"])


def condition_names(metrics: Iterable[Metric]) -> list[str]:
    """Return the names of all conditions of metrics, in order of appearance.

    Examples
    --------
    >>> from spiking_engrams.runs.metrics import Metric
    >>> condition_names([Metric("fear", (("context", "A"),)), Metric("trials", (("test", "night"),))])
    ['context', 'test']
    """
    return list(dict.fromkeys(name for each in metrics for name, _ in each.conditions))
