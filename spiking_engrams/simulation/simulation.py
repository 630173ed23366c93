"""Simulation: one build, then any number of phases, seeds, values and starting states."""

from __future__ import annotations

import contextlib
import copy
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.circuit.initial import initial_values, n_elements, number_of
from spiking_engrams.errors import CircuitError, EngramWarning, ScheduleError, StateError
from spiking_engrams.files.cache import is_trusted, touch, trim
from spiking_engrams.programs.process import Progress
from spiking_engrams.programs.program import Inputs, Outputs
from spiking_engrams.randomness import checked_seed
from spiking_engrams.schedule.schedule import Phase, PhaseLike, Schedule, batches, check_phase, concatenate
from spiking_engrams.simulation import hand_over, stored_states
from spiking_engrams.simulation.hand_over import check_finite
from spiking_engrams.state.checks import check_values
from spiking_engrams.state.joining import concatenate as join_recordings
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State, check_compatible
from spiking_engrams.targets.building import Build, build
from spiking_engrams.values.plain import listed

MAX_SEED = 2**31 - 1
STORE_S = 60.0  # wall-clock seconds between states stored on the way to the reused one


@dataclass
class Cost:
    """Cost of a simulation so far, in seconds and MB."""

    build_s: float = 0.0
    build_cached: bool = False
    run_s: float = 0.0
    loop_s: float = 0.0
    biological_s: float = 0.0
    peak_memory_mb: float = 0.0

    def add(self, outputs: Outputs, duration: float) -> None:
        """Add the cost of one run."""
        self.run_s += outputs.cost["wall_s"]
        self.loop_s += outputs.cost["loop_s"]
        self.biological_s += duration
        self.peak_memory_mb = max(self.peak_memory_mb, outputs.cost["peak_memory_mb"])


