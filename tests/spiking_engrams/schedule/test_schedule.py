"""Phases and schedules: data that print, compare, hash, and are checked without a simulator."""

import numpy as np
import pytest
from known import KNOWN

from spiking_engrams.errors import ScheduleError, UnknownNameError
from spiking_engrams.schedule.schedule import Phase, Schedule, batches, check_phase, concatenate

CUES = np.eye(3)


def phase(n_steps=4, **more):
    """Return a phase that shows the first cue."""
    return Phase("wake", n_steps, {"k": np.arange(n_steps), "cue_index": 0.0}, {"cue": CUES}, **more)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_steps": 0}, "lasts 0 steps; it needs at least 1"),
        ({"n_steps": 2.5}, "lasts 2.5 steps; it needs a whole number"),
        ({"signals": {"k": np.zeros(3)}}, r"signal 'k' has shape \(3,\), allowed are a number or \(4,\)"),
        ({"signals": {"alive": 1.0}}, "'alive', which is reserved"),
        ({"signals": {"k": np.nan}}, "signal 'k' is not finite"),
        ({"patterns": {"cue": np.full((1, 3), np.inf)}}, "pattern 'cue' is not finite"),
        ({"constants": {"A.tau": np.nan}}, "constant 'A.tau' is not finite"),
        ({"labels": ((2, 5, "late"),)}, "label 'late' spans 2..5 of 4"),
        ({"labels": ((2, 2, "empty"),)}, "label 'empty' spans 2..2 of 4"),
    ],
)
def test_impossible_phases_are_refused(arguments, message):
    with pytest.raises(ScheduleError, match=message):
        Phase(**{"name": "wake", "n_steps": 4, **arguments})


def test_an_empty_schedule_is_refused():
    with pytest.raises(ScheduleError, match="at least one phase"):
        Schedule([])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Phase("p", 2, {"kappa": 1.0}), "unknown signal of phase 'p' 'kappa'"),
        (Phase("p", 2, {"cue_indx": 1.0}), "did you mean 'cue_index'"),
        (Phase("p", 2, patterns={"cues": CUES}), "unknown bank of phase 'p' 'cues': did you mean 'cue'"),
        (Phase("p", 2, constants={"A.tao": 1.0}), "unknown constant of phase 'p' 'A.tao': did you mean 'A.tau'"),
        (Phase("p", 2, constants={"noise": 1.0}), "did you mean 'A.noise'"),
        (Phase("p", 2, held={"A.silence": 1.0}), "unknown knob of phase 'p' 'A.silence': did you mean 'A.silenced'"),
    ],
)
def test_unknown_names_come_with_the_nearest(wrong, message):
    with pytest.raises(UnknownNameError, match=message):
        check_phase(wrong, KNOWN)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Phase("p", 2, patterns={"cue": np.zeros(3)}), r"shape \(3,\); allowed is \(at most 5, 3\)"),
        (Phase("p", 2, patterns={"cue": np.zeros((2, 4))}), r"shape \(2, 4\)"),
        (Phase("p", 2, patterns={"cue": np.zeros((6, 3))}), r"shape \(6, 3\)"),
        (Phase("p", 2, {"cue_index": 3.0}, {"cue": CUES}), "shows pattern 3 of bank 'cue', but provides 3"),
        (Phase("p", 2, {"cue_index": [-1.0, 0.0]}), "shows pattern 0 of bank 'cue', but provides 0"),
        (Phase("p", 2, held={"A.silenced": np.zeros(3)}), r"'A.silenced' at values of shape \(3,\); .*\(4,\)"),
    ],
)
def test_patterns_that_do_not_fit_are_refused(wrong, message):
    with pytest.raises(ScheduleError, match=message):
        check_phase(wrong, KNOWN)


def test_good_phases_pass():
    check_phase(phase(), KNOWN)
    check_phase(Phase("p", 2, {"cue_index": -1.0}, held={"A.silenced": [0, 1, 0, 1]}), KNOWN)


