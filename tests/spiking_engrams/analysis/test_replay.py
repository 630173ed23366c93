"""Replay analysis on constructed spikes with known answers, and on pure noise."""

import numpy as np
import pytest
from test_metrics import RNG, masks

from spiking_engrams.analysis import replay, replay_events
from spiking_engrams.errors import ParameterError

ENGRAMS = masks(3, 60, 12)
DURATION = 6.0
BOUTS = [(0, 0.5, 1.5), (2, 2.0, 2.6), (0, 3.0, 4.0), (1, 4.0, 5.2)]  # engram, from, to (s)


def spikes(bouts, rng, engrams=ENGRAMS, rate=50.0, background=0.5, delay=0.0):
    """Return times and cells: cells of the engram at a rate in each bout, all at a low rate throughout."""
    times, cells = [], []
    for engram, start, stop in bouts:
        for cell in np.flatnonzero(engrams[engram]):
            n = rng.poisson(rate * (stop - start))
            times.append(rng.uniform(start, stop, n) + delay)
            cells.append(np.full(n, cell))
    for cell in range(engrams.shape[1]):
        n = rng.poisson(background * DURATION)
        times.append(rng.uniform(0, DURATION, n))
        cells.append(np.full(n, cell))
    return np.concatenate(times), np.concatenate(cells)


def test_events_are_found_where_they_were_put():
    events = replay_events.detect(*spikes(BOUTS, RNG(1)), ENGRAMS, DURATION, RNG(2), window=0.2)
    strong = [event for event in events if event.p_value <= 0.05]
    assert [event.engram for event in strong] == [0, 2, 0, 1]
    for event, (_, start, stop) in zip(strong, BOUTS, strict=True):
        assert abs(event.t_start - start) < 0.12 and abs(event.duration - (stop - start)) < 0.2  # a window
        assert 0.7 * event.duration < event.strength <= event.duration
    matrix = replay.transitions([event.engram for event in strong], 3)
    assert matrix.tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 0]]


def test_another_module_follows_with_its_lag():
    others = masks(3, 80, 10, seed=4)
    events = replay_events.detect(*spikes(BOUTS, RNG(1)), ENGRAMS, DURATION, RNG(2), window=0.2, n_shuffles=50)
    events = [event for event in events if event.p_value < 0.05]
    for delay in (0.0, 0.1):
        found = replay_events.followed(
            events, *spikes(BOUTS, RNG(3), others, delay=delay), others, DURATION, window=0.2
        )
        assert all(each.share > 0.75 for each in found)
        assert np.mean([each.lag for each in found]) == pytest.approx(delay, abs=0.04)
    early = replay_events.followed(events, *spikes(BOUTS, RNG(3), others, delay=-0.1), others, DURATION, window=0.2)
    assert np.mean([each.lag for each in early]) == pytest.approx(-0.1, abs=0.04)
    silent = replay_events.followed(events, [], [], others, DURATION, window=0.2)
    assert all(each.share == 0 and np.isnan(each.lag) for each in silent)
    wrong = replay_events.followed(events, *spikes([(1, 0, 3.5)], RNG(3), others), others, DURATION, window=0.2)
    assert [each.share > 0 for each in wrong] == [False, False, False, False]


def test_short_silences_join_and_short_events_are_none():
    bouts = [(0, 0.5, 1.0), (0, 1.15, 1.6), (1, 2.5, 2.53), (2, 4.0, 4.8), (2, 5.1, 5.6)]
    events = replay_events.detect(*spikes(bouts, RNG(1), background=0.0), ENGRAMS, DURATION, RNG(2), n_shuffles=20)
    assert [(event.engram, round(event.t_start, 1)) for event in events] == [(0, 0.5), (2, 4.0), (2, 5.1)]
    assert events[0].duration == pytest.approx(1.1, abs=0.1)
    others = masks(3, 80, 10, seed=4)  # of this module, what it did in the event before is no lead
    found = replay_events.followed(events, *spikes([(2, 4.0, 5.6)], RNG(3), others), others, DURATION)
    assert found[2].lag >= -0.3


def test_noise_has_events_no_more_often_than_the_level():
    """With few cells and a loose criterion noise hits engrams by chance; shifted trains tell so."""
    engrams, hits, any_event, n = masks(4, 15, 5, seed=2), 0, 0, 120
    for seed in range(n):
        rng = RNG(100 + seed)
        rates = rng.gamma(2, 5, size=15)  # cells differ in their rates
        times = [rng.uniform(0, 4.0, rng.poisson(4.0 * rate)) for rate in rates]
        cells = np.repeat(np.arange(15), [len(each) for each in times])
        events = replay_events.detect(
            np.concatenate(times), cells, engrams, 4.0, rng, window=0.1, step=0.05, criterion=0.2, n_shuffles=59
        )
        any_event += bool(events)
        hits += any(event.p_value <= 0.05 for event in events)
    assert any_event > 0.5 * n  # else the test would say nothing
    assert hits <= 12  # of 120 at 0.05: more with a probability of 0.01


