"""Analysis of a night: replay events in HIP spikes, in order, and whether CTX and BA_N follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks.amygdala.parameters import Parameters
from spiking_engrams.analysis import replay, replay_events
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.recording import Recording

SURE = 0.05  # p value below which an event counts
FOLLOWED = 0.5  # least share of an event for which a module that follows is in the same engram
FIELDS = {"engram": "engram", "t_start": "s", "duration": "s", "strength": "s", "p_value": "1"}


def deposit_events(
    session: Session[Parameters, Any], slept: Any, engrams: dict[str, np.ndarray], first_shocked: int
) -> None:
    """Record the replay events of a night.

    Parameters
    ----------
    slept : Recording
        The night, with spikes of HIP, CTX and BA_N.
    engrams
        Stored engrams of each of these modules, in the same order, ``(n_engrams, n_cells)`` each.
    first_shocked
        Index of the first engram that was paired with shock; BA_N is expected to follow only from there on.
    """
    found = replay_events.detect(*spikes(slept, "HIP"), engrams["HIP"], slept.duration, session.rng("events"))
    events = [event for event in found if event.p_value < SURE]
    order = np.arange(len(events))
    for name, unit in FIELDS.items():
        session.series("event", order, np.array([getattr(e, name) for e in events], float), "event", unit, of=name)
    steps = replay.transitions([event.engram for event in events], len(engrams["HIP"]))
    session.array("event_transitions", steps, ("before", "after"), "events")
    session.metric("events", len(events))
    session.metric("event_duration", mean([event.duration for event in events]), "s")
    shocked = [event for event in events if event.engram >= first_shocked]
    for module, among in (("CTX", events), ("BA_N", shocked)):
        did = replay_events.followed(among, *spikes(slept, module), engrams[module], slept.duration)
        session.metric("followed", mean([float(each.share >= FOLLOWED) for each in did]), population=module)
        lags = [each.lag for each in did if each.share >= FOLLOWED]
        session.metric("lag", float(np.median(lags)) if lags else np.nan, "s", population=module)


def spikes(recording: Recording, module: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the spike times (s) and cell indices of a module."""
    return recording.times(module), recording.spikes[module][1]


def mean(values: list[float]) -> float:
    """Return the mean, NaN if there are no values."""
    return float(np.mean(values)) if values else float("nan")
