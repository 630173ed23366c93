"""Schemas of JSON data: kinds of values, named fields and lists, as data, with one check."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SHOWN = 60  # characters of a value in a message
MOST = 2**63 - 1
LARGEST = 1e15  # seconds or MB


@dataclass(frozen=True)
class Kind:
    """A kind of value: a description of what is allowed, and a test of whether a value is."""

    allowed: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Each:
    """Any number of named values of one schema; `name` is the kind of their names."""

    schema: Any
    name: Kind | None = None


@dataclass(frozen=True)
class Mismatch(Exception):
    """A value that is not allowed."""

    where: str
    found: str
    allowed: str

    def __str__(self) -> str:
        """Return the mismatch as one clause."""
        return f"{self.where or 'it'} is {self.found}; expected {self.allowed}"


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_whole(value: Any, least: int = 0) -> bool:
    """Return whether a value is a whole number from `least` to 2**63 - 1."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST


def is_text(value: Any) -> bool:
    """Return whether a value is a text without null characters."""
    return isinstance(value, str) and "\0" not in value


def is_data(value: Any) -> bool:
    """Return whether a value consists of named texts, numbers (null is NaN) and flags, which may be nested."""
    return isinstance(value, dict) and all(
        each is None or isinstance(each, bool) or is_number(each) or is_text(each) or is_data(each)
        for each in value.values()
    )


def are_distinct(values: Any, fits: Callable[[Any], bool]) -> bool:
    """Return whether a value is a list without repetition whose members all fit."""
    return isinstance(values, list) and all(map(fits, values)) and len(set(values)) == len(values)


def one_of(*values: str) -> Kind:
    """Return the kind of a text that is one of `values`."""
    return Kind("one of " + ", ".join(map(repr, values)), lambda value: isinstance(value, str) and value in values)


TEXT = Kind("a text", is_text)
NAME = Kind("a text of printable characters", lambda v: isinstance(v, str) and v != "" and v.isprintable())
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
COUNT = Kind("a whole number >= 0", is_whole)
POSITIVE = Kind("a whole number >= 1", lambda value: is_whole(value, 1))
AMOUNT = Kind(f"a number from 0 to {LARGEST:g}", lambda value: is_number(value) and 0 <= value <= LARGEST)
VALUE = Kind(
    "a number, null or an infinity as text",
    lambda value: value is None or is_number(value) or value in ("Infinity", "-Infinity"),
)
OUTCOME = Kind("true, false or null", lambda value: value is None or isinstance(value, bool))
DATA = Kind("named texts, numbers and flags", is_data)
OBJECT = Kind("named fields", lambda value: isinstance(value, dict))


def check(data: Any, schema: Any, where: str = "") -> None:
    """Check data against a schema.

    Parameters
    ----------
    schema
        A `Kind`; a list of one schema, for a list of such values; a dict of named fields, where those whose names
        end in ``?`` are optional and fields that are not named are ignored; or `Each`.

    Raises
    ------
    Mismatch
        For the first value that is not allowed.
    """
    if isinstance(schema, Kind):
        if not schema.fits(data):
            raise Mismatch(where, _shown(data), schema.allowed)
    elif isinstance(schema, list):
        _require(data, list, where, "a list")
        for number, each in enumerate(data):
            check(each, schema[0], f"{where}[{number}]")
    elif isinstance(schema, Each):
        _require(data, dict, where, "named values")
        for name, each in data.items():
            if schema.name is not None:
                check(name, schema.name, f"a name in {where or 'it'}")
            check(each, schema.schema, _inside(where, name))
    else:
        _require(data, dict, where, "named fields")
        _check_fields(data, schema, where)


def _check_fields(data: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> None:
    for field, inner in schema.items():
        name = field.removesuffix("?")
        if name in data:
            check(data[name], inner, _inside(where, name))
        elif name == field:
            allowed = inner.allowed if isinstance(inner, Kind) else "a list" if isinstance(inner, list) else "fields"
            raise Mismatch(_inside(where, name), "missing", allowed)


def _require(data: Any, kind: type, where: str, allowed: str) -> None:
    if not isinstance(data, kind):
        raise Mismatch(where, _shown(data), allowed)


def _inside(where: str, name: str) -> str:
    return f"{where}.{name[:SHOWN]}" if where else name[:SHOWN]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
