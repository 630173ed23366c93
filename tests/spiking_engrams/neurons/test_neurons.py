"""Neuron models: declarations, overrides, and models from a user's file."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from pathlib import Path

import pytest
from brian2 import Equations, Quantity, amp, have_same_dimensions, ms, mV, pA, pF

from spiking_engrams.errors import ParameterError, UnknownNameError
from spiking_engrams.neurons import models as neurons
from spiking_engrams.neurons.calibration import calibrate
from spiking_engrams.neurons.models import (
    BUILT_IN,
    LIF,
    AdEx,
    Izhikevich,
    NeuronModel,
    constant,
    require_ports,
    resolve_neuron,
)

GOOD = """
dv/dt = (-70*mV - v)/tau + I_drive/C : volt
I_drive = rheobase + unit_current*drive : amp
"""


def example_file(folder: Path) -> Path:
    """Write the example of the module's docstring into a file, as a user would."""
    found = re.search(r"::\n\n(.*?)\nAttributes with a type", str(neurons.__doc__), re.DOTALL)
    assert found
    example = textwrap.dedent(found.group(1))
    path = folder / "my_model.py"
    path.write_text(example)
    return path


def declare(**attributes) -> type[NeuronModel]:
    """Make a model class that is complete unless an attribute says otherwise."""
    body = {
        "__annotations__": {"tau": Quantity, "C": Quantity},
        "equations": GOOD,
        "threshold": "v > -50*mV",
        "reset": "v = -60*mV",
        "tau": constant(10 * ms, "time constant"),
        "C": constant(200 * pF, "capacitance", low=0 * pF),
    }
    return type("Mine", (NeuronModel,), body | attributes)


@pytest.mark.parametrize("model", BUILT_IN.values())
def test_every_symbol_has_a_meaning_and_every_constant_a_source(model):
    made = model()
    equations = Equations(made.equations)
    assert set(equations.names) | set(made.constants) <= {name for name, text in made.symbols.items() if text}
    assert made.source
    assert all(field.metadata["source"] for field in dataclasses.fields(model) if "meaning" in field.metadata)
    assert set(made.initial) == equations.diff_eq_names
    assert made.ports == ("excite", "inhibit", "gap", "bias")


def test_constants_of_the_lif_neuron():
    assert LIF().parameters == {
        "C": 250 * pF,
        "g_L": LIF().g_L,
        "E_L": -70 * mV,
        "V_th": -55 * mV,
        "V_r": -60 * mV,
        "t_ref": 2 * ms,
    }
    assert LIF().refractory == 2 * ms
    assert AdEx().refractory is None
    assert LIF(E_L=-65 * mV).initial == {"v": -65 * mV}


def test_models_are_values():
    assert LIF() == LIF(C=250 * pF)
    assert LIF() != LIF(C=251 * pF)
    assert hash(LIF()) == hash(LIF())
    assert repr(LIF(C=300 * pF)) == "LIF(C=300. * pfarad)"
    filled = dataclasses.replace(LIF(), rheobase=250 * pA, unit_current=30 * pA)
    assert filled.parameters["rheobase"] == 250 * pA
    assert filled.digest() != LIF().digest()
    assert filled.digest(calibration=False) == LIF().digest(calibration=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        LIF().C = 3 * pF  # type: ignore[misc]


def test_izhikevich_current_has_its_own_unit():
    assert LIF().current_unit == 1 * amp
    assert have_same_dimensions(Izhikevich().current_unit, mV / ms)
    with pytest.raises(ParameterError, match="rheobase"):
        dataclasses.replace(Izhikevich(), rheobase=3 * pA)


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        ({"C": 3 * mV}, ParameterError, "LIF.C .*250. \\* pfarad.*unit"),
        ({"C": "big"}, ParameterError, "LIF.C"),
        ({"C": -1 * pF}, ParameterError, "above 0"),
        ({"C": [1, 2] * pF}, ParameterError, "one finite number"),
        ({"V_t": -50 * mV}, UnknownNameError, "did you mean 'V_th'"),
    ],
)
def test_wrong_constants_are_refused(values, error, says):
    with pytest.raises(error, match=says):
        LIF(**values)


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"equations": ""}, "no equations"),
        ({"equations": "dv/dt = ("}, "cannot be read"),
        ({"equations": GOOD.replace("dv/dt", "du/dt").replace("- v)", "- u)")}, "no membrane potential"),
        ({"equations": GOOD.replace("*drive", "")}, "does not use 'drive'"),
        ({"equations": GOOD + "drive : 1"}, "defines 'drive'"),
        ({"equations": GOOD.replace("/tau", "/taum")}, "'taum' without defining it.*'tau'"),
        ({"threshold": ""}, "no threshold"),
        ({"reset": ""}, "no reset"),
        ({"reset": "v = V_reset"}, "'V_reset' without defining"),
        ({"start": {"w": 0 * pA}}, "starts 'w'"),
    ],
)
def test_incomplete_declarations_are_refused(attributes, says):
    with pytest.raises(ParameterError, match=f"Mine.*{says}"):
        declare(**attributes)()


