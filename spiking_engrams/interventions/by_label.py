"""Interventions in a run: manipulations of phases by their labels, and the control that it is, if any.

The pre-training is left as it is, so that the same animals are compared.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spiking_engrams.analysis.engram import Engram, untagged
from spiking_engrams.errors import EngramError, ScheduleError, check_known
from spiking_engrams.interventions.control import Control, Shuffle
from spiking_engrams.interventions.manipulation import GRADED, KINDS, Manipulation, manipulated
from spiking_engrams.randomness import generator
from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.values import plain

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit
    from spiking_engrams.simulation.simulation import Simulation
    from spiking_engrams.state.recording import Recording
    from spiking_engrams.state.state import State

GRAMMAR = (
    "'LABEL: KIND PLACE [AMOUNT]', such as 'night*: silence HIP', '*: gain HIP_CTX 0.5' or 'test_*: silence "
    "engram:in_A' (cells that the protocol tagged; random:in_A: as many others)"
)
CELLS = ("engram", "random")  # kinds of places that are tagged cells, or their control


@dataclass(frozen=True)
class Altered:
    """What a control does to the state from which a phase starts; `text`, state and seed decide it."""

    text: str
    circuit: Circuit
    shuffle: Shuffle
    restored: tuple[str, ...]
    seed: int

    def before(self, state: State) -> State:
        """Return the state from which the phase starts."""
        return self.shuffle(self.circuit, state, generator(self.seed, self.text))

    def after(self, successor: State, state: State) -> State:
        """Return the state that the phase leaves, with what has to be as in the state before."""
        restored = {name: state.values[name] for name in self.restored}
        return replace(successor, values={**successor.values, **restored})


class Interventions:
    """The interventions of one seed.

    Parameters
    ----------
    manipulations
        Texts, see `parsed`.
    control
        Name of a control that the circuit offers; none if empty.
    seed
        For what is shuffled or drawn.
    """

    def __init__(self, circuit: Circuit, manipulations: Iterable[str], control: str, seed: int):
        check(circuit, manipulations)
        if control:
            check_known(f"control of circuit '{circuit.name}'", control, circuit.controls)
        self.circuit = circuit
        self._manipulations = [(text, *parsed(text)) for text in manipulations]
        self._control: Control | None = circuit.controls[control] if control else None
        self._asked = f"--control {control}"
        self._unused = {*manipulations, *([self._asked] if control else [])}
        self._seed = seed

    def of_phase(
        self, label: str, phase: Phase | Schedule, engrams: Mapping[str, Engram] | None = None
    ) -> Phase | Schedule:
        """Return what is lived through in place of a phase (or of those of a schedule) with a label.

        `engrams` are those that were deposited before it.
        """
        if isinstance(phase, Schedule):
            return Schedule([self._of_one(label, each, engrams or {}) for each in phase])
        return self._of_one(label, phase, engrams or {})

    def of_state(self, label: str, phase: Phase | Schedule) -> Altered | None:
        """Return what is done to the state from which it starts; None if nothing is."""
        first = next(iter(phase)) if isinstance(phase, Schedule) else phase
        control = self._control
        if control is None or control.shuffle is None or not control.concerns(first):
            return None
        self._unused.discard(self._asked)
        return Altered(f"{self._asked} in {label}", self.circuit, control.shuffle, control.restored, self._seed)

    def check_used(self, labels: list[str]) -> None:
        """Raise if an intervention concerned no phase, of those with these labels."""
        if self._unused:
            raise EngramError(
                f"{' and '.join(sorted(self._unused))} concerned no phase of this protocol. Its phases after the "
                f"pre-training are labelled {', '.join(labels)}. Manipulations are written {GRAMMAR}."
            )

    def _of_one(self, label: str, phase: Phase, engrams: Mapping[str, Engram]) -> Phase:
        for text, pattern, manipulation in self._manipulations:
            if fnmatch.fnmatchcase(label, pattern):
                self._unused.discard(text)
                phase = manipulated(self.circuit, phase, self._placed(manipulation, engrams, text))
        control = self._control
        if control is not None and control.concerns(phase):
            self._unused.discard(self._asked)
            phase = control.phase(self.circuit, phase, generator(self._seed, f"{self._asked} in {label}"))
        return phase

    def _placed(self, manipulation: Manipulation, engrams: Mapping[str, Engram], text: str) -> Manipulation:
        """Return the manipulation with the cells that it names as those of an engram, or as others."""
        kind, colon, name = str(manipulation.where).partition(":")
        if not colon:
            return manipulation
        if name not in engrams:
            raise EngramError(
                f"The manipulation '{text}' is of an engram '{name}' that is not there yet; before this phase the "
                f"protocol tagged {', '.join(engrams) or 'none'}."
            )
        found = engrams[name]
        return replace(manipulation, where=found if kind == "engram" else untagged(found, generator(self._seed, text)))


def lived(
    simulation: Simulation, phase: Phase | Schedule, state: State, altered: Altered | None, record: Iterable[str] | None
) -> tuple[State, Recording]:
    """Simulate a phase, from a state that is altered for as long as it lasts."""
    if altered is None:
        return simulation.run(phase, state, record=record)
    successor, recording = simulation.run(phase, altered.before(state), record=record)
    return altered.after(successor, state), recording


def check(circuit: Circuit, manipulations: Iterable[str]) -> None:
    """Raise if a manipulation cannot be read or done in a circuit."""
    for text in plain.listed(manipulations, "Manipulations", str, ScheduleError):
        _, manipulation = parsed(text)
        if ":" not in str(manipulation.where):
            manipulated(circuit, Phase("check", 1), manipulation)


def of_tagged_cells(text: str) -> bool:
    """Return whether a manipulation is one of tagged cells, or of as many others."""
    return ":" in str(parsed(text)[1].where)


def check_labels(manipulations: Iterable[str], labels: list[str], whole: bool) -> None:
    """Raise if a manipulation cannot concern any phase, or is of cells that are not tagged yet.

    Parameters
    ----------
    labels
        Of the phases; all of them if `whole`, else there may be others.
    """
    known = ", ".join(dict.fromkeys(labels))
    for text in unmatched(manipulations, labels) if whole else ():
        raise ScheduleError(f"The manipulation '{text}' matches no phase of this protocol. The labels are {known}.")
    for text in filter(of_tagged_cells, manipulations):
        if whole:
            raise EngramError(
                f"The manipulation '{text}' is of tagged cells, and this protocol tags none while it runs."
            )
        if labels and fnmatch.filter(labels, parsed(text)[0]) == labels:
            raise EngramError(
                f"The manipulation '{text}' concerns every phase, and before the first one the protocol has tagged no "
                f"cells; name the phases after the tagging. The labels are {known}."
            )


def unmatched(manipulations: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Return the manipulations whose pattern matches none of the labels."""
    known = list(labels)
    return [text for text in manipulations if not fnmatch.filter(known, parsed(text)[0])]


