"""Sounds: patterns of another modality, a part of which can remind the network of an episode.

The neurons of a pattern fire when it is presented, at the start of a step. When a pointer is recruited, its couplings
to them become strong in one shot. Later, with closed eyes, they drive pointers, in units of the length of these
couplings, and the pointer with the most evidence can be cued, as by an image.
"""

from __future__ import annotations

from networks.naming.feature_layers import ImageTime
from networks.recollection.backward import EYES_CLOSED
from networks.recollection.parameters import WithWayBack
from spiking_engrams.circuit.circuit import Connection, Group, all_to_all

SIGNALS = {"sounds_index": -1.0}  # presented pattern, -1: none
HEARS = "heard/sqrt(n_sounds + 1e-12)"  # of a pointer


def bank(parameters: WithWayBack, n_patterns: int) -> dict[str, tuple[int, int]]:
    """Return the bank of patterns."""
    return {"sounds": (n_patterns, parameters.pointers.sounds)}


def sound_layer(parameters: WithWayBack, time: ImageTime) -> tuple[Group, Connection]:
    """Return the neurons of the other modality, and their couplings to pointers."""
    n, n_pointers = parameters.pointers.sounds, parameters.pointers.n
    fires = "int(sounds_index(t) >= 0)*sounds(sounds_index(t)*second, i)"
    group = Group(
        name="sounds",
        size=n,
        equations="",
        threshold=f"sounds_index(t) > -0.5 and alive(t) > 0.5 and abs({time.position}) < 0.5 and {fires} > 0.5",
        about={"role": "another modality", "model": "fires when its pattern is presented"},
    )
    i, j = all_to_all(n, n_pointers)
    couplings = Connection(
        "sounds_pointers", "sounds", "pointers", i, j, "w : 1  # coupling",
        on_pre=f"""
binds = recruited_post*(1 - w)
w = w + binds
n_sounds_post += binds
heard_post += w*int({EYES_CLOSED})""",
        initial={"w": 0.0}, slow=("w",),
        about={"rule": "bound in one shot to the pointer that is recruited"},
    )  # fmt: skip
    return group, couplings
