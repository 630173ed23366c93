"""Random numbers by purpose, so that draws for one purpose do not shift those for another."""

from __future__ import annotations

import hashlib

import numpy as np

from spiking_engrams.errors import SimulationError


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the random generator for a purpose, such as ``"contexts"``, seeded by `seed` and that name.

    Examples
    --------
    >>> contexts, again, noise = generator(1, "contexts"), generator(1, "contexts"), generator(1, "noise")
    >>> pattern = contexts.random(100) < 0.1
    >>> np.array_equal(pattern, again.random(100) < 0.1), np.array_equal(pattern, noise.random(100) < 0.1)
    (True, False)
    """
    number = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, number])


def checked_seed(seed: object) -> int:
    """Return a seed as a plain number.

    Raises
    ------
    SimulationError
        If it is not a whole number >= 0.

    Examples
    --------
    >>> checked_seed(np.int64(3))
    3
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise SimulationError(f"The seed is {seed!r}; it must be a whole number >= 0.")
    return int(seed)
