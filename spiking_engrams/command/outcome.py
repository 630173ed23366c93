"""The results of a run in a few lines: the headline of its protocol, or else its metrics."""

from __future__ import annotations

from typing import Any

import typer

from spiking_engrams.command.terminal.tables import table
from spiking_engrams.errors import printable
from spiking_engrams.report.metrics import in_numbers

MOST_METRICS = 40  # lines of a table


def say(folder: Any) -> None:
    """Print the results of a run."""
    lines = folder.info["headline"]
    for line in lines:
        typer.echo(printable(line))
    if lines:
        return
    metrics = list(folder.summary["metrics"].items())
    values = ((name, in_numbers(entry)) for name, entry in metrics[:MOST_METRICS])
    rows = [(name, mean, sd, unit) for name, (mean, sd, _, unit) in values]
    table("", ("metric", "mean", "SD", "unit"), rows)
    if len(metrics) > MOST_METRICS:
        typer.echo(f"{len(metrics) - MOST_METRICS} more metrics are in the report.")
