'''Neuron models: equations as data, ports, and a calibrated drive.

Circuits talk to a neuron through one dimensionless number, ``drive``, which they define as an expression of
the ports ``excite``, ``inhibit``, ``gap`` and ``bias``. Every model injects
``rheobase + unit_current*drive``. Both constants are measured (see `spiking_engrams.neurons.calibration`), so that in
every model ``drive <= 0`` is silent and ``drive = 1`` fires steadily at ``unit_rate``. Models can then be
swapped without touching a circuit.

A model of your own is a small class in a file, used as ``--neuron my_model.py:QuadraticIF``::

    from brian2 import Quantity, mV, ms, nS, pF
    from spiking_engrams.neurons import NeuronModel, constant

    class QuadraticIF(NeuronModel):
        """Quadratic integrate-and-fire neuron."""

        source = "Latham, Richmond, Nelson & Nirenberg 2000, J Neurophysiol 83:808"
        equations = """
        dv/dt = (I_flow + I_drive)/C : volt (unless refractory)  # membrane potential
        I_flow = g_L*(v - V_rest)*(v - V_T)/(V_T - V_rest) : amp  # leak and spike initiation
        I_drive = rheobase + unit_current*drive : amp  # injected current
        """
        threshold = "v > V_peak"
        reset = "v = V_reset"
        start = {"v": "V_rest"}
        method = "euler"
        max_dt = 0.5 * ms

        C: Quantity = constant(250 * pF, "membrane capacitance")
        g_L: Quantity = constant(12.5 * nS, "leak conductance at rest")
        V_rest: Quantity = constant(-65 * mV, "resting potential")
        V_T: Quantity = constant(-50 * mV, "threshold of the quadratic flow")
        V_peak: Quantity = constant(-30 * mV, "potential at which a spike is counted")
        V_reset: Quantity = constant(-60 * mV, "potential after a spike")
        t_ref: Quantity = constant(2 * ms, "refractory period")

Attributes with a type (``C: Quantity``) can be changed by keyword, ``QuadraticIF(C=300*pF)``; the rest is structure.
A constant called ``t_ref`` is the refractory period.
'''

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from brian2 import Quantity
from brian2.units import ms, mV, nS, pA, pF

from spiking_engrams.errors import EngramError, ParameterError, said, unknown_name
from spiking_engrams.files.loading import load_file
from spiking_engrams.neurons.checks import constant
from spiking_engrams.neurons.model import PORTS, NeuronModel
from spiking_engrams.neurons.sources import IZHIKEVICH, NAUD, SOURCES, TULLY
from spiking_engrams.values.plain import listed, shown

__all__ = [
    "BUILT_IN",
    "LIF",
    "PORTS",
    "AdEx",
    "Izhikevich",
    "NeuronModel",
    "constant",
    "require_ports",
    "resolve_neuron",
]


class LIF(NeuronModel):
    """Leaky integrate-and-fire neuron; safe at 1 ms steps, since the membrane is integrated by exponential Euler.

    Examples
    --------
    >>> from brian2 import mV
    >>> LIF(V_th=-55 * mV) == LIF(), LIF(V_th=-50 * mV) == LIF(), round(LIF(V_th=-50 * mV).V_th / mV)
    (True, False, -50)
    """

    source = SOURCES["LIF"]
    equations = """
    dv/dt = (g_L*(E_L - v) + I_drive)/C : volt (unless refractory)  # membrane potential
    I_drive = rheobase + unit_current*drive : amp  # injected current
    """
    threshold = "v > V_th"
    reset = "v = V_r"
    start = {"v": "E_L"}
    method = "exponential_euler"
    max_dt = 1 * ms

    C: Quantity = constant(250 * pF, "membrane capacitance", TULLY, low=0 * pF)
    g_L: Quantity = constant(16.67 * nS, "leak conductance", TULLY, low=0 * nS)
    E_L: Quantity = constant(-70 * mV, "resting potential", TULLY)
    V_th: Quantity = constant(-55 * mV, "spike threshold", TULLY)
    V_r: Quantity = constant(-60 * mV, "potential after a spike", TULLY)
    t_ref: Quantity = constant(2 * ms, "refractory period", TULLY)


