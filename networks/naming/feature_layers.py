"""Populations and synapses of the feature layers: convolutions with competition, pooling.

Every neuron is a non-leaky integrate-and-fire neuron that fires at most once per image. Published dynamics, per time
step: a spike adds its weight to the potentials of its targets one step later; of the neurons of all maps at one
location that cross the threshold in the same step only those with the highest potential fire, and then the location is
silent for the rest of the image; a pooling neuron fires whenever a neuron in its window did (in an exclusive layer
only until the first spike at its location). All of it is undone before the next image.

Here the competition takes a time step of its own: a neuron that crosses tells the inhibitory site of its location its
potential, and in the next step those that equal the highest fire and close the site. Everything after it happens one
step later than published, and otherwise as published (`tests/test_naming.py` compares it with a dense NumPy statement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from networks.naming.layers import Conv, Layer, Pool, Shape, conv_synapses, pool_synapses
from spiking_engrams.circuit import Connection, Group, Regular

SILENT = 1e30  # a threshold that no potential reaches
FIRST_SPIKE = "fired_at = fired_at + int(fired_at < 0)*(position + 1)"


@dataclass(frozen=True)
class Place:
    """Where a layer stands: its number, what it reads, and the time steps of an image.

    Attributes
    ----------
    shape
        Of what it reads.
    n_positions, last_step
        Time steps of an image, and the last one in which concept neurons fire.
    concept_threshold
        Of the last layer, whose neurons are the concept neurons; None for the others.
    """

    number: int
    name: str
    source: str
    shape: Shape
    n_positions: int
    last_step: int
    concept_threshold: float | None

    @property
    def position(self) -> str:
        """Expression for the time step within the image."""
        return f"(timestep(t, dt) % {self.n_positions})"


def larger(ours: str, theirs: str) -> str:
    """Return code that sets a variable to another one if that is larger, exactly, so that equality can be asked."""
    return f"{ours} = {theirs}*int({theirs} > {ours}) + {ours}*int({theirs} <= {ours})"


def layer_name(number: int, layer: Layer) -> str:
    """Return the name of the population of a layer, such as ``conv3``; numbers start at 1."""
    return f"{'conv' if isinstance(layer, Conv) else 'pool'}{number}"


def input_group(shape: Shape, n_positions: int) -> Group:
    """Return the input neurons: each fires in the time steps that the pattern names, one bit for each step."""
    return Group(
        name="input",
        size=int(np.prod(shape)),
        equations="""
train : integer          # bit k: the neuron fires in time step k
fired_at : 1             # time step of the first spike, -1 if none
bit : integer (shared)   # of the present time step""",
        threshold="(train // bit) % 2 == 1 and alive(t) > 0.5",
        initial={"bit": 1, "fired_at": -1.0},
        on_own_event={"spike": FIRST_SPIKE.replace("position", f"(timestep(t, dt) % {n_positions})")},
        regular=(
            Regular(
                "train = int(int(images_index(t) >= 0)*images(images_index(t)*second, i))\nfired_at = -1", slow=True
            ),
            Regular(f"bit = 2**(timestep(t, dt) % {n_positions})", when="groups"),
        ),
        about={"role": "contrast of the image", "model": "fires in given time steps"},
    )


def pool_layer(place: Place, layer: Pool) -> tuple[list[Group], list[Connection]]:
    """Return the groups and connections of a pooling layer, silent while a layer below it is in training."""
    output = layer.output(place.shape)
    i, j = pool_synapses(place.shape, layer)
    inward = Connection(
        f"{place.source}_{place.name}", place.source, place.name, i, j, on_pre="v_post += 1", about={"rule": "pooling"}
    )
    group = _pool(place, int(np.prod(output)), _sites_of(output), layer.exclusive)
    if not layer.exclusive:
        return [group], [inward]
    return [_sites(place.name, output), group], [inward, _closing(place.name, output, {})]


