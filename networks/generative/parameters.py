"""Parameters of the generative network: senses, teacher and student.

Values marked as fitted were chosen on digits with development seeds; images that protocols test were not used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from brian2 import Hz, Quantity, ms, second

from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of

MOST_SYNAPSES, BYTES = 3e8, 32  # of the teacher; memory for each
SPENS = "Spens & Burgess 2024"
DENDRITE = "Urbanczik & Senn 2014, for dendritic prediction"
ALIGNED = "Kolen & Pollack 1994, for the equal decay of both directions"


@dataclass(frozen=True)
class Senses(ParameterSet):
    """Cells that code brightness, and pairs of cells that code contrast."""

    rate: Quantity = field_of(200 * Hz, "rate of a sensory cell at full brightness", FITTED, low=1 * Hz)
    contrast_rate: Quantity = field_of(
        400 * Hz, "rate of a contrast cell at full contrast; it stands for a few cells", FITTED, low=1 * Hz
    )
    contrast_gain: float = field_of(2.0, "contrast per difference of the brightness from its mean", FITTED, low=0.01)
    noise_density: float = field_of(
        0.2, "share of the pixels whose contrast cells are driven in sleep", FITTED, low=0.0, high=1.0
    )


@dataclass(frozen=True)
class Teacher(ParameterSet):
    """Assemblies of index cells, which store a memory each."""

    memories: int = field_of(500, "number of assemblies", SPENS + ": 10,000", low=2, high=100_000)
    cells: int = field_of(3, "index cells of an assembly", FITTED, low=1)
    rule: str = field_of(
        "hebbian", "hebbian: clipped weights that repeat the spikes of an image; plateau: binary ones", FITTED,
        allowed=("hebbian", "plateau"),
    )  # fmt: skip
    tau: Quantity = field_of(20 * ms, "membrane time constant of index cells", FITTED, low=1 * ms)
    refractory: Quantity = field_of(3 * ms, "their refractory period", FITTED, low=0 * ms)
    tau_input: Quantity = field_of(100 * ms, "time constant of their input from contrast cells", FITTED, low=1 * ms)
    drive: float = field_of(4.0, "their input, in thresholds, for an overlap of 1 with a cue", FITTED, low=0.0)
    dream: float = field_of(1.5, "standard deviation of the contrast that noise causes in sleep", FITTED, low=0.0)
    inhibition: float = field_of(
        1.5, "inhibition of all by a spike of one: inverse temperature of the competition", FITTED, low=0.0
    )
    excitation: float = field_of(2.25, "excitation of the other cells of its assembly", FITTED, low=0.0)
    tau_inhibition: Quantity = field_of(30 * ms, "time constant of both", FITTED, low=1 * ms)
    adaptation: float = field_of(0.02, "adaptation by a spike", FITTED, low=0.0)
    tau_adaptation: Quantity = field_of(20 * second, "time constant of adaptation", FITTED, low=1 * ms)
    hold: float = field_of(10.0, "inhibition at an onset, while input is summed", FITTED, low=0.0)
    tau_release: Quantity = field_of(20 * ms, "time constant of the output to sensory cells", FITTED, low=1 * ms)
    half_release: float = field_of(0.5, "recent index spikes at which the output is halved", FITTED, low=1e-3)


@dataclass(frozen=True)
class Student(ParameterSet):
    """Error cells, latent cells and the plasticity of the synapses between them."""

    latents: int = field_of(20, "latent dimensions", SPENS, low=1)
    copies: int = field_of(8, "cells for each latent and sign", FITTED, low=1)
    tau: Quantity = field_of(20 * ms, "time constant of input and prediction", DENDRITE, low=1 * ms)
    error_rate: Quantity = field_of(200 * Hz, "rate of an error cell at an error of 1", FITTED, low=1 * Hz)
    latent_rate: Quantity = field_of(150 * Hz, "largest rate of a latent cell", FITTED, low=1 * Hz)
    largest: float = field_of(4.0, "value of a latent at which its cells fire at that rate", FITTED, low=0.01)
    leak: Quantity = field_of(0.5 * Hz, "decay of latents", FITTED, low=0 * Hz)
    feedback: float = field_of(0.2, "change of a latent by an error spike through a weight of 1", FITTED, low=0.0)
    learning_rate: float = field_of(1.2e-3, "change of a weight per latent spike and unit of error", FITTED, low=0.0)
    scaling: float = field_of(0.1, "decay of a weight per latent spike, in learning rates", ALIGNED, low=0.0)
    bias_rate: float = field_of(2e-3, "change of the bias per step and unit of error", FITTED, low=0.0, high=1.0)
    labels: int = field_of(10, "label cells", "data", low=1)
    spread: float = field_of(1.0, "noise of a thought, in standard deviations of what was seen with its label", FITTED,
                             low=0.0)  # fmt: skip
    start: float = field_of(0.3, "length of the initial weights of a latent", FITTED, low=0.0)


@dataclass(frozen=True)
class Times(ParameterSet):
    """Steps of an item in the phases of the network."""

    encode: int = field_of(11, "steps of an image that is stored; the plateau comes with the last one", FITTED, low=2)
    recall: int = field_of(10, "steps of a cue", FITTED, low=3)
    replay: int = field_of(6, "steps of a replay: two until a memory wins, one to settle, then learning", FITTED, low=4)
    imagine: int = field_of(10, "steps of a thought", FITTED, low=3)
    perceive: int = field_of(11, "steps of an image that the student perceives; the first one is not read", FITTED,
                             low=3)  # fmt: skip


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the generative network.

    Examples
    --------
    >>> Parameters().replace({"teacher.memories": 100}).teacher.memories, Parameters().pixels
    (100, 64)
    """

    height: int = field_of(8, "height of images in pixels", "data", low=2, high=128)
    width: int = field_of(8, "width of images in pixels", "data", low=2, high=128)
    dt: Quantity = field_of(1 * ms, "time step", FITTED, low=0.1 * ms, high=1 * ms)
    step: Quantity = field_of(50 * ms, "time step of schedules", FITTED, low=10 * ms)
    max_images: int = field_of(500, "largest number of images in a phase", FITTED, low=1)
    senses: Senses = field(default_factory=Senses)
    teacher: Teacher = field(default_factory=Teacher)
    student: Student = field(default_factory=Student)
    times: Times = field(default_factory=Times)

    def __post_init__(self) -> None:
        """Check that the synapses of the teacher fit into memory."""
        super().__post_init__()
        n = 3 * self.pixels * self.teacher.memories * self.teacher.cells
        if n > MOST_SYNAPSES:
            raise ParameterError(
                f"{self.teacher.memories} assemblies of {self.teacher.cells} cells and {self.pixels} pixels need "
                f"{n:.1g} synapses, about {n * BYTES / 1e9:.0f} GB; at most {MOST_SYNAPSES:.0g} are allowed. Lower "
                "teacher.memories, teacher.cells, or height and width."
            )

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.height * self.width


DIGITS = Parameters()
PRESETS = {"digits": DIGITS}
