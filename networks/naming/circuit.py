"""The forward path of the naming network: spike latencies in, potentials of concept neurons out.

Every neuron is a non-leaky integrate-and-fire neuron that fires at most once per image. Published dynamics, per time
step: a spike adds its weight to the potentials of its targets one step later; of the neurons of all maps at one
location that cross the threshold in the same step only those with the highest potential fire, and then the location is
silent for the rest of the image; a pooling neuron fires whenever a neuron in its window did (in an exclusive layer
only until the first spike at its location). All of it is undone before the next image.

Here the competition takes a time step of its own: a neuron that crosses tells the inhibitory site of its location its
potential, and in the next step those that equal the highest fire and close the site. Everything after it happens one
step later than published, and otherwise as published (`tests/test_naming.py` compares it with a dense NumPy statement).

Weight sharing: a synapse holds the index of its element in a kernel, and the kernels are a bank of patterns, so new
kernels or another image need no rebuild. Measured with the 24.6 million synapses of the `CALTECH` preset on one core
(`python -m benchmarks.naming`): 46 to 51 photographs/s in the time loop, 32 to 35 with loading and reading back (400
per run), 1.05 GB, 14 s to build. With published kernels a support vector machine on the features of 396 test
photographs reaches 0.939 (``id0``) and 0.980 (``id61``), as in the published dense form.
"""

from __future__ import annotations

import numpy as np

from networks.naming.layers import Conv, Layer, Pool, Shape, conv_synapses, parse_layers, pool_synapses
from networks.naming.parameters import CALTECH, Parameters
from spiking_engrams.circuit import Circuit, Connection, Group, Regular

DELAYS = {Conv: 2, Pool: 1}  # time steps from a layer's input to its spikes


def forward(parameters: Parameters = CALTECH) -> Circuit:
    """Return the forward path as a circuit, one image per step of the schedule.

    The potentials of the last layer at the end of each image are a trace; see `networks.naming.potentials`.
    """
    p, layers = parameters, parse_layers(parameters.layers)
    n_positions = p.n_bins + 2 + sum(DELAYS[type(layer)] for layer in layers)
    shape: Shape = (p.channels, p.height, p.width)
    groups, connections, source = [_input(shape, n_positions)], list[Connection](), "input"
    banks = {"images": (p.max_images, int(np.prod(shape)))}
    for number, layer in enumerate(layers, start=1):
        name = layer_name(number, layer)
        if isinstance(layer, Conv):
            banks[f"{name}_kernels"] = (1, layer.size**2 * shape[0] * layer.n_maps)
        new_groups, new_connections = _layer(name, source, shape, layer)
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
        signals={"images_index": -1.0},
        banks=banks,
        traces=(f"{source}.v",),
        max_steps=p.max_images + 1,
        inputs=(("images", "rank-order latencies: every pixel with contrast fires once"),),
        measurements=(("spikes", "of every population"), ("v", f"potentials of {source} at the end of each image")),
    )


def layer_name(number: int, layer: Layer) -> str:
    """Return the name of the population of a layer, such as ``conv3``; numbers start at 1."""
    return f"{'conv' if isinstance(layer, Conv) else 'pool'}{number}"


def _input(shape: Shape, n_positions: int) -> Group:
    return Group(
        name="input",
        size=int(np.prod(shape)),
        equations="""
latency : 1              # time step in which the pixel fires, -1 if never
position : 1 (shared)    # time step within the image""",
        threshold="abs(latency - position) < 0.5 and alive(t) > 0.5",
        regular=(
            Regular("latency = int(images_index(t) >= 0)*(images(images_index(t)*second, i) + 1) - 1", slow=True),
            Regular(f"position = timestep(t, dt) % {n_positions}", when="groups"),
        ),
        about={"role": "contrast of the image", "model": "fires once at a given latency"},
    )


def _layer(name: str, source: str, shape: Shape, layer: Layer) -> tuple[list[Group], list[Connection]]:
    output = layer.output(shape)
    area, size = output[1] * output[2], int(np.prod(output))
    site = np.tile(np.arange(area, dtype=np.int32), output[0])
    if isinstance(layer, Pool):
        i, j = pool_synapses(shape, layer)
        group, competes = _pool(name, size, site, layer.exclusive), layer.exclusive
        inward = Connection(f"{source}_{name}", source, name, i, j, on_pre="v_post += 1", about={"rule": "pooling"})
    else:
        i, j, k = conv_synapses(shape, layer)
        group, competes = _conv(name, size, site, layer.threshold), np.isfinite(layer.threshold)
        inward = Connection(
            f"{source}_{name}", source, name, i, j, "k : integer (constant)  # element of the kernel",
            on_pre=f"v_post += {name}_kernels(0*second, k)", initial={"k": k},
            about={"rule": "shared kernels", "weight": f"{layer.size} x {layer.size} kernels"},
        )  # fmt: skip
    if not competes:
        return [group], [inward]
    every = np.arange(size, dtype=np.int32)
    tell = {"cross": "best_post = best_post + int(v_pre > best_post)*(v_pre - best_post)"} if group.events else {}
    outward = Connection(
        f"{name}_{name}_sites", name, f"{name}_sites", every, site, on_pre="open_post = 0", on_event=tell,
        about={"rule": "lateral inhibition across maps"},
    )  # fmt: skip
    return [_sites(name, area), group], [inward, outward]


def _sites(name: str, area: int) -> Group:
    return Group(
        name=f"{name}_sites",
        size=area,
        equations="open : 1  # 1 until a neuron at this location fires\nbest : 1  # highest potential that crossed",
        initial={"open": 1.0},
        regular=(Regular("open = 1\nbest = 0", slow=True),),
        about={"role": f"inhibitory sites of {name}, one per location", "model": "latch"},
    )


def _conv(name: str, size: int, site: np.ndarray, threshold: float) -> Group:
    about = {"role": f"{name}: feature maps", "model": "non-leaky integrate-and-fire"}
    if not np.isfinite(threshold):
        reset = Regular("v = 0", slow=True)
        return Group(name, size, "v : 1  # membrane potential", regular=(reset,), about=about)
    return Group(
        name=name,
        size=size,
        equations="""
v : 1                       # membrane potential
crossed : 1                 # potential with which the threshold was crossed, 0 before
site : integer (constant)   # location""",
        threshold="crossed > 0 and crossed >= best and open > 0.5 and alive(t) > 0.5",
        events={"cross": "v > theta and open > 0.5 and alive(t) > 0.5"},
        on_own_event={"cross": "crossed = v"},
        constants={"theta": threshold},
        initial={"site": site},
        links={"open": f"{name}_sites.open[site]", "best": f"{name}_sites.best[site]"},
        regular=(Regular("v = 0\ncrossed = 0", slow=True),),
        about=about,
    )


def _pool(name: str, size: int, site: np.ndarray, exclusive: bool) -> Group:
    fires = "v > 0.5 and alive(t) > 0.5"
    return Group(
        name=name,
        size=size,
        equations="v : 1  # input spikes of the last step" + ("\nsite : integer (constant)" if exclusive else ""),
        threshold=f"{fires} and open > 0.5" if exclusive else fires,
        initial={"site": site} if exclusive else {},
        links={"open": f"{name}_sites.open[site]"} if exclusive else {},
        regular=(Regular("v = 0", when="after_thresholds"),),
        about={"role": f"{name}: pooling", "model": "passes spikes on"},
    )
