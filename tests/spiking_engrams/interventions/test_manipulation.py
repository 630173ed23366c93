"""Manipulations of cells and projections last as long as their phase, and say what they cannot do."""

from dataclasses import dataclass

import numpy as np
import pytest
from brian2 import Hz, ms

from spiking_engrams.analysis.engram import Engram
from spiking_engrams.circuit.circuit import Circuit, Group, all_to_all
from spiking_engrams.errors import ScheduleError, UnknownNameError
from spiking_engrams.interventions.manipulation import (
    DRIVE,
    activate,
    block_plasticity,
    gain,
    lesion,
    manipulable,
    manipulated,
    silence,
)
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.currents import current, static
from spiking_engrams.synapses.part import extend

N, STEPS = 8, 20


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """None."""


def cells(name, excite):
    drive = DRIVE.format(excite="excite", inhibit="0", other="0", ceiling="1")
    group = Group(
        name=name, size=N, threshold="v > 1 and alive(t) > 0.5", reset="v = 0", method="euler",
        equations=f"dv/dt = (2*drive - v)/(20*ms) : 1\ndrive = {drive} : 1\nexcite = {excite} : 1",
    )  # fmt: skip
    return extend(group, current("g_in", 10 * ms, 50 * Hz, 1 * ms), manipulable(1 * ms))


CIRCUIT = Circuit(
    name="manipulable", neuron="LIF", parameters=Parameters(), dt=1 * ms, step=20 * ms,
    groups=(cells("A", "input(t)"), cells("B", "g_in")),
    connections=(static("A_B", "A", "B", all_to_all(N, N), "g_in", 1 / N),),
    signals={"input": 1.0},
)  # fmt: skip
PHASE = Phase("test", STEPS)
SOME = Engram("some", "A", (1, 4), N)


@pytest.fixture
def counts(target):
    """Return spikes of A and B in a phase with manipulations, and how they change what comes after."""
    simulation = Simulation(CIRCUIT, target, seed=1)
    start = simulation.initial_state()

    def run(*manipulations, quiet=False):
        phase = Phase("test", STEPS, {"input": float(not quiet)})
        state, recording = simulation.run(manipulated(CIRCUIT, phase, *manipulations), start)
        after, _ = simulation.run(Phase("rest", 5, {"input": 0.0}), state)
        assert all(np.array_equal(after[name], start[name]) for name in CIRCUIT.knobs)
        assert not np.any(state["A.g_light"])  # light does not outlast its phase
        return [recording.counts(name, recording.duration)[0] for name in ("A", "B")]

    return run


def test_cells_are_silenced_and_lesioned(counts):
    usual, reached = counts()
    assert np.all(usual > 5) and np.all(reached > 5)
    some, fewer = counts(silence(SOME))
    assert np.all(some == usual * ~SOME.mask) and 0 < fewer.sum() < reached.sum()
    for manipulation in (silence("A"), lesion("A")):
        assert not np.any(counts(manipulation))
    assert not np.any(counts(lesion("B"))[1])


def test_cells_are_activated_by_poisson_light(counts):
    assert not np.any(counts(quiet=True))
    lit, reached = counts(activate(SOME), quiet=True)
    assert np.all(lit[SOME.mask] > 5) and not np.any(lit[~SOME.mask])
    assert len(set(counts(activate("A"), quiet=True)[0])) > 1  # each cell has its own pulses
    brighter, _ = counts(activate(SOME, rate=300), quiet=True)
    assert brighter.sum() > lit.sum()
    both, _ = counts(activate(SOME), silence(SOME), quiet=True)
    assert not np.any(both)


def test_gain_changes_cells_and_projections(counts):
    usual, reached = counts()
    assert not np.any(counts(gain("A", 0.0)))
    half = counts(gain("A_B", 0.5))
    assert np.array_equal(half[0], usual) and half[1].sum() < reached.sum()
    assert not np.any(counts(lesion("A_B"))[1])
    assert np.array_equal(counts(gain("A_B", 0.5), gain("A_B", 0.5))[1], counts(gain("A_B", 0.25))[1])
    assert not np.any(counts(lesion("A_B"), gain("A_B", 0.5))[1])


def test_phases_with_other_manipulations_run_one_by_one(target):
    simulation = Simulation(CIRCUIT, target, seed=1)
    schedule = Schedule([PHASE, manipulated(CIRCUIT, PHASE, silence("A")), PHASE])
    _, recording = simulation.run(schedule)
    first, second, third = recording.counts("A", STEPS * 0.02)
    assert np.all(first > 5) and np.all(second <= 1) and np.all(third > 5)  # one was about to fire


def test_manipulations_are_named_and_change_the_digest():
    phase = manipulated(CIRCUIT, PHASE, silence(SOME), gain("A_B", 0.5))
    assert phase.labels == ((0, STEPS, "[silence some (2 cells of A), gain A_B 0.5]"),)
    others = [manipulated(CIRCUIT, PHASE, silence(Engram("some", "A", (1, 5), N))), PHASE, phase]
    assert len({each.digest() for each in others}) == 3
    assert phase.part(0, 5).held.keys() == phase.held.keys() and manipulated(CIRCUIT, PHASE) is PHASE
    twice = manipulated(CIRCUIT, PHASE, silence(SOME), silence(Engram("other", "A", (0,), N)))
    assert np.flatnonzero(twice.held["A.silenced"]).tolist() == [0, 1, 4]


@pytest.mark.parametrize(
    ("manipulation", "error", "message"),
    [
        (silence("C"), UnknownNameError, "place of 'silence' 'C'"),
        (silence("A_B"), ScheduleError, "a projection takes gain, lesion and block_plasticity"),
        (block_plasticity("A_B"), UnknownNameError, "plastic projection 'A_B'"),
        (block_plasticity("A"), UnknownNameError, "place of 'block_plasticity' 'A'"),
        (gain("A", -1.0), ScheduleError, "amounts must be >= 0"),
        (gain("A", float("nan")), ScheduleError, "is not finite everywhere; expected finite numbers"),
        (silence(Engram("other", "A", (1,), 5)), ScheduleError, "covers 5 cells; A has 8"),
    ],
)
def test_what_cannot_be_done_is_said(manipulation, error, message):
    with pytest.raises(error, match=message):
        manipulated(CIRCUIT, PHASE, manipulation)
