"""A subject of the recall protocols: it sees images once, and recalls them, with closed eyes, from a cue."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from networks.recollection import measures
from protocols.naming_data import ImageOptions
from protocols.naming_subject import Subject, check, chunks
from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters import FITTED, field_of


@dataclass(frozen=True)
class RecallOptions(ImageOptions):
    """Options that all recall protocols share."""

    n_episodes: int = field_of(50, "test images that are remembered", FITTED, low=2)
    n_others: int = field_of(50, "other images that are seen before recall", FITTED, low=1)
    n_steps: int = field_of(1, "steps of the circuit that a recall lasts", FITTED, low=1)


class Rememberer(Subject):
    """One seed of a recall protocol.

    Attributes
    ----------
    trains, labels_of, n
        Spike trains and classes of the images that are remembered, and how many they are.
    """

    parameters: recollection.Parameters
    phases: recollection.Phases

    def __init__(self, session: Any):
        super().__init__(session)
        self.n = min(session.options.n_episodes, len(self.images.test))
        self.trains, self.labels_of = self.images.test_spikes[: self.n], self.images.test.labels[: self.n]
        self.prefix = self.images.known_as
        session.series("shape", np.arange(2), self.images.test.size)
        session.metric(f"{self.prefix}_seeds", 1)
        session.metric(f"{self.prefix}_episodes", self.n)

    @cached_property
    def learned(self) -> Any:
        """State with kernels, before anything is remembered."""
        return self.session.pretrained(self.lessons)

    @cached_property
    def pictures(self) -> np.ndarray:
        """The images that are remembered."""
        return np.asarray(self.images.test.images[: self.n], float)

    @cached_property
    def contrast(self) -> np.ndarray:
        """The contrast that their first spikes stand for, brighter minus darker."""
        return measures.decoded(measures.contrast_of(self.trains, self.parameters.retina.n_bins))

    @cached_property
    def edges(self) -> np.ndarray:
        """Their edges."""
        return measures.edges(self.pictures)

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers."""
        return list(readout.shapes(self.parameters))

    def with_changes(self, changes: dict[str, Any]) -> Rememberer:
        """Return the same subject, with the same kernels, in a network with other parameters."""
        other, kernels = copy.copy(self), readout.kernels(self.parameters, self.learned)
        other.parameters = self.parameters.replace(changes)
        other.session = self.session.of(recollection.build(other.parameters, self.session.neuron or None))
        other.phases = other.session.circuit.phases
        new = other.session.simulation.initial_state(self.session.seed)
        other.__dict__["learned"] = readout.with_kernels(other.parameters, new, list(kernels.values()))
        return other

    def memorised(
        self,
        label: str = "episodes",
        names: np.ndarray | None = None,
        record: tuple[str, ...] = (),
        constants: dict[str, float] | None = None,
        **how: Any,
    ) -> tuple[Any, dict[str, np.ndarray]]:
        """Return the state after all images were seen once, and what recorded layers did; `how` as for `memorise`."""
        names = np.arange(self.n) if names is None else names
        state, found = self.learned, dict[str, list[np.ndarray]]({name: [] for name in record})
        for first, chunk in chunks(self.trains, self.parameters.max_images):
            part = slice(first, first + len(chunk))
            phase = self.phases.memorise(chunk, names[part], n_before=first, **how).with_constants(**constants or {})
            state, recording = self.session.run(f"{label}_{first}", phase, state, record=record)
            for name in record:
                found[name].append(recording.counts(name, float(self.session.circuit.step)).astype(np.float32))
        return state, {name: np.concatenate(parts) for name, parts in found.items()}

    def retained(self, state: Any, label: str = "others") -> Any:
        """Return the state after other images were seen."""
        others = self.images.train_spikes[: self.session.options.n_others]
        for first, chunk in chunks(others, self.parameters.max_images):
            state, _ = self.session.run(f"{label}_{first}", self.phases.retain(len(chunk), chunk), state, record=())
        return state

    def recalled(
        self, label: str, phase: Any, state: Any, layers: tuple[str, ...] = ("input",), n: int = 0
    ) -> dict[str, np.ndarray]:
        """Return the spike counts of layers in each of the `n` recalls of a phase, ``(n, n_neurons)``, eyes closed."""
        _, recording = self.session.run(label, phase, state, keep=False, record=[*layers, "pointers"])
        closed = np.ones(phase.n_steps) if "images_index" not in phase.signals else phase.signal("images_index") < 0
        found = {}
        for name in (*layers, "pointers"):
            counts = recording.counts(name, float(self.session.circuit.step)) * closed[:, None]
            found[name] = counts.reshape(n or self.n, -1, counts.shape[1]).sum(axis=1).astype(np.float32)
        return found

    def pictured(self, spikes: np.ndarray) -> np.ndarray:
        """Return the pictures for which spike counts of the input stand."""
        p = self.parameters
        return measures.decoded(spikes.reshape(-1, p.channels, p.height, p.width).astype(float))


def rested(session: Any, state: Any) -> Any:
    """Return a state in which nothing is left of what was seen but memory: all else is as in a new animal."""
    new = session.simulation.initial_state(session.seed)
    memory = {name: state[name] for name in session.circuit.slow_variables}
    return readout.changed(new, memory)


def check_episodes(options: Any, parameters: Any) -> None:
    """Raise if images cannot be used, or there are more episodes than pointers, names or images in a run."""
    check(options, parameters)
    limits = {"pointers.n": parameters.pointers.n, "names.n": parameters.names.n, "max_images": parameters.max_images}
    for name, n in limits.items():
        if options.n_episodes > n:
            raise ParameterError(
                f"{options.n_episodes} episodes need as many; {name} is {n}: give --set {name}={options.n_episodes}, "
                "or fewer by --set protocol.n_episodes."
            )
