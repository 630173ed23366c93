"""Phases and schedules: what happens to a circuit, as data that prints, compares and hashes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from spiking_engrams.errors import ScheduleError, check_known
from spiking_engrams.schedule import checks as phase_checks
from spiking_engrams.schedule.checks import ALIVE
from spiking_engrams.values import plain


def index_signal(bank: str) -> str:
    """Return the name of the signal that selects which pattern of a bank is shown (-1: none).

    Examples
    --------
    >>> index_signal("context")
    'context_index'
    """
    return f"{bank}_index"


@dataclass(frozen=True, eq=False)
class Phase:
    """A stretch of an animal's life: signals per step, patterns, changed constants, manipulated cells.

    Parameters
    ----------
    name
        Name in figures and files.
    n_steps
        Length in steps of the circuit, from 1 to `phase_checks.MAX_STEPS`.
    signals
        Signal -> a number, or an array of shape ``(n_steps,)``; signals left out keep the circuit's default.
    patterns
        Bank -> array ``(n_patterns, n_features)``, copied; the signal ``<bank>_index`` chooses a row for each step.
    constants
        ``"object.name"`` -> value in SI units, for this phase only.
    labels
        ``(first step, last step + 1, text)`` for timelines.
    held
        Knob of the circuit, ``"group.name"`` -> a number or one per neuron, for this phase only; see `manipulation`.

    Raises
    ------
    ScheduleError
        If a length, shape or label does not fit, or a value is not a plain finite number: quantities with units
        are rejected, all values are in SI units.

    Examples
    --------
    >>> trial = Phase("acquisition", 4, {"shock": [0, 0, 1, 1], "acetylcholine": 1}, labels=((2, 4, "shock"),))
    >>> trial.signal("acetylcholine").tolist(), trial.part(1, 3).signal("shock").tolist()
    ([1.0, 1.0, 1.0, 1.0], [0.0, 1.0])
    """

    name: str
    n_steps: int
    signals: Mapping[str, np.ndarray | float] = field(default_factory=dict)
    patterns: Mapping[str, np.ndarray] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    labels: tuple[tuple[int, int, str], ...] = ()
    held: Mapping[str, np.ndarray | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        phase_checks.check(self)

    def digest(self) -> str:
        """Return the digest of everything that affects the simulation (not labels), computed once."""
        if "_digest" not in self.__dict__:
            object.__setattr__(self, "_digest", self._computed_digest())
        digest: str = self.__dict__["_digest"]
        return digest

    def _computed_digest(self) -> str:
        result = hashlib.sha256(f"{self.name}|{self.n_steps}".encode())
        for name in sorted(self.signals):
            result.update(name.encode() + self.signal(name).tobytes())
        for name in sorted(self.patterns):
            result.update(name.encode() + np.ascontiguousarray(self.patterns[name], np.float64).tobytes())
        for name in sorted(self.constants):
            result.update(f"{name}={float(self.constants[name])!r}".encode())
        for name in sorted(self.held):
            result.update(f"{name}:".encode() + np.ascontiguousarray(self.held[name], np.float64).tobytes())
        return result.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phase) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def signal(self, name: str) -> np.ndarray:
        """Return a signal as an array of shape ``(n_steps,)``; raise UnknownNameError if the phase does not set it."""
        check_known(f"signal of phase '{self.name}'", name, self.signals)
        return np.broadcast_to(np.asarray(self.signals[name], dtype=np.float64), (self.n_steps,)).copy()

    def with_constants(self, constants: Mapping[str, float]) -> Phase:
        """Return the phase with further constants, such as ``{"conv1.theta": 5.0}``."""
        more = plain.mapping(constants, f"Phase '{self.name}': constants", ScheduleError)
        return dataclasses.replace(self, constants={**self.constants, **more})

    def holding(self, held: Mapping[str, np.ndarray | float]) -> Phase:
        """Return the phase with further knobs held at values, ``"group.name"`` -> a number or one per neuron."""
        more = plain.mapping(held, f"Phase '{self.name}': held", ScheduleError)
        return dataclasses.replace(self, held={**self.held, **more})

    def part(self, first: int, last: int) -> Phase:
        """Return steps `first` to `last` - 1 as a phase of their own."""
        first, last = phase_checks.check_part(self, first, last)
        signals = {n: (v[first:last] if np.ndim(v) else v) for n, v in self.signals.items()}  # type: ignore[index]
        labels = tuple(
            (max(a, first) - first, min(b, last) - first, text) for a, b, text in self.labels if a < last and b > first
        )
        return dataclasses.replace(self, n_steps=last - first, signals=signals, labels=labels)


@dataclass(frozen=True)
class Schedule:
    """A sequence of one or more phases; anything else raises ScheduleError.

    Examples
    --------
    >>> day = Schedule([Phase("wake", 30), Phase("sleep", 20, labels=((5, 15, "replay"),))])
    >>> day.n_steps, day.timeline(step=0.5)
    (50, [(0.0, 15.0, 'wake', ''), (17.5, 22.5, 'sleep', 'replay')])
    """

    phases: tuple[Phase, ...]

    def __init__(self, phases: Iterable[Phase]):
        if isinstance(phases, Phase):
            raise ScheduleError(f"A schedule takes a list of phases; write Schedule([phase]) for '{phases.name}'.")
        object.__setattr__(self, "phases", plain.listed(phases, "The phases of a schedule", Phase, ScheduleError))
        if not self.phases:
            raise ScheduleError("A schedule needs at least one phase.")

    def __iter__(self) -> Iterator[Phase]:
        return iter(self.phases)

    @property
    def n_steps(self) -> int:
        """Length in steps, without guards."""
        return sum(phase.n_steps for phase in self.phases)

    def digest(self) -> str:
        """Return the digest over the phases in order."""
        return hashlib.sha256("".join(p.digest() for p in self.phases).encode()).hexdigest()

    def timeline(self, step: float) -> list[tuple[float, float, str, str]]:
        """Return ``(t_start, t_stop, phase, detail)`` in seconds, one row per label (or per phase)."""
        step = plain.number(step, "The step of a timeline", ScheduleError, above=0)
        rows, origin = [], 0
        for phase in self.phases:
            for first, last, text in phase.labels or ((0, phase.n_steps, ""),):
                rows.append(((origin + first) * step, (origin + last) * step, phase.name, text))
            origin += phase.n_steps
        return rows


PhaseLike = Phase | Schedule


class Known(Protocol):
    """The names that phases of a circuit may use."""

    @property
    def signals(self) -> Mapping[str, float]:
        """Signals and their defaults."""
        ...

    @property
    def banks(self) -> Mapping[str, tuple[int, int]]:
        """Banks and their shapes."""
        ...

    @property
    def constants(self) -> Mapping[str, float]:
        """Constants, ``"object.name"``, and their values."""
        ...

    @property
    def knobs(self) -> Mapping[str, int]:
        """Knobs, ``"group.name"``, and the sizes of their groups."""
        ...


def check_phase(phase: Phase, circuit: Known) -> None:
    """Raise UnknownNameError if a phase uses a name that its circuit lacks, ScheduleError if an array does not fit."""
    signals, banks = list(circuit.signals), circuit.banks
    constants, knobs = list(circuit.constants), circuit.knobs
    for name, value in phase.held.items():
        check_known(f"knob of phase '{phase.name}'", name, knobs)
        if np.ndim(value) and np.shape(value) != (knobs[name],):
            raise ScheduleError(
                f"Phase '{phase.name}' holds '{name}' at values of shape {np.shape(value)}; allowed are a number or "
                f"({knobs[name]},), one for each neuron."
            )
    for name in phase.signals:
        check_known(f"signal of phase '{phase.name}'", name, signals)
    for name in phase.constants:
        check_known(f"constant of phase '{phase.name}'", name, constants)
    for name, patterns in phase.patterns.items():
        check_known(f"bank of phase '{phase.name}'", name, banks)
        largest, features = banks[name]
        shape = np.shape(patterns)
        if len(shape) != 2 or shape[1] != features or shape[0] > largest:
            raise ScheduleError(
                f"Phase '{phase.name}': patterns of bank '{name}' have shape {shape}; "
                f"allowed is (at most {largest}, {features})."
            )
    for bank in banks:
        if index_signal(bank) in phase.signals:
            _check_index(phase, bank, len(phase.patterns.get(bank, ())))


def _check_index(phase: Phase, bank: str, known: int) -> None:
    """Raise if an index signal selects no existing pattern: 1.5 would silently show pattern 1, and -2 none."""
    index = np.asarray(phase.signals[index_signal(bank)], dtype=np.float64)
    wrong = index[(index != np.rint(index)) | (index < -1) | (index >= known)]
    if wrong.size:
        raise ScheduleError(
            f"Phase '{phase.name}' shows pattern {wrong.max():g} of bank '{bank}', but "
            f"provides {known} of them (numbered from 0); -1 shows none."
        )


def batches(
    phases: Iterable[Phase], max_steps: int, guard_steps: int, banks: Mapping[str, tuple[int, int]]
) -> list[list[Phase]]:
    """Return the runs that cover `phases`, as few as the program's schedule and banks allow.

    A phase longer than the schedule is split. All phases of a run have the same constants and knobs.
    """
    longest = max_steps - guard_steps
    runs: list[list[Phase]] = []
    for phase in phases:
        for first in range(0, phase.n_steps, longest):
            part = phase if phase.n_steps <= longest else phase.part(first, min(first + longest, phase.n_steps))
            if runs and _fit([*runs[-1], part], max_steps, guard_steps, banks):
                runs[-1].append(part)
            else:
                runs.append([part])
    return runs


def _fit(phases: list[Phase], max_steps: int, guard_steps: int, banks: Mapping[str, tuple[int, int]]) -> bool:
    return (
        dict(phases[0].constants) == dict(phases[-1].constants)
        and _same(phases[0].held, phases[-1].held)
        and sum(phase.n_steps + guard_steps for phase in phases) <= max_steps
        and all(sum(max(1, len(p.patterns.get(b, ()))) for p in phases) <= rows for b, (rows, _) in banks.items())
    )


def _same(a: Mapping[str, np.ndarray | float], b: Mapping[str, np.ndarray | float]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def concatenate(
    phases: Iterable[Phase], defaults: Mapping[str, float], guard_steps: int
) -> tuple[int, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Lay phases out on one time axis, each followed by its silent guard.

    Returns
    -------
    n_steps : int
        Length with guards.
    signals : dict of str to ndarray, shape (n_steps,)
        Every signal of the circuit and ``alive``.
    patterns : dict of str to ndarray
        The phases' patterns stacked, an empty one for a phase that has none; index signals are shifted
        to match.
    """
    phases = list(phases)
    pieces: dict[str, list[np.ndarray]] = {name: [] for name in (*defaults, ALIVE)}
    features = {bank: np.shape(rows)[1] for phase in phases for bank, rows in phase.patterns.items()}
    patterns: dict[str, list[np.ndarray]] = {bank: [] for bank in features}
    for phase in phases:
        shift = {index_signal(bank): sum(map(len, rows)) for bank, rows in patterns.items()}
        for name, default in defaults.items():
            values = phase.signal(name) if name in phase.signals else np.full(phase.n_steps, float(default))
            values = np.where(values >= 0, values + shift[name], values) if name in shift else values
            pieces[name].append(np.concatenate([values, np.full(guard_steps, values[-1])]))
        pieces[ALIVE].append(np.concatenate([np.ones(phase.n_steps), np.zeros(guard_steps)]))
        for bank, stacked in patterns.items():
            stacked.append(np.asarray(phase.patterns.get(bank, np.zeros((1, features[bank]))), dtype=np.float64))
    return (
        sum(phase.n_steps + guard_steps for phase in phases),
        {name: np.concatenate(parts) for name, parts in pieces.items()},
        {name: np.concatenate(parts) for name, parts in patterns.items()},
    )
