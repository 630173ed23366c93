"""Experiments: a protocol as data and functions, run over seeds into a run folder.

`execute` starts a run, `resume` goes on with it; `conclusion` makes summary, figures and report.
"""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiking_engrams.conclusion import finish
from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.interventions import Interventions, check, check_control, concerned
from spiking_engrams.loading import load_module
from spiking_engrams.parameters import ParameterSet
from spiking_engrams.phenomena import Phenomenon
from spiking_engrams.progress import Event, Listener, Throttle, silent
from spiking_engrams.provenance import provenance
from spiking_engrams.run_folder import RunFolder

if TYPE_CHECKING:
    from spiking_engrams.circuit import Circuit
    from spiking_engrams.schedule import Phase, Schedule
    from spiking_engrams.session import Session
    from spiking_engrams.simulation import Simulation


@dataclass(frozen=True)
class Protocol:
    """A runnable experiment.

    Attributes
    ----------
    name, title, description
        Name of the command, one line, one paragraph.
    network
        Its name, or a path ending in ``.py``.
    run
        Runs one seed and deposits its metrics: ``run(session)``.
    schedule
        ``schedule(options, parameters)`` -> list of (label, phase or schedule), for the timeline.
    options
        Defaults of the protocol's own options.
    phenomena
        What the metrics are compared with.
    check
        ``check(options, parameters)`` raises if files do not fit, before anything is built.
    figures
        ``figures(run_folder)`` -> name -> figure or (figure, caption)
    controls
        Controls of the network that concern phases of `run` which `schedule` does not show.
    headline
        ``headline(run_folder)`` -> what came out, in a few lines.
    """

    name: str
    title: str
    network: str
    run: Callable[[Session], None]
    schedule: Callable[[Any, Any], list[tuple[str, Phase | Schedule]]]
    description: str = ""
    options: ParameterSet = field(default_factory=ParameterSet)
    phenomena: tuple[Phenomenon, ...] = ()
    check: Callable[[Any, Any], None] | None = None
    figures: Callable[[RunFolder], Mapping[str, Any]] | None = None
    controls: tuple[str, ...] = ()
    headline: Callable[[RunFolder], Sequence[str]] | None = None


