"""Plots of results: each function takes arrays or a recording and `ax`, and returns `ax`; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spiking_engrams.analysis.engram import Engram
from spiking_engrams.report.figures import COLOURS, new_figure, panel_letters
from spiking_engrams.state.recording import Recording

GREY = "#8c8c8c"
MARKERS = ("o", "s", "^", "D", "v", "P")
STYLES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))


def plot_curve(
    x: np.ndarray, y: np.ndarray, ax: Any = None, *, label: str = "", index: int = 0, marker: bool = False
) -> Any:
    """Draw the mean over seeds, with a band of one standard deviation.

    Parameters
    ----------
    x
        Shape ``(n,)``.
    y
        Shape ``(n_seeds, n)``.
    index
        Index of the colour, line style and marker.

    Examples
    --------
    >>> ax = plot_curve(np.arange(3), np.array([[0.0, 0.5, 1.0], [0.0, 0.7, 0.8]]), label="fear")
    >>> ax.lines[0].get_label(), ax.lines[0].get_ydata().round(2).tolist()
    ('fear (spiking, 2 seeds)', [0.0, 0.6, 0.9])
    """
    ax = ax if ax is not None else new_figure()[1]
    colour = COLOURS[index % len(COLOURS)]
    mean = np.nanmean(y, axis=0)
    if len(y) > 1:
        spread = np.nanstd(y, axis=0, ddof=1)
        ax.fill_between(x, mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)
    text = f"{label} (spiking, {len(y)} seed{'s' if len(y) > 1 else ''})" if label else None
    symbol = {"marker": MARKERS[index % len(MARKERS)], "markersize": 4} if marker else {}
    ax.plot(x, mean, color=colour, linestyle=STYLES[index % len(STYLES)], label=text, **symbol)
    return ax


def plot_reference(x: np.ndarray, values: Mapping[str, Any], ax: Any, *, label: str = "rate model") -> Any:
    """Draw a published or reference curve behind the others: a dashed grey mean with a band of one standard deviation.

    Parameters
    ----------
    x
        Shape ``(n,)``.
    values
        ``"mean"`` and ``"sd"``, each ``(m,)``; only the first min(n, m) values are drawn.

    Examples
    --------
    >>> from spiking_engrams.report.figures import new_figure
    >>> figure, ax = new_figure()
    >>> ax = plot_reference(np.arange(3), {"mean": [0.0, 0.5, 1.0], "sd": [0.1, 0.1, 0.1]}, ax)
    >>> ax.lines[0].get_label()
    'rate model'
    """
    mean, spread = np.asarray(values["mean"]), np.asarray(values["sd"])
    n = min(len(x), len(mean))
    ax.fill_between(x[:n], (mean - spread)[:n], (mean + spread)[:n], color=GREY, alpha=0.15, linewidth=0, zorder=0)
    ax.plot(x[:n], mean[:n], color=GREY, linestyle="--", linewidth=1.2, label=label, zorder=1)
    return ax


def plot_raster(
    recording: Recording,
    populations: Sequence[str],
    ax: Any = None,
    *,
    t_start: float = 0.0,
    t_stop: float | None = None,
    max_cells: int = 120,
) -> Any:
    """Draw the spikes of populations, one above the other; large populations show evenly spaced cells only.

    Parameters
    ----------
    recording, populations
        The recording, and which of its populations to draw.
    t_start, t_stop
        Window in seconds.
    max_cells
        Largest number of cells shown of each population.

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> spikes, sizes = {"HIP": ([1, 3], [0, 1])}, {"HIP": 2}
    >>> recording = Recording(spikes, {}, trace_step=0, units={}, sizes=sizes, dt=0.001, duration=0.01)
    >>> ax = plot_raster(recording, ["HIP"], t_stop=0.005)
    >>> [round(float(bound), 3) for bound in ax.get_xlim()]
    [0.0, 0.005]
    """
    ax = ax if ax is not None else new_figure()[1]
    t_stop = recording.duration if t_stop is None else t_stop
    offset, ticks = 0, []
    for number, name in enumerate(populations):
        size = recording.sizes[name]
        chosen = np.unique(np.linspace(0, size - 1, min(size, max_cells)).astype(int))
        times, index = recording.times(name), recording.spikes[name][1]
        inside = (times >= t_start) & (times < t_stop) & np.isin(index, chosen)
        rows = offset + np.searchsorted(chosen, index[inside])
        ax.scatter(times[inside], rows, s=1.2, marker="|", linewidths=0.5, color=COLOURS[number % len(COLOURS)])
        ticks.append(offset + len(chosen) / 2)
        offset += len(chosen) + 6
    ax.set(xlim=(t_start, t_stop), ylim=(-4, offset), xlabel="time (s)")
    ax.set_yticks(ticks, populations)
    ax.tick_params(axis="y", length=0)
    return ax


def shade(ax: Any, spans: Sequence[tuple[float, float, str]]) -> Any:
    """Shade spans of time ``(t_start, t_stop, text)``, in seconds, alternately and label them on top.

    Examples
    --------
    >>> from spiking_engrams.report.figures import new_figure
    >>> figure, ax = new_figure()
    >>> [text.get_text() for text in shade(ax, [(0.0, 1.0, "cue"), (1.0, 3.0, "free recall")]).texts]
    ['cue', 'free recall']
    """
    for number, (start, stop, text) in enumerate(spans):
        ax.axvspan(start, stop, color="#000000", alpha=0.06 if number % 2 else 0.0, linewidth=0)
        ax.text((start + stop) / 2, 1.01, text, transform=ax.get_xaxis_transform(), ha="center", fontsize=7.5)
    return ax


def plot_replay(strips: Mapping[str, np.ndarray], step: float, ax: Any = None, *, n_engrams: int = 10) -> Any:
    """Draw which engram each module is in over a night; -1 (none) stays empty.

    Parameters
    ----------
    strips
        Module -> index of the engram in each step, shape ``(n_steps,)``.
    step
        Length of a step in seconds.
    n_engrams
        Number of engrams, one row each.

    Examples
    --------
    >>> ax = plot_replay({"HIP": np.array([0, 0, -1, 1]), "CTX": np.array([0, -1, -1, 1])}, step=0.1, n_engrams=2)
    >>> [each.get_label() for each in ax.collections]
    ['HIP', 'CTX']
    """
    ax = ax if ax is not None else new_figure()[1]
    names = list(strips)
    for row, name in enumerate(names):
        labels = np.asarray(strips[name])
        times = (np.arange(len(labels)) + 0.5) * step
        shown = labels >= 0
        ax.scatter(times[shown], labels[shown] + 0.22 * (row - 1), s=14, marker="|", color=COLOURS[row], label=name)
    ax.set(xlabel="time asleep (s)", ylabel="engram", ylim=(-0.7, n_engrams - 0.3), xlim=(0, len(labels) * step))
    ax.set_yticks(range(n_engrams))
    ax.grid(axis="y", alpha=0.2)
    return ax


def plot_cells(engrams: Mapping[str, Engram], ax: Any = None) -> Any:
    """Draw which cells belong to which engrams of a population: a row for each engram, cells of the first on the left.

    Cells that belong to none are left out.

    Examples
    --------
    >>> from spiking_engrams.analysis.engram import Engram
    >>> engrams = {name: Engram(name, "HIP", cells, n=10) for name, cells in (("A", (1, 2)), ("B", (2, 3)))}
    >>> plot_cells(engrams).get_xlabel()
    'HIP cells in any engram, 3 of 10'
    """
    ax = ax if ax is not None else new_figure()[1]
    masks = np.array([engram.mask for engram in engrams.values()])
    order = np.lexsort(~masks[::-1])[: max(int(masks.any(axis=0).sum()), 1)]
    ax.imshow(masks[:, order], aspect="auto", cmap="Greys", vmin=0, vmax=1.3, interpolation="nearest")
    ax.set_yticks(range(len(engrams)), list(engrams))
    ax.set_xticks(np.arange(len(order) + 1) - 0.5, minor=True)
    ax.grid(which="minor", axis="x", color="w", lw=0.8 if len(order) < 100 else 0.3)
    population = next(iter(engrams.values())).population
    ax.set_xlabel(f"{population} cells in any engram, {len(order)} of {masks.shape[1]}")
    return ax


def plot_groups(
    values: Mapping[str, np.ndarray], ax: Any = None, *, references: Mapping[str, float] | None = None
) -> Any:
    """Draw one value per seed for several conditions, their means as bars, and reference means as dashed lines.

    Parameters
    ----------
    values
        Condition -> value of each seed, ``(n_seeds,)``.
    references
        Condition -> published or reference mean.

    Examples
    --------
    >>> ax = plot_groups({"A": np.array([0.8, 0.9]), "B": np.array([0.1, 0.2])}, references={"A": 0.9})
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['A', 'B']
    """
    ax = ax if ax is not None else new_figure()[1]
    for position, (name, array) in enumerate(values.items()):
        colour = COLOURS[position % len(COLOURS)]
        ax.bar(position, np.nanmean(array), width=0.6, color=colour, alpha=0.35)
        jitter = np.linspace(-0.15, 0.15, len(array)) if len(array) > 1 else np.zeros(1)
        ax.scatter(position + jitter, array, s=12, color=colour)
        if references and name in references:
            ax.hlines(references[name], position - 0.35, position + 0.35, colors=GREY, linestyles="--")
    ax.set_xticks(range(len(values)), list(values))
    return ax


def plot_fi_curves(curves: Mapping[str, Mapping[str, Any]]) -> Any:
    """Draw f-I curves and PSPs of neuron models (`calibration.curves`) side by side; return the figure.

    Examples
    --------
    >>> curve = {"drive": [0, 1], "rate": [0, 50], "psp_time": [0.0, 0.01], "psp": [0.0, 1e-4]}
    >>> [ax.get_title() for ax in plot_fi_curves({"LIF": curve}).axes]
    ['f-I curve, calibrated', 'response to 1 ms of unit drive']
    """
    figure, axes = new_figure(1, 2, figsize=(8, 3.2))
    for name, curve in curves.items():
        axes[0].plot(curve["drive"], curve["rate"], label=name)
        psp = np.asarray(curve["psp"])
        axes[1].plot(np.asarray(curve["psp_time"]) * 1e3, (psp - psp[0]) * 1e3, label=name)
    axes[0].set(xlabel="drive", ylabel="steady rate (Hz)", title="f-I curve, calibrated")
    axes[1].set(xlabel="time (ms)", ylabel="change in v (mV)", title="response to 1 ms of unit drive")
    panel_letters(axes)
    axes[0].legend()
    return figure
