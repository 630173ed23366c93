"""Figures of the naming protocols."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from protocols.naming.drawing import words
from protocols.naming.one_shot import REHEARSED
from protocols.naming.outcome import of_images
from spiking_engrams.report.figures import panel_letters
from spiking_engrams.runs.metrics import Metric
from spiking_engrams.runs.run_folder import RunFolder

SHOWN = ("published", "covariance", REHEARSED, "svm_rbf", "svm_linear_experienced", "spherical_kmeans_counts")
ORDER = ("rule", "svm", "logistic", "nearest")


def accuracies(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of test accuracies of names and classifiers, one panel per set of kernels."""
    found = of_images(folder)
    on_pixels = [("pixels", found.at(features="pixels"))] if "pixels" in found.values_of("features") else []
    panels = [
        *((words.kernels(each), found.at(kernels=each)) for each in sorted(found.values_of("kernels"))),
        *on_pixels,
    ]
    figure, axes = plt.subplots(1, len(panels), figsize=(3.4 * len(panels) + 2, 4.2), sharex=True, squeeze=False)
    for ax, (title, metrics) in zip(axes[0], panels, strict=True):
        shown = {each: values for each, values in metrics.items() if each.name == "accuracy"}
        each_row = sorted(shown, key=_place)[::-1]
        for row, each in enumerate(each_row):
            values = shown[each]
            ax.barh(row, values.mean(), color="C0" if "rule" in dict(each.conditions) else "0.6")
            ax.plot(values, np.full(len(values), row), "k.", ms=4)
            inside = values.mean() > 0.2  # otherwise the bar has no room for the number
            place, colour = (0.02, "w") if inside else (values.max() + 0.03, "k")
            ax.text(place, row, f"{values.mean():.3f}", va="center", color=colour, fontsize=8)
        ax.set_yticks(range(len(each_row)), list(map(words.accuracy, each_row)))
        ax.set(xlim=(0, 1), xlabel="test accuracy", title=title)
    panel_letters(axes[0])
    return figure, (
        "Test accuracy of names (blue) and of classifiers (grey; SVM: support vector machine) of the network's "
        "features, with each set of kernels, or of pixels; shuffled labels: control, names taught with the wrong "
        "images; bars and numbers: mean, dots: seeds."
    )


def _place(each: Metric) -> tuple[bool, int]:
    """Return a key that sorts accuracies: rules, classifiers, controls with shuffled labels."""
    known = " ".join(f"{name} {value}" for name, value in each.conditions)
    return "shuffled" in known, next((k for k, word in enumerate(ORDER) if word in known), len(ORDER))


def confusion(folder: RunFolder) -> tuple[Any, str]:
    """Return the confusion matrix: names recalled for the test images of each class, all seeds pooled."""
    counts = folder.array("confusion").sum("seed")
    n = counts.sizes["wanted"]
    names = folder.notes("classes") or [str(number) for number in range(n)]
    shares = (counts / counts.sum("answered")).values
    figure, ax = plt.subplots(figsize=(0.45 * n + 2.4, 0.45 * n + 1.6))
    image = ax.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            ax.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=7,
                    color="w" if share > 0.5 else "k")  # fmt: skip
    upright = max(map(len, names)) <= 2
    ax.set_xticks(range(n + 1), [*names, "none"], rotation=0 if upright else 90)
    ax.set_yticks(range(n), names)
    ax.set(xlabel="recalled name", ylabel="class")
    figure.colorbar(image, label="share of test images", shrink=0.8)
    return figure, (
        "Names recalled for the test images of each class (percent of the class), all seeds pooled; kernels learned "
        "here."
    )


