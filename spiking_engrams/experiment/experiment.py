"""Experiments: a protocol as data and functions, run over seeds into a run folder.

`execute` starts a run, `resume` continues it; `conclusion` writes the summary, figures and report.
"""

from __future__ import annotations

import dataclasses
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import EngramError, EngramWarning, RunFolderError
from spiking_engrams.experiment import checks as protocol_checks
from spiking_engrams.experiment import config, registry
from spiking_engrams.experiment.conclusion import check_names, finish
from spiking_engrams.experiment.progress import Event, Listener, Throttle, silent
from spiking_engrams.experiment.protocol import Protocol, load_protocol
from spiking_engrams.experiment.run_info import describe
from spiking_engrams.experiment.trust import check_trust, resume_command
from spiking_engrams.files.disk import full_disks_named
from spiking_engrams.files.storage import write_text_atomic
from spiking_engrams.interventions.by_label import Interventions, check, check_labels
from spiking_engrams.interventions.control import check_control, concerned
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.verification import check_same, damage, in_words
from spiking_engrams.schedule.checks import at_most
from spiking_engrams.schedule.life import Draws, Entry, Life

MOST_PHASES = 100_000  # of a timeline

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit
    from spiking_engrams.experiment.session import Session
    from spiking_engrams.simulation.simulation import Simulation


@dataclass(frozen=True)
class Request:
    """Everything that determines a run, as JSON data.

    Attributes
    ----------
    protocol, network
        Names of an installed protocol and network, or paths ending in ``.py``.
    seeds, neuron, target, threads
        Seeds of the animals; neuron model, that of the network if empty; target and OpenMP threads of the program.
    parameters, options
        `ParameterSet.to_dict` of the network's parameters and of the protocol's options.
    manipulations, control, controls
        Interventions, see `interventions.by_label`; controls to run beside it, each as its own request.

    Examples
    --------
    >>> Request("renewal", "amygdala", seeds=(1, 2), manipulations=("night*: silence HIP",)).target
    'auto'
    """

    protocol: str
    network: str
    seeds: tuple[int, ...] = (1,)
    neuron: str = ""
    target: str = "auto"
    threads: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = False
    manipulations: tuple[str, ...] = ()
    control: str = ""
    controls: tuple[str, ...] = ()

    @classmethod
    def from_info(cls, info: Mapping[str, Any]) -> Request:
        """Return the request stored in a run.json."""
        names = {each.name for each in dataclasses.fields(cls)}
        values = {name: value for name, value in info["request"].items() if name in names}
        values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**values | {kind: registry.current(kind, values[kind]) for kind in registry.KINDS})


@dataclass(frozen=True)
class Experiment:
    """A request with its protocol, options and circuit; nothing is compiled yet."""

    request: Request
    protocol: Protocol
    options: ParameterSet
    circuit: Circuit

    def simulation(self) -> Simulation:
        """Return a new simulation of the circuit."""
        from spiking_engrams.simulation.simulation import Simulation

        return Simulation(self.circuit, self.request.target, threads=self.request.threads)

    def interventions(self, seed: int) -> Interventions | None:
        """Return the interventions of a seed, or None if there are none."""
        request = self.request
        if not request.manipulations and not request.control:
            return None
        return Interventions(self.circuit, request.manipulations, request.control, seed)

    def timeline(self) -> list[Entry]:
        """Return the labelled phases of the protocol; more than `MOST_PHASES` raise a ScheduleError."""
        with at_most(MOST_PHASES):
            return self.life(self.request.seeds[0]).entries()

    def life(self, seed: int) -> Life:
        """Return the life of one animal, as far as it is known before a run."""
        protocol = self.protocol
        if protocol.life is not None:
            return protocol_checks.life(protocol.life(self.options, self.circuit, Draws(seed)), protocol.name, "life")
        found = protocol.schedule(self.options, self.circuit.parameters)  # type: ignore[misc]
        return protocol_checks.life(found, protocol.name, "schedule")

    def labels(self) -> list[str]:
        """Return the labels of the phases after the pre-training, as far as they are known before a run."""
        with at_most(MOST_PHASES):
            return self.life(self.request.seeds[0]).labels


