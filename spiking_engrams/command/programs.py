"""The build and cache commands."""

import time

import typer

from spiking_engrams.command import command, show
from spiking_engrams.command.command import RunOptions
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


def cache(clear: bool) -> None:
    """List the entries of the cache, or remove them."""
    from spiking_engrams.files import cache as store

    if clear:
        typer.echo(f"Removed {store.clear() / 1e6:,.1f} MB from {store.cache_dir()}.")
        return
    entries = store.entries()
    rows = [
        (
            e.kind,
            e.path.name,
            f"{e.n_bytes / 1e6:,.1f}",
            time.strftime("%Y-%m-%d %H:%M", time.localtime(e.used)),
        )
        for e in entries
    ]
    show.table(str(store.cache_dir()), ("kind", "name", "MB", "last used"), rows)
    total = sum(entry.n_bytes for entry in entries)
    typer.echo(f"{len(entries)} entries, {total / 1e6:,.1f} of at most {store.MAX_BYTES / 1e6:,.0f} MB.")
