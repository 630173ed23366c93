"""The base of all neuron models: equations and constants as data, and what a circuit reads from them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar, dataclass_transform

import numpy as np
from brian2 import Equations, Quantity, get_dimensions, have_same_dimensions
from brian2.units import Hz, ms

from spiking_engrams.errors import ParameterError
from spiking_engrams.neurons.checks import (
    CALIBRATION_FIELDS,
    check_constants,
    check_structure,
    constant_fields,
    equation_comments,
    make_dataclass,
)

PORTS = ("excite", "inhibit", "gap", "bias")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NeuronModel:
    """Abstract neuron: subclasses declare the structure as class attributes and constants as typed fields.

    Attributes
    ----------
    equations : str
        Brian2 equations of ``v`` (volt) and the rest, one trailing ``# meaning`` per symbol. They contain
        ``I_drive = rheobase + unit_current*drive : amp`` (or the unit of the model's own current) and do not
        define ``drive``: the circuit does.
    threshold, reset : str
        Condition for a spike, and the code that runs at a spike.
    start : mapping
        Initial state: variable -> quantity, or the name of a constant.
    method : str
        Brian2 integrator.
    max_dt : Quantity
        Largest time step at which the integration is safe.
    unit_rate : Quantity
        Steady rate at ``drive = 1``.
    rheobase, unit_current : Quantity or None
        The calibration; None until `spiking_engrams.neurons.calibration.calibrated` has filled it in.

    Raises
    ------
    ParameterError
        When made with a constant of the wrong dimension or range, or from an incomplete declaration.
    UnknownNameError
        When made with a keyword that is not a constant of the model.

    Examples
    --------
    >>> from brian2 import Quantity, ms
    >>> from spiking_engrams.neurons import constant
    >>> class Leaky(NeuronModel):
    ...     equations = '''dv/dt = (I_drive - v)/tau : volt  # membrane potential
    ...     I_drive = rheobase + unit_current*drive : volt  # input'''
    ...     threshold, reset = "v > 1*mV", "v = 0*mV"
    ...     tau: Quantity = constant(10 * ms, "membrane time constant")
    >>> round(Leaky(tau=20 * ms).tau / ms), Leaky().symbols["v"], Leaky() == Leaky(tau=10 * ms)
    (20, 'membrane potential', True)
    """

    equations: ClassVar[str] = ""
    threshold: ClassVar[str] = ""
    reset: ClassVar[str] = ""
    start: ClassVar[Mapping[str, Any]] = {}
    method: ClassVar[str] = "euler"
    max_dt: ClassVar[Quantity] = 0.5 * ms
    unit_rate: ClassVar[Quantity] = 50 * Hz
    ports: ClassVar[tuple[str, ...]] = PORTS
    source: ClassVar[str] = ""

    rheobase: Quantity | None = None
    unit_current: Quantity | None = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        make_dataclass(cls)

    def __post_init__(self) -> None:
        unit = check_structure(type(self))
        check_constants(self)
        for name in CALIBRATION_FIELDS:
            value = getattr(self, name)
            if value is not None and not have_same_dimensions(value, unit):
                raise ParameterError(f"{self.name}.{name} is {value!r}: it must have the unit of I_drive, {unit!r}.")
        if self.refractory is not None and float(self.refractory) < 0:
            raise ParameterError(f"{self.name}.t_ref is {self.refractory!r}: a refractory period must be 0 or longer.")

    @property
    def name(self) -> str:
        """Name of the model: its class name."""
        return type(self).__name__

    @property
    def refractory(self) -> Quantity | None:
        """Refractory period: the constant ``t_ref``, or None for a model without one."""
        return getattr(self, "t_ref", None)

    @property
    def constants(self) -> dict[str, Quantity | float]:
        """Constants of the model without its calibration: name -> value."""
        return {field.name: getattr(self, field.name) for field in constant_fields(type(self))}

    @property
    def parameters(self) -> dict[str, Quantity | float]:
        """Constants of the model, with `rheobase` and `unit_current` once it is calibrated."""
        calibration = {"rheobase": self.rheobase, "unit_current": self.unit_current}
        return self.constants | {name: value for name, value in calibration.items() if value is not None}

    @property
    def initial(self) -> dict[str, Quantity | float]:
        """Initial state: variable -> value."""
        constants = self.constants
        return {name: constants[v] if isinstance(v, str) else v for name, v in self.start.items()}

    @property
    def symbols(self) -> dict[str, str]:
        """Meaning of each symbol of the equations: variables and constants."""
        meanings = {field.name: str(field.metadata.get("meaning", "")) for field in constant_fields(type(self))}
        given = {
            "drive": "sum of the ports; 0 is silent, 1 fires at the unit rate",
            "rheobase": "largest steady current without spikes (measured)",
            "unit_current": "current of unit drive above the rheobase (measured)",
        }
        return equation_comments(self.equations) | meanings | given

    @property
    def current_unit(self) -> Quantity:
        """Base unit of the injected current (amp; for dimensionless forms, that of ``I_drive``)."""
        return check_structure(type(self))

    def digest(self, calibration: bool = True) -> str:
        """Return the SHA-256 of everything that determines the behaviour, with or without the calibration."""
        values = self.parameters if calibration else self.constants
        content = {
            "equations": str(Equations(self.equations)),
            "strings": [self.threshold, self.reset, self.method, *self.ports],
            "parameters": {name: _plain(value) for name, value in sorted(values.items())},
            "initial": {name: _plain(value) for name, value in sorted(self.initial.items())},
            "unit_rate": _plain(self.unit_rate),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, NeuronModel) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash((self.name, self.digest()))

    def __repr__(self) -> str:
        changed = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in constant_fields(type(self))
            if _plain(getattr(self, field.name)) != _plain(field.metadata["default"])
        ]
        return f"{self.name}({', '.join(changed)})"


def _plain(value: Quantity | float) -> list:
    """Return a value as JSON: base-unit number and dimension."""
    return [float(np.asarray(value)), repr(get_dimensions(value))]
