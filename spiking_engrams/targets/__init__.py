"""From a circuit to a program: equations, generated code, C++ and CUDA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.targets.building import build, choose_target

__all__ = ["build", "choose_target"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "building": ("build", "choose_target"),
    },
)
