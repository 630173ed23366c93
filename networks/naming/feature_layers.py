"""Populations and synapses of the feature layers: convolutions with competition, pooling.

Neurons are non-leaky integrate-and-fire neurons that fire at most once per image, except for pooling neurons and
the concept neurons at the top. Published dynamics, per time step: a spike adds its weight to the potentials of its
targets one step later; of the neurons of all maps at one location that cross the threshold in the same step, only those
with the highest potential fire, and then the location is silent for the rest of the image; a pooling neuron fires
whenever a neuron in its window did (in an exclusive layer only until the first spike at its location). All of this is
reset before the next image.

Here the competition takes a time step of its own: a neuron that crosses the threshold reports its potential to the
inhibitory site of its location, and in the next step the neurons whose potential equals the highest one fire and close
the site. Everything that follows happens one step later than published, but otherwise as published
(`tests/networks/test_naming.py` compares it with a dense NumPy version).

With another neuron model the same charge drives a neuron of that model: the drive is 0, at which the neuron is silent,
when the charge is at the threshold, and grows with the charge, so that the neuron with the larger charge fires first. A
bin of the latency code then lasts as long as such a neuron needs to fire, and the first spike closes its location.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from networks.naming.layers import Conv, Layer, Pool, Shape, conv_synapses, pool_synapses
from spiking_engrams.circuit.circuit import Connection, Group, Regular
from spiking_engrams.circuit.membrane import Membrane
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.synapses.part import Part, extend

SILENT = 1e30  # a threshold that no charge reaches
LARGEST_DRIVE = 3.0  # of a model neuron


@dataclass(frozen=True)
class ImageTime:
    """The time of an image: bins of the latency code, each of one or more time steps.

    Attributes
    ----------
    n_bins, last_bin
        Bins of an image, and the last one in which concept neurons fire.
    bin_steps
        Time steps of a bin.
    """

    n_bins: int
    last_bin: int
    bin_steps: int

    @property
    def n_steps(self) -> int:
        """Time steps of an image."""
        return self.n_bins * self.bin_steps

    @property
    def end(self) -> int:
        """First time step after the last bin in which concept neurons fire."""
        return (self.last_bin + 1) * self.bin_steps

    @property
    def position(self) -> str:
        """Expression for the time step within the image."""
        return f"(timestep(t, dt) % {self.n_steps})"


@dataclass(frozen=True)
class Place:
    """The place of a layer in the network: its number, its input, the time of an image, and its neurons.

    Attributes
    ----------
    shape
        Shape of its input.
    time
        The time of an image.
    concept_threshold
        Threshold of the last layer, whose neurons are the concept neurons; None for the others.
    model
        Neuron model of convolutions; None for non-leaky integrate-and-fire neurons.
    gain
        Drive of a neuron of that model per relative excess of its charge over the threshold.
    also
        Further drive of such a neuron, as an expression in units of the threshold; none if empty.
    """

    number: int
    name: str
    source: str
    shape: Shape
    time: ImageTime
    concept_threshold: float | None
    model: NeuronModel | None
    gain: float
    also: str = ""


def first_spike(time: ImageTime) -> str:
    """Return code that records the time step of the first spike of an image."""
    return f"fired_at = fired_at + int(fired_at < 0)*({time.position} + 1)"


def larger(ours: str, theirs: str) -> str:
    """Return code that sets a variable to another one if that is larger, exactly, so that they compare as equal."""
    return f"{ours} = {theirs}*int({theirs} > {ours}) + {ours}*int({theirs} <= {ours})"


def layer_name(number: int, layer: Layer) -> str:
    """Return the name of the population of a layer, such as ``conv3``; numbers start at 1."""
    return f"{'conv' if isinstance(layer, Conv) else 'pool'}{number}"


def input_group(shape: Shape, time: ImageTime, single: bool) -> Group:
    """Return the input neurons: each fires at the start of the bins given by the pattern, one bit for each bin.

    If each fires at most once (`single`), the bin is found once per image, which is faster.
    """
    fires = "abs(fires_in - now) < 0.5" if single else "(train // bit) % 2 == 1"
    read = "int(int(images_index(t) >= 0)*images(images_index(t)*second, i))"
    find = f"fires_in = floor(log({read} + 0.5)/log(2))" if single else f"train = {read}"
    return Group(
        name="input",
        size=int(np.prod(shape)),
        equations=f"""
{"fires_in : 1" if single else "train : integer"}  # {"bin, -1: none" if single else "bit k: fires in bin k"}
fired_at : 1             # time step of the first spike, -1 if none
now : 1 (shared)         # present bin
bit : integer (shared)
begins : 1 (shared)      # 1 in its first time step""",
        threshold=f"{fires} and begins > 0.5 and alive(t) > 0.5",
        initial={"bit": 1, "fired_at": -1.0},
        on_own_event={"spike": first_spike(time)},
        regular=(
            Regular(f"{find}\nfired_at = -1", slow=True),
            Regular(
                f"now = {time.position} // {time.bin_steps}\nbit = 2**({time.position} // {time.bin_steps})\n"
                f"begins = int({time.position} % {time.bin_steps} == 0)",
                when="groups",
            ),
        ),
        about={"role": "contrast of the image", "model": "fires in given bins"},
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
    """Return the groups and connections of a convolution without its kernels; see `learning`."""
    output = layer.output(place.shape)
    i, j, k = conv_synapses(place.shape, layer)
    inward = Connection(
        f"{place.source}_{place.name}", place.source, place.name, i, j,
        "k : integer (constant)  # element of the kernel", on_pre="charge_post += w", fixed={"k": k},
        links={"w": f"{place.name}_kernels.w[k]"},
        about={"rule": "shared kernels", "weight": f"{layer.size} x {layer.size} kernels"},
    )  # fmt: skip
    theta = layer.threshold if np.isfinite(layer.threshold) else SILENT
    group = _neurons(place, int(np.prod(output)), _sites_of(output), theta)
    tell = {"cross": larger("best_post", "charge_pre")}
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


