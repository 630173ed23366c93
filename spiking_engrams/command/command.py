"""What the commands share: the options of a run, the request they make, and the folder it goes to."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spiking_engrams.command.guard import FAILED, INTERRUPTED, complain, guarded
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment import registry

__all__ = ["FAILED", "INTERRUPTED", "RunOptions", "complain", "guarded", "request_of"]

MAX_JOBS, MAX_SEED = 1024, 2**63 - 1
RESULTS = Path("results")
REPRODUCED_SEEDS = 10  # of `engrams reproduce`


@dataclass(frozen=True)
class RunOptions:
    """The options of ``run`` and ``reproduce`` that decide what is simulated."""

    target: str = "auto"
    threads: int = 1
    neuron: str = ""
    seed: int = 1
    n_seeds: int = 1
    jobs: int = 1
    changes: Sequence[str] = ()
    fresh: bool = False
    preset: str = ""
    manipulations: Sequence[str] = ()
    controls: Sequence[str] = ()


def check_counts(options: RunOptions) -> None:
    """Raise if the number of seeds, processes or threads, or a seed, is out of range."""
    from spiking_engrams.runs.formats import MAX_SEEDS

    if min(options.n_seeds, options.jobs, options.threads) < 1 or options.seed < 0:
        raise ParameterError("--seeds, --jobs and --threads take 1 or more, --seed 0 or more.")
    cores = os.cpu_count() or 1
    for name, value, most, why in (
        ("seeds", options.n_seeds, MAX_SEEDS, "start several runs for more"),
        ("jobs", options.jobs, MAX_JOBS, "more would only wait for each other"),
        ("threads", options.threads, cores, "this machine has no more cores"),
        ("seed", options.seed, MAX_SEED + 1 - options.n_seeds, "a state cannot store larger ones"),
    ):
        if value > most:
            raise ParameterError(f"--{name} is {value:,}; at most {most:,} are allowed: {why}.")


def request_of(name: str, options: RunOptions) -> Any:
    """Return the `Request` for a protocol; changed parameters are checked here."""
    from spiking_engrams.experiment.experiment import Request
    from spiking_engrams.experiment.protocol import load_protocol
    from spiking_engrams.neurons.models import resolve_neuron
    from spiking_engrams.targets.building import choose_target

    check_counts(options)
    reference = registry.reference("protocol", name)
    protocol = load_protocol(reference)
    network = registry.reference("network", protocol.network)
    ours, theirs = split_changes(options.changes)
    if options.neuron:
        resolve_neuron(options.neuron)
    choose_target(options.target)
    own_options = protocol.options.replace(ours)
    parameters = _starting(protocol, network, options.preset, own_options, theirs)
    return Request(
        protocol=reference,
        network=network,
        seeds=tuple(range(options.seed, options.seed + options.n_seeds)),
        neuron=options.neuron,
        target=options.target,
        threads=options.threads,
        parameters=parameters.to_dict(),
        options=own_options.to_dict(),
        fresh=options.fresh,
        manipulations=tuple(options.manipulations),
        controls=tuple(options.controls),
    )


def _starting(protocol: Any, network: str, preset: str, own_options: Any, changes: Sequence[str]) -> Any:
    """Return the parameters a run starts with; the protocol's note about them goes to stderr."""
    if protocol.starting is None:
        return registry.parameters_of(network, preset).replace(changes)
    parameters, said = protocol.starting(network, preset, own_options, changes)
    if said:
        complain(said)
    return parameters


def run_options(given: Mapping[str, Any]) -> RunOptions:
    """Return the options of ``run`` from its parameters by name."""
    return RunOptions(
        target=given["target"],
        threads=given["threads"],
        neuron=given["neuron"],
        seed=given["seed"],
        n_seeds=given["seeds"],
        jobs=given["jobs"],
        changes=with_files(given["set_"] or (), images=given["images"], idx=given["idx"]),
        fresh=given["fresh"],
        preset=given["preset"],
        manipulations=given["manipulate"] or (),
        controls=given["control"] or (),
    )


def with_files(changes: Sequence[str], **files: str | None) -> tuple[str, ...]:
    """Return the changes, preceded by those that set the protocol's options to the given files."""
    given = {name: value for name, value in files.items() if value is not None}
    for name, value in given.items():
        if not value.strip() or any(text.startswith(f"protocol.{name}=") for text in changes):
            raise ParameterError(
                f"--{name} '{value}': name one file or folder, once (--set protocol.{name} is the same)."
            )
    return *(f"protocol.{name}={value}" for name, value in given.items()), *changes


def split_changes(changes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the ``--set`` texts for the protocol's options (without their prefix) and for the network."""
    ours = [text.removeprefix("protocol.") for text in changes if text.startswith("protocol.")]
    return ours, [text for text in changes if not text.startswith("protocol.")]


def new_folder(name: str) -> Path:
    """Return a folder in ``results/`` that does not exist yet, named after the current time."""
    base = RESULTS / f"{Path(name).stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    candidates = (base if i == 1 else base.with_name(f"{base.name}-{i}") for i in range(1, 1000))
    return next(path for path in candidates if not path.exists())
