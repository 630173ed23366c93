"""Rows of the reproduction table, and the table as CSV, Markdown and HTML. Imports no simulator."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

CLASSES = {"pass", "fail", "reported", "too-few", "not-run"}  # of verdicts, for style sheets
VERDICTS = {True: "pass", False: "FAIL", None: "reported"}
NOT_RUN, TOO_FEW = "not run", "too few"  # verdicts of rows whose check was not evaluated
COLUMNS = ("id", "claim", "source", "reference", "value", "measured", "check", "verdict")


@dataclass(frozen=True)
class Row:
    """One line of the reproduction table; `measured` is mean, sd and 95 % interval over seeds of each metric.

    `passed` is None for a row without a check, or whose check was not evaluated; `unasked` says why. If a claim is
    stated for several conditions, `conditions` are those of this row, for example ``{"images": "digits"}``.
    `seeds_needed` is how many seeds the check needs, if they were too few; 0 if that is not so or not known.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> row.full_id, row.verdict, Row.from_dict(row.to_dict()) == row
    ('R1', 'pass', True)
    """

    id: str
    claim: str
    source: str
    reference: str
    value: str
    measured: str
    check: str
    passed: bool | None
    protocol: str = ""
    unasked: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    seeds_needed: int = 0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Row:
        """Return the row that `to_dict` wrote; fields of other versions are ignored."""
        return cls(**{item.name: data[item.name] for item in fields(cls) if item.name in data})

    @property
    def full_id(self) -> str:
        """Name of the row with the conditions for which it is stated."""
        return f"{self.id} ({', '.join(self.conditions.values())})" if self.conditions else self.id

    @property
    def verdict(self) -> str:
        """Outcome in words, so that colour is never needed."""
        return self.unasked or VERDICTS[self.passed]

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON data; the number of seeds needed only where they were too few."""
        return {name: value for name, value in asdict(self).items() if value or name != "seeds_needed"}


def all_hold(rows: Iterable[Row]) -> bool:
    """Return whether no check fails.

    Examples
    --------
    >>> from dataclasses import replace
    >>> good = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> all_hold([good]), all_hold([good, replace(good, passed=False)])
    (True, False)
    """
    return all(row.passed is not False for row in rows)


def verdict_line(rows: Iterable[Row]) -> str:
    """Return the outcome of a table in one line.

    Examples
    --------
    >>> from dataclasses import replace
    >>> good = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> verdict_line([good, replace(good, id="R2", passed=False)])
    '1 of 2 checked phenomena hold; failing: R2'
    """
    rows = list(rows)
    checked = [row for row in rows if row.passed is not None]
    failed = [_with_protocol(row) for row in checked if not row.passed]
    text = f"{len(checked) - len(failed)} of {len(checked)} checked phenomena hold"
    few = [row for row in rows if row.unasked == TOO_FEW]
    more = [row for row in few if row.seeds_needed]
    parts = [text] if checked else [] if more else ["no phenomenon was checked"]
    parts += [f"failing: {', '.join(failed)}"] if failed else []
    parts += [_more_seeds(more)] if more else []
    others = [_with_protocol(row) for row in few if not row.seeds_needed]
    parts += [f"too few samples to check: {', '.join(others)}"] if others else []
    n_absent = sum(row.unasked == NOT_RUN for row in rows)
    parts += [f"{n_absent} not part of this run"] if n_absent else []
    return "; ".join(parts)


def _more_seeds(rows: list[Row]) -> str:
    """Return in words which checks need more seeds, and how many."""
    needed = max(row.seeds_needed for row in rows)
    names = ", ".join(map(_with_protocol, rows))
    checks = f"the checks of {names} need" if len(rows) > 1 else f"the check of {names} needs"
    return f"values are stored as measured; {checks} {needed} seeds (--seeds {needed})"


def _with_protocol(row: Row) -> str:
    return f"{row.protocol}:{row.full_id}" if row.protocol else row.full_id


def shown(rows: Iterable[Row]) -> list[Row]:
    """Return the rows to show as lines: all except those that were not run.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "", "", "fear > 0.5", None, unasked=NOT_RUN)
    >>> shown([row])
    []
    """
    return [row for row in rows if row.unasked != NOT_RUN]


