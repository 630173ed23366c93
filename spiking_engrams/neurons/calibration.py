"""Calibration: the currents at which a neuron model is just silent and at which it fires at its unit rate.

A model's steady rate is measured, not derived: many unconnected copies receive constant currents, first over
many decades, then finely around the two currents of interest, and finally along the f-I curve that is
stored. Results are cached, since they depend only on the model and the time step.

The ports are scaled by the f-I curve alone. The response to a short pulse (PSP) is measured and plotted beside it, but
is not used: many inputs reach a cell as synaptic currents that outlast a single potential, so what matters is the rate
under sustained drive.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import Quantity, have_same_dimensions
from brian2.units import second

from spiking_engrams.errors import EngramError, ParameterError, said
from spiking_engrams.files.cache import cache_dir
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.neurons.rates import onset_spikes, pulse_response, steady_rates
from spiking_engrams.values.plain import listed, shown

CALIBRATION_VERSION = "2"
RATE_TOLERANCE = 1.0  # Hz
SEARCH_DECADES = (-15, 5)  # of the current, in base units
POINTS_PER_DECADE = 20
N_FINE = 600
DRIVES = np.round(np.linspace(-0.2, 1.2, 71), 2)


@dataclasses.dataclass(frozen=True, eq=False)
class Calibration:
    """Measurements of one neuron model at one time step.

    Attributes
    ----------
    rheobase, unit_current : Quantity
        Largest steady current without spikes; current above it that gives the unit rate.
    unit_rate : float
        Measured steady rate at ``drive = 1``, Hz.
    drives, currents, rates : ndarray, shape (71,)
        f-I curve after adaptation: drive, current in the base unit of the model, rate in Hz.
    psp_time, psp : ndarray, shape (n_samples,)
        Response of the membrane potential (V) to one extra unit of drive for 1 ms on top of ``drive = -0.5``;
        time in s from the start of the pulse.
    onset : ndarray, shape (n_spikes,)
        Spike times (s) in the first 0.3 s after the drive stepped from -1 to 1.
    current_unit : str
        Unit of `currents`.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> (1e3 * calibrate(LIF()).onset[:3]).round().tolist()  # ms
    [10.0, 30.0, 50.0]
    """

    rheobase: Quantity
    unit_current: Quantity
    unit_rate: float
    drives: np.ndarray
    currents: np.ndarray
    rates: np.ndarray
    psp_time: np.ndarray
    psp: np.ndarray
    onset: np.ndarray
    current_unit: str


def calibrate(model: NeuronModel, dt: Quantity | None = None) -> Calibration:
    """Return the `Calibration` of a neuron model, measured or read from the cache.

    Parameters
    ----------
    model : NeuronModel
        The model; any calibration that it already has is ignored.
    dt : Quantity, optional
        Time step of the integration; the model's `max_dt` by default.

    Raises
    ------
    ParameterError
        When `dt` is too long for the model, or the model cannot be calibrated: no current silences it, it
        never reaches its unit rate, or its variables become infinite.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> measured = calibrate(LIF())
    >>> round(measured.unit_rate), measured.rates.shape
    (50, (71,))
    """
    if not isinstance(model, NeuronModel):
        raise ParameterError(f"{shown(model)} cannot be calibrated; give a model, such as resolve_neuron('LIF').")
    step = _checked_step(model, model.max_dt if dt is None else dt)
    path = _cache_path(model, step)
    found = _read(path, model)
    if found is None:
        try:
            found = _measure(model, step)
        except (EngramError, MemoryError, AssertionError):
            raise
        except Exception as error:  # Brian2 raises many kinds of errors
            raise ParameterError(
                f"Brian2 cannot simulate neuron model {model.name} ({_cause(error)}); check its threshold, reset, "
                "method and equations."
            ) from error
        with contextlib.suppress(OSError):  # without a cache it is measured again
            _write(path, found)
    return found


def calibrated(model: NeuronModel, dt: Quantity | None = None) -> NeuronModel:
    """Return the model with its measured `rheobase` and `unit_current`; arguments and errors as for `calibrate`.

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> model = calibrated(LIF())
    >>> round(float(model.rheobase) * 1e12), round(float(model.unit_current) * 1e12)  # pA
    (250, 34)
    """
    measured = calibrate(model, dt)
    return dataclasses.replace(model, rheobase=measured.rheobase, unit_current=measured.unit_current)


def curves(models: Iterable[NeuronModel], dt: Quantity | None = None) -> dict[str, dict[str, Any]]:
    """Return the f-I curve and the PSP of each model as plain arrays, for figures.

    Returns
    -------
    dict
        Model name -> ``drive`` (1), ``current`` (base unit), ``rate`` (Hz), ``psp_time`` (s), ``psp`` (V) and
        ``current_unit`` (text).

    Examples
    --------
    >>> from spiking_engrams.neurons import LIF
    >>> found = curves([LIF()])["LIF"]
    >>> round(float(np.interp(0.5, found["drive"], found["rate"])))  # Hz at half the unit drive
    36
    """
    result = {}
    for model in listed(models, "The models", NeuronModel):
        one = calibrate(model, dt)
        result[model.name] = {
            "drive": one.drives, "current": one.currents, "rate": one.rates, "psp_time": one.psp_time, "psp": one.psp,
            "current_unit": one.current_unit,
        }  # fmt: skip
    return result


def _measure(model: NeuronModel, dt: float) -> Calibration:
    """Find both currents, then measure the resulting curves."""
    coarse = _search_grid()
    coarse_rates = steady_rates(model, coarse, dt, settle=0.5, measure=1.0)
    rheobase = _find_rheobase(model, coarse, coarse_rates, dt)
    unit_current = _find_unit_current(model, coarse, coarse_rates, dt, rheobase)
    currents = rheobase + unit_current * DRIVES
    rates = _finite(model, steady_rates(model, currents, dt))
    unit_rate = float(rates[DRIVES == 1.0][0])
    if rates[DRIVES <= 0].any() or abs(unit_rate - float(np.asarray(model.unit_rate))) > RATE_TOLERANCE:
        what = f"its rate at drive 1 is {unit_rate:.4g} Hz, or it fires below drive 0"
        raise _failure(model, what, "Make its steady rate grow with the current")
    psp_time, psp = pulse_response(model, rheobase, unit_current, dt)
    unit = model.current_unit
    return Calibration(
        rheobase=rheobase * unit, unit_current=unit_current * unit, unit_rate=unit_rate,
        drives=DRIVES.copy(), currents=currents, rates=rates, psp_time=psp_time, psp=psp,
        onset=onset_spikes(model, rheobase, unit_current, dt), current_unit=str(unit.get_best_unit()),
    )  # fmt: skip


def _search_grid() -> np.ndarray:
    """Return currents from strongly negative through zero to strongly positive, logarithmically spaced."""
    low, high = SEARCH_DECADES
    positive = np.logspace(low, high, (high - low) * POINTS_PER_DECADE + 1)
    return np.concatenate([-positive[::-1], [0.0], positive])


def _find_rheobase(model: NeuronModel, grid: np.ndarray, rates: np.ndarray, dt: float) -> float:
    """Return the largest current without steady spikes, to about one part in ten thousand."""
    zero = len(grid) // 2
    if _finite(model, rates[zero]) == 0:
        firing = np.flatnonzero(~(rates[zero:] == 0))
        if not len(firing):
            raise _failure(model, "it never fires", "Lower its threshold or check that I_drive enters dv/dt")
        first = zero + int(firing[0])
    else:
        silent = np.flatnonzero(rates[:zero] == 0)
        if not len(silent):
            what = f"it fires at {rates[zero]:g} Hz without current and no negative current silences it"
            raise _failure(model, what, "Raise its threshold or lower its resting potential")
        first = int(silent[-1]) + 1
    currents = np.linspace(grid[max(first - 2, 0)], grid[min(first + 1, len(grid) - 1)], N_FINE)
    fine = _finite(model, steady_rates(model, currents, dt))
    if fine[0] != 0 or fine[-1] == 0:
        what = f"firing does not start at a single current near {currents[0]:g}"
        raise _failure(model, what, "Make its steady rate grow with the current")
    return float(currents[np.flatnonzero(fine > 0)[0] - 1])


def _find_unit_current(model: NeuronModel, grid: np.ndarray, rates: np.ndarray, dt: float, rheobase: float) -> float:
    """Return the current above the rheobase that gives the unit rate: the middle of the best candidates."""
    wanted = float(np.asarray(model.unit_rate))
    fast = np.flatnonzero((grid > rheobase) & ~(rates < wanted))
    if not len(fast):
        best = np.nanmax(rates[grid > rheobase])
        change = "Shorten its refractory period or weaken its adaptation, or lower unit_rate"
        raise _failure(model, f"it reaches {best:g} Hz at most, not {wanted:g} Hz", change)
    _finite(model, rates[fast[0]])
    lowest = max(rheobase, grid[fast[0] - 2])
    currents = np.linspace(lowest, grid[min(fast[0] + 2, len(grid) - 1)], N_FINE)
    fine = _finite(model, steady_rates(model, currents, dt))
    error = np.abs(fine - wanted)
    if error.min() > RATE_TOLERANCE:
        nearest = fine[int(error.argmin())]
        raise _failure(model, f"its rates jump past {wanted:g} Hz (nearest: {nearest:.4g} Hz)", "Use a shorter dt")
    best = np.flatnonzero(error <= error.min() + 1e-6)
    return float(currents[best[len(best) // 2]] - rheobase)


def _finite(model: NeuronModel, rates: np.ndarray) -> np.ndarray:
    if np.isnan(rates).any():
        change = "Use a shorter dt, another method, or clip the equations"
        raise _failure(model, "its variables become infinite or undefined", change)
    return rates


def _failure(model: NeuronModel, what: str, change: str) -> ParameterError:
    return ParameterError(f"neuron model {model!r} cannot be calibrated: {what}. {change}.")


def _checked_step(model: NeuronModel, dt: Quantity) -> float:
    """Return the time step in s."""
    is_time = isinstance(dt, Quantity) and np.ndim(dt) == 0 and have_same_dimensions(dt, second)
    if not is_time or not np.isfinite(float(dt)) or float(dt) <= 0:
        raise ParameterError(f"dt is {shown(dt)}: it must be a positive time, such as {model.max_dt!r}.")
    if float(dt) > float(model.max_dt) * (1 + 1e-9):
        raise ParameterError(
            f"dt is {dt!r}, too long for neuron {model.name}: use its max_dt, {model.max_dt!r}, or less."
        )
    return float(dt)


def _cache_path(model: NeuronModel, dt: float) -> Path:
    key = json.dumps([CALIBRATION_VERSION, model.name, model.digest(calibration=False), repr(dt)])
    return cache_dir() / "calibration" / f"{model.name}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def _write(path: Path, found: Calibration) -> None:
    """Write a calibration atomically; if several processes do so, any of them may win."""
    values = {name: _plain(value) for name, value in vars(found).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _cause(error: BaseException) -> str:
    """Return the text of the first error in a chain: Brian2 wraps it in the place where an object was made."""
    while error.__cause__ is not None:
        error = error.__cause__
    return said(error)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else np.asarray(value, dtype=float).tolist()


def _read(path: Path, model: NeuronModel) -> Calibration | None:
    """Return the calibration in a file, or None if there is none that can be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        for name in ("drives", "currents", "rates", "psp_time", "psp", "onset"):
            values[name] = np.array(values[name], dtype=float)
        for name in ("rheobase", "unit_current"):
            values[name] = values[name] * model.current_unit
        return Calibration(**values)
    except (OSError, ValueError, KeyError, TypeError):
        return None
