"""Protocols whose life is a tree: run, resumed, manipulated and measured; nothing is written twice."""

import dataclasses

import pytest

from spiking_engrams.errors import EngramError, ParameterError, ScheduleError
from spiking_engrams.experiment.experiment import Request, execute, prepare, resume
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

FILE = '''
"""A cell that is driven, or not."""
from dataclasses import dataclass
from spiking_engrams import ParameterSet, Protocol, field_of
from spiking_engrams.schedule.life import Life
from spiking_engrams.schedule.schedule import Phase
from toy import Parameters, build

@dataclass(frozen=True)
class Options(ParameterSet):
    n: int = field_of(3, "steps")

def life(options, circuit, draw):
    found = Life(drawn=draw.rng("any").random())
    naive = found.born([Phase("before", 2)], read={"weight": lambda state: float(state["E.trace"].sum())})
    driven = naive.then("driven", Phase("driven", options.n, {"drive": 1.0}), hold=True)
    driven.ask("again", Phase("again", options.n, {"drive": 1.0}))
    naive.ask("silent", Phase("silent", options.n), edit=lambda state: state)
    return found

def measure(session, lived):
    for label in lived.life.labels:
        session.metric(label, len(lived[label].spikes["E"][0]))
    session.metric("weight", lived.numbers[""]["weight"])
    session.metric("kept", float(lived.state("driven")["E.trace"].sum()))
    session.metric("steps", lived.phase("silent").n_steps)

PROTOCOL = Protocol(name="own", title="Own", network=__file__, life=life, measure=measure, options=Options())
'''


@pytest.fixture
def request_(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(FILE)
    return Request(str(path), str(path), target="runtime")


def test_a_life_is_run_and_measured(request_, tmp_path, numpy_runtime):
    folder = execute(request_, tmp_path / "run")
    metrics = {str(name): values[0] for name, values in folder.measured.items()}
    assert metrics["driven"] > metrics["silent"] and metrics["steps"] == 3 and metrics["kept"] > metrics["weight"]
    assert folder.seed(1).labels() == prepare(request_).labels() == ["driven", "again", "silent"]
    assert [each.label for each in prepare(request_).timeline()] == ["before", "driven", "again", "silent"]


def test_an_interrupted_life_goes_on(request_, tmp_path, numpy_runtime):
    whole = execute(request_, tmp_path / "run").summary["metrics"]
    seed = RunFolder(tmp_path / "run").seed(1)
    seed.metrics_path.unlink()
    seed.recording_path("again").unlink()
    assert resume(tmp_path / "run", trust=True).summary["metrics"] == whole


def test_labels_of_manipulations_are_checked_before_a_run():
    """`test: silence HIP` once passed this check and failed after the first seed."""
    request = Request("fear_conditioning", "amygdala", manipulations=("test: silence HIP",))
    with pytest.raises(EngramError, match="'test: silence HIP' matches no phase .* test_after_night"):
        prepare(request)
    assert prepare(dataclasses.replace(request, manipulations=("test_after_night: silence HIP",))).labels()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ("life=life, measure=measure", ParameterError, "give life.options, circuit, draw. and measure"),
        ("return found", ScheduleError, "life.. of protocol 'own' returned None"),
        ('naive.ask("silent"', ScheduleError, "Two phases of one life are labelled 'driven'"),
    ],
)
def test_wrong_lives_are_named(tmp_path, numpy_runtime, change, error, says):
    new = {"life=life, measure=measure": "life=life", "return found": "pass"}.get(change, 'naive.ask("driven"')
    (tmp_path / "own.py").write_text(FILE.replace(change, new))
    request = Request(str(tmp_path / "own.py"), str(tmp_path / "own.py"), target="runtime")
    with pytest.raises(EngramError, match=says):
        prepare(request).timeline()


def test_numbers_are_read_off_births_by_their_labels():
    life = Life()
    life.born(read={"weight": lambda state: 1.0})
    life.born(read={"weight": lambda state: 2.0}, label="control")
    with pytest.raises(ScheduleError, match="give this birth its own label"):
        life.born(read={"weight": lambda state: 3.0})
