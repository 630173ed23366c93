"""Metrics: numbers with a name, a unit and the conditions under which they were measured. Imports no simulator.

The name says what was measured (``fear``), the conditions where or when (``context`` A, ``test`` after_night); nothing
is ever packed into a name and parsed out of it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from spiking_engrams.errors import RunFolderError, unknown_name
from spiking_engrams.values import plain
from spiking_engrams.values.plain import in_short

COLUMNS = (  # of tables of metrics, in addition to one for each condition
    "metric", "seed", "value", "unit", "run", "n", "mean", "sd", "difference", "low", "high", "p", "p_test",
)  # fmt: skip
type Condition = str | int | float


@dataclass(frozen=True)
class Metric:
    """What a number measures.

    Attributes
    ----------
    name
        For example ``"fear"``.
    conditions
        Names and values, ordered by name, for example ``(("context", "A"), ("test", "after_night"))``; `metric`
        checks and orders them.

    Examples
    --------
    >>> fear = Metric("fear", (("context", "A"), ("test", "after_night")))
    >>> print(fear)
    fear (context A, test after_night)
    >>> print(fear.without({"context": "A"}))
    fear (test after_night)
    """

    name: str
    conditions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the metric in words, which files use as its key."""
        if not self.conditions:
            return self.name
        return f"{self.name} ({', '.join(f'{name} {value}' for name, value in self.conditions)})"

    def without(self, names: Mapping[str, str]) -> Metric:
        """Return the same metric without some conditions."""
        return Metric(self.name, tuple(each for each in self.conditions if each[0] not in names))


def as_text(value: Any) -> str:
    """Return the value of a condition as text: numbers with the fewest digits that reproduce them to the last bit.

    Examples
    --------
    >>> as_text("A"), as_text(3.0), as_text(0.1)
    ('A', '3', '0.1')
    """
    return value if isinstance(value, str) else in_short(float(value))


def _is_plain(text: str) -> bool:
    return text.isprintable() and not {*",()"} & {*text}


def _checked(metric: str, name: str, value: Any) -> str:
    """Return the value of a condition as text, or raise a RunFolderError."""
    where = f"Metric '{metric}', condition '{name}'"
    if name in COLUMNS or not name.isidentifier():
        raise RunFolderError(f"{where} cannot be a column of a table beside {', '.join(COLUMNS)}; choose another name.")
    if isinstance(value, bool) or not isinstance(value, str | int | float | np.integer | np.floating):
        raise RunFolderError(f"{where} is {plain.shown(value)}; it must be text or a number, such as context='A'.")
    if isinstance(value, str) and not (value.strip() and _is_plain(value)):
        raise RunFolderError(f"{where} is {value!r}; it must be text without , ( and ), such as 'A'.")
    if not isinstance(value, str) and not np.isfinite(float(value)):
        raise RunFolderError(f"{where} is {value!r}; it must be a finite number.")
    return as_text(value)


def metric(name: str, /, **conditions: Condition) -> Metric:
    """Return the metric with a name and conditions, whose values are words or numbers.

    Raises
    ------
    RunFolderError
        When a name or a value would be ambiguous in a file, or could not be a column of a table.

    Examples
    --------
    >>> print(metric("fear", test="after_night", context="A"))
    fear (context A, test after_night)
    """
    if not isinstance(name, str) or not name.strip() or not _is_plain(name):
        raise RunFolderError(f"A metric is named {name!r}; its name must be text without , ( and ), such as 'fear'.")
    return Metric(name, tuple(sorted((each, _checked(name, each, value)) for each, value in conditions.items())))


