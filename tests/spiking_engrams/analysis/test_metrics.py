"""Measures on constructed data with known answers, and on pure noise."""

import numpy as np
import pytest

from spiking_engrams.analysis import metrics
from spiking_engrams.errors import ParameterError
from spiking_engrams.state.recording import Recording

RNG = np.random.default_rng


def masks(n_engrams, n_cells, n_active, seed=1):
    rng = RNG(seed)
    engrams = np.zeros((n_engrams, n_cells))
    for row in engrams:
        row[rng.choice(n_cells, n_active, replace=False)] = 1
    return engrams


def test_distance_and_overlap():
    a, b = np.array([1, 1, 0, 0.0]), np.array([0, 1, 1, 0.0])
    assert metrics.cosine(a, b) == pytest.approx(0.5)
    assert metrics.pattern_distance(a, b) == pytest.approx(0.25)
    assert metrics.pattern_distance(a, 3 * a) == pytest.approx(0, abs=1e-15)
    assert metrics.pattern_distance(a, 1 - a) == 0.5
    assert metrics.pattern_distance(a, np.zeros(4)) == metrics.pattern_distance([0, 0], [0, 0]) == 0.5
    assert metrics.cosine(a > 0, b > 0) == pytest.approx(0.5)
    with pytest.raises(ParameterError, match="do not fit"):
        metrics.cosine(a, b[:3])


def test_completion():
    engram = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    cue = np.array([1, 0, 0, 0, 0, 0, 0, 0])
    half = np.array([1, 1, 1, 0, 0, 0, 0, 1])
    assert metrics.pattern_completion(engram, cue, engram) == pytest.approx(1)
    assert metrics.pattern_completion(cue, cue, engram) == 0
    assert metrics.pattern_completion(half, cue, engram) == pytest.approx(0.5)
    assert metrics.pattern_completion(1 - engram, cue, engram) == pytest.approx(-1)
    assert np.isnan(metrics.pattern_completion(cue, 0.3 * engram, engram))


def test_encoding_strength():
    engram = np.arange(10) < 3
    flat = metrics.encoding_strength(np.ones((10, 10)), engram)
    assert flat == pytest.approx((0.3, 0.3))
    inside = np.outer(engram, engram) + np.eye(10) * ~engram
    assert metrics.encoding_strength(inside, engram) == (1.0, 0.3)
    weights = np.zeros((3, 3))
    weights[0] = [1, 2, 1]  # to itself, to 1, to 2
    weights[2] = [9, 9, 9]  # not an engram cell: left out
    assert metrics.encoding_strength(weights, [True, True, False])[0] == 0.75
    assert np.isnan(metrics.encoding_strength(np.zeros((3, 3)), [True, False, False])[0])
    noise = metrics.encoding_strength(RNG(1).random((400, 400)), RNG(2).random(400) < 0.1)
    assert noise[0] == pytest.approx(noise[1], rel=0.05)
    with pytest.raises(ParameterError):
        metrics.encoding_strength(np.ones((3, 3)), [True, False])


def test_activity_from_a_recording():
    steps = np.r_[np.arange(0, 1000, 20), 1500]  # 50 Hz for 1 s, then one spike
    index = np.r_[np.zeros(50, int), 1]
    recording = Recording({"HIP": (steps, index)}, {}, 0.0, {}, {"HIP": 3}, 1e-3, 2.0)
    patterns = metrics.activity_patterns(recording, "HIP", 1.0)
    assert patterns.tolist() == [[1, 0, 0], [0, 0.02, 0]]
    assert metrics.active_cells(recording.counts("HIP", 1.0), 2).tolist() == [
        [True, False, False],
        [False] * 3,
    ]


