"""Results of a run: the next state of the animal, and the recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import SimulationError, check_known
from spiking_engrams.programs.program import Inputs, Outputs, Runnable
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.joining import concatenate
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State


def successor(circuit: Circuit, state: State, outputs: Outputs, phases: list[Phase]) -> State:
    """Return the state that `phases` (and their silent guards) led to.

    One long run and several short ones give bit-identical states.
    """
    dt, step = float(circuit.dt), float(circuit.step)
    n_steps = sum(phase.n_steps + circuit.guard_steps for phase in phases)
    ended = n_steps * round(step / dt)
    values = {**outputs.state, **{name: state.values[name] for name in phases[0].held}}
    for name, value in outputs.state.items():
        if name.endswith(".lastspike"):
            values[name] = (np.rint(value / dt) - ended) * dt
    _rescale(circuit, values)
    return replace(
        state,
        values=values,
        history=(*state.history, *(phase.digest() for phase in phases)),
        time=round(state.time + n_steps * step, 9),
    )


def held(circuit: Circuit, phase: Phase) -> dict[str, np.ndarray]:
    """Return the values at which a phase holds knobs, one for each neuron."""
    return {
        name: np.broadcast_to(np.asarray(value, float), (circuit.knobs[name],)).copy()
        for name, value in phase.held.items()
    }


def _rescale(circuit: Circuit, values: dict[str, np.ndarray]) -> None:
    """Rescale every shared scale into [1, 2) by a power of two, which is exact, so that it never becomes 0."""
    for group in circuit.groups:
        for name, members in group.shared_scales.items():
            scale = values[f"{group.name}.{name}"]
            exponent = int(np.frexp(scale[0])[1]) - 1
            if exponent == 0 or not scale[0] > 0:
                continue
            values[f"{group.name}.{name}"] = np.ldexp(scale, -exponent)
            for member in members:
                values[member] = np.ldexp(values[member], exponent)


def recorded(circuit: Circuit, record: Iterable[str] | None) -> tuple[str, ...]:
    """Return the populations whose spikes are kept, all if None; an unknown one raises UnknownNameError."""
    spiking = [group.name for group in circuit.groups if group.threshold]
    if record is None:
        return tuple(spiking)
    names = tuple(record) if isinstance(record, Iterable) and not isinstance(record, str) else (record,)
    for name in names:
        check_known("population to record", name, spiking)
    return names


def recording(
    circuit: Circuit,
    outputs: Outputs,
    phases: list[Phase],
    units: dict[str, str],
    record: Sequence[str],
) -> Recording:
    """Return spikes and traces of `phases`, one after the other without their guards.

    Parameters
    ----------
    units
        Unit of each trace.
    record
        Populations whose spikes are kept; they must exist.

    Raises
    ------
    SimulationError
        If a population spiked in a silent guard.
    """
    _check_guards(circuit, outputs.spikes, phases)
    spikes = {name: _in_steps(*outputs.spikes[name], float(circuit.dt)) for name in record}
    parts, begin = [], 0
    for phase in phases:
        part = _part(circuit, spikes, outputs.traces, begin, phase)
        parts.append(replace(part, units=units))
        begin += phase.n_steps + circuit.guard_steps
    return parts[0] if len(parts) == 1 else concatenate(parts)


def _part(
    circuit: Circuit, spikes: dict[str, tuple[np.ndarray, np.ndarray]], traces: dict[str, np.ndarray],
    begin: int, phase: Phase,
) -> Recording:  # fmt: skip
    per_step = round(float(circuit.step) / float(circuit.dt))
    first, last = begin * per_step, (begin + phase.n_steps) * per_step
    kept = {}
    for name, (steps, index) in spikes.items():
        start, stop = np.searchsorted(steps, (first, last))
        kept[name] = (steps[start:stop] - first, index[start:stop])
    # the monitor samples at the start of a step: sample k + 1 is the value at the end of step k
    return Recording(
        spikes=kept,
        traces={name: values[begin + 1 : begin + phase.n_steps + 1] for name, values in traces.items()},
        trace_step=float(circuit.step),
        units={},
        sizes={name: circuit.group(name).size for name in kept},
        dt=float(circuit.dt),
        duration=phase.n_steps * float(circuit.step),
        label=phase.name,
        meta={"circuit": circuit.name},
    )


def _in_steps(times: np.ndarray, index: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return spikes with time steps, in ascending order; `Recording` sorts neurons within a step."""
    return np.rint(times / dt).astype(np.int64), index.astype(np.int32)


def _check_guards(circuit: Circuit, spikes: dict[str, tuple[np.ndarray, np.ndarray]], phases: list[Phase]) -> None:
    """Reject spikes in a guard: they would be in flight at the hand-over and missing from the recording."""
    step, half = float(circuit.step), float(circuit.dt) / 2
    end = 0
    for phase in phases:
        begin, end = end + phase.n_steps, end + phase.n_steps + circuit.guard_steps
        for name, (times, _) in spikes.items():
            if np.searchsorted(times, end * step - half) > np.searchsorted(times, begin * step - half):
                raise SimulationError(
                    f"'{name}' spiked in the silent guard after phase '{phase.name}'; add "
                    f"'and alive(t) > 0.5' to the threshold of '{name}' in circuit '{circuit.name}'."
                )


def check_finite(runnable: Runnable, inputs: Inputs, outputs: Outputs, label: str, step: float) -> None:
    """Raise if a variable became infinite or not a number, naming the first ones and the time.

    Raises
    ------
    SimulationError
        With population, variable and time, found by bisection: a run is a pure function of its inputs.
    """
    bad = _not_finite(outputs)
    if not bad:
        return
    good, late = 0, round(inputs.duration / step)
    while late - good > 1:
        middle = (good + late) // 2
        found = _not_finite(runnable.run(replace(inputs, duration=middle * step)))
        good, late, bad = (good, middle, found) if found else (middle, late, bad)
    owner, variable = bad[0].split(".")
    more = f" (and {', '.join(bad[1:4])})" if bad[1:] else ""
    raise SimulationError(
        f"Phase '{label}' diverged: variable '{variable}' of '{owner}'{more} is not finite from about "
        f"{late * step:.3g} s on. Use a smaller time step or weaker inputs; the state before the phase is "
        "unchanged."
    )


def _not_finite(outputs: Outputs) -> list[str]:
    return [name for name, value in outputs.state.items() if not np.isfinite(value).all()]
