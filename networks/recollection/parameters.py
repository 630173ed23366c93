"""Parameters of the recollection network; presets for the embedded digits, MNIST and photographs."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from brian2 import Quantity, second

from networks import naming
from networks.naming.layers import LAYERS, Conv, Layer, Pool
from networks.naming.parameters import numbers_of
from networks.naming.readout import named_layers
from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of

REFERENCE = "Ben Houidi 2024"


@dataclass(frozen=True)
class Traces(ParameterSet):
    """Traces that synapses keep of the path that perception took."""

    kind: str = field_of(
        "first", "first: traces of all earlier spikes; argmax: in pools, only of the strongest one; none: all "
        "synapses conduct", REFERENCE, allowed=("first", "argmax", "none"),
    )  # fmt: skip
    duration: Quantity = field_of(2 * second, "time constant of a trace that is not consolidated", REFERENCE,
                                  low=0.001 * second)  # fmt: skip


@dataclass(frozen=True)
class Backward(ParameterSet):
    """The path from a layer back to the one below it."""

    kind: str = field_of("reverse", "reverse: currents at spikes; ohmic, rectified: gap junctions", REFERENCE,
                         allowed=("reverse", "ohmic", "rectified"))  # fmt: skip
    gains: tuple[float, ...] = numbers_of(
        (0.1, 1, 0.25, 1, 0.1), "backward current or conductance, for each layer from the first on", FITTED
    )
    model_gains: tuple[float, ...] = numbers_of(
        (0.1, 1, 0.5, 1, 0.1), "the same with a neuron model, which fires later and less often; empty: as gains", FITTED
    )
    threshold: float = field_of(1.0, "summed current at which a neuron fires in recall", FITTED, low=1e-6)
    offset: float = field_of(0.0, "subtracted from every weight; above 0, the backward pathway is signed", FITTED,
                             low=0.0, high=1.0)  # fmt: skip
    gap_threshold: float = field_of(0.1, "potential at which a neuron fires in recall with gap junctions", FITTED,
                                    low=1e-6)  # fmt: skip
    inhibition: float = field_of(
        0.0,
        "inhibition of other maps at a location by a spike in recall, in thresholds; only below bound layers",
        FITTED,
        low=0.0,
    )
    spikelet_decay: float = field_of(0.5, "decay factor of a spikelet per bin", FITTED, low=0.01, high=0.99)
    leak: float = field_of(0.05, "leak conductance with gap junctions, in capacitances per bin", FITTED, low=1e-6)
    divides: float = field_of(1.0, "degree to which gap junctions are divisive: 1 as in a membrane, 0 not at all",
                              FITTED, low=0.0, high=1.0)  # fmt: skip


@dataclass(frozen=True)
class Pointers(ParameterSet):
    """Index neurons, each bound to one episode."""

    n: int = field_of(60, "pointers, one per episode", FITTED, low=1)
    layers: str = field_of("conv3", "layers to which pointers are bound: the second convolution, or above", FITTED)
    fraction: float = field_of(0.02, "largest share of the neurons of a layer that is bound: the first to fire",
                               FITTED, low=1e-6, high=0.02)  # fmt: skip
    familiar: float = field_of(0.45, "lowest cosine with an episode at which an image is familiar (novelty)",
                               FITTED, low=0.01, high=0.99)  # fmt: skip
    sounds: int = field_of(100, "neurons of another modality, whose patterns episodes can have", FITTED, low=1)
    pulses: int = field_of(8, "spikes of a cued pointer, one per bin", FITTED, low=1)
    gain: float = field_of(1.0, "current of a pointer's spike along a coupling of 1", FITTED, low=0.0)


def bound_layers(pointers: Pointers, convolutions: list[str]) -> list[str]:
    """Return the layers that pointers are bound to.

    Raises
    ------
    ParameterError
        If they are not some of the convolutions from the second on.
    """
    bound, allowed = pointers.layers.split(), convolutions[1:]
    if not bound or not set(bound) <= set(allowed) or len(set(bound)) < len(bound):
        raise ParameterError(
            f"Parameters.pointers.layers = '{pointers.layers}': pointers are bound to the second convolution and "
            f"above: name some of {allowed}, each once; bound to pixels they would be a lookup, not recall."
        )
    return bound


class WithWayBack(Protocol):
    """Parameters of any network with a backward pathway."""

    @property
    def names(self) -> naming.parameters.Names: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def backward(self) -> Backward: ...
    @property
    def pointers(self) -> Pointers: ...


@dataclass(frozen=True)
class Parameters(naming.Parameters):
    """Parameters of the naming network below, and of the backward pathway.

    Examples
    --------
    >>> DIGITS.replace({"pointers.n": 100}).pointers.n, MNIST.backward.inhibition, PHOTO.height
    (100, 1.0, 96)
    """

    height: int = field_of(28, "height of the input in pixels", FITTED, low=1)
    width: int = field_of(28, "width of the input in pixels", FITTED, low=1)
    max_images: int = field_of(400, "largest number of images in one run of the program", FITTED, low=1)
    layers: tuple[Layer, ...] = field_of(
        (
            Conv(20, 5, 8, n_winners=5), Pool(2, 2, exclusive=True),
            Conv(60, 3, 2, 5, n_winners=8), Pool(2, 2),
            Conv(40, 3, inf, 3, n_winners=4, radius=2),
        ),
        "layers from the input on, with thresholds for features and while kernels learn", FITTED, written=LAYERS,
    )  # fmt: skip
    learning: naming.parameters.Learning = field_of(
        naming.parameters.Learning(images=(3000, 4000, 2000), rates=(0.008, 0.008, 0.008)), "plasticity of the kernels"
    )
    names: naming.parameters.Names = field_of(naming.parameters.Names(n=60), "name neurons, at least one per episode")
    homeostasis: naming.parameters.Homeostasis = field_of(
        naming.parameters.Homeostasis(learning=(1.12, 0.95, 1.29), firing=(1.13, 1.06), concepts=0.78),
        "shares of neurons that fire, measured by benchmarks.shares",
    )
    traces: Traces = field(default_factory=Traces)
    backward: Backward = field(default_factory=Backward)
    pointers: Pointers = field(default_factory=Pointers)

    def __post_init__(self) -> None:
        """Check that gains and the lowest layer fit the layers."""
        super().__post_init__()
        layers = list(named_layers(self))
        for name, allowed in (("gains", (len(layers),)), ("model_gains", (0, len(layers)))):
            given = getattr(self.backward, name)
            if len(given) not in allowed:
                none = " or none" if 0 in allowed else ""
                raise ParameterError(f"Parameters.backward.{name} = {given}: give one for each of {layers}{none}.")
        bound_layers(self.pointers, [name for name in layers if name.startswith("conv")])
        if self.backward.offset > 0 and self.backward.kind != "reverse":
            raise ParameterError(
                f"Parameters.backward.offset = {self.backward.offset}: a gap junction has no negative conductance; use "
                "0, or backward.kind reverse."
            )


DIGITS = Parameters()
MNIST = DIGITS.replace(
    {
        "layers": (
            Conv(30, 5, 10, n_winners=5), Pool(2, 2, exclusive=True),
            Conv(100, 5, 3, 10, n_winners=8, radius=1), Pool(2, 2),
            Conv(40, 3, inf, 3, n_winners=4, radius=2),
        ),
        "learning.rates": (0.004, 0.004, 0.004), "learning.images": (4000, 6000, 2000), "learning.doubling": 1000,
        "backward.gains": (0.05, 1, 0.25, 1, 0.1), "backward.model_gains": (), "backward.inhibition": 1.0,
        "homeostasis.learning": (1, 1.11, 1.39), "homeostasis.firing": (1.04, 1.27), "homeostasis.concepts": 1.31,
    }
)  # fmt: skip
PHOTO = DIGITS.replace(
    {
        "height": 96, "width": 96, "max_images": 200, "retina.border": 2,
        "layers": (
            Conv(16, 5, 5, 10, n_winners=8), Pool(2, 2, exclusive=True),
            Conv(32, 5, 3, 20, n_winners=8), Pool(2, 2),
            Conv(20, 3, inf, 3, n_winners=4, radius=2),
        ),
        "learning.images": (1500, 3000, 1500), "learning.doubling": 400,
        "backward.gains": (0.05, 1, 0.35, 1, 0.1), "backward.model_gains": (), "pointers.pulses": 3,
    }
)  # fmt: skip
PRESETS = {"digits": DIGITS, "mnist": MNIST, "photo": PHOTO}
