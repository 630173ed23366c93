"""Imagery: a name recalls what is typical of its class, and two pointers at once recall both of their images.

Images are remembered together with the names of their classes. A name then cues all pointers that were bound to it;
the recalled picture, and one recalled from a single pointer of the class, are compared with the means of the classes.
Then pairs of pointers are cued together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from networks import recollection
from networks.recollection import measures
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.imagery import IMAGERY
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes
from protocols.recollection.procedure.quality import reader, shown
from protocols.recollection.words import IMAGERY as IMAGERY_IN_WORDS
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State

EXPLAINED = (
    "Upper rows: one column per class, its mean and what its name recalls. Lower rows: two remembered images, and what "
    "their pointers recall when both are cued at once; above each column the class of its first image."
)


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of imagery."""

    least: ClassVar[int] = 3  # two images are cued at once and compared with others

    n_episodes: int = field_of(50, "test images to remember", FITTED, low=least)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life of the network."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    seen = start.then("episodes_0", phases.memorise(blank, [0, 1]))
    seen.ask("by_name", phases.recall_from_name([0, 1], n_steps=options.n_steps))
    seen.ask("single", phases.recall_episode([0, 1], n_steps=options.n_steps))
    seen.ask("pairs", phases.recall_episode([0, 1], n_steps=options.n_steps, second=[1, 0]))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    model = rememberer(session)
    state, _ = model.memorised(names=model.labels_of)
    by_name(model, state)
    pairs(model, state)


def by_name(model: RecallModel, state: State) -> None:
    """Recall from the name of each class, and compare with the mean of the images remembered with it."""
    session, labels = model.session, model.labels_of
    classes = np.unique(labels)
    typical = np.stack([model.sight.contrast[labels == each].mean(axis=0) for each in classes])
    phase = model.phases.recall_from_name(classes, n_steps=session.options.n_steps)
    pictures = model.sight.pictured(model.recalled("by_name", phase, state)["input"])
    one = np.array([np.flatnonzero(labels == each)[0] for each in classes])  # the first episode of each class
    single = model.from_pointers("single", state, one)
    for name, recalled in (("name", pictures), ("single", single)):
        result = measures.quality(measures.correlations(recalled, typical))
        for what in ("correlation", "others", "identified"):
            model.metric(what, result[what], recall=name)
    model.metric("class", reader(model).right(pictures, classes), recall="name")
    shown(model, "typical", typical)
    shown(model, "name", pictures)


def pairs(model: RecallModel, state: State) -> None:
    """Cue two pointers at once, and compare the recalled picture with both images and with others."""
    session, n = model.session, model.n
    first, second = np.arange(n), np.roll(np.arange(n), 1)
    phase = model.phases.recall_episode(first, n_steps=session.options.n_steps, second=second)
    pictures = model.sight.pictured(model.recalled("pairs", phase, state)["input"])
    found = measures.correlations(measures.edges(pictures), model.sight.edges)
    rows = np.arange(n)
    weaker = np.minimum(found[rows, first], found[rows, second])
    different = np.ones(found.shape, bool)
    different[rows, first] = different[rows, second] = False
    limit = np.percentile(found[different], measures.LEVEL)
    model.metric("weaker", weaker.mean(), recall="pair")
    model.metric("others", found[different].mean(), recall="pair")
    model.metric("above_others", (weaker > limit).mean(), recall="pair")
    shown(model, "first", model.sight.contrast[first])
    shown(model, "second", model.sight.contrast[second])
    shown(model, "both", pictures)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the pictures recalled from names and from pairs of pointers."""
    from protocols.recollection.drawing.pictures import pictures

    seen = set(folder.notes("episodes"))
    classes = [name for name in folder.notes("classes") if name in seen]
    return {"imagery": pictures(folder, IMAGERY_IN_WORDS, EXPLAINED, titles={"typical": classes, "name": classes})}


PROTOCOL = Protocol(
    name="imagery",
    title="Imagery: names recall typical images, two pointers recall both images",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Recall from the names of classes, and from two pointers at once.",
    check=check_episodes,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=IMAGERY,
)
