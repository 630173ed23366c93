"""Checks of a circuit before anything is built; each error is one clear sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from spiking_engrams.circuit.initial import Draw, n_elements
from spiking_engrams.circuit.values import check_values
from spiking_engrams.errors import CircuitError, unknown_name

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit, Connection, Group


def check(circuit: Circuit) -> None:
    """Raise if parts of a circuit do not fit together.

    Raises
    ------
    CircuitError
        For values of the wrong type or unit, duplicate names, wrong indices, shapes or steps, and
        equations that cannot be handed over.
    UnknownNameError
        For a group that does not exist.
    """
    check_values(circuit)
    names = [part.name for part in circuit.parts]
    for name in (circuit.name, *names):
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
            raise CircuitError(f"{circuit.name}: '{name}' cannot be a name; use letters, digits and _.")
    for name in names:
        if names.count(name) > 1:
            raise CircuitError(f"{circuit.name}: two objects are named '{name}'; names must be unique.")
    groups = {group.name: group for group in circuit.groups}
    for group in circuit.groups:
        if unknown := [event for event in group.spike_events if event not in group.events]:
            raise unknown_name(f"event of {group.name}, among its spike_events", unknown[0], list(group.events))
    for connection in circuit.connections:
        for end in (connection.source, connection.target):
            if end not in groups:
                raise unknown_name(f"group of connection {connection.name}", end, list(groups))
        _check_indices(connection, groups[connection.source].size, groups[connection.target].size)
        _check_events(connection, groups[connection.source], groups[connection.target])
    for part in circuit.parts:
        _check_hand_over(part)
        _check_initial(part)
        for name, origin in part.links.items():
            _check_link(f"link {name} of {part.name}", origin, part, groups)
    for trace in circuit.traces:
        _check_origin("trace", trace, groups)
    _check_steps(circuit)


def _check_steps(circuit: Circuit) -> None:
    ratio = float(circuit.step) / float(circuit.dt)
    if ratio < 1 or abs(ratio - round(ratio)) > 1e-9:
        raise CircuitError(f"{circuit.name}: step {circuit.step} must be a whole multiple of dt {circuit.dt}.")
    if not 1 <= circuit.guard_steps < circuit.max_steps:
        raise CircuitError(
            f"{circuit.name}: guard_steps is {circuit.guard_steps}, max_steps {circuit.max_steps}; "
            "required: 1 <= guard_steps < max_steps."
        )
    delays = [float(c.delay) for c in circuit.connections if c.delay is not None]
    if delays and max(delays) >= circuit.guard_steps * float(circuit.step):
        raise CircuitError(
            f"{circuit.name}: the longest delay, {max(delays):g} s, does not fit into the silent guard of "
            f"{circuit.guard_steps} step(s) of {circuit.step}; raise guard_steps."
        )


def _check_indices(connection: Connection, n_source: int, n_target: int) -> None:
    i, j = connection.i, connection.j
    if len(i) != len(j) or len(i) == 0:
        raise CircuitError(f"{connection.name}: needs as many source ({len(i)}) as target ({len(j)}) indices, >= 1.")
    for index, size, end in ((i, n_source, "source"), (j, n_target, "target")):
        if index.min() < 0 or index.max() >= size:
            raise CircuitError(
                f"{connection.name}: {end} indices run from {index.min()} to {index.max()}, "
                f"but the {end} group has {size} neurons."
            )


def _check_events(connection: Connection, source: Group, target: Group) -> None:
    wanted = [("spike", source)] if connection.on_pre or connection.on_pre_undelayed else []
    wanted += [("spike", target)] if connection.on_post else []
    wanted += [(event, source) for event in connection.on_event]
    wanted += [(event, target) for event in connection.on_target_event]
    for event, group in wanted:
        known = [*(["spike"] if group.threshold else []), *group.events]
        if event not in known:
            raise CircuitError(
                f"{connection.name}: has code for the event '{event}' of '{group.name}', whose events are: "
                f"{', '.join(known) or 'none'}; give '{group.name}' a threshold or that event."
            )


def _check_hand_over(part: Group | Connection) -> None:
    """Reject what a state cannot carry: Brian2 stores the time of the last update as absolute time."""
    if re.search(r"\(\s*event-driven", part.equations):
        raise CircuitError(
            f"{part.name}: equations marked (event-driven) cannot be handed over between phases; write the "
            "decay in closed form (see synapses/bcpnn.py) or on a clock."
        )


def _check_initial(part: Group | Connection) -> None:
    for name, value in getattr(part, "fixed", {}).items():
        if np.shape(value) != (n_elements(part),):
            raise CircuitError(
                f"{part.name}: fixed values of '{name}' have shape {np.shape(value)}; expected ({n_elements(part)},)."
            )
    for name, value in part.initial.items():
        if isinstance(value, Draw):
            continue
        if np.ndim(value) and np.shape(value) != (n_elements(part),):
            raise CircuitError(
                f"{part.name}: the initial value of '{name}' has shape {np.shape(value)}; expected a "
                f"number, a Draw or shape ({n_elements(part)},)."
            )


def split_link(origin: str) -> tuple[str, str, str | None]:
    """Return group, variable and index variable of ``"group.variable"`` (index None) or ``"group.variable[index]"``.

    Examples
    --------
    >>> split_link("modulator.acetylcholine"), split_link("hypercolumn.inhibition[column]")
    (('modulator', 'acetylcholine', None), ('hypercolumn', 'inhibition', 'column'))
    """
    group, _, rest = origin.partition(".")
    variable, _, index = rest.removesuffix("]").partition("[")
    return group, variable, index or None


def _check_link(what: str, origin: str, part: Group | Connection, groups: dict[str, Group]) -> None:
    _, _, index = split_link(origin)
    size = _check_origin(what, origin, groups)
    if index is None:
        if size != 1:
            raise CircuitError(
                f"{what}: '{origin}' has {size} elements; read from a group of one, or give '{origin}[index]' with an "
                f"integer constant of {part.name}."
            )
        return
    values = {**part.initial, **getattr(part, "fixed", {})}.get(index)
    if values is None or isinstance(values, Draw) or np.any(np.asarray(values) != np.rint(values)):
        raise CircuitError(
            f"{what}: '{origin}' needs initial values of '{index}' in {part.name} to select elements by number."
        )
    if np.min(np.asarray(values)) < 0 or np.max(np.asarray(values)) >= size:
        raise CircuitError(
            f"{what}: '{index}' runs from {np.min(np.asarray(values))} to {np.max(np.asarray(values))}, but "
            f"'{origin.partition('.')[0]}' has {size} elements."
        )


def _check_origin(what: str, origin: str, groups: dict[str, Group]) -> int:
    """Return the size of the group that ``"group.variable"`` names."""
    name, variable, _ = split_link(origin)
    if not variable:
        raise CircuitError(f"{what}: '{origin}' is not of the form 'group.variable'.")
    if name not in groups:
        raise unknown_name(f"group of {what} '{origin}'", name, list(groups))
    return groups[name].size
