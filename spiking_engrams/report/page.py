"""The frame of a page of HTML that needs nothing else, and its parts: sections, contents, tables and figures."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, NamedTuple
from urllib.parse import quote

from spiking_engrams.report.stored import images
from spiking_engrams.runs.rows import filled

MOST_LINES = 15  # of a table that is not folded
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
a { color: #0550ae; } nav ul { list-style: none; padding: 0; } nav li { display: inline; margin-right: 1.2rem; }
.soft, figcaption { color: var(--soft); } .verdict-line { font-size: 1.05rem; font-weight: 600; }
.wide { overflow-x: auto; }
.verdicts { width: min(95vw, 100rem); margin-left: calc(50% - min(47.5vw, 50rem)); }
table { border-collapse: collapse; font-size: 13px; margin: .6rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { background: var(--back); } th.meaning { font-weight: 400; }
td.code, code { font-family: ui-monospace, monospace; font-size: 12px; } td.code { white-space: pre-wrap; }
td.verdict { font-weight: 700; white-space: nowrap; }
td.pass { background: #dafbe1; color: #0a4d1c; } td.fail { background: #ffdcd7; color: #86061d; }
td.too-few { background: #fff1c2; color: #5c4400; }
td.reported { background: var(--back); }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
summary { cursor: pointer; font-weight: 600; margin: .5rem 0; }
@media print { details { display: block; } details::details-content { content-visibility: visible; }
  nav { display: none; } body { max-width: none; } figure, tr { break-inside: avoid; } }
</style>
</head>
<body>
<h1>$heading</h1>
$body
</body>
</html>
""")


class Section(NamedTuple):
    """A part of a page, with its heading, which the table of contents lists; empty ones are left out."""

    title: str
    content: str


def page(title: str, above: Sequence[str], sections: Sequence[Section]) -> str:
    """Return a page: its title, what stands above, a table of contents, and the sections."""
    kept = [each for each in sections if each.content]
    links = "".join(f'<li><a href="#part-{n}">{text(each.title)}</a></li>' for n, each in enumerate(kept, 1))
    parts = [*filter(None, above), f'<nav aria-label="Contents"><ul>{links}</ul></nav>']
    parts += [f'<h2 id="part-{n}">{text(each.title)}</h2>{each.content}' for n, each in enumerate(kept, 1)]
    return PAGE.substitute(title=text(title), heading=text(title), body="\n".join(parts))


def figures(folder: Path, place: str = "") -> str:
    """Return the figures of a folder and their captions, with links to their files.

    Parameters
    ----------
    place
        The folder as seen from the page, followed by ``/``, for the links.
    """
    parts = []
    for image in images(folder):
        caption = image.caption or f"{sentence(image.name.replace('_', ' '))}."
        files = [f"{image.name}.{ending}" for ending in ("png", "svg", "pdf", "gif")]
        links = [link(f"{place}{name}", name.rpartition(".")[2]) for name in files if (folder / name).is_file()]
        shown = f'<img alt="{text(caption)}" src="{image.url}">'
        parts.append(f"<figure>{shown}<figcaption>{text(caption)} [{', '.join(links)}]</figcaption></figure>")
    return "\n".join(parts) or "<p>None yet.</p>"


def link(place: str, words: str) -> str:
    """Return a link to a file, by its place as seen from the page."""
    return f'<a href="{quote(place)}">{text(words)}</a>'


def folded_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table with a heading, folded if it is long."""
    n_lines = sum(max((str(cell).count("\n") + 1 for cell in row), default=1) for row in rows)
    if n_lines <= MOST_LINES:
        return table(title, columns, rows)
    return details(f"{title} ({len(rows)} rows)", table("", columns, rows))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table, without empty columns, below a heading unless it is empty."""
    columns, rows = filled(columns, ([str(cell) for cell in row] for row in rows))
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>\n" for row in rows)
    heading = f"<h3>{text(title)}</h3>" if title else ""
    return f"{heading}{framed(columns, f'<tbody>{body}</tbody>')}"


def framed(columns: Sequence[str], body: str) -> str:
    """Return a table from the names of its columns and its body."""
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in columns)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead>{body}</table></div>'


def pairs(values: Mapping[str, Any]) -> str:
    """Return a table of names and values."""
    rows = "".join(f'<tr><th scope="row">{text(k)}</th><td>{text(v)}</td></tr>' for k, v in values.items())
    return f"<table><tbody>{rows}</tbody></table>"


def details(title: str, content: str) -> str:
    """Return a folded part of a page."""
    return f"<details><summary>{text(title)}</summary>{content}</details>"


def sentence(words: str) -> str:
    """Return words that begin with a capital letter."""
    return f"{words[:1].upper()}{words[1:]}"


def text(value: Any) -> str:
    """Return a value as text for a page."""
    return html.escape(str(value))


def _cell(cell: str) -> str:
    code = ' class="code"' if "\n" in cell or " : " in cell else ""
    return f"<td{code}>{text(cell)}</td>"
