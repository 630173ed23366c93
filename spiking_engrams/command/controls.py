"""Controls of a run: the same seeds under control conditions, in one table beside the main condition."""

from __future__ import annotations

import dataclasses
from typing import Any

import typer

from spiking_engrams.command import command, running, show
from spiking_engrams.errors import EngramError

TITLE = "The same seeds under control conditions"


def run_beside(folder: Any, jobs: int, trust: bool) -> None:
    """Run the controls that a run asks for in folders inside its own, or go on with them, and print the table.

    Python from outside this installation runs only if `trust` says so.
    """
    from spiking_engrams.experiment.experiment import Request
    from spiking_engrams.experiment.trust import resume_command
    from spiking_engrams.report.report import write_report, write_text
    from spiking_engrams.runs.phenomena import csv_text
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
            command.complain(f"All conditions go on with `{resume_command(folder.path, request)}`.")
            raise
    if others:
        columns, rows = table(folder, others)
        text = csv_text(columns, rows)
        with folder.locked():
            write_text(folder.path / "controls.csv", text)
            folder.update(files={"controls.csv": text_digest(text)})
            write_report(folder)
        show.table(f"{TITLE}: mean (SD), p of a paired Wilcoxon test", columns, rows)
        typer.echo(f"Table: {folder.path / 'controls.csv'}")
    if failed:
        raise typer.Exit(command.FAILED)


def table(folder: Any, others: dict[str, Any]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return columns and rows: every metric under every condition, and its p value against the main one."""
    from spiking_engrams.analysis.metrics import paired_test, summary

    columns = ["metric", "main"]
    for name in others:
        columns += [name, f"p {name}"]
    rows = []
    for metric, values in folder.metrics.items():
        found = summary(values)
        row = [metric, f"{found.mean:.3g} ({found.sd:.2g})"]
        for other in others.values():
            theirs = other.metrics.get(metric)
            if theirs is None or len(theirs) != len(values):
                row += ["", ""]
                continue
            found = summary(theirs)
            row += [f"{found.mean:.3g} ({found.sd:.2g})", f"{paired_test(values, theirs):.2g}"]
        rows.append(tuple(row))
    return columns, rows
