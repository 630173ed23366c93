"""Figures that any run can have: style, saving, the timeline of a schedule, f-I curves. No simulator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import EngramError
from spiking_engrams.files.storage import atomic_path, cannot_write, write_json_atomic
from spiking_engrams.runs.formats import FIGURE, FORMAT_VERSION

if TYPE_CHECKING:
    from spiking_engrams.schedule.schedule import Phase, Schedule

FRAMES_PER_S = 8  # of films
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")  # Okabe & Ito 2008
STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "figure.constrained_layout.use": True,
    "figure.figsize": (7.0, 3.5),
    "font.size": 9,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "savefig.facecolor": "white",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
MAX_SIGNALS = 12


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the project; figures need no display."""
    import matplotlib
    from cycler import cycler

    with matplotlib.rc_context(STYLE | {"axes.prop_cycle": cycler(color=COLOURS)}):
        yield


def new_figure(n_rows: int = 1, n_columns: int = 1, **kwargs: Any) -> tuple[Any, Any]:
    """Return a figure that no window manages, and its axes as `Figure.subplots` gives them."""
    from matplotlib.figure import Figure

    size = kwargs.pop("figsize", None)
    figure = Figure(figsize=size)
    return figure, figure.subplots(n_rows, n_columns, **kwargs)


def save_figure(figure: Any, folder: str | Path, name: str) -> list[Path]:
    """Write a figure as PNG and SVG, each whole or not at all; return the paths."""
    paths = [Path(folder) / f"{name}{suffix}" for suffix in (".png", ".svg")]
    for path in paths:
        save_figure_as(figure, path)
    return paths


def save_figure_as(figure: Any, path: str | Path) -> None:
    """Write a figure in the format of the path's suffix, whole or not at all.

    Raises
    ------
    EngramError
        When the suffix names no format, or the file cannot be written.
    """
    import matplotlib

    formats = figure.canvas.get_supported_filetypes()
    if Path(path).suffix[1:].lower() not in formats:
        raise EngramError(f"'{path}' names no format of a figure; end it in .png, .svg or .pdf.")

    # fixed ids and no date: the same figure gives the same file
    metadata = {"Date": None} if str(path).endswith(".svg") else {}
    try:
        with matplotlib.rc_context({"svg.hashsalt": "spiking_engrams"}), atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150, metadata=metadata)
    except OSError as error:
        raise cannot_write(f"Figure '{path}'", error, EngramError) from error


def save_film(film: Any, path: str | Path) -> None:
    """Write an animation of matplotlib as a GIF, whole or not at all.

    Raises
    ------
    EngramError
        When the file cannot be written.
    """
    from matplotlib.animation import PillowWriter

    try:
        with atomic_path(path) as temporary:
            film.save(temporary, writer=PillowWriter(fps=FRAMES_PER_S), dpi=100)
    except OSError as error:
        raise cannot_write(f"Film '{path}'", error, EngramError) from error


def save_all(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write figures and their captions (``captions.json``); a value is a figure or film, or (figure, caption)."""
    from matplotlib.animation import Animation

    captions = {}
    for name in figures:
        if not FIGURE.fits(name):
            raise EngramError(f"A figure is called {name!r}, which names no file; allowed are {FIGURE.allowed}.")
    with style():
        for name, value in figures.items():
            figure, caption = value if isinstance(value, tuple) else (value, "")
            captions[name] = caption
            if isinstance(figure, Animation):
                save_film(figure, folder / f"{name}.gif")
            else:
                save_figure(figure, folder, name)
    data = {"format_version": FORMAT_VERSION, "captions": captions}
    write_json_atomic(folder / "captions.json", data, seal=True)


def timeline_rows(entries: list[tuple[str, Phase | Schedule]], step: float) -> list[tuple[float, float, str, int, str]]:
    """Return ``(t_start, t_stop, label, n_repeats, detail)`` in seconds.

    Neighbours whose labels differ only in their number become one row, without it.
    """
    rows: list[tuple[float, float, str, int, str]] = []
    origin = 0.0
    for label, entry in entries:
        stop = origin + entry.n_steps * step
        name = _stem(label)
        detail = _detail(entry)
        if rows and _stem(rows[-1][2]) == name and rows[-1][4] == detail and name != label:
            first, _, _, count, _ = rows[-1]
            rows[-1] = (first, stop, name, count + 1, detail)
        else:
            rows.append((origin, stop, label, 1, detail))
        origin = stop
    return rows


def plot_timeline(entries: list[tuple[str, Phase | Schedule]], step: float) -> Any:
    """Draw a schedule: its phases as bars, and every signal that varies below; return the figure.

    Parameters
    ----------
    entries
        Labelled phases or schedules in the order in which they are run.
    step
        Length of a step in seconds.
    """
    rows = timeline_rows(entries, step)
    phases = [phase for _, entry in entries for phase in _phases(entry)]
    names = _varying(phases)[:MAX_SIGNALS]
    heights = [max(1.0, 0.35 * len({_stem(row[2]) for row in rows})), *[0.55] * len(names)]
    figure, axes = new_figure(
        len(heights),
        1,
        sharex=True,
        squeeze=False,
        height_ratios=heights,
        figsize=(8, 0.8 + 0.75 * sum(heights)),
    )
    _draw_phases(axes[0, 0], rows)
    edges = np.concatenate([[0], np.cumsum([phase.n_steps for phase in phases])]) * step
    for row, name in enumerate(names, 1):
        _draw_signal(axes[row, 0], name, phases, edges, step, COLOURS[row % len(COLOURS)])
    axes[-1, 0].set_xlabel("biological time (s)")
    axes[-1, 0].set_xlim(0, edges[-1])
    return figure


def plot_fi_curves(curves: Mapping[str, Mapping[str, Any]]) -> Any:
    """Draw f-I curves and PSPs of neuron models (`calibration.curves`) side by side; return the figure."""
    figure, axes = new_figure(1, 2, figsize=(8, 3.2))
    for name, curve in curves.items():
        axes[0].plot(curve["drive"], curve["rate"], label=name)
        psp = np.asarray(curve["psp"])
        axes[1].plot(np.asarray(curve["psp_time"]) * 1e3, (psp - psp[0]) * 1e3, label=name)
    axes[0].set(xlabel="drive", ylabel="steady rate (Hz)", title="f-I curve, calibrated")
    axes[1].set(xlabel="time (ms)", ylabel="change of v (mV)", title="response to 1 ms of unit drive")
    axes[0].legend()
    return figure


def _draw_phases(ax: Any, rows: list[tuple[float, float, str, int, str]]) -> None:
    names = list(dict.fromkeys(_stem(row[2]) for row in rows))
    for start, stop, label, count, _ in rows:
        y = names.index(_stem(label))
        ax.barh(y, stop - start, left=start, height=0.7, color=COLOURS[y % len(COLOURS)], linewidth=0)
        if count > 1:
            ax.annotate(f" × {count}", (stop, y), va="center", fontsize=8)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()


def _draw_signal(ax: Any, name: str, phases: list[Phase], edges: np.ndarray, step: float, colour: str) -> None:
    for phase, start in zip(phases, edges, strict=False):
        if name in phase.signals:
            values = phase.signal(name)
            times = start + np.arange(len(values) + 1) * step
            ax.stairs(values, times, color=colour, baseline=None)
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
    ax.margins(y=0.2)


def _phases(entry: Phase | Schedule) -> list[Phase]:
    return list(getattr(entry, "phases", None) or [entry])


def _varying(phases: list[Phase]) -> list[str]:
    """Return names of signals that take more than one value over the phases."""
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
