"""Names from a few examples: how accuracy rises and falls again with the number of examples and the rate.

A factor multiplies all published rates. Fast learning needs few examples but then saturates, so that earlier examples
are forgotten. The covariance rule, without and with rehearsal, and a classifier see the same examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from networks import naming
from protocols.images.presets import cost, starting
from protocols.naming.claims.few_shot import FEW_SHOT
from protocols.naming.classifiers import baselines, score, standardised
from protocols.naming.data import ImageOptions
from protocols.naming.lessons import schedule
from protocols.naming.meanings import MEANINGS
from protocols.naming.model import NamingModel, check
from protocols.naming.names import Namer, drawn
from protocols.naming.one_shot import REHEARSED
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder

NUMBERS = (1, 2, 5, 10, 20, 50, 100, 150, 200)


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of few-shot naming."""

    n_draws: int = field_of(3, "sets of examples drawn for each number of examples", FITTED, low=1)
    rehearsal: float = field_of(0.1, "rate of rehearsal; see naming_one_shot", FITTED, low=0.0, high=1.0)


def run(session: Session[naming.Parameters, Any]) -> None:
    """Run one seed."""
    model = NamingModel(session)
    numbers = [n for n in NUMBERS if n <= np.bincount(model.labels[0]).min()]
    for kernels, state in model.states().items():
        seen = model.see(state, kernels)
        published, covariance = (Namer(model, seen, rule) for rule in ("published", "covariance"))
        learners: dict[str, Callable[[np.ndarray, int], float]] = {
            "published_x1": published.accuracy,
            "published_x10": partial(published.accuracy, factor=10.0),
            "covariance": covariance.accuracy,
            REHEARSED: partial(covariance.accuracy, rehearse=session.options.rehearsal),
            "svm_rbf": partial(classified, standardised(seen.features), model.labels),
        }
        for name, learner in learners.items():
            values = [mean_accuracy(model, learner, n) for n in numbers]
            model.series("accuracy", numbers, values, "examples per class", kernels=kernels, learner=name)
            for n, value in zip(numbers, values, strict=True):
                model.metric("accuracy", value, kernels=kernels, learner=name, examples=n)


def mean_accuracy(model: NamingModel, learner: Callable[[np.ndarray, int], float], n: int) -> float:
    """Return the mean test accuracy after `n` examples per class, over draws."""
    draws = range(model.session.options.n_draws)
    return float(np.mean([learner(drawn(model, n, f"{n} examples, {number}"), number) for number in draws]))


def classified(
    features: tuple[np.ndarray, np.ndarray], labels: tuple[np.ndarray, np.ndarray], chosen: np.ndarray, _: int
) -> float:
    """Return the test accuracy of a support vector machine trained on the same images.

    Features are standardised with all training images, which the covariance rule has seen without names, too.
    """
    (train, test), (known, right) = features, labels
    machine = baselines(train.shape[1])["svm_rbf"][-1]
    return score(machine, (train[chosen], test), (known[chosen], right))


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of accuracy over the number of examples."""
    from protocols.naming.drawing import naming as naming_drawing

    return {"few_shot": naming_drawing.few_shot(folder)}


PROTOCOL = Protocol(
    name="naming_few_shot",
    title="Names from a few examples",
    network="naming",
    run=run,
    schedule=schedule,
    description="Accuracy over the number of examples per class: two rates, our own rule, and a classifier.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    starting=starting,
    cost=cost,
    figures=figures,
    phenomena=FEW_SHOT,
)