class Simulation:
    """A circuit and its compiled program, on which phases are run.

    Parameters
    ----------
    circuit, target
        What to simulate, and how: ``"auto"``, ``"runtime"``, ``"cpp"`` or ``"cuda"``.
    seed
        Seed of the animal: its initial state and its noise, each derived separately.
    threads
        OpenMP threads (cpp only).
    progress
        Called with ``(phase name, biological seconds, fraction done)``.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase
    >>> cell = Group("E", 1, "dv/dt = alive(t)*(drive(t) - v)/(10*ms) : 1", "v > 1 and alive(t) > 0.5", "v = 0")
    >>> circuit = Circuit("cell", "LIF", ParameterSet(), 1 * ms, 10 * ms, (cell,), (), {"drive": 0.0})
    >>> with Simulation(circuit, "runtime") as simulation:
    ...     state, recording = simulation.run(Phase("on", 10, {"drive": 2.0}))
    ...     state, silence = simulation.run(Phase("off", 5), state)
    >>> recording.rate("E").tolist(), silence.rate("E").tolist(), round(simulation.cost.biological_s, 2)
    ([140.0], [0.0], 0.17)
    """

    def __init__(
        self, circuit: Circuit, target: str = "auto", *, seed: int = 1, threads: int = 1, progress: Any = None
    ):
        if not isinstance(circuit, Circuit):
            raise CircuitError(f"A simulation needs a Circuit; {_described(circuit)} was given.")
        self.circuit = circuit
        self.seed = seed
        self.threads = threads
        self.progress = progress
        self.cost = Cost()
        self.wanted_target = target
        self._build: Build | None = None
        self._made: set[Path] = set()  # states that it stored

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def build(self) -> Build:
        """Find or build the program; the first run does so if this was not called before."""
        if self._build is None:
            self._build = build(self.circuit, self.wanted_target, self.threads)
            self.cost.build_s, self.cost.build_cached = self._build.build_s, self._build.cached
        return self._build

    def beside(self) -> Simulation:
        """Return a simulation of the same program that can run in parallel, with its own cost."""
        self.build()
        other = copy.copy(self)
        other.progress, other.cost = None, Cost()
        return other

    @property
    def target(self) -> str:
        """The target in use."""
        return self.build().target

    def initial_state(self, seed: int | None = None) -> State:
        """Return the state of a naive animal, drawn from `seed` (default: the simulation's)."""
        seed = self.seed if seed is None else seed
        circuit, variables = self.circuit, self.build().runnable.variables
        return State(
            values=initial_values(circuit.parts, variables, seed),
            circuit_digest=circuit.digest,
            structure_digest=circuit.structure_digest,
            parameters=circuit.parameters.to_dict(),
            seed=seed,
            units={name: variable.unit for name, variable in variables.items()},
        )

    def run(
        self,
        phase: PhaseLike,
        state: State | None = None,
        seed: int | None = None,
        *,
        record: Iterable[str] | None = None,
    ) -> tuple[State, Recording]:
        """Run a phase (or a schedule, in a single run if it fits into the program) from a state.

        Parameters
        ----------
        state
            Where to start; a naive animal if None. It is not changed.
        seed
            Seed of the noise; the state's own seed if None. The noise also depends on the number of phases
            run so far, so that a branch or a resumed run draws the same noise as an uninterrupted one.
        record
            Populations whose spikes are kept; all if None.

        Returns
        -------
        state : State
            The state exactly at the end of the phase (and its silent guard).
        recording : Recording
            Spikes and traces of the phase, without the guard.

        Raises
        ------
        ScheduleError, UnknownNameError
            If the phase names something that the circuit does not have.
        StateError
            If the state belongs to another circuit or other parameters, or its values do not fit.
        SimulationError
            If the program fails or a variable becomes infinite or not a number.
        """
        if not isinstance(phase, Phase | Schedule):
            raise ScheduleError(f"A simulation runs a Phase or a Schedule; {_described(phase)} was given.")
        state = self.initial_state(seed) if state is None else self._checked(state)
        phases = list(phase) if isinstance(phase, Schedule) else [phase]
        for item in phases:
            check_phase(item, self.circuit)
        kept = hand_over.recorded(self.circuit, record)
        recordings = []
        for batch in batches(phases, self.circuit.max_steps, self.circuit.guard_steps, self.circuit.banks):
            state, recording = self._run_once(batch, state, seed, kept)
            recordings.append(recording)
        joined = recordings[0] if len(recordings) == 1 else join_recordings(recordings)
        return state, replace(joined, label=_label(phases), meta={**joined.meta, "target": self.target})

    def _checked(self, state: State) -> State:
        """Return a state after checking that this circuit can start from it."""
        if not isinstance(state, State):
            raise StateError(
                f"A run starts from a State, or from a naive animal if None; {_described(state)} was given."
            )
        check_compatible(state, self.circuit.digest, self.circuit.parameters.to_dict())
        sizes = {part.name: n_elements(part) for part in self.circuit.parts}
        check_values(state, self.build().runnable.variables, sizes)
        return state

    def reuse(self, phases: Iterable[PhaseLike], seed: int | None = None, *, fresh: bool = False) -> tuple[State, bool]:
        """Return the state of a naive animal after `phases`, computed once per seed, circuit and target.

        It continues from the latest state that is stored after one of these phases (`fresh`: by this simulation), and
        stores one now and then, so that an interruption loses little.

        Returns
        -------
        state : State
        reused : bool
            True if it came from the store.
        """
        seed = self.seed if seed is None else seed
        phases = list(listed(phases, "The phases to reuse the state after", (Phase, Schedule), ScheduleError))
        paths = stored_states.paths(self.circuit, self.build().key, phases, seed)
        state, done = self.initial_state(seed), 0
        for count in range(len(phases), 0, -1):
            if paths[count].exists() and (not fresh or paths[count] in self._made) and is_trusted(paths[count]):
                with contextlib.suppress(StateError, FileNotFoundError):  # damaged or gone: compute it again
                    found = self._checked(State.load(paths[count]))
                    if found.seed != seed or found.history != stored_states.history(self.circuit, phases[:count]):
                        continue  # it was put there under another name
                    state, done = found, count
                    touch(paths[count])
                    break
        begun, between = time.monotonic(), None
        for count, phase in enumerate(phases[done:], start=done + 1):
            state, _ = self.run(phase, state, seed)
            if count == len(phases) or time.monotonic() - begun > STORE_S:
                new = self._store(state, paths[count])
                if between is not None:
                    with contextlib.suppress(OSError):
                        between.unlink(missing_ok=True)
                begun, between = time.monotonic(), paths[count] if new else None
        return state, done == len(phases)

    def _store(self, state: State, path: Path) -> bool:
        """Store a state for later if possible, and return whether it is new."""
        new = not path.exists()
        try:
            state.save(path)
        except StateError as problem:
            warnings.warn(f"A state that others could start from is not kept: {problem}", EngramWarning, stacklevel=4)
            return False
        self._made.add(path)
        trim(keep=path)
        return new

    def _run_once(
        self, phases: list[Phase], state: State, seed: int | None, record: Sequence[str]
    ) -> tuple[State, Recording]:
        circuit, built = self.circuit, self.build()
        inputs = self._inputs(phases, state, seed)
        label = _label(phases)
        outputs = built.runnable.run(inputs, self._progress(label, inputs.duration))
        self.cost.add(outputs, inputs.duration)
        check_finite(built.runnable, inputs, outputs, label, float(circuit.step))
        kept = hand_over.recording(circuit, outputs, phases, built.runnable.trace_units, record)
        return hand_over.successor(circuit, state, outputs, phases), kept

    def _inputs(self, phases: list[Phase], state: State, seed: int | None) -> Inputs:
        circuit = self.circuit
        n_steps, signals, patterns = concatenate(phases, circuit.signals, circuit.guard_steps)
        return Inputs(
            state={**state.values, **hand_over.held(circuit, phases[0])},
            constants={**circuit.constants, **phases[0].constants},
            signals={name: _pad(values, circuit.max_steps) for name, values in signals.items()},
            banks={name: _rows(patterns.get(name), shape) for name, shape in circuit.banks.items()},
            duration=n_steps * float(circuit.step),
            seed=noise_seed(state.seed if seed is None else seed, len(state.history)),
        )

    def _progress(self, label: str, duration: float) -> Progress | None:
        if self.progress is None:
            return None
        return lambda fraction: self.progress(label, duration, fraction)


def noise_seed(seed: int, position: int) -> int:
    """Return the seed of the noise of the phase at `position` in the history of an animal."""
    return number_of(f"noise {checked_seed(seed)} {position}") % MAX_SEED


def _described(thing: object) -> str:
    return f"{type(thing).__name__} {str(thing)[:60]!r}"


def _label(phases: list[Phase]) -> str:
    return "+".join(phase.name for phase in phases)


def _pad(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.full(length - len(values), values[-1])])


def _rows(patterns: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    result = np.zeros(shape)
    if patterns is not None:
        result[: len(patterns)] = patterns
    return result


__all__ = ["Cost", "Simulation", "noise_seed"]
