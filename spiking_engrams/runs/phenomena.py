"""Published phenomena: a claim, a check on our metrics, and the table of both. Imports no simulator."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from spiking_engrams.analysis.metrics import summary

Check = Callable[[dict[str, np.ndarray]], tuple[str, bool]]
CLASSES = {"pass", "fail", "reported", "too-few", "not-run"}  # of verdicts, for style sheets
VERDICTS = {True: "pass", False: "FAIL", None: "reported"}
NOT_RUN, TOO_FEW = "not run", "too few"  # verdicts of rows whose check was not asked
COLUMNS = ("id", "claim", "source", "reference", "value", "measured", "check", "verdict")


@dataclass(frozen=True)
class Phenomenon:
    """What a publication found, and how we tell whether our circuit does it too.

    Attributes
    ----------
    id, claim, source, reference
        Name of the row, the finding in words, its citation, and the published or reference value.
    check_text
        The check in words, for example ``"fear > 0.5 by trial 3 to 8"``.
    metrics
        Names of the metrics that the check reads.
    check
        Metric -> array ``(n_seeds,)`` (NaN where a seed lacks it) -> our value as text, and whether it holds.
        An empty text leaves the value to the column `measured`. None: the row is only reported.
    optional
        Whether a run may leave all of its metrics out; the verdict is then that it was not run.
    least
        Metric -> least sum over seeds, such as a number of samples, below which the check is not asked.
    seeds
        Least number of seeds, such as those that a test over seeds needs to reach its level.
    """

    id: str
    claim: str
    source: str
    reference: str
    check_text: str
    metrics: tuple[str, ...]
    check: Check | None = None
    optional: bool = False
    least: Mapping[str, float] = field(default_factory=dict)
    seeds: int = 1


@dataclass(frozen=True)
class Row:
    """One line of the reproduction table; `measured` is mean, sd and 95 % interval over seeds of each metric.

    `passed` is None for a row that has no check, or whose check was not asked; `unasked` says why.
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

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Row:
        """Return the row that `to_dict` wrote; fields of other versions are left out."""
        return cls(**{item.name: data[item.name] for item in fields(cls) if item.name in data})

    @property
    def verdict(self) -> str:
        """The outcome in words, so that colour is never needed."""
        return self.unasked or VERDICTS[self.passed]

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        return asdict(self)


def evaluate(
    phenomena: Iterable[Phenomenon],
    metrics: Mapping[str, np.ndarray],
    units: Mapping[str, str] | None = None,
    protocol: str = "",
) -> list[Row]:
    """Return one row per phenomenon.

    Parameters
    ----------
    phenomena
        What is claimed.
    metrics
        Metric -> array ``(n_seeds,)``.
    units
        Metric -> unit, ``"1"`` where absent.
    protocol
        Name of the protocol, copied into each row.

    Notes
    -----
    A row with a check fails when one of its metrics was not measured, or when the check itself raises; the
    value then says so.
    """
    units = units or {}
    rows = []
    for each in phenomena:
        value, passed = _outcome(each, metrics)
        present = [name for name in each.metrics if name in metrics]
        measured = "; ".join(f"{name} {spread(metrics[name], units.get(name, '1'))}" for name in present)
        value, unasked = value or measured, "" if present or not each.optional else NOT_RUN
        if passed is not None and (short := _short(each, metrics)):
            value, passed, unasked = f"{value} ({short})", None, TOO_FEW
        rows.append(
            Row(
                each.id, each.claim, each.source, each.reference, value, measured,
                each.check_text, passed, protocol, unasked,
            )
        )  # fmt: skip
    return rows


def _outcome(phenomenon: Phenomenon, metrics: Mapping[str, np.ndarray]) -> tuple[str, bool | None]:
    if phenomenon.optional and not any(name in metrics for name in phenomenon.metrics):
        return "", None
    missing = [name for name in phenomenon.metrics if not np.isfinite(metrics.get(name, np.nan)).any()]
    if missing:
        return f"not measured: {', '.join(missing)}", None if phenomenon.check is None else False
    if phenomenon.check is None:
        return "", None
    try:
        value, passed = phenomenon.check({name: metrics[name] for name in phenomenon.metrics})
    except Exception as problem:  # a broken check must not lose a finished run
        return f"the check raised {type(problem).__name__}: {problem}", False
    return str(value), bool(passed)