class Measured[T](Mapping[Metric, T]):
    """Measured values by name and conditions.

    Attributes
    ----------
    given
        Conditions that all of them share and that their names omit, for example ``{"images": "digits"}``.

    Examples
    --------
    >>> found = Measured({metric("fear", context="A"): 0.9, metric("fear", context="B"): 0.2, "trials": 4.0})
    >>> found("fear", context="A"), found["trials"], found.values_of("context")
    (0.9, 4.0, ['A', 'B'])
    >>> dict(found.at(context="B"))
    {Metric(name='fear', conditions=()): 0.2}
    """

    kind = "metric"

    def __init__(self, values: Mapping[Any, T], given: Mapping[str, str] | None = None):
        self._values = {as_metric(name): each for name, each in values.items()}
        self.given = dict(given or {})

    def __call__(self, name: str, /, **conditions: Condition) -> T:
        """Return the entry with this name and exactly these conditions."""
        return self[metric(name, **conditions)]

    def __getitem__(self, name: Metric | str) -> T:
        """Return the entry of a metric; a string names one without conditions."""
        wanted = as_metric(name)
        if wanted not in self._values:
            raise unknown_name(self.kind, str(wanted), [str(each) for each in self._values])
        return self._values[wanted]

    def get(self, name: Any, default: Any = None) -> Any:
        """Return the entry of a metric, or `default` if it was not measured."""
        return self._values.get(as_metric(name), default)

    def __contains__(self, name: object) -> bool:
        """Return whether a metric was measured."""
        return isinstance(name, str | Metric) and as_metric(name) in self._values

    def __iter__(self) -> Iterator[Metric]:
        """Iterate over the metrics in the order in which they were stored."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of metrics."""
        return len(self._values)

    def at(self, /, **conditions: Condition) -> Self:
        """Return the entries that were measured under the given conditions, named without them."""
        wanted = {name: as_text(value) for name, value in conditions.items()}
        fits = {
            each: values for each, values in self._values.items() if wanted.items() <= dict(each.conditions).items()
        }
        return type(self)({each.without(wanted): values for each, values in fits.items()}, self.given | wanted)

    def named(self, name: str) -> Self:
        """Return the entries with a name, under any conditions."""
        return type(self)({each: values for each, values in self._values.items() if each.name == name}, self.given)

    def values_of(self, condition: str) -> list[str]:
        """Return the values of a condition, in order of appearance."""
        found = (dict(each.conditions).get(condition) for each in self._values)
        return list(dict.fromkeys(value for value in found if value is not None))


class Metrics(Measured[np.ndarray]):
    """Metric -> values over seeds, ``(n_seeds,)``, NaN where a seed lacks it.

    Examples
    --------
    >>> found = Metrics({metric("fear", context="A"): np.array([0.9, 0.8]), Metric("trials"): np.array([4.0, 5.0])})
    >>> found("fear", context="A").tolist(), found["trials"].tolist()
    ([0.9, 0.8], [4.0, 5.0])
    """


def as_metric(name: Metric | str) -> Metric:
    """Return a metric; a string names one without conditions.

    Examples
    --------
    >>> as_metric("trials"), as_metric(Metric("trials")) == Metric("trials")
    (Metric(name='trials', conditions=()), True)
    """
    return Metric(name) if isinstance(name, str) else name


def read_metric(key: str, entry: Mapping[str, Any]) -> Metric:
    """Return the metric of an entry in a file; entries from before conditions existed are named by their key.

    Raises
    ------
    RunFolderError
        When the entry does not agree with its key.

    Examples
    --------
    >>> read_metric("fear (context A)", {"metric": "fear", "conditions": {"context": "A"}, "value": 0.9})
    Metric(name='fear', conditions=(('context', 'A'),))
    """
    if "metric" not in entry:
        return Metric(key)
    found = metric(entry["metric"], **entry.get("conditions", {}))
    if str(found) != key:
        raise RunFolderError(f"The entry '{key}' belongs to '{found}': the file was changed.")
    return found


def written(each: Metric) -> dict[str, Any]:
    """Return a metric as files store it: its name and its conditions.

    Examples
    --------
    >>> written(metric("fear", context="A"))
    {'metric': 'fear', 'conditions': {'context': 'A'}}
    """
    return {"metric": each.name, "conditions": dict(each.conditions)}
