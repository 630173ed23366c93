"""What lies between and beyond perceived images in latent space: interpolation and arithmetic, imagined in spikes.

Latents of test images are read from spikes, mixed, and imposed on latent cells as a current; sensory cells then show
what the student imagines. The images that they show are perceived again, which tells what the student makes of them.
After Spens & Burgess (2024), Fig. 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from networks import generative
from networks.generative import readout
from protocols.generative import measures
from protocols.generative.claims import LATENT_SPACE
from protocols.generative.data import Data, ImageOptions, check, load
from protocols.generative.meanings import MEANINGS
from protocols.generative.night import nights, stored
from protocols.generative.starting import starting
from spiking_engrams.experiment.living import live
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.state.state import State

SHOWN = 3  # interpolations in the figure


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of interpolation and arithmetic."""

    replays: int = field_of(3000, "replays from which the student learns", FITTED, low=1)
    n_pairs: int = field_of(40, "pairs of test images between which latents are interpolated", FITTED, low=1)
    n_between: int = field_of(10, "steps of an interpolation", "Spens & Burgess 2024", low=3)
    n_sums: int = field_of(200, "sums of latents", FITTED, low=1)


def schedule(options: Options, p: generative.Parameters) -> Life:
    """Return the life with empty images and thoughts in place of those that depend on what latents fire."""
    phases = generative.Phases(p)
    blank = np.zeros((p.teacher.memories, p.height, p.width))
    awake = stored(Life(), phases, blank)
    learned = nights(awake, phases, (options.replays,), blank[:1].repeat(options.n_test, axis=0))
    n_between, n_cells = options.n_pairs * options.n_between, 2 * p.student.latents * p.student.copies
    learned.ask("between", phases.imagine(np.zeros((n_between, n_cells))), record=("sense",))
    learned.ask("seen_between", phases.perceive(blank[:1].repeat(n_between, axis=0)), record=("latent",))
    for label in ("sums", "sums_unlike"):
        learned.ask(label, phases.imagine(np.zeros((options.n_sums, n_cells))), record=("sense",))
    return learned.life


def run(session: Session[generative.Parameters, Options]) -> None:
    """Run one seed."""
    p, options, phases = session.parameters, session.options, generative.Phases(session.parameters)
    data = load(options, p, Draws(session.seed))
    session.metric("memories", len(data.memories), images=data.known_as)
    awake = stored(Life(), phases, data.memories)
    lived = live(session, nights(awake, phases, (options.replays,), data.test, hold=True).life)
    state = lived.state(f"night_{options.replays}")
    found = readout.values(p, readout.latents(p, lived[f"test_{options.replays}"]), readout.reading(p))
    generator = session.rng("pairs")
    _interpolate(session, phases, state, data, found, generator)
    _add(session, phases, state, data, found, generator)


def _interpolate(
    session: Session[generative.Parameters, Options], phases: generative.Phases, state: State, data: Data,
    found: np.ndarray, generator: np.random.Generator,
) -> None:  # fmt: skip
    """Imagine what lies between pairs of test images, and perceive it again."""
    options, p = session.options, session.parameters
    pairs = np.array([generator.permutation(len(found))[:2] for _ in range(options.n_pairs)])
    weights = np.linspace(0, 1, options.n_between)
    first, second = (found[pairs[:, end]].reshape(options.n_pairs, 1, -1) for end in (0, 1))
    between = first + weights[:, None] * (second - first)
    imagined = _imagined(session, phases, state, "between", between.reshape(-1, *found.shape[1:]))
    _, recording = session.run("seen_between", phases.perceive(imagined), state, keep=False, record=("latent",))
    seen = readout.values(p, readout.latents(p, recording), readout.reading(p))
    position = np.sum((seen.reshape(between.shape) - first) * (second - first), axis=2)
    position = position / np.sum((second - first) ** 2, axis=2)
    ranks = [float(spearmanr(weights, each).statistic) for each in position]
    session.metric("order", float(np.mean(ranks)), images=data.known_as)
    session.series("position", weights, position.mean(axis=0))
    rows = imagined.reshape(options.n_pairs, options.n_between, p.height, p.width)[:SHOWN]
    session.array("interpolated_images", rows, ("row", "item", "y", "x"))


def _add(
    session: Session[generative.Parameters, Options], phases: generative.Phases, state: State, data: Data,
    found: np.ndarray, generator: np.random.Generator,
) -> None:  # fmt: skip
    """Imagine sums of latents, - first + second + third, where first and third are of one class, or any (control)."""
    n, labels, machine = session.options.n_sums, data.labels, measures.classifier(data)
    first, second, other = generator.integers(len(found), size=(3, n))
    alike = [np.flatnonzero((labels == labels[k]) & (np.arange(len(labels)) != k)) for k in first]
    third = np.array([generator.choice(each) if len(each) else k for each, k in zip(alike, first, strict=True)])
    for name, added in (("sums", third), ("sums_unlike", other)):
        imagined = _imagined(session, phases, state, name, found[second] + found[added] - found[first])
        named = machine.predict(imagined.reshape(n, -1))
        session.metric("named", float(np.mean(named == labels[second])), images=data.known_as, of=name)
    plain = machine.predict(data.test.reshape(len(data.test), -1))
    session.metric("named", float(np.mean(plain == labels)), images=data.known_as, of="test_images")
    session.metric("chance", float(1 / len(np.unique(data.memory_labels))), images=data.known_as)


def _imagined(
    session: Session[generative.Parameters, Options], phases: generative.Phases, state: State, label: str,
    latents: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Return the images that sensory cells show while latents are clamped to values."""
    p, phase = session.parameters, phases.imagine(readout.thoughts(latents), label)
    _, recording = session.run(label, phase, state, keep=False, record=("sense",))
    return np.minimum(readout.shown(p, recording, p.times.imagine), 1)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of interpolated images, and of their place between the first and the last."""
    from protocols.generative import drawing

    return {"interpolation": drawing.interpolated(folder), "position": drawing.position(folder)}


PROTOCOL = Protocol(
    name="latent_space",
    title="Between and beyond images: interpolation and arithmetic of latents, imagined in spikes",
    network="generative",
    run=run,
    schedule=schedule,
    description="Latents of test images are mixed and imposed on latent cells; sensory cells show what is imagined.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=LATENT_SPACE,
)
