"""The kinds of values that parameters take: how they are checked, and how tuples are written as text."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

import numpy as np
from brian2.units.fundamentalunits import Quantity, get_unit

from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.quantities import readable, scalar
from spiking_engrams.values import plain
from spiking_engrams.values.plain import in_short


@dataclass(frozen=True)
class Section:
    """Container of parameters: the base of `ParameterSet`."""


@dataclass(frozen=True)
class Written:
    """How tuples are written as text.

    Attributes
    ----------
    read
        Text -> tuple; raises a ParameterError if the text cannot be read.
    write
        Tuple -> text that `read` reads back exactly.
    kinds
        Types of the members.
    about
        Description of the accepted values, for messages.

    Examples
    --------
    >>> PATHWAY = Written(lambda text: tuple(text.split(">")), ">".join, (str,), "areas, such as EC>HIP>CTX")
    >>> PATHWAY.read("EC>HIP"), PATHWAY.write(("EC", "HIP", "CTX"))
    (('EC', 'HIP'), 'EC>HIP>CTX')
    """

    read: Callable[[str], tuple[Any, ...]]
    write: Callable[[tuple[Any, ...]], str]
    kinds: tuple[type, ...]
    about: str


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split())
    except ValueError:
        raise ParameterError("write numbers separated by spaces, such as '0.1 1 0.25'") from None


NUMBERS = Written(
    _numbers, lambda members: " ".join(map(in_short, members)), (float,), "numbers, such as (0.1, 1, 0.25)"
)


def as_words(declared: Field[Any], value: Any) -> Any:
    """Return a value; a tuple becomes text that reads back exactly."""
    return _written(declared).write(value) if isinstance(value, tuple) else value


def _written(declared: Field[Any]) -> Written:
    found: Written = declared.metadata.get("written", NUMBERS)
    return found


def _default(name: str, declared: Field[Any]) -> Any:
    """Return the default of a field, however it was declared."""
    if declared.default is not MISSING:
        default = declared.default
    elif declared.default_factory is not MISSING:
        default = declared.default_factory()
    else:
        raise ParameterError(f"{name} has no default: declare it with field_of(default, doc)")
    if not isinstance(default, float | int | str | Quantity | tuple | Section):
        kind = type(default).__name__
        raise ParameterError(f"{name} has a {kind}: declare float, int, bool, str, Quantity, tuple or a section")
    if declared.type in ("float", float) and type(default) is int:
        return float(default)
    return default


def checked(name: str, declared: Field[Any], given: Any) -> Any:
    """Return a value in the form that the field accepts.

    Raises
    ------
    ParameterError
        If the type, unit or range is wrong; the message names the field.
    """
    default = _default(name, declared)
    if isinstance(default, tuple):
        return _checked_tuple(name, declared, given)
    value = given.item() if isinstance(given, np.generic) else given
    if isinstance(value, Quantity):
        value = scalar(value) if np.ndim(value) == 0 else None
    if type(value) is float or (isinstance(default, float) and type(value) is int):
        value = value + 0.0
    if not _fits(default, value):
        raise ParameterError(f"{name} = {readable(given)}: must be {_kind(default)}")
    if isinstance(value, float | Quantity) and not math.isfinite(value):
        raise ParameterError(f"{name} = {readable(given)}: must be finite")
    _check_range(name, declared, value)
    return value


def _checked_tuple(name: str, declared: Field[Any], given: Any) -> tuple[Any, ...]:
    """Return a tuple that the field accepts, read from text or made from a list or array."""
    written = _written(declared)
    if isinstance(given, str):
        try:
            members = written.read(given)
        except ParameterError as error:
            raise ParameterError(f"{name} = {given!r}: {error}") from None
    elif isinstance(given, list | tuple) or (isinstance(given, np.ndarray) and given.ndim == 1):
        members = tuple(given)
    else:
        raise ParameterError(f"{name} = {plain.shown(given)}: must be {written.about}")
    members = tuple(_number(each) if isinstance(each, float | int | np.number) else each for each in members)
    wrong = [each for each in members if not isinstance(each, written.kinds) or isinstance(each, bool)]
    if wrong:
        raise ParameterError(f"{name} holds {plain.shown(wrong[0])}: expected {written.about}")
    for each in members:
        if isinstance(each, float):
            if not math.isfinite(each):
                raise ParameterError(f"{name} holds {each:g}: expected finite numbers")
            _check_range(name, declared, each)
    return members


def _number(value: Any) -> Any:
    """Return a number without a unit as a float; leave quantities and truth values unchanged."""
    if isinstance(value, bool | np.bool_) or plain.has_unit(value):
        return value
    try:
        return float(value) + 0.0
    except OverflowError:
        return float("inf")


def _fits(default: Any, value: Any) -> bool:
    """Return whether a value has the kind of the default."""
    if isinstance(default, Quantity) and isinstance(value, Quantity):
        return bool(default.dim is value.dim)
    if isinstance(default, Section):
        return isinstance(value, type(default))
    return type(value) is type(default)


def _kind(default: Any) -> str:
    """Describe the values that a parameter with this default accepts."""
    if isinstance(default, Section):
        inside = ", ".join(each.name for each in fields(default))
        return f"{type(default).__name__}; change one of its parameters instead: {inside}"
    example = f"for example {readable(default)}"
    if isinstance(default, Quantity):
        unit = get_unit(default.dim)
        return f"one quantity with the unit {unit!r}, {example}"
    kinds = {bool: "true or false", int: "a whole number", float: "a number without a unit", str: "a text"}
    return f"{kinds[type(default)]}, {example}"


def _check_range(name: str, declared: Field[Any], value: Any) -> None:
    """Raise if a value is outside the range or not among the allowed values."""
    low, high, allowed = (declared.metadata.get(key) for key in ("low", "high", "allowed"))
    given = f"{name} = {readable(value)}"
    if allowed is not None and value not in allowed:
        raise ParameterError(f"{given}: must be one of {', '.join(readable(each) for each in allowed)}")
    ends = [] if low is None else [f"at least {readable(low)}"]
    ends += [] if high is None else [f"at most {readable(high)}"]
    if (low is not None and value < low) or (high is not None and value > high):
        raise ParameterError(f"{given}: must be {' and '.join(ends)}")
