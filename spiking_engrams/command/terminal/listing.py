"""Lists of protocols, networks, presets and neuron models, with what a seed takes. Imports none of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import typer

from spiking_engrams.command.terminal.tables import table
from spiking_engrams.experiment import registry
from spiking_engrams.neurons.sources import SOURCES
from spiking_engrams.runs.costs import NAME, Cost, Costs, Size, memory, short, span

WHERE = (
    "Time per seed on one core of the reference machine (Linux, AMD EPYC); after the +,\n"
    "that of the pre-training, which is kept between runs."
)


@functools.cache
def gathered() -> Costs:
    """Return the costs and sizes that packages of protocols ship."""
    return Costs.read(registry.package_files(NAME))


class Preset(NamedTuple):
    """The size of a network or preset, and the costs of protocols that use it."""

    size: Size
    runs: Sequence[Cost]


def everything() -> None:
    """Print the names of protocols, networks, presets and neuron models."""
    rows = []
    for name in registry.names("protocol"):
        cost = next(iter(gathered().of(name)), None)
        rows.append((name, registry.title("protocol", name), "" if cost is None else cost.text))
    table("Protocols (engrams run NAME)", ("name", "", "time per seed"), rows, unbroken=("time per seed",))
    networks = registry.names("network")
    table("Networks (engrams show NAME)", ("name", ""), [(name, registry.title("network", name)) for name in networks])
    presets("Their sizes, by preset (--preset)", [row for name in networks for row in of_network(name)])
    table("Neuron models (--neuron)", ("name", "source"), list(SOURCES.items()), unbroken=("name",))
    if gathered().runs:
        typer.echo(WHERE)


def of_network(name: str) -> list[Preset]:
    """Return the sizes of a network, or of its presets."""
    found = gathered()
    return [
        Preset(size, [each for each in found.runs if (each.network, each.preset) == (name, size.preset) and each.own])
        for size in found.sizes
        if size.network == name
    ]


def presets(title: str, rows: Iterable[Preset]) -> None:
    """Print sizes of networks and presets; the memory is the largest that was measured, or else computed."""
    columns = ("network", "preset", "pixels", "neurons", "synapses", "memory", "time per seed")
    cells = []
    for size, runs in rows:
        megabytes = max((each.memory_mb for each in runs), default=size.memory_mb)
        counts = [f"{number:,}" for number in (size.neurons, size.synapses)]
        times = span([each.seconds + each.pretraining_s for each in runs])
        cells.append((size.network, size.preset, size.pixels, *counts, memory(megabytes), times))
    table(title, columns, cells, unbroken=columns)


def of_protocol(reference: str) -> list[Cost]:
    """Return the measured costs of a protocol; none for one in a file of its own."""
    return gathered().of(reference)


def costs(rows: Sequence[Cost]) -> None:
    """Print the measured costs of a protocol: in a line if there is one, else in a table."""
    if len(rows) == 1:
        seconds, before = short(rows[0].seconds), rows[0].pretraining_s
        after = f" after a pre-training of {short(before)}, which is kept between runs" * bool(before)
        typer.echo(f"Cost per seed: {seconds} and {memory(rows[0].memory_mb)}{after} (reference machine, one core).\n")
        return
    cells = [
        (
            each.preset or each.network,
            each.neuron,
            " ".join(f"{name}={value}" for name, value in each.options.items()),
            each.text,
            memory(each.memory_mb),
            each.seeds,
        )
        for each in rows
    ]
    columns = ("preset" if rows[0].preset else "network", "neuron", "options", "time per seed", "memory", "seeds")
    table("Measured costs", columns, cells, unbroken=("time per seed", "memory"))
    typer.echo(f"{WHERE}\n")
