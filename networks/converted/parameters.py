"""Parameters of a converted network."""

from __future__ import annotations

from dataclasses import dataclass, field

from brian2 import Quantity, ms

from networks import naming
from networks.recollection.parameters import Backward, Pointers, Traces
from spiking_engrams.errors import ParameterError
from spiking_engrams.files.storage import from_anywhere
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of

FILE = "the file of weights"


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Weights, the size of the images, how long each is shown, and the backward pathway.

    Examples
    --------
    >>> Parameters(mean=(0.5,)).signs, Parameters().signs
    (2, 1)
    """

    weights: str = field_of("", ".npz or .safetensors with a trained network; empty: a small one for digits", FILE)
    layers: str = field_of("", "layers of the network; empty: as described in the file", FILE)
    last: str = field_of("", "last layer to build, such as conv5; empty: all", FILE)
    height: int = field_of(16, "height of the input in pixels", FITTED, low=1)
    width: int = field_of(16, "width of the input in pixels", FITTED, low=1)
    mean: tuple[float, ...] = field_of(
        (), "grey value from 0 to 1 that is subtracted, for each channel; empty: 0", FILE, low=0.0
    )
    deviation: tuple[float, ...] = field_of(
        (), "grey value that counts as 1, for each channel; empty: 1", FILE, low=0.0, high=1e6
    )
    n_bins: int = field_of(32, "time steps in which a layer fires, and levels of activation", FITTED, low=2, high=1000)
    dt: Quantity = field_of(1 * ms, "time step", FITTED, low=0.01 * ms)
    max_images: int = field_of(100, "largest number of images in one run of the program", FITTED, low=1)
    signed: int = field_of(1, "1: negative weights also count in the backward pathway", FITTED, allowed=(0, 1))
    memory: float = field_of(0.0, "memory in GB that the circuit may use; 0: all the machine has", FITTED, low=0.0)
    names: naming.parameters.Names = field_of(naming.parameters.Names(n=60), "name neurons, at least one per episode")
    traces: Traces = field(default_factory=Traces)
    backward: Backward = field_of(
        Backward(gains=()), "the path from a layer to the one below; empty gains: from the weights"
    )
    pointers: Pointers = field(default_factory=Pointers)

    @property
    def signs(self) -> int:
        """2 if values below the mean have input neurons of their own, else 1."""
        return 2 if self.mean else 1

    def __post_init__(self) -> None:
        """Make the path absolute, so that a run can be resumed from any folder; check that parameters fit together."""
        super().__post_init__()
        object.__setattr__(self, "weights", from_anywhere(self.weights))
        if any(value > 1 for value in self.mean):
            raise ParameterError(f"Parameters.mean = {self.mean}: grey values are from 0 to 1; divide by 255.")
        if 0 in self.deviation:
            raise ParameterError(f"Parameters.deviation = {self.deviation} holds a 0; give numbers above 0.")
        if self.traces.kind == "argmax":
            raise ParameterError(
                "Parameters.traces.kind = 'argmax': a pool passes on the strongest anyway; use 'first'."
            )
        if self.backward.inhibition > 0:
            raise ParameterError(
                f"Parameters.backward.inhibition = {self.backward.inhibition}: maps of a converted network do not "
                "compete; use 0."
            )
        if self.backward.kind != "reverse" and self.signed:
            raise ParameterError(
                f"Parameters.backward.kind = '{self.backward.kind}': gap junctions have no negative conductance; use "
                "signed=0, or reverse currents."
            )
