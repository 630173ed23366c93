"""Novelty decides what is encoded: new images take a pointer, images seen before take no second one.

Half of the images are remembered. Then all of them are seen in random order, each for two steps: in the first step they
are compared with what is remembered, in the second they are encoded if new. The comparison is repeated with only part
of the spikes of each image. Control: couplings of the pointers shuffled beforehand, so that nothing is familiar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.metrics import roc_auc_score

from networks import recollection
from networks.naming.readout import changed
from networks.recollection.novelty import SIMILARITY
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.memory import NOVELTY
from protocols.recollection.procedure.conditions import couplings, degraded
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes, check_once
from protocols.recollection.procedure.quality import record, shown
from protocols.recollection.words import NOVELTY as NOVELTY_IN_WORDS
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State
from spiking_engrams.values.plain import in_short

EXPLAINED = (
    "Images that were remembered beforehand, and new ones that were encoded when they were seen, with their classes."
)


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of novelty."""

    least: ClassVar[int] = 4  # two known images and two new ones

    n_episodes: int = field_of(40, "test images, half of them remembered beforehand", FITTED, low=least)
    kept: tuple[float, ...] = field_of(
        (1, 0.9, 0.7, 0.5), "shares of the input spikes shown in the comparison", FITTED, low=1e-6, high=1.0
    )

    def __post_init__(self) -> None:
        """Check that there are shares, none of them twice."""
        super().__post_init__()
        check_once("kept", self.kept)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life of the network."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    known = start.then("known_0", phases.memorise(blank[:1]))
    known.ask(f"compared_{in_short(options.kept[0])}", phases.compare(blank))
    after = known.then("known_and_new", phases.memorise_new(blank))
    after.ask("recall", phases.recall_episode([0, 1], n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    model = rememberer(session)
    known = np.arange(model.n // 2)
    state, _ = model.memorised("known", which=known)
    model.metric("familiar", model.parameters.pointers.familiar)
    for kept in session.options.kept:
        compared(model, state, kept)
    after, pointers = encoded(model, state, "kept")
    encoded(model, within_pointers(model, state), "shuffled")
    new = np.array([image for image in pointers if image >= len(known)])
    session.note("new_episodes", [model.images.test.classes[label] for label in model.labels_of[new]])
    which = np.concatenate([known, new])
    cues = np.concatenate([known, [pointers[image] for image in new]]).astype(int)
    pictures = model.from_pointers("recall", after, cues)
    for name, images, found in (("known", known, pictures[: len(known)]), ("new", new, pictures[len(known) :])):
        if len(images) > 1:
            shown(model, f"{name}_seen", model.sight.contrast[images])
            record(model, name, found, images, which)


def within_pointers(model: RecallModel, state: State) -> Any:
    """Return a state in which the couplings of each pointer are shuffled, which keeps the norm of its weights."""
    generator, n = model.session.rng("shuffled"), model.parameters.pointers.n
    rows = {name: np.asarray(state[name]).reshape(n, -1) for name in couplings(model)}
    return changed(state, {name: generator.permuted(each, axis=1).ravel() for name, each in rows.items()})


def compared(model: RecallModel, state: State, kept: float) -> None:
    """Record how similar images are to what is remembered when only a share of their spikes is seen."""
    session, n_known = model.session, model.n // 2
    trains = degraded(model, f"kept_{in_short(kept)}", kept)
    _, recording = session.run(f"compared_{in_short(kept)}", model.phases.compare(trains), state, keep=False, record=())
    similarity = recording.traces[SIMILARITY].ravel()[1:]
    is_known = np.arange(model.n) < n_known
    model.metric("auc", roc_auc_score(is_known, similarity), kept=kept)
    model.metric("familiarity", similarity[is_known].mean(), kept=kept, seen="known")
    model.metric("familiarity", similarity[~is_known].mean(), kept=kept, seen="new")
    recognised = similarity[is_known] >= model.parameters.pointers.familiar
    model.metric("recognised", recognised.mean(), kept=kept)
    model.session.series("similarity", is_known, similarity, "known", images=model.known_as, kept=kept)


def encoded(model: RecallModel, state: State, couplings: str) -> tuple[Any, dict[int, int]]:
    """Show all images, record which are encoded, and return the new state and the pointer of each encoded image."""
    session, n_known = model.session, model.n // 2
    order = session.rng("order").permutation(model.n)
    phase = model.phases.memorise_new(model.trains[order])
    after, recording = session.run(
        "shuffled_known_and_new" if couplings == "shuffled" else "known_and_new", phase, state, record=["novelty"]
    )
    fired = recording.counts("novelty", float(session.circuit.step)).ravel()[1::2] > 0
    is_known = order < n_known
    model.metric("encoded", fired[is_known].mean(), seen="known", couplings=couplings)
    model.metric("encoded", fired[~is_known].mean(), seen="new", couplings=couplings)
    return after, {int(image): n_known + k for k, image in enumerate(order[fired])}


def check(options: Options, parameters: recollection.Parameters) -> None:
    """Raise an error if images or shares cannot be used, or there are too few pointers."""
    check_episodes(options, parameters)
    if (needed := options.n_episodes + options.n_episodes // 2) > parameters.pointers.n:
        raise ParameterError(
            f"{options.n_episodes} images need up to {needed} pointers (two for half of them); pointers.n is "
            f"{parameters.pointers.n}: pass --set pointers.n={needed}, or fewer images by --set protocol.n_episodes."
        )


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of recalled images, and of the similarity of images to what is remembered."""
    from protocols.recollection.drawing import curves as recall_curves
    from protocols.recollection.drawing.pictures import pictures

    new = folder.notes("new_episodes")
    recalled = pictures(folder, NOVELTY_IN_WORDS, EXPLAINED, titles={"new_seen": new, "new": new})
    return {"recalled": recalled, "similarity": recall_curves.similarity(folder)}


PROTOCOL = Protocol(
    name="recall_novelty",
    title="Novelty decides what is encoded",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Known and new images are seen, and only the new ones are encoded; control.",
    check=check,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=NOVELTY,
)