def _neurons(place: Place, size: int, site: np.ndarray, theta: float) -> Group:
    """Return the neurons; those of the last layer compete in training only, and otherwise fire as concept neurons."""
    competes = "crossed > 0 and crossed >= best and open > 0.5 and alive(t) > 0.5"
    trained = f"(training(t) < 0.5 or training(t) > {place.number - 0.5})"
    over = "charge > theta" if place.model is None else f"({Membrane.of(place.model).threshold})"
    crosses = f"{over} and crossed <= 0 and open > 0.5 and alive(t) > 0.5 and {trained}"
    constants = {"theta": theta}
    if place.concept_threshold is not None:
        over = "charge >= concept_threshold" if place.model is None else over
        concept = f"training(t) < 0.5 and {over} and {place.time.position} < {place.time.end - 0.5} and alive(t) > 0.5"
        competes = f"(training(t) > 0.5 and {competes}) or ({concept})"
        crosses += " and training(t) > 0.5"
        constants["concept_threshold"] = place.concept_threshold
    group = Group(
        name=place.name,
        size=size,
        equations="""
charge : 1                  # sum of the inputs, the membrane potential of a non-leaky integrate-and-fire neuron
crossed : 1                 # charge with which the threshold was crossed, 0 before
site : integer (constant)   # location""",
        threshold=competes,
        events={"cross": crosses},
        on_own_event={"cross": "crossed = charge"},
        constants=constants,
        initial={"site": site},
        links={"open": f"{place.name}_sites.open[site]", "best": f"{place.name}_sites.best[site]"},
        regular=(Regular("charge = 0\ncrossed = 0", slow=True),),
        about={"role": f"{place.name}: feature maps", "model": "non-leaky integrate-and-fire"},
    )
    return group if place.model is None else _of_model(group, place, place.model)


def _of_model(group: Group, place: Place, model: NeuronModel) -> Group:
    """Return the neurons with the membrane of a model, which crosses the threshold in their place."""
    level, forbidden = "theta", "open < 0.5 or crossed > 0 or alive(t) < 0.5"
    if place.concept_threshold is not None:
        level = "(theta*int(training(t) > 0.5) + concept_threshold*int(training(t) < 0.5))"
        over = f"(training(t) < 0.5 and {place.time.position} > {place.time.end - 0.5})"
        forbidden = f"(training(t) > 0.5 and ({forbidden})) or {over} or alive(t) < 0.5"
    also = f"{place.also} + " if place.also else ""
    cell = Membrane.of(model)
    start = {f"start_{name}": value for name, value in cell.initial.items()}
    membrane = Part(
        equations=f"{cell.equations}\ndrive = clip({place.gain}*({also}charge/{level} - 1), -1, {LARGEST_DRIVE}) : 1",
        constants={**model.parameters, **start},
        initial=cell.initial,
        on_own_event={"cross": cell.reset},
        regular=(
            Regular("\n".join(f"{name} = start_{name}" for name in cell.initial), slow=True),
            # cells are held at rest where a spike is forbidden: without its reset a model would run away
            Regular(f"v = v + int({forbidden})*(start_v - v)", when="after_groups", order=3),
        ),
    )
    return replace(
        extend(group, membrane),
        reset=cell.reset if place.concept_threshold is not None else "",
        refractory="t_ref" if model.refractory is not None else None,
        method=model.method,
        about={**group.about, "model": model.name},
    )


def _pool(place: Place, size: int, site: np.ndarray, exclusive: bool) -> Group:
    fires = f"v > 0.5 and alive(t) > 0.5 and (training(t) < 0.5 or training(t) > {place.number - 0.5})"
    return Group(
        name=place.name,
        size=size,
        equations="v : 1  # input spikes of the last step\nfired_at : 1  # time step of the first spike, -1 if none"
        + ("\nsite : integer (constant)" if exclusive else ""),
        threshold=f"{fires} and open > 0.5" if exclusive else fires,
        on_own_event={"spike": first_spike(place.time)},
        initial={"fired_at": -1.0} | ({"site": site} if exclusive else {}),
        links={"open": f"{place.name}_sites.open[site]"} if exclusive else {},
        regular=(Regular("v = 0", when="after_thresholds"), Regular("fired_at = -1", slow=True)),
        about={"role": f"{place.name}: pooling", "model": "passes spikes on"},
    )
