"""Reverse currents: a spike of the postsynaptic neuron runs backwards along a chemical synapse (Ben Houidi 2024).

The presynaptic neuron gets a current in proportion to the weight of the synapse, while the path is open and as far as
the synapse carried what is recalled.
"""

from __future__ import annotations

from dataclasses import replace

from spiking_engrams.circuit.circuit import Connection


def reverse_current(connection: Connection, event: str, weight: str, path: str, gate: str, gain: float) -> Connection:
    """Return the connection with a backward path: each spike of its target adds to ``back`` of its sources.

    Parameters
    ----------
    event
        Event of the target that stands for its spikes while the path may be open, so that others cost nothing.
    weight, path, gate
        Expressions for the weight of the synapse, for how far it was on the path, and for how far the path is open.
    gain
        Current of a spike along a synapse of weight 1.
    """
    code = f"back_pre += {gate}*back_gain*{weight}*{path}\n{connection.on_target_event.get(event, '')}".strip()
    return replace(
        connection,
        on_target_event={**connection.on_target_event, event: code},
        constants={**connection.constants, "back_gain": gain},
    )
