"""Controls of a run: the same seeds under control conditions, in one table beside the main condition."""

from __future__ import annotations

import dataclasses
from typing import Any

import typer

from spiking_engrams.command import command, comparing, running
from spiking_engrams.errors import EngramError

TITLE = "The same seeds under control conditions"


def run_beside(folder: Any, jobs: int, trust: bool) -> None:
    """Run the requested controls of a run in folders inside its own, or continue them, and print the table.

    Python code from outside this installation runs only if `trust` is true.
    """
    from spiking_engrams.experiment.experiment import Request
    from spiking_engrams.experiment.trust import resume_command
    from spiking_engrams.report.report import write_report, write_text
    from spiking_engrams.runs.comparison import compare, side_by_side
    from spiking_engrams.runs.rows import csv_text
    from spiking_engrams.values.json_data import text_digest

    request = Request.from_info(folder.info)
    others, failed = {}, False
    for name in request.controls:
        path = folder.path / f"control_{name}"
        typer.echo(f"Control {name} ...", err=True)
        new = None if (path / "run.json").exists() else dataclasses.replace(request, control=name, controls=())
        try:
            others[name] = running.run_into(path, new, jobs, trust)
        except EngramError as problem:
            command.complain(f"Control {name} failed: {problem}")
            failed = True
        except typer.Exit:
            command.complain(f"Continue all conditions with `{resume_command(folder.path, request)}`.")
            raise
    if others:
        columns, rows = side_by_side(compare({"main": folder, **others}))
        text = csv_text(columns, rows)
        with folder.locked():
            write_text(folder.path / "controls.csv", text)
            folder.update(files={"controls.csv": text_digest(text)})
            write_report(folder)
        comparing.show_beside(f"{TITLE}: mean (SD), difference from main, p of a paired Wilcoxon test", columns, rows)
        typer.echo(f"Table: {folder.path / 'controls.csv'}")
    if failed:
        raise typer.Exit(command.FAILED)
