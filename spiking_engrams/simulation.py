"""Simulation: one build, then any number of phases, seeds, values and starting states."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spiking_engrams.cache import state_path, touch, trim
from spiking_engrams.circuit import Circuit, Draw
from spiking_engrams.errors import SimulationError
from spiking_engrams.program import Inputs, Outputs, Progress
from spiking_engrams.recording import Recording, concatenate as join_recordings
from spiking_engrams.schedule import Phase, Schedule, check_phase, concatenate
from spiking_engrams.state import State, check_compatible
from spiking_engrams.targets import Build, build

PhaseLike = Phase | Schedule
MAX_SEED = 2**31 - 1


@dataclass
class Cost:
    """What a simulation has cost so far; seconds and MB."""

    build_s: float = 0.0
    build_cached: bool = False
    run_s: float = 0.0
    loop_s: float = 0.0
    biological_s: float = 0.0
    peak_memory_mb: float = 0.0

    def add(self, outputs: Outputs, duration: float) -> None:
        """Count one run."""
        self.run_s += outputs.cost["wall_s"]
        self.loop_s += outputs.cost["loop_s"]
        self.biological_s += duration
        self.peak_memory_mb = max(self.peak_memory_mb, outputs.cost["peak_memory_mb"])


class Simulation:
    """Run phases of a circuit on one compiled program.

    Parameters
    ----------
    circuit
        What to simulate.
    target
        ``"auto"``, ``"runtime"``, ``"cpp"`` or ``"cuda"``.
    seed
        Seed of the animal: its initial state and its noise, each derived separately.
    threads
        OpenMP threads (cpp only).
    progress
        Called with ``(phase name, biological seconds, fraction done)``.

    Examples
    --------
    ``state, recording = simulation.run(phase, state)``
    """

    def __init__(
        self, circuit: Circuit, target: str = "auto", *, seed: int = 1, threads: int = 1, progress: Any = None
    ):
        self.circuit = circuit
        self.seed = seed
        self.threads = threads
        self.progress = progress
        self.cost = Cost()
        self._target = target
        self._build: Build | None = None

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def build(self) -> Build:
        """Find or build the program; done by the first run if not called before."""
        if self._build is None:
            self._build = build(self.circuit, self._target, self.threads)
            self.cost.build_s, self.cost.build_cached = self._build.build_s, self._build.cached
        return self._build

    @property
    def target(self) -> str:
        """The target in use."""
        return self.build().target

    def initial_state(self, seed: int | None = None) -> State:
        """Return the state of a new-born animal, drawn from `seed` (default: the simulation's)."""
        seed = self.seed if seed is None else seed
        values = {name: np.zeros(0) for name in self.build().runnable.units}
        for part in (*self.circuit.groups, *self.circuit.connections):
            size = part.size if hasattr(part, "size") else len(part.i)
            for name, value in part.initial.items():
                key = f"{part.name}.{name}"
                if key not in values:
                    raise SimulationError(f"Initial value given for '{key}', which is not a state variable.")
                values[key] = _draw(value, size, np.random.default_rng([seed, _number(key)]))
        values.update({name: self._default(name) for name, value in values.items() if value.size == 0})
        return State(
            values=values,
            circuit_digest=self.circuit.digest,
            structure_digest=self.circuit.structure_digest,
            parameters=self.circuit.parameters.to_dict(),
            seed=seed,
            history=(),
            time=0.0,
        )

    def run(
        self,
        phase: PhaseLike,
        state: State | None = None,
        seed: int | None = None,
        *,
        record: Iterable[str] | None = None,
    ) -> tuple[State, Recording]:
        """Run a phase (or a schedule, in one go) from a state.

        Parameters
        ----------
        state
            Where to start; a new animal if None. It is not changed.
        seed
            Seed of the noise; the state's own seed if None. The noise also depends on the number of phases
            the animal has lived, so that a branch or a resumed run draws what an unbroken one draws.
        record
            Populations whose spikes are kept; all if None.

        Returns
        -------
        state : State
            The successor, exactly where the phase (and its silent guard) ended.
        recording : Recording
            Spikes and traces of the phase, without the guard.

        Raises
        ------
        StateError
            If the state belongs to another circuit or other parameters.
        SimulationError
            If the program fails or a variable becomes infinite or not a number.
        """
        state = self.initial_state(seed) if state is None else state
        check_compatible(state, self.circuit.digest, self.circuit.parameters.to_dict())
        phases = list(phase) if isinstance(phase, Schedule) else [phase]
        for item in phases:
            check_phase(item, self.circuit.signals, self.circuit.banks, self.circuit.constants)
        if len(phases) == 1:
            return self._run_split(phases[0], state, seed, record)
        return self._run_once(phases, state, seed, record)

    def reuse(self, phases: Iterable[PhaseLike], seed: int | None = None, *, fresh: bool = False) -> tuple[State, bool]:
        """Return the state after `phases` from a new animal, computed once per seed, circuit and target.

        Returns
        -------
        state : State
        reused : bool
            True if it came from the store.
        """
        seed = self.seed if seed is None else seed
        phases = list(phases)
        text = "|".join([self.circuit.digest, self._build_key(), str(seed), *(p.digest() for p in phases)])
        path = state_path(hashlib.sha256(text.encode()).hexdigest())
        if path.exists() and not fresh:
            touch(path)
            return State.load(path), True
        state = self.initial_state(seed)
        for phase in phases:
            state, _ = self.run(phase, state, seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        state.save(path)
        trim(keep=path)
        return state, False

    def _build_key(self) -> str:
        built = self.build()
        return f"{built.target}:{built.folder.name if built.folder else ''}"

    def _default(self, name: str) -> np.ndarray:
        owner, variable = name.split(".")
        parts = {p.name: p for p in (*self.circuit.groups, *self.circuit.connections)}
        part = parts[owner]
        size = part.size if hasattr(part, "size") else len(part.i)
        return np.full(size, -1e9 if variable == "lastspike" else 0.0)

    def _run_split(
        self, phase: Phase, state: State, seed: int | None, record: Iterable[str] | None
    ) -> tuple[State, Recording]:
        """Run a phase of any length; longer than the program's schedule means several exact hand-overs."""
        longest = self.circuit.max_steps - self.circuit.guard_steps
        recordings = []
        for first in range(0, phase.n_steps, longest):
            part = phase.part(first, min(first + longest, phase.n_steps)) if phase.n_steps > longest else phase
            state, recording = self._run_once([part], state, seed, record)
            recordings.append(recording)
        return state, recordings[0] if len(recordings) == 1 else join_recordings(recordings)

    def _run_once(
        self, phases: list[Phase], state: State, seed: int | None, record: Iterable[str] | None
    ) -> tuple[State, Recording]:
        circuit = self.circuit
        n_steps, signals, patterns = concatenate(phases, circuit.signals, circuit.guard_steps)
        if n_steps > circuit.max_steps:
            raise SimulationError(
                f"A schedule in one go lasts {n_steps} steps with its guards; {circuit.name} allows "
                f"{circuit.max_steps}. Run its phases one by one."
            )
        constants = dict(circuit.constants)
        for phase in phases:
            constants.update(phase.constants)
        duration = n_steps * float(circuit.step)
        inputs = Inputs(
            state=state.values,
            constants=constants,
            signals={name: _pad(values, circuit.max_steps) for name, values in signals.items()},
            banks={name: _rows(patterns.get(name), shape) for name, shape in circuit.banks.items()},
            duration=duration,
            seed=noise_seed(state.seed if seed is None else seed, len(state.history)),
        )
        label = "+".join(phase.name for phase in phases)
        outputs = self.build().runnable.run(inputs, self._progress(label, duration))
        self.cost.add(outputs, duration)
        self._check_finite(outputs, label, inputs)
        successor = self._successor(state, outputs, phases, duration)
        kept = (n_steps - circuit.guard_steps) if len(phases) == 1 else n_steps
        return successor, self._recording(outputs, label, kept, record)

    def _progress(self, label: str, duration: float) -> Progress | None:
        if self.progress is None:
            return None
        return lambda fraction: self.progress(label, duration, fraction)

    def _successor(self, state: State, outputs: Outputs, phases: list[Phase], duration: float) -> State:
        values = {
            name: (value - duration if name.endswith(".lastspike") else value) for name, value in outputs.state.items()
        }
        return State(
            values=values,
            circuit_digest=state.circuit_digest,
            structure_digest=state.structure_digest,
            parameters=state.parameters,
            seed=state.seed,
            history=(*state.history, *(phase.digest() for phase in phases)),
            time=state.time + duration,
        )

    def _recording(self, outputs: Outputs, label: str, n_steps: int, record: Iterable[str] | None) -> Recording:
        dt, step = float(self.circuit.dt), float(self.circuit.step)
        kept = set(outputs.spikes if record is None else record)
        spikes = {}
        for name, (times, index) in outputs.spikes.items():
            if name in kept:
                steps = np.rint(times / dt).astype(np.int64)
                order = np.lexsort((index, steps))
                inside = steps[order] < round(n_steps * step / dt)
                spikes[name] = (steps[order][inside], index[order][inside].astype(np.int32))
        # the monitor samples just after a step begins: sample k + 1 is the value that step k ended with
        traces = {name: values[1 : n_steps + 1] for name, values in outputs.traces.items()}
        return Recording(
            spikes=spikes,
            traces=traces,
            trace_step=step,
            units=dict.fromkeys(traces, "1"),
            sizes={name: self.circuit.group(name).size for name in spikes},
            dt=dt,
            duration=n_steps * step,
            label=label,
            meta={"circuit": self.circuit.name, "target": self.target},
        )

    def _check_finite(self, outputs: Outputs, label: str, inputs: Inputs) -> None:
        for name, value in outputs.state.items():
            bad = ~np.isfinite(value)
            if bad.any():
                where = _first_bad_time(self.build().runnable, inputs, name, float(self.circuit.step))
                raise SimulationError(
                    f"Phase '{label}' diverged: variable '{name.split('.')[1]}' of '{name.split('.')[0]}' is not "
                    f"finite in {int(bad.sum())} of {bad.size} elements, first at about {where:.3g} s. Use a smaller "
                    "time step or weaker inputs; the state before the phase is unchanged."
                )


def _first_bad_time(runnable: Any, inputs: Inputs, name: str, step: float) -> float:
    """Find by bisection, a run being a pure function, the step in which a variable stops being finite."""
    good, bad = 0, round(inputs.duration / step)
    while bad - good > 1:
        middle = (good + bad) // 2
        shorter = Inputs(**{**inputs.__dict__, "duration": middle * step})
        if np.isfinite(runnable.run(shorter).state[name]).all():
            good = middle
        else:
            bad = middle
    return bad * step


def noise_seed(seed: int, position: int) -> int:
    """Return the seed of the noise of the phase at `position` in the history of an animal."""
    return _number(f"noise {seed} {position}") % MAX_SEED


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _draw(value: Any, size: int, generator: np.random.Generator) -> np.ndarray:
    if isinstance(value, Draw):
        return value.sample(generator, size)
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()


def _pad(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.full(length - len(values), values[-1])])


def _rows(patterns: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    result = np.zeros(shape)
    if patterns is not None:
        result[: len(patterns)] = patterns
    return result


__all__ = ["Cost", "Simulation", "noise_seed"]
