"""Learn objects together with their names; then recall the names of other objects of the same classes.

Kernels learned here (and published ones, if given) form concept neurons; names are taught with all training images
under each coupling rule and recalled from the test images. Classifiers of the same network's features serve as a
comparison. Controls: names taught with shuffled labels; the backward pathway closed; untrained kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import naming
from networks.naming.parameters import OWN_RULES, RULES
from protocols.images.presets import cost, starting
from protocols.naming.claims.any_images import ANY_NAMING
from protocols.naming.claims.naming import NAMING
from protocols.naming.classifiers import baselines, score
from protocols.naming.data import ImageOptions
from protocols.naming.kernels import LEARNED, NAIVE
from protocols.naming.lessons import schedule
from protocols.naming.meanings import MEANINGS
from protocols.naming.model import NamingModel, Seen, check
from protocols.naming.names import Namer
from protocols.naming.outcome import deposit_machines, deposit_named, headline, pixels
from protocols.naming.splits import bootstrap
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of naming."""

    passes: int = field_of(3, "how often all training images are named under the surprise rule", FITTED, low=1)
    splits: int = field_of(0, "bootstrap splits of all images, published rule versus a classifier", FITTED, low=0)
    rules: str = field_of("", "coupling rules to compare, separated by spaces; empty: all", FITTED)
    shuffles: int = field_of(5, "number of controls with shuffled labels", FITTED, low=1)

    def __post_init__(self) -> None:
        """Check the names of the rules."""
        super().__post_init__()
        if not set(self.rules.split()) <= set(RULES):
            raise ParameterError(f"Options.rules = '{self.rules}': choose from {', '.join(RULES)}; empty: all.")


def run(session: Session[naming.Parameters, Any]) -> None:
    """Run one seed."""
    model = NamingModel(session)
    order = session.rng("order").permutation(len(model.labels[0]))
    on_pixels = pixels(model)
    for name, value in on_pixels.items():
        model.metric("accuracy", value, features="pixels", classifier=name)
    for kernels, state in {**model.states(), NAIVE: model.naive}.items():
        seen = model.see(state, kernels)
        scores = compare(model, seen)
        if kernels == LEARNED:
            deposit_machines(model, on_pixels, scores)
        if kernels == NAIVE:
            name_all(model, seen, model.parameters.names.rule, order)
            continue
        for rule in session.options.rules.split() or RULES:
            name_all(model, seen, rule, order, details=rule == model.parameters.names.rule)
        if session.options.splits and kernels != LEARNED:
            bootstrap(model, seen)


def compare(model: NamingModel, seen: Seen) -> dict[str, float]:
    """Record and return the accuracies of classifiers of the features."""
    machines = baselines(seen.features[0].shape[1])
    scores = {name: score(machine, seen.features, model.labels) for name, machine in machines.items()}
    for name, value in scores.items():
        model.metric("accuracy", value, kernels=seen.kernels, classifier=name)
    return scores


def name_all(model: NamingModel, seen: Seen, rule: str, order: np.ndarray, details: bool = False) -> None:
    """Teach the names of all training images and recall those of the test images; with `details`, also run controls."""
    namer = Namer(model, seen, rule)
    (spikes, asked), (labels, right) = namer.spikes, model.labels
    passes = model.session.options.passes if rule == "surprise" else 1
    born = namer.experienced(namer.born(), spikes[order])

    def named(as_labelled: np.ndarray) -> Any:
        state = born
        for _ in range(passes):
            state = namer.taught(state, spikes[order], as_labelled[order])
        return state

    def metric(name: str, value: float, **conditions: str) -> None:
        model.metric(name, value, kernels=seen.kernels, rule=rule, **conditions)

    state = named(labels)
    answers = namer.answers(state, asked)
    metric("accuracy", (answers == right).mean())
    if rule not in OWN_RULES:
        weighted = namer.answers(state, asked, weighted=True)
        metric("accuracy", (weighted == right).mean(), votes="weighted")
    if not (details or rule == "published"):
        return
    silent = namer.answers(state, asked, gate=0.0)
    metric("answered", (silent >= 0).mean(), path="closed")
    orders = [model.session.rng(f"shuffle {n}").permutation(labels) for n in range(model.session.options.shuffles)]
    chance = [(namer.answers(named(shuffled), asked) == right).mean() for shuffled in orders]
    metric("accuracy", float(np.mean(chance)), labels="shuffled")
    model.metric("n_shuffles", len(chance), kernels=seen.kernels)
    if details and seen.kernels == LEARNED:
        n = model.images.n_classes
        confusion = np.zeros((n, n + 1))
        np.add.at(confusion, (right, answers), 1)  # no answer, -1, is the last column
        model.session.array("confusion", confusion, ("wanted", "answered"), "images")
        deposit_named(model, answers, silent, chance)
        namer.session.run("recall_example", namer.phases.recall(asked[:1]), state, keep=False)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of images with recalled names, of the confusion matrix, accuracies and spikes of one recall."""
    from protocols.naming.drawing.naming import accuracies, confusion, recall
    from protocols.naming.drawing.pictures import named

    shown = {"named": named(folder)} if "named_pictures" in folder.arrays else {}
    return {**shown, "confusion": confusion(folder), "accuracies": accuracies(folder), "recall": recall(folder)}


PROTOCOL = Protocol(
    name="naming",
    title="Names: learned with objects, recalled by backward currents",
    network="naming",
    run=run,
    schedule=schedule,
    starting=starting,
    cost=cost,
    description="Kernels learned by STDP, names under four rules, classifiers of the same features; controls.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    figures=figures,
    phenomena=(*ANY_NAMING, *NAMING),
    headline=headline,
)
