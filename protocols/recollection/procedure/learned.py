"""The recollection network as a `Brain`: it sees like the naming network, with kernels that it learned."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Any, Self

import numpy as np

from networks import recollection
from networks.naming import readout
from protocols.naming.data import PRESET_OF
from protocols.naming.model import NamingModel
from protocols.recollection.procedure.gains import homeostatic
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.sight import Sight, of_contrast
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.state import State


class Learned:
    """Recollection network that learned kernels from training images; attributes as of `Brain`.

    With another neuron model, kernels are learned in integrate-and-fire neurons unless the options say otherwise.
    """

    def __init__(self, session: Session[recollection.Parameters, Any]):
        own = not session.neuron or session.options.learner == "own"
        self.learning = session if own else session.of(recollection.build(session.parameters))
        self.learner = NamingModel(session, self.learning)
        self.session: Session[recollection.Parameters, Any] = session
        self.parameters, self.images = session.parameters, self.learner.images
        self.phases: Any = self.learner.phases

    @cached_property
    def learned(self) -> State:
        """State with learned kernels, before anything is remembered."""
        learned = self.learning.pretrained(self.learner.lessons)
        if self.learning is self.session:
            return learned
        kernels = readout.kernels(self.parameters, learned)
        return readout.with_kernels(self.parameters, self.learner.naive, list(kernels.values()))

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers."""
        return list(readout.shapes(self.parameters))

    @property
    def by_preset(self) -> bool:
        """Whether parameters, except sizes, and thresholds are those of the preset for these images."""
        preset = recollection.PRESETS.get(PRESET_OF.get(self.images.known_as, ""))
        return is_preset(self.parameters, preset) and not self.learner.homeostatic

    def sight(self, n: int) -> Sight:
        """Return how the first `n` test images are seen."""
        pictures = np.asarray(self.images.test.images[:n], float)
        return of_contrast(self.parameters, pictures, self.images.test_spikes[:n])

    def with_changes(self, changes: dict[str, Any]) -> Self:
        """Return the network with other parameters and the same kernels."""
        other, kernels = copy.copy(self), readout.kernels(self.parameters, self.learned)
        other.parameters = self.parameters.replace(changes)
        other.session = self.session.of(recollection.build(other.parameters, self.session.neuron or None))
        other.phases = other.session.circuit.phases.with_thresholds(self.learner.thresholds)
        new = other.session.simulation.initial_state(self.session.seed)
        other.__dict__["learned"] = readout.with_kernels(other.parameters, new, list(kernels.values()))
        return other


def is_preset(parameters: Any, preset: Any) -> bool:
    """Return whether parameters are those of a preset, except for sizes."""
    p = parameters
    sizes = {"names.n": p.names.n, "pointers.n": p.pointers.n, "max_images": p.max_images}
    return bool(preset is not None and preset.replace(sizes).to_dict() == p.to_dict())


def rememberer(session: Session[recollection.Parameters, Any], n_episodes: int = 0) -> RecallModel:
    """Return the network of a recall protocol, with backward gains set by homeostasis if requested."""
    brain = Learned(session)
    found = RecallModel(brain, brain.images.known_as, n_episodes)
    if brain.learner.homeostatic:
        found.gains = homeostatic(found, found.parameters.homeostasis.tolerance)
    return found