class AdEx(NeuronModel):
    """Adaptive exponential integrate-and-fire neuron, by default tonically spiking.

    Regular spiking with strong spike-triggered adaptation (Brette & Gerstner 2005) is ``AdEx(C=281*pF,
    g_L=30*nS, E_L=-70.6*mV, V_T=-50.4*mV, V_r=-70.6*mV, tau_w=144*ms, a=4*nS, b=80.5*pA)``. The exponent is
    clipped at its value where a spike is counted, ``V_T + 5*Delta_T``, so no step overflows.

    Examples
    --------
    >>> from brian2 import pA
    >>> round(AdEx(b=80 * pA).b / pA), list(AdEx().initial), AdEx().symbols["w"]
    (80, ['v', 'w'], 'adaptation current')
    """

    source = SOURCES["AdEx"]
    equations = """
    dv/dt = (g_L*(E_L - v) + I_exp - w + I_drive)/C : volt  # membrane potential
    dw/dt = (a*(v - E_L) - w)/tau_w : amp  # adaptation current
    I_exp = g_L*Delta_T*exp(clip((v - V_T)/Delta_T, -20, 5)) : amp  # spike-initiation current
    I_drive = rheobase + unit_current*drive : amp  # injected current
    """
    threshold = "v > V_T + 5*Delta_T"
    reset = "v = V_r; w += b"
    start = {"v": "E_L", "w": 0 * pA}
    method = "euler"
    max_dt = 0.5 * ms

    C: Quantity = constant(200 * pF, "membrane capacitance", NAUD, low=0 * pF)
    g_L: Quantity = constant(10 * nS, "leak conductance", NAUD, low=0 * nS)
    E_L: Quantity = constant(-70 * mV, "resting potential", NAUD)
    V_T: Quantity = constant(-50 * mV, "threshold of the exponential", NAUD)
    Delta_T: Quantity = constant(2 * mV, "slope factor", NAUD, low=0 * mV)
    V_r: Quantity = constant(-58 * mV, "potential after a spike", NAUD)
    tau_w: Quantity = constant(30 * ms, "time constant of the adaptation", NAUD, low=0 * ms)
    a: Quantity = constant(2 * nS, "subthreshold adaptation", NAUD)
    b: Quantity = constant(0 * pA, "adaptation per spike", NAUD)


class Izhikevich(NeuronModel):
    """Izhikevich's quadratic neuron in his dimensionless form: v in mV, u and currents in mV/ms.

    Examples
    --------
    >>> from brian2 import mV
    >>> round(Izhikevich(c=-50 * mV).c / mV), round(Izhikevich().initial["v"] / mV)
    (-50, -70)
    """

    source = SOURCES["Izhikevich"]
    equations = """
    dv/dt = 0.04/ms/mV*v**2 + 5/ms*v + 140*mV/ms - u + I_drive : volt  # membrane potential
    du/dt = a*(b*v - u) : volt/second  # recovery variable
    I_drive = rheobase + unit_current*drive : volt/second  # injected current
    """
    threshold = "v > V_peak"
    reset = "v = c; u += d"
    start = {"v": -70 * mV, "u": -14 * mV / ms}  # the stable fixed point without current
    method = "euler"
    max_dt = 0.5 * ms

    a: Quantity = constant(0.02 / ms, "rate of the recovery variable", IZHIKEVICH, low=0 / ms)
    b: Quantity = constant(0.2 / ms, "coupling of the recovery variable to v", IZHIKEVICH)
    c: Quantity = constant(-65 * mV, "potential after a spike", IZHIKEVICH)
    d: Quantity = constant(8 * mV / ms, "recovery step per spike", IZHIKEVICH)
    V_peak: Quantity = constant(30 * mV, "potential at which a spike is counted", IZHIKEVICH)


