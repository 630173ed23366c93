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
@pytest.mark.slow
def test_cells_that_an_own_protocol_tags_can_be_silenced(engrams, needs_compiler, tmp_path):
    shutil.copy(ROOT / "examples" / "tagged_protocol.py", tmp_path)
    silenced = ("--manipulate", "test: silence engram:fear", "--control", "random-engram", "--out", "silenced")
    done = engrams("run", "tagged_protocol.py", *silenced)
    assert done.exit_code == 0, done.output
    run, control = RunFolder(tmp_path / "silenced"), RunFolder(tmp_path / "silenced" / "control_random-engram")
    assert run.metric("fear")[0] < 0.1 < 0.5 < control.metric("fear")[0]
    assert "silence engram:fear" in repr(run) and "random-engram" in repr(control)
    assert run.summary["interventions"] == ["manipulated: test: silence engram:fear"]


@pytest.mark.cpp
@pytest.mark.slow
@pytest.mark.parametrize("name", ["tagged_engram", "parameter_loop", "name_images", "stdp_circuit"])
def test_examples_run_from_outside_the_tree(name, needs_compiler, tmp_path):
    """Each ends well in another folder (in a minute on an idle machine), and shows what its docstring promises."""
    script = ROOT / "examples" / f"{name}.py"
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    OUTCOMES[name](done.stdout)


def tagged_cells_cause_fear(said: str) -> None:
    found = dict(re.findall(r"(.*): fear ([\d.]+)", said))
    fear = {where: float(value) for where, value in found.items()}
    at_rest = fear["elsewhere, nothing manipulated"]
    assert fear["shocked here, tagged cells, silence"] < at_rest + 0.05 < fear["elsewhere, tagged cells, activate"], (
        said
    )
    assert fear["elsewhere, untagged cells, activate"] < at_rest + 0.05, said


def stronger_shocks_are_feared_more(said: str) -> None:
    means = [float(mean) for mean in re.findall(r"^0\.\d +([\d.]+) +[\d.]+$", said, flags=re.MULTILINE)]
    assert len(means) == 5 and means[-1] > means[0] + 0.1, said


def most_digits_are_named(said: str) -> None:
    found = re.findall(r"^(\d)_\d+\.png,(\d?)$", said, flags=re.MULTILINE)
    assert len(found) == 25 and sum(name == answer for name, answer in found) > 12, said


def correlated_inputs_win(said: str) -> None:
    found = re.findall(r"weights ([\d.]+) \(first half\), ([\d.]+) \(others\)", said)
    *trained, control = [float(first) - float(others) for first, others in found]
    assert len(trained) == 3 and min(trained) > 0.1 and abs(control) < 0.1, said


OUTCOMES = {
    "tagged_engram": tagged_cells_cause_fear,
    "parameter_loop": stronger_shocks_are_feared_more,
    "name_images": most_digits_are_named,
    "stdp_circuit": correlated_inputs_win,
}
