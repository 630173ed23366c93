"""Interventions in a run: manipulations of phases by their labels, and controls that change phases of a kind.

The pre-training is left as it is, so that the same animals are compared.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import EngramError, ScheduleError, unknown_name
from spiking_engrams.manipulation import GRADED, KINDS, Manipulation, manipulated
from spiking_engrams.schedule import Phase, Schedule

if TYPE_CHECKING:
    from spiking_engrams.circuit import Circuit
    from spiking_engrams.state import State

GRAMMAR = "'LABEL: KIND PLACE [AMOUNT]', such as 'night*: silence HIP' or '*: gain HIP_CTX 0.5'"


@dataclass(frozen=True)
class Control:
    """A control condition of a circuit: what it changes in which phases.

    Attributes
    ----------
    about
        One line.
    concerns
        Which phases: ``concerns(phase)``.
    phase
        ``phase(circuit, phase, generator)`` returns what is lived through instead.
    shuffled
        State variables whose values are permuted before such a phase, each as a whole, and restored after it.
    restored
        Further ones that are as before afterwards, such as those that others are stored relative to.
    """

    about: str
    concerns: Callable[[Phase], bool]
    phase: Callable[[Circuit, Phase, np.random.Generator], Phase] = lambda circuit, phase, generator: phase
    shuffled: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


class Interventions:
    """The interventions of one seed.

    Parameters
    ----------
    manipulations
        Texts, see `parsed`.
    control
        Name of a control that the circuit offers; none if empty.
    generator
        For what is shuffled or drawn.
    """

    def __init__(self, circuit: Circuit, manipulations: Iterable[str], control: str, generator: np.random.Generator):
        check(circuit, manipulations, control)
        self.circuit = circuit
        self._manipulations = {text: parsed(text) for text in manipulations}
        self._control: Control | None = circuit.controls[control] if control else None
        self._asked = f"--control {control}"
        self._unused = {*manipulations, *([self._asked] if control else [])}
        self._generator = generator

    def of_phase(self, label: str, phase: Phase | Schedule) -> Phase | Schedule:
        """Return what is lived through in place of a phase (or of those of a schedule) with a label."""
        if isinstance(phase, Schedule):
            return Schedule([self._of_one(label, each) for each in phase])
        return self._of_one(label, phase)

    def of_state(self, phase: Phase | Schedule, state: State) -> tuple[State, dict[str, np.ndarray]]:
        """Return the state from which it starts, and the values that have to be restored after it."""
        first = next(iter(phase)) if isinstance(phase, Schedule) else phase
        control = self._control
        if control is None or not control.shuffled or not control.concerns(first):
            return state, {}
        self._unused.discard(self._asked)
        shuffled = {name: self._generator.permutation(state.values[name]) for name in control.shuffled}
        before = {name: state.values[name] for name in (*control.shuffled, *control.restored)}
        return replace(state, values={**state.values, **shuffled}), before

    def check_used(self, labels: list[str]) -> None:
        """Raise if an intervention concerned no phase, of those with these labels."""
        if self._unused:
            raise EngramError(
                f"{' and '.join(sorted(self._unused))} concerned no phase of this protocol. Its phases after the "
                f"pre-training are labelled {', '.join(labels)}. Manipulations are written {GRAMMAR}."
            )

    def _of_one(self, label: str, phase: Phase) -> Phase:
        for text, (pattern, manipulation) in self._manipulations.items():
            if fnmatch.fnmatchcase(label, pattern):
                self._unused.discard(text)
                phase = manipulated(self.circuit, phase, manipulation)
        control = self._control
        if control is not None and control.concerns(phase):
            self._unused.discard(self._asked)
            phase = control.phase(self.circuit, phase, self._generator)
        return phase


def check(circuit: Circuit, manipulations: Iterable[str], control: str) -> None:
    """Raise if a manipulation cannot be read or done in a circuit, or it offers no such control."""
    for text in manipulations:
        _, manipulation = parsed(text)
        manipulated(circuit, Phase("check", 1), manipulation)
    if control and control not in circuit.controls:
        raise unknown_name(f"control of circuit '{circuit.name}'", control, list(circuit.controls))


def parsed(text: str) -> tuple[str, Manipulation]:
    """Return the pattern of labels (as of file names) and the manipulation of a text."""
    pattern, colon, rest = text.partition(":")
    words = rest.split()
    if not colon or not pattern.strip() or len(words) not in (2, 3):
        raise ScheduleError(f"The manipulation '{text}' cannot be read; write {GRAMMAR}.")
    kind, where = words[:2]
    if kind not in KINDS:
        raise unknown_name("manipulation", kind, list(KINDS))
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


def asleep(phase: Phase) -> bool:
    """Return whether a phase sleeps, by its signal ``sleep``."""
    return _ever(phase, "sleep")


def tests(phase: Phase) -> bool:
    """Return whether a phase asks for a memory, by its signal ``recall``."""
    return _ever(phase, "recall")


def manipulates(phase: Phase) -> bool:
    """Return whether a phase manipulates some cells of a population and not others."""
    return any(np.ndim(values) and np.ptp(np.asarray(values, float)) > 0 for values in phase.held.values())


def awake_instead(circuit: Circuit, phase: Phase, generator: np.random.Generator) -> Phase:
    """Return as long a phase without any signal: quiet wake, manipulated in the same way."""
    return replace(phase, signals={}, patterns={}, labels=((0, phase.n_steps, "awake instead"),))


def without_plasticity(circuit: Circuit, phase: Phase, generator: np.random.Generator) -> Phase:
    """Return the phase with the plasticity of every projection blocked."""
    blocked = {name.replace(".", "__"): 0.0 for name in circuit.constants if name.endswith("_plasticity")}
    return phase.with_constants(**blocked)


def random_cells(circuit: Circuit, phase: Phase, generator: np.random.Generator) -> Phase:
    """Return the phase with as many random cells manipulated, of all those that it does not manipulate itself.

    In a condition that is a control already, and manipulates untagged cells, these may be tagged ones.
    """
    held: dict[str, Any] = {}
    for name, values in phase.held.items():
        array = np.asarray(values, float)
        if array.ndim == 0 or np.ptp(array) == 0:
            continue
        usual = float(circuit.group(name.split(".")[0]).initial.get(name.split(".")[1], 0.0))  # type: ignore[arg-type]
        chosen, others = np.flatnonzero(array != usual), np.flatnonzero(array == usual)
        if len(others) < len(chosen):
            raise ScheduleError(
                f"Phase '{phase.name}' manipulates {len(chosen)} cells of {name.split('.')[0]}, which leaves "
                f"{len(others)} for a control of the same size."
            )
        held[name] = np.full(len(array), usual)
        held[name][generator.choice(others, len(chosen), replace=False)] = array[chosen]
    return phase.holding(held)


def _ever(phase: Phase, signal: str) -> bool:
    return signal in phase.signals and bool(np.any(phase.signal(signal) > 0.5))


Controls = Mapping[str, Control]
