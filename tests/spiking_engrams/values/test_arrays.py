"""Read-only arrays and their bits."""

import numpy as np

from spiking_engrams.values.arrays import frozen_array, same_bits


def test_frozen_array_is_private_and_exact():
    source = np.arange(6.0).reshape(2, 3).T
    frozen = frozen_array(source)
    source[:] = 0
    assert frozen[2, 1] == 5 and not frozen.flags.writeable and frozen.flags.c_contiguous
    assert frozen_array(frozen) is frozen
    assert frozen_array(np.float32(2)).shape == ()
    assert frozen_array(frozen.reshape(-1)).base is frozen  # a view of what nobody can write to
    view = source[:]
    view.setflags(write=False)
    assert not np.shares_memory(frozen_array(view), source)


def test_same_bits_sees_dtype_nan_and_sign():
    nan = np.array([np.nan, 0.0])
    assert same_bits(nan, nan.copy())
    assert not same_bits(nan, np.array([np.nan, -0.0]))
    assert not same_bits(np.zeros(2), np.zeros(2, np.float32))
    assert not same_bits(np.zeros(2), np.zeros((2, 1)))
