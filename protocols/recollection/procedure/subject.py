"""A subject of the recall protocols: it sees images once, and recalls them, with closed eyes, from a cue."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from protocols.naming.data import PRESET_OF
from protocols.naming.subject import Subject, chunks
from protocols.recollection.procedure.gains import homeostatic
from protocols.recollection.procedure.pictures import Seeing
from spiking_engrams.errors import StimulusError
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.state import State

REMINDERS = ("images_index", "sounds_index")  # signals of what cues pointers in a step of its own


class Rememberer(Seeing, Subject):
    """One seed of a recall protocol.

    Attributes
    ----------
    trains, labels_of, n
        Spike trains and classes of the images that are remembered, and how many they are.
    """

    parameters: recollection.Parameters
    phases: recollection.Phases

    def __init__(self, session: Session[recollection.Parameters, Any], n_episodes: int = 0):
        super().__init__(session)
        self.remember(self.images.known_as, n_episodes)
        self.gains = homeostatic(self, self.parameters.homeostasis.tolerance) if self.homeostatic else {}

    def remember(self, prefix: str, n_episodes: int = 0) -> None:
        """Choose the images that are remembered, of which metrics begin with `prefix`."""
        session, self.prefix = self.session, prefix
        self.gains = dict[str, float]()  # of the way back, where they are others than those of the circuit
        self.n = min(n_episodes or session.options.n_episodes, len(self.images.test))
        if self.n < session.options.least:
            raise StimulusError(
                f"{self.n} test images are remembered; {session.options.least} at least are compared: give more images."
            )
        self.trains, self.labels_of = self.images.test_spikes[: self.n], self.images.test.labels[: self.n]
        session.series("shape", np.arange(3), [self.signs, *self.images.test.size])
        session.note("episodes", [self.images.test.classes[label] for label in self.labels_of])
        session.metric(f"{prefix}_seeds", float(self.by_preset and not self.homeostatic))
        session.metric(f"{prefix}_episodes", self.n)

    @property
    def preset(self) -> Any:
        """Parameters for these images, of which checks are asked; None if there are none."""
        return recollection.PRESETS.get(PRESET_OF.get(self.prefix, ""))

    @property
    def by_preset(self) -> bool:
        """Whether parameters are those of the preset, but for sizes."""
        p, preset = self.parameters, self.preset
        sizes = {"names.n": p.names.n, "pointers.n": p.pointers.n, "max_images": p.max_images}
        return bool(preset is not None and preset.replace(sizes).to_dict() == p.to_dict())

    @cached_property
    def learned(self) -> Any:
        """State with kernels, before anything is remembered."""
        learned = self.learning_session.pretrained(self.lessons)
        if self.learning_session is self.session:
            return learned
        naive, kernels = self.naive, readout.kernels(self.parameters, learned)
        return readout.with_kernels(self.parameters, naive, list(kernels.values()))

    @cached_property
    def learning_session(self) -> Any:
        """The session of the circuit that learns kernels: with a neuron model, of integrate-and-fire neurons."""
        own = not self.session.neuron or self.session.options.learner == "own"
        return self.session if own else self.session.of(recollection.build(self.parameters))

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers."""
        return list(readout.shapes(self.parameters))

    def with_changes(self, changes: dict[str, Any]) -> Rememberer:
        """Return the same subject, with the same kernels, in a network with other parameters."""
        other, kernels = copy.copy(self), readout.kernels(self.parameters, self.learned)
        other.parameters = self.parameters.replace(changes)
        other.session = self.session.of(recollection.build(other.parameters, self.session.neuron or None))
        other.phases, other.gains = other.session.circuit.phases.with_thresholds(self.thresholds), {}
        new = other.session.simulation.initial_state(self.session.seed)
        other.__dict__["learned"] = readout.with_kernels(other.parameters, new, list(kernels.values()))
        return other

    def memorised(
        self,
        label: str = "episodes",
        *,
        which: np.ndarray | None = None,
        names: np.ndarray | None = None,
        sounds: np.ndarray | None = None,
        start: tuple[Any, int] | None = None,
        record: tuple[str, ...] = (),
        constants: dict[str, float] | None = None,
        keep: bool = True,
    ) -> tuple[Any, dict[str, np.ndarray]]:
        """Return the state after images were seen once, and what recorded layers did.

        Parameters
        ----------
        which, names, sounds
            Images in the order in which they are seen (all if None), and the name and the sound heard with each.
        start
            State, and how many episodes it remembers; nothing was remembered yet if None.
        keep
            Whether traces of the path stay for good.
        """
        which = np.arange(self.n) if which is None else which
        state, before = start or (self.learned, 0)
        found = dict[str, list[np.ndarray]]({name: [] for name in record})
        for first, chunk in chunks(self.trains[which], self.parameters.max_images):
            heard = None if names is None else names[first : first + len(chunk)]
            sound = None if sounds is None else sounds[first : first + len(chunk)]
            phase = self.phases.memorise(chunk, heard, keep, before + first, sound).with_constants(**constants or {})
            state, recording = self.session.run(f"{label}_{first}", phase, state, record=record)
            for name in record:
                found[name].append(recording.counts(name, float(self.session.circuit.step)).astype(np.float32))
        return state, {name: np.concatenate(parts) for name, parts in found.items()}

    def recalled(
        self, label: str, phase: Any, state: State, layers: tuple[str, ...] = ("input",)
    ) -> dict[str, np.ndarray]:
        """Return the spike counts of layers in each recall of a phase with closed eyes, ``(n_recalls, n_neurons)``."""
        phase = replace(phase, constants={**phase.with_constants(**self.gains).constants, **phase.constants})
        _, recording = self.session.run(label, phase, state, keep=False, record=[*layers, "pointers"])
        cues = [phase.signal(name) >= 0 for name in REMINDERS if name in phase.signals]
        recalls = ~np.any([np.zeros(phase.n_steps, bool), *cues], axis=0)
        each, found = self.session.options.n_steps + int(not recalls.all()), dict[str, np.ndarray]()
        for name in (*layers, "pointers"):
            counts = recording.counts(name, float(self.session.circuit.step)) * recalls[:, None]
            found[name] = counts.reshape(-1, each, counts.shape[1]).sum(axis=1).astype(np.float32)
        return found

    def from_pointers(self, label: str, state: State, pointers: np.ndarray | None = None) -> np.ndarray:
        """Return the pictures that pointers (all in use if None) bring back."""
        chosen = np.arange(self.n) if pointers is None else pointers
        phase = self.phases.recall_episode(chosen, n_steps=self.session.options.n_steps)
        return self.pictured(self.recalled(label, phase, state)["input"])
