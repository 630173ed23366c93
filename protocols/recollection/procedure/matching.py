"""Recall with matched drive: gains of the backward pathway at which recall has a comparable number of spikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.quality import record
from spiking_engrams.runs.metrics import Condition
from spiking_engrams.state.state import State

LARGEST_FACTOR = 32.0  # largest factor by which gains are raised or lowered
FADED = 1024.0  # the same where traces have decayed, all by the same factor


def matched(
    model: RecallModel,
    name: str,
    how: tuple[Any, Any],
    layers: tuple[str, ...] = ("input",),
    least: float = 0.0,
    most: float = np.inf,
    largest: float = 0.0,
    at: Mapping[str, Condition] | None = None,
) -> dict[str, np.ndarray]:
    """Return the spike counts of a recall, with gains at which the input is neither silent nor flooded.

    A silent control would show nothing. The factor by which all gains of the phase are multiplied is recorded.

    Parameters
    ----------
    how
        Starting state and phase.
    least, most
        Limits of the input spikes per recall; while there are fewer or more, all gains are doubled or halved.
    largest
        Largest factor by which gains are raised or lowered; `LARGEST_FACTOR` if 0.
    at
        Conditions of the metrics; the condition ``recall`` is `name` if None.
    """
    state, phase = how
    gains = {**model.session.circuit.constants_named("back_gain"), **model.gains}
    largest = largest or LARGEST_FACTOR
    factor, found = 1.0, model.recalled(f"recall_{name}", phase, state, layers)

    def spikes() -> float:
        return float(found["input"].sum(axis=1).mean())

    step = 2.0 if spikes() < least else 0.5 if spikes() > most else 1.0
    while (spikes() < least if step > 1 else spikes() > most) and 1 / largest < factor < largest:
        factor *= step
        changed = {each: factor * gain for each, gain in gains.items()}
        found = model.recalled(f"recall_{name}_{factor:g}", phase.with_constants(changed), state, layers)
    model.metric("gain", factor, **(at or {"recall": name}))
    return found


def near(
    model: RecallModel,
    name: str,
    state: State,
    least: float = 0.0,
    most: float = np.inf,
    largest: float = 0.0,
    at: Mapping[str, Condition] | None = None,
    constants: Mapping[str, float] | None = None,
) -> float:
    """Recall all images from their pointers as `matched` does; record the quality of recall, return the input spikes.

    Parameters
    ----------
    at
        Conditions of the metrics; the condition ``recall`` is `name` if None.
    constants
        Constants of the phase that differ from those of the circuit.
    """
    phase = model.phases.recall_episode(np.arange(model.n), n_steps=model.session.options.n_steps)
    how = state, phase.with_constants(constants or {})
    at = at or {"recall": name}
    found = matched(model, name, how, least=least, most=most, largest=largest, at=at)["input"]
    record(model, name, model.sight.pictured(found), at=at)
    spikes = float(found.sum(axis=1).mean())
    model.metric("spikes", spikes, **at)
    return spikes
