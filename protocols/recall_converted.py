"""Recall in a trained convolutional network that was converted to spiking neurons.

Test images are classified by spikes and by the network as it was before. Then they are episodes: seen once, and
recalled from a single cue as in `image_recall`, with the same controls. The gains of the way back are those at which
training images make each layer fire as often in recall as in perception.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from networks import converted
from networks.converted import relu, weights
from networks.converted.phases import coded, grey
from networks.converted.weights import converted_stages
from protocols.image_files import pictures
from protocols.image_recall import Options as RecallOfImages
from protocols.image_recall import figures, recall_from_cues
from protocols.naming_data import Images
from protocols.naming_subject import chunks
from protocols.recall_claims import CONVERTED, CONVERTED_RECALL
from protocols.recall_gains import homeostatic
from protocols.recall_options import check_limits
from protocols.recall_subject import Rememberer
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of


@dataclass(frozen=True)
class Options(RecallOfImages):
    """Options of the recall in a converted network."""

    n_classified: int = field_of(200, "test images that are classified", FITTED, low=1)


class Converted(Rememberer):
    """One seed: its images as grey values, and what the converted network makes of them."""

    def __init__(self, session: Any):
        self.session, self.parameters, self.phases = session, session.parameters, session.circuit.phases
        self.stages = converted_stages(self.parameters)
        everything = grey_images(session.options, self.parameters, self.stages[0].below[0], session.rng("images"))
        self.images = without_trained(everything, weights.read(self.parameters.weights, self.parameters.layers))
        self.remember(CONVERTED)

    @cached_property
    def learned(self) -> Any:
        """State with the trained weights."""
        return self.session.simulation.initial_state(self.session.seed)

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers that fire."""
        firing = [stage.name for stage in self.stages if self.session.circuit.group(stage.name).threshold]
        return ["input", *firing]

    def contrast_of(self, trains: np.ndarray) -> np.ndarray:
        """Return images as the trained network takes them, mean of the channels."""
        return coded(self.parameters, trains).mean(axis=1)

    def pictured(self, spikes: np.ndarray) -> np.ndarray:
        """Return the pictures for which spike counts of the input stand, mean of the channels."""
        p = self.parameters
        maps = spikes.reshape(len(spikes), -1, self.stages[0].below[0], p.height, p.width).astype(float).mean(axis=2)
        return np.asarray(maps[:, 0] - maps[:, 1] if maps.shape[1] == 2 else maps[:, 0])


def schedule(options: Options, parameters: Any) -> list[tuple[str, Any]]:
    """Return the labelled phases."""
    phases = converted.Phases(parameters)
    blank = np.zeros((2, converted_stages(parameters)[0].below[0], parameters.height, parameters.width))
    return [
        ("images to classify", phases.see(blank)),
        ("episodes", phases.memorise(blank, np.arange(2))),
        ("other images", phases.retain(2, blank)),
        ("recall", phases.recall_episode([0, 1], n_steps=options.n_steps)),
        ("recall by name", phases.recall_from_name([0, 1], n_steps=options.n_steps)),
        ("recall from a part", phases.recall_from_image(blank, n_steps=options.n_steps)),
    ]


def run(session: Any) -> None:
    """Run one seed."""
    subject = Converted(session)
    if session.circuit.traces:
        classify(subject)
    subject.gains = homeostatic(subject)
    recall_from_cues(subject)


def classify(subject: Converted) -> None:
    """Deposit how often spikes, and the network before its conversion, tell the class of test images."""
    session, top = subject.session, subject.stages[-1].name
    images, labels = (
        a[: session.options.n_classified] for a in (subject.images.test_spikes, subject.images.test.labels)
    )
    charges = []
    for first, chunk in chunks(images, subject.parameters.max_images):
        _, found = session.run(f"classify_{first}", subject.phases.see(chunk), subject.learned, keep=False, record=())
        charges.append(found.traces[f"{top}.charge"])
    spiking = np.concatenate(charges).argmax(axis=1)
    before = relu.activations(subject.stages, coded(subject.parameters, images))[top]
    expected = before.reshape(len(images), -1).argmax(axis=1)
    session.metric(f"{CONVERTED}_accuracy", float((spiking == labels).mean()))
    session.metric(f"{CONVERTED}_relu_accuracy", float((expected == labels).mean()))
    session.metric(f"{CONVERTED}_agreement", float((spiking == expected).mean()))


def grey_images(options: Any, parameters: Any, channels: int, generator: np.random.Generator) -> Images:
    """Return images as grey values from 0 to 1, the same in all channels, ``(n, channels, height, width)``."""
    train, test, known_as = pictures(options, (parameters.height, parameters.width), generator)
    return Images(train, test, grey(train, channels), grey(test, channels), known_as)


def without_trained(images: Images, trained: weights.Trained) -> Images:
    """Return images without those test images with which the network was trained, as far as its file says."""
    known = trained.arrays.get("trained", np.zeros(0, np.uint64))
    new = np.flatnonzero(~np.isin(weights.fingerprints(images.test.images), known))
    return replace(images, test=images.test.select(new), test_spikes=images.test_spikes[new])


def check(options: Options, parameters: Any) -> None:
    """Raise if weights or images cannot be used, before anything is built."""
    grey_images(options, parameters, converted_stages(parameters)[0].below[0], np.random.default_rng(1))
    check_limits(options, parameters)


PROTOCOL = Protocol(
    name="recall_converted",
    title="Recall in a converted network",
    network="converted",
    run=run,
    schedule=schedule,
    description="A trained convolutional network in spikes: classes, and recall of episodes with controls.",
    options=Options(),
    check=check,
    figures=figures,
    phenomena=CONVERTED_RECALL,
)

if __name__ == "__main__":
    from protocols.command import main

    main("recall_converted")
