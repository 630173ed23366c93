"""A run described by a TOML file, and the file of a run folder that repeats it."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from networks import recollection
from spiking_engrams.command.cli import app
from spiking_engrams.command.config import read
from spiking_engrams.errors import EngramError, ParameterError
from spiking_engrams.runs.run_folder import RunFolder


@pytest.fixture
def engrams(tmp_path, monkeypatch):
    """Run a command in this process, in a temporary folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_file_of_a_run_repeats_it(engrams, tmp_path, toy_path):
    options = ("--target", "runtime", "--seed", 3, "--set", "protocol.n_trials=2", "--set", "cells.tau=30*ms")
    assert engrams("run", toy_path, *options, "--out", "one").exit_code == 0
    done = engrams("run", "--config", "one/config.toml", "--out", "two", "--trust")
    assert done.exit_code == 0, done.output
    one, two = (RunFolder(tmp_path / name) for name in ("one", "two"))
    assert one.info["request"] == two.info["request"] and one.summary["metrics"] == two.summary["metrics"]


def test_options_that_are_given_win(engrams, tmp_path, toy_path):
    text = f"""
protocol = {json.dumps(str(toy_path))}
target = "runtime"
seeds = 2
[options]
n_trials = 1
[parameters.cells]
noise = 0.25
tau = "30*ms"
"""
    (tmp_path / "my.toml").write_text(text)
    done = engrams("run", "--config", "my.toml", "--seeds", 1, "--set", "cells.noise=0.125", "--out", "run", "--trust")
    assert done.exit_code == 0, done.output
    request = RunFolder(tmp_path / "run").info["request"]
    assert request["seeds"] == [1] and request["options"]["n_trials"] == 1
    assert request["parameters"]["cells"] == {"tau": "0.03*second", "noise": 0.125}
    assert tomllib.loads((tmp_path / "run" / "config.toml").read_text())["parameters"]["cells"]["noise"] == 0.125


def test_files_run_no_foreign_python_without_trust(engrams, tmp_path):
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    for line in ("protocol = 'evil.py'", "protocol = 'renewal'\nneuron = 'evil.py:Model'"):
        (tmp_path / "my.toml").write_text(line)
        done = engrams("run", "--config", "my.toml")
        assert done.exit_code == 2 and "not part of this installation" in done.output and "--trust" in done.output
    assert not (tmp_path / "executed").exists()


def test_images_of_the_command_line_win_and_a_preset_is_refused_beside_parameters(engrams, tmp_path):
    text = "protocol = 'naming'\n[options]\nimages = 'none'\n[parameters]\nheight = 20\n"
    (tmp_path / "my.toml").write_text(text)
    done = engrams("run", "--config", "my.toml", "--images", "other")
    assert done.exit_code == 2 and "other" in done.output and "once" not in done.output
    done = engrams("run", "--config", "my.toml", "--preset", "mnist")
    assert done.exit_code == 2 and "sets parameters, which override --preset" in done.output


def test_lists_of_numbers_are_read(tmp_path):
    (tmp_path / "my.toml").write_text("[parameters]\nbackward.gains = [0.1, 1, 0.25, 1, 0.1]\n")
    found = read(tmp_path / "my.toml")["set_"]
    assert found == ["backward.gains=0.1 1 0.25 1 0.1"]
    assert recollection.DIGITS.replace(found) == recollection.DIGITS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seeds = ", "cannot be read"),
        ("sedes = 2", "did you mean"),
        ("seeds = '2'", "seeds is '2'; allowed is a whole number"),
        ("seeds = true", "seeds is True; allowed is a whole number"),
        ("neuron = ''", "neuron is ''; allowed is a text"),
        ("manipulate = 'night: silence HIP'", "allowed is a list of texts"),
        ("control = [1]", "allowed is a list of texts"),
        ("options = 3", "it must be a table"),
        ("[parameters]\nx = [1, 'a']", "parameters.x is .1, 'a'.; allowed is a number, a text or a list of numbers"),
    ],
)
def test_files_that_say_something_else_are_refused(tmp_path, text, says):
    (tmp_path / "my.toml").write_text(text)
    with pytest.raises(EngramError, match=says):
        read(tmp_path / "my.toml")
    with pytest.raises(ParameterError, match="cannot be read"):
        read(tmp_path / "none.toml")
