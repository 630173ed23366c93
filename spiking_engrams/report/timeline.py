"""The timeline of a schedule, as rows of text and as a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from spiking_engrams.report.figures import COLOURS, new_figure

if TYPE_CHECKING:
    from spiking_engrams.schedule.life import Entry
    from spiking_engrams.schedule.schedule import Phase, Schedule

MAX_SIGNALS = 12
MOST_CHANGES = 100  # of a signal in a phase that is drawn step by step
MOST, ROOM = 0.6, 0.25  # a pre-training longer than this share of the time is drawn in this share of the width


def timeline_rows(entries: Sequence[Entry], step: float) -> list[tuple[float, float, str, int, str]]:
    """Return rows ``(t_start, t_stop, label, n_repeats, detail)``, with times in seconds.

    Neighbours whose labels differ only in their number are merged into one row, without the number.

    Examples
    --------
    >>> from spiking_engrams import Life, Phase
    >>> moment = Life().born()
    >>> for number in range(3):
    ...     moment = moment.then(f"trial_{number}", Phase("trial", 20))
    >>> timeline_rows(moment.then("night", Phase("sleep", 100)).life.entries(), step=0.1)
    [(0.0, 6.0, 'trial', 3, ''), (6.0, 16.0, 'night', 1, '')]
    """
    rows: list[tuple[float, float, str, int, str]] = []
    for entry in entries:
        start, stop = entry.start * step, (entry.start + entry.phase.n_steps) * step
        name, detail = _stem(entry.label), ("pre-training: " if entry.before else "") + _detail(entry.phase)
        follows = bool(rows) and start in rows[-1][:2]
        if follows and _stem(rows[-1][2]) == name and rows[-1][4] == detail and name != entry.label:
            first, last, _, count, _ = rows[-1]
            rows[-1] = (min(first, start), max(last, stop), name, count + 1, detail)
        else:
            rows.append((start, stop, entry.label, 1, detail))
    return rows


def plot_timeline(entries: Sequence[Entry], step: float) -> Any:
    """Draw a life: its phases as bars and, below them, every signal that varies; return the figure.

    Parameters
    ----------
    entries
        Entries of a `Life`; branches begin where they branch off and lie side by side.
    step
        Length of a step in seconds.

    Examples
    --------
    >>> from spiking_engrams import Life, Phase
    >>> life = Life().born().then("trial", Phase("trial", 20)).then("night", Phase("sleep", 100, {"sleep": 1.0})).life
    >>> figure = plot_timeline(life.entries(), step=0.1)
    >>> [ax.get_ylabel() for ax in figure.axes]  # phases, then signals
    ['', 'sleep']
    """
    rows = timeline_rows(entries, step)
    placed = [each for entry in entries for each in _placed(entry)]
    names = _varying([phase for _, phase in placed])[:MAX_SIGNALS]
    heights = [max(1.0, 0.35 * len({_stem(row[2]) for row in rows})), *[0.55] * len(names)]
    figure, axes = new_figure(
        len(heights),
        1,
        sharex=True,
        squeeze=False,
        height_ratios=heights,
        figsize=(8, 0.8 + 0.75 * sum(heights)),
    )
    stop = max(start + phase.n_steps for start, phase in placed) * step
    begin = min((entry.start for entry in entries if not entry.before), default=0) * step
    if begin > MOST * stop:
        _shorten(axes[:, 0], begin, stop)
    _draw_phases(axes[0, 0], rows)
    for row, name in enumerate(names, 1):
        _draw_signal(axes[row, 0], name, placed, step, COLOURS[row % len(COLOURS)])
    axes[-1, 0].set_xlabel("biological time (s)")
    axes[-1, 0].set_xlim(0, stop)
    return figure


def _shorten(axes: np.ndarray, begin: float, stop: float) -> None:
    """Draw the time before `begin` in a smaller share of the width than its share of the time."""
    slope = (stop - begin) * ROOM / (1 - ROOM) / begin  # width per second before `begin`, relative to that after it

    def forward(times: Any) -> np.ndarray:
        times = np.asarray(times, float)
        return np.where(times < begin, slope * times, slope * begin + times - begin)

    def inverse(widths: Any) -> np.ndarray:
        widths = np.asarray(widths, float)
        return np.where(widths < slope * begin, widths / slope, widths - slope * begin + begin)

    for ax in axes:
        ax.set_xscale("function", functions=(forward, inverse))
        ax.axvspan(0, begin, color="0.93", linewidth=0, zorder=0)
    later = [tick for tick in MaxNLocator(5).tick_values(begin, stop) if begin < tick <= stop]
    axes[-1].set_xticks([0, begin, *later], ["0", f"{begin:.4g}", *(f"{tick:.6g}" for tick in later)])
    axes[0].set_title("grey: pre-training, on its own scale", fontsize=9, loc="left")


def _draw_phases(ax: Any, rows: list[tuple[float, float, str, int, str]]) -> None:
    names = list(dict.fromkeys(_stem(row[2]) for row in rows))
    for start, stop, label, count, _ in rows:
        y = names.index(_stem(label))
        ax.barh(y, stop - start, left=start, height=0.7, color=COLOURS[y % len(COLOURS)], linewidth=0)
        if count > 1:
            ax.annotate(f" × {count}", (stop, y), va="center", fontsize=8)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()


def _draw_signal(ax: Any, name: str, placed: list[tuple[int, Phase]], step: float, colour: str) -> None:
    """Draw a signal as steps, or as a band where it changes too often to be followed."""
    levels = set[float]()
    for start, phase in placed:
        if name in phase.signals:
            values = phase.signal(name)
            levels |= {float(values.min()), float(values.max())}
            times = (start + np.arange(len(values) + 1)) * step
            if np.count_nonzero(np.diff(values)) > MOST_CHANGES:
                ax.fill_between(times[[0, -1]], values.min(), values.max(), color=colour, alpha=0.3, linewidth=0)
            else:
                ax.stairs(values, times, color=colour, baseline=None)
    if len(levels) == 1 and (level := levels.pop()):
        ax.set_yticks([0, level])  # on or absent
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
    ax.margins(y=0.2)


def _phases(entry: Phase | Schedule) -> list[Phase]:
    return list(getattr(entry, "phases", None) or [entry])


def _placed(entry: Entry) -> list[tuple[int, Phase]]:
    """Return the phases of an entry with the steps at which they begin."""
    phases = _phases(entry.phase)
    starts = np.cumsum([entry.start, *(phase.n_steps for phase in phases[:-1])])
    return list(zip(starts.tolist(), phases, strict=True))


def _varying(phases: list[Phase]) -> list[str]:
    """Return the names of signals that vary over the phases or are absent from some of them."""
    names = dict.fromkeys(name for phase in phases for name in phase.signals)
    values = {
        name: np.unique(np.concatenate([phase.signal(name) for phase in phases if name in phase.signals]))
        for name in names
    }
    absent = {name: any(name not in phase.signals for phase in phases) for name in names}
    return [name for name in names if len(values[name]) > 1 or absent[name]]


def _detail(entry: Phase | Schedule) -> str:
    texts = [text for phase in _phases(entry) for _, _, text in phase.labels if text]
    parts = [f"{text} × {texts.count(text)}" if texts.count(text) > 1 else text for text in dict.fromkeys(texts)]
    return ", ".join(parts[:8]) + (" ..." if len(parts) > 8 else "")


def _stem(label: str) -> str:
    return re.sub(r"[\s_.-]*\d+$", "", label) or label