def _columns(rows: list[Row]) -> tuple[str, ...]:
    return (*(["protocol"] if any(row.protocol for row in rows) else []), *COLUMNS)


def filled(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return a table without the columns in which every cell is empty; a table without rows stays as it is.

    Rows may be shorter than the table is wide.
    """
    rows = list(map(list, rows))
    kept = [k for k, _ in enumerate(columns) if not rows or any(row[k : k + 1] not in ([], [""]) for row in rows)]
    return [columns[k] for k in kept], [[row[k] for k in kept if k < len(row)] for row in rows]


def _cells(rows: list[Row]) -> tuple[list[str], list[list[str]]]:
    """Return the table as columns and cells, without empty columns."""
    columns = _columns(rows)
    return filled(columns, ([_cell(row, name) for name in columns] for row in rows))


def _cell(row: Row, name: str) -> str:
    """Return the text of a cell; `measured` is empty if it only repeats `value`."""
    return "" if name == "measured" and row.measured == row.value else text_of(row, name)


def text_of(row: Row, name: str) -> str:
    """Return the text of a column; the name of a row includes the conditions for which it is stated.

    Numbers that one seed does not have, such as a spread and a p value, are left out or a dash.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> text_of(row, "claim"), text_of(row, "verdict")
    ('fear returns', 'pass')
    """
    text = row.full_id if name == "id" else str(getattr(row, name))
    return re.sub(r"\bnan\b", "-", re.sub(r"(,? ±|,? p =) nan\b| \(nan\)", "", text)) if name == "value" else text


def as_csv(rows: Iterable[Row]) -> str:
    """Return the reproduction table as CSV with a header line.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> print(as_csv([row]))
    id,claim,source,reference,value,measured,check,verdict
    R1,fear returns,Werne 2026,0.9,0.8,fear 0.8,fear > 0.5,pass
    """
    rows = list(rows)
    return csv_text(_columns(rows), ([text_of(row, name) for name in _columns(rows)] for row in rows))


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV with a header line.

    Examples
    --------
    >>> csv_text(["metric", "value"], [["fear", "0.8"]]).splitlines()
    ['metric,value', 'fear,0.8']
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def as_markdown(rows: Iterable[Row]) -> str:
    """Return the reproduction table as a Markdown table, without empty columns.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> print(as_markdown([row]).splitlines()[2])
    | R1 | fear returns | Werne 2026 | 0.9 | 0.8 | fear 0.8 | fear > 0.5 | pass |
    """
    return markdown_table(*_cells(list(rows)))


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return columns and rows of text as a Markdown table.

    Examples
    --------
    >>> print(markdown_table(["metric", "value"], [["fear", "0.8"]]))
    | metric | value |
    |---|---|
    | fear | 0.8 |
    """
    lines = [f"| {' | '.join(map(in_markdown, columns))} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(map(in_markdown, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def in_markdown(text: str) -> str:
    """Return a text for a line or cell of Markdown, escaped so that it creates no cell, tag, image or code.

    Examples
    --------
    >>> in_markdown("`drive` <br>")
    "'drive' &lt;br>"
    """
    line = " ".join(text.split()).replace("|", "\\|").replace("`", "'").replace("![", "!\\[")
    return re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", line)


def as_html(rows: Iterable[Row]) -> str:
    """Return the reproduction table as an HTML fragment, without empty columns; the verdict is a word and a colour.

    Examples
    --------
    >>> row = Row("R1", "fear returns", "Werne 2026", "0.9", "0.8", "fear 0.8", "fear > 0.5", True)
    >>> as_html([row])[:23], "fear returns" in as_html([row])
    ('<table class="phenomena', True)
    """
    rows = shown(rows)
    columns, table = _cells(rows)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = []
    for row, texts in zip(rows, table, strict=True):
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts[:-1])
        kind = row.verdict.lower().replace(" ", "-")
        verdict = f'<td class="verdict {kind if kind in CLASSES else ""}">{html.escape(row.verdict)}</td>'
        body.append(f"<tr>{cells}{verdict}</tr>")
    return f'<table class="phenomena"><thead><tr>{head}</tr></thead><tbody>\n' + "\n".join(body) + "\n</tbody></table>"
