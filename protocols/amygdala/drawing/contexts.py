"""Figures of extinction in several contexts and of overlapping engrams, drawn from a run folder."""

from itertools import combinations
from typing import Any

from protocols.amygdala.drawing.fear import DELAY
from spiking_engrams.analysis.metrics import summary
from spiking_engrams.report.figures import new_figure, panel_letters
from spiking_engrams.report.plots import plot_cells, plot_curve, plot_groups
from spiking_engrams.runs.run_folder import RunFolder

BRANCHES = (("several", "B, C and D"), ("one", "B alone")), (("delayed", "after a night"), ("immediate", "at once"))


def extinction(folder: RunFolder) -> Any:
    """Draw fear over trials in all branches."""
    figure, axes = new_figure(1, 2, figsize=(10, 3.2), sharey=True)
    titles = ("extinction in similar contexts, then A", "extinction in A, a night, then A")
    for ax, branches, title in zip(axes, BRANCHES, titles, strict=True):
        for number, (name, label) in enumerate(branches):
            curve = folder.series("fear", design=name)
            plot_curve(curve.x, curve.y, ax, label=label, index=number)
        ax.set(xlabel="trial", title=title, ylim=(0, 1.02))
        ax.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    panel_letters(axes)
    axes[0].set_ylabel("fear (CeM)")
    return figure, (
        "Fear over the trials of acquisition in A, extinction and test in A: (a) extinction in three contexts that "
        "resemble A (B, C and D) or in one of them; (b) extinction in A, after a night or at once; lines: mean, bands: "
        f"SD over seeds. {DELAY}"
    )


def first_trials(folder: RunFolder) -> Any:
    """Draw fear at the end of extinction and in the first trial in A afterwards."""
    figure, axes = new_figure(1, 2, figsize=(9, 3), sharey=True)
    for ax, branches in zip(axes, BRANCHES, strict=True):
        values = {}
        for name, label in branches:
            values[f"{label},\nextinguished"] = folder.metric("fear", design=name, stage="extinction", trial="last")
            values[f"{label},\nA again"] = folder.metric("fear", design=name, stage="test", trial="first")
        plot_groups(values, ax)
        ax.set_ylim(0, 1.02)
    panel_letters(axes)
    axes[0].set_ylabel("fear (CeM)")
    return figure, (
        "Fear in the last trial of extinction and in the first trial in A afterwards: (a) extinction in three contexts "
        "that resemble A (B, C and D) or in one of them; (b) extinction in A, after a night or at once; bars: mean, "
        "dots: seeds."
    )


def cell_map(folder: RunFolder) -> Any:
    """Draw which BA_P cells belong to the engrams of the first seed, those of the first engram on the left."""
    figure, ax = new_figure(figsize=(9, 2.2))
    plot_cells(folder.seed(folder.complete_seeds[0]).engrams(), ax)
    ax.set_ylabel("context")
    return figure, (
        "BA_P cells that fire in each context after both days (dark), first seed; A, B and C were paired with shock on "
        "the first day, D on the second."
    )


def shared(folder: RunFolder, same_day: tuple[str, ...]) -> Any:
    """Draw the share of cells that pairs of engrams have in common."""
    figure, ax = new_figure(figsize=(7, 3))
    pairs = sorted(combinations("ABCD", 2), key=lambda pair: "".join(pair) not in same_day)
    when = {True: "same day", False: "next day"}
    labels = {f"{one}, {other}\n{when[one + other in same_day]}": (one, other) for one, other in pairs}
    values = {label: folder.metric("shared", context=one, other=other) for label, (one, other) in labels.items()}
    chance = {
        label: summary(folder.metric("chance", context=one, other=other)).mean for label, (one, other) in labels.items()
    }
    plot_groups(values, ax, references=chance)
    ax.set(ylabel="share of cells in common", ylim=(0, 1.05))
    return figure, (
        "Share of BA_P cells that two engrams have in common, relative to the smaller one; bars: mean, dots: seeds, "
        "dashed lines: chance."
    )
