"""Arrays that nobody can write to, and whether two of them hold the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np


def frozen_array(values: Any, dtype: Any = None) -> np.ndarray:
    """`values` as a read-only C-ordered array nobody else can write to (copied unless it is one already)."""
    array = np.asarray(values, dtype=dtype)
    if array.flags.writeable or array.base is not None or not array.flags.c_contiguous:
        array = np.array(array, order="C", copy=True, subok=False)
        array.setflags(write=False)
    return array


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two C-ordered arrays agree in dtype, shape and every bit (NaN equals itself, 0.0 not -0.0)."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first is second:
        return True
    return bool(np.array_equal(first.reshape(-1).view(np.uint8), second.reshape(-1).view(np.uint8)))
