"""Plain values: numbers, whole numbers, texts and paths; invalid ones are rejected in one sentence that names them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import EngramError, ParameterError, said

MAX_SHOWN = 60
type Errors = type[EngramError]


def shown(value: Any) -> str:
    """Return a value of any kind as a short text for a message."""
    if isinstance(value, np.ndarray) and value.ndim and not has_unit(value):
        return f"an array of {value.dtype} of shape {value.shape}"
    try:
        text = str(value) if has_unit(value) else repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 4]} ..."


def has_unit(value: Any) -> bool:
    """Return whether a value is a Brian2 quantity with a dimension, or a list with one."""
    if isinstance(value, list | tuple):
        return any(map(has_unit, value))
    return not getattr(getattr(value, "dim", None), "is_dimensionless", True)


def in_short(number: float) -> str:
    """Return a number as the shortest text that reads back exactly."""
    return f"{int(number)}" if number.is_integer() and abs(number) < 1e15 else repr(number)


def numbers(
    value: Any, what: str, error: Errors = ParameterError, shape: tuple[int | None, ...] | None = None,
    finite: bool = True,
) -> np.ndarray:  # fmt: skip
    """Return plain finite real numbers as float64.

    Parameters
    ----------
    value
        A number, or any array of numbers; arrays of truth values count as 0 and 1.
    what
        What the value is; it begins the message, such as ``"Phase 'p': signal 'k'"``.
    error
        Class of the error to raise.
    shape
        The allowed shape; None stands for any length.
    finite
        Whether NaN and infinite numbers are rejected.
    """
    check_plain(value, what, error)
    try:
        array = np.asarray(value)
    except Exception as problem:
        raise error(f"{what} is {shown(value)}, which is not an array of numbers ({said(problem)}).") from None
    if array.dtype.kind not in "biuf" or (array.dtype.kind == "b" and array.ndim == 0):
        raise error(f"{what} is {shown(value)}; expected real numbers.")
    found = array.astype(np.float64, copy=False)
    if finite and not np.isfinite(found).all():
        raise error(f"{what} is not finite everywhere; expected finite numbers.")
    if shape is not None and not _has_shape(found.shape, shape):
        raise error(f"{what} has shape {found.shape}; expected {_shape_text(shape)}.")
    return found


def check_plain(value: Any, what: str, error: Errors = ParameterError) -> None:
    """Raise if a value of any type has a unit or masked parts, which an array would silently lose."""
    if has_unit(value):
        raise error(f"{what} is {shown(value)}, with a unit; give plain numbers in SI units: {_in_si(value)}.")
    if np.ma.is_masked(value):
        raise error(f"{what} has masked values; fill them first, for example with .filled(0).")


def number(
    value: Any, what: str, error: Errors = ParameterError, low: float = -math.inf, high: float = math.inf,
    above: float = -math.inf,
) -> float:  # fmt: skip
    """Return one plain finite number from `low` to `high` and above `above`; arguments as for `numbers`."""
    found = numbers(value, what, error)
    if found.ndim:
        raise error(f"{what} is {shown(value)}; expected one number.")
    if not low <= found <= high or found <= above:
        ends = [f"above {above:g}"] if above > -math.inf else []
        ends += [f"from {low:g}"] if low > -math.inf else []
        ends += [f"up to {high:g}"] if high < math.inf else []
        raise error(f"{what} is {shown(value)}; expected a number {' '.join(ends)}.")
    return float(found)


def whole(
    value: Any, what: str, error: Errors = ParameterError, low: int | None = None, high: int | None = None
) -> int:
    """Return a whole number from `low` to `high`; `what` includes the verb: ``"n_shuffles is"``."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise error(f"{what} {shown(value)}; expected a whole number.")
    if (low is not None and value < low) or (high is not None and value > high):
        ends = [f"at least {low:,}"] if low is not None else []
        ends += [f"at most {high:,}"] if high is not None else []
        raise error(f"{what} {shown(int(value))}; expected {' and '.join(ends)}.")
    return int(value)


def wholes(value: Any, what: str, error: Errors = ParameterError) -> np.ndarray:
    """Return an array of whole numbers, shape ``(n,)``, as int64; whole floats count, truth values do not."""
    found = numbers(value, what, error, shape=(None,))
    if np.asarray(value).dtype.kind == "b" or np.any(found != np.rint(found)):
        raise error(f"{what} is {shown(value)}; expected whole numbers.")
    return found.astype(np.int64)


def mask(value: Any, what: str, size: int | None = None, error: Errors = ParameterError) -> np.ndarray:
    """Return truth values, shape ``(size,)``; numbers count if they are 0 or 1."""
    found = numbers(value, what, error, shape=(size,))
    if np.any((found != 0) & (found != 1)):
        raise error(f"{what} is {shown(value)}; expected truth values, one for each cell.")
    return found.astype(bool)


def instance(value: Any, kind: type, what: str, error: Errors = ParameterError) -> None:
    """Raise if a value is not an instance of a class, such as a recording or a random generator."""
    if not isinstance(value, kind):
        raise error(f"{what} is {shown(value)}; expected a {kind.__name__}.")


def word(value: Any, what: str, error: Errors = ParameterError) -> str:
    """Return a text that can name a figure or a file: not empty, without ``/`` and control characters."""
    if not isinstance(value, str) or not value.strip() or "/" in value or re.search(r"[\x00-\x1f\x7f]", value):
        raise error(f"{what} is {shown(value)}; expected a non-empty text without '/' and control characters.")
    return value


def file_path(value: Any, what: str, error: Errors = ParameterError) -> Path:
    """Return the path of a file or folder, given as a text or a path."""
    if not isinstance(value, str | os.PathLike) or not isinstance(name := os.fspath(value), str) or "\x00" in name:
        raise error(f"{what} is {shown(value)}; expected a path, as a text or a pathlib.Path.")
    return Path(name)


def text(value: Any, what: str, error: Errors = ParameterError) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str) or "\x00" in value:
        raise error(f"{what} is {shown(value)}; expected a text.")
    return value


def mapping(value: Any, what: str, error: Errors = ParameterError) -> Mapping[str, Any]:
    """Return a mapping whose names are texts."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise error(f"{what} is {shown(value)}; expected names and their values, such as a dict.")
    return value


def listed(value: Any, what: str, kinds: type | tuple[type, ...], error: Errors = ParameterError) -> tuple[Any, ...]:
    """Return a list (not a text) of instances of `kinds` as a tuple; `what` is plural, such as ``"groups of x"``."""
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    names = " or ".join(kind.__name__ for kind in kinds)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise error(f"{what} are {shown(value)}; expected a list of {names} objects.")
    found = tuple(value)
    for position, each in enumerate(found):
        if not isinstance(each, kinds):
            raise error(f"{what} hold {shown(each)} at position {position}; expected a {names}.")
    return found


def _in_si(value: Any) -> str:
    array = np.asarray(value, dtype=np.float64)
    return f"{float(array):.12g}" if array.ndim == 0 else "np.asarray of it"


def _has_shape(given: tuple[int, ...], allowed: tuple[int | None, ...]) -> bool:
    return len(given) == len(allowed) and all(a is None or a == g for g, a in zip(given, allowed, strict=True))


def _shape_text(allowed: tuple[int | None, ...]) -> str:
    names = ["n" if size is None else str(size) for size in allowed]
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"