def test_half_width():
    overlaps = np.linspace(0, 1, 11)
    assert metrics.half_width(overlaps, overlaps) == pytest.approx(0.5)
    assert metrics.half_width(overlaps[::-1], overlaps[::-1]) == pytest.approx(0.5)
    assert metrics.half_width([0, 0.8, 1.0], [0, 1, 1]) == pytest.approx(0.6)
    assert metrics.half_width([0.8, 0.9, 0.9, 1.0], [0, 0.2, 0.6, 1]) == pytest.approx(0.1 * 5 / 6)
    assert metrics.half_width([0.5, 0.9, 1.0], [0.9, 0.1, 0.8]) == pytest.approx(0.1 * 4 / 7)
    assert np.isnan(metrics.half_width(overlaps, np.ones(11)))
    assert np.isnan(metrics.half_width(overlaps, np.zeros(11)))
    with pytest.raises(ParameterError, match="trained pattern"):
        metrics.half_width([0, 0.5], [0, 1])


def test_first_trials():
    values = [0.1, 0.6, 0.4, 0.6, 0.7, np.nan, 0.2, 0.1]
    assert metrics.first_trial_above(values, 0.5) == 2
    assert metrics.first_trial_above(values, 0.5, n_consecutive=2) == 4
    assert np.isnan(metrics.first_trial_above(values, 0.5, n_consecutive=3))
    assert metrics.first_trial_below(values, 0.3, n_consecutive=2) == 7
    assert np.isnan(metrics.first_trial_below(values, 0.1)) and np.isnan(metrics.first_trial_above([], 0))
    with pytest.raises(ParameterError):
        metrics.first_trial_above(values, 0.5, n_consecutive=0)


def test_bootstrap():
    values = RNG(1).standard_normal(40) + 3
    low, high = metrics.bootstrap_interval(values)
    assert (low, high) == metrics.bootstrap_interval(list(values)) == metrics.bootstrap_interval(np.r_[np.nan, values])
    error = values.std(ddof=1) / np.sqrt(40)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)
    assert metrics.bootstrap_interval(values, seed=1) != (low, high)
    assert metrics.bootstrap_interval([2.0]) == metrics.bootstrap_interval([2.0, 2.0]) == (2.0, 2.0)
    assert np.isnan(metrics.bootstrap_interval([])).all()
    narrow = metrics.bootstrap_interval(values, level=0.5)
    assert low < narrow[0] < narrow[1] < high


def test_bootstrap_covers_the_mean():
    samples = RNG(2).standard_normal((200, 20))
    intervals = np.array([metrics.bootstrap_interval(sample, n_resamples=400) for sample in samples])
    assert 0.86 < np.mean((intervals[:, 0] < 0) & (intervals[:, 1] > 0)) < 0.99


def test_summary():
    result = metrics.summary([1.0, 2.0, 3.0, np.nan])
    assert (result.mean, result.sd, result.n) == (2.0, 1.0, 3)
    assert (
        result.interval == metrics.bootstrap_interval([1, 2, 3]) and 1 <= result.interval[0] < result.interval[1] <= 3
    )
    alone = metrics.summary([4.0])
    assert alone.mean == 4 and np.isnan(alone.sd) and alone.interval == (4, 4)
    assert metrics.summary([]).n == 0


@pytest.mark.parametrize("test", ["wilcoxon", "t"])
def test_paired_tests(test):
    rng = RNG(1)
    base = rng.standard_normal(12)
    better = base + 1 + 0.1 * rng.standard_normal(12)
    assert metrics.paired_test(better, base, test, "greater") < 0.001
    assert metrics.paired_test(better, base, test, "less") > 0.99
    two_sided = metrics.paired_test(better, base, test)
    assert two_sided == pytest.approx(2 * metrics.paired_test(better, base, test, "greater"))
    assert metrics.paired_test(base, base, test) == 1
    assert np.isnan(metrics.paired_test([1, np.nan], [2, 3], test))
    noise = [metrics.paired_test(a, b, test) for a, b in rng.standard_normal((100, 2, 10))]
    assert np.mean(np.array(noise) < 0.05) < 0.15


def test_wilcoxon_exact_value():
    assert metrics.paired_test([1, 2, 3, 4, 5], [0, 0, 0, 0, 0], alternative="greater") == 1 / 32
    with pytest.raises(ParameterError, match="wilcoxon or t"):
        metrics.paired_test([1, 2], [1, 3], test="z")
