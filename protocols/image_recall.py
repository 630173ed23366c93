"""Recall of images: seen once, retained while others are seen, and brought back from a single cue.

Each episode takes a pointer. Afterwards other images are seen, and each episode is recalled, with closed eyes, from its
pointer, and from a degraded image of which only a part of the input fires. Controls: the path closed; couplings of the
pointers shuffled; traces of the path shuffled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from networks import recollection
from networks.naming.readout import changed
from networks.recollection import measures
from networks.recollection.pointers import FREE
from protocols.naming_data import ImageOptions
from protocols.naming_subject import Subject, check
from protocols.recall_claims import RECALL
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment import Protocol
from spiking_engrams.parameters import FITTED, field_of


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of the recall of images."""

    n_episodes: int = field_of(50, "test images that are remembered", FITTED, low=2)
    n_others: int = field_of(50, "other images that are seen before recall", FITTED, low=1)
    n_steps: int = field_of(3, "steps of the circuit that a recall lasts", FITTED, low=1)
    kept: float = field_of(
        0.5, "share of the input spikes that are left in a degraded image", FITTED, low=0.0, high=1.0
    )


def schedule(options: Options, parameters: Any) -> list[tuple[str, Any]]:
    """Return the labelled phases."""
    phases = recollection.Phases(parameters)
    blank = np.ones((2, parameters.channels, parameters.height, parameters.width), np.int32)
    learning = [(phase.name, phase) for phase in phases.lessons(blank, np.random.default_rng(0))]
    return [
        *learning,
        ("episodes", phases.memorise(blank)),
        ("other images", phases.retain(2, blank)),
        ("recall", phases.recall_episode([0, 1], n_steps=options.n_steps)),
        ("recall from a part", phases.recall_from_image(blank)),
    ]


def run(session: Any) -> None:
    """Run one seed."""
    subject, options = Subject(session), session.options
    n = min(options.n_episodes, len(subject.images.test))
    if n > subject.parameters.pointers.n:
        raise ParameterError(f"{n} episodes need as many pointers; give --set pointers.n={n}, or fewer episodes.")
    phases, images = session.circuit.phases, subject.images
    spikes, others = images.test_spikes[:n], images.train_spikes[: min(options.n_others, session.parameters.max_images)]
    state = session.pretrained(subject.lessons)
    for first in range(0, n, session.parameters.max_images):
        chunk = slice(first, min(first + session.parameters.max_images, n))
        state, _ = session.run(f"episodes_{first}", phases.memorise(spikes[chunk], images.test.labels[chunk]), state)
    state, _ = session.run("others", phases.retain(len(others), others), state, record=())
    originals = measures.edges(images.test.images[:n])
    session.series("shape", np.arange(3), originals.shape)
    deposit(subject, "perceived", measures.decoded((spikes > 0).astype(float)), originals)
    for name, start, gate in conditions(session, state):
        phase = phases.recall_episode(np.arange(n), gate, options.n_steps)
        maps = recalled(session, f"recall_{name}", phase, start, options.n_steps)
        deposit(subject, name, measures.decoded(maps), originals)
    degraded = spikes * (session.rng("degraded").random(spikes.shape) < options.kept)
    maps = recalled(session, "recall_degraded", phases.recall_from_image(degraded), state, 2)
    deposit(subject, "degraded", measures.decoded(maps), originals)


def conditions(session: Any, state: Any) -> list[tuple[str, Any, float]]:
    """Return names, starting states and openness of the path: recall, and its controls."""

    def shuffled(names: list[str]) -> Any:
        generator = session.rng("shuffled")
        return changed(state, {name: generator.permutation(np.asarray(state[name])) for name in names})

    layers = session.parameters.pointers.layers.split()
    traces = [name for name in state.values if name.endswith(".path")]
    return [
        ("pointer", state, 1.0),
        ("closed", state, 0.0),
        ("shuffled_couplings", shuffled([f"pointers_{layer}.w" for layer in layers]), 1.0),
        *([("shuffled_traces", shuffled(traces), 1.0)] if traces else []),
    ]


def recalled(session: Any, label: str, phase: Any, state: Any, n_steps: int) -> np.ndarray:
    """Return what a phase of recalls brings back, as maps of input spikes."""
    _, recording = session.run(label, phase, state, keep=False, record=["input", "pointers"])
    found = recording.counts("input", float(session.circuit.step)) * (phase.signal("cue") != FREE)[:, None]
    p = session.parameters
    return np.asarray(found.reshape(-1, n_steps, p.channels, p.height, p.width).sum(axis=1))


def deposit(subject: Subject, name: str, pictures: np.ndarray, originals: np.ndarray) -> None:
    """Deposit how much came back, under the names of the images and of the condition."""
    found = measures.quality(measures.edges(pictures), originals)
    prefix = f"{subject.images.known_as}_{name}"
    specificity = found.pop("specificity")
    for what, value in found.items():
        subject.session.metric(f"{prefix}_{what}", value)
    subject.session.metric(f"{prefix}_specificity", specificity.mean())
    test = stats.wilcoxon(specificity, alternative="greater") if np.any(specificity) else None
    subject.session.metric(f"{prefix}_specificity_p", 1.0 if test is None else test.pvalue)
    subject.session.series(f"{prefix}_pictures", np.arange(pictures.size), pictures.ravel())


def figures(folder: Any) -> dict[str, Any]:
    """Return what was perceived beside what came back."""
    from protocols import recall_drawing

    return {"recalled": recall_drawing.recalled(folder)}


PROTOCOL = Protocol(
    name="image_recall",
    title="Images, recalled from a single cue by currents that run backwards",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Episodes are seen once; each is recalled from its pointer or a part of the image; controls.",
    options=Options(),
    check=check,
    figures=figures,
    phenomena=RECALL,
)

if __name__ == "__main__":
    from protocols.command import main

    main("image_recall")
