"""What the commands share: errors as one paragraph, interrupts as one sentence, options of a run."""

import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from protocols import image_presets, registry
from spiking_engrams.errors import EngramError, ParameterError

INTERRUPTED, FAILED = 130, 2
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


def complain(text: str) -> None:
    """Write one paragraph to stderr."""
    typer.echo(" ".join(text.split()), err=True)


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors of the library into one paragraph and exit code 2, unless the command got ``--debug``."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            command(*args, **kwargs)
        except (EngramError, OSError) as error:
            if kwargs.get("debug") or os.environ.get("ENGRAMS_DEBUG"):
                raise
            complain(f"engrams: {error}")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            complain("engrams: interrupted.")
            raise typer.Exit(INTERRUPTED) from None

    return wrapper


def check_counts(options: RunOptions) -> None:
    """Raise if a number of seeds, processes or threads is below 1, or a seed negative."""
    if min(options.n_seeds, options.jobs, options.threads) < 1 or options.seed < 0:
        raise ParameterError("--seeds, --jobs and --threads take 1 or more, --seed 0 or more.")


def request_of(name: str, options: RunOptions) -> Any:
    """Return the `Request` for a protocol; the parameters that were changed are checked here."""
    from spiking_engrams.experiment import Request, load_protocol
    from spiking_engrams.neurons import resolve_neuron
    from spiking_engrams.targets import choose_target

    check_counts(options)
    reference = registry.protocol_reference(name)
    protocol = load_protocol(reference)
    network = registry.network_reference(protocol.network)
    ours, theirs = split_changes(options.changes)
    if options.neuron:
        resolve_neuron(options.neuron)
    choose_target(options.target)
    return Request(
        protocol=reference,
        network=network,
        seeds=tuple(range(options.seed, options.seed + options.n_seeds)),
        neuron=options.neuron,
        target=options.target,
        threads=options.threads,
        parameters=image_presets.announced(network, options.preset, protocol.options.replace(ours), theirs).to_dict(),
        options=protocol.options.replace(ours).to_dict(),
        fresh=options.fresh,
        manipulations=tuple(options.manipulations),
        controls=tuple(options.controls),
    )


def with_files(changes: Sequence[str], **files: str | None) -> tuple[str, ...]:
    """Return changes of the protocol's options for the files that were given, and the other changes."""
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
    """Return a folder in ``results/`` that does not exist yet, named after the present time."""
    base = RESULTS / f"{Path(name).stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    candidates = (base if i == 1 else base.with_name(f"{base.name}-{i}") for i in range(1, 1000))
    return next(path for path in candidates if not path.exists())


def run_into(path: Path, request: Any | None, jobs: int) -> Any:
    """Run a request into a new folder, or go on with the folder if there is no request; show progress."""
    from spiking_engrams.experiment import execute, resume
    from spiking_engrams.progress import shown
    from spiking_engrams.run_folder import RunFolder

    try:
        seeds = RunFolder(path).seeds if request is None else request.seeds
        with shown(len(seeds)) as listener:
            if request is None:
                return resume(path, jobs=jobs, listener=listener)
            return execute(request, path, jobs=jobs, listener=listener)
    except KeyboardInterrupt:
        if (path / "run.json").exists():
            complain(f"engrams: interrupted; go on with `engrams run --resume {path}`.")
            raise typer.Exit(INTERRUPTED) from None
        raise


def main(name: str) -> None:
    """Run a protocol as ``python -m protocols.NAME`` with the options of ``engrams run``."""
    from protocols.cli import app

    resumes = any(text.partition("=")[0] == "--resume" for text in sys.argv[1:])
    app(["run", *([] if resumes else [name]), *sys.argv[1:]], prog_name=f"python -m protocols.{name}")
