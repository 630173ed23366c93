"""The naming network: from an image to concept neurons, and from their spikes back to a name.

Layers compete and pool (`feature_layers`), kernels are learned by STDP (`learning`), names by couplings that are read
backwards (`names`): all in one program, so that kernels and couplings are parts of one state.

Weight sharing: a synapse holds the index of its element in the kernel of its layer, a group of shared weights.
"""

from __future__ import annotations

from typing import Any

from networks.naming.feature_layers import Place, conv_layer, input_group, layer_name, pool_layer
from networks.naming.layers import Conv, Layer, Shape, parse_layers
from networks.naming.learning import kernel_learning
from networks.naming.names import SIGNALS, closed, experience, name_layer
from networks.naming.parameters import Parameters
from spiking_engrams.circuit import Circuit, Connection, Group
from spiking_engrams.errors import ParameterError
from spiking_engrams.synapses.part import extend

DELAYS = 2  # time steps from the input of a convolution to its spikes; 1 of a pooling layer


def build(parameters: Parameters | None = None, neuron: Any = None) -> Circuit:
    """Return the circuit, which sees one image per step of the schedule.

    Traces are the potentials of the last layer, and of the name neurons, at the end of each image.
    """
    if neuron is not None:
        raise ParameterError(
            f"The naming network takes no neuron model yet ({neuron.name} was given): its neurons are non-leaky "
            "integrate-and-fire. Leave --neuron out."
        )
    p = parameters or Parameters()
    layers = parse_layers(p.layers)
    last, n_positions = time_steps(p, layers)
    shape: Shape = (p.channels, p.height, p.width)
    n_inputs = p.channels * p.height * p.width
    groups, connections, source = [input_group(shape, n_positions)], list[Connection](), "input"
    for number, layer in enumerate(layers, start=p.first_layer):
        top = number == p.first_layer + len(layers) - 1
        name = layer_name(number, layer)
        place = Place(number, name, source, shape, n_positions, last, p.names.threshold if top else None)
        new_groups, new_connections = _layer(place, layer, p)
        groups += new_groups
        connections += new_connections
        source, shape = name, layer.output(shape)
    return Circuit(
        name="naming",
        neuron="IF",
        parameters=p,
        dt=p.dt,
        step=n_positions * p.dt,
        groups=tuple(groups),
        connections=tuple(connections),
        signals={"images_index": -1.0, "training": 0.0, "potentiation": 0.0, "depression": 0.0}
        | SIGNALS | {"acetylcholine": closed(p.names)},
        banks={"images": (p.max_images, n_inputs)},
        traces=(f"{source}.v", "names.v"),
        max_steps=p.max_images + 1,
        inputs=(
            ("images", "rank-order latencies: every pixel with contrast fires once"),
            ("names", "a name neuron fires in every time step while its name is heard"),
        ),
        measurements=(("spikes", "of every population"), ("v", f"potentials of {source} and names after each image")),
    )  # fmt: skip


def time_steps(parameters: Parameters, layers: tuple[Layer, ...]) -> tuple[int, int]:
    """Return the last time step in which concept neurons fire, and the number of time steps of an image.

    Published are as many steps as bins, layers and one more; here every convolution below the last takes one more.
    """
    n_convs = sum(isinstance(layer, Conv) for layer in layers)
    last = parameters.last_step or parameters.retina.n_bins + len(layers) + n_convs - 1
    return last, max(last + 4, parameters.retina.n_bins + 2 + len(layers) + n_convs)


def _layer(place: Place, layer: Layer, p: Parameters) -> tuple[list[Group], list[Connection]]:
    if not isinstance(layer, Conv):
        return pool_layer(place, layer)
    (sites, neurons), (inward, closing) = conv_layer(place, layer)
    learning, competition = kernel_learning(place, layer, p.learning)
    if place.concept_threshold is None:
        return [sites, neurons, *learning], [inward, closing, *competition]
    naming, couplings = name_layer(place, layer, p.names)
    return [sites, extend(neurons, experience()), *learning, *naming], [inward, closing, *competition, *couplings]