@dataclass(frozen=True)
class Request:
    """Everything that decides a run, as JSON data.

    Attributes
    ----------
    protocol, network
        Module names, or paths ending in ``.py``.
    parameters, options
        `ParameterSet.to_dict` of the network's parameters and of the protocol's options.
    manipulations, control
        Interventions; see `interventions`.
    controls
        Controls that are run beside it, each as a request of its own.
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
        """Return the request that a run.json holds."""
        names = {each.name for each in dataclasses.fields(cls)}
        values = {name: value for name, value in info["request"].items() if name in names}
        lists = {name: tuple(values.get(name, ())) for name in ("seeds", "manipulations", "controls")}
        return cls(**{**values, **lists})


@dataclass(frozen=True)
class Experiment:
    """A request with its protocol, options and circuit made; nothing is compiled yet."""

    request: Request
    protocol: Protocol
    options: ParameterSet
    circuit: Circuit

    def simulation(self) -> Simulation:
        """Return a new simulation of the circuit."""
        from spiking_engrams.simulation import Simulation

        return Simulation(self.circuit, self.request.target, threads=self.request.threads)

    def interventions(self, seed: int) -> Interventions | None:
        """Return the interventions of a seed, None if there are none."""
        request = self.request
        if not request.manipulations and not request.control:
            return None
        return Interventions(self.circuit, request.manipulations, request.control, seed)

    def timeline(self) -> list[tuple[str, Phase | Schedule]]:
        """Return the labelled phases of the protocol."""
        return self.protocol.schedule(self.options, self.circuit.parameters)


def load_protocol(reference: str) -> Protocol:
    """Return the object ``PROTOCOL`` of a module."""
    found = getattr(load_module(reference), "PROTOCOL", None)
    if not isinstance(found, Protocol):
        raise EngramError(f"'{reference}' holds no protocol; define PROTOCOL = Protocol(...) in it.")
    return found


def make_circuit(network: str, neuron: str = "", parameters: Mapping[str, Any] | None = None) -> Circuit:
    """Return the circuit of a network module with changed parameters and, if named, another neuron model."""
    from spiking_engrams.neurons import resolve_neuron

    module = load_module(network)
    if not hasattr(module, "build") or not hasattr(module, "Parameters"):
        raise EngramError(f"'{network}' holds no network; define Parameters and build(parameters, neuron) in it.")
    given = module.Parameters.from_dict(parameters or {})
    circuit: Circuit = module.build(given, neuron=resolve_neuron(neuron)) if neuron else module.build(given)
    return circuit


def prepare(request: Request, files: bool = False) -> Experiment:
    """Load protocol and network and make the circuit; check the files that the protocol will read, if asked."""
    protocol = load_protocol(request.protocol)
    options = type(protocol.options).from_dict(request.options)
    circuit = make_circuit(request.network, request.neuron, request.parameters)
    experiment = Experiment(request, protocol, options, circuit)
    check(circuit, request.manipulations)
    if asked := (*((request.control,) if request.control else ()), *request.controls):
        concerning = [*concerned(circuit, experiment.timeline()), *protocol.controls]
        for control in asked:
            check_control(circuit, control, concerning)
    if files and protocol.check is not None:
        protocol.check(options, circuit.parameters)
    return experiment


def execute(request: Request, path: str | Path, *, jobs: int = 1, listener: Listener = silent) -> RunFolder:
    """Run a protocol over seeds into a new run folder.

    Parameters
    ----------
    request
        What to run.
    path
        The run folder; it must be new or empty.
    jobs, listener
        Processes (one build); who is told about progress.

    Raises
    ------
    EngramError
        As the parts raise it; whatever is complete stays in the folder, and `resume` goes on.
    """
    experiment = prepare(request, files=True)
    folder = RunFolder.create(path, describe(experiment))
    return _run(experiment, folder, jobs, listener)


def resume(path: str | Path, *, jobs: int = 1, listener: Listener = silent) -> RunFolder:
    """Go on with a run at its first unfinished phase or seed; arguments as for `execute`."""
    folder = RunFolder(path)
    # states that a --fresh run recomputed before it stopped need not be computed once more
    request = dataclasses.replace(Request.from_info(folder.info), fresh=False)
    experiment = prepare(request, files=folder.complete_seeds != folder.seeds)
    if folder.complete_seeds and folder.info.get("circuit_digest") != experiment.circuit.digest:
        raise RunFolderError(
            f"The circuit '{experiment.circuit.name}' is no longer the one that '{path}' began with (its code changed "
            "since): seeds of both would be mixed. Start a new run, or go back to the commit that run.json names."
        )
    return _run(experiment, folder, jobs, listener)


def describe(experiment: Experiment) -> dict[str, Any]:
    """Return what run.json says at the start of a run."""
    request, circuit, protocol = experiment.request, experiment.circuit, experiment.protocol
    request = dataclasses.replace(
        request, parameters=circuit.parameters.to_dict(), options=experiment.options.to_dict()
    )
    return {
        "protocol": protocol.name,
        "title": protocol.title,
        "description": protocol.description,
        "network": circuit.name,
        "neuron": circuit.neuron,
        "request": dataclasses.asdict(request),
        "parameter_rows": [list(row) for row in circuit.parameters.rows()],
        "option_rows": [list(row) for row in experiment.options.rows()],
        "circuit_digest": circuit.digest,
        "structure_digest": circuit.structure_digest,
        "estimate": circuit.estimate(),
        "tables": [dataclasses.asdict(table) for table in circuit.tables()],
        "provenance": provenance(),
    }


def _run(experiment: Experiment, folder: RunFolder, jobs: int, listener: Listener) -> RunFolder:
    with folder.locked():
        missing = [seed for seed in folder.seeds if not folder.seed(seed).complete]
        if missing:
            simulation = experiment.simulation()
            listener(Event("build", 0, experiment.circuit.name))
            _note_build(folder, simulation)
            listener(Event("built", 0, experiment.circuit.name))
            for seed in folder.complete_seeds:
                listener(Event("seed", seed))
            if jobs > 1 and len(missing) > 1:
                from spiking_engrams.workers import run_in_processes

                run_in_processes(experiment.request, folder.path, missing, min(jobs, len(missing)), listener)
            else:
                for seed in missing:
                    run_seed(experiment, simulation, folder, seed, listener)
        folder.refresh()
        finish(folder, experiment.protocol, experiment)
    return folder


def _note_build(folder: RunFolder, simulation: Simulation) -> None:
    built = simulation.build()
    if "build" not in folder.info:  # a resumed run reports what its first build took
        folder.update(build={"target": built.target, "build_s": built.build_s, "build_cached": built.cached})


def run_seed(experiment: Experiment, simulation: Simulation, folder: RunFolder, seed: int, listener: Listener) -> None:
    """Run one seed to its end in this process."""
    from spiking_engrams.session import Session

    simulation.seed = seed
    session = Session(
        simulation,
        folder.seed(seed),
        experiment.options,
        fresh=experiment.request.fresh,
        listener=Throttle(listener),
        neuron=experiment.request.neuron,
        interventions=experiment.interventions(seed),
    )
    try:
        experiment.protocol.run(session)
    except EngramError:
        raise
    except Exception as problem:
        where = traceback.extract_tb(problem.__traceback__)[-1]
        raise RunFolderError(
            f"Protocol {experiment.protocol.name} failed in seed {seed} with {type(problem).__name__}: {problem} "
            f"({Path(where.filename).name}, line {where.lineno}). Finished phases are kept in {folder.path}."
        ) from problem
    session.finish()
