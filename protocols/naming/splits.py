"""Naming in bootstrap splits of all images, compared with a classifier of the same features."""

from __future__ import annotations

import numpy as np

from protocols.naming.classifiers import baselines, score
from protocols.naming.model import NamingModel, Seen
from protocols.naming.names import Namer

SPLITS_FACTOR, SPLITS_START = 0.57, 0.59  # factor of the rates, and mean initial coupling (Ben Houidi 2024, code)


def bootstrap(model: NamingModel, seen: Seen) -> None:
    """Record mean accuracies over splits: training images drawn with replacement, tests on the images left out."""
    namer = Namer(model, seen, "published", SPLITS_START)
    spikes, features, labels = (np.concatenate(pair) for pair in (namer.spikes, seen.features, model.labels))
    classifier = baselines(features.shape[1])["svm_rbf"]
    found = []
    for number in range(model.session.options.splits):
        drawn = model.session.rng(f"split {number}").integers(0, len(labels), len(labels))
        left = np.setdiff1d(np.arange(len(labels)), drawn)
        state = namer.taught(namer.born(number), spikes[drawn], labels[drawn], SPLITS_FACTOR)
        ours = (namer.answers(state, spikes[left]) == labels[left]).mean()
        found.append((ours, score(classifier, (features[drawn], features[left]), (labels[drawn], labels[left]))))
    ours, theirs = np.mean(found, axis=0)
    at = {"kernels": seen.kernels, "split": "bootstrap"}
    model.metric("accuracy", float(ours), rule="published", **at)
    model.metric("accuracy", float(theirs), classifier="svm_rbf", **at)
    model.metric("n_splits", len(found), kernels=seen.kernels)