def test_bursts_of_all_cells_are_no_replay():
    """Cells that burst together, all alike, hit some engram now and then; other cells in the same bursts would, too."""
    engrams, hits = masks(4, 15, 8, seed=2), 0
    for seed in range(40):
        rng = RNG(500 + seed)
        bursts = rng.uniform(0.2, 3.8, 6)
        times = np.concatenate([start + rng.uniform(0, 0.2, rng.poisson(60)) for start in bursts])
        events = replay_events.detect(
            times, rng.integers(0, 15, len(times)), engrams, 4.2, rng, step=0.05, criterion=0.2, n_shuffles=39
        )
        hits += any(event.p_value <= 0.05 for event in events)
    assert hits <= 6  # of 40 at 0.05: more with a probability of 0.01


def test_nothing_and_what_does_not_fit():
    assert replay_events.detect([], [], ENGRAMS, 2.0, RNG(1)) == []
    with pytest.raises(ParameterError, match="cells from 0 to 59"):
        replay_events.detect([0.1], [60], ENGRAMS, 2.0, RNG(1))
    with pytest.raises(ParameterError, match="whole number of steps per window"):
        replay_events.detect([0.1], [3], ENGRAMS, 2.0, RNG(1), window=0.05)
    with pytest.raises(ParameterError, match="allowed: 0 to 2"):
        replay.transitions([0, 3], 3)
    assert replay.transitions([], 2).tolist() == [[0, 0], [0, 0]]


def test_replay_is_identified():
    engrams = masks(3, 100, 10)
    rng = RNG(2)
    order = [1, 1, 0, -1, 2, 2, 2, 1]
    patterns = np.array([engrams[k] if k >= 0 else np.zeros(100) for k in order])
    patterns += 0.05 * rng.random(patterns.shape)
    patterns[3] = 0
    labels = replay.identify(patterns, engrams)
    assert labels.tolist() == order
    assert replay.runs(labels) == [(1, 0, 2), (0, 2, 1), (2, 4, 3), (1, 7, 1)]
    assert replay.visited(labels).tolist() == [0, 1, 2]
    assert replay.dwell(labels) == 1.75
    assert replay.coverage(labels, 4) == 0.75
    assert replay.identify(patterns, engrams, criterion=0.0).tolist() == [-1] * 8
    with pytest.raises(ParameterError, match="n_engrams"):
        replay.identify(patterns, engrams[:, :50])


def test_nothing_replayed():
    assert replay.runs([]) == replay.runs([-1, -1]) == []
    assert np.isnan(replay.dwell([-1])) and replay.coverage([-1], 3) == 0
    assert replay.visited([-1, -1]).size == 0


def test_shuffles_keep_the_number_of_active_cells():
    engrams = masks(4, 50, 7) * 2.5
    controls = replay.shuffled_engrams(engrams, RNG(1), 20)
    assert controls.shape == (20, 4, 50)
    assert np.all(np.sort(controls, axis=2) == np.sort(engrams, axis=1))
    assert not np.array_equal(controls[0], controls[1]) and not np.array_equal(controls[0], engrams)
    assert np.array_equal(controls, replay.shuffled_engrams(engrams, RNG(1), 20))


def test_replay_significance_finds_replay_and_not_noise():
    engrams = masks(8, 100, 10)
    replayed = engrams[[0, 1, 2, 3, 4]] + 0.1 * RNG(3).random((5, 100))
    result = replay.significance(replayed, engrams, RNG(4), n_shuffles=99)
    assert result.coverage == 5 / 8 and result.p_value == 0.01 and result.null.shape == (99,)
    noise = masks(50, 100, 10, seed=5)
    result = replay.significance(noise, engrams, RNG(6), n_shuffles=99)
    assert result.coverage == 0 and result.p_value == 1


def test_p_values_of_noise_are_not_small_too_often():
    """With a loose criterion noise hits engrams by chance; its p values then exceed 0.05 in about 95 %."""
    p_values = []
    for seed in range(60):
        engrams, noise = masks(6, 12, 4, seed), masks(4, 12, 4, 1000 + seed)
        p_values.append(replay.significance(noise, engrams, RNG(seed), 59, criterion=0.2).p_value)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.15
