"""Bistable homeostasis of synapses during sleep: cubic growth with a strong Allee effect."""

from __future__ import annotations

from dataclasses import dataclass

from spiking_engrams.circuit.circuit import Value
from spiking_engrams.errors import CircuitError
from spiking_engrams.values import plain


@dataclass(frozen=True)
class AlleeHomeostasis:
    """Homeostasis that moves a weight towards 0 or its capacity at each presynaptic spike in sleep.

    ``dw = clip(r w (1 - w/K)(w/T - 1), -limit, limit)`` per spike; 0 and K are stable, T is the watershed
    (Werne, Chadwick & Series 2026, code; there once per 100 ms step of an active cell).

    Attributes
    ----------
    gate
        Expression in the synapse that is 1 in sleep and 0 otherwise.
    threshold
        Expression of T in the synapse.
    capacity
        K.
    rate_per_spike, limit
        r and the largest change, both per spike.
    reads
        Variables of the modulator that `gate` and `threshold` use.

    Examples
    --------
    >>> rule = AlleeHomeostasis("asleep", "0.6", capacity=1.5, rate_per_spike=0.05, limit=0.02)
    >>> rule.constants()
    {'capacity': 1.5, 'allee_rate': 0.05, 'allee_limit': 0.02}
    >>> rule.code("W", "inverse_p", "scale").splitlines()[1]
    'w_step = clip(allee_rate*w_now*(1 - w_now/capacity)*(w_now/(0.6) - 1), -allee_limit, allee_limit)'
    """

    gate: str
    threshold: str
    capacity: float
    rate_per_spike: float
    limit: float
    reads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        plain.number(self.capacity, "Homeostasis: capacity", CircuitError, above=0)
        plain.number(self.rate_per_spike, "Homeostasis: rate_per_spike", CircuitError)
        plain.number(self.limit, "Homeostasis: limit", CircuitError, low=0)

    def constants(self) -> dict[str, Value]:
        """Return the constants that the synapses declare."""
        return {
            "capacity": self.capacity,
            "allee_rate": self.rate_per_spike,
            "allee_limit": self.limit,
        }

    def code(self, weight: str, marginals: str, scale: str) -> str:
        """Return presynaptic code that applies the map to the joint trace ``q`` of a BCPNN synapse.

        Parameters
        ----------
        weight
            Expression of the linear weight W.
        marginals
            Expression of ``1/(p_i p_j)``.
        scale
            Shared decay of the projection.
        """
        growth = f"allee_rate*w_now*(1 - w_now/capacity)*(w_now/({self.threshold}) - 1)"
        return (
            f"w_now = {weight}\n"
            f"w_step = clip({growth}, -allee_limit, allee_limit)\n"
            f"q += {self.gate}*clip(w_step, -w_now, allee_limit)/({marginals}*(1 - p_min*p_min)*{scale})"
        )