def parsed(text: str) -> tuple[str, Manipulation]:
    """Return the pattern of labels (as of file names) and the manipulation of a text."""
    pattern, colon, rest = plain.text(text, "A manipulation", ScheduleError).partition(":")
    words = rest.split()
    if not colon or not pattern.strip() or len(words) not in (2, 3):
        raise ScheduleError(f"The manipulation '{text}' cannot be read; write {GRAMMAR}.")
    kind, where = words[:2]
    check_known("manipulation", kind, KINDS)
    if where.endswith(":") or ":" in where and (where.partition(":")[0] not in CELLS or kind == "block_plasticity"):
        raise ScheduleError(f"The manipulation '{text}' has no such place; write {GRAMMAR}.")
    usual = KINDS[kind]
    if len(words) == 3 and kind not in GRADED:
        raise ScheduleError(f"The manipulation '{text}' takes no amount; only {' and '.join(GRADED)} do.")
    if usual is None and len(words) == 2:
        raise ScheduleError(f"The manipulation '{text}' needs an amount; write {GRAMMAR}.")
    try:
        amount = float(words[2]) if len(words) == 3 else float(usual or 0.0)
    except ValueError:
        raise ScheduleError(f"The manipulation '{text}' has the amount '{words[2]}'; write {GRAMMAR}.") from None
    return pattern.strip(), Manipulation(kind, where, amount)