def test_phases_compare_and_hash_by_what_happens():
    assert phase() == phase(labels=((0, 2, "a label"),)) and hash(phase()) == hash(phase())
    assert len({phase(), phase(), phase(5)}) == 2
    assert Phase("p", 3, {"k": 2.0}) == Phase("p", 3, {"k": [2.0, 2.0, 2.0]})
    assert Phase("p", 3, constants={"A.tau": 0.5}) == Phase("p", 3, constants={"A.tau": np.float64(0.5)})
    changed = [
        Phase("q", 4, phase().signals, phase().patterns),
        phase(5),
        Phase("wake", 4, {"k": np.arange(4) + 1e-12, "cue_index": 0.0}, {"cue": CUES}),
        Phase("wake", 4, phase().signals, {"cue": 2 * CUES}),
        phase(constants={"A.tau": 1.0}),
        phase().with_constants({"A.tau": 2.0}),
    ]
    assert len({p.digest() for p in [phase(), *changed]}) == 7
    assert phase() != "wake"


def test_schedules_have_a_timeline_and_a_digest():
    schedule = Schedule([phase(labels=((0, 1, "cue"), (1, 4, "free"))), Phase("rest", 2)])
    assert schedule.n_steps == 6
    assert schedule.timeline(0.1) == [
        (0.0, 0.1, "wake", "cue"),
        (0.1, 0.4, "wake", "free"),
        (0.4, pytest.approx(0.6), "rest", ""),
    ]
    assert schedule.digest() != Schedule(list(schedule)[::-1]).digest()
    assert schedule == Schedule(list(schedule))


def test_parts_of_a_phase_add_up():
    whole = phase(labels=((0, 3, "cue"),))
    first, second = whole.part(0, 2), whole.part(2, 4)
    assert np.concatenate([first.signal("k"), second.signal("k")]).tolist() == whole.signal("k").tolist()
    assert (first.labels, second.labels) == (((0, 2, "cue"),), ((0, 1, "cue"),))


def test_phases_are_laid_out_with_silent_guards():
    n_steps, signals, patterns = concatenate([phase(2), Phase("rest", 1), phase(1)], {"k": 7.0, "cue_index": -1.0}, 2)
    assert n_steps == 10
    assert signals["alive"].tolist() == [1, 1, 0, 0, 1, 0, 0, 1, 0, 0]
    assert signals["k"].tolist() == [0, 1, 1, 1, 7, 7, 7, 0, 0, 0]
    # every phase sees its own patterns only: the middle one brings an empty row
    assert patterns["cue"].tolist() == [*CUES.tolist(), [0, 0, 0], *CUES.tolist()]
    assert signals["cue_index"].tolist() == [0, 0, 0, 0, -1, -1, -1, 4, 4, 4]


def test_a_default_index_shows_nothing_of_other_phases():
    _, signals, patterns = concatenate([phase(1), Phase("rest", 1)], {"k": 0.0, "cue_index": 0.0}, 1)
    shown = patterns["cue"][signals["cue_index"].astype(int)]
    assert shown.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]


def names(runs):
    """Return the lengths of the phases of each run."""
    return [[p.n_steps for p in run] for run in runs]


def test_runs_hold_as_many_phases_as_fit():
    rest = Phase("rest", 3)
    assert names(batches([rest] * 5, 12, 1, {})) == [[3, 3, 3], [3, 3]]
    assert names(batches([Phase("long", 25), rest], 12, 1, {})) == [[11], [11], [3, 3]]
    assert names(batches([phase(2)] * 3, 100, 1, {"cue": (7, 3)})) == [[2, 2], [2]]
    assert names(batches([rest, phase(2)], 100, 1, {"cue": (3, 3)})) == [[3], [2]]
    louder = rest.with_constants({"A.tau": 1.0})
    assert names(batches([rest, louder, louder, rest], 100, 1, {})) == [[3], [3, 3], [3]]
