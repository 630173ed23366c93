"""Size of a converted circuit, before anything is built."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from networks.converted.parameters import Parameters
from networks.converted.weights import Stage, converted_stages
from networks.naming.layers import n_synapses
from networks.recollection.pointers import RANKS
from spiking_engrams.errors import ParameterError

BYTES_PER_SYNAPSE = 100  # peak of the program and of Python together: 3.3 GB for the 32 million of AlexNet at 64 pixels
BASE_MB = 300


def estimate(parameters: Parameters) -> dict[str, float]:
    """Return ``neurons``, ``synapses`` and ``memory_mb`` (expected) of the circuit, without building it.

    Raises
    ------
    ParameterError
        If the weights cannot be read or do not fit the size of the images.

    Examples
    --------
    >>> from networks.converted import Parameters
    >>> estimate(Parameters())["neurons"]
    7946
    """
    return estimate_of(parameters, converted_stages(parameters))


def estimate_of(parameters: Parameters, found: Sequence[Stage]) -> dict[str, float]:
    """Return the same for layers that have already been read."""
    p, signs, first = parameters, parameters.signs, found[0]
    neurons = signs * int(np.prod(first.below)) + sum(int(np.prod(s.shape)) for s in found)
    bound = sum(int(np.prod(s.shape)) for s in found if s.name in p.pointers.layers.split())
    synapses = sum(n_synapses(s.below, s.layer) for s in found) + (signs - 1) * n_synapses(first.below, first.layer)
    synapses += bound * (p.pointers.n + RANKS + 2) + p.pointers.n * (p.names.n + p.pointers.sounds + 1)
    return {
        "neurons": neurons,
        "synapses": synapses,
        "memory_mb": round(BASE_MB + BYTES_PER_SYNAPSE * synapses / 1e6),
    }


def check_fits(parameters: Parameters, found: Sequence[Stage]) -> None:
    """Raise if the circuit needs more memory than allowed.

    Raises
    ------
    ParameterError
        With the estimate, and ways to make it smaller.
    """
    size = estimate_of(parameters, found)
    allowed = 1000 * parameters.memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    if size["memory_mb"] > allowed:
        raise ParameterError(
            f"The circuit would have {size['neurons']:,} neurons and {size['synapses']:,} synapses and take about "
            f"{size['memory_mb'] / 1000:.1f} GB; allowed are {allowed / 1000:.1f} GB. Show smaller images (height, "
            "width), end at a lower layer (--set last=NAME), or use fewer pointers (pointers.n)."
        )
