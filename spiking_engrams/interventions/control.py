"""Control conditions of a circuit: what each one changes, and in which phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import EngramError, ScheduleError, check_known
from spiking_engrams.schedule.schedule import Phase, Schedule

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit
    from spiking_engrams.state.state import State

type Shuffle = Callable[[Circuit, State, np.random.Generator], State]


@dataclass(frozen=True)
class Control:
    """A control condition of a circuit: what it changes, and in which phases.

    Attributes
    ----------
    about
        One-line description.
    concerns
        ``concerns(phase)`` returns whether the control applies to a phase.
    phase
        ``phase(circuit, phase, rng)`` returns the phase that is run instead.
    shuffle
        ``shuffle(circuit, state, rng)`` returns the state from which such a phase starts instead.
    restored
        State variables that are reset afterwards to their values before the phase.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from spiking_engrams import Phase
    >>> awake = Control(
    ...     "awake instead of asleep", lambda phase: "sleep" in phase.signals,
    ...     lambda circuit, phase, rng: replace(phase, signals={"wake": 1.0}))
    >>> night = Phase("night", 5, {"sleep": 1.0})
    >>> awake.concerns(night), awake.phase(None, night, None).signals
    (True, {'wake': 1.0})
    """

    about: str
    concerns: Callable[[Phase], bool]
    phase: Callable[[Circuit, Phase, np.random.Generator], Phase] = lambda circuit, phase, rng: phase
    shuffle: Shuffle | None = None
    restored: tuple[str, ...] = ()


Controls = Mapping[str, Control]


def concerned(circuit: Circuit, entries: Iterable[Phase | Schedule]) -> list[str]:
    """Return the controls of a circuit that apply to at least one of the given phases or schedules.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase
    >>> offered = {"no-sleep": Control("awake instead of asleep", lambda phase: "sleep" in phase.signals)}
    >>> cells = Group("HIP", 4, "v : 1")
    >>> circuit = Circuit("two", "none", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), {}, controls=offered)
    >>> concerned(circuit, [Phase("day", 5)]), concerned(circuit, [Phase("night", 5, {"sleep": 1.0})])
    ([], ['no-sleep'])
    """
    phases = [phase for entry in entries for phase in (entry if isinstance(entry, Schedule) else [entry])]
    return [name for name, control in circuit.controls.items() if any(map(control.concerns, phases))]


def check_control(circuit: Circuit, name: str, concerning: list[str]) -> None:
    """Raise if a circuit offers no such control, or it is not among those that apply to a protocol.

    Raises
    ------
    UnknownNameError
        If the circuit has no control of that name.
    EngramError
        If the control is not in `concerning`, the controls that apply.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet
    >>> cells, offered = Group("HIP", 4, "v : 1"), {"no-sleep": Control("awake", lambda phase: True)}
    >>> circuit = Circuit("two", "none", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), {}, controls=offered)
    >>> check_control(circuit, "no-sleep", ["no-sleep"])
    >>> check_control(circuit, "no-sleep", [])
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.EngramError: The control 'no-sleep' applies to no phase of this protocol (awake); ...
    """
    check_known(f"control of circuit '{circuit.name}'", name, circuit.controls)
    if name not in concerning:
        raise EngramError(
            f"The control '{name}' applies to no phase of this protocol ({circuit.controls[name].about}); controls "
            f"that do: {', '.join(dict.fromkeys(concerning)) or 'none'}."
        )


def manipulates(phase: Phase) -> bool:
    """Return whether a phase manipulates some cells of a population but not others.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> one, all_cells = (Phase("test", 5, held={"HIP.silenced": cells}) for cells in ([1.0, 0.0], 1.0))
    >>> manipulates(one), manipulates(all_cells)
    (True, False)
    """
    return any(np.ndim(values) and np.ptp(np.asarray(values, float)) > 0 for values in phase.held.values())


def random_cells(circuit: Circuit, phase: Phase, rng: np.random.Generator) -> Phase:
    """Return the phase with its manipulation moved to as many random cells among those that it leaves alone.

    If the phase already belongs to a control that manipulates untagged cells, the random cells may be tagged ones.

    Raises
    ------
    ScheduleError
        If fewer cells are left alone than are manipulated.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase
    >>> circuit = Circuit("two", "none", ParameterSet(), 1 * ms, 10 * ms, (Group("HIP", 4, "v : 1"),), (), {})
    >>> test = Phase("test", 5, held={"HIP.silenced": [1.0, 1.0, 0.0, 0.0]})
    >>> random_cells(circuit, test, np.random.default_rng(1)).held["HIP.silenced"].tolist()
    [0.0, 0.0, 1.0, 1.0]
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
                f"Phase '{phase.name}' manipulates {len(chosen)} cells of {name.split('.')[0]}, which leaves only "
                f"{len(others)} for a control of the same size."
            )
        held[name] = np.full(len(array), usual)
        held[name][rng.choice(others, len(chosen), replace=False)] = array[chosen]
    return phase.holding(held)
