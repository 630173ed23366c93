"""The type of a state variable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """Type of a state variable: NumPy dtype, SI unit, and whether its object has a single value."""

    dtype: str
    unit: str
    scalar: bool
