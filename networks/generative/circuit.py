"""The generative network: a hippocampal teacher stores images in one shot and replays them to a generative student.

After Spens & Burgess (2024, doi 10.1038/s41562-023-01799-z), whose teacher is a modern Hopfield network and whose
student is a variational autoencoder; here both are spiking networks with local plasticity. One program holds all of it,
so that replay is the activity of the teacher, and not data that are handed over.
"""

from __future__ import annotations

from typing import Any

from networks.generative.labels import labels
from networks.generative.parameters import Parameters
from networks.generative.phases import Phases
from networks.generative.senses import senses
from networks.generative.student import student
from networks.generative.teacher import teacher
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.neurons.calibration import calibrated
from spiking_engrams.neurons.models import resolve_neuron

SIGNALS = {
    "image_index": -1.0,
    "thought_index": -1.0,
    "onset": 0.0,  # 1 in the first step of an item: traces and input of index cells start anew
    "fresh": 0.0,  # 1 in the step in which latents start anew and the student does not learn
    "see": 0.0,  # 1: sensory cells show the image
    "release": 0.0,  # 1: sensory cells show what index cells recall
    "imagine": 0.0,  # 1: latents are clamped to a thought, and sensory cells show what they predict
    "dream": 0.0,  # standard deviation of the noise that drives contrast cells
    "adapt": 0.0,  # rate at which the retina adapts to the mean of images
    "to_index": 0.0,  # 1: contrast cells drive index cells
    "to_student": 0.0,  # 1: sensory cells drive the student
    "write": -1.0,  # assembly whose cells have a plateau potential, -1: none
    "writing": 0.0,  # weight per second of full activity of the presynaptic cell
    "label": -1.0,  # number of the label cell that is active, -1: none
    "bind": 0.0,  # above 0: the label is bound to what latents fired; 1 over the seconds in which they did
    "learn": 0.0,  # 1: the student learns
}


def build(parameters: Parameters | None = None, neuron: Any = None) -> Circuit:
    """Return the circuit.

    Traces are the sum of the student's predictions since the onset, for each error cell.

    Parameters
    ----------
    parameters
        All constants; those for digits if None.
    neuron
        Neuron model of index, error and latent cells, or its name. If None, index cells are leaky integrate-and-fire
        neurons, and error and latent cells fire with escape noise.

    Examples
    --------
    >>> circuit = build()
    >>> circuit.name, circuit.neuron, circuit.estimate()["plastic_synapses"]
    ('generative', 'IF', 332160)
    """
    p = parameters or Parameters()
    model = None if neuron is None else calibrated(resolve_neuron(neuron))
    parts = (senses(p), teacher(p, model), student(p, model), labels(p))
    dt = p.dt if model is None else min(p.dt, model.max_dt)
    return Circuit(
        name="generative",
        neuron="IF" if model is None else model.name,
        parameters=p,
        dt=dt,
        step=p.step,
        groups=tuple(group for groups, _ in parts for group in groups),
        connections=tuple(connection for _, connections in parts for connection in connections),
        signals=SIGNALS,
        banks={"image": (p.max_images, p.pixels), "thought": (p.max_images, 2 * p.student.latents * p.student.copies)},
        traces=("error.picture",),
        phases=Phases(p),
        inputs=(
            ("image", "brightness of pixels; pairs of contrast cells code its difference from the mean"),
            ("dream", "noise that drives contrast cells in sleep"),
            ("thought", "current that clamps each latent cell to a value in imagery"),
        ),
        measurements=(("spikes", "of every population"), ("error.picture", "sum of the predictions since the onset")),
    )  # fmt: skip
