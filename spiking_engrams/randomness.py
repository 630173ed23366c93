"""Random numbers by purpose, so that one purpose does not shift those of another."""

from __future__ import annotations

import hashlib

import numpy as np

from spiking_engrams.errors import SimulationError


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of a purpose, such as ``"contexts"``, made from a seed and that name."""
    number = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, number])


def checked_seed(seed: object) -> int:
    """Return a seed as a plain number.

    Raises
    ------
    SimulationError
        If it is no whole number from 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise SimulationError(f"The seed is {seed!r}; allowed are the whole numbers from 0.")
    return int(seed)
