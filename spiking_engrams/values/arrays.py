"""Read-only arrays, and bitwise comparison of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np


def frozen_array(values: Any, dtype: Any = None) -> np.ndarray:
    """Return `values` as a C-ordered array that nobody can write to (copied unless it already is one)."""
    array = np.asarray(values, dtype=dtype)
    if not _is_fixed(array) or not array.flags.c_contiguous:
        array = np.array(array, order="C", copy=True, subok=False)
        array.setflags(write=False)
    return array


def _is_fixed(array: Any) -> bool:
    """Return whether nobody can write to an array or to any array that it is a view of."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    """Return whether two C-ordered arrays agree in dtype, shape and every bit (NaN equals itself, 0.0 not -0.0)."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first is second:
        return True
    return bool(np.array_equal(first.reshape(-1).view(np.uint8), second.reshape(-1).view(np.uint8)))
