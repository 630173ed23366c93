"""Lateral inhibition in recall: spikes of one map lower the potentials of the others at the same location.

In perception only one map fires at each location. Traces of many episodes lead back to several maps; those on the path
of the recalled episode receive most current and silence the others.
"""

from __future__ import annotations

import numpy as np

from networks.naming.layers import Shape
from networks.recollection.backward import RECALLS
from spiking_engrams.circuit.circuit import Connection


def lateral(layer: str, shape: Shape, strength: float) -> Connection:
    """Return the inhibition between the maps of a layer.

    Parameters
    ----------
    shape
        Shape of the layer: maps, height, width.
    strength
        Inhibition by a spike, in units of the threshold.
    """
    n_maps, height, width = shape
    source, target = np.nonzero(~np.eye(n_maps, dtype=bool))
    sites = np.arange(height * width)
    i, j = ((maps[:, None] * len(sites) + sites).ravel().astype(np.int32) for maps in (source, target))
    return Connection(
        f"{layer}_{layer}", layer, layer, i, j,
        on_event={RECALLS: "back_post -= inhibition*back_threshold_post"},
        constants={"inhibition": strength},
        about={"rule": "lateral inhibition across maps in recall"},
    )  # fmt: skip
