"""Names from one example of each class: how many other objects are then named?

Pairs (or sets) of training images, one of each class, are drawn at random, named once, and all test images are named
back. The published rule has its rates raised by novelty. The covariance rule knows what is familiar from the training
images, seen without names; once it knows a name, it can rehearse: the training images are seen again, and the names
that they bring back are learned with them. Beside them classifiers of the same examples: as published, with the same
experience, and one that learns from images without labels too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.semi_supervised import LabelSpreading

from protocols.naming import deposit
from protocols.naming_data import ImageOptions
from protocols.naming_few_claims import ONE_SHOT
from protocols.naming_names import Namer, drawn
from protocols.naming_schedule import schedule
from protocols.naming_subject import Seen, Subject, baselines, check, standardised
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of

NOVELTY = 65.0  # factor of the published rates (Ben Houidi 2021, code)
OWN = "rehearsed"
UNLABELLED = -1


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of one-shot naming."""

    n_draws: int = field_of(30, "sets of examples that are drawn", FITTED, low=1)
    n_many: int = field_of(200, "examples per class with which the own rule must not forget", FITTED, low=1)


def run(session: Any) -> None:
    """Run one seed."""
    subject = Subject(session)
    for kernels, state in subject.states().items():
        seen = subject.see(state, kernels)
        draws = [drawn(subject, 1, f"examples {number}") for number in range(session.options.n_draws)]
        published, covariance = (Namer(subject, seen, rule) for rule in ("published", "covariance"))
        learners: dict[str, Callable[[np.ndarray, int], float]] = {
            "published": partial(published.accuracy, factor=NOVELTY),
            "covariance": covariance.accuracy,
            OWN: partial(covariance.accuracy, rehearse=True),
        }
        named = {name: np.array([ask(q, n) for n, q in enumerate(draws)]) for name, ask in learners.items()}
        machines = classified(subject, seen, draws)
        found = named | machines
        for name, values in found.items():
            session.series(f"{subject.images.known_as}_{kernels}_{name}", np.arange(len(values)), values)
            deposit(subject, seen, f"one_shot_{name}", np.mean(values))
            deposit(subject, seen, f"one_shot_{name}_max", np.max(values))
        deposit(subject, seen, "n_draws", len(draws))
        deposit(subject, seen, "one_shot_margin", named[OWN].mean() - max(each.mean() for each in machines.values()))
        deposit(subject, seen, "rehearsed_many", many(subject, covariance))


def many(subject: Subject, namer: Namer) -> float:
    """Return the test accuracy of a rule after many examples of each class, one after the other."""
    labels, most = subject.labels[0], subject.session.options.n_many
    order = subject.session.rng("order").permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == c][:most] for c in np.unique(labels)])
    return namer.accuracy(subject.session.rng("many").permutation(chosen), rehearse=True)


def classified(subject: Subject, seen: Seen, draws: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return test accuracies of classifiers fitted to the features of each draw.

    As published they standardise features with the examples alone; `experienced` ones with all training images, seen
    without names, which is what the covariance rule knows too. Label spreading takes these for examples as well.
    """
    (train, test), (labels, right), (known, asked) = seen.features, subject.labels, standardised(seen.features)
    found = {}
    for name, pipeline in baselines(train.shape[1]).items():
        last = pipeline[-1]
        found[f"{name}_experienced"] = np.array([last.fit(known[q], labels[q]).score(asked, right) for q in draws])
        if name != "nearest_mean":
            found[name] = np.array([pipeline.fit(train[q], labels[q]).score(test, right) for q in draws])
    found["label_spreading"] = np.array([_spread(known, labels, q).score(asked, right) for q in draws])
    return found


def _spread(known: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> LabelSpreading:
    """Return a classifier fitted to all images, of which those chosen have their labels."""
    partly = np.full(len(labels), UNLABELLED)
    partly[chosen] = labels[chosen]
    return LabelSpreading(kernel="knn", n_neighbors=min(7, len(labels))).fit(known, partly)


def figures(folder: Any) -> dict[str, Any]:
    """Return the distribution of accuracies over draws."""
    from protocols import naming_drawing

    return {"one_shot": naming_drawing.one_shot(folder)}


PROTOCOL = Protocol(
    name="naming_one_shot",
    title="Names from one example",
    network="naming",
    run=run,
    schedule=schedule,
    description="One example of each class is named once; the published rule with novelty, an own one, classifiers.",
    options=Options(),
    check=check,
    figures=figures,
    phenomena=ONE_SHOT,
)

if __name__ == "__main__":
    from protocols.command import main

    main("naming_one_shot")
