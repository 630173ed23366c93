"""Manipulations by labels and control conditions change the phases that they concern, and say when they cannot."""

import csv
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from test_manipulation import CIRCUIT, SOME, N
from toy import permuted

from networks.amygdala.controls import CONTROLS
from spiking_engrams.command import controls
from spiking_engrams.errors import EngramError, ScheduleError, UnknownNameError
from spiking_engrams.experiment.experiment import execute
from spiking_engrams.interventions import by_label
from spiking_engrams.interventions.by_label import Interventions
from spiking_engrams.interventions.control import check_control, concerned
from spiking_engrams.interventions.manipulation import activate, manipulated
from spiking_engrams.schedule.schedule import Phase, Schedule
from spiking_engrams.state.state import State

NIGHT, TEST = Phase("night", 5, {"sleep": 1.0}), Phase("test", 2, {"recall": [0.0, 1.0]})


def with_controls(**more):
    """Return what interventions need of a circuit that has the controls of the amygdala."""
    known = {name: getattr(CIRCUIT, name) for name in ("name", "connections", "knobs", "group", "dt")}
    constants = CIRCUIT.constants | {"modulator.A_B_plasticity": 1.0}
    return SimpleNamespace(**known, constants=constants, controls=CONTROLS, **more)


def test_manipulations_concern_the_phases_with_their_labels():
    made = Interventions(CIRCUIT, ["night*: silence A", "*: gain A_B 0.5", "*: gain A_B 0.5"], "", 1)
    night, day = made.of_phase("night_1", NIGHT), made.of_phase("day", NIGHT)
    assert night.held["A.silenced"].tolist() == [1.0] * N and not day.held
    assert night.constants == day.constants == {"A_B.efficacy": 0.25}
    both = made.of_phase("night_2", Schedule([NIGHT, TEST]))
    assert all(np.all(each.held["A.silenced"] == 1) for each in both)
    made.check_used([])
    unused = Interventions(CIRCUIT, ["nigth: silence A"], "", 1)
    unused.of_phase("night", NIGHT)
    with pytest.raises(EngramError, match="nigth: silence A applied to no phase.*labelled night"):
        unused.check_used(["night"])
    assert by_label.unmatched(["nigth: silence A", "n*: silence A"], ["night", "day"]) == ["nigth: silence A"]


def test_manipulations_concern_tagged_cells_and_as_many_others():
    made = Interventions(CIRCUIT, ["test*: silence engram:in_A", "test*: activate random:in_A 80"], "", 1)
    held = made.of_phase("test_1", TEST, {"in_A": SOME}).held
    assert np.array_equal(held["A.silenced"] == 1, SOME.mask)
    others = held["A.lit"] == 80
    assert others.sum() == SOME.mask.sum() and not np.any(others & SOME.mask)
    assert np.array_equal(made.of_phase("test_2", TEST, {"in_A": SOME}).held["A.lit"] == 80, others)
    with pytest.raises(EngramError, match="engram 'in_A' that does not exist yet; before this phase.*tagged in_B"):
        made.of_phase("test_3", TEST, {"in_B": SOME})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("silence A", ScheduleError, "cannot be read; write 'LABEL: KIND PLACE"),
        ("night: silence", ScheduleError, "cannot be read"),
        ("night: silence A 0", ScheduleError, "takes no amount; only activate and gain do"),
        ("night: silens A", UnknownNameError, "did you mean 'silence'"),
        ("night: gain A", ScheduleError, "needs an amount"),
        ("night: gain A much", ScheduleError, "has the amount 'much'"),
        ("night: silence C", UnknownNameError, "place of 'silence' 'C'"),
        ("night: activate A 1e9", ScheduleError, "rates must be <= "),
        ("night: silence cells:in_A", ScheduleError, "has no valid place; write"),
    ],
)
def test_manipulations_that_cannot_be_done_are_refused_before_a_run(text, error, message):
    with pytest.raises(error, match=message):
        by_label.check(CIRCUIT, [text])


def test_controls_of_the_amygdala_circuit_change_what_they_concern():
    def control(name):
        return Interventions(with_controls(), [], name, 1)

    awake = control("no-sleep").of_phase("night", NIGHT)
    assert (awake.n_steps, dict(awake.signals)) == (5, {"wake": 1.0, "learn": 1.0})
    assert awake.constants == {"modulator.A_B_plasticity": 0.0}
    assert control("no-sleep").of_phase("test", TEST) is TEST
    assert control("no-plasticity").of_phase("day", TEST).constants == {"modulator.A_B_plasticity": 0.0}
    lit = manipulated(CIRCUIT, TEST, activate(SOME))
    random = control("random-engram").of_phase("test", lit).held["A.lit"]
    assert sorted(random) == sorted(lit.held["A.lit"]) and not np.any(random[SOME.mask])
    replay = control("shuffled-replay")
    assert replay.of_state("night", NIGHT) is not None and replay.of_state("test", TEST) is None
    assert concerned(with_controls(), [Schedule([NIGHT])]) == [
        "no-sleep", "shuffled-replay", "no-plasticity",
    ]  # fmt: skip
    with pytest.raises(UnknownNameError, match="did you mean 'no-sleep'"):
        check_control(with_controls(), "no-slep", [])


def test_what_a_control_shuffles_is_as_before_afterwards():
    state = State(values={"E.trace": np.arange(20.0), "E.v": np.zeros(2)})
    one, other = (by_label.Altered(text, None, permuted("E.trace"), ("E.trace",), 1) for text in ("a", "b"))
    shuffled = one.before(state)
    assert np.array_equal(np.sort(shuffled["E.trace"]), state["E.trace"]) and shuffled.equals(one.before(state))
    assert not np.array_equal(shuffled["E.trace"], other.before(state)["E.trace"])
    after = one.after(replace(shuffled, values={**shuffled.values, "E.v": np.ones(2)}), state)
    assert np.array_equal(after["E.trace"], state["E.trace"]) and after["E.v"].all()


def test_a_run_with_controls_has_a_table(numpy_runtime, toy_request, tmp_path):
    request = replace(toy_request, seeds=(1, 2, 3), controls=("no-drive", "shuffled"))
    folder = execute(request, tmp_path / "run")
    controls.run_beside(folder, 1, trust=True)
    rows = {row[0]: row for row in csv.reader((folder.path / "controls.csv").read_text().splitlines())}
    assert rows["metric"][:5] == ["metric", "main", "no-drive", "difference no-drive", "p no-drive"]
    mean = [float(rows["last_rate"][column].split()[0]) for column in (1, 2, 5)]
    assert mean[0] > 10 * mean[1] and mean[2] == mean[0]  # what was shuffled drives no spike
    trace = [float(rows["trace"][column].split()[0]) for column in (1, 5)]
    assert trace[1] < trace[0]  # what was shuffled is as before after each trial, kept or not
    assert (folder.path / "control_no-drive" / "summary.json").exists()
    controls.run_beside(folder, 1, trust=True)  # all is there already
    assert "no-drive" in (folder.path / "report.html").read_text()
    for name in ("never", ""):
        with pytest.raises(EngramError, match="no phase of this protocol.*do: no-drive, shuffled|unknown control|''"):
            execute(replace(toy_request, controls=(name,)), tmp_path / "never")
    assert not (tmp_path / "never").exists()
