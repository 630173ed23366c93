"""Memory construction: images stored in one shot are recalled and replayed, and replay teaches the student.

After Spens & Burgess (2024), Figs. 2 to 4. The teacher stores images and recalls them from masked cues; in sleep, noise
makes it replay them, and the student learns from these replays alone. Between nights the student perceives test images:
how well it reconstructs them, and what latents tell about their classes. Controls: stored weights shuffled over the
synapses of each index cell; a student that studied the images themselves; one without synaptic scaling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from networks import generative
from networks.generative import readout
from protocols.generative import measures
from protocols.generative.claims import CONSTRUCTION
from protocols.generative.data import CuedOptions, Data, check, cued, labelled, load, orders
from protocols.generative.meanings import MEANINGS
from protocols.generative.night import checked, data_of, nights, shuffled, stored, test_student
from protocols.generative.starting import starting
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.schedule.schedule import Schedule

SHOWN = 10  # images in figures
SCALED = ("yes", "no")  # whether features are standardised before decoding
type Decoder = Callable[[np.ndarray], list[float]]


@dataclass(frozen=True)
class Options(CuedOptions):
    """Options of memory construction."""

    replays: tuple[float, ...] = field_of(
        (30, 100, 300, 1000, 2000, 3000), "numbers of replays after which the student is tested", FITTED, high=1e6
    )

    def __post_init__(self) -> None:
        """Check the numbers of replays."""
        super().__post_init__()
        checked(self.replays)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of one animal, with branches for the controls."""
    phases, p = circuit.phases, circuit.phases.parameters
    data = load(options, p, draw)
    which, cues = cued(options, data.memories, draw)
    found = Life(data=data, which=which, cues=cues)
    awake = stored(found, phases, data.memories)
    rest = phases.replay(max(1, len(data.memories) // 3), learn=False)
    for control, edit in (("", None), ("_shuffled", shuffled(draw))):
        awake.ask(f"recall{control}", phases.recall(cues), record=("index", "sense"), edit=edit)
        awake.ask(f"rest{control}", rest, record=("index", "sense"), edit=edit)
    checkpoints = checked(options.replays)
    test_student(awake, phases, data.test, "0")
    nights(awake, phases, checkpoints, data.test)
    last = (checkpoints[-1],)
    nights(awake, phases, last, data.test, "shuffled", edit=shuffled(draw))
    nights(awake, phases, last, data.test, "unscaled", {"latent_error.scaling": 0.0})
    order = draw.rng("study").permutation(np.resize(np.arange(len(data.memories)), checkpoints[-1]))
    most = p.max_images
    parts = [phases.study(data.memories[order[k : k + most]], f"study {k}") for k in range(0, len(order), most)]
    test_student(awake.then("night_images", Schedule(parts), record=(), keep=False), phases, data.test, "images")
    return found


def measure(session: Session[generative.Parameters, Options], lived: Lived) -> None:
    """Record recall, replay, reconstruction and decoding."""
    data = data_of(lived)
    session.metric("memories", len(data.memories), images=data.known_as)
    session.metric("labels", labelled(session.options, data), images=data.known_as)
    _teacher(session, lived, data)
    _student(session, lived, data)


def _teacher(session: Session[generative.Parameters, Options], lived: Lived, data: Data) -> None:
    """Record recall from cues and replay in noise, with the stored weights and with shuffled ones."""
    p, which, of = session.parameters, lived.life.facts["which"], data.known_as
    for control, weights in (("", "stored"), ("_shuffled", "shuffled")):
        found = readout.recalled(p, lived[f"recall{control}"], p.times.recall)
        rest = readout.recalled(p, lived[f"rest{control}"], p.times.replay)
        session.metric("right", float(np.mean(found.winner == which)), weights=weights, images=of)
        for recall, each, wanted in (("cue", found, which), ("noise", rest, rest.winner)):
            mean = float(measures.correlations(each, data.memories, wanted).mean())
            session.metric("correlation", mean, recall=recall, weights=weights, images=of)
        for name, value in measures.replay(rest).items():
            session.metric(name, value, weights=weights, images=of)
        if not control:
            shown = (data.memories[which], np.maximum(lived.life.facts["cues"], 0), found.images, rest.images)
            n = min(SHOWN, *map(len, shown))
            session.array("recalled_images", np.stack([each[:n] for each in shown]), ("row", "item", "y", "x"))


def _student(session: Session[generative.Parameters, Options], lived: Lived, data: Data) -> None:
    """Record how well test images are reconstructed, and what latents tell about their classes."""
    p, of, checkpoints = session.parameters, data.known_as, (0, *checked(session.options.replays))
    last = checkpoints[-1]
    labels = dict(zip(("replay", "naive"), map(str, (last, 0)), strict=True))
    labels |= {"images": "images", "shuffled": f"shuffled_{last}", "unscaled": f"unscaled_{last}"}
    decode = _decoder(session, data)
    found = {label: _tested(p, lived, data, label, decode) for label in {*map(str, checkpoints), *labels.values()}}
    for student, label in labels.items():
        session.metric("error", found[label][0], student=student, images=of)
        for scaled, value in zip(SCALED, found[label][1], strict=True):
            session.metric("accuracy", value, features="latents", student=student, scaled=scaled, images=of)
    errors = [found[str(n)][0] for n in checkpoints]
    accuracies = [found[str(n)][1][0] for n in checkpoints]
    session.series("error", checkpoints, errors, "replays")
    session.series("accuracy", checkpoints, accuracies, "replays")
    session.metric("fall", float(spearmanr(checkpoints, errors).statistic), images=of)
    session.metric("rise", float(spearmanr(checkpoints, accuracies).statistic), images=of)
    mean = np.broadcast_to(data.memories.mean(axis=0), data.test.shape)
    session.metric("error", measures.error(mean, data.test), student="mean_image", images=of)
    for name, factor in (("components", 1), ("components_twice", 2)):
        parts = measures.by_components(data.memories, data.test, factor * p.student.latents)
        session.metric("error", measures.error(parts, data.test), student=name, images=of)
    for scaled, value in zip(SCALED, decode(data.test.reshape(len(data.test), -1)), strict=True):
        session.metric("accuracy", value, features="pixels", scaled=scaled, images=of)
    seen = readout.pictures(p, lived[f"test_{last}"])
    session.array("reconstructed_images", np.stack([data.test[:SHOWN], seen[:SHOWN]]), ("row", "item", "y", "x"))


def _decoder(session: Session[generative.Parameters, Options], data: Data) -> Decoder:
    """Return the function that decodes classes from features, standardised or as they are, with the same draws."""
    draws, n = orders(session, data), labelled(session.options, data)
    return lambda features: [measures.decoded(features, data.labels, draws, n, scaled == "yes") for scaled in SCALED]


def _tested(
    p: generative.Parameters, lived: Lived, data: Data, label: str, decode: Decoder
) -> tuple[float, list[float]]:
    """Return the error of reconstruction and the accuracies of decoding in a test."""
    recording = lived[f"test_{label}"]
    return measures.error(readout.pictures(p, recording), data.test), decode(readout.latents(p, recording))


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of recalled and replayed images, of reconstructions, and of errors and accuracy over replay."""
    from protocols.generative import drawing

    return {
        "recall": drawing.recalled(folder),
        "learning": drawing.learning(folder),
        "reconstruction": drawing.reconstructed(folder),
    }


PROTOCOL = Protocol(
    name="construction",
    title="Memory construction: one-shot storage, replay in sleep, and a student that learns from replay alone",
    network="generative",
    life=life,
    measure=measure,
    description="Images are stored and recalled from masked cues; replay teaches a generative student; controls.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=CONSTRUCTION,
)
