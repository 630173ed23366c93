"""Recall in a trained convolutional network converted to spiking neurons.

Test images are classified by the spiking network and by the original one. Then they serve as episodes: seen once and
recalled from a single cue as in `image_recall`, with the same controls. The gains of the backward pathway are set such
that each layer fires as often in recall of training images as in their perception.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from networks import converted
from networks.converted import relu
from networks.converted.phases import coded
from networks.converted.weights import Stage, converted_stages
from protocols.naming.claims.any_images import ANY_RECALL
from protocols.naming.model import chunks
from protocols.recollection.claims.recall import CONVERTED, RECALL
from protocols.recollection.image_recall import Options as RecallOfImages
from protocols.recollection.image_recall import figures, recall_from_cues
from protocols.recollection.procedure.converted import Converted, grey_images
from protocols.recollection.procedure.gains import homeostatic
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import check_limits
from protocols.recollection.procedure.outcome import headline
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.schedule.life import Life


@dataclass(frozen=True)
class Options(RecallOfImages):
    """Options of recall in a converted network."""

    n_classified: int = field_of(200, "test images to classify", FITTED, low=1)


def schedule(options: Options, parameters: converted.Parameters) -> Life:
    """Return the life of the network, without controls."""
    phases, n_steps = converted.Phases(parameters), options.n_steps
    blank = np.zeros((2, converted_stages(parameters)[0].below[0], parameters.height, parameters.width))
    start = Life().born()
    start.ask("classify_0", phases.see(blank))
    seen = start.then("episodes_0", phases.memorise(blank, np.arange(2)))
    later = seen.then("others_0", phases.retain(2, blank))
    later.ask("recall_pointer", phases.recall_episode([0, 1], n_steps=n_steps))
    later.ask("recall_name", phases.recall_from_name([0, 1], n_steps=n_steps))
    later.ask("recall_degraded", phases.recall_from_image(blank, n_steps=n_steps))
    return start.life


def run(session: Session[converted.Parameters, Options]) -> None:
    """Run one seed."""
    brain = Converted(session)
    model, top = RecallModel(brain, CONVERTED), brain.stages[-1]
    if session.circuit.traces and top.shape[0] == len(model.images.test.classes):
        classify(model, brain.stages)
    model.gains = homeostatic(model)
    recall_from_cues(model)


def classify(model: RecallModel, stages: Sequence[Stage]) -> None:
    """Record how often the spiking network, and the original one, classify test images correctly."""
    session, top = model.session, stages[-1].name
    images, labels = (a[: session.options.n_classified] for a in (model.images.test_spikes, model.images.test.labels))
    charges = []
    for first, chunk in chunks(images, model.parameters.max_images):
        _, found = session.run(f"classify_{first}", model.phases.see(chunk), model.learned, keep=False, record=())
        charges.append(found.traces[f"{top}.charge"])
    spiking = np.concatenate(charges).argmax(axis=1)
    before = relu.activations(stages, coded(model.parameters, images))[top]
    expected = before.reshape(len(images), -1).argmax(axis=1)
    model.metric("accuracy", float((spiking == labels).mean()), network="spiking")
    model.metric("accuracy", float((expected == labels).mean()), network="before")
    model.metric("agreement", float((spiking == expected).mean()))


def check(options: Options, parameters: converted.Parameters) -> None:
    """Raise an error before anything is built if weights or images cannot be used."""
    grey_images(options, parameters, converted_stages(parameters)[0].below[0], np.random.default_rng(1))
    check_limits(options, parameters)


PROTOCOL = Protocol(
    name="recall_converted",
    title="Recall in a converted network",
    network="converted",
    run=run,
    schedule=schedule,
    description="A trained convolutional network converted to spikes: classification, and recall with controls.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    figures=figures,
    phenomena=(*ANY_RECALL, *RECALL),
    headline=headline,
)
