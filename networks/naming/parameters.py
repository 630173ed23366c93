"""Parameters of the naming network; presets for the embedded digits, MNIST and photographs.

Constants follow Kheradpisheh, Ganjtabesh, Thorpe & Masquelier (2018, doi 10.1016/j.neunet.2017.12.005) as
re-implemented in public code, and used for naming by Ben Houidi (2021, arXiv 2101.04137).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

from brian2 import Quantity, ms

from networks.naming.layers import LAYERS, Conv, Layer, Pool, check_layers
from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of

CODE = "Kheradpisheh 2018, public re-implementation"
NAMING = "Ben Houidi 2021, public code"
MEASURED = "measured: `benchmarks.shares`, training images that the preset is made for"
OWN_RULES = ("covariance", "surprise")  # these need to know what is familiar, and start without couplings
RULES = ("published", "intended", *OWN_RULES)


def numbers_of(default: tuple[float, ...], doc: str, source: str) -> Any:
    """Declare a parameter that is a tuple of numbers from 0 to a million."""
    return field_of(default, doc, source, low=0.0, high=1e6)


@dataclass(frozen=True)
class Retina(ParameterSet):
    """Contrast and its latency code; see `spiking_engrams.stimuli`."""

    filter_size: int = field_of(7, "width of the difference of Gaussians in pixels, odd", CODE, low=1)
    sigma_centre: float = field_of(1.0, "SD of the centre, in pixels", CODE, low=0.01)
    sigma_surround: float = field_of(2.0, "SD of the surround, in pixels", CODE, low=0.01)
    threshold: float = field_of(15.0, "lowest contrast that causes a spike, in grey values", CODE, low=0.0)
    border: int = field_of(0, "margin without response, in pixels", FITTED, low=0)
    normalisation: int = field_of(0, "radius of the local normalisation in pixels, 0: none", CODE, low=0)
    n_bins: int = field_of(9, "time step of the last input spike", CODE, low=1, high=25)


@dataclass(frozen=True)
class Neurons(ParameterSet):
    """Neurons of another model in place of non-leaky integrate-and-fire neurons."""

    bin: Quantity = field_of(10 * ms, "bin of the latency code", FITTED, low=0.1 * ms)
    gain: float = field_of(10.0, "drive per relative excess of the charge over the threshold", FITTED, low=0.0)
    lag: int = field_of(1, "bins that a neuron needs to fire", FITTED, low=0)


@dataclass(frozen=True)
class Learning(ParameterSet):
    """Plasticity of the kernels, layer by layer."""

    rule: str = field_of("sign", "sign: by the order of spikes only; pair: decays with their distance", CODE,
                         allowed=("sign", "pair"))  # fmt: skip
    tau: Quantity = field_of(5 * ms, "time constant of the decay with distance, rule pair", FITTED, low=0.01 * ms)
    start_mean: float = field_of(0.8, "mean of the initial weights", CODE, low=0.01, high=0.99)
    start_sd: float = field_of(0.01, "standard deviation of the initial weights", CODE, low=0.0)
    images: tuple[float, ...] = numbers_of((3000, 4000), "number of images from which each convolution learns", FITTED)
    rates: tuple[float, ...] = numbers_of((0.008, 0.008), "initial potentiation a+ of each convolution", FITTED)
    doubling: int = field_of(600, "number of images after which a+ is doubled", FITTED, low=1)
    largest_rate: float = field_of(0.15, "largest a+", CODE, low=0.0, high=1.0)
    depression: float = field_of(0.75, "a- relative to a+", CODE, low=0.0)


@dataclass(frozen=True)
class Names(ParameterSet):
    """Name neurons, their couplings to concept neurons, and how these change."""

    n: int = field_of(16, "name neurons; those not yet given to an object are spare", FITTED, low=2)
    threshold: float = field_of(
        2.0, "lowest potential at which a concept neuron fires in every time step", FITTED, low=0.0
    )
    thresholds: tuple[float, ...] = numbers_of(
        (), "thresholds of the other convolutions for names; empty: as in layers", NAMING
    )
    rule: str = field_of(
        "surprise", "published: depression of the presented name; intended: of others; covariance, surprise: own rules",
        NAMING, allowed=RULES,
    )  # fmt: skip
    potentiation: float = field_of(0.007, "a+ of the couplings", NAMING, low=0.0)
    depression: float = field_of(0.003, "a- of the couplings", NAMING, low=0.0)
    start_mean: float = field_of(0.575, "mean of the initial couplings", NAMING)
    start_sd: float = field_of(0.05, "standard deviation of the initial couplings", NAMING, low=0.0)
    gate_sign: int = field_of(1, "1: acetylcholine opens the backward pathway; -1: closes it", NAMING, allowed=(1, -1))
    familiarity: float = field_of(0.002, "lowest rate at which activity of concept neurons becomes familiar", FITTED,
                                  low=0.0, high=1.0)  # fmt: skip
    least_spread: float = field_of(0.3, "variance added to that of the spike counts", FITTED, low=1e-6)


@dataclass(frozen=True)
class Homeostasis(ParameterSet):
    """Shares of neurons that fire for training images; they set thresholds for images other than those of a preset.

    The share of the locations of a layer at which a neuron fires is given in units of the share of the locations below
    it at which one does, so that it holds however much of an image is filled. There is one for each convolution from
    the first on; the last one holds for all further ones. Where none is given, thresholds stay as they are.
    """

    learning: tuple[float, ...] = numbers_of(
        (1.07, 0.87), "share of active locations when a convolution begins to learn", MEASURED
    )
    firing: tuple[float, ...] = numbers_of((1.02,), "share of active locations for features", MEASURED)
    names: tuple[float, ...] = numbers_of((), "share of active locations for names; empty: as for features", MEASURED)
    concepts: float = field_of(
        0.13, "share of active concept neurons for names, per active location below", MEASURED, low=1e-3
    )

    tolerance: float = field_of(2.0, "factor by which a share may differ before a threshold changes", FITTED, low=1.0)

    def of(self, what: str, n: int) -> list[float | None]:
        """Return the shares for n convolutions: ``"learning"``, ``"firing"`` or ``"names"``; None: no change."""
        given: tuple[float, ...] = getattr(self, what)
        return [*given, *[given[-1] if given else None] * n][:n]


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Size of the input, layers, how long an image is seen, and how kernels and names are learned.

    Examples
    --------
    >>> DIGITS.replace({"names.n": 10}).names.n, MNIST.height, PHOTO.layers[0].n_maps
    (10, 28, 4)
    """

    height: int = field_of(16, "height of the input in pixels", FITTED, low=1)
    width: int = field_of(16, "width of the input in pixels", FITTED, low=1)
    channels: int = field_of(2, "contrast channels: 1 on-centre, 2 on- and off-centre", FITTED, low=1)
    layers: tuple[Layer, ...] = field_of(
        (Conv(20, 5, 8, n_winners=5), Pool(2, 2, exclusive=True), Conv(60, 3, inf, 5, n_winners=8)),
        "layers from the input on, with thresholds for features and while kernels learn", FITTED, written=LAYERS,
    )  # fmt: skip
    first_layer: int = field_of(1, "number of the first layer", FITTED, low=1)
    last_bin: int = field_of(
        0,
        "last bin in which concept neurons fire; 0: as published, from the numbers of input bins and layers",
        CODE,
        low=0,
    )
    dt: Quantity = field_of(1 * ms, "time step and bin of integrate-and-fire neurons", FITTED, low=0.01 * ms)
    max_images: int = field_of(600, "largest number of images in one run of the program", FITTED, low=1)
    retina: Retina = field(default_factory=Retina)
    neurons: Neurons = field(default_factory=Neurons)
    learning: Learning = field(default_factory=Learning)
    names: Names = field(default_factory=Names)
    homeostasis: Homeostasis = field(default_factory=Homeostasis)

    def __post_init__(self) -> None:
        """Check that layers and lists can be read and fit together."""
        super().__post_init__()
        layers, learning = self.layers, self.learning
        if layers or self.first_layer == 1:  # the part above the concept neurons, which is shown their spikes, has none
            check_layers(layers)
        n = sum(isinstance(layer, Conv) for layer in layers)
        if layers and not isinstance(layers[-1], Conv):
            raise ParameterError("Parameters.layers: the last layer is that of the concept neurons; make it a conv.")
        if self.first_layer == 1 and len(layers) < 2:
            raise ParameterError(
                "Parameters.layers: concept neurons need layers below them, such as a conv and a pool."
            )
        for name, given, wanted in (
            ("learning.images", learning.images, n),
            ("learning.rates", learning.rates, n),
            ("names.thresholds", self.names.thresholds or (0,) * (n - 1), max(n - 1, 0)),
        ):
            if len(given) != wanted:
                raise ParameterError(f"Parameters.{name} = {given}: give a number for each of {wanted} convolutions.")
        if any(count < 1 or count % 1 for count in learning.images):
            raise ParameterError(f"Parameters.learning.images = {learning.images}: give whole numbers from 1.")


