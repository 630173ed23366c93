"""A cued detail: a name and a location recall the part of the image that was at the location.

Each image is remembered with its own name. Later the name is presented while a location is cued: a random place at
which the image has contrast. Inside a disc around it, the recalled picture is compared with that part of the image.
Controls: the location alone; other names with the same location; the name alone, which recalls the whole image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from networks import recollection
from networks.naming import readout
from networks.recollection import measures
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.imagery import DETAIL
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes
from protocols.recollection.procedure.quality import shown
from protocols.recollection.words import DETAIL as DETAIL_IN_WORDS
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

OTHER_NAMES = (1, 2, 3)  # offsets of other names from the right one

EXPLAINED = "Columns are remembered images, with their classes; each is cued at one location."


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of cued details."""

    least: ClassVar[int] = len(OTHER_NAMES) + 1

    n_episodes: int = field_of(50, "test images to remember", FITTED, low=least)
    radius: float = field_of(0.15, "radius of the cued location, in image heights", FITTED, low=0.06, high=0.5)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life of the network."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    at = np.array([[0.3, 0.3, options.radius], [0.7, 0.7, options.radius]])
    seen = start.then("episodes_0", phases.memorise(blank, [0, 1]))
    seen.ask("recall_part", phases.recall_from_name([0, 1], n_steps=options.n_steps, at=at))
    seen.ask("recall_whole", phases.recall_from_name([0, 1], n_steps=options.n_steps))
    seen.ask("recall_place", phases.look_at(at, n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    model, n_steps = rememberer(session), session.options.n_steps
    every = np.arange(model.n)
    at = places(model)
    phases = model.phases
    state, _ = model.memorised(names=every)
    cues = {
        "part": phases.recall_from_name(every, n_steps=n_steps, at=at),
        "whole": phases.recall_from_name(every, n_steps=n_steps),
        "place": phases.look_at(at, n_steps=n_steps),
    }
    for shift in OTHER_NAMES:
        cues[f"other_{shift}"] = phases.recall_from_name(np.roll(every, shift), n_steps=n_steps, at=at)
    spikes = {name: model.recalled(f"recall_{name}", phase, state)["input"] for name, phase in cues.items()}
    compared(model, at, {name: model.sight.pictured(each) for name, each in spikes.items() if name != "place"})
    confined(model, at, spikes)


def places(model: RecallModel) -> np.ndarray:
    """Return for each image a random place with contrast, and the radius, in the form that `recall_from_name` takes."""
    radius, size = model.session.options.radius, model.images.test.size
    generator, found = model.session.rng("places"), []
    for picture in model.sight.contrast:
        row, column = np.asarray(generator.choice(np.argwhere(picture != 0))) + 0.5
        inside = (
            np.clip(row / size[0], radius, 1 - radius),
            np.clip(column / size[0], radius, size[1] / size[0] - radius),
        )
        found.append([*inside, radius])
    return np.array(found)


def compared(model: RecallModel, at: np.ndarray, pictures: dict[str, np.ndarray]) -> None:
    """Record the similarity of the recalled picture and the image at the location."""
    discs = measures.discs(at, model.sight.edges.shape[1:])

    found = {
        name: measures.correlations_within(measures.edges(each), model.sight.edges, discs)
        for name, each in pictures.items()
    }
    own = {name: np.diag(each) for name, each in found.items()}
    others = np.mean([own[f"other_{shift}"] for shift in OTHER_NAMES], axis=0)
    for name in ("part", "whole"):
        model.metric("correlation", own[name].mean(), recall=name)
        model.metric("identified", (found[name].argmax(axis=1) == np.arange(model.n)).mean(), recall=name)
    p = paired_test(own["part"], others, alternative="greater")
    model.metric("others", others.mean(), recall="part")
    model.metric("specificity", (own["part"] - others).mean(), recall="part")
    model.metric("specificity_p", p, recall="part")
    seen = model.sight.contrast * measures.discs(at, model.images.test.size)
    rows = {"perceived": model.sight.contrast, "there": seen}
    for name, row in (rows | {name: pictures[name] for name in ("part", "whole", "other_1")}).items():
        shown(model, name, row)


def confined(model: RecallModel, at: np.ndarray, spikes: dict[str, np.ndarray]) -> None:
    """Record the number of recalled spikes, and their share within the receptive fields of bound neurons there."""
    p = model.parameters
    reach = max(readout.reach(p, layer) for layer in p.pointers.layers.split()) / p.height
    near = measures.discs(at + [0, 0, reach], (p.height, p.width))
    for name in ("part", "whole", "place"):
        counts = spikes[name].reshape(model.n, -1, p.height, p.width).sum(axis=1)
        model.metric("spikes", counts.sum() / model.n, recall=name)
        if counts.any():
            model.metric("inside", (counts * near).sum() / counts.sum(), recall=name)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the perceived images, of their part at the location, and of the recalled pictures."""
    from protocols.recollection.drawing.pictures import pictures

    return {"detail": pictures(folder, DETAIL_IN_WORDS, EXPLAINED)}


PROTOCOL = Protocol(
    name="recall_detail",
    title="Recall of a cued detail: a name and a location",
    network="recollection",
    run=run,
    schedule=schedule,
    description="A name and a location recall the part of the image that was there; controls.",
    check=check_episodes,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=DETAIL,
)
