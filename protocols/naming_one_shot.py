"""Names from one example of each class: how many other objects are then named?

Pairs (or sets) of training images, one of each class, are drawn at random, named once, and all test images are named
back. The published rule has its rates raised by novelty; the covariance rule knows what is familiar from the training
images, seen without names. Beside them classifiers of the same examples, as published and with the same experience.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from protocols.naming import deposit, schedule
from protocols.naming_data import ImageOptions
from protocols.naming_few_claims import ONE_SHOT
from protocols.naming_names import Namer, drawn
from protocols.naming_subject import Seen, Subject, baselines, standardised
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of

FACTORS = {"published": 65.0, "covariance": 1.0}  # of novelty, by rule (65: Ben Houidi 2021, code)


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of one-shot naming."""

    n_draws: int = field_of(30, "sets of examples that are drawn", FITTED, low=1)
    n_many: int = field_of(200, "examples per class with which the covariance rule must not forget", FITTED, low=1)


def run(session: Any) -> None:
    """Run one seed."""
    subject = Subject(session)
    for kernels, state in subject.states().items():
        seen = subject.see(state, kernels)
        draws = [drawn(subject, 1, f"examples {number}") for number in range(session.options.n_draws)]
        namers = {rule: Namer(subject, seen, rule) for rule in FACTORS}
        found = {
            rule: np.array([namer.accuracy(chosen, number, FACTORS[rule]) for number, chosen in enumerate(draws)])
            for rule, namer in namers.items()
        }
        found |= classified(subject, seen, draws)
        for name, values in found.items():
            session.series(f"{subject.images.known_as}_{kernels}_{name}", np.arange(len(values)), values)
            deposit(subject, seen, f"one_shot_{name}", np.mean(values))
            deposit(subject, seen, f"one_shot_{name}_max", np.max(values))
        compare_rules(subject, seen, found)
        deposit(subject, seen, "covariance_many", many(subject, namers["covariance"]))


def compare_rules(subject: Subject, seen: Seen, found: dict[str, np.ndarray]) -> None:
    """Deposit the lower end of the interval (95 %, bootstrap over draws) of the covariance rule above classifiers."""
    best = max((name for name in found if name not in FACTORS), key=lambda n: found[n].mean())
    margin = found["covariance"] - found[best]
    drawn = subject.session.rng("bootstrap").integers(0, len(margin), (2000, len(margin)))
    deposit(subject, seen, "one_shot_margin", margin.mean())
    deposit(subject, seen, "one_shot_margin_low", np.percentile(margin[drawn].mean(axis=1), 2.5))
    alone = found["covariance"][drawn].mean(axis=1)
    deposit(subject, seen, "one_shot_covariance_low", np.percentile(alone, 2.5))


def many(subject: Subject, namer: Namer) -> float:
    """Return the test accuracy of a rule after many examples of each class, one after the other."""
    labels, most = subject.labels[0], subject.session.options.n_many
    order = subject.session.rng("order").permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == c][:most] for c in np.unique(labels)])
    return namer.accuracy(subject.session.rng("many").permutation(chosen))


def classified(subject: Subject, seen: Seen, draws: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return test accuracies of classifiers fitted to the features of each draw.

    As published they standardise features with the examples alone; `experienced` ones with all training images, seen
    without names, which is what the covariance rule knows too.
    """
    (train, test), (labels, right), (known, asked) = seen.features, subject.labels, standardised(seen.features)
    found = {}
    for name, pipeline in baselines(train.shape[1]).items():
        last = pipeline[-1]
        found[f"{name}_experienced"] = np.array([last.fit(known[q], labels[q]).score(asked, right) for q in draws])
        if name != "nearest_mean":
            found[name] = np.array([pipeline.fit(train[q], labels[q]).score(test, right) for q in draws])
    return found


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
    figures=figures,
    phenomena=ONE_SHOT,
)

if __name__ == "__main__":
    from protocols.command import main

    main("naming_one_shot")
