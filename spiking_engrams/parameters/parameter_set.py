"""Frozen, unit-checked parameter objects: replace, read from text, save, compare, tabulate."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields
from typing import Any, NamedTuple, Self

from spiking_engrams.errors import ParameterError, unknown_name
from spiking_engrams.parameters import kinds
from spiking_engrams.parameters.kinds import NUMBERS, Section, Written, as_words
from spiking_engrams.parameters.quantities import exact, parse_quantity, value_and_unit
from spiking_engrams.values import plain

__all__ = ["FITTED", "ParameterRow", "ParameterSet", "Written", "field_of", "parse_quantity"]

FITTED = "fitted here"


class ParameterRow(NamedTuple):
    """One row of a parameter table, all text.

    Examples
    --------
    >>> row = ParameterRow("hippocampus.tau", "20", "ms", "35 ms", "membrane time constant", "fitted here")
    >>> print(f"{row.name} = {row.value} {row.unit} ({row.source})")
    hippocampus.tau = 20 ms (fitted here)
    """

    name: str
    value: str
    unit: str
    default: str
    doc: str
    source: str


def field_of(
    default: Any, doc: str, source: str = "", low: Any = None, high: Any = None, allowed: Any = None,
    written: Written = NUMBERS,
) -> Any:  # fmt: skip
    """Declare one parameter of a `ParameterSet`.

    Parameters
    ----------
    default : float, int, bool, str, Quantity, tuple or ParameterSet
        The value unless another is given; it fixes the type and unit of the parameter.
    doc : str
        What the parameter means.
    source : str
        Where the value comes from: a citation, or "fitted here".
    low, high : same kind as `default`, optional
        Smallest and largest value, both included; for a tuple of numbers they apply to each member.
    allowed : sequence, optional
        The only values that are accepted.
    written : Written
        How a tuple is written as text and read; by default, tuples hold numbers.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from brian2 import Quantity, ms
    >>> @dataclass(frozen=True)
    ... class Membrane(ParameterSet):
    ...     tau: Quantity = field_of(20 * ms, "membrane time constant", source=FITTED, low=1 * ms)
    >>> Membrane(tau=0 * ms)
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.ParameterError: Membrane.tau = 0 s: must be at least 1 ms
    """
    metadata = {"default": default, "doc": doc, "source": source, "fitted": source == FITTED, "written": written}
    metadata |= {"low": low, "high": high, "allowed": None if allowed is None else tuple(allowed)}
    return dataclasses.field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True)
class ParameterSet(Section):
    """Base of frozen dataclasses of parameters: numbers, texts, Brian2 quantities and tuples.

    Every value is checked when the object is made. Sections are fields that hold another `ParameterSet`.
    Objects with equal values are equal and have the same hash and digest.

    Raises
    ------
    ParameterError
        If a value has the wrong type, unit or range; the message names class and field.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from brian2 import Quantity, second
    >>> @dataclass(frozen=True)
    ... class Trace(ParameterSet):
    ...     tau: Quantity = field_of(35 * second, "time constant of the trace", low=0 * second)
    >>> slow, fast = Trace(), Trace().replace("tau=20*ms")
    >>> slow.dotted_names(), fast.to_dict(), fast == Trace.from_dict({"tau": "0.02*second"})
    (['tau'], {'tau': '0.02*second'}, True)
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the equality and hash of this class: quantities have no hash, and comparing unlike units raises."""
        super().__init_subclass__(**options)
        cls.__eq__ = ParameterSet.__eq__  # type: ignore[method-assign]
        cls.__hash__ = ParameterSet.__hash__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        """Check and normalise every value."""
        owner = type(self).__name__
        if "__dataclass_fields__" not in type(self).__dict__:
            raise ParameterError(f"{owner} is not a dataclass: decorate it with @dataclass(frozen=True)")
        for each in fields(self):
            checked = kinds.checked(f"{owner}.{each.name}", each, getattr(self, each.name))
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
                known = [each for each, _, _ in _leaves(self)]  # a section may share its name with a method
                raise unknown_name(f"parameter of {type(self).__name__}", name, known)
            found = getattr(found, part)
        return found

    def at_least_default(self, *names: str) -> bool:
        """Return whether the named numbers, such as sizes of an experiment, are at least their defaults."""
        usual = type(self)()
        return all(self.get(name) >= usual.get(name) for name in names)

    def replace(self, changes: str | Iterable[str] | Mapping[str, Any]) -> Self:
        """Return a new object with some values changed.

        Parameters
        ----------
        changes : str, iterable of str, or mapping
            ``"section.name=20*ms"``, several of these, or dotted names with values. A value given as text is
            read by `parse_quantity`, unless the parameter itself is text. Later changes win.

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
        """Return nested plain data for JSON; quantities (in base units) and tuples become exact text."""
        values = {each: getattr(self, each.name) for each in fields(self)}
        return {
            each.name: v.to_dict() if isinstance(v, ParameterSet) else exact(as_words(each, v))
            for each, v in values.items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the object that `to_dict` described; missing parameters keep their defaults.

        Raises
        ------
        ParameterError, UnknownNameError
            As for `replace`.
        """
        return cls().replace(_flat(plain.mapping(data, f"The values of {cls.__name__}")))

    def digest(self) -> str:
        """Return the SHA-256 of names and values as hexadecimal text; documentation is not included."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def rows(self) -> list[ParameterRow]:
        """Return one table row per parameter: name, value, unit, default, doc and source, as text."""
        defaults = {name: value for name, _, value in _leaves(type(self)())}
        rows = []
        for name, declared, value in _leaves(self):
            default = " ".join(value_and_unit(as_words(declared, defaults[name]))).strip()
            doc, source = declared.metadata.get("doc", ""), declared.metadata.get("source", "")
            rows.append(ParameterRow(name, *value_and_unit(as_words(declared, value)), default, doc, source))
        return rows


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
    """Read text for one parameter; leave it unchanged if the parameter is text, a tuple or a section."""
    if isinstance(getattr(owner, name), str | tuple | ParameterSet):
        return text
    try:
        return parse_quantity(text)
    except ParameterError as error:
        raise ParameterError(f"{type(owner).__name__}.{name}: {error}") from None


def _leaves(owner: ParameterSet, prefix: str = "") -> Iterator[tuple[str, Field[Any], Any]]:
    """Yield the dotted name, field and value of every parameter, including those in sections."""
    for each in fields(owner):
        value = getattr(owner, each.name)
        if isinstance(value, ParameterSet):
            yield from _leaves(value, f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}", each, value


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested data to dotted names."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