def make_circuit(network: str, neuron: str = "", parameters: Mapping[str, Any] | None = None) -> Circuit:
    """Return the circuit of a network with changed parameters and, if named, another neuron model."""
    from spiking_engrams.neurons.models import resolve_neuron

    module = registry.load_network(network)
    given = module.Parameters.from_dict(parameters or {})
    circuit: Circuit = module.build(given, neuron=resolve_neuron(neuron)) if neuron else module.build(given)
    return circuit


def prepare(request: Request, files: bool = False) -> Experiment:
    """Load protocol and network and make the circuit; with `files`, check the files that the protocol will read.

    Examples
    --------
    >>> prepare(Request("renewal", "amygdala")).labels()[:2]
    ['ABA_acquisition', 'ABA_night_after_acquisition']
    """
    protocol = load_protocol(request.protocol)
    options = type(protocol.options).from_dict(request.options)
    circuit = make_circuit(request.network, request.neuron, request.parameters)
    experiment = Experiment(request, protocol, options, circuit)
    check(circuit, request.manipulations)
    if request.manipulations:
        check_labels(request.manipulations, experiment.labels(), whole=protocol.life is not None)
    if asked := (*((request.control,) if request.control else ()), *request.controls):
        concerning = [*concerned(circuit, [each.phase for each in experiment.timeline()]), *protocol.controls]
        for control in asked:
            check_control(circuit, control, concerning)
    if files and protocol.check is not None:
        protocol.check(options, circuit.parameters)
    return experiment


def execute(
    request: Request, path: str | Path, *, jobs: int = 1, listener: Listener = silent, trust: bool = True
) -> RunFolder:
    """Run a protocol over seeds into a new run folder.

    Parameters
    ----------
    request, path
        What to run, and the run folder, which must be new or empty.
    jobs, listener
        Number of programs run in parallel: seeds and, with more jobs than seeds, branches; callback for progress.
    trust
        Whether Python code from outside this installation may run; pass False for a request from a file.

    Raises
    ------
    EngramError
        If anything fails; completed work stays in the folder, and `resume` continues from there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> source = '''
    ... from brian2 import ms
    ... from spiking_engrams import Circuit, Group, Life, ParameterSet as Parameters, Phase, Protocol
    ... cell = Group("E", 1, "dv/dt = alive(t)*(2 - v)/(10*ms) : 1", "v > 1 and alive(t) > 0.5", "v = 0")
    ... def build(parameters): return Circuit("cell", "LIF", parameters, 1 * ms, 10 * ms, (cell,), (), {})
    ... def life(options, circuit, draw): return Life().born().then("on", Phase("on", 10)).life
    ... def measure(session, lived): session.metric("rate", lived["on"].rate("E")[0], "Hz")
    ... PROTOCOL = Protocol("cell", "Firing cell", __file__, life, measure)
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "cell.py")
    ...     n_written = path.write_text(source)
    ...     run = execute(Request(str(path), str(path), seeds=(1, 2), target="runtime"), Path(folder, "run"))
    ...     run.metric("rate").tolist(), resume(run.path, trust=True).complete_seeds
    ([140.0, 140.0], [1, 2])
    """
    check_trust(request, trust, Path(path))
    experiment = prepare(request, files=True)
    info = describe(experiment)
    folder = RunFolder.create(path, info)
    write_text_atomic(folder.path / config.NAME, config.described(Request.from_info(info)))
    with folder.locked():
        return _run(experiment, folder, folder.seeds, jobs, listener)


