"""What a run will take, in one line before it starts: from measured costs of the same protocol, or a rough estimate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from spiking_engrams.command.terminal.listing import gathered
from spiking_engrams.experiment import registry
from spiking_engrams.runs.costs import Cost, memory, short

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Experiment, Request
    from spiking_engrams.experiment.protocol import Protocol

FILES = ("images", "idx")  # options of protocols that name a user's files
MEASURED = "measured on one core of the reference machine"
COMPILES = "the first run also compiles for about a minute"


class Estimate(NamedTuple):
    """What a seed will take.

    Attributes
    ----------
    seconds, pretraining_s
        With pre-training, and that of it; both on one core.
    memory_mb
        Peak memory.
    unlike
        How the measured seeds differ, in words; empty if they do not.
    source
        Where the numbers come from, in words.
    """

    seconds: float
    pretraining_s: float
    memory_mb: float
    unlike: str
    source: str


def estimate(request: Request, protocol: Protocol, experiment: Experiment | None = None) -> Estimate | None:
    """Return what a seed of a run will take; None if nothing alike was measured and the protocol cannot say.

    With an `experiment` whose life is known beforehand, measured costs are scaled by its biological seconds.
    """
    options = type(protocol.options).from_dict(request.options)
    parameters = registry.load_network(request.network).Parameters.from_dict(request.parameters)
    if protocol.cost is not None and (rough := protocol.cost(options, parameters)) is not None:
        return Estimate(rough[0], 0.0, rough[1], "", "a rough estimate")
    preset = nearest_preset(request)
    costs = [each for each in gathered().of(request.protocol) if each.preset == preset]
    if not costs:
        return None
    files = any(getattr(options, name, "") for name in FILES)
    best = min(costs, key=lambda each: (not _same_neuron(each, request.neuron), each.files != files))
    seconds, before = best.seconds, best.pretraining_s
    unlike = []
    if experiment is not None and best.biological_s:
        life, step = experiment.life(request.seeds[0]), float(experiment.circuit.step)
        seconds *= life.n_steps * step / best.biological_s
        before *= life.n_steps_before * step / best.pretraining_biological_s if best.pretraining_biological_s else 1
    elif not _same_options(protocol.options.replace(best.options), options):
        given = ", ".join(f"{name}={value}" for name, value in best.options.items())
        unlike.append(given or "default options")
    if parameters != registry.parameters_of(request.network, preset):
        unlike.append(f"the parameters of preset {preset}" if preset else "default parameters")
    if not _same_neuron(best, request.neuron):
        unlike.append(f"{best.neuron} neurons")
    return Estimate(seconds + before, before, best.memory_mb, " and ".join(unlike), MEASURED)


def line(found: Estimate | None, n_seeds: int, jobs: int, target: str, n_conditions: int = 1) -> str:
    """Return the line about a run: seeds, time and memory of each, time of all."""
    seeds = f"{n_seeds} seed{'s' * (n_seeds > 1)}"
    if n_conditions > 1:
        seeds += f" under {n_conditions} conditions"
    if found is None:
        return f"{seeds}; nothing like it was measured, so its time is not known{_compiling(target)}."
    each = " each" if n_seeds > 1 or n_conditions > 1 else ""
    unlike = f"with {found.unlike} " if found.unlike else ""
    text = f"{seeds}, {unlike}about {short(found.seconds)} and {memory(found.memory_mb)}{each}"
    if round(found.pretraining_s):
        text += f", {short(found.pretraining_s)} of it for a pre-training that later runs reuse"
    text += f" ({found.source})"
    if n_seeds > 1 or n_conditions > 1:
        text += f"; about {short(total(found, n_seeds, jobs) * n_conditions)} {_with(jobs)}"
    return f"{text}{_compiling(target)}."


def total(found: Estimate, n_seeds: int, jobs: int) -> float:
    """Return the wall seconds of all seeds; more jobs than cores or seeds do not help."""
    at_once = max(1, min(jobs, n_seeds, os.cpu_count() or 1))
    return found.seconds * -(-n_seeds // at_once)


def before(request: Request, n_seeds: int, jobs: int, experiment: Experiment | None) -> str:
    """Return the line about a run of which `n_seeds` are not complete yet.

    It is empty for an unmeasured protocol in a file of its own, and where images are missing, which ends the run.
    """
    from spiking_engrams.experiment.protocol import load_protocol

    if any(text and not Path(str(text)).expanduser().exists() for text in map(request.options.get, FILES)):
        return ""
    found = estimate(request, load_protocol(request.protocol), experiment)
    if found is None and request.protocol not in registry.names("protocol"):
        return ""
    return line(found, n_seeds, jobs, request.target, 1 + len(request.controls))


def before_all(requests: Mapping[str, Request], base: Path, jobs: int) -> str:
    """Return the line about the runs of a reproduction in a folder, of which some may be complete.

    Protocols of a network share its pre-training.
    """
    known, shared, unknown, largest = dict[str, float](), dict[str, float](), list[str](), 0.0
    for name, request in requests.items():
        left = len(missing(request, base / name))
        if not left:
            continue
        found = _quick_estimate(request)
        if found is None:
            unknown.append(name)
            continue
        alone = found._replace(seconds=found.seconds - found.pretraining_s)
        first = found._replace(seconds=found.pretraining_s)
        known[name], largest = total(alone, left, jobs), max(largest, found.memory_mb)
        shared[request.network] = max(shared.get(request.network, 0.0), total(first, left, jobs))
    if not known:
        return ""
    longest = sorted(known, key=lambda name: -known[name])[:3]
    seconds = sum(known.values()) + sum(shared.values())
    text = f"{len(known)} protocol{'s' * (len(known) > 1)}, about {short(seconds)} {_with(jobs)}"
    if len(known) > 1:
        text += f", the longest {', '.join(f'{name} {short(known[name])}' for name in longest)}"
    text += f"; up to {memory(largest)} per seed ({MEASURED})"
    return f"{text}; not known: {', '.join(unknown)}." if unknown else f"{text}."


def _quick_estimate(request: Request) -> Estimate | None:
    """Return the estimate for a request; the circuit, which takes a second, is made only if options were changed."""
    from spiking_engrams.experiment.experiment import prepare
    from spiking_engrams.experiment.protocol import load_protocol

    protocol = load_protocol(request.protocol)
    changed = protocol.options.to_dict() != request.options
    return estimate(request, protocol, prepare(request) if changed and protocol.life is not None else None)


def missing(request: Request, path: Path) -> list[int]:
    """Return the seeds of a run that are not complete in its folder."""
    from spiking_engrams.runs.run_folder import RunFolder

    if not (path / "run.json").exists():
        return list(request.seeds)
    folder = RunFolder(path)
    return [seed for seed in folder.seeds if seed not in folder.complete_seeds]


def nearest_preset(request: Request) -> str:
    """Return the preset of the network that differs least from the parameters of a request; empty if it has none."""
    presets: Mapping[str, Any] = getattr(registry.load_network(request.network), "PRESETS", {})
    given = _flat(request.parameters)

    def n_different(name: str) -> int:
        return sum(given.get(each) != value for each, value in _flat(presets[name].to_dict()).items())

    return min(presets, key=n_different, default="")


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found = dict[str, Any]()
    for name, value in data.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _same_neuron(cost: Cost, neuron: str) -> bool:
    return neuron == cost.neuron or (cost.own and not neuron)


def _same_options(one: Any, other: Any) -> bool:
    first, second = one.to_dict(), other.to_dict()
    return all(value == second.get(name) for name, value in first.items() if name not in FILES)


def _with(jobs: int) -> str:
    return f"with --jobs {jobs}" if jobs > 1 else "in all"


def _compiling(target: str) -> str:
    from spiking_engrams.targets.building import choose_target

    chosen = choose_target(target)
    if chosen == "runtime":
        return "; compiled programs were measured, and the target runtime takes longer"
    return f"; {COMPILES}"
