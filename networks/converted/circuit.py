"""A trained convolutional network as a spiking circuit that sees images, keeps traces of their path, and recalls them.

Every layer is a population of integrate-and-fire neurons (`neurons`), and every synapse holds an index into the kernels
of its layer. All else (the backward pathway along the same synapses, traces, pointers and names) is as in the
recollection network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from networks.converted import relu
from networks.converted.layers import Kernels, MaxPool
from networks.converted.neurons import Window, input_group, names_group, read_out, stage_group
from networks.converted.parameters import Parameters
from networks.converted.phases import Phases, coded, largest_input
from networks.converted.size import check_fits
from networks.converted.weights import Stage, Trained, n_channels, read, stages
from networks.naming.feature_layers import ImageTime
from networks.naming.layers import conv_synapses, pool_synapses
from networks.naming.names import closed
from networks.recollection import sounds
from networks.recollection.backward import SEES, conducting, recalling
from networks.recollection.circuit import life
from networks.recollection.novelty import SIMILARITY
from networks.recollection.parameters import bound_layers
from networks.recollection.places import attended
from networks.recollection.pointers import SIGNALS, graded, pointer_layer
from spiking_engrams.circuit.circuit import Circuit, Connection, Group
from spiking_engrams.errors import ParameterError
from spiking_engrams.synapses.part import extend

AFTER = 4  # time steps at the end of an image
WEIGHT = {0: "clip(w, 0, inf)", 1: "w"}  # in the backward pathway


def build(parameters: Parameters | None = None, neuron: Any = None) -> Circuit:
    """Return the circuit, which in each step of the schedule sees, retains or recalls for the duration of one image.

    If the last layer is dense, its neurons are a read-out: their charges are recorded at the end of each image.

    Raises
    ------
    ParameterError
        If weights cannot be used, the circuit does not fit into memory, or a neuron model is given.

    Examples
    --------
    >>> from networks.converted import Parameters
    >>> circuit = build(Parameters(last="conv3"))
    >>> circuit.name, [group.name for group in circuit.groups[:4]]
    ('converted', ['input', 'conv1', 'pool2', 'conv3'])
    """
    p = parameters or Parameters()
    if neuron is not None:
        raise ParameterError("A converted network has integrate-and-fire neurons, whose rate is a ReLU; omit --neuron.")
    trained = read(p.weights, p.layers)
    found = stages(trained, (p.height, p.width), p.last)
    bound = _bound(p, found)
    _check_channels(p, n_channels(trained))
    check_fits(p, found)
    starts = _starts(found, p.n_bins)
    end = starts[-1] + p.n_bins
    time = ImageTime(end + AFTER, end, 1)
    windows = [Window(start, p.n_bins, time) for start in starts]
    n_inputs = p.signs * n_channels(trained) * p.height * p.width
    scaled = in_units(p, trained, found)
    groups = [input_group(n_inputs, windows[0])]
    groups += [stage_group(s, each.bias, window) for s, each, window in zip(found, scaled, windows[1:], strict=True)]
    ends = _reads_out(found)
    ranks = {s.name: window.rank for s, window in zip(found, windows[1:], strict=True)}
    seeing = [extend(g, graded(g.name, g.size, ranks[g.name]), attended()) if g.name in bound else g for g in groups]
    seeing = [read_out(g) if ends and g is seeing[-1] else recalling(g, p, time, None) for g in seeing]
    gains = _gains(p, scaled)
    connections = [_forward(s, p, window) for s, window in zip(found, windows[:-1], strict=True)]
    step = float(time.n_steps * p.dt)
    twins = [
        replace(each, on_pre="", on_event={SEES: each.on_pre})
        if ends and stage is found[-1]
        else conducting(each, p, gain, WEIGHT[p.signed] if not stage.pools else "1", 0.5, time, step)
        for each, stage, gain in zip(connections, found, gains, strict=True)
    ]
    below = [*seeing, *map(_kernels, (s for s in scaled if not s.pools)), names_group(p.names.n), life()]
    pointers, couplings = pointer_layer(p, {s.name: s.shape for s in found}, time, by_time=True)
    return Circuit(
        name="converted",
        neuron="IF",
        parameters=p,
        dt=p.dt,
        step=time.n_steps * p.dt,
        groups=(*below, *pointers),
        connections=(*twins, *couplings),
        signals={"images_index": -1.0, "heard_name": -1.0, "acetylcholine": closed(p.names), **SIGNALS},
        banks={"images": (p.max_images, n_inputs), **sounds.bank(p, p.max_images)},
        traces=(*((f"{found[-1].name}.charge",) if ends else ()), SIMILARITY),
        max_steps=p.max_images + 1,
        phases=Phases(p, time),
        inputs=(
            ("images", "a pixel fires once, the sooner the larger its value"),
            ("pointers", "a cued pointer fires in the first time steps of recall"),
            ("sounds", "each neuron of the presented pattern fires once"),
        ),
        measurements=(("spikes", "of every population"), ("charge", "of the read-out after each image")),
    )


def _bound(p: Parameters, found: Sequence[Stage]) -> list[str]:
    """Return the layers that pointers are bound to."""
    above = found[:-1] if _reads_out(found) else found
    return bound_layers(p.pointers, [s.name for s in above if not s.pools])


def _check_channels(p: Parameters, n: int) -> None:
    """Raise if means or deviations do not fit the channels, or an offset is given although weights are signed."""
    for name in ("mean", "deviation"):
        if len(getattr(p, name)) not in (0, 1, n):
            raise ParameterError(
                f"Parameters.{name} = {getattr(p, name)}: give none, one, or one for each of {n} channels."
            )
    if p.backward.offset:
        raise ParameterError(
            "Parameters.backward.offset has no meaning in a converted network, whose weights are signed."
        )


def _reads_out(found: Sequence[Stage]) -> bool:
    return isinstance(found[-1].layer, Kernels) and found[-1].layer.dense


def _starts(found: Sequence[Stage], n_bins: int) -> list[int]:
    """Return the time step in which the window of the input, and of each layer, begins."""
    starts = [0]
    for stage in found:
        starts.append(starts[-1] + (1 if stage.pools else n_bins + 1))
    return starts


def in_units(p: Parameters, trained: Trained, found: Sequence[Stage]) -> list[Stage]:
    """Return the layers with weights and biases in units of the largest activations of the maps they connect.

    If pixels have a sign, the first layer has its kernels twice. A read-out keeps its own units.
    """
    largest = relu.largest(trained, found, coded(p, relu.noise(found[0].below)))
    below, scaled = np.full(found[0].below[0], largest_input(p)), list[Stage]()
    for stage in found:
        if stage.pools:
            scaled.append(stage)
            continue
        own = np.ones(stage.shape[0]) if stage is found[-1] and _reads_out(found) else largest[stage.name]
        kernel, bias = stage.kernel * below[:, None] / own, stage.bias / own
        if p.mean and stage is found[0]:
            kernel = np.concatenate([kernel, -kernel], axis=2)
        scaled.append(replace(stage, kernel=kernel, bias=bias))
        below = own
    return scaled


def _gains(p: Parameters, found: Sequence[Stage]) -> list[float]:
    """Return the gain of the backward pathway from every layer.

    If none are given, a neuron reaches its threshold if at every location above it a neuron of average weight fires.
    """
    given = p.backward.gains
    if len(given) not in (0, len(found)):
        raise ParameterError(f"Parameters.backward.gains = {p.backward.gains}: give one for each of "
                             f"{[s.name for s in found]}, or none.")  # fmt: skip
    return list(given) if given else [_gain(s) for s in found]


def _gain(stage: Stage) -> float:
    if isinstance(stage.layer, MaxPool):
        return 1.0
    locations = 1.0 if stage.layer.dense else np.prod(stage.layer.sizes) / stage.layer.stride**2
    return float(1 / max(1e-9, np.maximum(stage.kernel, 0).mean() * locations))


def _forward(stage: Stage, p: Parameters, window: Window) -> Connection:
    """Return the synapses of a layer whose source fires in `window`."""
    name, shape = f"{stage.source}_{stage.name}", stage.below
    if isinstance(stage.layer, MaxPool):
        i, j = pool_synapses(shape, stage.layer)
        return Connection(name, stage.source, stage.name, i, j, on_pre="v_post += 1", about={"rule": "pooling"})
    channels = p.signs * shape[0] if stage.source == "input" else shape[0]
    i, j, k = conv_synapses((channels, *shape[1:]), stage.layer)
    return Connection(
        name, stage.source, stage.name, i, j, "k : integer (constant)  # element of the kernel",
        on_pre=f"charge_post += w*{window.efficacy}", fixed={"k": k}, links={"w": f"{stage.name}_kernels.w[k]"},
        about={"rule": "shared kernels, trained"},
    )  # fmt: skip


def _kernels(stage: Stage) -> Group:
    weights = stage.kernel.ravel()
    return Group(
        name=f"{stage.name}_kernels",
        size=len(weights),
        equations="w : 1  # weight, shared by all locations of a map",
        initial={"w": weights},
        slow=("w",),
        about={"role": f"kernels of {stage.name}", "model": "trained weights"},
    )
