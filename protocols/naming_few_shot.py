"""Names from a few examples: how accuracy rises, and is lost again, with the number of examples and the rate.

A factor multiplies the published rates throughout. Fast learning needs few examples and then saturates, so that earlier
ones are forgotten. The covariance rule and a classifier see the same examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from protocols.naming import deposit, schedule
from protocols.naming_data import ImageOptions
from protocols.naming_few_claims import FEW_SHOT
from protocols.naming_names import Namer
from protocols.naming_subject import Seen, Subject, baselines
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of

NUMBERS = (1, 2, 5, 10, 20, 50, 100, 150, 200)
FACTORS = (1.0, 10.0)


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of few-shot naming."""

    n_draws: int = field_of(3, "sets of examples that are drawn for each number", FITTED, low=1)


def run(session: Any) -> None:
    """Run one seed."""
    subject = Subject(session)
    numbers = [n for n in NUMBERS if n <= np.bincount(subject.labels[0]).min()]
    for kernels, state in subject.states().items():
        seen = subject.see(state, kernels)
        namers = {f"published_x{factor:g}": Namer(subject, seen, "published") for factor in FACTORS}
        namers["covariance"] = Namer(subject, seen, "covariance")
        curves = {name: curve(subject, seen, namer, name, numbers) for name, namer in namers.items()}
        curves["svm_rbf"] = [classified(subject, seen, n) for n in numbers]
        for name, values in curves.items():
            session.series(f"{subject.images.known_as}_{kernels}_{name}", numbers, values, "examples per class")
            for n, value in zip(numbers, values, strict=True):
                deposit(subject, seen, f"few_{name}_{n}", value)


def drawn(subject: Subject, n: int, number: int) -> np.ndarray:
    """Return `n` random training images of each class, in random order."""
    generator, labels = subject.session.rng(f"{n} examples, {number}"), subject.labels[0]
    chosen = [generator.choice(np.flatnonzero(labels == c), n, replace=False) for c in np.unique(labels)]
    return generator.permutation(np.concatenate(chosen))


def curve(subject: Subject, seen: Seen, namer: Namer, name: str, numbers: list[int]) -> list[float]:
    """Return mean test accuracies over draws for each number of examples."""
    labels, right = subject.labels
    factor = float(name.rpartition("x")[2]) if namer.rule == "published" else 1.0
    found = []
    experienced = namer.experienced(namer.born(), seen.spikes[0])
    for n in numbers:
        accuracies = []
        for number in range(subject.session.options.n_draws):
            chosen = drawn(subject, n, number)
            born = namer.born(number) if namer.rule == "published" else experienced
            state = namer.taught(born, seen.spikes[0][chosen], labels[chosen], factor)
            accuracies.append((namer.answers(state, seen.spikes[1]) == right).mean())
        found.append(float(np.mean(accuracies)))
    return found


def classified(subject: Subject, seen: Seen, n: int) -> float:
    """Return the mean test accuracy of the support vector machine on the same draws.

    Features are standardised with all training images, which the covariance rule has seen without names too.
    """
    scaler, (labels, right) = StandardScaler().fit(seen.features[0]), subject.labels
    train, test = (scaler.transform(part) for part in seen.features)
    machine = baselines(train.shape[1])["svm_rbf"][-1]
    draws = [drawn(subject, n, number) for number in range(subject.session.options.n_draws)]
    return float(np.mean([machine.fit(train[q], labels[q]).score(test, right) for q in draws]))


def figures(folder: Any) -> dict[str, Any]:
    """Return accuracy over the number of examples."""
    from protocols import naming_drawing

    return {"few_shot": naming_drawing.few_shot(folder)}


PROTOCOL = Protocol(
    name="naming_few_shot",
    title="Names from a few examples",
    network="naming",
    run=run,
    schedule=schedule,
    description="Accuracy over the number of examples per class, at two rates, under an own rule, and of a classifier.",
    options=Options(),
    figures=figures,
    phenomena=FEW_SHOT,
)

if __name__ == "__main__":
    from protocols.command import main

    main("naming_few_shot")
