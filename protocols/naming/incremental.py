"""Names learned one class after another: how much of the first is forgotten while the last are learned?

The classes come in random order and never return; all training images of a class are shown first with their name and
then without, so familiarity changes with the classes. After each class the names of the test images of all classes so
far are recalled. Names not yet presented are spare name neurons: nothing is rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import naming
from protocols.images.presets import cost, starting
from protocols.naming.claims.few_shot import INCREMENTAL
from protocols.naming.data import ImageOptions
from protocols.naming.kernels import LEARNED
from protocols.naming.lessons import schedule
from protocols.naming.meanings import MEANINGS
from protocols.naming.model import NamingModel, check
from protocols.naming.names import Namer
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.runs.run_folder import RunFolder

RULES_COMPARED = ("intended", "covariance", "surprise")


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of incremental naming."""


def run(session: Session[naming.Parameters, Any]) -> None:
    """Run one seed."""
    model = NamingModel(session)
    state = model.states()[LEARNED]
    seen = model.see(state, LEARNED)
    order = session.rng("classes").permutation(model.images.n_classes)
    for rule in RULES_COMPARED:
        accuracy = arrive(model, Namer(model, seen, rule), order)
        so_far = [np.mean(row[: k + 1]) for k, row in enumerate(accuracy)]
        number = np.arange(1, len(order) + 1)
        session.series("accuracy", number, so_far, "classes heard", rule=rule, of="all so far")
        session.series("accuracy", number, accuracy[:, 0], "classes heard", rule=rule, of="the first")
        kept = np.array([accuracy[-1, k] - accuracy[k, k] for k in range(len(order) - 1)])
        model.metric("accuracy", so_far[-1], kernels=LEARNED, rule=rule, classes="one after another")
        model.metric("forgetting", -kept.mean(), kernels=LEARNED, rule=rule)


def arrive(model: NamingModel, namer: Namer, order: np.ndarray) -> np.ndarray:
    """Return the accuracy on class ``order[k]`` (column) after each class arrived (row); NaN before it arrived."""
    (spikes, asked), (labels, right) = namer.spikes, model.labels
    state, n_before = namer.born(), 0
    found = np.full((len(order), len(order)), np.nan)
    for row, new in enumerate(order):
        chosen = model.session.rng(f"class {new}").permutation(np.flatnonzero(labels == new))
        state = namer.taught(state, spikes[chosen], labels[chosen])
        state = namer.experienced(state, spikes[chosen], n_before)
        n_before += len(chosen)
        known = np.isin(right, order[: row + 1])
        answers = namer.answers(state, asked[known])
        for column in range(row + 1):
            found[row, column] = (answers == right[known])[right[known] == order[column]].mean()
    return found


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of accuracy over the number of classes presented."""
    from protocols.naming.drawing import naming as naming_drawing

    return {"incremental": naming_drawing.incremental(folder, RULES_COMPARED)}


PROTOCOL = Protocol(
    name="naming_incremental",
    title="Names learned one class after another",
    network="naming",
    run=run,
    schedule=schedule,
    description="Classes arrive one after another and never return; accuracy so far, and forgetting.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    starting=starting,
    cost=cost,
    figures=figures,
    phenomena=INCREMENTAL,
)
