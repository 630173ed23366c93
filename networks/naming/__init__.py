"""The spiking naming network: see an object, say its name."""

from networks.naming.circuit import build
from networks.naming.parameters import DIGITS, MNIST, PHOTO, PRESETS, Parameters
from networks.naming.phases import Phases, retina, trains

__all__ = ["DIGITS", "MNIST", "PHOTO", "PRESETS", "Parameters", "Phases", "build", "retina", "trains"]