def test_a_constant_without_constant_is_explained():
    with pytest.raises(ParameterError, match="constant\\(250"):
        declare(C=200 * pF)


def test_resolve_built_in_names_classes_and_instances():
    assert resolve_neuron("LIF") == LIF()
    assert resolve_neuron(AdEx) == AdEx()
    model = LIF(C=100 * pF)
    assert resolve_neuron(model) is model
    with pytest.raises(UnknownNameError, match="did you mean 'LIF'"):
        resolve_neuron("LFI")
    with pytest.raises(UnknownNameError, match="AdEx, Izhikevich"):
        resolve_neuron("HodgkinHuxley")
    with pytest.raises(ParameterError, match="not a neuron model but int"):
        resolve_neuron(3)  # type: ignore[arg-type]


def test_resolve_a_model_in_a_file(tmp_path):
    path = example_file(tmp_path)
    model = resolve_neuron(f"{path}:QuadraticIF")
    assert model.name == "QuadraticIF"
    assert model.refractory == 2 * ms
    path.write_text(path.read_text() + "\nsmall = QuadraticIF(C=100 * pF)\nnumber = 3\n")
    assert resolve_neuron(f"{path}:small").constants["C"] == 100 * pF
    with pytest.raises(UnknownNameError, match="did you mean 'QuadraticIF'.*Available: QuadraticIF, small"):
        resolve_neuron(f"{path}:QuadraticFI")
    with pytest.raises(ParameterError, match="not a neuron model but int"):
        resolve_neuron(f"{path}:number")
    with pytest.raises(ParameterError, match=r"does not name a class.*QuadraticIF, small"):
        resolve_neuron(str(path))


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(ParameterError, match=r"no neuron model file .*absent\.py"):
        resolve_neuron(f"{tmp_path}/absent.py:Mine")
    broken = tmp_path / "broken.py"
    broken.write_text("import nothing_of_that_name\n")
    with pytest.raises(ParameterError, match="ModuleNotFoundError"):
        resolve_neuron(f"{broken}:Mine")
    broken.write_text("class Mine:\n    equations = 'dv/dt = 0'\n")
    with pytest.raises(ParameterError, match="not a neuron model"):
        resolve_neuron(f"{broken}:Mine")


def test_missing_ports_are_listed():
    require_ports(LIF(), ["excite", "bias"])
    with pytest.raises(UnknownNameError, match="did you mean 'inhibit'.*excite, inhibit, gap, bias"):
        require_ports(LIF(), ["inhibition"])


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"max_dt": 1}, "max_dt 1: set a positive time"),
        ({"max_dt": 0 * ms}, "set a positive time"),
        ({"threshold": "v > "}, "Brian2 cannot simulate neuron model Mine"),
        ({"method": "foo"}, "Brian2 cannot simulate neuron model Mine .*state updater"),
    ],
)
def test_models_that_brian2_refuses_are_one_sentence(numpy_runtime, tmp_path, monkeypatch, attributes, says):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    with pytest.raises(ParameterError, match=says):
        calibrate(declare(**attributes)())


def test_a_model_whose_init_takes_an_argument_is_explained(tmp_path):
    path = example_file(tmp_path)
    path.write_text(path.read_text() + "\n    def __init__(self, needed):\n        super().__init__()\n")
    with pytest.raises(ParameterError, match="cannot be made without arguments"):
        resolve_neuron(f"{path}:QuadraticIF")
