"""Session: one seed of a protocol, whose phases are remembered on disk.

A phase is remembered under a key made of everything that determines its outcome: program, phase and the state it
starts from. When an interrupted run continues, the protocol is simply executed again; phases that are on disk
return at once, and a state is read (or, if it was not kept, simulated again) only if its values are needed.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from typing import Any, cast

import numpy as np
from brian2 import prefs

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.experiment.lineage import Lineage
from spiking_engrams.experiment.progress import Event, Listener, of_many, of_phase, silent
from spiking_engrams.files.storage import write_json_atomic
from spiking_engrams.interventions.by_label import Altered, Interventions, lived
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.randomness import generator
from spiking_engrams.runs.records import Records
from spiking_engrams.runs.seed_folder import FORMAT_VERSION, SeedFolder
from spiking_engrams.runs.spent import Numbers, Spent
from spiking_engrams.runs.verification import memo_of
from spiking_engrams.schedule.schedule import Phase, PhaseLike
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State


class Session[P: ParameterSet, O: ParameterSet](Records):
    """One seed of a protocol.

    Attributes
    ----------
    simulation, circuit, seed
        The compiled circuit and the seed of this animal.
    parameters, options
        Parameters of the network and options of the protocol; `P` and `O` are their types.
    folder
        Where this seed is stored.
    neuron
        The requested neuron model; empty for the network's own.
    interventions
        Changes to phases of the protocol; none if None.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase, Simulation
    >>> from spiking_engrams.runs.seed_folder import SeedFolder
    >>> cell = Group("E", 1, "dv/dt = alive(t)*(2 - v)/(10*ms) : 1", "v > 1 and alive(t) > 0.5", "v = 0")
    >>> circuit = Circuit("cell", "LIF", ParameterSet(), 1 * ms, 10 * ms, (cell,), (), {})
    >>> with TemporaryDirectory() as path:
    ...     session = Session(Simulation(circuit, "runtime"), SeedFolder(Path(path), 1), ParameterSet())
    ...     state, recording = session.run("on", Phase("on", 10))
    ...     session.metric("rate", recording.rate("E")[0], "Hz")
    ...     session.finish()
    >>> session.records["metrics"]["rate"]["value"], session.folder.seed
    (140.0, 1)
    """

    def __init__(
        self, simulation: Simulation, folder: SeedFolder, options: O, *, fresh: bool = False,
        listener: Listener = silent, neuron: str = "", interventions: Interventions | None = None,
    ):  # fmt: skip
        super().__init__()
        # otherwise an interrupt would end a run early as if it were complete, and half a phase would be remembered
        prefs.core.stop_on_keyboard_interrupt = False
        self.simulation = simulation
        self.folder = folder
        self.seed = folder.seed
        self.options = options
        self.neuron = neuron
        self._fresh = fresh
        self._listener = listener
        self._phases: list[dict[str, Any]] = []
        self._reused: list[dict[str, Any]] = []
        self._spent = Spent()
        self._numbers = Numbers(folder)
        self._lineage = Lineage(folder)
        self._interventions = interventions

    @property
    def circuit(self) -> Circuit:
        """The circuit that is simulated."""
        return self.simulation.circuit

    @property
    def parameters(self) -> P:
        """Parameters of the network."""
        return cast(P, self.circuit.parameters)

    def of(self, circuit: Circuit) -> Session[P, O]:
        """Return a session of another circuit for the same seed, which stores its phases with those of this one."""
        first = self.simulation
        other = copy.copy(self)
        other.simulation = Simulation(circuit, first.wanted_target, seed=self.seed, threads=first.threads)
        other._lineage = Lineage(self.folder)
        self._listener(Event("build", self.seed, circuit.name))
        other.simulation.build()
        self._listener(Event("built", self.seed, circuit.name))
        return other

    def beside(self, place: int) -> Session[P, O]:
        """Return the session of a branch that runs in parallel, which stores its phases with those of this one.

        `place` is its index among the parallel branches.
        """
        other = copy.copy(self)
        other.simulation = self.simulation.beside()
        other._spent = Spent()
        other._listener = lambda event: self._listener(event._replace(place=place))
        return other

    def join(self, branches: Iterable[Session[P, O]], labels: Iterable[str]) -> None:
        """Add the cost of branches, and put the phases that were run into the order of `labels`."""
        for each in branches:
            self._spent.add(**asdict(each._spent))
        place = {label: number for number, label in enumerate(labels)}
        self._phases.sort(key=lambda phase: place[phase["label"]])

    def rng(self, purpose: str) -> np.random.Generator:
        """Return the random generator for a purpose, such as ``"contexts"``, made from the seed and that name."""
        return generator(self.seed, purpose)

    def run(
        self, label: str, phase: PhaseLike, state: State | None = None, *, keep: bool = True,
        record: Iterable[str] | None = None,
    ) -> tuple[State, Recording]:  # fmt: skip
        """Run a phase, or return its stored result if it ran before.

        Parameters
        ----------
        label
            Name of the phase's files; unique within a protocol.
        phase
            Phase or schedule.
        state
            Starting state; a naive animal if None.
        keep
            Whether the successor is kept in the run folder. Pass False for the successors of retrievals and
            for the many small steps of a long training.
        record
            Populations whose spikes are kept; all if None.

        Returns
        -------
        state : State
        recording : Recording
            Its label is `label`.

        Raises
        ------
        RunFolderError
            When the label was used before or is not a valid file name; further errors as for `Simulation.run`.
        """
        if any(each["label"] == label for each in self._phases):
            raise RunFolderError(f"Two phases of one seed are labelled '{label}'; give each its own label.")
        state = self.simulation.initial_state(self.seed) if state is None else state
        phase, altered = self._intervene(label, phase)
        populations = None if record is None else sorted(record)
        key = self._key(phase, state, populations, altered)
        recording = self._recall(label, key)
        if recording is None:
            successor, recording = self._simulate(label, phase, state, altered, key, keep, populations)
        else:
            self._listener(Event("reused", self.seed, label))
            again = partial(self._again, label, phase, altered)
            successor = self._lineage.deferred(label, again, state, recording.meta["memo"])
            if keep:
                self._lineage.ensure(label, successor)
        kept = {"kept": keep, "state": successor.key() if keep else None}
        cost = recording.meta["memo"]["cost"]
        self._phases.append({"label": label, "key": key, "digest": recording.digest(), **kept, **cost})
        return successor, recording

    def _intervene(self, label: str, phase: PhaseLike) -> tuple[PhaseLike, Altered | None]:
        """Return the phase with interventions, and their changes to its starting state."""
        if self._interventions is None or self.circuit is not self._interventions.circuit:
            return phase, None
        phase = self._interventions.of_phase(label, phase, self.engrams)
        return phase, self._interventions.of_state(label, phase)

    def _again(self, label: str, phase: PhaseLike, altered: Altered | None, state: State) -> tuple[State, Recording]:
        """Simulate again a phase whose successor is needed but was not kept."""
        self._announce(label, phase)
        return lived(self.simulation, phase, state, altered, ())

    def _announce(self, label: str, phase: PhaseLike) -> float:
        """Announce a phase to the listener, and return its length in seconds."""
        seconds = phase.n_steps * float(self.circuit.step)
        self.simulation.progress = of_phase(self._listener, self.seed, label)
        self._listener(Event("phase", self.seed, label, seconds))
        return seconds

    def explore(self, phase: PhaseLike, state: State, record: Iterable[str] | None = None) -> tuple[State, Recording]:
        """Run a phase and keep only its cost, such as one of many short phases."""
        before = self.simulation.cost.run_s
        seconds = self._announce(phase.name if isinstance(phase, Phase) else "schedule", phase)
        successor, recording = self.simulation.run(phase, state, record=record)
        cost = self.simulation.cost
        self._spent.add(cost.run_s - before, seconds, cost.peak_memory_mb)
        return successor, recording

    def once(self, what: str, state: State, compute: Callable[[], float]) -> float:
        """Return a number computed from short phases; a resumed seed does not compute it again.

        Parameters
        ----------
        what
            Everything that determines the number, apart from circuit and state.
        state
            Starting state of its phases.
        compute
            Runs them with `explore` and returns the number.
        """
        key = hashlib.sha256("|".join([self._program(), state.key(), what]).encode()).hexdigest()
        return self._numbers.once(key, self._spent, self.simulation.cost.peak_memory_mb, compute)

    def pretrained(self, phases: Iterable[PhaseLike]) -> State:
        """Return the state of a naive animal after `phases`, shared by all runs of this circuit and seed."""
        phases = list(phases)
        cost = self.simulation.cost
        before = (cost.run_s, cost.biological_s)
        self.simulation.progress = of_many(self._listener, self.seed, "pretraining")
        state, reused = self.simulation.reuse(phases, self.seed, fresh=self._fresh)
        self._spent.add(cost.run_s - before[0], cost.biological_s - before[1], cost.peak_memory_mb)
        if reused:
            self._reused.append({"key": state.key(), "n_phases": len(phases), "biological_s": state.time})
            self._listener(Event("reused", self.seed, "pretraining"))
        return state

    def finish(self) -> None:
        """Write metrics.json, which marks the seed as complete, and drop the checkpoint."""
        if self._interventions is not None:
            self._interventions.check_used([each["label"] for each in self._phases])
        phases, spent = self._phases, self._spent
        cost = {
            "run_s": spent.run_s + sum(p["run_s"] for p in phases),
            "biological_s": spent.biological_s + sum(p["biological_s"] for p in phases),
            "peak_memory_mb": max([spent.peak_memory_mb, *(p["peak_memory_mb"] for p in phases)]),
        }
        data = {"format_version": FORMAT_VERSION, "seed": self.seed, **self.records}
        data |= {"phases": phases, "reused_states": self._reused, "cost": cost}
        write_json_atomic(self.folder.metrics_path, data, seal=True)
        for path in (self.folder.checkpoint_path, self.folder.values_path):
            path.unlink(missing_ok=True)
        self._listener(Event("seed", self.seed, value=cost["run_s"]))

    def _program(self) -> str:
        built = self.simulation.build()
        program = f"{built.target}:{built.folder.name if built.folder else self.circuit.structure_digest}"
        return f"{program}|{self.circuit.digest}"

    def _key(self, phase: PhaseLike, state: State, record: list[str] | None, altered: Altered | None) -> str:
        parts = [self._program(), phase.digest(), state.key(), str(record), *([altered.text] if altered else [])]
        text = "|".join(parts)
        return hashlib.sha256(text.encode()).hexdigest()

    def _recall(self, label: str, key: str) -> Recording | None:
        path = self.folder.recording_path(label)
        try:
            recording = Recording.load(path) if path.exists() else None
        except EngramError:  # damaged: as if it had not been run
            return None
        return None if recording is None or memo_of(recording).get("key") != key else recording

    def _simulate(
        self, label: str, phase: PhaseLike, state: State, altered: Altered | None, key: str, keep: bool,
        record: list[str] | None,
    ) -> tuple[State, Recording]:  # fmt: skip
        self._lineage.begin(state)
        seconds = self._announce(label, phase)
        run_s = self.simulation.cost.run_s
        successor, recording = lived(self.simulation, phase, state, altered, record)
        cost = {
            "run_s": self.simulation.cost.run_s - run_s,
            "biological_s": seconds,
            "peak_memory_mb": self.simulation.cost.peak_memory_mb,
        }
        if keep:
            self._lineage.keep(label, successor)
        memo: dict[str, Any] = {"key": key, "successor": successor.key(), "cost": cost}
        memo |= {"history": successor.history, "time": successor.time, "kept": keep}
        recording = replace(recording, label=label, meta={**recording.meta, "memo": memo})
        recording.save(self.folder.recording_path(label))  # last: it marks the phase as done
        self._listener(Event("done", self.seed, label, seconds, cost["run_s"]))
        return successor, recording
