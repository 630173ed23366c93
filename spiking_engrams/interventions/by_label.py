"""Interventions in a run: manipulations of phases selected by label, and the run's control condition, if any.

The pre-training is left unchanged, so that the same animals are compared.
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
CELLS = ("engram", "random")  # places that are tagged cells, or their control


@dataclass(frozen=True)
class Altered:
    """A control's change to the state from which a phase starts; it is determined by `text`, state and seed."""

    text: str
    circuit: Circuit
    shuffle: Shuffle
    restored: tuple[str, ...]
    seed: int

    def before(self, state: State) -> State:
        """Return the state from which the phase starts."""
        return self.shuffle(self.circuit, state, generator(self.seed, self.text))

    def after(self, successor: State, state: State) -> State:
        """Return the state after the phase, with the `restored` variables as in the state before."""
        restored = {name: state.values[name] for name in self.restored}
        return replace(successor, values={**successor.values, **restored})


class Interventions:
    """The interventions of one seed.

    Parameters
    ----------
    circuit
        The circuit whose phases are altered.
    manipulations
        Texts, see `parsed`.
    control
        Name of a control that the circuit offers; no control if empty.
    seed
        Seed for shuffles and draws.

    Raises
    ------
    ScheduleError, UnknownNameError
        If a manipulation cannot be read or does not fit the circuit, or there is no such control.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase
    >>> from spiking_engrams.interventions.manipulation import manipulable
    >>> from spiking_engrams.synapses.part import extend
    >>> cells = extend(Group("HIP", 2, "v : 1"), manipulable(1 * ms))
    >>> circuit = Circuit("two", "none", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), {})
    >>> night = Interventions(circuit, ["night*: silence HIP"], "", seed=1).of_phase("night_1", Phase("sleep", 5))
    >>> {name: values.tolist() for name, values in night.held.items()}
    {'HIP.silenced': [1.0, 1.0]}
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
        """Return what is run in place of a labelled phase or schedule.

        `engrams` are those stored before it.
        """
        if isinstance(phase, Schedule):
            return Schedule([self._of_one(label, each, engrams or {}) for each in phase])
        return self._of_one(label, phase, engrams or {})

    def of_state(self, label: str, phase: Phase | Schedule) -> Altered | None:
        """Return the change to the state from which a phase starts; None if there is none."""
        first = next(iter(phase)) if isinstance(phase, Schedule) else phase
        control = self._control
        if control is None or control.shuffle is None or not control.concerns(first):
            return None
        self._unused.discard(self._asked)
        return Altered(f"{self._asked} in {label}", self.circuit, control.shuffle, control.restored, self._seed)

    def check_used(self, labels: list[str]) -> None:
        """Raise if an intervention applied to none of the phases, whose labels are `labels`."""
        if self._unused:
            raise EngramError(
                f"{' and '.join(sorted(self._unused))} applied to no phase of this protocol. Its phases after the "
                f"pre-training are labelled {', '.join(labels)}. Write manipulations as {GRAMMAR}."
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
        """Return the manipulation with the cells of the engram that it names, or as many others, as its target."""
        kind, colon, name = str(manipulation.where).partition(":")
        if not colon:
            return manipulation
        if name not in engrams:
            raise EngramError(
                f"The manipulation '{text}' targets an engram '{name}' that does not exist yet; before this phase the "
                f"protocol tagged {', '.join(engrams) or 'none'}."
            )
        found = engrams[name]
        return replace(manipulation, where=found if kind == "engram" else untagged(found, generator(self._seed, text)))


def lived(
    simulation: Simulation, phase: Phase | Schedule, state: State, altered: Altered | None, record: Iterable[str] | None
) -> tuple[State, Recording]:
    """Simulate a phase from a state that is altered only while the phase lasts."""
    if altered is None:
        return simulation.run(phase, state, record=record)
    successor, recording = simulation.run(phase, altered.before(state), record=record)
    return altered.after(successor, state), recording


def check(circuit: Circuit, manipulations: Iterable[str]) -> None:
    """Raise if a manipulation cannot be parsed, or cannot be applied to a circuit."""
    for text in plain.listed(manipulations, "Manipulations", str, ScheduleError):
        _, manipulation = parsed(text)
        if ":" not in str(manipulation.where):
            manipulated(circuit, Phase("check", 1), manipulation)


def of_tagged_cells(text: str) -> bool:
    """Return whether a manipulation targets tagged cells, or as many others.

    Examples
    --------
    >>> of_tagged_cells("test_*: silence engram:in_A"), of_tagged_cells("night*: silence HIP")
    (True, False)
    """
    return ":" in str(parsed(text)[1].where)


def check_labels(manipulations: Iterable[str], labels: list[str], whole: bool) -> None:
    """Raise if a manipulation cannot apply to any phase, or targets cells that are not tagged yet.

    Parameters
    ----------
    manipulations
        Texts, see `parsed`.
    labels
        Labels of the phases.
    whole
        Whether these are all phases; otherwise there may be others.

    Raises
    ------
    ScheduleError
        If the label pattern of a manipulation matches no phase.
    EngramError
        If a manipulation targets tagged cells in a protocol that has tagged none by then.

    Examples
    --------
    >>> check_labels(["night*: silence HIP"], ["acquisition", "night_1"], whole=True)
    >>> check_labels(["nap: silence HIP"], ["acquisition", "night_1"], whole=True)
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.ScheduleError: The manipulation 'nap: silence HIP' matches no phase of this protocol. ...
    """
    known = ", ".join(dict.fromkeys(labels))
    for text in unmatched(manipulations, labels) if whole else ():
        raise ScheduleError(f"The manipulation '{text}' matches no phase of this protocol. The labels are {known}.")
    for text in filter(of_tagged_cells, manipulations):
        if whole:
            raise EngramError(
                f"The manipulation '{text}' targets tagged cells, but this protocol tags none while it "
                "runs; tag them with session.engram(name, cells) in a protocol with `run`."
            )
        if labels and fnmatch.filter(labels, parsed(text)[0]) == labels:
            raise EngramError(
                f"The manipulation '{text}' applies to every phase, but the protocol has tagged no cells before the "
                f"first one; name the phases after the tagging. The labels are {known}."
            )


def unmatched(manipulations: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Return the manipulations whose pattern matches none of the labels.

    Examples
    --------
    >>> unmatched(["night*: silence HIP", "nap: silence HIP"], ["acquisition", "night_1"])
    ['nap: silence HIP']
    """
    known = list(labels)
    return [text for text in manipulations if not fnmatch.filter(known, parsed(text)[0])]


def parsed(text: str) -> tuple[str, Manipulation]:
    """Return the label pattern (with wildcards as in file names) and the manipulation that a text describes.

    Raises
    ------
    ScheduleError, UnknownNameError
        If the text cannot be read, or names no kind of manipulation.

    Examples
    --------
    >>> parsed("night*: gain HIP_CTX 0.5")
    ('night*', Manipulation(kind='gain', where='HIP_CTX', amount=0.5))
    """
    pattern, colon, rest = plain.text(text, "A manipulation", ScheduleError).partition(":")
    words = rest.split()
    if not colon or not pattern.strip() or len(words) not in (2, 3):
        raise ScheduleError(f"The manipulation '{text}' cannot be read; write {GRAMMAR}.")
    kind, where = words[:2]
    check_known("manipulation", kind, KINDS)
    if where.endswith(":") or ":" in where and (where.partition(":")[0] not in CELLS or kind == "block_plasticity"):
        raise ScheduleError(f"The manipulation '{text}' has no valid place; write {GRAMMAR}.")
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
