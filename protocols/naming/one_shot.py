"""Names from one example of each class: how many other objects are then named?

Pairs (or sets) of training images, one of each class, are drawn at random and named once; then the names of all test
images are recalled. Novelty raises the rates of the published rule. The covariance rule learns what is familiar from
the training images, seen without names; once it knows a name, it can rehearse: the training images are seen again, and
the names that they recall are learned with them. Classifiers serve as a comparison; see `classifiers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from networks import naming
from protocols.images.presets import cost, starting
from protocols.naming.claims.few_shot import ONE_SHOT
from protocols.naming.classifiers import self_taught, supervised
from protocols.naming.data import ImageOptions
from protocols.naming.lessons import schedule
from protocols.naming.meanings import MEANINGS
from protocols.naming.model import NamingModel, Seen, check
from protocols.naming.names import Namer, drawn
from protocols.naming.outcome import one_shot_headline
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder

NOVELTY = 65.0  # factor of the published rates (Ben Houidi 2021, code)
REHEARSED = "rehearsed"


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of one-shot naming."""

    n_draws: int = field_of(30, "number of sets of examples drawn", FITTED, low=1)
    rehearsal: float = field_of(
        0.1, "rate of rehearsal, chosen on training images (0.03 to 0.3 work as well)", FITTED, low=0.0, high=1.0
    )
    n_many: int = field_of(200, "examples per class in the test for forgetting with rehearsal", FITTED, low=1)


def run(session: Session[naming.Parameters, Any]) -> None:
    """Run one seed."""
    model = NamingModel(session)
    for kernels, state in model.states().items():
        seen = model.see(state, kernels)
        draws = [drawn(model, 1, f"examples {number}") for number in range(session.options.n_draws)]
        published, covariance = (Namer(model, seen, rule) for rule in ("published", "covariance"))
        learners: dict[str, Callable[[np.ndarray, int], float]] = {
            "published": partial(published.accuracy, factor=NOVELTY),
            "covariance": covariance.accuracy,
            REHEARSED: partial(covariance.accuracy, rehearse=session.options.rehearsal),
        }
        named = {name: np.array([ask(q, n) for n, q in enumerate(draws)]) for name, ask in learners.items()}
        machines, selves = supervised(model, seen, draws), self_taught(model, seen, draws)
        found = named | machines | selves
        for name, values in found.items():
            model.series("accuracy", np.arange(len(values)), values, "draw", kernels=kernels, learner=name)
            model.metric("accuracy", float(np.mean(values)), kernels=kernels, learner=name, examples=1)
            model.metric("best_accuracy", float(np.max(values)), kernels=kernels, learner=name, examples=1)
        for name, others in (("supervised", machines), ("self_taught", selves)):
            best = max(each.mean() for each in others.values())
            model.metric("margin", named[REHEARSED].mean() - best, kernels=kernels, over=name)
        model.metric("n_draws", len(draws), kernels=kernels)
        many(model, seen, covariance)


def many(model: NamingModel, seen: Seen, namer: Namer) -> None:
    """Record the test accuracy of the covariance rule with rehearsal after many examples of each class."""
    labels, options = model.labels[0], model.session.options
    n = min(options.n_many, int(np.bincount(labels).min()))
    chosen = drawn(model, n, "many")
    model.metric("n_many", n, kernels=seen.kernels)
    accuracy = namer.accuracy(chosen, rehearse=options.rehearsal)
    model.metric("accuracy", accuracy, kernels=seen.kernels, learner=REHEARSED, examples="many")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the distribution of accuracies over draws."""
    from protocols.naming.drawing import naming as naming_drawing

    return {"one_shot": naming_drawing.one_shot(folder)}


PROTOCOL = Protocol(
    name="naming_one_shot",
    title="Names from one example",
    network="naming",
    run=run,
    schedule=schedule,
    description="One example of each class is named once: published rule with novelty, our own rule, classifiers.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    starting=starting,
    cost=cost,
    figures=figures,
    phenomena=ONE_SHOT,
    headline=one_shot_headline,
)
