"""Circuits as data: groups of neurons, connections, initial values, and their tables."""

from spiking_engrams.circuit.circuit import Circuit, Connection, Group, Regular, all_to_all
from spiking_engrams.circuit.initial import Draw

__all__ = ["Circuit", "Connection", "Draw", "Group", "Regular", "all_to_all"]
