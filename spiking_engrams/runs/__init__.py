"""Run folders: their content, its format and its integrity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.runs.phenomena import Phenomenon
    from spiking_engrams.runs.run_folder import RunFolder

__all__ = ["Phenomenon", "RunFolder"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "phenomena": ("Phenomenon",),
        "run_folder": ("RunFolder",),
    },
)
