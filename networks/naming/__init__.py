"""The spiking naming network; so far its forward path: from an image to the potentials of concept neurons."""

from networks.naming.circuit import forward
from networks.naming.parameters import CALTECH, Parameters
from networks.naming.phases import potentials, see

__all__ = ["CALTECH", "Parameters", "forward", "potentials", "see"]
