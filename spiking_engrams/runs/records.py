"""What a protocol stores about one seed: numbers, curves, arrays and engrams, for summaries and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from spiking_engrams.analysis.engram import Engram
from spiking_engrams.errors import RunFolderError
from spiking_engrams.runs.metrics import Condition, metric, written
from spiking_engrams.values.plain import check_plain, numbers, text


class Records:
    """Numbers, curves and arrays by name and conditions; engrams and words by name.

    Examples
    --------
    >>> records = Records()
    >>> records.metric("fear", 0.9, context="A")
    >>> records.series("fear", [1, 2, 3], [0.1, 0.5, 0.9], "trial")
    >>> records.array("kernel", np.ones((5, 5)), ("row", "column"), layer="conv1")
    >>> {kind: list(found) for kind, found in records.records.items() if found}
    {'metrics': ['fear (context A)'], 'series': ['fear'], 'arrays': ['kernel (layer conv1)']}
    """

    def __init__(self) -> None:
        self._metrics: dict[str, dict[str, Any]] = {}
        self._series: dict[str, dict[str, Any]] = {}
        self._arrays: dict[str, dict[str, Any]] = {}
        self._engrams: dict[str, dict[str, Any]] = {}
        self._notes: dict[str, list[str]] = {}

    @property
    def records(self) -> dict[str, Any]:
        """All of them, as stored in metrics.json."""
        measured = {"metrics": self._metrics, "series": self._series, "arrays": self._arrays}
        return {**measured, "engrams": self._engrams, "notes": self._notes}

    @property
    def engrams(self) -> dict[str, Engram]:
        """Engrams stored so far, by name."""
        return {name: Engram(**data) for name, data in self._engrams.items()}

    def metric(self, name: str, value: float, /, unit: str = "1", **conditions: Condition) -> None:
        """Store a number for this seed; a later value under the same conditions replaces an earlier one.

        Parameters
        ----------
        name, value, unit
            What was measured: ``"fear"``, 0.9, ``"1"``.
        conditions
            Where, when or how, by name: ``context="A", test="after_night"``. Values are words or numbers.

        Raises
        ------
        RunFolderError
            When the value is not a plain number, or a condition is neither a word nor a number.
        """
        measured = metric(name, **conditions)
        number = numbers(value, f"Metric '{measured}'", RunFolderError, shape=(), finite=False)
        unit = text(unit, f"The unit of metric '{measured}'", RunFolderError)
        self._metrics[str(measured)] = {"unit": unit, "value": float(number), **written(measured)}

    def series(
        self, name: str, x: Any, y: Any, x_unit: str = "1", y_unit: str = "1", /, **conditions: Condition
    ) -> None:
        """Store a curve for this seed, `x` and `y` of shape ``(n,)``, under conditions as for `metric`.

        Raises
        ------
        RunFolderError
            When `x` and `y` are not two arrays of plain numbers of the same length.
        """
        measured = metric(name, **conditions)
        for values in (x, y):
            check_plain(values, f"Series '{measured}'", RunFolderError)
        x, y = np.asarray(x, float), np.asarray(y, float)
        if x.ndim != 1 or x.shape != y.shape:
            raise RunFolderError(f"Series '{measured}' has x {x.shape} and y {y.shape}; give two arrays of shape (n,).")
        self._series[str(measured)] = {"x": x, "y": y, "x_unit": x_unit, "y_unit": y_unit, **written(measured)}

    def array(self, name: str, values: Any, dims: Sequence[str], unit: str = "1", /, **conditions: Condition) -> None:
        """Store an array for this seed under conditions as for `metric`.

        Parameters
        ----------
        values, dims
            Its numbers, of any shape, and the names of its dimensions: ``("row", "column", "map")``.

        Raises
        ------
        RunFolderError
            When the values are not plain numbers, or there is not exactly one name per dimension.
        """
        measured = metric(name, **conditions)
        check_plain(values, f"Array '{measured}'", RunFolderError)
        array, names = np.asarray(values, float), list(dims)
        if array.ndim != len({*names}) or not all(isinstance(each, str) and each.isidentifier() for each in names):
            raise RunFolderError(
                f"Array '{measured}' has shape {array.shape} and dimensions {names}; give each a distinct name."
            )
        about = {"dims": names, "shape": list(array.shape), "unit": unit, **written(measured)}
        self._arrays[str(measured)] = {"values": array.ravel(), **about}

    def note(self, name: str, words: Sequence[str]) -> None:
        """Store words for this seed under a name, such as those of classes; `RunFolder.notes` returns them."""
        self._notes[name] = [str(word) for word in words]

    def engram(self, name: str, engram: Engram) -> None:
        """Store an engram of this seed under a name; `SeedFolder.engrams` returns it."""
        self._engrams[name] = asdict(engram)
