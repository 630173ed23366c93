"""Phases: what would silently be something else, or take forever before anything is said."""

import time

import numpy as np
import pytest
from brian2 import ms, mV
from known import KNOWN

from spiking_engrams.errors import ScheduleError
from spiking_engrams.schedule.checks import MAX_STEPS, at_most
from spiking_engrams.schedule.schedule import Phase, Schedule, check_phase


def test_units_are_named_with_the_number_to_write():
    for value, text in ((3 * ms, "0.003"), (2 * mV, "0.002")):
        with pytest.raises(ScheduleError, match=rf"Phase 'p': signal 'k' is .*, with a unit; .* SI units: {text}\."):
            Phase("p", 2, {"k": value})
    with pytest.raises(ScheduleError, match="constant 'A.tau' is 20. ms, with a unit.*: 0.02"):
        Phase("p", 2).with_constants({"A.tau": 20 * ms})
    assert Phase("p", 2, {"k": (3 * ms) / (1 * ms)}).signal("k").tolist() == [3.0, 3.0]


@pytest.mark.parametrize("n", [10**9, 10**12, 10**40])
def test_endless_phases_are_refused_at_once(n):
    begun = time.monotonic()
    with pytest.raises(ScheduleError, match=r"of biology; at most 10,000,000 fit into one phase"):
        Phase("p", n, {"k": 1.0})
    assert time.monotonic() - begun < 0.5
    assert Phase("p", MAX_STEPS, {"k": 1.0}).n_steps == MAX_STEPS


@pytest.mark.parametrize("index", [0.5, -2.0, [0.0, 1.5], [0.0, -1.5], [0, 3]])
def test_indices_that_are_no_pattern_are_refused(index):
    """Half a pattern number was that of the pattern before, and any negative one none."""
    with pytest.raises(ScheduleError, match="shows pattern .* of bank 'cue', but provides 3"):
        check_phase(Phase("p", 2, {"cue_index": index}, {"cue": np.eye(3)}), KNOWN)


def test_patterns_may_be_lists():
    check_phase(Phase("p", 2, {"cue_index": 1}, {"cue": [[1, 0, 0], [0, 1, 0]]}), KNOWN)
    with pytest.raises(ScheduleError, match=r"patterns of bank 'cue' have shape \(2, 2\)"):
        check_phase(Phase("p", 2, {}, {"cue": [[1, 0], [0, 1]]}), KNOWN)


def test_schedules_take_phases():
    phase = Phase("p", 2)
    assert Schedule(phase for _ in range(3)).n_steps == 6
    for wrong, text in (
        (phase, r"Schedule\(\[phase\]\)"), (None, "list of Phase"), ("ab", "list of Phase"), ([], "at least one"),
        ([phase, 3], "hold 3 at position 1"), ([[phase]], "expected a Phase"),
    ):  # fmt: skip
        with pytest.raises(ScheduleError, match=text):
            Schedule(wrong)
    for step in (0, -1.0, float("nan"), None, 10 * ms):
        with pytest.raises(ScheduleError, match="step of a timeline"):
            Schedule([phase]).timeline(step)


def test_lists_without_end_are_cut_off():
    begun = time.monotonic()
    with pytest.raises(ScheduleError, match="more than 100 phases"), at_most(100):
        [Phase("p", 2) for _ in range(10**12)]
    assert time.monotonic() - begun < 5
    Phase("p", 2)
