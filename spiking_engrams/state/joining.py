"""Concatenation of recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spiking_engrams.errors import SimulationError
from spiking_engrams.state.recording import TOLERANCE, Recording
from spiking_engrams.values.plain import listed


def concatenate(recordings: Sequence[Recording]) -> Recording:
    """Concatenate recordings of one circuit in time; ``meta["parts"]`` describes each of them.

    Raises
    ------
    SimulationError
        If there is none, if they differ in populations, traces, units or steps, or if the traces of a part do not
        fill it, which would shift those that follow.

    Examples
    --------
    >>> from spiking_engrams.state import Recording
    >>> spikes, sizes = {"HIP": ([3, 7], [0, 1])}, {"HIP": 2}
    >>> day = Recording(spikes, {}, trace_step=0, units={}, sizes=sizes, dt=0.001, duration=0.01, label="day")
    >>> both = concatenate([day, day])
    >>> both.label, both.duration, both.spikes["HIP"][0].tolist()
    ('day+day', 0.02, [3, 7, 13, 17])
    """
    recordings = listed(recordings, "The recordings to concatenate", Recording, SimulationError)
    if not recordings:
        raise SimulationError("there is nothing to concatenate: give at least one recording")
    first, starts, parts = recordings[0], [0], []
    for each in recordings:
        _check_joinable(first, each, is_last=len(starts) == len(recordings))
        begin = round(starts[-1] * first.dt, 12)
        parts.append({"label": each.label, "t_start": begin, "duration": each.duration, "meta": each.meta})
        starts.append(starts[-1] + each.n_steps)
    spikes = {}
    for name in first.spikes:
        steps = [each.spikes[name][0] + start for each, start in zip(recordings, starts, strict=False)]
        spikes[name] = (np.concatenate(steps), np.concatenate([r.spikes[name][1] for r in recordings]))
    traces = {name: np.concatenate([each.traces[name] for each in recordings]) for name in first.traces}
    label, duration = "+".join(each.label for each in recordings), round(starts[-1] * first.dt, 12)
    meta = {"parts": parts}
    return replace(first, spikes=spikes, traces=traces, duration=duration, label=label, meta=meta)


def _layout(recording: Recording) -> dict[str, Any]:
    layout = {name: getattr(recording, name) for name in ("sizes", "units", "dt", "trace_step")}
    return layout | {"traces": sorted(recording.traces)}


def _check_joinable(first: Recording, other: Recording, is_last: bool) -> None:
    mine, theirs = _layout(first), _layout(other)
    for name in mine:
        if mine[name] != theirs[name]:
            given = f"{first.label!r} and {other.label!r} differ in {name} ({mine[name]}, {theirs[name]})"
            raise SimulationError(f"recordings {given}: join recordings of one circuit only")
    for name, values in other.traces.items():
        if not is_last and abs(len(values) - other.duration / other.trace_step) > TOLERANCE:
            raise SimulationError(
                f"trace {name!r} of {other.label!r} has {len(values)} samples every {other.trace_step} s, "
                f"which do not fill its {other.duration} s: join parts that are whole trace steps long"
            )
