"""Protocols, their runs over seeds, and the resulting reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Request, execute, resume
    from spiking_engrams.experiment.protocol import Protocol
    from spiking_engrams.experiment.session import Session

__all__ = ["Protocol", "Request", "Session", "execute", "resume"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "experiment": ("Request", "execute", "resume"),
        "protocol": ("Protocol",),
        "session": ("Session",),
    },
)
