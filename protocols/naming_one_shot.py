"""Names from one example of each class: how many other objects are then named?

Pairs (or sets) of training images, one of each class, are drawn at random, named once, and all test images are named
back. The published rule has its rates raised by novelty; the covariance rule knows what is familiar from the training
images, seen without names. Beside them classifiers of the same examples, as published and with the same experience.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from protocols.naming import deposit, schedule
from protocols.naming_data import ImageOptions
from protocols.naming_few_claims import ONE_SHOT
from protocols.naming_names import Namer
from protocols.naming_subject import Seen, Subject, baselines
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of

FACTOR = 65.0  # of novelty (Ben Houidi 2021, code)


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
        draws = [examples(subject, number) for number in range(session.options.n_draws)]
        found = {
            "published": once(subject, seen, Namer(subject, seen, "published"), draws),
            "covariance": once(subject, seen, Namer(subject, seen, "covariance"), draws),
            **classified(subject, seen, draws),
        }
        for name, values in found.items():
            session.series(f"{subject.images.known_as}_{kernels}_{name}", np.arange(len(values)), values)
            deposit(subject, seen, f"one_shot_{name}", np.mean(values))
            deposit(subject, seen, f"one_shot_{name}_max", np.max(values))
        compare_rules(subject, seen, found)
        deposit(subject, seen, "covariance_many", many(subject, seen))


def compare_rules(subject: Subject, seen: Seen, found: dict[str, np.ndarray]) -> None:
    """Deposit the lower end of the interval (95 %, bootstrap over draws) of the covariance rule above classifiers."""
    best = max((name for name in found if name not in ("published", "covariance")), key=lambda n: found[n].mean())
    margin = found["covariance"] - found[best]
    drawn = subject.session.rng("bootstrap").integers(0, len(margin), (2000, len(margin)))
    deposit(subject, seen, "one_shot_margin", margin.mean())
    deposit(subject, seen, "one_shot_margin_low", np.percentile(margin[drawn].mean(axis=1), 2.5))
    alone = found["covariance"][drawn].mean(axis=1)
    deposit(subject, seen, "one_shot_covariance_low", np.percentile(alone, 2.5))


def examples(subject: Subject, number: int) -> np.ndarray:
    """Return a random training image of each class, in random order."""
    generator = subject.session.rng(f"examples {number}")
    chosen = [generator.choice(np.flatnonzero(subject.labels[0] == c)) for c in range(subject.images.n_classes)]
    return generator.permutation(chosen)


def once(subject: Subject, seen: Seen, namer: Namer, draws: list[np.ndarray]) -> np.ndarray:
    """Return the test accuracy after each draw was named once."""
    (spikes, asked), (labels, right) = seen.spikes, subject.labels
    factor = FACTOR if namer.rule == "published" else 1.0
    experienced = namer.experienced(namer.born(), spikes)
    accuracies = []
    for number, chosen in enumerate(draws):
        born = namer.born(number) if namer.rule == "published" else experienced
        state = namer.taught(born, spikes[chosen], labels[chosen], factor)
        accuracies.append((namer.answers(state, asked) == right).mean())
    return np.array(accuracies)


def many(subject: Subject, seen: Seen) -> float:
    """Return the test accuracy of the covariance rule after many examples of each class, one after the other."""
    namer, (labels, right) = Namer(subject, seen, "covariance"), subject.labels
    order = subject.session.rng("order").permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == c][: subject.session.options.n_many] for c in np.unique(labels)])
    chosen = subject.session.rng("many").permutation(chosen)
    state = namer.experienced(namer.born(), seen.spikes[0])
    state = namer.taught(state, seen.spikes[0][chosen], labels[chosen])
    return float((namer.answers(state, seen.spikes[1]) == right).mean())


def classified(subject: Subject, seen: Seen, draws: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return test accuracies of classifiers fitted to the features of each draw.

    As published they standardise features with the examples alone; `experienced` ones with all training images, seen
    without names, which is what the covariance rule knows too.
    """
    (train, test), (labels, right) = seen.features, subject.labels
    scaler = StandardScaler().fit(train)
    known, asked = scaler.transform(train), scaler.transform(test)
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
