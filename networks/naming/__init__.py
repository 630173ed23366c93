"""The spiking naming network: see an object, say its name."""

from networks.naming.circuit import build
from networks.naming.parameters import CALTECH, DIGITS, MNIST, PRESETS, Parameters
from networks.naming.phases import Phases, retina, trains

__all__ = ["CALTECH", "DIGITS", "MNIST", "PRESETS", "Parameters", "Phases", "build", "retina", "trains"]
