"""The naming network: from an image to concept neurons, and from their spikes back to a name.

Layers compete and pool (`feature_layers`), kernels are learned by STDP (`learning`), and names by couplings that are
read backwards (`names`). All of this is one program, so that kernels and couplings are parts of one state.

Weight sharing: a synapse holds the index of its element in the kernel of its layer, a group of shared weights that is
part of the state. Forms that were compared, with the 24.6 million synapses of the `PHOTO` preset on one core:

- index into shared weights (this form): 78 random images/s in the time loop and 43 including loading and data transfer
  (400 per run), 1.14 GB; 67 and 38 while the largest convolution learns (`python -m benchmarks.naming --preset photo`);
- a weight in every synapse, for the largest convolution alone: as fast (240 and 296 images/s in two runs, against 276
  and 296) and as large, but with 19.9 million weights in the state (`--plain`);
- a bank of patterns in place of the shared weights: 46 to 51 and 32 to 35 photographs/s in an earlier form of the
  network without learning and names, in which kernels were not part of the state.

Forms of learning that were compared:

- winners over the whole image change the shared weights in the program (this form): a support vector machine on the
  features of photographs reaches 0.958 ± 0.012 (five seeds, `feature_learning`; published: 0.938 ± 0.037 over 80);
- fixations: patches at random places are shown to one dense group of map neurons, each of which may win once per image.
  The first layer learns the same oriented edges and is much faster, but maps are forced to learn what others left over,
  and the features reach 0.823 (one seed, tried in NumPy only).
"""

from __future__ import annotations

import math
from typing import Any

from networks.naming.feature_layers import ImageTime, Place, conv_layer, input_group, pool_layer
from networks.naming.layers import Conv, Layer, Shape
from networks.naming.learning import kernel_learning
from networks.naming.names import SIGNALS, closed, experience, name_layer
from networks.naming.parameters import Parameters
from networks.naming.phases import Phases
from networks.naming.readout import convolutions, named_layers
from spiking_engrams.circuit.circuit import Circuit, Connection, Group
from spiking_engrams.errors import ParameterError
from spiking_engrams.neurons.calibration import calibrated
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.neurons.models import resolve_neuron
from spiking_engrams.synapses.part import extend

MAX_BINS = 31


def build(parameters: Parameters | None = None, neuron: Any = None, also: str = "") -> Circuit:
    """Return the circuit, which is shown one image per step of the schedule.

    Traces are the charges of the last layer, and the potentials of the name neurons, at the end of each image. Without
    layers the network consists of name neurons, and of concept neurons that repeat the spikes they are shown.

    Parameters
    ----------
    parameters
        All constants; `DIGITS` if None.
    neuron
        Neuron model of the convolutions, or its name; non-leaky integrate-and-fire neurons if None.
    also
        Further drive of neurons of a model; see `Place`.

    Raises
    ------
    ParameterError
        If an image lasts too long, or a threshold is 0 with neurons of a model.

    Examples
    --------
    >>> circuit = build()
    >>> circuit.name, circuit.neuron, circuit.estimate()["synapses"]
    ('naming', 'IF', 888916)
    """
    p = parameters or Parameters()
    layers = named_layers(p)
    model = None if neuron is None else calibrated(resolve_neuron(neuron))
    if model is not None:
        _check_thresholds(p)
    dt = p.dt if model is None else model.max_dt
    time = image_time(p, model)
    shape: Shape = (p.channels, p.height, p.width)
    n_inputs = p.channels * p.height * p.width
    groups, connections, source = [input_group(shape, time, single=p.first_layer == 1)], list[Connection](), "input"
    for number, (name, layer) in enumerate(layers.items(), start=p.first_layer):
        threshold = p.names.threshold if name == list(layers)[-1] else None
        place = Place(number, name, source, shape, time, threshold, model, p.neurons.gain, also)
        new_groups, new_connections = _layer(place, layer, p)
        groups += new_groups
        connections += new_connections
        source, shape = name, layer.output(shape)
    measured: tuple[str, ...] = (f"{source}.charge", "names.v")
    if not layers:
        measured = measured[1:]
        groups = [extend(groups[0], experience(charged=False))]
    naming, couplings = name_layer(source, math.prod(shape), time, p.names)
    return Circuit(
        name="naming",
        neuron="IF" if model is None else model.name,
        parameters=p,
        dt=dt,
        step=time.n_steps * dt,
        groups=(*groups, *naming),
        connections=(*connections, *couplings),
        signals={"images_index": -1.0, "training": 0.0, "potentiation": 0.0, "depression": 0.0}
        | SIGNALS | {"acetylcholine": closed(p.names)},
        banks={"images": (p.max_images, n_inputs)},
        traces=measured,
        max_steps=p.max_images + 1,
        phases=Phases(p, time),
        inputs=(
            ("images", "rank-order latencies: every pixel with contrast fires once"),
            ("names", "a name neuron fires in every bin while its name is presented"),
        ),
        measurements=(("spikes", "of every population"), (", ".join(measured), "after each image")),
    )  # fmt: skip


def image_time(parameters: Parameters, model: NeuronModel | None) -> ImageTime:
    """Return the duration of an image.

    The published network takes as many steps as there are bins of the latency code and layers, and one more. Here every
    convolution below the last takes one more step. With neurons of a model every convolution takes `Neurons.lag` more,
    since they need time to fire.
    """
    p, layers, n_convs = parameters, named_layers(parameters), len(convolutions(parameters))
    lag = 0 if model is None else p.neurons.lag * n_convs
    last = p.last_bin or p.retina.n_bins + len(layers) + n_convs - 1 + lag
    bin_steps = 1 if model is None else max(1, round(float(p.neurons.bin / model.max_dt)))
    n_bins = max(last + 4, p.retina.n_bins + 2 + len(layers) + n_convs)
    if n_bins > MAX_BINS:
        raise ParameterError(
            f"An image would last {n_bins} bins, but at most {MAX_BINS} are allowed (32-bit spike trains); lower "
            "retina.n_bins or neurons.lag."
        )
    return ImageTime(n_bins, last, bin_steps)


def _check_thresholds(parameters: Parameters) -> None:
    """Raise if a threshold is 0: neurons of a model are driven relative to it."""
    p = parameters
    levels = [level for conv in convolutions(p).values() for level in (conv.threshold, conv.learning_threshold)]
    if min(*levels, p.names.threshold, *p.names.thresholds) <= 0:
        raise ParameterError(
            "A threshold of the layers, names.threshold or names.thresholds is 0, but neurons of a model are driven "
            "relative to it; give numbers above 0, or use integrate-and-fire neurons (no --neuron)."
        )


def _layer(place: Place, layer: Layer, p: Parameters) -> tuple[list[Group], list[Connection]]:
    if not isinstance(layer, Conv):
        return pool_layer(place, layer)
    (sites, neurons), (inward, closing) = conv_layer(place, layer)
    learning, competition = kernel_learning(place, layer, p.learning)
    if place.concept_threshold is not None:
        neurons = extend(neurons, experience())
    return [sites, neurons, *learning], [inward, closing, *competition]
