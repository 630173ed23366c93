"""Quantities as text: read without running code, written exactly, shown readably."""

from __future__ import annotations

import ast
import math
import re
from functools import cache
from typing import Any

import numpy as np
from brian2.units import allunits, stdunits
from brian2.units.fundamentalunits import Quantity, Unit, get_unit

from spiking_engrams.errors import ParameterError, unknown_name
from spiking_engrams.values.plain import shown

MAX_TEXT = 200
MAX_EXPONENT = 12
COMMON_UNITS = tuple("second ms us Hz kHz volt mV uV amp nA pA siemens nS uS farad nF pF ohm Mohm um mM".split())
_NUMBER_THEN_NAME = re.compile(r"(?<![\w.])((?>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))(?=[a-z])", re.IGNORECASE)
_SPACE_BETWEEN = re.compile(r"(?<=[\w.)])\s+(?=[A-Za-z(])")


def parse_quantity(text: str) -> float | int | bool | Quantity:
    """Read a number, a truth value or a quantity from text, without running code.

    Parameters
    ----------
    text : str
        For example ``"20*ms"``, ``"20 ms"``, ``"0.5"``, ``"3e-3*second"``, ``"35 Hz"``, ``"5 nS/ms"``,
        ``"true"``. Units are the names and symbols of Brian2; only ``* / **`` (or ``^``), signs and brackets
        are supported.

    Returns
    -------
    float, int, bool or Quantity
        A dimensionless quantity is returned as a float.

    Raises
    ------
    ParameterError
        If the text is anything else.

    Examples
    --------
    >>> parse_quantity("0.5"), parse_quantity("true"), exact(parse_quantity("20 ms"))
    (0.5, True, '0.02*second')
    """
    if not isinstance(text, str):
        raise ParameterError(f"cannot read {shown(text)} as a value: give it as text, such as '20*ms'.")
    stripped = text.strip()
    if stripped.lower() in ("true", "false"):
        return stripped.lower() == "true"
    try:
        if len(stripped) > MAX_TEXT:
            raise ValueError("the text is too long")
        spaced = _NUMBER_THEN_NAME.sub(r"\1*", stripped.replace("^", "**"))
        value = _evaluate(ast.parse(_SPACE_BETWEEN.sub("*", spaced), mode="eval").body)
        if isinstance(value, Quantity):
            value = scalar(value)
        if not math.isfinite(value):
            raise ValueError("it is not finite")
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        reason = "it is not a number with a unit" if isinstance(error, SyntaxError) else error
        message = f"cannot read {text!r} as a value: {reason}. Write for example 20*ms, 0.5, 35 Hz or true."
        raise ParameterError(message) from None
    return value


@cache
def _units() -> dict[str, Unit]:
    """Return every Brian2 unit by its names (msecond, ms) and its display symbol (s, mV)."""
    full = {name: unit for name, unit in vars(allunits).items() if isinstance(unit, Unit)}
    short = {name: unit for name, unit in vars(stdunits).items() if isinstance(unit, Unit)}
    symbols = {str(unit): unit for unit in full.values() if str(unit).isalpha()}
    return symbols | full | short


def _evaluate(node: ast.AST) -> Any:
    """Evaluate products, quotients and powers of numbers and units."""
    match node:
        case ast.Constant(value=float() | int() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            if name not in _units():
                raise ValueError(str(unknown_name("unit", name, COMMON_UNITS)).rstrip("."))
            return _units()[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _evaluate(operand)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _evaluate(left) * _evaluate(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _evaluate(left) / _evaluate(right)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            exponent = _evaluate(right)
            if isinstance(exponent, Quantity) or abs(exponent) > MAX_EXPONENT:
                raise ValueError(f"an exponent must be a plain number of at most {MAX_EXPONENT}")
            return _evaluate(left) ** exponent
    raise ValueError("only numbers, units and the operators * / ** are supported")


def scalar(value: Quantity) -> float | Quantity:
    """Return a quantity of one number in its plainest form, a float if it is dimensionless.

    Raises
    ------
    TypeError
        If it is an array.

    Examples
    --------
    >>> from brian2 import Quantity, ms
    >>> scalar(Quantity(0.5)), exact(scalar(5 * ms))
    (0.5, '0.005*second')
    """
    if np.ndim(value) != 0:
        raise TypeError("a parameter is one number, not an array")
    number = float(np.asarray(value)) + 0.0
    return number if value.dim.is_dimensionless else Quantity(number, dim=value.dim)


def exact(value: Any) -> Any:
    """Return a quantity as text in base units that `parse_quantity` reads back exactly.

    Other values are returned unchanged.

    Examples
    --------
    >>> from brian2 import mV
    >>> exact(-65 * mV), exact(0.5)
    ('-0.065*volt', 0.5)
    """
    if not isinstance(value, Quantity):
        return value
    return f"{float(np.asarray(value))!r}*{get_unit(value.dim)!r}".replace(" ", "")


def value_and_unit(value: Any) -> tuple[str, str]:
    """Return value and unit as two texts for a table; the unit is empty for values without one.

    Examples
    --------
    >>> from brian2 import Hz
    >>> value_and_unit(35 * Hz), value_and_unit(0.5)
    (('35', 'Hz'), ('0.5', ''))
    """
    if isinstance(value, Quantity):
        unit = value.get_best_unit()
        return f"{float(value / unit):.6g}", str(unit)
    if isinstance(value, bool):
        return str(value).lower(), ""
    return (f"{value:.6g}" if isinstance(value, float) else str(value)), ""


def readable(value: Any) -> str:
    """Return a value of any kind as one text for a message.

    Examples
    --------
    >>> from brian2 import nS
    >>> readable(2.5 * nS), readable("LIF")
    ('2.5 nS', "'LIF'")
    """
    if isinstance(value, str) or not isinstance(value, Quantity | float | int):
        return repr(value)
    return " ".join(value_and_unit(value)).strip() if np.ndim(value) == 0 else str(value)
