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
    """Return a synaptic current ``name`` that decays with `tau` and averages 1 for one input at `rate`.

    A presynaptic spike adds ``name_jump`` times its weight. The jump is normalised on the time grid, so the
    mean does not depend on `dt`. With a `gate`, an expression in the group, the current decays only while it is 1.
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
    ends
        Source and target indices.
    weight, weights
        One weight for all, or one per synapse (drawn with the initial state).
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
