"""Tables for terminals of any width: names are not broken, and what does not fit side by side stands below each other.

A table that is too wide is first narrowed: long texts wrap. Where they would become too narrow to be read, columns of
short texts move into others (`into`), and if that is not enough, every row becomes a few lines.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import floordiv
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spiking_engrams.errors import printable_lines

WIDE = 200  # columns of what is not a terminal
SHORT, READABLE, LONGEST_WORD = 12, 20, 26  # widths: never narrowed; of a long text that wraps; of a word in it
MOST_LINES = 12  # of a text in a narrow column
INDENT = "    "

type Cells = list[list[Text]]


def console() -> Console:
    """Return a console on stdout; wide if the output is no terminal and `COLUMNS` is not set, so that no text wraps."""
    found = Console()
    return found if found.is_terminal or os.environ.get("COLUMNS") else Console(width=WIDE)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unbroken: Iterable[str] = (),
    into: Mapping[str, str] | None = None,
    head: Iterable[str] = (),
) -> None:
    """Print a table.

    Parameters
    ----------
    title, columns, rows
        Columns without any text are left out, except the first one.
    unbroken
        Columns whose texts do not wrap; those of the first column, such as names, wrap between words only.
    into
        Column -> column in which its text stands in parentheses where there is little room.
    head
        Columns that stand beside the first one where every row becomes several lines.
    """
    cells = [[_text(cell) for cell in row] for row in rows]
    names, cells = _filled(list(columns), cells)
    screen = console()
    room = screen.width
    widths = _widths(names, cells, unbroken, room)
    if widths is None and into:
        names, cells = _moved(names, cells, into)
        widths = _widths(names, cells, unbroken, room)
    if widths is None:
        show(screen, *_records(title, names, cells, set(head), room))
    else:
        show(screen, *_heading(title), _side_by_side(names, cells, widths))


def show(screen: Console, *parts: Any) -> None:
    """Print on a console, and an empty line; lines of what is no terminal do not end in blanks."""
    if screen.is_terminal:
        screen.print(*parts, "", sep="\n")
        return
    with screen.capture() as captured:
        screen.print(*parts, "", sep="\n")
    screen.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def fits(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bool:
    """Return whether a table can be shown side by side."""
    return _widths(columns, [[_text(cell) for cell in row] for row in rows], (), console().width) is not None


def _text(cell: Any) -> Text:
    return cell if isinstance(cell, Text) else Text(printable_lines(str(cell)))


def _filled(names: list[str], cells: Cells) -> tuple[list[str], Cells]:
    """Return the columns that hold any text, and the first one."""
    kept = [i for i in range(len(names)) if i == 0 or any(row[i].plain for row in cells)]
    return [names[i] for i in kept], [[row[i] for i in kept] for row in cells]


def _moved(names: Sequence[str], cells: Cells, into: Mapping[str, str]) -> tuple[list[str], Cells]:
    """Return the table with the texts of some columns in others."""
    moved = {names.index(name): names.index(to) for name, to in into.items() if name in names and to in names}
    kept = [i for i in range(len(names)) if i not in moved]
    new = []
    for row in cells:
        row = list(row)
        for i, to in moved.items():
            if row[i].plain:
                row[to] = Text.assemble(row[to], " " if row[to].plain else "", f"({row[i].plain})")
        new.append([row[i] for i in kept])
    return [names[i] for i in kept], new


def _lines(names: Sequence[str], cells: Cells, column: int) -> list[str]:
    return [line for text in (names[column], *(row[column].plain for row in cells)) for line in text.split("\n")]


def _widths(names: Sequence[str], cells: Cells, unbroken: Iterable[str], room: int) -> list[int] | None:
    """Return a width for each column, so that all fit into `room`; None if texts would become too narrow or long."""
    fixed = set(unbroken)
    natural, least = list[int](), list[int]()
    for i, name in enumerate(names):
        lines = _lines(names, cells, i)
        widest = max(map(cell_len, lines))
        word = max(map(cell_len, chain.from_iterable(map(str.split, lines))), default=0)
        longest = word if i == 0 else min(word, LONGEST_WORD)
        narrow = max(READABLE if widest > READABLE else SHORT, longest)
        natural.append(widest)
        least.append(widest if name in fixed else min(widest, narrow))
    widths, spare = least, room - sum(least) - 2 * len(names) + 1
    if spare < 0:
        return None
    for _ in range(spare):  # to the column whose texts take the most lines
        wraps = [i for i in range(len(names)) if widths[i] < natural[i]]
        if not wraps:
            break
        widths[max(wraps, key=lambda i: natural[i] / widths[i])] += 1
    return widths if max(map(floordiv, natural, widths)) < MOST_LINES else None


def _heading(title: str) -> list[Text]:
    return [Text(title, style="bold"), Text()] if title else []


def _side_by_side(names: Sequence[str], cells: Cells, widths: Sequence[int]) -> Table:
    shown = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    for name, width in zip(names, widths, strict=True):
        shown.add_column(name, overflow="fold", width=width)
    for row in cells:
        shown.add_row(*row)
    return shown


def _records(title: str, names: Sequence[str], cells: Cells, head: set[str], room: int) -> list[Text]:
    """Return every row as lines: the first text, and below it the others, each after the name of its column."""
    found = _heading(title)
    width = max(room, 2 * READABLE)
    for first, *others in cells:
        beside = [first, *(cell for name, cell in zip(names[1:], others, strict=True) if name in head and cell.plain)]
        found.append(Text("  ").join(beside))
        for name, cell in zip(names[1:], others, strict=True):
            if cell.plain and name not in head:
                found += map(Text, _wrapped(f"{name}: {cell.plain}" if name else cell.plain, width))
    return found


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, indented."""
    lines = text.split("\n")
    return [
        each
        for line in lines
        for each in textwrap.wrap(
            line, width, initial_indent=INDENT, subsequent_indent=2 * INDENT, break_on_hyphens=False
        )
    ]
