"""The life that the generative protocols share: images are stored, then nights of replay teach the student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from networks import generative
from protocols.generative.data import Data
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.living import Lived
from spiking_engrams.schedule.life import Draws, Life, Moment
from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.state.state import State

STORED = ("contrast_index.w", "index_sense.w")


def stored(life: Life, phases: generative.Phases, images: np.ndarray) -> Moment:
    """Return the moment after the retina has adapted to images and the teacher has stored them."""
    parts, most = list[Phase](), phases.parameters.max_images
    parts.append(phases.adapt(images[: most - 1]))
    parts += [phases.encode(images[k : k + most], first=k, name=f"encode {k}") for k in range(0, len(images), most)]
    return life.born().then("encoding", Schedule(parts), record=())


def nights(
    awake: Moment, phases: generative.Phases, checkpoints: Sequence[int], test: np.ndarray, control: str = "",
    constants: dict[str, float] | None = None, hold: bool = False, **first: Any,
) -> Moment:  # fmt: skip
    """Return the moment after nights of replay, between which the student is tested without learning.

    Parameters
    ----------
    checkpoints
        Numbers of replays so far at which the student is tested, increasing.
    control
        Name of the control, which labels the steps.
    constants
        Constants of the nights that differ.
    hold
        Whether measures need the state after the last night.
    first
        Further arguments of the first night, such as `edit`.
    """
    now = awake
    for before, n in pairwise((0, *checkpoints)):
        label, last = "_".join(filter(None, (control, str(n)))), n == checkpoints[-1]
        night = phases.replay(n - before).with_constants(constants or {})
        now = now.then(f"night_{label}", night, record=(), keep=last and not control, hold=hold and last, **first)
        test_student(now, phases, test, label)
        first = {}
    return now


def test_student(moment: Moment, phases: generative.Phases, test: np.ndarray, label: str) -> None:
    """Let the student perceive test images at a moment, without learning."""
    moment.ask(f"test_{label}", phases.perceive(test), record=("latent",))


def data_of(lived: Lived) -> Data:
    """Return the images of a life."""
    data: Data = lived.life.facts["data"]
    return data


def shuffled(draw: Draws) -> Any:
    """Return the edit that shuffles what each index cell has stored, over the synapses of the cell."""

    def edit(state: State) -> State:
        generator, changed = draw.rng("shuffle"), {}
        for name, axis in zip(STORED, (0, 1), strict=True):
            cells = len(state["index.a"])
            weights = state[name].reshape((-1, cells) if axis == 0 else (cells, -1))
            changed[name] = generator.permuted(weights, axis=axis).ravel()
        return replace(state, values={**state.values, **changed})

    return edit


def checked(replays: Sequence[float]) -> tuple[int, ...]:
    """Return numbers of replays as whole numbers; raise ParameterError unless they increase from 1."""
    found = np.asarray(replays, float)
    if not len(found) or found[0] < 1 or np.any(found % 1) or np.any(np.diff(found) <= 0):
        raise ParameterError(f"Options.replays = {tuple(replays)}: give increasing whole numbers from 1.")
    return tuple(int(n) for n in found)
