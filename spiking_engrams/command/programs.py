"""The build and cache commands."""

import fnmatch
import time
from typing import Any

import typer

from spiking_engrams.command import command
from spiking_engrams.command.command import RunOptions
from spiking_engrams.command.terminal import kept
from spiking_engrams.command.terminal.tables import table
from spiking_engrams.experiment import registry


def build(name: str, options: RunOptions, compile_program: bool) -> None:
    """Build a network's program and print where it is."""
    from spiking_engrams.experiment.experiment import make_circuit
    from spiking_engrams.experiment.progress import status
    from spiking_engrams.targets.building import build as build_program

    command.check_counts(options)
    reference = registry.reference("network", name)
    parameters = registry.parameters_of(reference, options.preset).replace(options.changes)
    circuit = make_circuit(reference, options.neuron, parameters.to_dict())
    with status(f"Building {circuit.name} for {options.target} ..."):
        built = build_program(circuit, options.target, options.threads, compile_program)
    if built.folder is None:
        typer.echo(f"Target {built.target} needs no build.")
        return
    done = "found in the cache" if built.cached else f"built in {built.build_s:.1f} s"
    typer.echo(f"{circuit.name} for {built.target}: {done}, in {built.folder}")


def cache(clear: bool, remove: str = "") -> None:
    """List the entries of the cache, or remove them all, or those that match a pattern."""
    from spiking_engrams.files import cache as store

    if clear or remove:
        freed = store.clear(matching(remove) if remove else None)
        typer.echo(f"Removed {freed / 1e6:,.1f} MB from {store.cache_dir()}.")
        return
    entries = store.entries()
    about = kept.described(entries)
    rows = [
        (
            e.kind,
            about[e.path],
            f"{e.n_bytes / 1e6:,.1f}",
            time.strftime("%Y-%m-%d %H:%M", time.localtime(e.used)),
            e.path.name,
        )
        for e in entries
    ]
    columns = ("kind", "what", "MB", "last used", "name")
    table(str(store.cache_dir()), columns, rows, unbroken=("MB", "last used"), into={"name": "what"})
    total = sum(entry.n_bytes for entry in entries)
    typer.echo(f"{len(entries)} entries, {total / 1e6:,.1f} of at most {store.MAX_BYTES / 1e6:,.0f} MB.")


def matching(pattern: str) -> Any:
    """Return a function that says whether an entry of the cache matches a pattern, by its kind, name or description."""
    from spiking_engrams.files import cache as store

    about = kept.described(store.entries())

    def matches(entry: Any) -> bool:
        texts = (entry.kind, entry.path.name, about.get(entry.path, ""))
        return any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for text in texts)

    return matches
