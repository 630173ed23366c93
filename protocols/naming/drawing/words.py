"""Rules, classifiers, kernels and image sets of the naming protocols in words, for figures."""

from __future__ import annotations

from protocols.naming.kernels import LEARNED, NAIVE
from protocols.naming.one_shot import REHEARSED
from spiking_engrams.runs.metrics import Metric

IMAGES = {"digits": "digits", "mnist": "MNIST", "caltech": "photographs", "own": "own images"}
KERNELS = {LEARNED: "kernels learned here", NAIVE: "untrained kernels"}
LEARNERS = {
    "published": "published rule",
    "published_x1": "published rule",
    "published_x10": "published rule, rates x 10",
    "intended": "published rule as intended",
    "covariance": "covariance rule",
    REHEARSED: "covariance rule, rehearsed",
    "surprise": "surprise rule",
    "svm_rbf": "SVM (RBF)",
    "svm_linear": "SVM (linear)",
    "logistic": "logistic regression",
    "nearest_mean": "nearest mean",
    "kmeans": "k-means",
    "spherical_kmeans": "spherical k-means",
    "label_spreading": "label spreading",
}
MORE = {"_counts": "spike counts", "_experienced": "experienced"}  # how classifiers learn, as endings of their names
ACCURACY = {
    "votes": "weighted votes",
    "labels": "shuffled labels",
    "split": "bootstrap",
}  # conditions, each of one value


def learner(name: str) -> str:
    """Return a rule or a classifier in words."""
    found, rest = list[str](), name
    for ending, words in MORE.items():
        if rest.endswith(ending):
            found, rest = [words, *found], rest.removesuffix(ending)
    return ", ".join([LEARNERS.get(rest, rest.replace("_", " ")), *found])


def kernels(name: str) -> str:
    """Return a set of kernels in words."""
    return KERNELS.get(name, f"kernels {name}")


def accuracy(each: Metric) -> str:
    """Return the conditions of an accuracy in words, without kernels and image set."""
    at = dict(each.conditions)
    return ", ".join(
        [
            learner(at.get("rule") or at.get("classifier", str(each))),
            *(ACCURACY[name] for name in ACCURACY if name in at),
        ]
    )
