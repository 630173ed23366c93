"""Results of naming for any images: how many are named, compared with chance and classifiers, and which ones."""

from __future__ import annotations

import numpy as np
from PIL import Image
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from protocols.naming.classifiers import score
from protocols.naming.kernels import LEARNED, NAIVE
from protocols.naming.model import NamingModel
from spiking_engrams.runs.metrics import Metrics
from spiking_engrams.runs.phenomena import number
from spiking_engrams.runs.run_folder import RunFolder

MACHINES = ("svm_rbf", "svm_linear")  # the better one counts
N_SHOWN = 20  # test images in the figure
THUMBNAIL = 64  # longer side of these images in pixels


def pixels(model: NamingModel) -> dict[str, float]:
    """Return the test accuracies of support vector machines on the pixels that the network sees."""
    images = model.images
    flat = images.train.images.reshape(len(images.train), -1), images.test.images.reshape(len(images.test), -1)
    machines = SVC(C=1.0, gamma=1 / flat[0].shape[1]), SVC(C=0.01, kernel="linear")
    pipelines = [make_pipeline(StandardScaler(), each) for each in machines]
    return {name: score(each, flat, model.labels) for name, each in zip(MACHINES, pipelines, strict=True)}


def deposit_named(model: NamingModel, answers: np.ndarray, silent: np.ndarray, shuffled: list[float]) -> None:
    """Record how many test images are named, with chance level and controls.

    Parameters
    ----------
    answers, silent
        Name recalled for each test image, -1 if none, with the backward pathway open and closed.
    shuffled
        Accuracies after teaching names with shuffled labels.
    """
    right = model.labels[1]
    found = {
        "named": (answers == right).mean(),
        "named_right": (answers == right).sum(),
        "named_tests": len(right),
        "named_chance": np.bincount(right).max() / len(right),
        "named_answered": (answers >= 0).mean(),
        "named_closed": (silent >= 0).mean(),
        "named_shuffled": np.mean(shuffled),
    }
    for name, value in found.items():
        model.session.metric(name, value)
    show(model, answers)


def deposit_machines(model: NamingModel, on_pixels: dict[str, float], on_features: dict[str, float]) -> None:
    """Record the accuracy of the better support vector machine, on pixels and on features."""
    model.session.metric("named_by_pixels", max(on_pixels.values()))
    model.session.metric("named_by_features", max(on_features[name] for name in MACHINES))


def show(model: NamingModel, answers: np.ndarray) -> None:
    """Record some test images, balanced over classes, with the recalled names."""
    session, test = model.session, model.images.test
    chosen = balanced(test.labels, N_SHOWN)
    height, width = test.size
    scale = min(1.0, THUMBNAIL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = [np.asarray(Image.fromarray(test.images[k].astype(np.uint8)).resize(size)) for k in chosen]
    session.array("named_pictures", np.stack(small), ("image", "row", "column"))
    session.array("named_answers", np.stack([test.labels[chosen], answers[chosen]], axis=1), ("image", "of"))


def balanced(labels: np.ndarray, n: int) -> np.ndarray:
    """Return the indices of at most `n` images, taken from the classes in turn and sorted by class."""
    turn = np.zeros(len(labels), int)
    for label in np.unique(labels):
        turn[labels == label] = np.arange((labels == label).sum())
    order = np.lexsort((labels, turn))[:n]
    return order[np.argsort(labels[order], kind="stable")]


def headline(folder: RunFolder) -> list[str]:
    """Return lines about how many test images are named, compared with chance and classifiers, and the thresholds."""
    found = folder.measured
    chance, by_pixels, by_features = (found[f"named_{name}"].mean() for name in ("chance", "by_pixels", "by_features"))
    lines = [
        f"named: {spread(found['named'])} of {found['named_tests'][0]:.0f} test images (chance {chance:.2f}; support "
        f"vector machine on pixels {by_pixels:.2f}, on features {by_features:.2f}, the better of two kernels each)"
    ]
    return [*lines, *by_class(folder), *thresholds(folder)]


def feature_headline(folder: RunFolder) -> list[str]:
    """Return lines about how well features are classified, with learned and with untrained kernels."""
    learned, new = (
        spread(of_images(folder)("accuracy", kernels=kernels, classifier="svm_rbf")) for kernels in (LEARNED, NAIVE)
    )
    machine = "classified by a support vector machine on features"
    return [f"{machine}: {learned} of test images (with untrained kernels {new})", *thresholds(folder)]


def one_shot_headline(folder: RunFolder) -> list[str]:
    """Return lines about how many test images are named after one example per class, compared with a classifier."""
    found = of_images(folder)
    named, without, machine = (
        spread(found("accuracy", kernels=LEARNED, learner=name, examples=1))
        for name in ("rehearsed", "covariance", "svm_rbf")
    )
    n = len(folder.notes("classes"))
    return [
        f"named after one example of each of {n} classes: {named} of test images (without rehearsal {without}; support "
        f"vector machine trained on the same examples {machine}; chance {1 / n:.2f})",
        *thresholds(folder),
    ]


def of_images(folder: RunFolder) -> Metrics:
    """Return the metrics of the image set of a run, without the image set in their names."""
    return folder.measured.at(images=folder.measured.values_of("images")[0])


def by_class(folder: RunFolder) -> list[str]:
    """Return one line with the share of each class that is named."""
    names, counts = folder.notes("classes"), folder.array("confusion").sum("seed").values
    shares = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    return ["by class: " + ", ".join(f"{name} {share:.2f}" for name, share in zip(names, shares, strict=True))]


def thresholds(folder: RunFolder) -> list[str]:
    """Return one line with the thresholds set by homeostasis; nothing if there are none."""
    found = folder.measured
    layers = [dict(each.conditions)["layer"] for each in found if each.name == "share"]
    if not layers:
        return []
    each = (
        f"{layer} {number(found('threshold', layer=layer, when='firing').mean())} "
        f"({found('share', layer=layer).mean():.0%} active)"
        for layer in layers
    )
    return [f"thresholds set by homeostasis from training images: {', '.join(each)}"]


def spread(values: np.ndarray) -> str:
    """Return the mean of shares and, for several seeds, the standard deviation."""
    return f"{values.mean():.2f}" + (f" ± {np.std(values, ddof=1):.2f}" if len(values) > 1 else "")
