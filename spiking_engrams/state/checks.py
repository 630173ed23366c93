"""Check that a state made or changed by a user fits a circuit: its names, shapes, types and units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spiking_engrams.errors import StateError
from spiking_engrams.state.state import State
from spiking_engrams.state.variable import Variable

MAX_NAMED = 5


def check_values(state: State, variables: Mapping[str, Variable], sizes: Mapping[str, int]) -> None:
    """Raise unless a state has every variable of a circuit, and no other, with values that fit.

    Parameters
    ----------
    state
        The state to check.
    variables
        Type of every state variable, ``"object.variable"``.
    sizes
        Number of neurons of each group and of synapses of each connection.

    Raises
    ------
    StateError
        If a variable, which the message names, is missing, unknown, or of another shape, type or unit.
    """
    given = state.values
    if missing := sorted(variables.keys() - given.keys()):
        raise StateError(
            f"The state lacks {_listed(missing)}; a state has a value of every variable. Make it from a complete "
            "one, with replace(state, values={**state.values, name: array})."
        )
    if unknown := sorted(given.keys() - variables.keys()):
        raise StateError(f"The state has {_listed(unknown)}, which the circuit does not have; leave it out.")
    for name, variable in variables.items():
        size = 1 if variable.scalar else sizes[name.partition(".")[0]]
        _check(name, given[name], variable, size)
        unit = state.units.get(name, variable.unit)
        if unit != variable.unit:
            raise StateError(
                f"'{name}' of the state is in {unit}, the circuit's in {variable.unit}; convert it to that unit."
            )


def _check(name: str, values: np.ndarray, variable: Variable, size: int) -> None:
    shapes = [(size,), ()] if size == 1 else [(size,)]
    if values.shape not in shapes:
        raise StateError(f"'{name}' of the state has shape {values.shape}; its shape in the circuit is ({size},).")
    wanted = np.dtype(variable.dtype)
    if values.dtype.kind not in "biuf":
        raise StateError(f"'{name}' of the state has values of type {values.dtype}; the circuit's are {wanted}.")
    if not np.isfinite(values).all():
        raise StateError(f"'{name}' of the state is not finite everywhere; replace what is infinite or not a number.")
    if values.dtype == wanted:
        return
    with np.errstate(all="ignore"):
        cast = values.astype(wanted)
    exact = wanted.kind == "f" or np.array_equal(cast, values)
    if not exact or not np.isfinite(cast).all():
        raise StateError(
            f"'{name}' of the state has values of type {values.dtype} that the circuit's {wanted} cannot hold; give "
            f"values of type {wanted}."
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more variables" if len(names) > MAX_NAMED else ""
    return ", ".join(f"'{name}'" for name in names[:MAX_NAMED]) + more
