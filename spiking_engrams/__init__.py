"""Spiking memory circuits: encode, replay and retrieve on one compiled program.

The public names are imported when they are first used, so that a command which needs no simulator starts
without one.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from spiking_engrams import brian2_import

if TYPE_CHECKING:
    from spiking_engrams.circuit import Circuit, Connection, Draw, Group, Regular, all_to_all
    from spiking_engrams.errors import EngramError, EngramWarning
    from spiking_engrams.experiment import Protocol
    from spiking_engrams.neurons import LIF, AdEx, Izhikevich, NeuronModel, constant, resolve_neuron
    from spiking_engrams.parameters import ParameterSet, field_of, parse_quantity
    from spiking_engrams.phenomena import Phenomenon
    from spiking_engrams.recording import Recording
    from spiking_engrams.run_folder import RunFolder
    from spiking_engrams.schedule import Phase, Schedule
    from spiking_engrams.session import Session
    from spiking_engrams.simulation import Simulation
    from spiking_engrams.state import State

_HOMES = {
    "circuit": ("Circuit", "Connection", "Draw", "Group", "Regular", "all_to_all"),
    "errors": ("EngramError", "EngramWarning"),
    "experiment": ("Protocol",),
    "neurons": ("LIF", "AdEx", "Izhikevich", "NeuronModel", "constant", "resolve_neuron"),
    "parameters": ("ParameterSet", "field_of", "parse_quantity"),
    "phenomena": ("Phenomenon",),
    "recording": ("Recording",),
    "run_folder": ("RunFolder",),
    "schedule": ("Phase", "Schedule"),
    "session": ("Session",),
    "simulation": ("Simulation",),
    "state": ("State",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("figures", "metrics")

__all__ = [
    "LIF",
    "AdEx",
    "Circuit",
    "Connection",
    "Draw",
    "EngramError",
    "EngramWarning",
    "Group",
    "Izhikevich",
    "NeuronModel",
    "ParameterSet",
    "Phase",
    "Phenomenon",
    "Protocol",
    "Recording",
    "Regular",
    "RunFolder",
    "Schedule",
    "Session",
    "Simulation",
    "State",
    "all_to_all",
    "constant",
    "field_of",
    "parse_quantity",
    "resolve_neuron",
]

brian2_import.install()


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
