"""Constants that equations would take for something else are refused where they are declared; others count."""

from typing import ClassVar

import numpy as np
import pytest
from brian2 import Hz, Quantity, ms, mV, nS, pA, pF

from spiking_engrams.circuit.circuit import Circuit, Group
from spiking_engrams.errors import CircuitError, ParameterError
from spiking_engrams.neurons.models import NeuronModel, constant
from spiking_engrams.neurons.rates import pulse_response, steady_rates
from spiking_engrams.parameters.parameter_set import ParameterSet

REFUSED = (
    "pi e inf N i t dt xi xi_1 t_in_timesteps drive lastspike not_refractory refractory exp sin rand clip int mV ms "
    "second _x lambda class True None new double union errno alive variables v_pre v_post name constants parameters "
    "initial symbols digest start method threshold reset equations ports source unit_rate max_dt rheobase "
    "unit_current calibration_level"
).split()
TAKEN = "C E I beta gamma Lambda level extra j".split()


def declare(name="factor", **attributes):
    """Return a model whose leak is multiplied by a constant of a name."""
    body = {
        "__annotations__": {"c_m": Quantity, "g": Quantity, name: Quantity},
        "equations": f"""
        dv/dt = ({name}*g*(-70*mV - v) + I_drive)/c_m : volt
        I_drive = rheobase + unit_current*drive : amp
        """,
        "threshold": "v > -45*mV",
        "reset": "v = -70*mV",
        "start": {"v": -70 * mV},
        "method": "exponential_euler",
        "max_dt": 1 * ms,
        "c_m": constant(200 * pF, "capacitance"),
        "g": constant(10 * nS, "leak"),
        name: constant(3.0, "factor"),
    }
    return type("M", (NeuronModel,), body | attributes)


@pytest.mark.parametrize("name", REFUSED)
def test_names_with_another_meaning_are_refused_by_name(name):
    with pytest.raises(ParameterError, match=f"neuron model M: the constant '{name}' needs another name"):
        declare(name)


def rates(model):
    """Return a few rates and the response to a pulse."""
    psp = pulse_response(model, 5e-10, 1e-10, 1e-3)[1]
    return np.concatenate([steady_rates(model, np.array([5e-10, 1e-9, 2e-9]), 1e-3, 0.1, 0.2), psp])


def test_other_names_have_their_value():
    expected = rates(declare()())
    for name in TAKEN:
        np.testing.assert_array_equal(rates(declare(name)()), expected, err_msg=name)


class Parameters(ParameterSet):
    """None."""


@pytest.mark.parametrize("name", ["pi", "N", "exp", "mV", "lambda", "new", "_x", "v_pre"])
def test_circuits_share_the_rule(name):
    group = Group("E", 2, "v : 1", constants={name: 3.0})
    with pytest.raises(CircuitError, match=f"E: the constant '{name}' needs another name"):
        Circuit("c", "none", None, 1 * ms, 10 * ms, (group,), (), {})
    for variable in (f"{name} : 1", f"d{name}/dt = -{name}/second : 1", f"v : 1\n{name} = 2*v : 1"):
        with pytest.raises(CircuitError, match=f"E: the variable '{name}' needs another name"):
            Circuit("c", "none", None, 1 * ms, 10 * ms, (Group("E", 2, variable),), (), {})
    with pytest.raises(CircuitError, match=f"c: the signal '{name}' needs another name"):
        Circuit("c", "none", None, 1 * ms, 10 * ms, (Group("E", 2, "v : 1"),), (), {name: 0.0})


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"threshold": "v > > 1"}, "its threshold is 'v > > 1'"),
        ({"threshold": 3}, "its threshold is 3"),
        ({"reset": "v = = 1"}, "its reset is 'v = = 1'"),
        ({"method": "runge"}, "its method, 'runge', is not the name of a state updater"),
        ({"method": None}, "its method, None, is not"),
        ({"max_dt": float("nan") * ms}, "max_dt nan s: set a positive time"),
        ({"max_dt": 0.001}, "set a positive time"),
        ({"unit_rate": 50}, "unit_rate 50: set a rate"),
        ({"unit_rate": -5 * Hz}, "set a rate"),
        ({"ports": "excite"}, "ports 'excite': set a tuple"),
        ({"start": None}, "start None: set a dict"),
        ({"start": {"v": 3 * pA}}, "starts 'v' at 3. pA: give one number with the unit of 'v'"),
        ({"start": {"v": "g"}}, "starts 'v' at 10. nS"),
        ({"start": {"v": None}}, "starts 'v' at None"),
        ({"equations": 3}, "equations 3: give a text"),
        (
            {"equations": "dv/dt = -v/ms : volt\nI_drive = rheobase + unit_current*drive : amp\nnew : 1"},
            "variable 'new'",
        ),
        ({"source": None}, "source None"),
    ],
)
def test_other_faults_of_a_declaration_are_one_sentence(attributes, says):
    with pytest.raises(ParameterError, match=says) as caught:
        declare(**attributes)()
    assert "\n" not in str(caught.value)


def test_refractory_periods_are_times():
    with pytest.raises(ParameterError, match="t_ref 3. mV: the constant of that name is the refractory period"):
        type("R", (declare(),), {"__annotations__": {"t_ref": Quantity}, "t_ref": constant(3 * mV, "period")})()
    model = type("R", (declare(),), {"__annotations__": {"t_ref": Quantity}, "t_ref": constant(3 * ms, "period")})
    with pytest.raises(ParameterError, match="a refractory period must be 0 or longer"):
        model(t_ref=-1 * ms)


def test_a_typed_attribute_is_explained():
    type("M", (declare(),), {"__annotations__": {"method": ClassVar[str]}, "method": "euler"})()
    with pytest.raises(ParameterError, match="leave out the type: 'method = ...'"):
        type("M", (declare(),), {"__annotations__": {"method": str}, "method": "euler"})
