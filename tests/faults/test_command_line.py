"""The engrams command ends in one paragraph and an exit code that says what happened, in odd surroundings, too."""

import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import wrong_command_lines
from places import ROOT
from typer.testing import CliRunner

from spiking_engrams.command.cli import app
from spiking_engrams.command.guard import explained
from spiking_engrams.errors import EngramWarning

ENGRAMS = [sys.executable, "-m", "spiking_engrams.command.cli"]


def environment(**changes):
    """Return the environment of a command."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **{name: value for name, value in changes.items() if value is not None},
    }


def command(*arguments, cwd, shell="", **changes):
    """Run a command in a process of its own; `shell` is what a shell appends to it."""
    line = [*ENGRAMS, *map(str, arguments)]
    if shell:
        line = ["bash", "-c", f'"$@" {shell}', "bash", *line]
    return subprocess.run(line, cwd=cwd, env=environment(**changes), capture_output=True, timeout=120)


@pytest.fixture
def engrams(tmp_path, monkeypatch):
    """Run a command in this process, in a temporary folder."""
    monkeypatch.chdir(tmp_path)
    wrong_command_lines.prepare(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def says(result, *texts, code=2):
    """Check that a command ended with one paragraph that holds the texts."""
    assert result.exit_code == code and "Traceback" not in result.stderr, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for text in texts:
        assert text in result.stderr
    return result


# What cannot be done


def test_wrong_command_lines_never_end_in_a_traceback(engrams, numpy_runtime):
    for number in range(40):
        arguments = wrong_command_lines.command_line(random.Random(f"wrong {number}"))
        result = engrams(*arguments)
        assert result.exit_code in (0, 1, 2), (arguments, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit), (arguments, result.exception)
        assert "internal error" not in result.stderr and "Traceback" not in result.output, (arguments, result.output)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--seeds", 10**12), "--seeds is 1,000,000,000,000; at most 100,000"),
        (("--seeds", 10**30), "--seeds is 1,000"),
        (("--threads", 100000), "--threads is 100,000; at most"),
        (("--jobs", 10**6), "--jobs is 1,000,000; at most 1,024"),
        (("--seed", 2**64), "--seed is 18,446,744,073,709,551,616; at most"),
        (("--seed", -1), "--seed 0 or more"),
        (("--jobs", 0), "--jobs and --threads take 1 or more"),
        (("--neuron", ""), "--neuron is empty"),
        (("--set", "cells.noise=1", "--set", ""), "--set is empty"),
        (("--manipulate", " "), "--manipulate is empty"),
        (("--out", ""), "an empty path was given"),
        (("--out", "~nobody_of_this_name/x"), "write it out"),
        (("--out", "file.txt/x"), "file.txt/x"),
        (("--manipulate", "*: silence engram:zz"), "has tagged no cells"),
        (("--manipulate", "*: silence engram:"), "has no valid place"),
    ],
)
def test_counts_and_empty_texts_are_refused_before_anything_is_built(engrams, arguments, text):
    says(engrams("run", "toy.py", "--target", "runtime", *arguments), text)
    assert not Path("results").exists()


def test_a_timeline_without_end_is_refused(engrams):
    begun = time.monotonic()
    says(engrams("timeline", "toy.py", "--set", "protocol.n_trials=1000000000000"), "more than 2,000 phases")
    assert time.monotonic() - begun < 30 and not Path("timeline_toy.png").exists()


def test_options_that_show_does_not_take_are_refused(engrams):
    says(engrams("show", "neuron", "LIF", "--preset", "x"), "takes --out only")
    says(engrams("show", "toy.py", "--out", "x.png"), "--out for neuron models only")


# What nobody expected


class Strange(BaseException):
    """No Exception."""


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ValueError("odd\nthing"), 1, "internal error: ValueError: odd thing (test_command_line.py, line"),
        (Strange("odd"), 1, "internal error: Strange: odd"),
        (MemoryError(), 2, "not enough memory"),
        (RecursionError("deep"), 2, "nested too deeply"),
        (ImportError("no such thing"), 2, "a library cannot be imported"),
        (SystemExit(0), 1, "internal error: SystemExit: 0"),
        (RuntimeError("Could not determine home directory."), 2, "SPIKING_ENGRAMS_CACHE"),
        (PermissionError(13, "Permission denied", "/x/y"), 2, "'/x/y'"),
    ],
)
def test_whatever_ends_a_command_is_one_paragraph(engrams, monkeypatch, error, code, text):
    def ends(*_):
        raise error

    monkeypatch.setattr("spiking_engrams.command.programs.build", ends)
    says(engrams("build", "amygdala"), text, code=code)
    if isinstance(error, Exception):
        assert engrams("build", "amygdala", "--debug").exception is error


def test_backends_are_named(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    assert "MPLBACKEND=nonsense" in explained(ValueError("Key backend: 'nonsense' is not a valid value"))[0]


def test_warnings_are_one_line_once(engrams, monkeypatch):
    def warns(*_):
        for text in ("one", "one", "two\nlines"):
            warnings.warn(text, EngramWarning, stacklevel=1)

    monkeypatch.setattr("spiking_engrams.command.programs.build", warns)
    with warnings.catch_warnings():
        result = engrams("build", "amygdala")
    assert result.exit_code == 0
    assert result.stderr == "engrams: warning: one\nengrams: warning: two lines\n"


# Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_interrupt_is_one_sentence(engrams, monkeypatch, number):
    monkeypatch.setattr(
        "spiking_engrams.command.programs.build", lambda *_: os.kill(os.getpid(), number) or time.sleep(5)
    )
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    says(engrams("build", "amygdala"), "engrams: interrupted.", code=130)
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_an_interrupt_while_an_object_is_cleaned_up_is_not_lost(engrams, monkeypatch, capfd):
    class Dying:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGHUP)
            sum(range(1000))

    def build(*_):
        Dying()
        time.sleep(5)

    monkeypatch.setattr("spiking_engrams.command.programs.build", build)
    says(engrams("build", "amygdala"), "engrams: interrupted.", code=130)
    assert "Traceback" not in capfd.readouterr().err
    assert sys.unraisablehook is not None and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_second_interrupt_does_not_disturb_the_first(engrams, monkeypatch):
    monkeypatch.setattr(
        "spiking_engrams.command.programs.build", lambda *_: os.kill(os.getpid(), signal.SIGINT) or time.sleep(5)
    )
    monkeypatch.setattr(
        "spiking_engrams.command.guard.complain", lambda text: os.kill(os.getpid(), signal.SIGINT) or print(text)
    )
    result = engrams("build", "amygdala")
    assert result.exit_code == 130 and "engrams: interrupted." in result.output


def test_ignored_signals_stay_ignored(engrams, monkeypatch):
    """As under nohup, or in a shell's background job; Brian2's handler called SIG_IGN then, a TypeError."""
    monkeypatch.setattr("spiking_engrams.command.programs.build", lambda *_: os.kill(os.getpid(), signal.SIGHUP))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert engrams("build", "amygdala").exit_code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


# Surroundings


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16", "cp1252"])
def test_signs_that_an_encoding_lacks_are_plain(tmp_path, encoding):
    done = command("show", "neuron", "LIF", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr
    shown = done.stdout.decode(encoding)
    assert ("##########" in shown) != (encoding == "utf-16") and "Steady-state rate" in shown


@pytest.mark.parametrize(
    ("shell", "changes"),
    [
        (">&-", {}), ("<&-", {}), ("2>&-", {}), (">&- 2>&- <&-", {}), ("", {"COLUMNS": "0"}), ("", {"COLUMNS": "1"}),
        ("", {"COLUMNS": "garbage"}), ("", {"TERM": "nonsense", "NO_COLOR": "1"}), ("", {"LC_ALL": "C", "LANG": "C"}),
        ("", {"LC_ALL": "nowhere"}), ("", {"PYTHONIOENCODING": "ascii:strict"}),
        ("", {"PYTHONUTF8": "0", "LC_ALL": "POSIX"}),
    ],
)  # fmt: skip
def test_odd_terminals_change_nothing(tmp_path, shell, changes):
    assert command("run", "--help", cwd=tmp_path, shell=shell, **changes).returncode == 0
    done = command("cache", cwd=tmp_path, shell=shell, **changes)
    assert done.returncode == 0 and not done.stderr, done.stderr
    wrong = command("lisst", cwd=tmp_path, shell=shell, **changes)
    assert wrong.returncode == 2 and b"Traceback" not in wrong.stderr
    assert b"lisst" in wrong.stderr or "2>&-" in shell


def test_names_that_are_no_text_are_printed(tmp_path):
    done = subprocess.run([*ENGRAMS, "run", b"\xff\xe4.py"], cwd=tmp_path, env=environment(), capture_output=True)
    assert done.returncode == 2 and b"\xff\xe4.py" in done.stderr and b"Traceback" not in done.stderr


def test_a_reader_that_went_away_is_no_error(tmp_path):
    done = command("cache", cwd=tmp_path, shell="| true; exit ${PIPESTATUS[0]}")
    assert done.returncode in (0, 141) and not done.stderr, done.stderr
    full = command("cache", cwd=tmp_path, shell="> /dev/full")
    assert full.returncode == 2 and b"No space left" in full.stderr and len(full.stderr.splitlines()) == 1


def test_files_of_the_working_folder_stand_for_nothing(tmp_path):
    (tmp_path / "networks").mkdir()
    for name in ("networks/__init__", "random", "numpy", "typing", "rich", "json", "spiking_engrams"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    line = [str(Path(sys.executable).with_name("engrams")), "run", "renewal", "--set", "protocol.design=none"]
    done = subprocess.run(line, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert done.returncode == 2 and "shadowed" not in done.stderr + done.stdout, done.stderr


def test_another_package_of_the_name_is_said(tmp_path):
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks/__init__.py").touch()
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [*ENGRAMS, "show", "amygdala"],
        cwd=ROOT.parent,
        env=environment(PYTHONPATH=paths),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "package 'networks' in use is" in done.stderr and "Traceback" not in done.stderr


def test_protocols_are_called_as_before(tmp_path):
    """F18: beside a folder `networks/` of the user, too."""
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks/__init__.py").touch()
    line = [sys.executable, "-m", "protocols.renewal", "--help"]
    done = subprocess.run(line, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0 and "python -m protocols.renewal" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "changes", "says"),
    [
        ("nonsense.key = 3", {}, "PreferenceError"),
        ("core.default_float_dtype = (", {}, "SyntaxError"),
        ("", {"MPLBACKEND": "nonsense"}, "MPLBACKEND"),
    ],
)
def test_settings_that_brian2_refuses_are_named(tmp_path, text, changes, says):
    (tmp_path / ".brian").mkdir()
    (tmp_path / ".brian/user_preferences").write_text(text)
    done = command("show", "neuron", "LIF", cwd=tmp_path, HOME=str(tmp_path), **changes)
    text = done.stderr.decode()
    assert done.returncode == 2 and says in text and "user_preferences" in text and len(text.splitlines()) == 1
