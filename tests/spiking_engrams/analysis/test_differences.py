"""Differences between samples of seeds: shapes that do not fit are rejected in one sentence."""

import pytest

from spiking_engrams.analysis.differences import difference, paired_difference
from spiking_engrams.errors import ParameterError


@pytest.mark.parametrize("second", [[1.0, 2.0], [1.0]])
def test_pairs_need_equally_many_values(second):
    with pytest.raises(ParameterError, match="do not fit"):
        paired_difference([1.0, 2.0, 3.0], second)


@pytest.mark.parametrize("compared", [difference, paired_difference])
def test_samples_are_rows(compared):
    with pytest.raises(ParameterError, match="A sample has shape"):
        compared([[1.0, 2.0]], [[1.0, 2.0]])
