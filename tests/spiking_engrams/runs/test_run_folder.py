"""Run folders: what they hold, and how they refuse."""

import json

import numpy as np
import pytest

from spiking_engrams.errors import RunFolderError, UnknownNameError
from spiking_engrams.files.storage import write_json_atomic
from spiking_engrams.runs.run_folder import RunFolder, require_new
from spiking_engrams.values.labels import checked_label

REQUEST = {
    "request": {"protocol": "p", "network": "n", "seeds": [1, 2, 3], "neuron": "LIF", "target": "cpp", "options": {}}
}
INFO = {**REQUEST, "protocol": "p", "network": "n", "title": "P"}


def write_seed(folder, seed, metrics, series=None):
    cost = {"run_s": 1.0, "biological_s": 10.0, "peak_memory_mb": 5.0 * seed}
    data = {"format_version": 1, "seed": seed, "phases": [], "reused_states": [{"key": "k"}], "cost": cost}
    data["metrics"] = {name: {"unit": "Hz", "value": value} for name, value in metrics.items()}
    data["series"] = series or {}
    write_json_atomic(folder.seed(seed).metrics_path, data)


@pytest.fixture
def folder(tmp_path):
    made = RunFolder.create(tmp_path / "run", INFO)
    write_seed(made, 1, {"a": 1.0, "b": float("nan")}, {"s": curve([0, 1], [2.0, 3.0])})
    write_seed(made, 3, {"a": 3.0}, {"s": curve([0, 1, 2], [4.0, float("nan"), 6.0])})
    return made


def curve(x, y):
    return {"x": x, "y": y, "x_unit": "1", "y_unit": "Hz"}


def test_metrics_of_complete_seeds_in_order(folder):
    assert folder.seeds == [1, 2, 3] and folder.complete_seeds == [1, 3]
    np.testing.assert_array_equal(folder.metric("a"), [1.0, 3.0])
    np.testing.assert_array_equal(folder.metric("b"), [np.nan, np.nan])
    with pytest.raises(UnknownNameError, match="did you mean 'a'|Available: a, b"):
        folder.metric("aa")


def test_series_of_different_lengths(folder):
    found = folder.series("s")
    np.testing.assert_array_equal(found.x, [0, 1, 2])
    np.testing.assert_array_equal(found.y, [[2, 3, np.nan], [4, np.nan, 6]])
    assert (found.x_unit, found.y_unit) == ("1", "Hz")


def test_summary_keeps_its_contract(folder):
    folder.update(build={"target": "cpp", "build_s": 20.0, "build_cached": False})
    summary = folder.write_summary([], {"a": "What a means.", "unmeasured": "Nothing."})
    assert list(summary) == [
        "format_version", "protocol", "network", "neuron", "target", "seeds", "interventions", "metrics", "meanings",
        "phenomena", "cost",
    ]  # fmt: skip
    assert summary["meanings"] == folder.summary["meanings"] == {"a": "What a means."}
    assert summary["target"] == "cpp" and summary["seeds"] == [1, 3] and summary["format_version"] == 1
    assert summary["metrics"]["a"] == {
        "metric": "a", "conditions": {},
        "unit": "Hz", "values": [1.0, 3.0], "mean": 2.0, "sd": 2**0.5, "interval": [1.0, 3.0],
    }  # fmt: skip
    assert summary["metrics"]["b"]["mean"] is None
    assert summary["cost"] == {
        "build_s": 20.0, "run_s": 2.0, "biological_s": 20.0, "peak_memory_mb": 15.0, "build_cached": False,
    }  # fmt: skip
    assert [each["seed"] for each in folder.reused_states()] == [1, 3]


def test_existing_folder_is_never_overwritten(folder):
    with pytest.raises(RunFolderError, match="never overwritten.*--resume"):
        RunFolder.create(folder.path, INFO)
    assert folder.complete_seeds == [1, 3]


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="cannot be written.*--out.*Nothing was simulated"):
        require_new(tmp_path / "file" / "run")


def test_not_a_run_and_another_version(tmp_path):
    with pytest.raises(RunFolderError, match="not a run folder"):
        RunFolder(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps({"format_version": 99}))
    with pytest.raises(RunFolderError, match="format version 99"):
        RunFolder(tmp_path).info  # noqa: B018


def test_two_processes_cannot_write_to_one_folder(folder):
    with folder.locked(), pytest.raises(RunFolderError, match="Another process"), folder.locked():
        pass


@pytest.mark.parametrize("label", ["", "a/b", "..", ".hidden", "a b", "é"])
def test_labels_are_names_of_files(label):
    with pytest.raises(RunFolderError, match="cannot label"):
        checked_label(label, RunFolderError)
    assert checked_label("trial_01.A+B-2", RunFolderError) == "trial_01.A+B-2"


def test_everything_of_a_run_reads_back(toy_run):
    assert toy_run.info["status"] == "complete"
    assert toy_run.seed(1).labels() == ["trial_00", "trial_01", "trial_02"]
    recording = toy_run.recording(2, "trial_02")
    assert recording.rate("E").mean() == toy_run.metric("last_rate")[1]
    assert toy_run.state(1, "trial_00").seed == 1
    with pytest.raises(UnknownNameError, match="Available: trial_00"):
        toy_run.state(1, "trial_01")
    with pytest.raises(UnknownNameError, match="trial_0"):
        toy_run.recording(1, "trial_07")
