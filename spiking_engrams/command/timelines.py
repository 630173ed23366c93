"""The schedule of a protocol as text, and drawn."""

from pathlib import Path
from typing import Any

import typer

from spiking_engrams.command.show import table

MAX_PHASES = 2_000  # of a timeline: more take minutes to draw, and nobody could tell them apart


def show(experiment: Any, out: Path) -> None:
    """Print the schedule of a protocol and draw it."""
    from spiking_engrams.report.figures import save_figure_as, style
    from spiking_engrams.report.timeline import plot_timeline, timeline_rows
    from spiking_engrams.schedule.checks import at_most
    from spiking_engrams.schedule.schedule import check_phase

    with at_most(MAX_PHASES):
        circuit, entries = experiment.circuit, experiment.timeline()
    for entry in entries:
        for phase in getattr(entry.phase, "phases", (entry.phase,)):
            check_phase(phase, circuit)
    step = float(circuit.step)
    rows = [
        (f"{start:.4g}", f"{stop:.4g}", label, str(count), detail)
        for start, stop, label, count, detail in timeline_rows(entries, step)
    ]
    table(experiment.protocol.title, ("from (s)", "to (s)", "phase", "times", "events"), rows)
    with style():
        save_figure_as(plot_timeline(entries, step), out)
    typer.echo(f"Figure: {out}")
