"""Figures of homeostasis during sleep, drawn from a run folder without simulating or measuring."""

from typing import Any

import numpy as np

from spiking_engrams.report.figures import COLOURS, new_figure, panel_letters
from spiking_engrams.report.plots import plot_curve, plot_groups
from spiking_engrams.runs.run_folder import RunFolder


def summed_weights(folder: RunFolder) -> Any:
    """Draw the distribution of summed weights of BA_P cells in A and in B, before and after the night (R8)."""
    figure, axes = new_figure(1, 2, figsize=(9, 3.3), sharex=True, sharey=True)
    threshold = folder.metric("threshold")[0]
    cases = [(context, when) for context in "AB" for when in ("before", "after")]
    summed = {(c, when): folder.series("summed_weight", context=c, when=when).y.ravel() for c, when in cases}
    edges = np.linspace(0, max(values.max() for values in summed.values()) * 1.02, 45)
    n_seeds = len(folder.complete_seeds)
    for ax, (context, title) in zip(axes, (("A", "A, with shock"), ("B", "B, shares half with A")), strict=True):
        for number, (when, style) in enumerate((("before", "-"), ("after", "--"))):
            counts, _ = np.histogram(summed[context, when], edges)
            ax.stairs(counts / n_seeds, edges, color=COLOURS[number], linestyle=style, lw=1.5, label=f"{when} sleep")
        ax.axvline(threshold, color="k", lw=0.8, ls=":")
        ax.text(threshold, 0.97, " fires", transform=ax.get_xaxis_transform(), fontsize=8, va="top")
        ax.set(title=title, xlabel="weight summed over active BA_N cells", yscale="symlog")
    panel_letters(axes)
    axes[0].set_ylabel("BA_P cells per seed")
    axes[1].legend(loc="upper right")
    return figure, (
        "Number of BA_P cells (mean over seeds) by the weight that each receives from the BA_N cells active in the "
        "context, before and after the night; dotted line: firing threshold."
    )


def before_and_after(folder: RunFolder) -> Any:
    """Draw total weight, recruited cells and fear before and after the night."""
    figure, axes = new_figure(1, 3, figsize=(9.5, 3))
    times = ("before", "after")
    total = {when: folder.metric("total_weight", when=when) for when in times}
    total["after,\nplasticity\nblocked"] = folder.metric("total_weight", when="after", group="blocked")
    plot_groups(total, axes[0])
    cells = {
        f"{c}\n{w}": folder.metric("active_cells", context=c, population="BA_P", when=w) for c in "AB" for w in times
    }
    plot_groups(cells, axes[1])
    plot_groups({f"{c}\n{w}": folder.metric("fear", context=c, when=w) for c in "AB" for w in times}, axes[2])
    panel_letters(axes)
    axes[0].set_ylabel("total weight BA_N to BA_P")
    axes[1].set_ylabel("BA_P cells that fire")
    axes[2].set(ylabel="fear (CeM)", ylim=(0, 1.02))
    return figure, (
        "Total weight of the fear synapses, BA_P cells that fire, and fear in A (shock) and B (no shock), before and "
        "after the night; bars: mean, dots: seeds."
    )


def dose_response(folder: RunFolder) -> Any:
    """Draw total weight over the week and, against lost sleep, total weight and fear of a new context after it (R9)."""
    from protocols.amygdala.claims.sleep_loss import LOST

    figure, axes = new_figure(1, 3, figsize=(10.5, 3.2))
    for number, lost in enumerate(LOST):
        curve = folder.series("total_weight", lost=lost)
        plot_curve(curve.x, curve.y, axes[0], index=number, marker=True)
        axes[0].lines[-1].set_label(f"{lost:.0%} lost")
    percent = 100 * np.array(LOST)
    for ax, name in zip(axes[1:], ("total_weight", "fear"), strict=True):
        plot_curve(percent, np.array([folder.metric(name, lost=lost) for lost in LOST]).T, ax, marker=True)
        ax.set(xlabel="sleep lost in every night (%)", xticks=percent)
    axes[0].set(xlabel="day", ylabel="total weight BA_N to BA_P")
    panel_letters(axes)
    axes[0].legend(fontsize=7.5)
    axes[1].set_ylabel("total weight after the week")
    axes[2].set(ylabel="fear of a new context (CeM)", ylim=(0, 1.02))
    return figure, (
        "A week of shocks with shortened nights and the same days in all conditions: (a) total weight of the fear "
        "synapses by day, (b) the same after the week, (c) fear of a new context; lines: mean, bands: SD over seeds."
    )


def after_trauma(folder: RunFolder) -> Any:
    """Draw the total weight with and without trauma, from its day on, and their ratio (R10)."""
    figure, axes = new_figure(1, 2, figsize=(9.5, 3.2))
    for number, (name, label) in enumerate((("trauma", "trauma"), ("control", "no shock in A"))):
        curve = folder.series("total_weight", order="forward", group=name)
        plot_curve(curve.x, curve.y, axes[0], label=label, index=number)
    ratio = folder.series("weight_ratio")
    plot_curve(ratio.x, ratio.y, axes[1], index=2)
    axes[1].axhline(1, color="k", lw=0.8)
    axes[1].axhline(1.05, color="k", lw=0.8, ls=":")
    axes[0].set(xlabel="days from the morning of the trauma", ylabel="total weight BA_N to BA_P")
    axes[1].set(xlabel="days from the morning of the trauma", ylabel="trauma / control")
    axes[0].legend(fontsize=8)
    panel_letters(axes)
    return figure, (
        "Total weight of the fear synapses every evening and morning; curves: mean, bands: SD over seeds; horizontal "
        "lines: 1 (solid) and 1.05 (dotted), the ratio required through the last day."
    )


def moderate_fear(folder: RunFolder) -> Any:
    """Draw fear of B in both orders, with and without trauma (R10, R11)."""
    figure, ax = new_figure(figsize=(6, 3.2))
    titles = {"forward": "B after", "reverse": "B before"}
    values = {
        f"{title}\n{text}": folder.metric("fear", context="B", order=order, group=group)
        for order, title in titles.items()
        for group, text in (("trauma", "trauma"), ("control", "no trauma"))
    }
    plot_groups(values, ax)
    ax.set(ylabel="fear of B (CeM)", ylim=(0, 1.02))
    return (
        figure,
        "Fear of B after moderate shocks there, two weeks after a trauma in another context or one day before it; "
        "bars: mean, dots: seeds.",
    )
