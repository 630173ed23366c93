"""Steady firing rates and pulse responses of unconnected copies of a neuron model, in process."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from brian2 import Clock, Network, NeuronGroup, SpikeMonitor, StateMonitor, prefs
from brian2.units import second
from brian2.utils.logger import catch_logs

from spiking_engrams.brian2_preferences import default_preferences
from spiking_engrams.neurons.model import NeuronModel

SETTLE_TIME, MEASURE_TIME = 1.0, 2.0  # s
PSP_BIAS, PSP_DRIVE, PSP_PULSE = -0.5, 1.0, 1e-3  # drive before the pulse, added by it, and its duration in s
ONSET_TIME = 0.3  # s after a step of the drive from -1 to 1
PSP_WINDOW = (-0.01, 0.1)  # s around the pulse


def steady_rates(
    model: NeuronModel,
    currents: np.ndarray,
    dt: float,
    settle: float = SETTLE_TIME,
    measure: float = MEASURE_TIME,
) -> np.ndarray:
    """Measure the steady rate at constant currents.

    Parameters
    ----------
    model : NeuronModel
        The model; starts from its initial state.
    currents : ndarray, shape (n,)
        Injected currents in base units.
    dt, settle, measure : float
        Time step, time before and during the measurement, in s.

    Returns
    -------
    ndarray, shape (n,)
        Rates in Hz from the mean interval between spikes; 0 without spikes, nan where the model diverged.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> steady_rates(LIF(), np.array([240e-12, 300e-12]), dt=1e-3, settle=0.2, measure=0.5).round().tolist()
    [0.0, 62.0]
    """
    with _runtime(), np.errstate(all="ignore"):
        group = _population(model, "drive : 1", len(currents), dt)
        group.drive = currents
        spikes = SpikeMonitor(group, name="calibration_spikes")
        Network(group, spikes, name="calibration_network").run((settle + measure) * second, namespace={})
        index, times = np.array(spikes.i), np.array(spikes.t)
        states = [np.asarray(group.state(name, use_units=False)) for name in group.equations.diff_eq_names]
    late = times >= settle
    rates = _rates_from_spikes(index[late], times[late], len(currents), measure)
    return np.where(np.all(np.isfinite(states), axis=0), rates, np.nan)


def _rates_from_spikes(index: np.ndarray, times: np.ndarray, n: int, measure: float) -> np.ndarray:
    """Return the reciprocal of the mean interval, or spikes per time where there is only one."""
    counts = np.bincount(index, minlength=n)
    first, last = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(first, index, times)
    np.maximum.at(last, index, times)
    rates = counts / measure
    several = counts > 1
    rates[several] = (counts[several] - 1) / (last[several] - first[several])
    return rates


def pulse_response(
    model: NeuronModel, rheobase: float, unit_current: float, dt: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the time since a brief pulse of drive (s) and the change of the membrane potential (V), each ``(n,)``.

    `rheobase` and `unit_current` are in base units of the model's current, `dt` in s.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> time, v = pulse_response(LIF(), rheobase=250e-12, unit_current=34e-12, dt=1e-3)
    >>> round(float(1e3 * v.max()), 2), round(1e3 * time[v.argmax()])  # mV and ms
    (0.13, 1)
    """
    before, after = PSP_WINDOW
    on = SETTLE_TIME - dt / 2
    off = on + max(1, round(PSP_PULSE / dt)) * dt
    drive = _stepping(f"int(t/second > {on!r})*int(t/second < {off!r})")
    with _runtime(), np.errstate(all="ignore"):
        group = _population(model, drive, 1, dt)
        group.calibration_level = rheobase + unit_current * PSP_BIAS
        group.calibration_extra = unit_current * PSP_DRIVE
        trace = StateMonitor(group, "v", record=True, name="calibration_trace", clock=group.clock)
        Network(group, trace, name="calibration_network").run((SETTLE_TIME + after) * second, namespace={})
        time, v = np.array(trace.t) - SETTLE_TIME, np.array(trace.v[0])
    shown = time >= before - dt / 2
    time, v = time[shown], v[shown]
    return time, v - v[0]


def onset_spikes(model: NeuronModel, rheobase: float, unit_current: float, dt: float) -> np.ndarray:
    """Return the spike times (s) after the drive steps from -1 to 1, within `ONSET_TIME`, ``(n_spikes,)``.

    `rheobase` and `unit_current` are in base units of the model's current, `dt` in s.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> (1e3 * onset_spikes(LIF(), rheobase=250e-12, unit_current=34e-12, dt=1e-3)[:2]).round().tolist()  # ms
    [10.0, 30.0]
    """
    on = SETTLE_TIME - dt / 2
    drive = _stepping(f"int(t/second > {on!r})")
    with _runtime(), np.errstate(all="ignore"):
        group = _population(model, drive, 1, dt)
        group.calibration_level = rheobase - unit_current
        group.calibration_extra = 2 * unit_current
        spikes = SpikeMonitor(group, name="calibration_spikes")
        Network(group, spikes, name="calibration_network").run((SETTLE_TIME + ONSET_TIME) * second, namespace={})
        return np.array(spikes.t) - SETTLE_TIME


def _stepping(when: str) -> str:
    """Return equations of a drive that steps; the names of its parameters are reserved, see `checks`."""
    return f"drive = calibration_level + calibration_extra*{when} : 1\ncalibration_level : 1\ncalibration_extra : 1"


def _population(model: NeuronModel, drive: str, n: int, dt: float) -> Any:
    """Return unconnected copies of a model whose `drive` is a current in base units."""
    unit = model.current_unit
    group = NeuronGroup(
        n,
        f"{model.equations}\n{drive}",
        threshold=model.threshold,
        reset=model.reset,
        refractory=False if model.refractory is None else model.refractory,
        method=model.method,
        clock=Clock(dt=dt * second, name="calibration_clock"),
        namespace={**model.constants, "rheobase": 0 * unit, "unit_current": unit},
        name="calibration_neurons",
    )
    for name, value in model.initial.items():
        setattr(group, name, value)
    return group


@contextlib.contextmanager
def _runtime() -> Iterator[None]:
    """Use Brian2's in-process NumPy code within the block, whatever device and code generator are chosen.

    The active device is swapped without `set_device`, which would activate, and so alter, the one in use.
    """
    devices: Any = importlib.import_module("brian2.devices.device")
    active, target = devices.active_device, prefs["codegen.target"]
    devices.active_device = devices.runtime_device
    prefs["codegen.target"] = "numpy"
    try:
        with default_preferences(), catch_logs():  # numerical problems become a ParameterError of the calibration
            yield
    finally:
        devices.active_device = active
        prefs["codegen.target"] = target
