"""Frozen, unit-checked parameter objects: replace, read from text, save, compare, tabulate."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np
from brian2.units.fundamentalunits import Quantity, get_unit

from spiking_engrams.errors import ParameterError, unknown_name
from spiking_engrams.parameters.quantities import exact, parse_quantity, readable, scalar, value_and_unit
from spiking_engrams.values import plain

__all__ = ["FITTED", "ParameterRow", "ParameterSet", "field_of", "parse_quantity"]

FITTED = "fitted here"


class ParameterRow(NamedTuple):
    """One line of a parameter table, all text."""

    name: str
    value: str
    unit: str
    default: str
    doc: str
    source: str


def field_of(default: Any, doc: str, source: str = "", low: Any = None, high: Any = None, allowed: Any = None) -> Any:
    """Declare one parameter of a `ParameterSet`.

    Parameters
    ----------
    default : float, int, bool, str, Quantity or ParameterSet
        The value unless another is given; its type and unit are those that the parameter takes.
    doc : str
        What the parameter means.
    source : str
        Where the value comes from: a citation, or "fitted here".
    low, high : same kind as `default`, optional
        Smallest and largest value, both included.
    allowed : sequence, optional
        The only values that are accepted.
    """
    metadata = {"default": default, "doc": doc, "source": source, "fitted": source == FITTED}
    metadata |= {"low": low, "high": high, "allowed": None if allowed is None else tuple(allowed)}
    return dataclasses.field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True)
class ParameterSet:
    """Base of frozen dataclasses whose leaves are numbers, texts or Brian2 quantities.

    Every value is checked when the object is made. Sections are fields that hold another `ParameterSet`.
    Objects with equal values are equal and have the same hash and digest.

    Raises
    ------
    ParameterError
        If a value has the wrong type, unit or range; the message names class and field.

    Examples
    --------
    >>> from brian2 import second
    >>> @dataclass(frozen=True)
    ... class Trace(ParameterSet):
    ...     tau: Quantity = field_of(35 * second, "time constant of the trace", low=0 * second)
    >>> Trace().replace("tau=20*ms").to_dict()
    {'tau': '0.02*second'}
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep equality and hash of this class: quantities have no hash and raise on unlike units."""
        super().__init_subclass__(**options)
        cls.__eq__ = ParameterSet.__eq__  # type: ignore[method-assign]
        cls.__hash__ = ParameterSet.__hash__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        """Check and normalise every value."""
        owner = type(self).__name__
        if "__dataclass_fields__" not in type(self).__dict__:
            raise ParameterError(f"{owner} is no dataclass: decorate it with @dataclass(frozen=True)")
        for each in fields(self):
            checked = _checked(f"{owner}.{each.name}", each, getattr(self, each.name))
            object.__setattr__(self, each.name, checked)

    def __eq__(self, other: object) -> bool:
        """Compare class and exact values."""
        if not isinstance(other, ParameterSet):
            return NotImplemented
        return type(self) is type(other) and self.digest() == other.digest()

    def __hash__(self) -> int:
        """Hash the exact values."""
        return hash(self.digest())

    def dotted_names(self) -> list[str]:
        """Return the dotted names of all parameters, in the order of their declaration."""
        return [name for name, _, _ in _leaves(self)]

    def get(self, name: str) -> Any:
        """Return one value or section by its dotted name.

        Raises
        ------
        UnknownNameError
            If there is no such parameter; the message offers the nearest names.
        """
        found: Any = self
        for part in plain.text(name, "The name of a parameter").split("."):
            if not isinstance(found, ParameterSet) or part not in (each.name for each in fields(found)):
                known = [each for each, _, _ in _leaves(self)]  # a section may be called like a method
                raise unknown_name(f"parameter of {type(self).__name__}", name, known)
            found = getattr(found, part)
        return found

    def at_least_default(self, *names: str) -> bool:
        """Return whether numbers among the parameters are at least their defaults, such as sizes of an experiment."""
        usual = type(self)()
        return all(self.get(name) >= usual.get(name) for name in names)

    def replace(self, changes: str | Iterable[str] | Mapping[str, Any]) -> Self:
        """Return a new object with some values changed.

        Parameters
        ----------
        changes : str, iterable of str, or mapping
            ``"section.name=20*ms"``, several of these, or dotted names with values. A value given as text is
            read by `parse_quantity`, unless the parameter is a text. Later changes win.

        Raises
        ------
        UnknownNameError
            If there is no such parameter; the message offers the nearest names.
        ParameterError
            If a value is not accepted, or a text has no ``=``.
        """
        wanted = dict(changes) if isinstance(changes, Mapping) else _assignments(changes)
        for name in wanted:
            self.get(name)
        return _replaced(self, wanted)

    def to_dict(self) -> dict[str, Any]:
        """Return nested plain data for JSON; quantities are texts in base units, exact when read back."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: v.to_dict() if isinstance(v, ParameterSet) else exact(v) for name, v in values.items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the object that `to_dict` described; parameters that are missing keep their defaults.

        Raises
        ------
        ParameterError, UnknownNameError
            As for `replace`.
        """
        return cls().replace(_flat(plain.mapping(data, f"The values of {cls.__name__}")))

    def digest(self) -> str:
        """Return the SHA-256 of names and values as hexadecimal text; documentation does not count."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def rows(self) -> list[ParameterRow]:
        """Return one table row per parameter: name, value, unit, default, doc and source, as text."""
        defaults = {name: value for name, _, value in _leaves(type(self)())}
        rows = []
        for name, declared, value in _leaves(self):
            default = " ".join(value_and_unit(defaults[name])).strip()
            doc, source = declared.metadata.get("doc", ""), declared.metadata.get("source", "")
            rows.append(ParameterRow(name, *value_and_unit(value), default, doc, source))
        return rows


