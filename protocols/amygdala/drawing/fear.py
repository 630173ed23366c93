"""Figures of the amygdala protocols, drawn from a run folder without simulating or measuring."""

from typing import Any

import numpy as np

from protocols.amygdala.reference import werne2026
from spiking_engrams.report.figures import new_figure, panel_letters
from spiking_engrams.report.plots import plot_curve, plot_groups, plot_raster, plot_reference, plot_replay, shade
from spiking_engrams.runs.metrics import Metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.tables import Series

DELAY = (  # of extinction, in captions
    "With the default options extinction sets in only about 30 trials after the last shock, since it first has to "
    "recruit BA_I cells, which inhibit CeM; the rate model of Werne et al. (2026) shows the same delay."
)
MODULES = ("SC", "HIP", "CTX", "BA_N", "BA_P", "BA_I", "CeM")


def encoding(folder: RunFolder, modules: tuple[str, ...]) -> Any:
    """Draw encoding strength over steps in a new context, with the rate model (R1)."""
    figure, axes = new_figure(1, 3, figsize=(9, 3))
    reference = werne2026()["R1"]
    for number, (ax, module) in enumerate(zip(axes, modules, strict=True)):
        curve = folder.series("strength", population=module)
        plot_reference(np.asarray(reference["step"]), reference[module], ax)
        plot_curve(curve.x, curve.y, ax, label=module, index=number, marker=True)
        ax.axhline(folder.metric("chance", population=module).mean(), color="k", linewidth=0.6, linestyle=":")
        ax.axvline(20, color="k", linewidth=0.6)
        ax.set(title=module, xlabel="steps in the context", ylim=(0, None))
        ax.legend(loc="lower right")
    panel_letters(axes)
    axes[0].set_ylabel("encoding strength")
    return figure, (
        "Encoding strength of a new context: the share of a module's recurrent weight that lies inside the engram; "
        "lines: mean, bands: SD over seeds; grey, dashed: rate model; vertical line: shock onset; dotted line: chance."
    )


def night(folder: RunFolder, modules: tuple[str, ...], n_engrams: int, first_shocked: int) -> Any:
    """Draw the engram in which each module is over the night of the first seed (R2)."""
    figure, ax = new_figure(figsize=(9, 3.2))
    strips = {m: folder.series("night", population=m).y[0] for m in modules}
    plot_replay({m: s[np.isfinite(s)] for m, s in strips.items()}, 0.1, ax, n_engrams=n_engrams)
    ax.axhspan(first_shocked - 0.5, n_engrams - 0.5, color="#d55e00", alpha=0.08)
    ax.set_title(f"One night, seed {folder.complete_seeds[0]}; shaded engrams were paired with shock")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure, "The stored engram in which each module is at each step of sleep; no mark: none."


def replay_scores(folder: RunFolder) -> Any:
    """Draw replay scores of all seeds with the means of the rate model (R2)."""
    figure, axes = new_figure(1, 2, figsize=(8.5, 3), width_ratios=(1, 4))
    reference = werne2026()["R2"]
    first = "contexts\nvisited"
    plot_groups({first: folder.metric("visited")}, axes[0], references={first: reference["visited"]["mean"]})
    inside, follows = "time in an\nengram", "CTX follows\nHIP"
    values = {
        inside: folder.metric("coverage", population="HIP"),
        "same, HIP\nshuffled": folder.metric("coverage", population="HIP", group="shuffled"),
        follows: folder.metric("match", population="CTX"),
        "BA_N follows,\nshocked": folder.metric("match", population="BA_N", context="shocked"),
        "BA_N follows,\nneutral": folder.metric("match", population="BA_N", context="neutral"),
        "BA_N in another\nengram, neutral": folder.metric("other_engram", population="BA_N", context="neutral"),
    }
    references = {inside: reference["coverage"]["mean"], follows: reference["ctx_match"]["mean"]}
    plot_groups(values, axes[1], references=references)
    axes[0].set_ylabel("engrams")
    axes[1].set(ylim=(0, 1.05), ylabel="fraction of steps")
    panel_letters(axes)
    return figure, (
        "Replay in sleep: (a) number of the ten stored engrams that HIP visits; (b) share of the steps of sleep in "
        "which HIP is in an engram and, of these, in which other modules are in the same one (for BA_N: of contexts "
        "with and without shock) or in another one; bars: mean, dots: seeds; dashed lines: mean of the rate model."
    )


