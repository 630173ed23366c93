"""States and recordings: what a phase starts from and what it produces, with their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.state.recording import Recording
    from spiking_engrams.state.state import State

__all__ = ["Recording", "State"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "recording": ("Recording",),
        "state": ("State",),
    },
)
