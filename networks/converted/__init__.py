"""A trained convolutional network as spiking neurons, with a backward pathway from pointers to its input."""

from networks.converted.circuit import build
from networks.converted.parameters import Parameters
from networks.converted.phases import Phases
from networks.converted.size import estimate

__all__ = ["Parameters", "Phases", "build", "estimate"]
