"""Recall of images: seen once, retained while others are seen, and recalled from a single cue.

Each episode takes a pointer, a name and a pattern of another modality (a sound). Afterwards other images are seen, and
each episode is recalled with eyes closed: from its pointer, from its name, and from a degraded image or sound, in which
only part of the neurons fire. Controls: everything but the synapses reset; the backward pathway closed; no
coupling; shuffled couplings of the pointers, path traces (globally, or among the synapses of each neuron), weights, or
traces and weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import recollection
from networks.recollection import measures
from protocols.images.presets import cost, starting
from protocols.naming.claims.any_images import ANY_RECALL
from protocols.naming.lessons import learned
from protocols.naming.model import chunks
from protocols.recollection.claims.recall import ENOUGH, RECALL
from protocols.recollection.procedure.conditions import conditions, sounds
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.matching import matched
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes
from protocols.recollection.procedure.outcome import headline, outcome
from protocols.recollection.procedure.quality import reader, record, shown
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State

REINSTATED = ("pointer", "shuffled_couplings")  # conditions for which all layers are compared with perception


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of image recall."""

    n_others: int = field_of(50, "other images seen before recall", FITTED, low=1)
    kept: float = field_of(0.5, "share of the spikes left in a degraded image or sound", FITTED, low=0.0, high=1.0)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life of the network, without controls."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    seen = start.then("episodes_0", phases.memorise(blank, [0, 1]))
    later, n_steps = seen.then("others_0", phases.retain(2, blank)), options.n_steps
    sounds = np.ones((2, parameters.pointers.sounds))
    later.ask("recall_pointer", phases.recall_episode([0, 1], n_steps=n_steps))
    later.ask("recall_name", phases.recall_from_name([0, 1], n_steps=n_steps))
    later.ask("recall_degraded", phases.recall_from_image(blank, n_steps=n_steps))
    later.ask("recall_sound", phases.recall_from_sound(sounds, n_steps=n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    recall_from_cues(rememberer(session))


def recall_from_cues(model: RecallModel) -> None:
    """Let a network remember its images, and record what it recalls in each condition."""
    session, n_steps = model.session, model.session.options.n_steps
    layers = tuple(model.layers)
    state, perceived = model.memorised(names=np.arange(model.n), sounds=sounds(model), record=layers)
    state = retained(model, state)
    shown(model, "original", model.sight.pictures - model.sight.pictures.mean(axis=(1, 2), keepdims=True))
    record(model, "perceived", model.sight.contrast)
    classes = reader(model)
    model.metric("class", classes.right(model.sight.contrast, model.labels_of), recall="perceived")
    share(model, state, perceived)
    wanted = 0.0  # least input spikes per recall in shuffled controls
    for name, (start, phase) in conditions(model, state).items():
        recorded, least = layers if name in REINSTATED else ("input",), wanted if "shuffled" in name else 0.0
        found = matched(model, name, (start, phase), recorded, least)
        wanted = wanted or ENOUGH * found["input"].sum(axis=1).mean()
        pictures = model.sight.pictured(found["input"])
        record(model, name, pictures)
        outcome(model, name, pictures, found["input"])
        if name == "pointer":
            shown(model, "decoded", model.sight.grey(pictures))
        model.metric("spikes", found["input"].sum(axis=1).mean(), recall=name)
        if name in ("pointer", "name", "degraded", "sound"):
            model.metric("class", classes.right(pictures, model.labels_of), recall=name)
            model.metric("cued", right_cue(found["pointers"]).mean(), recall=name)
        for layer in layers if name in REINSTATED else ():
            for what, value in measures.reinstated(found[layer], perceived[layer]).items():
                model.metric(what, value, recall=name, layer=layer)
    recall = model.phases.recall_episode([0], n_steps=n_steps).with_constants(model.gains)
    session.run("film", recall, state, keep=False, record=["input"])


def retained(model: RecallModel, state: State) -> Any:
    """Return the state after other images were seen."""
    others = model.images.train_spikes[: model.session.options.n_others]
    for first, chunk in chunks(others, model.parameters.max_images):
        state, _ = model.session.run(f"others_{first}", model.phases.retain(len(chunk), chunk), state, record=())
    return state


def right_cue(pointers: np.ndarray) -> np.ndarray:
    """Return for each recall whether the pointer of its episode, and no other, was cued."""
    return np.asarray((pointers > 0).sum(axis=1) == 1) & (pointers.argmax(axis=1) == np.arange(len(pointers)))


def share(model: RecallModel, state: State, perceived: dict[str, np.ndarray]) -> None:
    """Record the share of neurons of each bound layer, and of those that fired, bound to an episode's pointer."""
    for layer in model.parameters.pointers.layers.split():
        bound = state[f"pointers_{layer}.w"].reshape(model.parameters.pointers.n, -1)[: model.n] > 0
        fired = perceived[layer] > 0
        model.metric("bound", bound.mean(), layer=layer)
        model.metric("bound_of_fired", bound.sum() / max(1, int(fired.sum())), layer=layer)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of perceived and recalled images and of the reinstatement of layers, and a film of a recall."""
    from protocols.recollection.drawing import recall as recall_drawing

    return {
        "recalled": recall_drawing.recalled(folder),
        "layers": recall_drawing.layers(folder),
        "film": recall_drawing.film(folder),
    }


PROTOCOL = Protocol(
    name="image_recall",
    title="Images recalled from a single cue by backward currents",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Episodes are seen once and recalled from their pointer, name, or part of the image; controls.",
    meanings=MEANINGS,
    options=Options(),
    check=check_episodes,
    starting=starting,
    cost=cost,
    figures=figures,
    phenomena=(*ANY_RECALL, *RECALL),
    headline=headline,
)
