"""Phases run on a program, each starting exactly where the one before ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.simulation.simulation import Simulation

__all__ = ["Simulation"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "simulation": ("Simulation",),
    },
)
