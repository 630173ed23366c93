"""What a neuron model's declaration must contain, checked before any simulator sees it."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from brian2 import Equations, Quantity, get_dimensions, have_same_dimensions
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_CONSTANTS, DEFAULT_UNITS
from brian2.units import second, volt
from brian2.utils.stringtools import get_identifiers

from .errors import ParameterError, unknown_name

DRIVE_LINE = "I_drive = rheobase + unit_current*drive : amp"
CALIBRATION_FIELDS = ("rheobase", "unit_current")
_GIVEN_SYMBOLS = {
    "t",
    "dt",
    "xi",
    "i",
    "N",
    "lastspike",
    "not_refractory",
    "and",
    "or",
    "not",
    "True",
    "False",
}


def constant(default: Quantity | float, meaning: str, source: str = "", low: Quantity | float | None = None) -> Any:
    """Declare a constant of a neuron model.

    Parameters
    ----------
    default : Quantity or float
        The value; it also fixes the physical dimension that a keyword override must have.
    meaning : str
        What it is, in words.
    source : str
        Citation, where it differs from the model's own.
    low : Quantity or float, optional
        Lower bound; a value must lie above it.
    """
    metadata = {"default": default, "meaning": meaning, "source": source, "low": low}
    return dataclasses.field(default_factory=lambda: default, metadata=metadata)


def constant_fields(model: type) -> list[dataclasses.Field]:
    """Return the fields of a model class that are its constants, in the order of declaration."""
    return [field for field in dataclasses.fields(model) if field.name not in CALIBRATION_FIELDS]


def make_dataclass(model: type) -> None:
    """Turn a subclass of NeuronModel into a frozen dataclass that refuses unknown keywords by name."""
    try:
        dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)(model)
        for field in constant_fields(model):
            field.metadata["default"]
    except (TypeError, ValueError, KeyError) as error:
        raise ParameterError(
            f"the constants of neuron model {model.__name__} cannot be read ({error}); declare each one as "
            "'C: Quantity = constant(250*pF, \"membrane capacitance\")'."
        ) from error
    _refuse_unknown_keywords(model)


def _refuse_unknown_keywords(model: Any) -> None:
    generated: Callable[..., None] = model.__init__

    @functools.wraps(generated)
    def init(self: Any, **values: Any) -> None:
        names = [field.name for field in constant_fields(model)]
        for name in values:
            if name not in names and name not in CALIBRATION_FIELDS:
                raise unknown_name(f"constant of {model.__name__}", name, names)
        generated(self, **values)

    model.__init__ = init


def check_constants(model: Any) -> None:
    """Raise ParameterError for a constant of the wrong dimension, not one finite number, or out of range."""
    for field in constant_fields(type(model)):
        _check_value(f"{type(model).__name__}.{field.name}", field.metadata, getattr(model, field.name))


def _check_value(where: str, declared: Any, value: Any) -> None:
    default, low = declared["default"], declared["low"]
    expected = f"{where} ({declared['meaning']}) is {value!r}; it must be one number like the default {default!r}"
    try:
        number = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ParameterError(f"{expected}.") from None
    if get_dimensions(value) != get_dimensions(default):
        raise ParameterError(f"{expected}: its unit is different.")
    if number.shape != () or not np.isfinite(number):
        raise ParameterError(f"{expected}: it is not one finite number.")
    if low is not None and number <= np.asarray(low, dtype=float):
        raise ParameterError(f"{where} ({declared['meaning']}) is {value!r}; it must be above {low!r}.")


def check_structure(model: Any) -> Quantity:
    """Check the declaration of a model class, once, and return the base unit of its injected current.

    Raises
    ------
    ParameterError
        Without ``v`` in volt, threshold, reset or the line that injects ``drive``; when the model defines
        ``drive`` itself; or when a symbol has no definition.
    """
    return _checked(model)


@functools.lru_cache(maxsize=256)
def _checked(model: Any) -> Quantity:
    name = model.__name__
    equations = _parsed(model)
    if "v" not in equations.diff_eq_names or equations["v"].dim != volt.dim:
        raise ParameterError(f"neuron model {name} has no membrane potential: add 'dv/dt = ... : volt'.")
    for string, example in (("threshold", "v > V_th"), ("reset", "v = V_r")):
        if not getattr(model, string):
            raise ParameterError(f"neuron model {name} has no {string}: add '{string} = \"{example}\"'.")
    if not have_same_dimensions(model.max_dt, second) or not float(np.asarray(model.max_dt)) > 0:
        raise ParameterError(f"neuron model {name} has max_dt {model.max_dt!r}: set a positive time, such as 0.5*ms.")
    if "drive" in equations:
        raise ParameterError(f"neuron model {name} defines 'drive': leave it out, the circuit defines it.")
    injected = equations["I_drive"] if "I_drive" in equations else None
    if injected is None or not {"drive", *CALIBRATION_FIELDS} <= set(injected.identifiers):
        raise ParameterError(f"neuron model {name} does not use 'drive': add '{DRIVE_LINE}' and use I_drive in dv/dt.")
    _check_symbols(model, equations)
    return Quantity(1.0, dim=injected.dim)


def _parsed(model: Any) -> Equations:
    if not model.equations:
        raise ParameterError(f"neuron model {model.__name__} has no equations: set the class attribute 'equations'.")
    try:
        return Equations(model.equations)
    except Exception as error:  # Brian2 raises many kinds, from its parser, from sympy and from the units
        raise ParameterError(f"the equations of neuron model {model.__name__} cannot be read: {error}") from error


def _check_symbols(model: Any, equations: Equations) -> None:
    constants = {field.name for field in constant_fields(model)}
    defined = constants | set(equations.names) | {"drive", *CALIBRATION_FIELDS, *_GIVEN_SYMBOLS}
    defined |= set(DEFAULT_FUNCTIONS) | set(DEFAULT_UNITS) | set(DEFAULT_CONSTANTS)
    used = set(equations.identifiers) | get_identifiers(model.threshold) | get_identifiers(model.reset)
    missing = sorted(used - defined)
    if missing:
        raise ParameterError(
            f"neuron model {model.__name__} uses {_listed(missing)} without defining it: add a constant, "
            f"'{missing[0]}: Quantity = constant(value, \"meaning\")'. "
            f"Its constants are {_listed(sorted(constants))}."
        )
    for variable, value in model.start.items():
        if variable not in equations.diff_eq_names or (isinstance(value, str) and value not in constants):
            raise ParameterError(
                f"neuron model {model.__name__} starts {variable!r} at {value!r}: 'start' gives each of "
                f"{_listed(sorted(equations.diff_eq_names))} a quantity or the name of a constant."
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def equation_comments(equations: str) -> dict[str, str]:
    """Return the meaning of each symbol: the trailing comment of the line that defines it."""
    pattern = re.compile(r"^\s*(?:d(\w+)/dt\s*=|(\w+)\s*[=:])[^#]*#\s*(.+?)\s*$", re.MULTILINE)
    return {derivative or symbol: meaning for derivative, symbol, meaning in pattern.findall(equations)}
