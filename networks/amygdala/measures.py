"""Measures of states and recordings of the amygdala circuit; plain arrays, no simulator."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from networks.amygdala.phases import PROBE, SETTLE, learning_steps
from spiking_engrams.analysis.engram import Engram, tagged
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State
from spiking_engrams.synapses.bcpnn import joint_traces, weights

ACTIVE = 0.4  # a cell is active above this fraction of the reference rate
PROJECTIONS = {
    "HIP_HIP": ("HIP", "HIP"),
    "HIP_HIP_adaptation": ("HIP", "HIP"),
    "HIP_EC_out": ("HIP", "EC_out"),
    "HIP_CTX": ("HIP", "CTX"),
    "HIP_BA_N": ("HIP", "BA_N"),
    "CTX_CTX": ("CTX", "CTX"),
    "CTX_BA_N": ("CTX", "BA_N"),
    "BA_N_BA_N": ("BA_N", "BA_N"),
    "BA_N_BA_P": ("BA_N", "BA_P"),
    "BA_N_BA_I": ("BA_N", "BA_I"),
}


def projection_weights(state: State, name: str, circuit: Circuit) -> np.ndarray:
    """Return the linear weights of a projection, shape ``(n_pre, n_post)``, NaN where there is no synapse.

    At the end of a phase every kappa is 0, so the stored joint trace is the probability itself.
    """
    scale, p_i, p_j, floor = _marginals(state, name, circuit)
    synapses = circuit.connection(name)
    q = np.full((len(p_i), len(p_j)), np.nan)
    q[synapses.i, synapses.j] = state.values[f"{name}.q"]
    return weights(q, scale, p_i, p_j, floor)


def shuffled_weights(
    state: State, projections: tuple[str, ...], circuit: Circuit, generator: np.random.Generator
) -> State:
    """Return the state with the weights of projections permuted among their synapses, as a control."""
    values = dict(state.values)
    for name in projections:
        scale, p_i, p_j, floor = _marginals(state, name, circuit)
        synapses = circuit.connection(name)
        w = generator.permutation(projection_weights(state, name, circuit)[synapses.i, synapses.j])
        values[f"{name}.q"] = joint_traces(w, scale, p_i[synapses.i], p_j[synapses.j], floor)
    return dataclasses.replace(state, values=values)


def _marginals(state: State, name: str, circuit: Circuit) -> tuple[float, np.ndarray, np.ndarray, float]:
    """Return the shared scale of a projection, the probabilities of its source and target cells, and their floor."""
    source, target = PROJECTIONS[name]
    floor = circuit.parameters.get("time.floor")
    scale = float(state.values[f"modulator.{name}_scale"][0])
    side = "i" if source == target else "j"
    p_i = (1 - floor) * scale * state.values[f"{source}.{name}_qi"] + floor
    p_j = (1 - floor) * scale * state.values[f"{target}.{name}_q{side}"] + floor
    return scale, p_i, p_j, floor


def total_weight(weights: np.ndarray, parameters: Any) -> float:
    """Return the sum of the weights of a projection, divided by the number of cells per unit."""
    return float(np.nansum(weights) / parameters.cells_per_unit)


def trials(phase: Phase, recording: Recording, name: str = "fear") -> np.ndarray:
    """Return a read-out, such as ``fear``, at every learning step of a phase, ``(n_trials,)``.

    Examples
    --------
    >>> from networks.amygdala import Parameters, Phases
    >>> from spiking_engrams import Recording
    >>> phase = Phases(Parameters()).perceive([np.zeros(500)], [2], [0.9])  # the network settles in the first 3 steps
    >>> traces = {"modulator.fear": [0.0, 0.0, 0.0, 0.2, 0.8]}
    >>> recording = Recording({}, traces, trace_step=0.1, units={}, sizes={}, dt=0.001, duration=0.5)
    >>> trials(phase, recording).tolist()
    [0.2, 0.8]
    """
    return recording.traces[f"modulator.{name}"][learning_steps(phase)]


def fear(recording: Recording, n_steps: int = 5) -> float:
    """Return fear at the end of a phase, from 0 to about 1: the mean of its last `n_steps` steps.

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> traces = {"modulator.fear": [0.0, 0.4, 0.8, 1.0]}
    >>> recording = Recording({}, traces, trace_step=0.1, units={}, sizes={}, dt=0.001, duration=0.4)
    >>> round(fear(recording, n_steps=2), 6)
    0.9
    """
    return float(recording.traces["modulator.fear"][-n_steps:].mean())


def probed(recording: Recording) -> np.ndarray:
    """Return the fear of each context of a `Phases.probe`, ``(n_contexts,)``.

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> traces = {"modulator.fear": [0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0]}  # two contexts
    >>> recording = Recording({}, traces, trace_step=0.1, units={}, sizes={}, dt=0.001, duration=1.0)
    >>> probed(recording).tolist()
    [0.9, 0.1]
    """
    return recording.traces["modulator.fear"][SETTLE::PROBE]


def probed_active(recording: Recording, population: str, parameters: Any) -> np.ndarray:
    """Return the active units of a population in each context of a `Phases.probe`, ``(n_contexts,)``."""
    return read_out_active(recording, population, parameters)[SETTLE::PROBE]


def activity(recording: Recording, population: str, rate: float, step: float) -> np.ndarray:
    """Return rates per step relative to the reference rate, shape ``(n_steps, n_cells)``."""
    return recording.counts(population, step) / (rate * step)


def read_out_active(recording: Recording, population: str, parameters: Any) -> np.ndarray:
    """Return the number of units active before the teaching signal in each step, shape ``(n_steps,)``.

    A cell counts if it fires at least twice before the end of the read-out window (70 ms); at the reference rate
    spikes are 20 ms apart.
    """
    step, stop = float(parameters.time.step), float(parameters.time.read_stop)
    times = recording.times(population)
    number = np.floor(times / step + 1e-9).astype(int)
    inside = times - number * step < stop - 1e-9
    n_steps = round(recording.duration / step)
    counts = np.zeros((n_steps, recording.sizes[population]), dtype=int)
    np.add.at(counts, (number[inside], recording.spikes[population][1][inside]), 1)
    return (counts >= 2).sum(axis=1) / parameters.cells_per_unit


def engram(
    recording: Recording, population: str, first: int, last: int, parameters: Any, name: str = "engram"
) -> Engram:
    """Return the cells whose mean rate in steps `first` to `last` - 1 is above 40 % of the reference rate."""
    rate, step = float(parameters.time.rate), float(parameters.time.step)
    return tagged(recording, population, name, ACTIVE * rate, first * step, last * step)
