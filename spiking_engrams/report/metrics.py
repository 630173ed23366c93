"""Metrics in reports: what each means, and its mean, spread and interval over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spiking_engrams.report.page import framed, text
from spiking_engrams.runs.formats import number
from spiking_engrams.runs.metrics import Metric, read_metric
from spiking_engrams.runs.phenomena import MISSING
from spiking_engrams.runs.phenomena import number as in_digits
from spiking_engrams.runs.rows import filled

NUMBERS = ("mean", "SD", "95 % interval", "unit")
CONDITIONS = "conditions"


def metrics_table(metrics: Mapping[str, Mapping[str, Any]], meanings: Mapping[str, str]) -> str:
    """Return the metrics of a summary as HTML, grouped by name, each group below what its name means."""
    rows = [(each, [conditions_of(each), *in_numbers(entry)]) for each, entry in read(metrics).items()]
    columns, cells = filled((CONDITIONS, *NUMBERS), (row for _, row in rows))
    body = ""
    for name in dict.fromkeys(each.name for each, _ in rows):
        meaning = f' <span class="soft">{text(meanings[name])}</span>' if name in meanings else ""
        own = [row for (each, _), row in zip(rows, cells, strict=True) if each.name == name]
        lines = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>\n" for row in own)
        group = f'<th class="meaning" scope="rowgroup" colspan="{len(columns)}"><b>{text(name)}</b>{meaning}</th>'
        body += f"<tbody><tr>{group}</tr>\n{lines}</tbody>"
    return framed(columns, body)


def read(metrics: Mapping[str, Mapping[str, Any]]) -> dict[Metric, Mapping[str, Any]]:
    """Return the metrics of a summary by name and conditions."""
    return {read_metric(*each): each[1] for each in metrics.items()}


def conditions_of(each: Metric) -> str:
    """Return the conditions of a metric in words."""
    return ", ".join(f"{name} {value}" for name, value in each.conditions)


def in_numbers(entry: Mapping[str, Any]) -> list[str]:
    """Return mean, standard deviation, interval and unit as text; a dash where one seed has none."""
    low, high = map(shown_number, entry["interval"])
    interval = MISSING if MISSING in (low, high) or entry["sd"] is None else f"{low} to {high}"
    unit = "" if entry["unit"] == "1" else entry["unit"]
    return [shown_number(entry["mean"]), shown_number(entry["sd"]), interval, unit]


def shown_number(value: Any) -> str:
    """Return a number of a summary as text; a dash for null."""
    return in_digits(number(value))


def meanings_in_words(names: Iterable[str], meanings: Mapping[str, str]) -> list[str]:
    """Return the names of metrics, each with what it means, without those whose meaning is unknown."""
    return [f"{name}: {meanings[name]}" for name in dict.fromkeys(names) if name in meanings]
