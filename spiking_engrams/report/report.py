"""A run folder, or several, as one HTML page that needs nothing else: no network, no script, no project."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from spiking_engrams.files.links import refuse_links
from spiking_engrams.files.storage import write_text_atomic
from spiking_engrams.report.stored import Image, controls, images
from spiking_engrams.runs.phenomena import number
from spiking_engrams.runs.rows import Row, as_html, verdict_line
from spiking_engrams.runs.run_folder import RunFolder

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #f6f8fa; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; max-width: 72rem;
  margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem;
  border-bottom: 1px solid var(--line); padding-bottom: .2rem; } h3 { font-size: 1rem; }
.soft, figcaption { color: var(--soft); } .verdict-line { font-size: 1.05rem; font-weight: 600; }
.wide { overflow-x: auto; }
.verdicts { width: min(95vw, 100rem); margin-left: calc(50% - min(47.5vw, 50rem)); }
table { border-collapse: collapse; font-size: 13px; margin: .6rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { background: var(--back); }
td.code { font-family: ui-monospace, monospace; font-size: 12px; white-space: pre-wrap; }
td.verdict { font-weight: 700; white-space: nowrap; }
td.pass { background: #dafbe1; color: #0a4d1c; } td.fail { background: #ffdcd7; color: #86061d; }
td.too-few { background: #fff1c2; color: #5c4400; }
td.reported { background: var(--back); }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
summary { cursor: pointer; font-weight: 600; margin: .5rem 0; }
@media print { details { display: block; } body { max-width: none; } }
</style>
</head>
<body>
<h1>$heading</h1>
$body
</body>
</html>
""")


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
    rows = [Row.from_dict(row) for row in summary["phenomena"]]
    seeds = _span(summary["seeds"])
    missing = len(folder.seeds) - len(summary["seeds"])
    parts = [
        f'<p class="verdict-line">{_text(note)}</p>' if note else "",
        f'<p class="soft">{_text(info["description"])}</p>' if info.get("description") else "",
        f"<p>Network <b>{_text(summary['network'])}</b>, neuron <b>{_text(summary['neuron'])}</b>, target "
        f"<b>{_text(summary['target'])}</b>, {seeds}.</p>",
        *(f'<p class="verdict-line">{_text(line)}</p>' for line in info.get("headline", ())),
        f'<p class="verdict-line">{missing} of {len(folder.seeds)} seeds are incomplete.</p>' if missing else "",
        f'<h2>Phenomena</h2><p class="verdict-line">{_text(verdict_line(rows))}.</p>',
        f'<div class="wide verdicts">{as_html(rows)}</div>'
        '<p class="soft">Intervals are 95 % bootstrap intervals of the mean over seeds.</p>',
        "<h2>Figures</h2>" + _figures(folder.path / "figures"),
        _controls(folder),
        "<h2>Metrics</h2>" + _metrics(summary),
        "<h2>Cost</h2>" + _cost(summary["cost"]) + _reused(folder),
        "<h2>Model</h2>" + "".join(_table(t["title"], t["columns"], t["rows"]) for t in info["tables"]),
        _parameters("Parameters of the network", info["parameter_rows"]),
        _parameters("Options of the protocol", info["option_rows"]),
        "<h2>Provenance</h2>" + _pairs(_flat(info["provenance"])),
        _details("The request, for repeating the run", f"<pre>{_text(json.dumps(info['request'], indent=1))}</pre>"),
    ]
    return PAGE.substitute(title=_text(info["title"]), heading=_text(info["title"]), body="\n".join(parts))


def reproduction_html(title: str, rows: list[Row], folders: Iterable[RunFolder]) -> str:
    """Return the page of a reproduction: the whole table, then the figures of each run.

    Examples
    --------
    >>> from spiking_engrams.runs.rows import Row
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> page = reproduction_html("Renewal", [row], [])
    >>> "1 of 1 checked phenomena hold" in page
    True
    """
    parts = [
        f'<p class="verdict-line">{_text(verdict_line(rows))}.</p><div class="wide verdicts">{as_html(rows)}</div>',
        '<p class="soft">Intervals are 95 % bootstrap intervals of the mean over seeds.</p>',
    ]
    for folder in folders:
        info = folder.info
        parts.append(f"<h2>{_text(info['title'])}</h2><p>{_span(folder.complete_seeds)}.</p>")
        parts.append(_figures(folder.path / "figures"))
    return PAGE.substitute(title=_text(title), heading=_text(title), body="\n".join(parts))


def write_text(path: Path, text: str) -> None:
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
    write_text_atomic(path, text)


def _figures(folder: Path) -> str:
    return "\n".join(map(_figure, images(folder))) or "<p>None yet.</p>"


def _figure(image: Image) -> str:
    text = image.caption or image.name.replace("_", " ")
    return (
        f'<figure><img alt="{_text(text)}" src="{image.url}">'
        f"<figcaption><b>{_text(image.name)}</b> {_text(image.caption)}</figcaption></figure>"
    )


def _controls(folder: RunFolder) -> str:
    """Return the table of control conditions, if any were run."""
    rows = controls(folder.path / "controls.csv", folder.info.get("files", {}).get("controls.csv"))
    note = '<p class="soft">The same seeds; mean (SD), and p of a paired Wilcoxon test against the main condition.</p>'
    return note + _table("Controls", rows[0], rows[1:]) if rows else ""


def _metrics(summary: Mapping[str, Any]) -> str:
    rows, values = [], []
    for name, entry in summary["metrics"].items():
        low, high = (_number(bound) for bound in entry["interval"])
        rows.append((name, entry["unit"], _number(entry["mean"]), _number(entry["sd"]), f"{low} to {high}"))
        values.append((name, *(_number(value) for value in entry["values"])))
    whole = _table("", ("metric", "unit", "mean", "sd", "95 % interval"), rows)
    seeds = ("metric", *(f"seed {seed}" for seed in summary["seeds"]))
    return whole + _details("Values of each seed", _table("", seeds, values))


def _cost(cost: Mapping[str, Any]) -> str:
    speed = cost["biological_s"] / cost["run_s"] if cost["run_s"] else 0.0
    built = "taken from the cache" if cost["build_cached"] else f"{cost['build_s']:.1f} s"
    return _pairs(
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
    return _table("Reused states", ("seed", "phases run", "age (s)", "key"), rows)


def _parameters(title: str, rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    columns = ("name", "value", "unit", "default", "meaning", "source")
    changed = [row[0] for row in rows if " ".join(row[1:3]).strip() != row[3]]
    note = f"Changed: {', '.join(changed)}." if changed else "All at their defaults."
    return f"<h3>{_text(title)}</h3><p>{_text(note)}</p>" + _details("Show all", _table("", columns, rows))


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in columns)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>\n" for row in rows)
    heading = f"<h3>{_text(title)}</h3>" if title else ""
    return f'{heading}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: Any) -> str:
    code = ' class="code"' if "\n" in str(cell) or " : " in str(cell) else ""
    return f"<td{code}>{_text(cell)}</td>"


def _pairs(pairs: Mapping[str, Any]) -> str:
    rows = "".join(f'<tr><th scope="row">{_text(k)}</th><td>{_text(v)}</td></tr>' for k, v in pairs.items())
    return f"<table><tbody>{rows}</tbody></table>"


def _details(title: str, content: str) -> str:
    return f"<details><summary>{_text(title)}</summary>{content}</details>"


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


def _number(value: float | None) -> str:
    return "n/a" if value is None else number(float(value))


def _text(value: Any) -> str:
    return html.escape(str(value))