def resume(path: str | Path, *, jobs: int = 1, listener: Listener = silent, trust: bool = False) -> RunFolder:
    """Continue a run at its first unfinished phase or seed; arguments as for `execute`.

    Existing results are verified first, and recomputed where damaged or missing; an `EngramWarning` says what.
    Without `trust`, a run that needs Python code from outside this installation is rejected.

    Examples
    --------
    >>> resume("results/renewal")  # see also the example of `execute`
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.RunFolderError: 'results/renewal' is not a run folder (no run.json); ...
    """
    folder = RunFolder(path)
    # states that a --fresh run recomputed before it stopped need not be recomputed
    request = dataclasses.replace(Request.from_info(folder.info), fresh=False)
    check_trust(request, trust, folder.path)
    with folder.locked():
        damaged = damage(folder)
        missing = [seed for seed in folder.seeds if seed in damaged or not folder.seed(seed).complete]
        experiment = prepare(request, files=bool(missing))
        check_same(folder, experiment.circuit, bool(missing))
        check_names(folder, experiment.protocol, damaged)
        if damaged:
            warnings.warn(in_words(folder, damaged), EngramWarning, stacklevel=2)
        return _run(experiment, folder, missing, jobs, listener)


def _run(experiment: Experiment, folder: RunFolder, missing: list[int], jobs: int, listener: Listener) -> RunFolder:
    """Run the missing seeds in a locked folder, then write its summary, figures and report."""
    with full_disks_named(folder.path, resume_command(folder.path, experiment.request)):
        if missing:
            simulation = experiment.simulation()
            listener(Event("build", 0, experiment.circuit.name))
            _note_build(folder, simulation)
            listener(Event("built", 0, experiment.circuit.name))
            for seed in set(folder.seeds) - set(missing):
                listener(Event("seed", seed))
            at_once = min(jobs, len(missing))
            branches = jobs // at_once if simulation.target != "runtime" else 1
            if at_once > 1:
                from spiking_engrams.experiment.workers import run_in_processes

                run_in_processes(experiment.request, folder.path, missing, at_once, branches, listener)
            else:
                for seed in missing:
                    run_seed(experiment, simulation, folder, seed, listener, branches)
        folder.refresh()
        finish(folder, experiment.protocol, experiment)
    return folder


def _note_build(folder: RunFolder, simulation: Simulation) -> None:
    built = simulation.build()
    took = {"target": built.target, "build_s": built.build_s, "build_cached": built.cached}
    folder.update(status="running", build=folder.info.get("build", took))  # a resumed run reports its first build


def _run_life(experiment: Experiment, session: Session[Any, Any], branches: int) -> None:
    from spiking_engrams.experiment.living import live

    protocol = experiment.protocol
    if protocol.run is not None:
        protocol.run(session)
    elif protocol.measure is not None:
        protocol.measure(session, live(session, experiment.life(session.seed), branches))


def run_seed(
    experiment: Experiment, simulation: Simulation, folder: RunFolder, seed: int, listener: Listener, branches: int = 1
) -> None:
    """Run one seed to its end, with up to `branches` branches of its life in parallel."""
    from spiking_engrams.experiment.session import Session

    simulation.seed = seed
    request = experiment.request
    session: Session[Any, Any] = Session(
        simulation, folder.seed(seed), experiment.options, fresh=request.fresh, listener=Throttle(listener),
        neuron=request.neuron, interventions=experiment.interventions(seed),
    )  # fmt: skip
    try:
        with full_disks_named(folder.path, resume_command(folder.path, request)):
            _run_life(experiment, session, branches)
    except EngramError:
        raise
    except Exception as problem:
        where = traceback.extract_tb(problem.__traceback__)[-1]
        raise RunFolderError(
            f"Protocol {experiment.protocol.name} failed in seed {seed} with {type(problem).__name__}: {problem} "
            f"({Path(where.filename).name}, line {where.lineno}). Finished phases are kept in {folder.path}."
        ) from problem
    session.finish()
