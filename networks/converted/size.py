"""How large a converted circuit is, before anything is built."""

from __future__ import annotations

import os

import numpy as np

from networks.converted.layers import Kernels
from networks.converted.parameters import Parameters
from networks.converted.weights import Stage, n_channels, read, stages
from networks.naming.layers import conv_synapses, pool_synapses
from networks.recollection.pointers import RANKS
from spiking_engrams.errors import ParameterError

BYTES_PER_SYNAPSE = 100  # peak of the program and of Python together: 3.3 GB for the 32 million of AlexNet at 64 pixels
BASE_MB = 300


def estimate(parameters: Parameters) -> dict[str, float]:
    """Return neurons, synapses and expected memory (MB) of the circuit, without building it."""
    p = parameters
    trained = read(p.weights, p.layers)
    found = stages(trained, (p.height, p.width), p.last)
    signs = 2 if p.mean else 1
    neurons = signs * n_channels(trained) * p.height * p.width + sum(int(np.prod(s.shape)) for s in found)
    bound = sum(int(np.prod(s.shape)) for s in found if s.name in p.pointers.layers.split())
    synapses = sum(map(_synapses, found)) + (signs - 1) * _synapses(found[0])
    synapses += bound * (p.pointers.n + RANKS) + p.pointers.n * (p.names.n + 1)
    return {
        "neurons": neurons,
        "synapses": synapses,
        "memory_mb": round(BASE_MB + BYTES_PER_SYNAPSE * synapses / 1e6),
    }


def check_fits(parameters: Parameters) -> None:
    """Raise if the circuit needs more memory than it may take.

    Raises
    ------
    ParameterError
        With the estimate, and what would make it smaller.
    """
    size = estimate(parameters)
    allowed = 1000 * parameters.memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    if size["memory_mb"] > allowed:
        raise ParameterError(
            f"The circuit would have {size['neurons']:,} neurons and {size['synapses']:,} synapses and take about "
            f"{size['memory_mb'] / 1000:.1f} GB; allowed are {allowed / 1000:.1f} GB. Show smaller images (height, "
            "width), end at a lower layer (--set last=NAME), or use fewer pointers (pointers.n)."
        )


def _synapses(stage: Stage) -> int:
    """Return how many synapses a layer has, from the pairs that one map has with one map."""
    layer = stage.layer
    if stage.pools:
        return len(pool_synapses((1, *stage.below[1:]), layer)[0]) * stage.below[0]
    one = Kernels(layer.name, 1, layer.sizes, layer.stride, layer.pad)
    return len(conv_synapses((1, *stage.below[1:]), one)[0]) * stage.below[0] * layer.n_maps
