"""Checks of a neuron model's declaration, before any simulator sees it."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from brian2 import Equations, Quantity, StateUpdateMethod, get_dimensions, have_same_dimensions
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_CONSTANTS, DEFAULT_UNITS
from brian2.units import hertz, second, volt
from brian2.utils.stringtools import get_identifiers

from spiking_engrams.errors import ParameterError, said, unknown_name
from spiking_engrams.values.names import check_name
from spiking_engrams.values.plain import shown

# names that circuits and the calibration use for something else
RESERVED = frozenset({"drive", "lastspike", "not_refractory", "calibration_level", "calibration_extra"})
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
        What the constant means, in words.
    source : str
        Citation, if it differs from that of the model.
    low : Quantity or float, optional
        Lower bound; a value must lie above it.

    Raises
    ------
    ParameterError
        If `meaning` or `source` is not text.

    Examples
    --------
    >>> from brian2 import Quantity, mV
    >>> from spiking_engrams.neurons import LIF
    >>> class Sensitive(LIF):
    ...     V_th: Quantity = constant(-56 * mV, "spike threshold", "made up")
    >>> round(Sensitive().V_th / mV), Sensitive().symbols["V_th"]
    (-56, 'spike threshold')
    """
    if not isinstance(meaning, str) or not isinstance(source, str):
        raise ParameterError(f"constant({shown(default)}, ...) needs its meaning and its source as texts.")
    metadata = {"default": default, "meaning": meaning, "source": source, "low": low}
    return dataclasses.field(default_factory=lambda: default, metadata=metadata)


def constant_fields(model: type) -> list[dataclasses.Field]:
    """Return the fields of a model class that are its constants, in the order of declaration."""
    return [field for field in dataclasses.fields(model) if field.name not in CALIBRATION_FIELDS]


def make_dataclass(model: type) -> None:
    """Turn a subclass of NeuronModel into a frozen dataclass that rejects unknown keywords by name.

    Raises
    ------
    ParameterError
        For constants that cannot be read, or whose names mean something else in equations or in every model.
    """
    _check_names(model)
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


def _check_names(model: type) -> None:
    base = model.__mro__[-2]
    for name, annotation in inspect.get_annotations(model).items():
        if "ClassVar" in str(annotation):
            continue
        if hasattr(base, name):
            raise ParameterError(
                f"neuron model {model.__name__}: the constant {name!r} needs another name: every neuron model has "
                f"an attribute of that name. To override it, leave out the type: '{name} = ...'."
            )
        check_name(name, f"neuron model {model.__name__}: the constant", ParameterError, RESERVED)


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
    """Raise a ParameterError if a constant has the wrong dimension, is not one finite number, or is out of range."""
    for field in constant_fields(type(model)):
        _check_value(f"{type(model).__name__}.{field.name}", field.metadata, getattr(model, field.name))


def _check_value(where: str, declared: Any, value: Any) -> None:
    default, low = declared["default"], declared["low"]
    given = f"{where} ({declared['meaning']}) is {shown(value)}"
    expected = f"{given}; it must be one number like the default {default!r}"
    if np.asarray(value).dtype.kind not in "iuf":
        raise ParameterError(f"{expected}.")
    number = np.asarray(value, dtype=float)
    if get_dimensions(value) != get_dimensions(default):
        raise ParameterError(f"{expected}: its unit is different.")
    if number.shape != () or not np.isfinite(number):
        raise ParameterError(f"{expected}: it is not one finite number.")
    if low is not None and number <= np.asarray(low, dtype=float):
        raise ParameterError(f"{given}; it must be above {low!r}.")


