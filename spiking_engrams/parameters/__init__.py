"""Frozen, unit-checked parameters and quantities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of
    from spiking_engrams.parameters.quantities import parse_quantity

__all__ = ["FITTED", "ParameterSet", "field_of", "parse_quantity"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "parameter_set": ("FITTED", "ParameterSet", "field_of"),
        "quantities": ("parse_quantity",),
    },
)
