"""Figures of the generative protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from spiking_engrams.report.plots import plot_curve
from spiking_engrams.runs.run_folder import RunFolder


def recalled(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of memories, their masked cues, what is recalled from them, and of replays in noise."""
    names = ("stored image", "cue", "recalled", "replayed in noise")
    return grid(folder.array("recalled_images")[0].values, names), (
        "First seed: images that the teacher stored in one shot; their cues, of which some pixels are masked (black); "
        "the images that sensory cells show in recall; and, not in the order of the others, what they show when noise "
        "makes the teacher replay."
    )


def reconstructed(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of test images and their reconstruction by the student."""
    images = folder.array("reconstructed_images")[0].values
    return grid(images, ("test image, seen", "reconstructed")), (
        "First seed: test images that neither teacher nor student has seen before, and the mean prediction of the "
        "student's error cells while it perceives them."
    )


def learning(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the error of reconstruction and of the accuracy of decoding over replay."""
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.8))
    for ax, what in zip(axes, ("error", "accuracy"), strict=True):
        curve = folder.series(what)
        plot_curve(curve.x + 1, curve.y, ax)
        ax.set(xscale="log", xlabel="replays + 1", ylabel={"error": "mean squared error"}.get(what, what))
    of = folder.measured.values_of("images")[0]
    for name, style in (("mean_image", ":"), ("components", "--"), ("images", "-.")):
        value = folder.metric("error", student=name, images=of).mean()
        axes[0].axhline(value, ls=style, color="0.4", lw=1, label=name.replace("_", " "))
    value = folder.metric("accuracy", features="pixels", scaled="yes", images=of).mean()
    axes[1].axhline(value, ls=":", color="0.4", lw=1, label="pixels, standardised")
    for ax in axes:
        ax.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    return figure, (
        "Test images perceived after a growing number of replays. Left: error of reconstruction; lines: the mean of "
        "the memories, as many principal components of them as there are latents, and a student that studied the "
        "images as often. Right: accuracy of decoding classes from latent spikes, and from pixels, both standardised."
    )


def distorted(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of stored images, recalled by the teacher and reconstructed by the student."""
    images = folder.array("distorted_images")[0].values
    return grid(images, ("stored image", "recalled by the teacher", "reconstructed after replay")), (
        "First seed: stored images; what sensory cells show when the teacher recalls them; and the predictions of the "
        "student that has learned from replay."
    )


def variance(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the variance within each class of test images and of their reconstruction."""
    figure, ax = plt.subplots(figsize=(4.6, 2.8))
    for number, (name, label) in enumerate((("seen", "seen"), ("reconstructed", "reconstructed"))):
        found = folder.series("variance", images=name)
        means = found.y.mean(axis=0) if found.y.ndim > 1 else found.y
        ax.bar(np.ravel(found.x)[: len(means)] + 0.4 * number - 0.2, means, width=0.38, color=f"C{number}", label=label)
    ax.set(xlabel="class", ylabel="variance of pixels")
    ax.legend(frameon=False, fontsize=8)
    return (
        figure,
        "Variance of pixels over the test images of each class, as seen and as reconstructed; mean over seeds.",
    )


def interpolated(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of imagined images between pairs of test images."""
    images = folder.array("interpolated_images")[0].values
    return grid(images, [f"pair {k + 1}" for k in range(len(images))]), (
        "First seed: images that sensory cells show while latents are clamped to values between those of two test "
        "images (left and right)."
    )


def position(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of where imagined images lie between two images when they are seen again."""
    figure, ax = plt.subplots(figsize=(3.4, 2.8))
    curve = folder.series("position")
    plot_curve(curve.x, curve.y, ax)
    ax.plot((0, 1), (0, 1), ":", color="0.4", lw=1)
    ax.set(xlabel="interpolated latents", ylabel="latents of what is imagined")
    return figure, (
        "Place of imagined images, seen again, on the line between the latents of two test images (0: first, 1: "
        "second); dotted: where their latents were clamped."
    )


def imagined(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of imagined images of every class."""
    images = folder.array("imagined_images")[0].values
    return grid(images, [f"class {k}" for k in range(len(images))]), (
        "First seed: images that sensory cells show while the label cell of a class clamps latents."
    )


def few_shot(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of the accuracy from each layer over the number of labels."""
    figure, ax = plt.subplots(figsize=(4.6, 2.8))
    layers = {"latent": "latents", "pixels": "pixels", "sense": "sensory cells", "error": "error cells"}
    for number, name in enumerate(layers):
        curve = folder.series("accuracy", features=name)
        plot_curve(curve.x, curve.y, ax, index=number, marker=True)
    ax.set(xscale="log", xlabel="labels", ylabel="accuracy")
    ax.set_xticks(curve.x, [f"{x:g}" for x in curve.x])
    ax.minorticks_off()
    ax.legend(ax.lines, list(layers.values()), frameon=False, fontsize=8, loc="upper left")
    return (
        figure,
        "Accuracy of support vector machines on pixels, and on the spikes of each layer, by the number of labels.",
    )


def retention(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of recall by the student over replay."""
    figure, ax = plt.subplots(figsize=(4.2, 2.8))
    curve = folder.series("identified")
    plot_curve(curve.x + 1, curve.y, ax)
    of = folder.measured.values_of("images")[0]
    intact = folder.metric("identified", by="teacher", silenced="none", images=of).mean()
    ax.axhline(intact, ls=":", color="0.4", lw=1, label="teacher, intact")
    ax.set(xscale="log", ylim=(-0.03, 1.03), xlabel="replays before the teacher is silenced + 1", ylabel="identified")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return figure, (
        "Share of memories that the student alone identifies from masked cues, by the number of replays before the "
        "teacher was silenced."
    )


def amnesia(folder: RunFolder) -> tuple[Any, str]:
    """Return a figure of memories recalled by the teacher, by the student, and by the student without latents."""
    names = ("stored image", "teacher, intact", "student after replay, teacher silenced", "student, latents silenced")
    return grid(folder.array("amnesia_images")[0].values, names), (
        "First seed: images recalled from masked cues: what sensory cells show (teacher) and what error cells predict "
        "(student)."
    )


def grid(images: np.ndarray, names: Sequence[str]) -> Any:
    """Return a figure of rows of images, ``(n_rows, n, height, width)``, each row with its name."""
    n_rows, n = images.shape[:2]
    figure, axes = plt.subplots(n_rows, n, figsize=(0.62 * n + 1.3, 0.66 * n_rows), squeeze=False)
    for row, name in zip(range(n_rows), names, strict=True):
        for ax, image in zip(axes[row], images[row], strict=True):
            ax.imshow(image, cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
    return figure
