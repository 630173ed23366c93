"""Classifiers of the features, or of the spike counts, of the concept neurons of the naming network.

Given a few examples, `supervised` classifiers learn from these alone. As published, they standardise features with the
examples; `experienced` ones do so with all training images, without labels, which the covariance rule has seen too.
`self_taught` ones also learn from the unlabelled images, as rehearsal does.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances_argmin
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, normalize
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC, LinearSVC

from protocols.naming.model import NamingModel, Seen

UNLABELLED = -1
Found = dict[str, np.ndarray]


def baselines(n_features: int) -> dict[str, Any]:
    """Return classifiers of features; the support vector machine with an RBF kernel is the published one."""
    classifiers = {
        "svm_rbf": SVC(C=1.0, gamma=1 / n_features),
        "svm_linear": LinearSVC(C=0.01),
        "logistic": LogisticRegression(C=0.01, max_iter=2000),
        "nearest_mean": NearestCentroid(),
    }
    return {name: make_pipeline(StandardScaler(), each) for name, each in classifiers.items()}


def standardised(features: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return features standardised with all training images, whose labels are not used."""
    scaler = StandardScaler().fit(features[0])
    return scaler.transform(features[0]), scaler.transform(features[1])


def score(classifier: Any, features: tuple[np.ndarray, np.ndarray], labels: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the test accuracy of a classifier fitted to the training images."""
    return float(classifier.fit(features[0], labels[0]).score(features[1], labels[1]))


def supervised(model: NamingModel, seen: Seen, draws: list[np.ndarray]) -> Found:
    """Return test accuracies of supervised classifiers over draws of examples, by classifier."""
    (labels, right), found = model.labels, {}
    for of, (train, test) in (("", seen.features), ("_counts", seen.counts)):
        known, asked = standardised((train, test))
        found[f"nearest_mean_experienced{of}"] = [(_nearest(known, asked, q, labels) == right).mean() for q in draws]
        for name, pipeline in baselines(train.shape[1]).items():
            if name != "nearest_mean":
                last = pipeline[-1]
                found[f"{name}_experienced{of}"] = [last.fit(known[q], labels[q]).score(asked, right) for q in draws]
                found[f"{name}{of}"] = [pipeline.fit(train[q], labels[q]).score(test, right) for q in draws]
    return {name: np.array(values) for name, values in found.items()}


def self_taught(model: NamingModel, seen: Seen, draws: list[np.ndarray]) -> Found:
    """Return test accuracies of self-taught classifiers over draws of examples, by classifier."""
    (labels, right), found = model.labels, {}
    with warnings.catch_warnings():  # about images that no example reaches, and identical examples
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        for of, values in (("", seen.features), ("_counts", seen.counts)):
            known, asked = standardised(values)
            round_, rounded = normalize(known), normalize(asked)
            found[f"kmeans{of}"] = [(_clusters(known, asked, q, labels) == right).mean() for q in draws]
            found[f"spherical_kmeans{of}"] = [(_clusters(round_, rounded, q, labels) == right).mean() for q in draws]
            found[f"label_spreading{of}"] = [_spread(known, labels, q).score(asked, right) for q in draws]
    return {name: np.array(values) for name, values in found.items()}


def _means(known: np.ndarray, chosen: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    classes = np.unique(labels[chosen])
    return classes, np.stack([known[chosen][labels[chosen] == c].mean(axis=0) for c in classes])


def _nearest(known: np.ndarray, asked: np.ndarray, chosen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the classes whose mean is nearest; identical examples, which have no variance, are allowed."""
    classes, means = _means(known, chosen, labels)
    return np.asarray(classes[pairwise_distances_argmin(asked, means)])


def _clusters(known: np.ndarray, asked: np.ndarray, chosen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the classes of images by k-means clusters of all training images, started at the means of the examples."""
    classes, starts = _means(known, chosen, labels)
    found = KMeans(len(classes), init=starts, n_init=1, max_iter=20).fit(known)
    return np.asarray(classes[found.predict(asked)])


def _spread(known: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> LabelSpreading:
    partly = np.full(len(labels), UNLABELLED)
    partly[chosen] = labels[chosen]
    return LabelSpreading(kernel="knn", n_neighbors=min(15, len(labels))).fit(known, partly)