def recall(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the spikes of one recall, from the layer that repeats recorded spikes to the name neurons."""
    recording = folder.recording(folder.complete_seeds[0], "recall_example")
    names = [name for name in ("input", "conv3", "conv5", "names") if name in recording.sizes]
    titles = {"input": "layer below" if len(names) > 2 else "concept neurons", "names": "name neurons"}
    figure, axes = plt.subplots(len(names), 1, figsize=(6, 1.5 * len(names) + 0.6), sharex=True)
    for ax, name in zip(axes, names, strict=True):
        steps, index = recording.spikes[name]
        ax.plot(1e3 * recording.dt * steps, index, "|", color="k", ms=5)
        ax.set(ylim=(-0.5, recording.sizes[name] - 0.5), ylabel="neuron")
        ax.set_title(titles.get(name, "concept neurons"), loc="left", fontsize=9)
    axes[-1].set_xlabel("time (ms)")
    return figure, (
        "Spikes of one recall, first seed: concept neurons respond to an object, their spikes run backward, and a name "
        "neuron fires."
    )


def _panels(folder: RunFolder, label: str) -> tuple[Any, list[tuple[Any, dict[str, Any]]]]:
    """Return a figure with one panel per set of images and kernels, and the curves of each panel by learner."""
    found = folder.curves
    sets = [(images, kernels) for images in found.values_of("images") for kernels in found.values_of("kernels")]
    figure, axes = plt.subplots(1, len(sets), figsize=(4.8 * len(sets) + 0.6, 3.6), sharey=True, squeeze=False)
    axes[0, 0].set_ylabel(label)
    panels = []
    for ax, (images, chosen) in zip(axes[0], sets, strict=True):
        ax.set_title(f"{words.IMAGES.get(images, images)}, {words.kernels(chosen)}")
        of_learners = found.at(images=images, kernels=chosen)
        panels.append((ax, {name: of_learners("accuracy", learner=name) for name in of_learners.values_of("learner")}))
    if len(sets) > 1:
        panel_letters(axes[0])
    return figure, panels


def one_shot(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the cumulative distribution of accuracy over draws of examples."""
    figure, panels = _panels(folder, "cumulative share of draws")
    for ax, found in panels:
        for number, what in enumerate(name for name in SHOWN if name in found):
            values = np.sort(found[what].y.ravel())
            own = what in SHOWN[:3]
            ax.step(values, np.arange(1, len(values) + 1) / len(values), color=f"C{number}", lw=2 if own else 1,
                    ls="-" if own else "--", label=f"{words.learner(what)}: {values.mean():.3f}")  # fmt: skip
        ax.set(xlabel="test accuracy", xlim=(0, 1))
        ax.legend(title="mean accuracy", fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncol=2)
    return (
        figure,
        "Names from one example per class: cumulative distribution of accuracy over draws and seeds; solid: names, "
        "dashed: classifiers of the same examples (SVM: support vector machine; experienced: standardised with all "
        "unlabelled images; k-means: learns from these, too).",
    )


def few_shot(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of accuracy over the number of examples."""
    figure, panels = _panels(folder, "test accuracy")
    for ax, found in panels:
        for number, (what, series) in enumerate(found.items()):
            ax.plot(series.x, series.y.mean(axis=0), color=f"C{number}", marker="o", ms=4,
                    ls="--" if "svm" in what else "-", label=words.learner(what))  # fmt: skip
        ax.set(xscale="log", xlabel="examples per class", ylim=(0, 1))
        counts: Any = max((series.x for series in found.values()), key=len, default=[])
        ax.set_xticks(counts, [f"{n:g}" for n in counts])
        ax.minorticks_off()
        ax.legend(fontsize=8)
    return (
        figure,
        "Test accuracy over the number of examples, mean over seeds; dashed: classifier (support vector machine).",
    )


def incremental(folder: RunFolder, rules: Any) -> tuple[Any, str]:
    """Return a figure of accuracy while classes arrive."""
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.4), sharey=True)
    for ax, (kind, title) in zip(
        axes, (("all so far", "all classes so far"), ("the first", "the first class")), strict=True
    ):
        for number, rule in enumerate(rules):
            series = folder.series("accuracy", rule=rule, of=kind)
            ax.plot(series.x, series.y.T, color=f"C{number}", lw=0.7, alpha=0.5)
            ax.plot(series.x, series.y.mean(axis=0), color=f"C{number}", marker="o", ms=4, label=words.learner(rule))
        ax.set(xlabel="classes presented", title=title, ylim=(0, 1))
    panel_letters(axes)
    axes[0].set_ylabel("test accuracy")
    axes[0].legend(fontsize=8)
    return figure, (
        "Test accuracy while classes arrive one after another and never return; thin lines: seeds, thick lines with "
        "circles: mean."
    )
