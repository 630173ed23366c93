"""Exponential synaptic currents, normalised to the reference rate."""

from __future__ import annotations

import numpy as np
from brian2 import Quantity
from brian2.units import hertz

from spiking_engrams.circuit.circuit import Connection, Initial, Regular
from spiking_engrams.circuit.values import check_quantity
from spiking_engrams.errors import CircuitError
from spiking_engrams.synapses.bcpnn import AFTER_MODULATOR
from spiking_engrams.synapses.part import Part
from spiking_engrams.values import plain
from spiking_engrams.values.names import check_name


def current(name: str, tau: Quantity, rate: Quantity, dt: Quantity, gate: str = "") -> Part:
    """Return an exponential synaptic current that averages 1 for one input of weight 1 at the reference rate.

    A presynaptic spike adds ``<name>_jump`` times its weight. The jump is normalised on the time grid, so the mean
    does not depend on `dt`.

    Parameters
    ----------
    name
        Name of the current's variable.
    tau, rate, dt
        Time constant of the decay, reference rate, and time step of the circuit.
    gate
        Expression in the group: the current decays only while it is 1; always, if empty.

    Raises
    ------
    CircuitError
        If the name cannot be that of a variable, or a value has the wrong unit.

    Examples
    --------
    >>> from brian2 import Hz, ms
    >>> part = current("g_in", 10 * ms, 50 * Hz, 1 * ms)
    >>> {name: round(value, 4) for name, value in part.constants.items()}
    {'g_in_decay': 0.9048, 'g_in_jump': 1.9033}
    """
    check_name(name, "a current", CircuitError)
    check_quantity(tau, f"current {name}: tau")
    check_quantity(dt, f"current {name}: dt")
    check_quantity(rate, f"current {name}: rate", hertz)
    decay = float(np.exp(-dt / tau))
    factor = f"(1 - {gate}*(1 - {name}_decay))" if gate else f"{name}_decay"
    return Part(
        equations=f"{name} : 1  # synaptic current, 1 for one input of weight 1 at the reference rate",
        constants={f"{name}_decay": decay, f"{name}_jump": (1 - decay) / float(rate * dt)},
        regular=(Regular(f"{name} *= {factor}", when="after_groups", order=AFTER_MODULATOR),),
    )


def static(
    name: str,
    source: str,
    target: str,
    ends: tuple[np.ndarray, np.ndarray],
    port: str,
    weight: float | None = None,
    weights: Initial | None = None,
    delay: Quantity | None = None,
    **about: str,
) -> Connection:
    """Return synapses without plasticity onto the current `port` of the target.

    Parameters
    ----------
    name, source, target
        Names of the connection and of its groups.
    ends
        Indices of source and target neurons, each ``(n_synapses,)``.
    port
        Name of a `current` of the target.
    weight, weights
        One weight for all synapses, or one for each (drawn with the initial state).
    delay
        From a presynaptic spike to its effect; none if None.
    about
        Further entries of the model tables.

    Raises
    ------
    CircuitError
        If both `weight` and `weights` are given, or `ends` are not two arrays.

    Examples
    --------
    >>> from spiking_engrams.circuit import all_to_all
    >>> connection = static("A_B", "A", "B", all_to_all(2, 3), "g_in", weight=0.5)
    >>> connection.on_pre, len(connection.i), connection.constants
    ('g_in_post += efficacy*weight*g_in_jump_post', 6, {'efficacy': 1.0, 'weight': 0.5})
    """
    shared = weight is not None
    if weight is not None:
        plain.number(weight, f"{name}: weight", CircuitError)
    if shared and weights is not None:
        raise CircuitError(f"{name}: give weight (one for all synapses) or weights (one for each), not both.")
    if len(plain.listed(ends, f"{name}: ends", object, CircuitError)) != 2:
        raise CircuitError(f"{name}: ends are {plain.shown(ends)}; give the indices of sources and of targets.")
    return Connection(
        name=name,
        source=source,
        target=target,
        i=ends[0],
        j=ends[1],
        equations="" if shared else "weight : 1",
        on_pre=f"{port}_post += efficacy*weight*{port}_jump_post",
        delay=delay,
        constants={"efficacy": 1.0} | ({"weight": float(weight)} if weight is not None else {}),
        initial={} if weights is None else {"weight": weights},
        about={"rule": "static", "weight": f"{weight:g}" if weight is not None else _text(weights), **about},
    )


def _text(weights: Initial | None) -> str:
    if hasattr(weights, "distribution"):
        return f"{weights.distribution}{weights.arguments}"  # type: ignore[union-attr]
    return "given"
