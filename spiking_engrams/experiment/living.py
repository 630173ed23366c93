"""Running a life: a session runs every step of the tree and keeps what was recorded, to be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from spiking_engrams.errors import check_known
from spiking_engrams.experiment.session import Session
from spiking_engrams.schedule.life import Birth, Life, Step
from spiking_engrams.simulation.branches import walk
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

type Numbers = dict[str, float]


@dataclass(frozen=True)
class Lived:
    """A completed life of one animal.

    Attributes
    ----------
    session
        Session that stores the life and its metrics.
    life
        Tree of the phases that were run.
    numbers
        Numbers read from states, by label and name.
    states
        States that steps hold, by label.

    Examples
    --------
    >>> from spiking_engrams import Life, Phase, State
    >>> life = Life().born().then("night", Phase("sleep", 100), hold=True).life
    >>> lived = Lived(None, life, numbers={}, states={"night": State({"HIP.v": [0.5]})})
    >>> lived.state("night")["HIP.v"].tolist(), lived.phase("night").n_steps
    ([0.5], 100)
    """

    session: Session[Any, Any]
    life: Life
    numbers: Mapping[str, Mapping[str, float]]
    states: Mapping[str, State]

    def __getitem__(self, label: str) -> Recording:
        """Return the recording of a step, by its label."""
        return Recording.load(self.session.folder.recording_path(self.life.step(label).label))

    def phase(self, label: str) -> Any:
        """Return the phase or schedule of a step."""
        return self.life.step(label).phase

    def state(self, label: str) -> State:
        """Return the state after a step, which must `hold` it."""
        check_known("label of a step that holds its state (hold=True)", label, self.states)
        return self.states[label]


def live(session: Session[Any, Any], life: Life, branches: int = 1) -> Lived:
    """Run a life from its births to its last step and return its results; phases already on disk are reused.

    A state is held as long as steps start from it. The result does not depend on `branches`, the number of steps run
    in parallel, each by its own program.
    """
    steps = {number: node for number, node in enumerate(life.nodes) if isinstance(node, Step)}
    left = Counter(step.after for step in steps.values())
    states, held, beside = dict[int, State](), dict[str, State](), list[Session[Any, Any]]()
    born, found = dict[str, Numbers](), dict[str, Numbers]()
    for number, node in enumerate(life.nodes):
        if isinstance(node, Birth):
            states[number] = session.pretrained(node.pretraining)
            born[node.label] = _read(session, node, states[number])

    def run(number: int, place: int) -> tuple[Session[Any, Any], State, Numbers]:
        step, own = steps[number], session if branches == 1 else session.beside(place)
        start = states[step.after] if step.edit is None else step.edit(states[step.after])
        state, _ = own.run(step.label, step.phase, start, keep=step.keep, record=step.record)
        return own, state, _read(own, step, state)

    for number, (own, state, numbers) in walk({each: steps[each].after for each in steps}, run, branches):
        step = steps[number]
        found[step.label] = numbers
        beside += [own] if own is not session else []
        left[step.after] -= 1
        if not left[step.after]:
            del states[step.after]
        if left[number]:
            states[number] = state
        if step.hold:
            held[step.label] = state
    session.join(beside, life.labels)
    return Lived(session, life, {**born, **{label: found[label] for label in life.labels}}, held)


def _read(session: Session[Any, Any], node: Birth | Step, state: State) -> Numbers:
    """Return the numbers that a node reads from a state."""
    return {what: session.once(what, state, partial(each, state)) for what, each in node.read.items()}
