"""Spiking memory circuits: encode, replay and retrieve on one compiled program.

Public names are imported on first use, so that commands that need no simulator start without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import brian2_import, former, lazy

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit, Connection, Draw, Group, Regular, all_to_all
    from spiking_engrams.errors import EngramError, EngramWarning
    from spiking_engrams.experiment.protocol import Protocol
    from spiking_engrams.experiment.session import Session
    from spiking_engrams.neurons.models import LIF, AdEx, Izhikevich, NeuronModel, constant, resolve_neuron
    from spiking_engrams.parameters.parameter_set import ParameterSet, field_of, parse_quantity
    from spiking_engrams.runs.phenomena import Phenomenon
    from spiking_engrams.runs.run_folder import RunFolder
    from spiking_engrams.schedule.life import Life
    from spiking_engrams.schedule.schedule import Phase, Schedule
    from spiking_engrams.simulation.simulation import Simulation
    from spiking_engrams.state.recording import Recording
    from spiking_engrams.state.state import State
    from spiking_engrams.version import __version__

_HOMES = {
    "analysis.engram": ("engram",),
    "analysis.metrics": ("metrics",),
    "analysis.replay_events": ("replay_events",),
    "circuit": ("Circuit", "Connection", "Draw", "Group", "Regular", "all_to_all"),
    "errors": ("EngramError", "EngramWarning"),
    "experiment.protocol": ("Protocol",),
    "experiment.session": ("Session",),
    "neurons": ("LIF", "AdEx", "Izhikevich", "NeuronModel", "constant", "resolve_neuron"),
    "parameters.parameter_set": ("ParameterSet", "field_of"),
    "parameters.quantities": ("parse_quantity",),
    "report.figures": ("figures",),
    "runs.phenomena": ("Phenomenon",),
    "runs.run_folder": ("RunFolder",),
    "schedule.life": ("Life",),
    "schedule.schedule": ("Phase", "Schedule"),
    "simulation.simulation": ("Simulation",),
    "state.recording": ("Recording",),
    "state.state": ("State",),
    "version": ("__version__",),
}

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
    "Life",
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
    "__version__",
    "all_to_all",
    "constant",
    "field_of",
    "parse_quantity",
    "resolve_neuron",
]

brian2_import.install()
former.install()
__getattr__, __dir__ = lazy.exports(__name__, _HOMES)