def check_structure(model: Any) -> Quantity:
    """Check the declaration of a model class, once, and return the base unit of its injected current.

    Raises
    ------
    ParameterError
        If ``v`` in volt, the threshold, the reset or the line that injects ``drive`` is missing; if the model
        defines ``drive`` itself; or if a symbol has no definition.
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
        _check_code(name, string, getattr(model, string))
    _check_structure_values(model)
    if "drive" in equations:
        raise ParameterError(f"neuron model {name} defines 'drive': leave it out, the circuit defines it.")
    injected = equations["I_drive"] if "I_drive" in equations else None
    if injected is None or not {"drive", *CALIBRATION_FIELDS} <= set(injected.identifiers):
        raise ParameterError(f"neuron model {name} does not use 'drive': add '{DRIVE_LINE}' and use I_drive in dv/dt.")
    _check_symbols(model, equations)
    return Quantity(1.0, dim=injected.dim)


def _check_code(name: str, what: str, code: Any) -> None:
    """Raise if a threshold is not an expression, or a reset does not consist of statements."""
    try:
        if not isinstance(code, str):
            raise SyntaxError("it is not a text")
        ast.parse(code.strip(), mode="eval" if what == "threshold" else "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ParameterError(
            f"Brian2 cannot simulate neuron model {name} ({said(error)}): its {what} is {shown(code)}; check its "
            "spelling."
        ) from None


def _check_structure_values(model: Any) -> None:
    """Raise if an attribute other than the equations has the wrong type or value."""
    name = model.__name__
    if not _is_positive(model.max_dt, second):
        raise ParameterError(
            f"neuron model {name} has max_dt {shown(model.max_dt)}: set a positive time, such as 0.5*ms."
        )
    if not _is_positive(model.unit_rate, hertz):
        raise ParameterError(f"neuron model {name} has unit_rate {shown(model.unit_rate)}: set a rate, such as 50*Hz.")
    if not isinstance(model.ports, tuple) or not all(isinstance(port, str) and port for port in model.ports):
        raise ParameterError(
            f"neuron model {name} has ports {shown(model.ports)}: set a tuple of names, or leave it out."
        )
    if not isinstance(model.start, Mapping):
        raise ParameterError(f"neuron model {name} has start {shown(model.start)}: set a dict, such as {{'v': 'E_L'}}.")
    if not isinstance(model.source, str):
        raise ParameterError(f"neuron model {name} has source {shown(model.source)}: set the citation as a text.")
    known = [key for key in StateUpdateMethod.stateupdaters if not key.startswith("gsl")]
    if model.method not in known:
        raise ParameterError(
            f"Brian2 cannot simulate neuron model {name} (its method, {shown(model.method)}, is not the name of "
            f"a state updater); use one of {', '.join(known)}."
        )
    refractory = next((f.metadata["default"] for f in constant_fields(model) if f.name == "t_ref"), None)
    if refractory is not None and not have_same_dimensions(refractory, second):
        raise ParameterError(
            f"neuron model {name} has t_ref {shown(refractory)}: the constant of that name is the "
            "refractory period and must be a time."
        )


def _is_positive(value: Any, unit: Quantity) -> bool:
    fits = isinstance(value, Quantity) and np.ndim(value) == 0 and have_same_dimensions(value, unit)
    return bool(fits and np.isfinite(float(value)) and float(value) > 0)


def _parsed(model: Any) -> Equations:
    if not isinstance(model.equations, str):
        raise ParameterError(f"neuron model {model.__name__} has equations {shown(model.equations)}: give a text.")
    if not model.equations.strip():
        raise ParameterError(f"neuron model {model.__name__} has no equations: set the class attribute 'equations'.")
    try:
        equations = Equations(model.equations)
    except Exception as error:  # Brian2 raises many kinds of errors, from its parser, sympy and units
        raise ParameterError(f"the equations of neuron model {model.__name__} cannot be read: {said(error)}") from error
    for variable in equations.names:
        if variable != "drive":
            check_name(variable, f"neuron model {model.__name__}: the variable", ParameterError, RESERVED)
    return equations


def _check_symbols(model: Any, equations: Equations) -> None:
    defaults = {field.name: field.metadata["default"] for field in constant_fields(model)}
    constants = set(defaults)
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
                f"neuron model {model.__name__} starts {variable!r} at {shown(value)}: 'start' gives each of "
                f"{_listed(sorted(equations.diff_eq_names))} a quantity or the name of a constant."
            )
        number = defaults[value] if isinstance(value, str) else value
        kind = np.asarray(number).dtype.kind
        if kind not in "iuf" or np.ndim(number) or get_dimensions(number) != equations[variable].dim:
            raise ParameterError(
                f"neuron model {model.__name__} starts {variable!r} at {shown(number)}: give one number with the "
                f"unit of {variable!r}."
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def equation_comments(equations: str) -> dict[str, str]:
    """Return the meaning of each symbol: the trailing comment of the line that defines it.

    Examples
    --------
    >>> equation_comments("dv/dt = -v/tau : 1  # membrane potential")
    {'v': 'membrane potential'}
    """
    pattern = re.compile(r"^\s*(?:d(\w+)/dt\s*=|(\w+)\s*[=:])[^#]*#\s*(.+?)\s*$", re.MULTILINE)
    return {derivative or symbol: meaning for derivative, symbol, meaning in pattern.findall(equations)}
