"""The recollection network: the naming network with a backward pathway from pointers to the lowest layer.

Perception runs forward as in the naming network. Every forward projection has a backward pathway (`backward`), along
which spikes of the upper layer run down, and keeps a trace of the activity that ran up. Pointers (`pointers`) are bound
in one shot to the neurons of upper layers that fire first in an episode. In recall the eyes are closed and
acetylcholine opens the backward pathway: the cued pointer fires, the neurons bound to it fire, and so on down to the
input, whose spikes are the recalled image.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from networks import naming
from networks.naming.readout import named_layers, shapes
from networks.recollection import sounds
from networks.recollection.backward import BACK_DRIVE, EYES_CLOSED, conducting, recalling
from networks.recollection.inhibition import lateral
from networks.recollection.novelty import SIMILARITY
from networks.recollection.parameters import Parameters
from networks.recollection.phases import Phases
from networks.recollection.places import attended
from networks.recollection.pointers import SIGNALS, excitability, pointer_layer
from spiking_engrams.circuit.circuit import Circuit, Connection, Group, Regular
from spiking_engrams.neurons.models import resolve_neuron
from spiking_engrams.synapses.part import extend


def build(parameters: Parameters | None = None, neuron: Any = None) -> Circuit:
    """Return the circuit, which in each step of the schedule sees, retains or recalls for the duration of one image.

    Parameters
    ----------
    parameters
        All constants; `DIGITS` if None.
    neuron
        As for the naming network.

    Examples
    --------
    >>> from networks.recollection import Parameters
    >>> circuit = build(Parameters().replace({"pointers.n": 5, "names.n": 5}))
    >>> circuit.name, circuit.group("pointers").size, "pointers" in dict(circuit.inputs)
    ('recollection', 5, True)
    """
    p = parameters or Parameters()
    base = naming.build(p, neuron, also=BACK_DRIVE)
    layers = list(named_layers(p))
    places = dict(zip(layers, ["input", *layers[:-1]], strict=True))
    twins = {f"{below}_{layer}": layer for layer, below in places.items()}
    model = None if neuron is None else resolve_neuron(neuron)
    gains = np.array((model and p.backward.model_gains) or p.backward.gains)
    groups = tuple(
        recalling(group, p, base.phases.time, model) if group.name in ("input", *layers) else group
        for group in base.groups
    )
    bound = p.pointers.layers.split()
    groups = tuple(
        extend(group, excitability(group.name, group.size), attended()) if group.name in bound else group
        for group in groups
    )
    closing = {f"{layer}_{layer}_sites" for layer in layers}
    connections = tuple(
        _twin(each, p, layers.index(twins[each.name]), gains, base)
        if each.name in twins
        else replace(each, on_pre=f"open_post = open_post*int({EYES_CLOSED})")  # maps compete in perception only
        if each.name in closing
        else each
        for each in base.connections
    )
    new_groups, new_connections = pointer_layer(p, shapes(p), base.phases.time)
    return replace(
        base,
        name="recollection",
        groups=(*groups, life(), *new_groups),
        connections=(*connections, *_inhibition(p), *new_connections),
        signals={**base.signals, **SIGNALS},
        banks={**base.banks, **sounds.bank(p, p.max_images)},
        traces=(*base.traces, SIMILARITY),
        phases=Phases(p, base.phases.time),
        inputs=(
            *base.inputs,
            ("pointers", "a cued pointer fires in the first time steps of recall"),
            ("sounds", "each neuron of the presented pattern fires once"),
        ),
    )


def _twin(connection: Connection, p: Parameters, number: int, gains: np.ndarray, base: Circuit) -> Connection:
    """Return a forward projection to the layer of that number with its backward pathway.

    A neuron of a competing convolution fires one time step after it crosses its threshold.
    """
    convolves = "w" in connection.links
    weight = "(w - back_offset)" if convolves else "1"
    if convolves:
        connection = replace(connection, constants={**connection.constants, "back_offset": p.backward.offset})
    lag = 1.5 if convolves and number < len(gains) - 1 else 0.5
    return conducting(connection, p, float(gains[number]), weight, lag, base.phases.time, float(base.step))


def _inhibition(p: Parameters) -> list[Connection]:
    """Return the lateral inhibition in recall of the convolutions below the bound layers, if there is any."""
    if p.backward.inhibition == 0:
        return []
    layers, bound = list(named_layers(p)), p.pointers.layers.split()
    below = layers[: max(layers.index(layer) for layer in bound)]
    return [lateral(each, shapes(p)[each], p.backward.inhibition) for each in below if each.startswith("conv")]


def life() -> Group:
    """Return the clock of the network."""
    return Group(
        name="life",
        size=1,
        equations="age : 1  # steps of the circuit since birth",
        regular=(Regular("age = age + alive(t)", slow=True, order=-5),),
        slow=("age",),
        about={"role": "age, against which traces decay", "model": "clock"},
    )
