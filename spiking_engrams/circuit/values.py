"""Checks of the values in a circuit and its parts: names, sizes, times, indices; each error is one clear sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Quantity
from brian2.units import second
from brian2.units.fundamentalunits import get_dimensions

from spiking_engrams.circuit.initial import Draw
from spiking_engrams.errors import CircuitError
from spiking_engrams.values import plain
from spiking_engrams.values.names import check_name

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit, Connection, Group

GIVEN = ("network", "step_clock", "dt_clock", "defaultclock")  # objects of every program
MADE = ("_spikes", "_traces", "_regular_0", "_stateupdater", "_spike_thresholder", "_spike_resetter")  # of a group
OF_SYNAPSES = frozenset({"j", "delay"})
DEFINED = re.compile(r"^\s*(?:d(\w+)/dt\b|(\w+)\s*[=:])(?!.*\(summed\))", re.MULTILINE)  # own variables of equations


def check_values(circuit: Circuit) -> None:
    """Check the type and value of every field of a circuit.

    Raises
    ------
    CircuitError
        If one does not fit; the message names it.
    """
    from spiking_engrams.circuit.circuit import Connection, Group

    name = plain.text(circuit.name, "The name of a circuit", CircuitError)
    groups = plain.listed(circuit.groups, f"{name}: groups", Group, CircuitError)
    connections = plain.listed(circuit.connections, f"{name}: connections", Connection, CircuitError)
    for what in ("dt", "step"):
        check_quantity(getattr(circuit, what), f"{name}: {what}")
    for what in ("max_steps", "guard_steps"):
        plain.whole(getattr(circuit, what), f"{name}: {what} is", CircuitError)
    for signal, default in plain.mapping(circuit.signals, f"{name}: signals", CircuitError).items():
        check_name(signal, f"{name}: the signal", CircuitError)
        plain.number(default, f"{name}: the default of signal '{signal}'", CircuitError)
    for bank, shape in plain.mapping(circuit.banks, f"{name}: banks", CircuitError).items():
        check_name(bank, f"{name}: the bank", CircuitError)
        if len(plain.listed(shape, f"{name}: sizes of bank '{bank}'", (int, np.integer), CircuitError)) != 2:
            raise CircuitError(f"{name}: bank '{bank}' has the sizes {shape}; give (patterns, features).")
        for size in shape:
            plain.whole(size, f"{name}: bank '{bank}' has a size", CircuitError, low=1)
    plain.listed(circuit.traces, f"{name}: traces", str, CircuitError)
    for group in groups:
        _check_group(group)
    for connection in connections:
        _check_connection(connection)
    _check_objects(circuit)


def check_quantity(value: Any, what: str, unit: Quantity = second, low: float | None = None) -> None:
    """Check that a value is a finite quantity with that unit, above 0 (or at least `low`).

    Raises
    ------
    CircuitError
        If it is not.

    Examples
    --------
    >>> check_quantity(0.02, "CTX: tau")
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.CircuitError: CTX: tau is 0.02; expected one quantity in s, such as 1*ms.
    """
    if not isinstance(value, Quantity) or get_dimensions(value) != unit.dim or np.ndim(value):
        example = "1*ms" if unit is second else f"1*{unit}"
        raise CircuitError(f"{what} is {plain.shown(value)}; expected one quantity in {unit}, such as {example}.")
    if not np.isfinite(float(value)) or (float(value) <= 0 if low is None else float(value) < low):
        allowed = "above 0" if low is None else f"of {low:g} or more"
        raise CircuitError(f"{what} is {plain.shown(value)}; expected a finite quantity {allowed}.")


def _check_group(group: Group) -> None:
    plain.whole(group.size, f"{group.name}: size is", CircuitError, low=1)
    for field in ("threshold", "refractory"):
        if getattr(group, field) is not None:
            plain.text(getattr(group, field), f"{group.name}: {field}", CircuitError)
    _check_part(group, ("equations", "reset", "method"), ("events", "on_own_event"))


def _check_connection(connection: Connection) -> None:
    name = connection.name
    for end in ("i", "j"):
        index = getattr(connection, end)
        if not isinstance(index, np.ndarray) or index.ndim != 1 or index.dtype.kind not in "iu":
            raise CircuitError(
                f"{name}: the indices {end} are {plain.shown(index)}; expected an array of whole numbers of shape (n,)."
            )
    if connection.delay is not None:
        check_quantity(connection.delay, f"{name}: delay", low=0.0)
    for variable, values in plain.mapping(connection.fixed, f"{name}: fixed", CircuitError).items():
        check_name(variable, f"{name}: the fixed variable", CircuitError, OF_SYNAPSES)
        plain.numbers(values, f"{name}: fixed values of '{variable}'", CircuitError)
    texts = ("source", "target", "equations", "on_pre", "on_pre_undelayed", "on_post")
    _check_part(connection, texts, ("on_event", "on_target_event"), OF_SYNAPSES)


def _check_part(
    part: Group | Connection, texts: tuple[str, ...], codes: tuple[str, ...], reserved: frozenset[str] = frozenset()
) -> None:
    from spiking_engrams.circuit.circuit import Regular

    name = plain.text(part.name, "The name of a group or connection", CircuitError)
    for field in texts:
        plain.text(getattr(part, field), f"{name}: {field}", CircuitError)
    for variable in DEFINED.findall(part.equations):
        check_name("".join(variable), f"{name}: the variable", CircuitError, reserved)
    for field in (*codes, "links"):
        for key, value in plain.mapping(getattr(part, field), f"{name}: {field}", CircuitError).items():
            plain.text(value, f"{name}: {field} of '{key}'", CircuitError)
    for constant, value in plain.mapping(part.constants, f"{name}: constants", CircuitError).items():
        check_name(constant, f"{name}: the constant", CircuitError, reserved)
        _check_number(value, f"{name}: constant '{constant}'")
    for variable, value in plain.mapping(part.initial, f"{name}: initial", CircuitError).items():
        if not isinstance(value, Draw):
            _check_numbers(value, f"{name}: the initial value of '{variable}'")
    plain.listed(part.regular, f"{name}: regular operations", Regular, CircuitError)
    plain.listed(part.slow, f"{name}: slow variables", str, CircuitError)


def _check_numbers(value: Any, what: str) -> None:
    """Raise unless a value is a finite number or array, with or without a unit."""
    plain.numbers(np.asarray(value) if isinstance(value, Quantity) else value, what, CircuitError)


def _check_number(value: Any, what: str) -> None:
    _check_numbers(value, what)
    if np.ndim(value):
        raise CircuitError(f"{what} is {plain.shown(value)}; a constant must be one number; otherwise use `initial`.")


def _check_objects(circuit: Circuit) -> None:
    """Raise if two objects of the program would have the same name."""
    names = {part.name for part in circuit.parts}
    given = {f"signal_{name}" for name in (*circuit.signals, "alive")} | {f"bank_{name}" for name in circuit.banks}
    taken = given | set(GIVEN) | {f"{name}{end}" for name in names for end in MADE}
    if clash := sorted(names & taken):
        raise CircuitError(
            f"{circuit.name}: a group or connection is named '{clash[0]}', like something else in its program; "
            "rename it."
        )
