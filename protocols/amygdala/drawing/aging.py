"""Figures of aging memories, drawn from a run folder without simulating or measuring."""

from typing import Any

import numpy as np

from spiking_engrams.report.figures import COLOURS, new_figure, panel_letters
from spiking_engrams.report.plots import plot_cells, plot_curve, plot_groups
from spiking_engrams.runs.run_folder import RunFolder

REFERENCE_RECALL = {  # rate model, US 0.5, fraction recalled at an age in days (own runs of the published code, n = 4)
    "HIP": ((1, 2, 3, 4, 5, 6, 10, 15, 21), (1, 0.75, 0.62, 0.38, 0.19, 0, 0, 0, 0)),
    "CTX": ((1, 2, 3, 4, 5, 6, 10, 15, 21), (0.31, 0.62, 0.81, 0.69, 0.81, 0.81, 0.62, 0.75, 0.5)),
    "BA_N": ((1, 2, 3, 4, 5, 6, 10, 15, 21), (0.75, 0.69, 0.69, 0.62, 0.62, 0.62, 0.56, 0.75, 0.5)),
}


def recall_by_age(folder: RunFolder, modules: tuple[str, ...]) -> Any:
    """Draw the share of contexts that each module recalls, against their age (R3)."""
    figure, ax = new_figure(figsize=(7, 3.4))
    for number, module in enumerate(modules):
        curve = folder.series("recalled", population=module)
        if module in REFERENCE_RECALL:
            ax.plot(*REFERENCE_RECALL[module], "x-", color=COLOURS[number], lw=0.5, ms=6, label=f"{module}, rate model")
        plot_curve(curve.x, curve.y, ax, label=module, index=number, marker=True)
    ax.set(
        xlabel="age of the memory (days)", ylabel="share of contexts recalled", ylim=(0, 1.02), xticks=range(1, 22, 4)
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure, (
        "Share of contexts freely recalled after three weeks from a cue with a tenth of its features flipped; lines: "
        "mean, bands: SD over seeds; thin lines with crosses: rate model."
    )


def fear_by_age(folder: RunFolder) -> Any:
    """Draw fear and validity of three contexts over days (R7)."""
    figure, axes = new_figure(1, 2, figsize=(9, 3.3), sharex=True)
    names = {"A": "A, with shock", "B": "B, similar to A", "C": "C, unrelated"}
    for ax, what, ylabel in zip(axes, ("fear", "validity"), ("fear (CeM)", "validity of recall by HIP"), strict=True):
        for number, (letter, label) in enumerate(names.items()):
            curve = folder.series(what, context=letter)
            plot_curve(curve.x, curve.y, ax, label=label, index=number, marker=True)
        ax.set(xlabel="nights since the shock", ylabel=ylabel, ylim=(0, 1.02))
    panel_letters(axes)
    axes[0].legend(loc="center right")
    return figure, (
        "Fear and validity in free recall from a cue, day by day; validity is the agreement of EC_out with EC_in; "
        "lines: mean, bands: SD over seeds."
    )


def cells_by_day(folder: RunFolder, populations: tuple[str, ...]) -> Any:
    """Draw the engram of A day by day in the first seed, and the share of it that stays in all seeds (R7)."""
    figure, axes = new_figure(2, len(populations), figsize=(10, 5.4), height_ratios=(1.5, 1))
    engrams = folder.seed(folder.complete_seeds[0]).engrams()
    names = {"kept": "day-0 cells still active", "dropped_in": "dropped in", "dropped_out": "dropped out"}
    for column, population in enumerate(populations):
        own = {name[-2:]: each for name, each in engrams.items() if name.startswith(f"{population}_A_")}
        plot_cells(own, axes[0, column])
        for number, (name, label) in enumerate(names.items()):
            curve = folder.series(name, population=population)
            plot_curve(curve.x, curve.y, axes[1, column], label=label, index=number, marker=True)
        chance = folder.series("chance", population=population)
        axes[1, column].plot(chance.x, np.nanmean(chance.y, axis=0), "k:", lw=1, label="day-0 cells, by chance")
        axes[1, column].set(xlabel="nights since the shock", ylim=(-0.03, 1.03))
    panel_letters(axes.ravel())
    axes[0, 0].set_ylabel("nights since the shock")
    axes[1, 0].set_ylabel("share of cells")
    axes[1, -1].legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(1, 1))
    return (
        figure,
        "Engram of A over days. Above: cells active at the end of free recall of A (dark), a row per day, first seed. "
        "Below: share of the day-0 cells that are active, and of cells that dropped in or out since the day before; "
        "lines: mean, bands: SD over seeds; black dotted line: chance.",
    )


def lesion(folder: RunFolder) -> Any:
    """Draw fear with and without HIP before sleep, after one night and at the end."""
    figure, axes = new_figure(1, 3, figsize=(9.5, 3), sharey=True)
    last = folder.options["n_days"]
    titles: dict[int | str, str] = {0: "before any sleep", 1: "after one night", "last": f"after {last} nights"}
    for ax, (age, title) in zip(np.ravel(axes), titles.items(), strict=True):
        values = {
            f"{letter}{text}": folder.metric("fear", context=letter, age=age, silenced=silenced)
            for letter in "ABC"
            for silenced, text in (("none", " "), ("HIP", ",\nno HIP"))
        }
        plot_groups(values, ax)
        ax.set(title=title, ylim=(0, 1.02))
    panel_letters(axes)
    axes[0].set_ylabel("fear (CeM)")
    return figure, (
        "Fear of A (shock), B (similar to A) and C (unrelated), with HIP intact and with HIP silenced during the test; "
        "bars: mean, dots: seeds."
    )


def replay_events(folder: RunFolder, n_engrams: int) -> Any:
    """Draw the replay events of the first seed's night, and the transitions between engrams in all nights (R2)."""
    figure, (ax, square) = new_figure(1, 2, figsize=(9.5, 3.2), width_ratios=(2, 1))
    fields = {name: folder.series("event", of=name).y for name in ("engram", "t_start", "duration", "strength")}
    engram, start, duration, strength = (values[0][np.isfinite(values[0])] for values in fields.values())
    depth = (strength / np.maximum(duration, 1e-9) - 0.7) / 0.3  # mean cosine, from 0.7, which an event needs, to 1
    bars = ax.barh(engram, duration, 0.7, start, color=[str(0.9 - 0.9 * d) for d in np.clip(depth, 0, 1)])
    ax.bar_label(bars, [str(k + 1) for k in range(len(engram))], label_type="edge", fontsize=7, padding=1)
    ax.set(xlabel="time asleep (s)", ylabel="engram", ylim=(-0.7, n_engrams - 0.3), xlim=(0, None))
    ax.set_yticks(range(n_engrams))
    ax.set_title(f"replay events of HIP, seed {folder.complete_seeds[0]}")
    panel_letters((ax, square))
    image = square.imshow(folder.array("event_transitions").sum("seed"), cmap="Greys", vmin=0)
    square.set(xlabel="to engram", ylabel="from engram", title="transitions, all nights")
    figure.colorbar(image, ax=square, label="number of transitions")
    return figure, (
        "Replay in sleep: (a) replay events (p < 0.05), numbered in order; bars span their duration, and darker bars "
        "resemble the engram more (cosine); (b) how often an event of one engram is followed by one of another, all "
        "seeds."
    )
