"""A life that is run: every step of the tree by a session, and what was recorded, to be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from spiking_engrams.errors import check_known
from spiking_engrams.experiment.session import Session
from spiking_engrams.schedule.life import BORN, Birth, Life, Step
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State


@dataclass(frozen=True)
class Lived:
    """A life that one animal lived through.

    Attributes
    ----------
    session
        Which keeps it, and takes the metrics.
    life
        What happened.
    numbers
        What was read off states, by label and name.
    states
        Those that steps hold, by label.
    """

    session: Session[Any, Any]
    life: Life
    numbers: Mapping[str, Mapping[str, float]]
    states: Mapping[str, State]

    def __getitem__(self, label: str) -> Recording:
        """Return the recording of a step, by its label."""
        return Recording.load(self.session.folder.recording_path(self.life.step(label).label))

    def phase(self, label: str) -> Any:
        """Return what was to happen in a step: a phase or schedule."""
        return self.life.step(label).phase

    def state(self, label: str) -> State:
        """Return the state that a step left, which it has to `hold`."""
        check_known("label of a step that holds its state", label, self.states)
        return self.states[label]


def live(session: Session[Any, Any], life: Life) -> Lived:
    """Run a life from its births to its last step and return it; what a run left there before is taken over.

    A state is held as long as steps start from it.
    """
    states, held = dict[int, State](), dict[str, State]()
    left = Counter(step.after for step in life.steps)
    numbers: dict[str, dict[str, float]] = {}

    def read_off(node: Birth | Step, state: State) -> dict[str, float]:
        return {what: session.once(what, state, partial(each, state)) for what, each in node.read.items()}

    for number, node in enumerate(life.nodes):
        if isinstance(node, Birth):
            states[number] = session.pretrained(node.pretraining)
            numbers[BORN] = read_off(node, states[number])
            continue
        start = states[node.after] if node.edit is None else node.edit(states[node.after])
        state, _ = session.run(node.label, node.phase, start, keep=node.keep, record=node.record)
        numbers[node.label] = read_off(node, state)
        left[node.after] -= 1
        if not left[node.after]:
            del states[node.after]
        if left[number]:
            states[number] = state
        if node.hold:
            held[node.label] = state
    return Lived(session, life, numbers, held)
