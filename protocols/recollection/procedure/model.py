"""Network of the recall protocols: it sees images once and recalls them from a cue with eyes closed."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np

from protocols.naming.data import Images
from protocols.naming.model import chunks
from protocols.recollection.procedure.sight import Sight
from spiking_engrams.errors import StimulusError
from spiking_engrams.experiment.session import Session
from spiking_engrams.runs.metrics import Condition
from spiking_engrams.state.state import State

REMINDERS = ("images_index", "sounds_index")  # signals of images and sounds that cue pointers in a separate step


class Brain(Protocol):
    """Interface of a network that recalls: how it sees, and what it has learned.

    Attributes
    ----------
    session, parameters, phases
        Session, parameters and phases of the network.
    images
        Training and test images.
    layers
        Names of the input and of all layers that fire.
    learned
        State before anything is remembered.
    by_preset
        Whether claims are checked: its parameters, except sizes, are those of the preset for the images.
    """

    session: Any
    parameters: Any
    phases: Any
    images: Images

    @property
    def layers(self) -> list[str]: ...

    @property
    def learned(self) -> State: ...

    @property
    def by_preset(self) -> bool: ...

    def sight(self, n: int) -> Sight: ...

    def with_changes(self, changes: dict[str, Any]) -> Self: ...


class RecallModel:
    """Network of one seed of a recall protocol.

    Attributes
    ----------
    known_as
        Name of the image set or of the converted network: the condition ``images`` of its metrics.
    n, trains, labels_of
        Number of remembered images, their spike trains and their classes.
    sight
        How the images are seen.
    gains
        Gains of the backward pathway that differ from those of the circuit.
    """

    def __init__(self, brain: Brain, known_as: str, n_episodes: int = 0):
        session, test = brain.session, brain.images.test
        self.brain, self.known_as, self.gains = brain, known_as, dict[str, float]()
        self.n = remembered(session.options, len(test), n_episodes)
        self.trains, self.labels_of = brain.images.test_spikes[: self.n], test.labels[: self.n]
        self.sight = brain.sight(self.n)
        session.array("shape", [self.sight.signs, *test.size], ("of",))
        session.note("episodes", [test.classes[label] for label in self.labels_of])
        self.metric("seeds", float(brain.by_preset))
        self.metric("episodes", self.n)

    def metric(self, name: str, value: float, **conditions: Condition) -> None:
        """Record a metric of these images under conditions."""
        self.session.metric(name, value, "1", images=self.known_as, **conditions)

    @property
    def session(self) -> Session[Any, Any]:
        """Session of the network."""
        found: Session[Any, Any] = self.brain.session
        return found

    @property
    def parameters(self) -> Any:
        """Parameters of the network."""
        return self.brain.parameters

    @property
    def phases(self) -> Any:
        """Phases of the network, with its thresholds."""
        return self.brain.phases

    @property
    def images(self) -> Images:
        """Training and test images."""
        return self.brain.images

    @property
    def layers(self) -> list[str]:
        """Names of the input and of all layers that fire."""
        return self.brain.layers

    @property
    def learned(self) -> State:
        """State before anything is remembered."""
        return self.brain.learned

    def with_changes(self, changes: dict[str, Any]) -> RecallModel:
        """Return a copy with the same images and kernels, in a network with other parameters."""
        other = copy.copy(self)
        other.brain, other.gains = self.brain.with_changes(changes), {}
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
        """Return the state after images were seen once, and the spike counts of the recorded layers.

        Parameters
        ----------
        which, names, sounds
            Images in the order in which they are seen (all if None), and the name and sound presented with each.
        start
            State and the number of episodes that it remembers; the state with none if None.
        keep
            Whether the path traces are permanent.
        """
        which = np.arange(self.n) if which is None else which
        state, before = start or (self.learned, 0)
        found = dict[str, list[np.ndarray]]({name: [] for name in record})
        for first, chunk in chunks(self.trains[which], self.parameters.max_images):
            heard = None if names is None else names[first : first + len(chunk)]
            sound = None if sounds is None else sounds[first : first + len(chunk)]
            phase = self.phases.memorise(chunk, heard, keep, before + first, sound).with_constants(constants or {})
            state, recording = self.session.run(f"{label}_{first}", phase, state, record=record)
            for name in record:
                found[name].append(recording.counts(name, float(self.session.circuit.step)).astype(np.float32))
        return state, {name: np.concatenate(parts) for name, parts in found.items()}

    def recalled(
        self, label: str, phase: Any, state: State, layers: tuple[str, ...] = ("input",)
    ) -> dict[str, np.ndarray]:
        """Return the spike counts of layers in each recall of a phase without its cueing steps, ``(n_recalls, n)``."""
        phase = replace(phase, constants={**phase.with_constants(self.gains).constants, **phase.constants})
        _, recording = self.session.run(label, phase, state, keep=False, record=[*layers, "pointers"])
        cues = [phase.signal(name) >= 0 for name in REMINDERS if name in phase.signals]
        recalls = ~np.any([np.zeros(phase.n_steps, bool), *cues], axis=0)
        each, found = self.session.options.n_steps + int(not recalls.all()), dict[str, np.ndarray]()
        for name in (*layers, "pointers"):
            counts = recording.counts(name, float(self.session.circuit.step)) * recalls[:, None]
            found[name] = counts.reshape(-1, each, counts.shape[1]).sum(axis=1).astype(np.float32)
        return found

    def from_pointers(self, label: str, state: State, pointers: np.ndarray | None = None) -> np.ndarray:
        """Return the pictures recalled from pointers (from all in use if None)."""
        chosen = np.arange(self.n) if pointers is None else pointers
        phase = self.phases.recall_episode(chosen, n_steps=self.session.options.n_steps)
        return self.sight.pictured(self.recalled(label, phase, state)["input"])


def remembered(options: Any, n_tests: int, n_episodes: int = 0) -> int:
    """Return the number of test images to remember: as many as requested, or as there are.

    Raises
    ------
    StimulusError
        If there are too few for a comparison.
    """
    n = min(n_episodes or options.n_episodes, n_tests)
    if n < options.least:
        raise StimulusError(f"{n} test images are too few; at least {options.least} are needed: pass more images.")
    return n
