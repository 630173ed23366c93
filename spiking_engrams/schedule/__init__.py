"""Phases and schedules: what happens to a circuit, as data; and the life of an animal, a tree of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.schedule.life import Draws, Life
    from spiking_engrams.schedule.schedule import Phase, Schedule

__all__ = ["Draws", "Life", "Phase", "Schedule"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "life": ("Draws", "Life"),
        "schedule": ("Phase", "Schedule"),
    },
)
