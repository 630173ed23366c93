"""A life: a tree of labelled phases, written once."""

import numpy as np
import pytest

from spiking_engrams.errors import ScheduleError, UnknownNameError
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.schedule.schedule import Phase

DAY, NIGHT, TEST = Phase("day", 3), Phase("night", 2), Phase("test", 1)


def test_a_life_branches_and_questions_end_a_branch():
    life = Life(contexts="AB")
    naive = life.born([Phase("before", 5)])
    afraid = naive.then("acquisition", DAY, record=("A",))
    rested = afraid.then("night", NIGHT, keep=False)
    rested.ask("test_rested", TEST)
    afraid.ask("test_tired", TEST, record=())
    assert life.labels == ["acquisition", "night", "test_rested", "test_tired"] and life.facts == {"contexts": "AB"}
    assert [step.after for step in life.steps] == [0, 1, 2, 1]
    assert [step.keep for step in life.steps] == [True, False, False, False]
    assert life.step("acquisition").record == ("A",) and life.step("test_rested").record is None
    assert [each.label for each in life.entries()] == ["before", *life.labels]


def test_equal_pretrainings_are_run_once_and_a_part_that_is_made_later_is_drawn_later():
    life = Life()
    for label in ("one", "two"):
        life.born([Phase("before", 5)]).ask(label, TEST)
    part = life.born([Phase("other", 4)], after=life.born([Phase("before", 5)]))
    part.ask("three", TEST)
    assert life.n_steps == 3 and life.n_steps_before == 5 + 4
    assert [(each.label, each.start) for each in life.entries()][-3:] == [("before", 0), ("other", 5), ("three", 9)]


def test_labels_are_names_of_files_each_used_once():
    naive = Life().born()
    naive.then("day", DAY)
    with pytest.raises(ScheduleError, match="Two phases of one life are labelled 'day'"):
        naive.ask("day", DAY)
    for label in ("A, shock", "../night", "", None):
        with pytest.raises(ScheduleError, match="cannot label a phase"):
            naive.ask(label, DAY)
    with pytest.raises(ScheduleError, match="What is labelled 'night' is 3; give a Phase"):
        naive.then("night", 3)
    with pytest.raises(ScheduleError, match="A pre-training"):
        Life().born(3)
    with pytest.raises(UnknownNameError, match="did you mean 'day'"):
        naive.life.step("dai")


def test_draws_are_those_of_a_session():
    from spiking_engrams.randomness import generator

    np.testing.assert_array_equal(Draws(3).rng("contexts").random(4), generator(3, "contexts").random(4))