DIGITS = Parameters()
MNIST = DIGITS.replace(
    {
        "height": 28, "width": 28, "max_images": 500,
        "layers": (Conv(30, 5, 10, n_winners=5), Pool(2, 2, exclusive=True), Conv(100, 5, inf, 10, 8, radius=1)),
        "learning.images": (4000, 6000), "learning.rates": (0.004, 0.004), "learning.doubling": 1000,
        "homeostasis.learning": (1, 1.1), "homeostasis.firing": (1.04,), "homeostasis.concepts": 0.15,
    }
)  # fmt: skip
PHOTO = DIGITS.replace(
    {
        "height": 160, "width": 250, "channels": 1, "retina.border": 5, "max_images": 400,
        "layers": (
            Conv(4, 5, 10, n_winners=10, radius=5), Pool(7, 6, exclusive=True),
            Conv(20, 17, 50, 60, n_winners=4, radius=2), Pool(5, 5),
            Conv(20, 5, inf, 2, n_winners=2, radius=5),
        ),
        "learning.images": (3000, 5000, 6000), "learning.rates": (0.008, 0.0008, 0.0008), "learning.doubling": 500,
        "names.threshold": 10.0, "names.thresholds": (7, 20.25), "names.rule": "covariance",
        "homeostasis.learning": (0.58, 1.8, 3.3), "homeostasis.firing": (0.54, 0.32),
        "homeostasis.names": (1.27, 1.6),
        "homeostasis.concepts": 0.1,
    }
)  # fmt: skip
PRESETS = {"digits": DIGITS, "mnist": MNIST, "photo": PHOTO}
