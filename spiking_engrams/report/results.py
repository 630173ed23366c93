"""A page of results in Markdown, made from the summaries of runs: checks (failing ones too), metrics and figures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spiking_engrams.errors import RunFolderError
from spiking_engrams.files.links import refuse_link
from spiking_engrams.report import metrics as shown_metrics
from spiking_engrams.report.stored import captions_of
from spiking_engrams.runs.formats import SUMMARY, read
from spiking_engrams.runs.metrics import Metric
from spiking_engrams.runs.rows import NOT_RUN, Row, as_markdown, filled, in_markdown, markdown_table, verdict_line
from spiking_engrams.runs.tables import condition_names

MADE = "Made by `engrams results`; edit its runs, not this page."
WAY_OUT = "leave its folder out, or run it again."


def summaries(folders: Sequence[Path]) -> dict[Path, dict[str, Any]]:
    """Return the summaries in folders and their subfolders, by folder.

    Raises
    ------
    RunFolderError
        When one of the folders contains none, or a summary is damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams.files.storage import write_json_atomic
    >>> cost = dict.fromkeys(("run_s", "biological_s", "peak_memory_mb", "build_s"), 1.0) | {"build_cached": False}
    >>> words = {"protocol": "renewal", "network": "amygdala", "neuron": "LIF", "target": "cpp"}
    >>> summary = {"format_version": 1, **words, "seeds": [1, 2], "metrics": {}, "phenomena": [], "cost": cost}
    >>> with TemporaryDirectory() as folder:
    ...     write_json_atomic(Path(folder, "summary.json"), summary, seal=True)
    ...     [found] = summaries([Path(folder)]).values()
    >>> found["seeds"]
    [1, 2]
    """
    found = dict[Path, dict[str, Any]]()
    for folder in folders:
        paths = [path for path in sorted(folder.rglob("summary.json")) if not _is_control(path.parent)]
        if not paths:
            raise RunFolderError(f"'{folder}' contains no summary.json; give a run folder, or a folder of runs.")
        for path in paths:
            refuse_link(path)
            found[path.parent.resolve()] = read(path, SUMMARY, WAY_OUT)
    return found


def _is_control(folder: Path) -> bool:
    """Return whether a folder is that of a control inside the folder of its run, whose report covers it."""
    return folder.name.startswith("control_") and (folder.parent / "summary.json").is_file()


def results_page(
    title: str,
    runs: Mapping[Path, Mapping[str, Any]],
    place: Path,
    meanings: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return the page of runs as Markdown.

    Parameters
    ----------
    title
        Heading of the page.
    runs
        Folder -> summary.
    place
        Folder of the page, from which figures are linked.
    meanings
        Protocol -> what its metrics mean, for summaries that do not say so.

    Examples
    --------
    >>> from pathlib import Path
    >>> words = {"protocol": "renewal", "network": "amygdala", "neuron": "LIF"}
    >>> cost = {"run_s": 12.0, "biological_s": 60.0}
    >>> summary = {**words, "seeds": [1, 2], "metrics": {}, "phenomena": [], "cost": cost}
    >>> print(results_page("Renewal", {Path("renewal"): summary}, Path(".")))
    # Renewal
    ...
    Protocol renewal, network amygdala, neuron LIF; 2 seeds; 12 s of simulation, 60 s of biology.
    ...
    """
    rows = [
        replace(Row.from_dict(row), protocol=folder.name) for folder, each in runs.items() for row in each["phenomena"]
    ]
    parts = [f"# {in_markdown(title)}", f"{len(runs)} run{'s' * (len(runs) > 1)}; {verdict_line(rows)}. {MADE}"]
    for folder, summary in runs.items():
        parts += _section(folder, {"meanings": (meanings or {}).get(summary["protocol"], {}), **summary}, place)
    return "\n\n".join(parts) + "\n"


def _section(folder: Path, summary: Mapping[str, Any], place: Path) -> list[str]:
    rows = [row for row in map(Row.from_dict, summary["phenomena"]) if row.unasked != NOT_RUN]
    seeds, cost = summary["seeds"], summary["cost"]
    protocol, network, neuron = (in_markdown(summary[name]) for name in ("protocol", "network", "neuron"))
    neuron = f", neuron {neuron}" if neuron else ""
    parts = [
        f"## {in_markdown(folder.name)}",
        f"Protocol {protocol}, network {network}{neuron}; {len(seeds)} "
        f"seed{'s' * (len(seeds) > 1)}; {cost['run_s']:.0f} s of simulation, {cost['biological_s']:.0f} s of biology.",
        *(f"**{in_markdown(line)}**" for line in summary.get("interventions", ())),
    ]
    if rows:
        parts += [f"{verdict_line(rows)}.", as_markdown(rows).rstrip()]
    captions = captions_of(folder / "figures")
    for path in _figures(folder):
        shown = f"![{in_markdown(path.stem.replace('_', ' '))}]({quote(os.path.relpath(path, place))})"
        parts += [shown, *filter(None, [in_markdown(captions.get(path.stem, ""))])]
    known = shown_metrics.read(summary["metrics"])
    meanings = shown_metrics.meanings_in_words((each.name for each in known), summary["meanings"])
    listed = "\n".join(f"- {in_markdown(text)}" for text in meanings)
    return [*parts, "<details><summary>Metrics</summary>", *filter(None, [listed]), _metrics(known), "</details>"]


def _figures(folder: Path) -> list[Path]:
    return sorted((folder / "figures").glob("[!.]*.png"))


def _metrics(known: Mapping[Metric, Mapping[str, Any]]) -> str:
    """Return means, spreads and intervals as a table with a column for each condition."""
    conditions, rows = condition_names(known), []
    for each, entry in known.items():
        at = dict(each.conditions)
        rows.append([each.name, *(at.get(name, "") for name in conditions), *shown_metrics.in_numbers(entry)])
    return markdown_table(*filled(["metric", *conditions, *shown_metrics.NUMBERS], rows)).rstrip()
