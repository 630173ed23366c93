"""Engrams: found in spikes, compared, controlled, kept."""

import numpy as np
import pytest

from spiking_engrams.analysis import engram
from spiking_engrams.analysis.engram import Engram
from spiking_engrams.errors import ParameterError
from spiking_engrams.state.recording import Recording

RNG = np.random.default_rng


def recording(rates, duration=2.0, seed=1):
    """Return Poisson spikes of a population P, at a rate per cell and 0.1 s, ``(n_windows, n)``."""
    rng, rates = RNG(seed), np.asarray(rates, float)
    counts = rng.poisson(rates * 0.1)
    steps, cells = [], []
    for window, cell in np.argwhere(counts):
        steps.append(rng.integers(window * 100, (window + 1) * 100, counts[window, cell]))
        cells.append(np.full(counts[window, cell], cell))
    return Recording(
        {"P": (np.concatenate(steps), np.concatenate(cells))}, {}, 0.0, {}, {"P": rates.shape[1]}, 1e-3, duration
    )


def test_active_cells_are_tagged_with_their_chance_level():
    rates = np.full((20, 50), 1.0)
    rates[:, [3, 7, 40]] = 40.0
    found = engram.tagged(recording(rates), "P", "A", 20.0)
    assert found.cells == (3, 7, 40) and found.n == 50 and found.mask.sum() == 3
    assert found.chance < 1e-6 and found.criterion == "mean rate above 20 Hz from 0 to 2 s"
    assert str(found) == "A (3 cells of P)"
    noise = [engram.tagged(recording(np.full((20, 50), 5.0), seed=s), "P", "noise", 7.0) for s in range(40)]
    assert np.mean([len(each.cells) for each in noise]) == pytest.approx(noise[0].chance, rel=0.25)
    early = engram.tagged(recording(rates), "P", "A", 20.0, 0.0, 1.0)
    assert early.cells == (3, 7, 40)


def test_assemblies_are_the_cells_that_fire_together():
    rates = np.full((200, 40), 2.0)
    active = RNG(2).random((200, 2)) < 0.2
    groups = [np.arange(0, 5), np.arange(20, 26)]
    for number, cells in enumerate(groups):
        rates[np.ix_(active[:, number], cells)] = 50.0
    found = engram.assemblies(recording(rates, 20.0), "P", 2, 0.1)
    assert sorted(each.cells for each in found) == [tuple(cells) for cells in groups]
    assert found[0].chance < 4 and "NMF" in found[0].criterion
    with pytest.raises(ParameterError, match="300 assemblies were requested in 200 windows"):
        engram.assemblies(recording(rates, 20.0), "P", 300, 0.1)


def test_overlap_drift_completion_and_discrimination():
    a, b = Engram("a", "P", (1, 2, 3, 4), 100), Engram("b", "P", (3, 4, 5), 100)
    shared = engram.overlap(a, b)
    assert (shared.shared, shared.expected) == (2, 0.12) and shared.p_value == pytest.approx(0.0036, abs=2e-4)
    assert engram.drift(a, b) == (pytest.approx(1 / 3), 0.5)
    assert engram.reactivation(a, b.mask) == 0.5
    assert engram.discrimination(a, a.mask, b.mask) == pytest.approx(1 / 3)
    assert engram.discrimination(a, np.zeros(100, bool), np.zeros(100, bool)) == 0
    nothing = Engram("none", "P", (), 100)
    assert np.isnan(engram.discrimination(nothing, a.mask, b.mask))
    assert np.isnan(Engram("x", "P", (), 3, "", None).chance)  # as JSON has it
    assert np.isnan(engram.reactivation(nothing, a.mask)) and np.isnan(engram.drift(nothing, nothing)[0])
    with pytest.raises(ParameterError, match="of the same population"):
        engram.overlap(a, Engram("c", "Q", (1,), 100))
    with pytest.raises(ParameterError, match="has cells 1 to 100; P has 100"):
        Engram("c", "P", (1, 100), 100)


def test_chance_overlap_is_seldom_significant():
    rng, p_values = RNG(1), []
    for _ in range(200):
        a, b = (Engram(name, "P", tuple(rng.choice(80, 15, replace=False)), 80) for name in "ab")
        p_values.append(engram.overlap(a, b).p_value)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.09


def test_a_control_has_as_many_other_cells():
    a = Engram("a", "P", (1, 2, 3, 4), 10)
    control = engram.untagged(a, RNG(1))
    assert len(control.cells) == 4 and not set(control.cells) & set(a.cells)
    large = Engram("large", "P", (1, 2, 3, 4), 1000)
    assert engram.untagged(large, RNG(1)) != engram.untagged(large, RNG(5))
    with pytest.raises(ParameterError, match="too few for a control of the same size"):
        engram.untagged(Engram("most", "P", tuple(range(6)), 10), RNG(1))
