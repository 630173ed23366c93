"""Examples do what they say, from outside the tree, with the commands of any protocol."""

import re
import shutil
import subprocess
import sys

import pytest
from places import ROOT
from small_amygdala import SCALED_DOWN
from typer.testing import CliRunner

from spiking_engrams.command.cli import app
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder

TINY = ("--set", "protocol.n_acquisition=2", "--set", "protocol.n_extinction=2", "--set", "protocol.n_again=1")


@pytest.fixture
def engrams(tmp_path, monkeypatch):
    """Run a command in this process, in a temporary folder that holds the example."""
    shutil.copy(ROOT / "examples" / "reacquisition.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_an_own_protocol_is_short_and_has_a_timeline(engrams):
    assert len((ROOT / "examples" / "reacquisition.py").read_text().splitlines()) <= 40
    done = engrams("timeline", "reacquisition.py", *TINY)
    assert done.exit_code == 0 and all(label in done.output for label in ("extinction", "again", "at_first"))
    refused = engrams("run", "reacquisition.py", "--manipulate", "nights: silence HIP")
    assert refused.exit_code == 2 and "matches no phase" in refused.output


@pytest.mark.cpp
@pytest.mark.slow
def test_an_own_protocol_has_controls_a_report_and_resume(engrams, needs_compiler, tmp_path):
    small = [text for name, value in SCALED_DOWN.items() for text in ("--set", f"{name}={value}")]
    done = engrams("run", "reacquisition.py", *small, *TINY, "--control", "no-sleep", "--out", "run")
    assert done.exit_code == 0, done.output
    folder = RunFolder(tmp_path / "run")
    assert set(folder.measured) == {metric("fear", test="again"), metric("fear", test="at_first")}
    assert (folder.path / "control_no-sleep").is_dir() and "no-sleep" in done.output
    folder.seed(1).metrics_path.unlink()
    assert engrams("run", "--resume", "run", "--trust").exit_code == 0


@pytest.mark.cpp
def test_correlated_inputs_win_in_the_small_circuit(needs_compiler, tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "stdp_circuit.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"weights ([\d.]+) \(first half\), ([\d.]+) \(others\)", done.stdout)
    *trained, control = [float(first) - float(others) for first, others in found]
    assert len(trained) == 3 and min(trained) > 0.1 and abs(control) < 0.1, done.stdout