BUILT_IN: dict[str, type[NeuronModel]] = {model.__name__: model for model in (LIF, AdEx, Izhikevich)}


def resolve_neuron(neuron: str | NeuronModel | type[NeuronModel]) -> NeuronModel:
    """Return the model that a name, a file, a class or an instance specifies.

    Parameters
    ----------
    neuron : str, NeuronModel or class
        ``"LIF"``, ``"AdEx"``, ``"Izhikevich"``, ``"my_model.py:MyNeuron"`` (a class or an instance in that
        file), a NeuronModel subclass, or an instance, which is returned unchanged.

    Raises
    ------
    UnknownNameError
        For a name that is neither built in nor in the file.
    ParameterError
        For a missing or broken file, or something that is not a complete NeuronModel.

    Examples
    --------
    >>> resolve_neuron("LIF"), resolve_neuron(AdEx).name
    (LIF(), 'AdEx')
    >>> resolve_neuron("LFI")
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.UnknownNameError: unknown neuron 'LFI': did you mean 'LIF'? ...
    """
    if isinstance(neuron, str) and ".py" in neuron:
        path, _, name = neuron.rpartition(":") if not neuron.endswith(".py") else (neuron, "", "")
        return _made(_from_file(Path(path), name), neuron)
    if isinstance(neuron, str):
        if neuron not in BUILT_IN:
            raise unknown_name("neuron", neuron, [*BUILT_IN, "my_model.py:MyNeuron"])
        return BUILT_IN[neuron]()
    return _made(neuron, shown(neuron))


def require_ports(model: NeuronModel, names: Iterable[str]) -> None:
    """Raise if a model lacks one of the named ports.

    Raises
    ------
    UnknownNameError
        With the ports that the model has.

    Examples
    --------
    >>> require_ports(LIF(), ["excite", "inhibit"])
    >>> require_ports(LIF(), ["dendrite"])
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.UnknownNameError: unknown port of LIF 'dendrite'. Available: excite, inhibit, gap, bias.
    """
    if not isinstance(model, NeuronModel):
        raise ParameterError(f"{shown(model)} has no ports; give a neuron model.")
    for name in listed(names, "The ports", str):
        if name not in model.ports:
            raise unknown_name(f"port of {model.name}", name, model.ports)


def _made(found: object, text: str) -> NeuronModel:
    """Return the neuron model for an object: an instance, or a subclass that is instantiated."""
    if isinstance(found, type) and issubclass(found, NeuronModel):
        if found is NeuronModel:
            raise ParameterError(f"{text} is the base of all neuron models; give one of its subclasses.")
        try:
            return found()
        except EngramError:
            raise
        except Exception as error:
            raise ParameterError(
                f"{text} cannot be made without arguments ({said(error)}); give each of its constants a default."
            ) from error
    if isinstance(found, NeuronModel):
        return found
    raise ParameterError(
        f"{text} is not a neuron model but {type(found).__name__}: give a built-in name "
        f"({', '.join(BUILT_IN)}) or a subclass of spiking_engrams.NeuronModel."
    )


def _from_file(path: Path, name: str) -> object:
    """Return the object with this name in a Python file."""
    module = load_file(str(path), "neuron model file", ParameterError, once=False)
    models = [key for key, value in vars(module).items() if _is_model(value) and key not in BUILT_IN]
    if not name:
        raise ParameterError(
            f"{str(path)!r} does not name a class: write '{path}:MyNeuron'. Its models: {', '.join(models) or 'none'}."
        )
    if not hasattr(module, name):
        raise unknown_name(f"neuron model in {path}", name, models)
    return getattr(module, name)


def _is_model(value: object) -> bool:
    is_class = isinstance(value, type) and issubclass(value, NeuronModel) and value is not NeuronModel
    return is_class or isinstance(value, NeuronModel)