def fear_over_trials(curve: Series, reference: str | None, spans: list[tuple[float, float, str]]) -> Any:
    """Draw fear per trial, with the rate model if available, and shade the stages of the experiment."""
    figure, ax = new_figure(figsize=(8, 3.2))
    if reference:
        plot_reference(curve.x, werne2026()[reference], ax)
    plot_curve(curve.x, curve.y, ax, label="fear")
    shade(ax, spans)
    ax.set(xlabel="trial (0.1 s)", ylabel="fear (CeM)", ylim=(0, 1.02), xlim=(0, curve.x[-1] + 1))
    ax.legend()
    return figure, (
        "Fear read from CeM spikes before the teaching signal of each trial; lines: mean, bands: SD over seeds. "
        f"{DELAY}"
    )


def cells_over_trials(folder: RunFolder) -> Any:
    """Draw active BA_P and BA_I cells per trial, with the rate model (R4)."""
    figure, ax = new_figure(figsize=(8, 3))
    reference = werne2026()["R4"]
    for number, (key, label) in enumerate((("fear_cells", "BA_P"), ("safety_cells", "BA_I"))):
        curve = folder.series("active_cells", population=label)
        values = {name: 250 * np.asarray(array) for name, array in reference[key].items()}
        plot_reference(curve.x, values, ax, label=f"{label}, rate model")
        plot_curve(curve.x, curve.y, ax, label=label, index=number)
    ax.set(xlabel="trial (0.1 s)", ylabel="active cells", ylim=(0, None), xlim=(0, curve.x[-1] + 1))
    ax.legend()
    return figure, (
        "Active cells per trial: extinction recruits BA_I and leaves BA_P unchanged; lines: mean, bands: SD over "
        "seeds; grey: rate model."
    )


def renewal_raster(folder: RunFolder, parts: tuple[tuple[str, float, float], ...]) -> Any:
    """Draw spikes of all modules in windows ``(label, t_start, t_stop)`` of the first seed, side by side."""
    figure, axes = new_figure(1, len(parts), figsize=(2.6 * len(parts), 4.6), sharey=True, squeeze=False)
    for ax, (label, start, stop) in zip(axes[0], parts, strict=True):
        plot_raster(folder.recording(folder.complete_seeds[0], label), MODULES, ax, t_start=start, t_stop=stop)
        ax.set_title(label.replace("_", " "))
    panel_letters(axes[0])
    return figure, "Spikes of at most 120 cells per module in the first seed; one row per cell, one panel per phase."


def conditions(
    folder: RunFolder,
    names: dict[Metric, str],
    ylabel: str,
    caption: str,
    references: dict[Metric, float] | None = None,
) -> Any:
    """Draw one bar per condition (`names`: metric -> text under its bar); the caption says what they are."""
    figure, ax = new_figure(figsize=(1.2 * len(names) + 1.5, 3))
    values = {text: folder.measured[each] for each, text in names.items()}
    plot_groups(values, ax, references={names[k]: v for k, v in (references or {}).items() if k in names})
    ax.set(ylabel=ylabel, ylim=(0, 1.02))
    return figure, f"{caption} Bars: mean, dots: seeds" + (
        "; dashed lines: mean of the rate model." if references else "."
    )


def gradients(folder: RunFolder) -> Any:
    """Draw fear, BA_P and BA_I against similarity, after acquisition and after extinction (R5)."""
    figure, axes = new_figure(1, 3, figsize=(10, 3.2))
    reference = werne2026()["R5"]
    overlap = np.asarray(reference["overlap"])
    panels = (
        ("fear", "fear after acquisition", "acquired", ("fear",)),
        ("fear", "fear after extinction", "extinguished", ("fear",)),
        ("cells", "cells after extinction", "extinguished", ("fear_cells", "safety_cells")),
    )
    names = {"fear": "fear", "fear_cells": "BA_P", "safety_cells": "BA_I"}
    for ax, (ylabel, title, stage, keys) in zip(axes, panels, strict=True):
        for number, key in enumerate(keys):
            factor = 1 if key == "fear" else 250
            values = {name: factor * np.asarray(array) for name, array in reference[stage][key].items()}
            plot_reference(overlap, values, ax, label=f"{names[key]}, rate model")
            curve = folder.series(key, stage=stage)
            plot_curve(curve.x, curve.y, ax, label=names[key], index=number, marker=True)
        ax.set(title=title, xlabel="overlap with the trained context", ylabel=ylabel, ylim=(0, None))
        ax.legend(loc="upper left")
    panel_letters(axes)
    return figure, (
        "Fear and active cells in contexts at graded overlap with the trained one, probed without plasticity; lines: "
        "mean, bands: SD over seeds; grey: rate model."
    )
