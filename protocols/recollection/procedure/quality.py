"""Quality of recall as metrics of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.preprocessing import normalize
from sklearn.svm import SVC

from networks.recollection import measures
from protocols.recollection.procedure.model import RecallModel
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Condition

N_SHOWN = 10  # recalled pictures in figures
READER_STRENGTH = 5.0  # inverse regularisation with which most perceived digits, MNIST and photographs are classified


def record(
    model: RecallModel,
    name: str,
    pictures: np.ndarray,
    which: np.ndarray | None = None,
    stored: np.ndarray | None = None,
    at: Mapping[str, Condition] | None = None,
) -> np.ndarray:
    """Record the quality of recall, and return how specific each picture is to its cue.

    Parameters
    ----------
    name
        Name of the recall, for figures.
    which
        Index of the image that each picture recalls; the k-th recalls the k-th image if None.
    stored
        Images among which pictures are identified, including `which`; those of `which` if None.
    at
        Conditions of the metrics; the condition ``recall`` is `name` if None.
    """
    which = np.arange(len(pictures)) if which is None else which
    stored = which if stored is None else stored
    place = np.array([np.flatnonzero(stored == each)[0] for each in which])
    found = measures.correlations(measures.edges(pictures), model.sight.edges[stored])
    result = measures.quality(found, place)
    specificity = result.pop("specificity")
    result |= {
        "pixels": np.diag(measures.correlations(pictures, model.sight.pictures[which])).mean(),
        "grey": np.diag(measures.correlations(model.sight.grey(pictures), model.sight.pictures[which])).mean(),
        "contrast": np.diag(measures.correlations(pictures, model.sight.contrast[which])).mean(),
        "similarity": measures.similarity(pictures, model.sight.contrast[which]).mean(),
        "specificity": specificity.mean(),
        "specificity_p": paired_test(specificity, np.zeros_like(specificity), alternative="greater"),
    }
    for what, value in result.items():
        model.metric(what, value, **(at or {"recall": name}))
    shown(model, name, pictures)
    return np.asarray(specificity)


def shown(model: RecallModel, name: str, pictures: np.ndarray) -> None:
    """Record the first pictures of a recall for figures."""
    few = pictures[:N_SHOWN].astype(np.float32)
    model.session.array("pictures", few, ("image", "row", "column"), images=model.known_as, of=name)


def reader(model: RecallModel) -> Reader:
    """Return a classifier of the contrast of training images."""
    return Reader(model.sight.contrast_of(model.images.train_spikes), model.images.train.labels)


class Reader:
    """Support vector machine that learns from `pictures` and `labels` to read the class of pictures."""

    def __init__(self, pictures: np.ndarray, labels: np.ndarray):
        self._model = SVC(C=READER_STRENGTH).fit(_rows(pictures), labels)

    def right(self, pictures: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of pictures whose class is read correctly."""
        return float((self._model.predict(_rows(pictures)) == labels).mean())


def _rows(pictures: np.ndarray) -> np.ndarray:
    """Return pictures as rows of length 1."""
    return np.asarray(normalize(pictures.reshape(len(pictures), -1).astype(float)))
