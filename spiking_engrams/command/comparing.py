"""The compare and results commands: runs side by side as a table and a figure, and a page of their summaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from spiking_engrams.command import command
from spiking_engrams.command.terminal import tables
from spiking_engrams.errors import RunFolderError
from spiking_engrams.experiment import registry


def compare(paths: Sequence[Path], out: Path | None) -> None:
    """Print the metrics of runs side by side, and write ``comparison.csv`` and ``comparison.png`` to a new folder."""
    from spiking_engrams.files.links import refuse_links
    from spiking_engrams.files.storage import write_text_atomic
    from spiking_engrams.report.comparison import plot_differences
    from spiking_engrams.report.figures import save_figure, style
    from spiking_engrams.runs import comparison
    from spiking_engrams.runs.provenance import interventions
    from spiking_engrams.runs.run_folder import RunFolder

    runs = dict(zip(_names(paths), map(RunFolder, paths), strict=True))
    for run in runs.values():
        refuse_links(run.path)
    table = comparison.compare(runs)
    folder = out or command.new_folder("comparison")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise RunFolderError(f"'{folder}' already exists; choose another folder with --out.")
    with style():
        figure = plot_differences(table)
    save_figure(figure, folder, "comparison")
    write_text_atomic(folder / "comparison.csv", table.to_csv(index=False))
    for name, run in runs.items():
        for line in interventions(run.info["request"]):
            typer.echo(f"{name}: {line}")
    show_beside("Mean (SD); differences from the first run, 95 % interval, p", *comparison.side_by_side(table))
    typer.echo(f"Table and figure: {folder / 'comparison.csv'}, comparison.png, comparison.svg")


def show_beside(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of `comparison.side_by_side`; of several that are too wide, a table for each run but the first."""
    filled = [i for i in range(len(columns)) if i < 2 or any(row[i] for row in rows)]  # one seed has no p values
    names, cells = [columns[i] for i in filled], [[row[i] or "-" for i in filled] for row in rows]
    others = columns[2::3]
    if len(others) > 1 and tables.fits(names, cells):
        return tables.table(title, names, cells)
    for name in others:
        short = {
            names[0]: names[0],
            names[1]: names[1],
            name: name,
            f"difference {name}": "difference",
            f"p {name}": "p",
        }
        kept = [i for i, each in enumerate(names) if each in short]
        part = [[row[i] for i in kept] for row in cells]
        headings = [short[names[i]] for i in kept]
        tables.table(f"{title}: {name}" if len(others) > 1 else title, headings, part, head=("p",))
        title = "The same"


def results(folders: Sequence[Path], title: str, out: Path) -> None:
    """Write a page of results for all runs in folders."""
    from spiking_engrams.files.storage import write_text_atomic
    from spiking_engrams.report.results import MADE, results_page, summaries

    if out.exists() and not (out.is_file() and MADE in out.read_text(encoding="utf-8", errors="replace")):
        raise RunFolderError(f"'{out}' exists and was not written by this command; choose another file with --out.")
    runs = summaries(folders)
    write_text_atomic(out, results_page(title, runs, out.resolve().parent, _meanings(runs.values())))
    typer.echo(f"Page of {len(runs)} runs: {out}")


def _meanings(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    """Return what metrics mean by the protocols of this installation, for summaries that do not say so."""
    from spiking_engrams.experiment.protocol import load_protocol

    names = {each["protocol"] for each in summaries if "meanings" not in each}
    return {name: load_protocol(name).meanings for name in sorted(names & set(registry.names("protocol")))}


def _names(paths: Sequence[Path]) -> list[str]:
    """Return the shortest endings that distinguish the paths."""
    whole = [path.resolve().parts for path in paths]
    if len(set(whole)) < len(whole):
        raise RunFolderError("A run was given twice; give each run once.")
    depth = next(n for n in range(1, max(map(len, whole)) + 1) if len({parts[-n:] for parts in whole}) == len(whole))
    return ["/".join(parts[-depth:]) for parts in whole]
