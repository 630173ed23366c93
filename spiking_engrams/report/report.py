"""A run folder, or several, as one HTML page that needs nothing else: no network, no script, no project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spiking_engrams.files.links import refuse_links
from spiking_engrams.files.storage import write_text_atomic
from spiking_engrams.report.metrics import metrics_table, shown_number
from spiking_engrams.report.page import (
    Section,
    details,
    figures,
    folded_table,
    link,
    page,
    pairs,
    sentence,
    table,
    text,
)
from spiking_engrams.report.stored import controls
from spiking_engrams.runs.provenance import interventions
from spiking_engrams.runs.rows import Row, as_html, shown, verdict_line
from spiking_engrams.runs.run_folder import RunFolder

INTERVALS = '<p class="soft">Intervals are 95 % bootstrap intervals of the mean over seeds.</p>'
DATA = {  # files that the page links to
    "summary.json": "metrics over seeds and checks",
    "metrics.csv": "metrics of each seed",
    "controls.csv": "control conditions",
    "run.json": "request, parameters and versions",
}


def write_report(folder: RunFolder, note: str = "") -> Path:
    """Write ``report.html`` of a run from its files on disk, below a note if there is one; return its path.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams import RunFolder
    >>> from spiking_engrams.files.storage import write_json_atomic
    >>> request = {"protocol": "renewal", "network": "amygdala", "seeds": [1], "options": {}}
    >>> found = {"format_version": 1, "seed": 1, "metrics": {}, "series": {}, "phases": []}
    >>> found |= {"reused_states": [], "cost": {"run_s": 0.0, "biological_s": 0.0, "peak_memory_mb": 0.0}}
    >>> with TemporaryDirectory() as path:
    ...     run = RunFolder.create(path, {"request": request, "title": "Renewal"})
    ...     write_json_atomic(run.seed(1).metrics_path, found)
    ...     summary = run.write_summary([])
    ...     write_report(run).name, report_html(run)[:15]
    ('report.html', '<!DOCTYPE html>')
    """
    path = folder.path / "report.html"
    write_text(path, report_html(folder, note))
    return path


def report_html(folder: RunFolder, note: str = "") -> str:
    """Return the page of one run as text.

    Raises
    ------
    RunFolderError
        When the run has no summary yet, or a part of it is a link or damaged.
    """
    refuse_links(folder.path)
    info, summary = folder.info, folder.summary
    missing = len(folder.seeds) - len(summary["seeds"])
    above = [
        f'<p class="verdict-line">{text(note)}</p>' if note else "",
        f'<p class="soft">{text(info["description"])}</p>' if info.get("description") else "",
        f"<p>Network <b>{text(summary['network'])}</b>, neuron <b>{text(summary['neuron'])}</b>, target "
        f"<b>{text(summary['target'])}</b>, {_span(summary['seeds'])}.</p>",
        *(f'<p class="verdict-line">{text(sentence(line))}.</p>' for line in interventions(info["request"])),
        *(f'<p class="verdict-line">{text(line)}</p>' for line in info.get("headline", ())),
        f'<p class="verdict-line">{missing} of {len(folder.seeds)} seeds are incomplete.</p>' if missing else "",
        _files(folder.path),
    ]
    sections = [
        Section("Phenomena", _phenomena([Row.from_dict(row) for row in summary["phenomena"]], len(summary["seeds"]))),
        Section("Figures", figures(folder.path / "figures", "figures/")),
        Section("Controls", _controls(folder)),
        Section("Metrics", _metrics(summary)),
        Section("Cost", _cost(summary["cost"]) + _reused(folder)),
        Section("Model", _model(info)),
        Section("Provenance", pairs(_flat(info["provenance"])) + _request(info)),
    ]
    return page(info["title"], above, sections)


def reproduction_html(title: str, rows: list[Row], folders: Iterable[RunFolder]) -> str:
    """Return the page of a reproduction: the whole table, then the figures of each run, which lies beside the page.

    Examples
    --------
    >>> from spiking_engrams.runs.rows import Row
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> page = reproduction_html("Renewal", [row], [])
    >>> "1 of 1 checked phenomena hold" in page
    True
    """
    folders = list(folders)
    n_seeds = max((len(folder.complete_seeds) for folder in folders), default=0)
    sections = [Section("Phenomena", _phenomena(rows, n_seeds))]
    for folder in folders:
        place = f"{folder.path.name}/"
        seeds = f"<p>{_span(folder.complete_seeds)}; {link(f'{place}report.html', 'report')}.</p>"
        sections.append(Section(folder.info["title"], seeds + figures(folder.path / "figures", f"{place}figures/")))
    return page(title, [], sections)


def write_text(path: Path, content: str) -> None:
    """Write a text file, whole or not at all.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "page.html"), "<p>Renewal</p>")
    ...     Path(folder, "page.html").read_text()
    '<p>Renewal</p>'
    """
    write_text_atomic(path, content)


def _files(folder: Path) -> str:
    """Return how to repeat the run, and links to its data."""
    links = [f"{link(name, name)} ({words})" for name, words in DATA.items() if (folder / name).is_file()]
    repeat = "Repeat this run with the request under Provenance."
    if (folder / "config.toml").is_file():
        repeat = "Repeat this run, in its folder: <code>engrams run --config config.toml</code>."
    return f"<p>Data: {', '.join(links)}. {repeat}</p>"


def _phenomena(rows: Sequence[Row], n_seeds: int) -> str:
    """Return the table of checks; nothing for a protocol without claims."""
    if not rows:
        return ""
    line = f'<p class="verdict-line">{text(sentence(verdict_line(rows)))}.</p>'
    table_of_checks = f'<div class="wide verdicts">{as_html(rows)}</div>' if shown(rows) else ""
    return line + table_of_checks + (INTERVALS if table_of_checks and n_seeds > 1 else "")


def _controls(folder: RunFolder) -> str:
    """Return the table of control conditions, if any were run."""
    rows = controls(folder.path / "controls.csv", folder.info.get("files", {}).get("controls.csv"))
    note = '<p class="soft">The same seeds; mean (SD), and p of a paired Wilcoxon test against the main condition.</p>'
    return note + table("", rows[0], rows[1:]) if rows else ""


def _metrics(summary: Mapping[str, Any]) -> str:
    entries = summary["metrics"]
    values = [(name, *map(shown_number, entry["values"])) for name, entry in entries.items()]
    seeds = ("metric", *(f"seed {seed}" for seed in summary["seeds"]))
    each = details("Values of each seed", table("", seeds, values)) if len(summary["seeds"]) > 1 else ""
    return metrics_table(entries, summary.get("meanings", {})) + each


def _model(info: Mapping[str, Any]) -> str:
    tables = "".join(folded_table(each["title"], each["columns"], each["rows"]) for each in info["tables"])
    return (
        tables
        + _parameters("Parameters of the network", info["parameter_rows"])
        + _parameters("Options of the protocol", info["option_rows"])
    )


def _request(info: Mapping[str, Any]) -> str:
    content = f"<pre>{text(json.dumps(info['request'], indent=1))}</pre>"
    return details("The request, for repeating the run", content)


def _cost(cost: Mapping[str, Any]) -> str:
    speed = cost["biological_s"] / cost["run_s"] if cost["run_s"] else 0.0
    built = "taken from the cache" if cost["build_cached"] else f"{cost['build_s']:.1f} s"
    return pairs(
        {
            "build": built,
            "simulation": f"{cost['run_s']:.1f} s for {cost['biological_s']:.1f} s of biology",
            "speed": f"{speed:.2f} biological seconds per second of simulation, summed over seeds",
            "peak memory": f"{cost['peak_memory_mb']:.0f} MB",
        }
    )


def _reused(folder: RunFolder) -> str:
    found = folder.reused_states()
    if not found:
        return "<p>No stored state was reused.</p>"
    rows = [(e["seed"], e.get("n_phases", ""), f"{e.get('biological_s', 0.0):g}", e["key"][:16]) for e in found]
    return table("Reused states", ("seed", "phases run", "age (s)", "key"), rows)


def _parameters(title: str, rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    columns = ("name", "value", "unit", "default", "meaning", "source")
    changed = [row[0] for row in rows if " ".join(row[1:3]).strip() != row[3]]
    note = f"Changed: {', '.join(changed)}." if changed else "All at their defaults."
    return f"<h3>{text(title)}</h3><p>{text(note)}</p>" + details("Show all", table("", columns, rows))


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in data.items():
        flat |= _flat(value, f"{name} ") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def _span(seeds: Sequence[int]) -> str:
    if not seeds:
        return "no complete seed"
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    together = list(seeds) == list(range(seeds[0], seeds[-1] + 1))
    return f"{len(seeds)} seeds ({f'{seeds[0]} to {seeds[-1]}' if together else ', '.join(map(str, seeds))})"
