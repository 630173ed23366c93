"""The life of an animal in an experiment: a tree of labelled phases, written once.

It alone defines the order of phases, which state is tested and how, and what is recorded: timelines, labels of
manipulations, controls and resume follow from it::

    life = Life()
    naive = life.born(phases.online_learning(1000, draw.seed))
    afraid = naive.then("acquisition", phases.perceive([a], [20], [0.9]))
    rested = afraid.then("night", phases.sleep())
    rested.ask("test", phases.probe([a, b]))  # a test leaves the animal as it was
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spiking_engrams.errors import ScheduleError, check_known
from spiking_engrams.randomness import generator
from spiking_engrams.schedule.schedule import Phase, PhaseLike, Schedule
from spiking_engrams.values import plain
from spiking_engrams.values.labels import checked_label

if TYPE_CHECKING:
    from spiking_engrams.state.state import State

BORN = ""
type Reading = Callable[[State], float]
type Edit = Callable[[State], State]


@dataclass(frozen=True)
class Draws:
    """Random numbers of one animal, by purpose.

    Examples
    --------
    >>> contexts, again = Draws(seed=1).rng("contexts"), Draws(seed=1).rng("contexts")
    >>> np.array_equal(contexts.random(100) < 0.1, again.random(100) < 0.1)
    True
    """

    seed: int

    def rng(self, purpose: str) -> np.random.Generator:
        """Return the random generator for a purpose, such as ``"contexts"``, made from the seed and that name."""
        return generator(self.seed, purpose)


@dataclass(frozen=True)
class Birth:
    """A naive animal and its pre-training before the experiment; runs of the same circuit and seed share it.

    Attributes
    ----------
    pretraining
        Its phases, in order.
    read, label
        Numbers that are read from the resulting state, by name; their label.
    after
        Number of the birth or step after which timelines draw it; None for the beginning.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> naive = Life().born([Phase("online_learning", 1000)])
    >>> naive.life.nodes[0].pretraining[0].n_steps
    1000
    """

    pretraining: tuple[PhaseLike, ...]
    read: Mapping[str, Reading] = field(default_factory=dict)
    after: int | None = None
    label: str = BORN


@dataclass(frozen=True)
class Step:
    """A labelled phase in a life.

    Attributes
    ----------
    label, phase
        What happens, and its name, which is unique in a life.
    after
        Number of the birth or step from whose state it starts.
    keep
        Whether the resulting state is kept in the run folder.
    record
        Populations whose spikes are kept; all if None.
    edit
        Changes the state from which it starts, as surgery would; the effects persist.
    read
        Numbers that are read from the resulting state, by name.
    hold
        Whether measures need the resulting state, which is then held in memory.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> night = Step("night", Phase("sleep", 3000), after=0, keep=True, record=("HIP", "CTX"))
    >>> night.phase.n_steps, night.record
    (3000, ('HIP', 'CTX'))
    """

    label: str
    phase: PhaseLike
    after: int
    keep: bool
    record: tuple[str, ...] | None
    edit: Edit | None = None
    read: Mapping[str, Reading] = field(default_factory=dict)
    hold: bool = False


class Entry(NamedTuple):
    """A line of a timeline: the step at which a phase begins, its label, the phase, and whether it is pre-training.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> entry = Entry(start=500, label="night", phase=Phase("sleep", 3000))
    >>> entry.start + entry.phase.n_steps, entry.before
    (3500, False)
    """

    start: int
    label: str
    phase: PhaseLike
    before: bool = False


class Life:
    """A tree of labelled phases.

    Parameters
    ----------
    facts
        Random draws that measures need to know, such as contexts.

    Attributes
    ----------
    nodes
        Its births and steps, in the order in which they are run.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> life = Life()
    >>> naive = life.born([Phase("online_learning", 1000)])
    >>> afraid = naive.then("acquisition", Phase("perceive", 20, {"shock": 1.0}))
    >>> afraid.ask("test", Phase("probe", 10))
    >>> life.labels, life.n_steps, life.n_steps_before
    (['acquisition', 'test'], 30, 1000)
    >>> [(entry.start, entry.label) for entry in life.entries()]
    [(0, 'online_learning'), (1000, 'acquisition'), (1020, 'test')]
    """

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        self.nodes: list[Birth | Step] = []
        self._steps: dict[str, Step] = {}

    def born(
        self,
        pretraining: Iterable[PhaseLike] = (),
        *,
        read: Mapping[str, Reading] | None = None,
        after: Moment | None = None,
        label: str = BORN,
    ) -> Moment:
        """Return the start of an animal's life, after its pre-training.

        Parameters
        ----------
        pretraining
            Phases before the experiment.
        read, label
            Numbers that are read from the state after the pre-training, by name; their label.
        after
            The moment after which timelines draw this birth, for a part of a network that is created only once
            another has learned.

        Raises
        ------
        ScheduleError
            If numbers are read from two births with the same label.
        """
        phases = plain.listed(pretraining, "A pre-training", (Phase, Schedule), ScheduleError)
        read_off = {node.label for node in self.nodes if isinstance(node, Birth) and node.read}
        if read and label in {*read_off, *self.labels}:
            raise ScheduleError(f"Numbers are read from '{label}' twice; give this birth its own label.")
        self.nodes.append(Birth(phases, dict(read or {}), None if after is None else after.number, label))
        return Moment(self, len(self.nodes) - 1)

    @property
    def steps(self) -> list[Step]:
        """Its steps, in the order in which they are run."""
        return list(self._steps.values())

    @property
    def labels(self) -> list[str]:
        """Labels of its steps."""
        return list(self._steps)

    def step(self, label: str) -> Step:
        """Return the step with a label; raise UnknownNameError if there is none."""
        check_known("label", label, self._steps)
        return self._steps[label]

    def add(self, step: Step) -> Moment:
        """Add a step and return the moment after it; raise ScheduleError if its label is already used."""
        if step.label in self._steps:
            raise ScheduleError(f"Two phases of one life are labelled '{step.label}'; give each its own label.")
        self.nodes.append(step)
        self._steps[step.label] = step
        return Moment(self, len(self.nodes) - 1)

    @property
    def n_steps(self) -> int:
        """Number of steps of all its phases, without pre-training."""
        return sum(step.phase.n_steps for step in self.steps)

    @property
    def n_steps_before(self) -> int:
        """Number of steps of its pre-trainings; equal ones are run only once."""
        different = {node.pretraining for node in self.nodes if isinstance(node, Birth)}
        return sum(phase.n_steps for pretraining in different for phase in pretraining)

    def entries(self) -> list[Entry]:
        """Return all phases with their labels (before the experiment, their names) and when they begin.

        A branch begins where the state that it starts from is reached, so that branches lie side by side.
        """
        found, ends = list[Entry](), list[int]()
        for node in self.nodes:
            named = [(node.label, node.phase)] if isinstance(node, Step) else list(map(_named, node.pretraining))
            now = 0 if node.after is None else ends[node.after]
            for label, phase in named:
                found.append(Entry(now, label, phase, isinstance(node, Birth)))
                now += phase.n_steps
            ends.append(now)
        return found


def _named(phase: PhaseLike) -> tuple[str, PhaseLike]:
    return getattr(phase, "name", "before"), phase


@dataclass(frozen=True)
class Moment:
    """A point in a life, from which it continues or branches.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> afraid = Life().born().then("acquisition", Phase("perceive", 20, {"shock": 1.0}))
    >>> rested = afraid.then("night", Phase("sleep", 3000))
    >>> for label, moment in {"rested": rested, "sleep_deprived": afraid}.items():
    ...     moment.ask(label, Phase("probe", 10))  # the second test branches off before the night
    >>> [step.after for step in afraid.life.steps]
    [0, 1, 2, 1]
    """

    life: Life
    number: int

    def then(
        self,
        label: str,
        phase: PhaseLike,
        *,
        keep: bool = True,
        record: Iterable[str] | None = None,
        edit: Edit | None = None,
        read: Mapping[str, Reading] | None = None,
        hold: bool = False,
    ) -> Moment:
        """Add the next phase and return the moment after it; see `Step` for the arguments.

        Raises
        ------
        ScheduleError
            If the label is already used or cannot be a file name, or `phase` is not a phase or schedule.
        """
        checked_label(label, ScheduleError)
        if not isinstance(phase, Phase | Schedule):
            raise ScheduleError(f"What is labelled '{label}' is {plain.shown(phase)}; give a Phase or a Schedule.")
        populations = None if record is None else tuple(record)
        return self.life.add(Step(label, phase, self.number, keep, populations, edit, dict(read or {}), hold))

    def ask(self, label: str, phase: PhaseLike, *, record: Iterable[str] | None = None, **more: Any) -> None:
        """Add a test, which leaves the animal as it was; arguments and errors as for `then`."""
        self.then(label, phase, keep=False, record=record, **more)
