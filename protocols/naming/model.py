"""Network of the naming protocols: its images, the kernels that it learns, and its responses with them.

Kernels are learned in the whole network. The spikes of the concept neurons and of the layer below are recorded for
every image, and experiments with names run on the part above, with these spikes as input; see `names`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from networks import naming
from networks.naming import readout
from networks.naming.homeostasis import Thresholds
from protocols.naming.data import Images, load
from protocols.naming.kernels import LEARNED, given_kernels
from protocols.naming.thresholds import Learner
from spiking_engrams.experiment.session import Session
from spiking_engrams.runs.metrics import Condition
from spiking_engrams.state.state import State

PUBLISHED_STARTS = {"id0": 0.5}  # mean initial coupling, by kernels for the photographs (Ben Houidi 2021, code)
PUBLISHED_THRESHOLDS = {"id0": (6.25, 20.75)}  # thresholds for naming, same source
GRID = 4  # features are the largest potentials of each map within GRID x GRID parts of the image


@dataclass(frozen=True)
class Seen:
    """Responses of the network with one set of kernels; each pair holds training and test images.

    Attributes
    ----------
    spikes
        Spike trains of the concept neurons and of the layer below them, by layer name.
    features
        Largest potentials of the maps of the concept layer, ``(n_images, n_features)``.
    counts
        Spike count of each concept neuron, ``(n_images, n_concepts)``: the input of the names.
    state
        State with these kernels.
    """

    kernels: str
    spikes: dict[str, tuple[np.ndarray, np.ndarray]]
    features: tuple[np.ndarray, np.ndarray]
    counts: tuple[np.ndarray, np.ndarray]
    state: State


class NamingModel:
    """Network of one seed; `learning` is the session of the circuit that learns kernels, if it differs."""

    def __init__(self, session: Session[Any, Any], learning: Session[Any, Any] | None = None):
        self.session = session
        self.parameters: naming.Parameters = session.parameters
        self.phases: naming.Phases = session.circuit.phases
        self.images: Images = load(session.options, self.parameters, session.rng("images"))
        session.note("classes", self.images.train.classes)
        usual = not session.neuron and not self.homeostatic
        self.full_size = self.images.full_size(self.parameters) and usual
        self.metric("full_size", float(self.full_size))
        self.lessons = self.phases.lessons(self.images.train_spikes, session.rng("lessons"))
        self.thresholds = Thresholds()
        if self.homeostatic:
            learner = Learner(learning or session, self.images.train_spikes, self.lessons)
            self.lessons, self.thresholds = learner.balanced()
            self.phases = self.phases.with_thresholds(self.thresholds)

    def metric(self, name: str, value: float, **conditions: Condition) -> None:
        """Record a metric of these images under conditions."""
        self.session.metric(name, value, "1", images=self.images.known_as, **conditions)

    def series(self, name: str, x: Any, y: Any, x_unit: str, **conditions: Condition) -> None:
        """Record a curve of these images under conditions."""
        self.session.series(name, x, y, x_unit, images=self.images.known_as, **conditions)

    @property
    def homeostatic(self) -> bool:
        """Whether thresholds are set by homeostasis: for user images, unless the options say otherwise."""
        return self.images.homeostatic(self.session.options)

    @property
    def labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Classes of the training and the test images."""
        return self.images.train.labels, self.images.test.labels

    @cached_property
    def naive(self) -> Any:
        """State before learning."""
        return self.session.simulation.initial_state(self.session.seed)

    def states(self) -> dict[str, Any]:
        """Return states by kernels: learned here (shared by all naming protocols), and with the given ones."""
        given = given_kernels(self.session.options, self.parameters)
        theirs = {name: readout.with_kernels(self.parameters, self.naive, each) for name, each in given.items()}
        return {LEARNED: self.session.pretrained(self.lessons), **theirs}

    def see(self, state: State, kernels: str) -> Seen:
        """Show all images and return features (with the thresholds for features) and spikes (with those for names)."""
        p, step = self.parameters, float(self.session.circuit.step)
        grid = 1 if p.names.thresholds else GRID
        thresholds = PUBLISHED_THRESHOLDS.get(kernels, ()) if self.full_size else ()
        to_name = partial(self.phases.see_to_name, thresholds=thresholds)
        pairs: tuple[list[Any], ...] = ([], [], [], [])
        for part, trains in (("train", self.images.train_spikes), ("test", self.images.test_spikes)):
            chunks_of: tuple[list[Any], ...] = ([], [], [], [])
            below, top, features, counts = chunks_of
            for recording in self._show(to_name, f"{kernels}_{part}", trains, state):  # one at a time: they are large
                below.append(readout.trains_of(self.session.circuit, recording, self.below))
                top.append(readout.trains_of(self.session.circuit, recording, self.top))
                counts.append(recording.counts(self.top, step).astype(np.uint8))
                if not p.names.thresholds:
                    features.append(readout.largest(readout.potentials(p, recording), grid))
            if p.names.thresholds:
                for recording in self._show(self.phases.see, f"{kernels}_{part}_features", trains, state):
                    features.append(readout.largest(readout.potentials(p, recording), grid))
            for pair, found in zip(pairs, chunks_of, strict=True):
                pair.append(np.concatenate(found))
        all_below, all_top, all_features, all_counts = ((train, test) for train, test in pairs)
        return Seen(kernels, {self.below: all_below, self.top: all_top}, all_features, all_counts, state)

    @property
    def below(self) -> str:
        """Name of the layer below the concept neurons."""
        return list(readout.shapes(self.parameters))[-2]

    @property
    def top(self) -> str:
        """Name of the layer of the concept neurons."""
        return list(readout.shapes(self.parameters))[-1]

    def _show(self, phase: Callable[[np.ndarray], Any], label: str, trains: np.ndarray, state: State) -> Iterator[Any]:
        for first, chunk in chunks(trains, self.parameters.max_images):
            _, recording = self.session.run(
                f"see_{label}_{first}", phase(chunk), state, keep=False, record=[self.below, self.top]
            )
            yield recording


def chunks(trains: np.ndarray, size: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the images in chunks of at most `size`, each with the index of its first image."""
    return ((first, trains[first : first + size]) for first in range(0, len(trains), size))


def check(options: Any, parameters: naming.Parameters) -> None:
    """Raise an error before anything is built if images or kernels of a run cannot be used."""
    given_kernels(options, parameters)
    everything = options.replace({"n_train": 0, "n_test": 0})
    for each in [options] if options == everything else [options, everything]:
        load(each, parameters, np.random.default_rng(1))