def conv_layer(place: Place, layer: Conv) -> tuple[list[Group], list[Connection]]:
    """Return the groups and connections of a convolution but for its kernels; see `learning`."""
    output = layer.output(place.shape)
    i, j, k = conv_synapses(place.shape, layer)
    inward = Connection(
        f"{place.source}_{place.name}", place.source, place.name, i, j,
        "k : integer (constant)  # element of the kernel", on_pre="v_post += w", fixed={"k": k},
        links={"w": f"{place.name}_kernels.w[k]"},
        about={"rule": "shared kernels", "weight": f"{layer.size} x {layer.size} kernels"},
    )  # fmt: skip
    tell = {"cross": larger("best_post", "v_pre")}
    group = _conv(place, int(np.prod(output)), _sites_of(output), layer.threshold)
    return [_sites(place.name, output), group], [inward, _closing(place.name, output, tell)]


def _sites_of(output: Shape) -> np.ndarray:
    """Return the location of every neuron of a layer as ``y*width + x``."""
    return np.tile(np.arange(output[1] * output[2], dtype=np.int32), output[0])


def _sites(name: str, output: Shape) -> Group:
    return Group(
        name=f"{name}_sites",
        size=output[1] * output[2],
        equations="open : 1  # 1 until a neuron at this location fires\nbest : 1  # highest potential that crossed",
        initial={"open": 1.0},
        regular=(Regular("open = 1\nbest = 0", slow=True),),
        about={"role": f"inhibitory sites of {name}, one per location", "model": "latch"},
    )


def _closing(name: str, output: Shape, on_event: dict[str, str]) -> Connection:
    return Connection(
        f"{name}_{name}_sites", name, f"{name}_sites", np.arange(int(np.prod(output)), dtype=np.int32),
        _sites_of(output), on_pre="open_post = 0", on_event=on_event,
        about={"rule": "lateral inhibition across maps"},
    )  # fmt: skip


def _conv(place: Place, size: int, site: np.ndarray, threshold: float) -> Group:
    """Return the neurons; those of the last layer compete in training only, and else fire as concept neurons."""
    competes = "crossed > 0 and crossed >= best and open > 0.5 and alive(t) > 0.5"
    trained = f"(training(t) < 0.5 or training(t) > {place.number - 0.5})"
    crosses = f"v > theta and crossed <= 0 and open > 0.5 and alive(t) > 0.5 and {trained}"
    constants = {"theta": threshold if np.isfinite(threshold) else SILENT}
    if place.concept_threshold is not None:
        window = f"{place.position} < {place.last_step + 0.5} and alive(t) > 0.5"
        competes = f"(training(t) > 0.5 and {competes}) or (training(t) < 0.5 and v >= concept_threshold and {window})"
        crosses += " and training(t) > 0.5"
        constants["concept_threshold"] = place.concept_threshold
    return Group(
        name=place.name,
        size=size,
        equations="""
v : 1                       # membrane potential
crossed : 1                 # potential with which the threshold was crossed, 0 before
site : integer (constant)   # location""",
        threshold=competes,
        events={"cross": crosses},
        on_own_event={"cross": "crossed = v"},
        constants=constants,
        initial={"site": site},
        links={"open": f"{place.name}_sites.open[site]", "best": f"{place.name}_sites.best[site]"},
        regular=(Regular("v = 0\ncrossed = 0", slow=True),),
        about={"role": f"{place.name}: feature maps", "model": "non-leaky integrate-and-fire"},
    )


def _pool(place: Place, size: int, site: np.ndarray, exclusive: bool) -> Group:
    fires = f"v > 0.5 and alive(t) > 0.5 and (training(t) < 0.5 or training(t) > {place.number - 0.5})"
    return Group(
        name=place.name,
        size=size,
        equations="v : 1  # input spikes of the last step\nfired_at : 1  # time step of the first spike, -1 if none"
        + ("\nsite : integer (constant)" if exclusive else ""),
        threshold=f"{fires} and open > 0.5" if exclusive else fires,
        on_own_event={"spike": FIRST_SPIKE.replace("position", place.position)},
        initial={"fired_at": -1.0} | ({"site": site} if exclusive else {}),
        links={"open": f"{place.name}_sites.open[site]"} if exclusive else {},
        regular=(Regular("v = 0", when="after_thresholds"), Regular("fired_at = -1", slow=True)),
        about={"role": f"{place.name}: pooling", "model": "passes spikes on"},
    )
