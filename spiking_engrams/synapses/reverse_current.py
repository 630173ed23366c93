"""Reverse currents: a spike of the postsynaptic neuron runs backwards along a chemical synapse (Ben Houidi 2024).

The presynaptic neuron receives a current proportional to the weight of the synapse, while the backward pathway is open
and to the extent that the synapse carried what is recalled.
"""

from __future__ import annotations

from dataclasses import replace

from spiking_engrams.circuit.circuit import Connection


def reverse_current(connection: Connection, event: str, weight: str, path: str, gate: str, gain: float) -> Connection:
    """Return the connection with a backward pathway: each spike of its target adds to ``back`` of its sources.

    Parameters
    ----------
    connection
        Forward projection.
    event
        Event of the target that marks its spikes while the pathway may be open, so that other spikes cost nothing.
    weight, path, gate
        Expressions for the weight of the synapse, for how far it was on the path, and for how far the pathway is open.
    gain
        Current of a spike along a synapse of weight 1.

    Examples
    --------
    >>> from spiking_engrams.circuit import Connection
    >>> forward = Connection("A_B", "A", "B", [0, 1], [1, 0], equations="w : 1", on_pre="v_post += w")
    >>> both = reverse_current(forward, "recall", weight="w", path="1", gate="open", gain=0.2)
    >>> both.on_target_event
    {'recall': 'back_pre += open*back_gain*w*1'}
    """
    code = f"back_pre += {gate}*back_gain*{weight}*{path}\n{connection.on_target_event.get(event, '')}".strip()
    return replace(
        connection,
        on_target_event={**connection.on_target_event, event: code},
        constants={**connection.constants, "back_gain": gain},
    )
