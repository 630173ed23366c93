"""Files of earlier versions are read, those of later ones refused in one sentence.

The folder ``golden`` was written by the version before files had digests: a run of ``tests/helpers/toy.py`` with one
seed and two trials, what its seed leaves when it is interrupted, a state, a recording and a reproduction.
"""

import json
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from places import HELPERS

from spiking_engrams.command import gathering
from spiking_engrams.command.command import RunOptions
from spiking_engrams.errors import EngramError
from spiking_engrams.experiment.conclusion import restate
from spiking_engrams.experiment.experiment import resume
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.runs.verification import damage, problems
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

GOLDEN = Path(__file__).resolve().parent / "golden"
pytestmark = pytest.mark.usefixtures("numpy_runtime")


@pytest.fixture
def golden(tmp_path, monkeypatch):
    """A copy of the golden files, beside a copy of the protocol."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(HELPERS / "toy.py", tmp_path)
    return Path(shutil.copytree(GOLDEN, tmp_path / "golden"))


def test_states_and_recordings_are_read():
    state, recording = State.load(GOLDEN / "state.h5"), Recording.load(GOLDEN / "recording.h5")
    assert state["E.trace"].shape == (10,) and recording.label == "trial_01"
    assert recording.rate("E").mean() == 31.0


def test_a_run_is_read_and_reported(golden):
    run = RunFolder(golden / "run")
    assert run.seeds == run.complete_seeds == [1] and damage(run) == {}
    assert run.metric("last_rate")[0] == 31.0 and run.metric("trace")[0] == 109.0
    np.testing.assert_array_equal(run.series("rate").y, [[23.0, 31.0]])
    assert [row["passed"] for row in run.summary["phenomena"]] == [True, None]
    restate(run)
    page = (run.path / "report.html").read_text()
    assert "Rate over trials." in page and "data:image/svg+xml" in page
    assert "digest" in run.summary and run.summary["metrics"]["trace"]["mean"] == 109.0


def test_a_run_goes_on(golden):
    """Nothing of it is simulated again; what is damaged or missing is."""
    run = RunFolder(golden / "run")
    events = []
    resume(run.path, listener=events.append, trust=True)
    assert not [event for event in events if event.kind == "phase"]
    run.seed(1).state_path("trial_00").unlink()
    assert problems(run.seed(1)) == ["states/trial_00.h5 is missing"]
    with pytest.warns(match="recomputed"):
        resume(run.path, trust=True)
    assert problems(run.seed(1)) == [] and RunFolder(run.path).metric("trace")[0] == 109.0


def test_an_interrupted_seed_is_read(golden):
    seed = SeedFolder(golden / "interrupted", 1)
    assert problems(seed) == [] and seed.labels() == ["trial_00"]
    assert [values[0] for values in seed.values().values()] == [0.53]
    assert State.load(seed.checkpoint_path).time > 0


def test_a_reproduction_is_read(golden):
    (golden / "run").rename(golden / "toy")
    found = gathering.requests([], RunOptions(n_seeds=10), golden, True, True)
    assert list(found) == ["toy"] and found["toy"].options["n_trials"] == 2


@pytest.mark.parametrize(
    "name", ["run.json", "summary.json", "seed_0001/metrics.json", "recording.h5", "state.h5", "reproduction.json"]
)
def test_later_versions_are_refused(golden, name):
    path = next(each for each in (golden / "run" / name, golden / name) if each.exists())
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            file.attrs["format_version"] = 9
    else:
        path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 9, "digest": "of another kind"}))
    run = RunFolder(golden / "run")
    uses = {"run.json": lambda: run.info, "summary.json": lambda: run.summary, "state.h5": lambda: State.load(path)}
    uses |= {"seed_0001/metrics.json": lambda: run.seed(1).metrics(), "recording.h5": lambda: Recording.load(path)}
    use = uses.get(name, lambda: gathering.requests([], RunOptions(n_seeds=10), golden, True, True))
    with pytest.raises(EngramError, match=f"{re.escape(str(path))}.*version 9"):
        use()
