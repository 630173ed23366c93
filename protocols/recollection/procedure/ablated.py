"""What is taken away in the ablations of recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from protocols.recollection.procedure.conditions import remembering, shuffled
from protocols.recollection.procedure.subject import Rememberer
from spiking_engrams.synapses.path_trace import FOR_GOOD

FRACTIONS = {"10": 0.1, "1": 0.01, "0.5": 0.005, "0.2": 0.002}  # percent of a layer bound at most; others: 2
OFFSETS = {"0.1": 0.1, "0.2": 0.2, "0.3": 0.3}  # taken from every weight of the way back
# those that need a program of their own
BUILDS = ("argmax", "ohmic", "rectified", "concepts", "both", "inhibited", "uninhibited")


def changes(name: str, parameters: recollection.Parameters) -> dict[str, str | float]:
    """Return the parameters that an ablation changes."""
    convolutions = list(readout.convolutions(parameters))
    second, top = convolutions[1], convolutions[-1]
    every: dict[str, dict[str, str | float]] = {
        "argmax": {"traces.kind": "argmax"},
        "ohmic": {"backward.kind": "ohmic"},
        "rectified": {"backward.kind": "rectified"},
        "concepts": {"pointers.layers": top},
        "both": {"pointers.layers": f"{second} {top}"},
        "inhibited": {"backward.inhibition": 1.0},
        "uninhibited": {"backward.inhibition": 0.0},
    }
    return every[name]


def without_traces(subject: Rememberer, state: Any) -> dict[str, Any]:
    """Return states in which all synapses conduct, in which traces are shuffled, and in which they decay."""
    paths = remembering(subject, ".path")
    everywhere = {name: np.full_like(state[name], FOR_GOOD) for name in paths}
    return {
        "no_traces": readout.changed(state, everywhere),
        "shuffled_traces": shuffled(subject, state, paths),
        "decaying": subject.memorised("episodes_decaying", keep=False)[0],
    }
