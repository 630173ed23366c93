"""Calibration: unit drive means the same rate in every model."""

from __future__ import annotations

import json

import numpy as np
import pytest
from brian2 import Hz, Quantity, get_device, ms, mV, pF, prefs, set_device
from brian2.devices import reset_device
from test_neurons import GOOD, declare, example_file

from spiking_engrams.errors import ParameterError
from spiking_engrams.neurons import calibration
from spiking_engrams.neurons.calibration import calibrate, calibrated, curves
from spiking_engrams.neurons.models import LIF, AdEx, Izhikevich, resolve_neuron
from spiking_engrams.neurons.rates import steady_rates


@pytest.fixture(scope="module", autouse=True)
def shared_cache(tmp_path_factory):
    """Keep this module's calibrations in a folder of their own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPIKING_ENGRAMS_CACHE", str(folder))
        yield folder


@pytest.fixture(params=["LIF", "LIF at 0.5 ms", "AdEx", "Izhikevich", "user"])
def case(request, tmp_path):
    """Return a model and its time step: its longest, or a shorter one."""
    if request.param == "user":
        model = resolve_neuron(f"{example_file(tmp_path)}:QuadraticIF")
        return model, model.max_dt
    name, _, rest = request.param.partition(" at ")
    model = resolve_neuron(name)
    return model, 0.5 * ms if rest else model.max_dt


def test_drive_zero_is_silent_and_drive_one_fires_at_the_unit_rate(case):
    model, dt = case
    measured = calibrate(model, dt)
    filled = calibrated(model, dt)
    drives = np.array([-1.0, -0.2, 0.0, 0.2, 1.0])
    currents = np.asarray(filled.rheobase) + np.asarray(filled.unit_current) * drives
    rates = steady_rates(filled, currents, float(dt))
    assert rates[:3] == pytest.approx(0)
    assert 1 < rates[3] < 40
    assert rates[4] == pytest.approx(50, abs=1)
    assert measured.unit_rate == pytest.approx(50, abs=1)
    assert not measured.rates[measured.drives <= 0].any()
    assert (np.diff(measured.rates) >= -0.5).all()
    assert measured.psp_time[measured.psp.argmax()] >= 0
    assert abs(measured.psp[measured.psp_time < 0]).max() < 1e-5 < measured.psp.max()


def test_rheobase_of_the_lif_neuron_is_known():
    measured = calibrate(LIF())
    model = LIF()
    assert float(measured.rheobase / (model.g_L * (model.V_th - model.E_L))) == pytest.approx(1, abs=1e-3)
    time_constant = float(model.C / model.g_L / ms)
    decay = np.exp((20 - 2) / time_constant)  # over the interval at 50 Hz without the refractory period
    steady = (15 * decay - 10) / (decay - 1) * mV
    expected = model.g_L * steady - measured.rheobase
    assert float(calibrate(LIF(), 0.5 * ms).unit_current / expected) == pytest.approx(1, abs=0.08)


def test_cache_answers_without_a_simulation(monkeypatch, shared_cache):
    first = calibrate(Izhikevich())

    def refuse(*_, **__):
        raise AssertionError("simulated again")

    monkeypatch.setattr(calibration, "steady_rates", refuse)
    second = calibrate(calibrated(Izhikevich()), 0.5 * ms)
    assert second.rheobase == first.rheobase
    assert np.array_equal(second.psp, first.psp)
    assert curves([Izhikevich()])["Izhikevich"]["rate"].tolist() == first.rates.tolist()
    with pytest.raises(AssertionError, match="simulated again"):
        calibrate(Izhikevich(d=second.rheobase * 2))
    with pytest.raises(AssertionError, match="simulated again"):
        calibrate(Izhikevich(), 0.4 * ms)
    assert not list(shared_cache.rglob("*.tmp"))


def test_a_broken_cache_file_is_measured_again(monkeypatch, tmp_path):
    first = calibrate(LIF())
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    calibrate(LIF())
    (path,) = tmp_path.rglob("*.json")
    path.write_text(path.read_text()[:100])
    assert calibrate(LIF()).unit_current == first.unit_current
    assert json.loads(path.read_text())["unit_rate"] == first.unit_rate


def test_brian_is_left_as_it_was(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    target = prefs["codegen.target"]
    set_device("cpp_standalone", build_on_run=False)
    try:
        before = get_device()
        calibrate(LIF())
        assert get_device() is before
        assert not before.code_objects
    finally:
        reset_device()
    assert prefs["codegen.target"] == target


@pytest.mark.parametrize("dt", [2 * ms, 0 * ms, 1 * mV])
def test_time_steps_that_cannot_be_used(dt):
    with pytest.raises(ParameterError, match="dt is"):
        calibrate(LIF(), dt)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (LIF(t_ref=30 * ms), "at most, not 50 Hz.*refractory"),
        (declare(threshold="v > 1e30*volt", max_dt=1 * ms)(), "never fires"),
        (declare(threshold="v > -1e30*volt", max_dt=1 * ms)(), "no negative current silences it"),
        (declare(unit_rate=400 * Hz, max_dt=1 * ms)(), "jump past 400 Hz.*dt"),
        (declare(equations=GOOD + "du/dt = 1000*Hz*(u + 1) : 1", max_dt=1 * ms)(), "infinite"),
    ],
)
def test_models_that_cannot_be_calibrated(model, says):
    with pytest.raises(ParameterError, match=says):
        calibrate(model)


def test_large_drive_of_either_sign_is_numerically_safe():
    for model in (AdEx(), Izhikevich(), LIF(C=100 * pF)):
        filled = calibrated(model)
        currents = float(np.asarray(filled.rheobase)) + float(np.asarray(filled.unit_current)) * np.array([-5, -2, 5])
        rates = steady_rates(filled, currents, float(model.max_dt))
        assert np.isfinite(rates).all()
        assert rates[:2] == pytest.approx(0)
        assert rates[2] > 50
    assert isinstance(filled.rheobase, Quantity)
