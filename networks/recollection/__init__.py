"""The spiking recollection network: from a single cue back to the image that was seen."""

from networks.naming import retina, trains
from networks.recollection.circuit import build
from networks.recollection.parameters import DIGITS, MNIST, PHOTO, PRESETS, Parameters
from networks.recollection.phases import Phases

__all__ = ["DIGITS", "MNIST", "PHOTO", "PRESETS", "Parameters", "Phases", "build", "retina", "trains"]