def _short(phenomenon: Phenomenon, metrics: Mapping[str, np.ndarray]) -> str:
    """Return which metrics, or how many seeds, are too few for the check to be asked, in words."""
    n = max((np.size(metrics[name]) for name in phenomenon.metrics if name in metrics), default=0)
    if 0 < n < phenomenon.seeds:
        return f"seeds {n} of {phenomenon.seeds}"
    sums = {name: float(np.nansum(metrics.get(name, 0.0))) for name in phenomenon.least}
    return ", ".join(f"{name} {sums[name]:g} of {n:g}" for name, n in phenomenon.least.items() if sums[name] < n)


def spread(values: np.ndarray, unit: str = "1") -> str:
    """Return mean, sd and 95 % bootstrap interval of the mean as text: ``0.91 ± 0.02 [0.90, 0.92]``."""
    found = summary(values)
    if found.n == 0:
        return "not measured"
    suffix = "" if unit in ("", "1") else f" {unit}"
    if found.n == 1:
        return f"{number(found.mean)}{suffix} (1 seed)"
    low, high = found.interval
    return f"{number(found.mean)} ± {number(found.sd)} [{number(low)}, {number(high)}]{suffix}"


def number(value: float) -> str:
    """Return a number with three significant digits, without an exponent where that stays short."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    size = abs(value)
    return f"{value:.3g}" if size < 1e-3 or size >= 1e5 else f"{value:.{max(0, 2 - int(np.floor(np.log10(size))))}f}"


def all_hold(rows: Iterable[Row]) -> bool:
    """Return whether no check fails."""
    return all(row.passed is not False for row in rows)


def verdict_line(rows: Iterable[Row]) -> str:
    """Return the outcome of a table in one line."""
    rows = list(rows)
    checked = [row for row in rows if row.passed is not None]
    failed = [_full_id(row) for row in checked if not row.passed]
    text = f"{len(checked) - len(failed)} of {len(checked)} checked phenomena hold"
    parts = [text if checked else "no phenomenon was checked"]
    parts += [f"failing: {', '.join(failed)}"] if failed else []
    few = [_full_id(row) for row in rows if row.unasked == TOO_FEW]
    parts += [f"of too few samples to be checked: {', '.join(few)}"] if few else []
    n_absent = sum(row.unasked == NOT_RUN for row in rows)
    parts += [f"{n_absent} not part of this run"] if n_absent else []
    return "; ".join(parts)


def _full_id(row: Row) -> str:
    return f"{row.protocol}:{row.id}" if row.protocol else row.id


def shown(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that a reader wants to see as lines: all but those that were not run."""
    return [row for row in rows if row.unasked != NOT_RUN]


def _columns(rows: list[Row]) -> tuple[str, ...]:
    return (*(["protocol"] if any(row.protocol for row in rows) else []), *COLUMNS)


def _cell(row: Row, name: str) -> str:
    """Return the text of a cell; what `value` says already is not said again under `measured`."""
    return "" if name == "measured" and row.measured == row.value else str(getattr(row, name))


def as_csv(rows: Iterable[Row]) -> str:
    """Return the table as CSV with a header line."""
    rows = list(rows)
    return csv_text(_columns(rows), ([getattr(row, name) for name in _columns(rows)] for row in rows))


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return any table as CSV with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def as_markdown(rows: Iterable[Row]) -> str:
    """Return the table as a Markdown table."""
    rows = list(rows)
    columns = _columns(rows)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    for row in rows:
        cells = [str(getattr(row, name)).replace("|", "\\|").replace("\n", " ") for name in columns]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def as_html(rows: Iterable[Row]) -> str:
    """Return the table as an HTML fragment; the verdict is a word and a colour."""
    rows = shown(rows)
    columns = _columns(rows)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = []
    for row in rows:
        cells = "".join(f"<td>{html.escape(_cell(row, name))}</td>" for name in columns[:-1])
        kind = row.verdict.lower().replace(" ", "-")
        verdict = f'<td class="verdict {kind if kind in CLASSES else ""}">{html.escape(row.verdict)}</td>'
        body.append(f"<tr>{cells}{verdict}</tr>")
    return f'<table class="phenomena"><thead><tr>{head}</tr></thead><tbody>\n' + "\n".join(body) + "\n</tbody></table>"
