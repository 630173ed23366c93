"""Imagination: labels evoke images of their class that the network has never seen.

After Spens & Burgess (2024), Fig. 4. After replay the student perceives labelled images; label cells learn the mean and
the variance of what each latent cell fires. In imagery they clamp latent cells to the mean plus noise, and sensory
cells show what is predicted. A classifier of pixels that never saw the network names the images. Controls: labels
learned in random order; latents of a student that has not slept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import generative
from networks.generative import readout
from networks.generative.phases import SETTLE
from protocols.generative import measures
from protocols.generative.claims import IMAGINATION
from protocols.generative.data import Data, ImageOptions, check, load
from protocols.generative.meanings import MEANINGS
from protocols.generative.night import data_of, nights, stored
from protocols.generative.starting import starting
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

CONTROLS = ("shuffled", "naive")
SHOWN = 8  # images of each class in the figure


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of imagination."""

    replays: int = field_of(3000, "replays from which the student learns", FITTED, low=1)
    n_labels: int = field_of(500, "labelled images, of the memories", FITTED, low=10)
    n_imagined: int = field_of(40, "images of each class that are imagined", FITTED, low=1)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of one animal, with branches for the controls."""
    phases, data = circuit.phases, load(options, circuit.phases.parameters, draw)
    images, labels = data.memories[: options.n_labels], data.memory_labels[: options.n_labels]
    classes = np.unique(data.memory_labels)
    found = Life(data=data, classes=np.repeat(classes, options.n_imagined))
    awake = stored(found, phases, data.memories)
    rested = nights(awake, phases, (options.replays,), data.test)
    shuffled = draw.rng("labels").permutation(labels)
    for name, moment, taught in (("learned", rested, labels), ("shuffled", rested, shuffled), ("naive", awake, labels)):
        taught_student = moment.then(
            f"associate_{name}", phases.associate(images, taught), record=(), keep=name == "learned"
        )
        taught_student.ask(f"imagine_{name}", phases.imagine_labels(found.facts["classes"]), record=("sense",))
    return found


def measure(session: Session[generative.Parameters, Options], lived: Lived) -> None:
    """Record how imagined images are named, how far they are from what is stored, and how they are distributed."""
    p, data, classes = session.parameters, data_of(lived), lived.life.facts["classes"]
    of, machine = data.known_as, measures.classifier(data)
    session.metric("memories", len(data.memories), images=of)
    for name in ("learned", *CONTROLS):
        imagined = np.minimum(readout.shown(p, lived[f"imagine_{name}"], p.times.imagine), 1)
        right = machine.predict(imagined.reshape(len(imagined), -1)) == classes
        session.metric("named", float(right.mean()), images=of, of=name)
        if name == "learned":
            worst = min(right[classes == each].mean() for each in np.unique(classes))
            session.metric("named_worst", float(worst), images=of)
            session.metric("frechet", measures.frechet(imagined, data.test), images=of, of=name)
            nearest = [measures.neighbours(each, data.memories) for each in (imagined, data.test)]
            session.metric("nearest", nearest[0] / nearest[1], images=of)
            session.metric("variance_ratio", _variety(p, imagined, classes, data), images=of, recall=name)
            by_class = imagined.reshape(-1, session.options.n_imagined, p.height, p.width)
            session.array("imagined_images", by_class[:, :SHOWN], ("row", "item", "y", "x"))
    seen = readout.pictures(p, lived[f"test_{session.options.replays}"])
    for name, images in (("test_images", data.test), ("reconstructed", seen)):
        named = machine.predict(np.clip(images, 0, 1).reshape(len(images), -1))
        session.metric("named", float(np.mean(named == data.labels)), images=of, of=name)
    session.metric("frechet", measures.frechet(data.memories, data.test), images=of, of="memories")


def _variety(p: generative.Parameters, imagined: np.ndarray, classes: np.ndarray, data: Data) -> float:
    """Return the variance within classes as a share of that of test images, without what random spikes add."""
    by_chance = imagined.mean() / float(p.senses.rate * p.step * (p.times.imagine - SETTLE))
    found, wanted = measures.variances(imagined, classes), measures.variances(data.test, data.labels)
    return float((found.mean() - by_chance) / wanted.mean())


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of imagined images of every class."""
    from protocols.generative import drawing

    return {"imagined": drawing.imagined(folder)}


PROTOCOL = Protocol(
    name="imagination",
    title="Imagination: labels evoke images of their class",
    network="generative",
    life=life,
    measure=measure,
    description="Label cells clamp latents to what was fired for their class, with noise; sensory cells show it.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=IMAGINATION,
)
