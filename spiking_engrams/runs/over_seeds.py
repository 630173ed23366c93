"""Results of the complete seeds of a run, gathered by what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.analysis.metrics import summary
from spiking_engrams.runs.formats import number
from spiking_engrams.runs.metrics import Metric, Metrics, read_metric, written
from spiking_engrams.runs.tables import Arrays, Curves, Series

if TYPE_CHECKING:
    from xarray import DataArray

type Entry = dict[str, Any]


class OverSeeds:
    """Metrics, curves, arrays, words and costs over seeds.

    Parameters
    ----------
    seeds
        Numbers of the complete seeds.
    recorded
        Content of metrics.json of each seed.

    Examples
    --------
    >>> recorded = [{"metrics": {"fear": {"unit": "1", "value": value}}} for value in (0.5, 0.75)]
    >>> found = OverSeeds([1, 2], recorded)
    >>> found.metrics["fear"].tolist(), list(found.units.values())
    ([0.5, 0.75], ['1'])
    """

    def __init__(self, seeds: Sequence[int], recorded: Sequence[dict[str, Any]]):
        self.seeds = tuple(seeds)
        self.recorded = list(recorded)

    def _entries(self, kind: str) -> dict[Metric, list[Entry | None]]:
        """Return every seed's entry for each measured quantity; None where a seed lacks it."""
        found = [{read_metric(*each): each[1] for each in data.get(kind, {}).items()} for data in self.recorded]
        names = dict.fromkeys(name for of_seed in found for name in of_seed)
        return {name: [of_seed.get(name) for of_seed in found] for name in names}

    @cached_property
    def _numbers(self) -> dict[Metric, list[Entry | None]]:
        return self._entries("metrics")

    @cached_property
    def metrics(self) -> Metrics:
        """Metric -> value of each seed, ``(n_seeds,)``, NaN where a seed lacks it."""
        entries = self._numbers
        return Metrics(
            {name: np.array([number((each or {}).get("value")) for each in entries[name]]) for name in entries}
        )

    @cached_property
    def units(self) -> dict[Metric, str]:
        """Metric -> unit, from the last seed that has the metric."""
        return {name: [each for each in found if each][-1]["unit"] for name, found in self._numbers.items()}

    def summaries(self) -> dict[str, dict[str, Any]]:
        """Return the metrics as summary.json stores them: values, mean, sd and interval over seeds."""
        entries = {}
        for name, values in self.metrics.items():
            found = summary(values)
            numbers = {"values": values, "mean": found.mean, "sd": found.sd, "interval": list(found.interval)}
            entries[str(name)] = {**written(name), "unit": self.units[name], **numbers}
        return entries

    @cached_property
    def curves(self) -> Curves:
        """Curves of each seed; `x` is that of the longest."""
        return Curves({name: self._curve(found) for name, found in self._entries("series").items()})

    def _curve(self, found: list[Entry | None]) -> Series:
        longest = max((each for each in found if each), key=lambda each: len(each["x"]))
        y = np.full((len(found), len(longest["x"])), np.nan)
        for row, each in zip(y, found, strict=True):
            if each:
                row[: len(each["y"])] = [number(value) for value in each["y"]]
        x = np.array([number(value) for value in longest["x"]])
        return Series(x, y, longest["x_unit"], longest["y_unit"], self.seeds)

    @cached_property
    def arrays(self) -> Arrays:
        """Arrays of each seed, as large as the largest, with NaN where a seed has no value."""
        return Arrays({name: self._array(name, found) for name, found in self._entries("arrays").items()})

    def _array(self, name: Metric, found: list[Entry | None]) -> DataArray:
        import xarray as xr  # takes a second

        largest = max((each for each in found if each), key=lambda each: len(each["values"]))
        shape = np.max([each["shape"] for each in found if each and each["dims"] == largest["dims"]], axis=0)
        values = np.full((len(found), *shape), np.nan)
        for room, each in zip(values, found, strict=True):
            if each and each["dims"] == largest["dims"]:
                own = np.array([number(value) for value in each["values"]]).reshape(each["shape"])
                room[tuple(map(slice, each["shape"]))] = own
        coords = {"seed": list(self.seeds)}
        return xr.DataArray(values, coords, ["seed", *largest["dims"]], str(name), {"units": largest["unit"]})

    def notes(self, name: str) -> list[str]:
        """Return the words under a name from the first seed that stored any; empty if none did."""
        return next((list(data["notes"][name]) for data in self.recorded if name in data.get("notes", {})), [])

    def cost(self) -> dict[str, float]:
        """Return run and biological seconds summed over seeds, and the peak memory."""
        costs = [data["cost"] for data in self.recorded]
        return {
            "run_s": sum(cost["run_s"] for cost in costs),
            "biological_s": sum(cost["biological_s"] for cost in costs),
            "peak_memory_mb": max((cost["peak_memory_mb"] for cost in costs), default=0.0),
        }

    def reused_states(self) -> list[dict[str, Any]]:
        """Return seed, key and phases of each state that came from the store."""
        return [{"seed": data["seed"], **each} for data in self.recorded for each in data["reused_states"]]
