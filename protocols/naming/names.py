"""Experiments with names on the recorded responses of a network, under one rule."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numpy as np

from networks import naming
from networks.naming import readout
from networks.naming.parameters import OWN_RULES
from protocols.naming.model import PUBLISHED_STARTS, NamingModel, Seen, chunks
from spiking_engrams.state.state import State

IMAGES_PER_RUN = 400


class Namer:
    """Part of the network that learns and recalls names.

    Its input is recorded spikes: those of the concept neurons under our own rules, which read only spikes, otherwise
    those of the layer below, for the potentials that weight the read-out. Concept neurons of another neuron model may
    fire twice in a bin, so they are always simulated.
    """

    def __init__(self, model: NamingModel, seen: Seen, rule: str, start_mean: float | None = None):
        shown = model.top if rule in OWN_RULES and not model.session.neuron else model.below
        p = readout.above(model.session.circuit, shown, IMAGES_PER_RUN)
        if start_mean is None and model.full_size:
            start_mean = PUBLISHED_STARTS.get(seen.kernels)
        starts, threshold = (
            start_mean or p.names.start_mean,
            model.thresholds.names.get(f"{model.top}.concept_threshold"),
        )
        self.parameters = p.replace(
            {"names.rule": rule, "names.start_mean": starts, "names.threshold": threshold or p.names.threshold}
        )
        self.session = model.session.of(naming.build(self.parameters, model.session.neuron or None))
        self.phases: naming.Phases = self.session.circuit.phases
        self.rule, self.n_names = rule, model.images.n_classes
        self.spikes, self.labels = seen.spikes[shown], model.labels
        self._shown = _digest(*self.spikes, *model.labels)
        self._kernels = {f"{name}_kernels.w": seen.state[f"{name}_kernels.w"] for name in readout.kernel_shapes(p)}

    def born(self, number: int = 0) -> Any:
        """Return a state with the kernels and without names; `number` selects the initial couplings."""
        new = self.session.simulation.initial_state(self.session.seed + 1000 * number)
        return readout.changed(new, self._kernels)

    def experienced(self, state: State, trains: np.ndarray, n_before: int = 0) -> Any:
        """Return the state after images were seen without names, if the rule depends on familiarity."""
        if self.rule in OWN_RULES:
            for first, chunk in chunks(trains, IMAGES_PER_RUN):
                state, _ = self.session.explore(self.phases.experience(chunk, n_before + first), state, record=())
        return state

    def taught(self, state: State, trains: np.ndarray, labels: np.ndarray, factor: Any = 1.0) -> Any:
        """Return the state after names were presented with images, in the given order; `factor` is that of novelty."""
        factors = np.broadcast_to(np.asarray(factor, dtype=float), labels.shape)
        for first, chunk in chunks(trains, IMAGES_PER_RUN):
            part = slice(first, first + len(chunk))
            phase = self.phases.encode(
                chunk, labels[part], factors[part], self.n_names, open_path=self.rule == "surprise"
            )
            state, _ = self.session.explore(phase, state, record=())
        return state

    def answers(self, state: State, trains: np.ndarray, **how: Any) -> np.ndarray:
        """Return the name recalled for each image, -1 for none; further arguments as for `recall`."""
        found = []
        for _, chunk in chunks(trains, IMAGES_PER_RUN):
            _, recording = self.session.explore(self.phases.recall(chunk, **how), state, record=("names",))
            found.append(readout.answers(self.session.circuit, recording))
        return np.concatenate(found)

    def rehearsed(self, state: State, trains: np.ndarray, rate: float) -> Any:
        """Return the state after images were seen without names and the names that they recalled were learned."""
        for _, chunk in chunks(trains, IMAGES_PER_RUN):
            state, _ = self.session.explore(self.phases.rehearse(chunk, rate), state, record=())
        return state

    def accuracy(self, chosen: np.ndarray, number: int = 0, factor: float = 1.0, rehearse: float = 0.0) -> float:
        """Return the test accuracy after the chosen training images were named once, in this order.

        `number` selects the initial couplings, where the rule has any, and the order in which all training images are
        then rehearsed at the rate `rehearse`, unless that is 0; `factor` is that of novelty.
        """
        what = f"{number} {factor} {rehearse} {_digest(chosen)} {self._shown}"
        (spikes, asked), (labels, right) = self.spikes, self.labels
        start = self._experienced if self.rule in OWN_RULES else self.born(number)

        def compute() -> float:
            state = self.taught(start, spikes[chosen], labels[chosen], factor)
            if rehearse:
                order = self.session.rng(f"rehearsal {number}").permutation(len(spikes))
                state = self.rehearsed(state, spikes[order], rehearse)
            return float((self.answers(state, asked) == right).mean())

        return self.session.once(what, start, compute)

    @cached_property
    def _experienced(self) -> Any:
        return self.experienced(self.born(), self.spikes[0])


def _digest(*arrays: np.ndarray) -> str:
    """Return a digest of arrays."""
    return hashlib.sha256(b"|".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def drawn(model: NamingModel, n: int, purpose: str) -> np.ndarray:
    """Return `n` random training images of each class, in random order; `purpose` selects the random numbers."""
    generator, labels = model.session.rng(purpose), model.labels[0]
    chosen = [generator.choice(np.flatnonzero(labels == c), n, replace=False) for c in np.unique(labels)]
    return generator.permutation(np.concatenate(chosen))
