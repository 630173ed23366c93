"""The results of a run in a few lines: the headline of its protocol, or else its metrics."""

from __future__ import annotations

from typing import Any

import typer

from spiking_engrams.command.terminal.tables import table
from spiking_engrams.errors import printable
from spiking_engrams.runs.formats import number as as_number
from spiking_engrams.runs.phenomena import number

MOST_METRICS = 40  # lines of a table


def say(folder: Any) -> None:
    """Print the results of a run."""
    lines = folder.info["headline"]
    for line in lines:
        typer.echo(printable(line))
    if lines:
        return
    metrics = list(folder.summary["metrics"].items())
    rows = [(name, *_value(entry)) for name, entry in metrics[:MOST_METRICS]]
    table("", ("metric", "mean", "SD", "unit"), rows)
    if len(metrics) > MOST_METRICS:
        typer.echo(f"{len(metrics) - MOST_METRICS} more metrics are in the report.")


def _value(entry: dict[str, Any]) -> tuple[str, str, str]:
    """Return mean, standard deviation and unit as text."""
    mean, sd = ("-" if entry[name] is None else number(as_number(entry[name])) for name in ("mean", "sd"))
    return mean, sd, "" if entry["unit"] == "1" else entry["unit"]
