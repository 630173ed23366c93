"""Parameters of the naming network; presets.

Constants follow Kheradpisheh, Ganjtabesh, Thorpe & Masquelier (2018, doi 10.1016/j.neunet.2017.12.005) as
re-implemented in public and used for naming by Ben Houidi (2021, arXiv 2101.04137).
"""

from __future__ import annotations

from dataclasses import dataclass

from brian2 import Quantity, ms

from networks.naming.layers import parse_layers
from spiking_engrams.parameters import FITTED, ParameterSet, field_of

CODE = "Kheradpisheh 2018, public re-implementation"


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Size of the input, layers, and how long an image is seen."""

    height: int = field_of(160, "height of the input in pixels", CODE, low=1)
    width: int = field_of(250, "width of the input in pixels", CODE, low=1)
    channels: int = field_of(1, "contrast channels: 1 on-centre, 2 on- and off-centre", CODE, low=1)
    layers: str = field_of(
        "conv 4 x 5 > 10; pool 7 / 6 exclusive; conv 20 x 17 > 50; pool 5 / 5; conv 20 x 5 > inf",
        "layers from the input on; thresholds as published for features", CODE,
    )  # fmt: skip
    n_bins: int = field_of(9, "time step of the last input spike", CODE, low=1)
    dt: Quantity = field_of(1 * ms, "time step; an image lasts some 16 of them", FITTED, low=0.01 * ms)
    max_images: int = field_of(100, "images in one run of the program", FITTED, low=1)

    def __post_init__(self) -> None:
        """Check that the layers can be read."""
        super().__post_init__()
        parse_layers(self.layers)


CALTECH = Parameters()
