"""Places: neurons that represent locations, with which a cue can select a part of an episode.

When a location is cued, the place neurons within a radius of it fire once, before cued pointers do, and let pointers
act only on the neurons of a bound layer at their own location. Without such a cue pointers act everywhere.
"""

from __future__ import annotations

import numpy as np

from networks.naming.feature_layers import ImageTime
from networks.naming.layers import Shape
from networks.recollection.backward import EYES_CLOSED
from spiking_engrams.circuit.circuit import Connection, Group, Regular
from spiking_engrams.synapses.part import Part

SIGNALS = {  # and their values without a schedule
    "place_row": 0.0,  # cued location, from the upper left corner, in heights of the image
    "place_column": 0.0,
    "place_radius": 0.0,  # around it; 0: no location is cued
}
ASKED = "int(place_radius(t) > 0)"
REACHED = f"clip(attended_post + 1 - {ASKED}, 0, 1)"  # 1 where a cued pointer acts


def attended() -> Part:
    """Return the part that neurons of a bound layer need."""
    return Part(
        equations="attended : 1  # 1 once a place neuron at its location fired",
        regular=(Regular("attended = 0", slow=True),),
    )


def place_layer(layer: str, shape: Shape, time: ImageTime, bin_: int) -> tuple[Group, Connection]:
    """Return the place neurons of a layer, which fire at the start of a bin, and their connection to it."""
    n_maps, height, width = shape
    rows, columns = np.mgrid[:height, :width]
    near = "(row - place_row(t))**2 + (column - place_column(t))**2 <= place_radius(t)**2"
    places = Group(
        name=f"{layer}_places",
        size=height * width,
        equations="row : 1 (constant)  # location, in heights of the image\ncolumn : 1 (constant)",
        initial={"row": (rows.ravel() + 0.5) / height, "column": (columns.ravel() + 0.5) / height},
        threshold=f"{ASKED} > 0.5 and {near} and abs({time.position} - {bin_ * time.bin_steps}) < 0.5 "
        f"and {EYES_CLOSED} and alive(t) > 0.5",
        about={"role": f"locations of {layer}, one neuron for each", "model": "fires when its location is cued"},
    )
    sites = np.arange(height * width, dtype=np.int32)
    connection = Connection(
        f"{layer}_places_{layer}", places.name, layer, np.repeat(sites, n_maps),
        (sites[:, None] + height * width * np.arange(n_maps, dtype=np.int32)).ravel(),
        on_pre="attended_post = 1", about={"rule": "lets pointers act at a location"},
    )  # fmt: skip
    return places, connection
