"""Random numbers by purpose, so that one purpose does not shift those of another."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of a purpose, such as ``"contexts"``, made from a seed and that name."""
    number = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, number])