def _default(name: str, declared: Field[Any]) -> Any:
    """Return the default of a field, however it was declared."""
    if declared.default is not MISSING:
        default = declared.default
    elif declared.default_factory is not MISSING:
        default = declared.default_factory()
    else:
        raise ParameterError(f"{name} has no default: declare it with field_of(default, doc)")
    if not isinstance(default, float | int | str | Quantity | ParameterSet):
        kind = type(default).__name__
        raise ParameterError(f"{name} has a {kind}: declare float, int, bool, str, Quantity or a section")
    if declared.type in ("float", float) and type(default) is int:
        return float(default)
    return default


def _checked(name: str, declared: Field[Any], given: Any) -> Any:
    """Return a value as the field takes it, or raise an error that names the field."""
    default = _default(name, declared)
    value = given.item() if isinstance(given, np.generic) else given
    if isinstance(value, Quantity):
        value = scalar(value) if np.ndim(value) == 0 else None
    if type(value) is float or (isinstance(default, float) and type(value) is int):
        value = value + 0.0
    if not _fits(default, value):
        raise ParameterError(f"{name} = {readable(given)}: takes {_kind(default)}")
    if isinstance(value, float | Quantity) and not math.isfinite(value):
        raise ParameterError(f"{name} = {readable(given)}: takes a finite value")
    _check_range(name, declared, value)
    return value


def _fits(default: Any, value: Any) -> bool:
    """Tell whether a value is of the kind of the default."""
    if isinstance(default, Quantity) and isinstance(value, Quantity):
        return bool(default.dim is value.dim)
    if isinstance(default, ParameterSet):
        return isinstance(value, type(default))
    return type(value) is type(default)


def _kind(default: Any) -> str:
    """Say what a parameter with this default takes."""
    if isinstance(default, ParameterSet):
        inside = ", ".join(each.name for each in fields(default))
        return f"{type(default).__name__}; change one of its parameters instead: {inside}"
    example = f"for example {readable(default)}"
    if isinstance(default, Quantity):
        unit = get_unit(default.dim)
        return f"one quantity with the unit {unit!r}, {example}"
    kinds = {bool: "true or false", int: "a whole number", float: "a number without unit", str: "a text"}
    return f"{kinds[type(default)]}, {example}"


def _check_range(name: str, declared: Field[Any], value: Any) -> None:
    """Raise if a value is outside the range or not among the allowed ones."""
    low, high, allowed = (declared.metadata.get(key) for key in ("low", "high", "allowed"))
    given = f"{name} = {readable(value)}"
    if allowed is not None and value not in allowed:
        raise ParameterError(f"{given}: takes one of {', '.join(readable(each) for each in allowed)}")
    ends = [] if low is None else [f"at least {readable(low)}"]
    ends += [] if high is None else [f"at most {readable(high)}"]
    if (low is not None and value < low) or (high is not None and value > high):
        raise ParameterError(f"{given}: takes {' and '.join(ends)}")


def _assignments(changes: str | Iterable[str]) -> dict[str, Any]:
    """Split texts of the form name=value."""
    wanted: dict[str, Any] = {}
    for text in plain.listed([changes] if isinstance(changes, str) else changes, "Changes", str):
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ParameterError(f"cannot read {text!r}: write section.name=value, for example hippocampus.tau=20*ms")
        wanted[name.strip()] = value.strip()
    return wanted


def _replaced(owner: Any, wanted: Mapping[str, Any]) -> Any:
    """Return a parameter set with some dotted names changed, one new object per section."""
    own: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for name, value in wanted.items():
        head, _, tail = name.partition(".")
        if tail:
            inner.setdefault(head, {})[tail] = value
        else:
            own[head] = _read(owner, head, value) if isinstance(value, str) else value
    for head, changes in inner.items():
        own[head] = _replaced(own.get(head, getattr(owner, head)), changes)
    return dataclasses.replace(owner, **own)


def _read(owner: ParameterSet, name: str, text: str) -> Any:
    """Read a text for one parameter; texts for text parameters and sections are left as they are."""
    if isinstance(getattr(owner, name), str | ParameterSet):
        return text
    try:
        return parse_quantity(text)
    except ParameterError as error:
        raise ParameterError(f"{type(owner).__name__}.{name}: {error}") from None


def _leaves(owner: ParameterSet, prefix: str = "") -> Iterator[tuple[str, Field[Any], Any]]:
    """Yield dotted name, field and value of every parameter, sections opened."""
    for each in fields(owner):
        value = getattr(owner, each.name)
        if isinstance(value, ParameterSet):
            yield from _leaves(value, f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}", each, value


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested data with dotted names."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
