"""Consolidated memories are distorted towards the prototype of their class.

After Spens & Burgess (2024), Fig. 5: the variance of each pixel over the images of a class is smaller in what the
student reconstructs, once its predictions have settled, than in what it sees. Any compression does so: as many
principal components of the memories are reported beside it. The teacher, which stores every image, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import generative
from networks.generative import readout
from protocols.generative import measures
from protocols.generative.claims import DISTORTION
from protocols.generative.data import ImageOptions, check, load
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

SHOWN = 10  # images in figures


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of prototypical distortion."""

    replays: int = field_of(3000, "replays from which the student learns", FITTED, low=1)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of one animal, whose memories the teacher recalls and, after replay, the student perceives."""
    phases = circuit.phases
    data = load(options, phases.parameters, draw)
    found = Life(data=data)
    awake = stored(found, phases, data.memories)
    shown = data.memories[: phases.parameters.max_images]
    awake.ask("recalled", phases.recall(shown), record=("index", "sense"))
    rested = nights(awake, phases, (options.replays,), data.test)
    rested.ask("consolidated", phases.perceive(shown), record=())
    return found


def measure(session: Session[generative.Parameters, Options], lived: Lived) -> None:
    """Record the variance within classes of what is seen, recalled and reconstructed."""
    p, data = session.parameters, data_of(lived)
    shown, of, settled = data.memories[: p.max_images], data.known_as, p.times.perceive // 2
    recalled = readout.recalled(p, lived["recalled"], p.times.recall).images
    consolidated = readout.pictures(p, lived["consolidated"], settled)
    tested = readout.pictures(p, lived[f"test_{session.options.replays}"], settled)
    labels = data.memory_labels[: len(shown)]
    session.metric("memories", len(data.memories), images=of)
    for name, images, wanted, classes in (
        ("teacher", recalled, shown, labels),
        ("student", consolidated, shown, labels),
        ("student_new", tested, data.test, data.labels),
        ("components", measures.by_components(data.memories, data.test, p.student.latents), data.test, data.labels),
    ):
        for what, value in distortion(images, wanted, classes).items():
            session.metric(what, value, recall=name, images=of)
    for name, images in (("seen", data.test), ("reconstructed", tested)):
        means = measures.variances(images, data.labels).mean(axis=1)
        session.series("variance", np.arange(len(means)), means, "class", images=name)
    session.array("distorted_images", np.stack([shown[:SHOWN], recalled[:SHOWN], consolidated[:SHOWN]]),
                  ("row", "item", "y", "x"))  # fmt: skip


def distortion(images: np.ndarray, wanted: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return how the variance within classes changes: its ratio, share of classes where it shrinks, effect size.

    The effect size is the mean over its standard deviation (Cohen's d) of the differences of all pixels and classes.
    """
    before, after = measures.variances(wanted, labels), measures.variances(images, labels)
    differences = after - before
    return {
        "variance_ratio": float(after.sum() / before.sum()),
        "classes_shrunk": float(np.mean(after.mean(axis=1) < before.mean(axis=1))),
        "effect_size": float(differences.mean() / max(differences.std(), 1e-12)),
    }


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of distorted images, and of the variance within each class."""
    from protocols.generative import drawing

    return {"images": drawing.distorted(folder), "variance": drawing.variance(folder)}


PROTOCOL = Protocol(
    name="prototypical_distortion",
    title="Consolidated memories are distorted towards the prototype of their class",
    network="generative",
    life=life,
    measure=measure,
    description="Variance within classes of images seen, recalled by the teacher, and reconstructed by the student.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=DISTORTION,
)
