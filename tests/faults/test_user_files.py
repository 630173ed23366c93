"""A user's file that exits, raises, hangs or cannot be read is named, as protocol, network and neuron model."""

import os
import signal
import subprocess
import sys
import time

import pytest
from places import ROOT

from spiking_engrams.errors import EngramError, ParameterError
from spiking_engrams.files import loading
from spiking_engrams.files.loading import load_module, own_file
from spiking_engrams.neurons.models import resolve_neuron

FAILING = {
    "raise SystemExit(0)": "fails with SystemExit: 0",
    "import sys\nsys.exit()": "fails with SystemExit: .* \\(line 2\\)",
    "import os\nos._exit(0)": "fails with SystemExit: .* \\(line 2\\)",
    "raise SystemExit('over')": "SystemExit: over",
    "raise KeyboardInterrupt": "KeyboardInterrupt: .* \\(line 1\\)",
    "class Odd(BaseException): pass\nraise Odd('thing')": "Odd: thing \\(line 2\\)",
    "class Mute(Exception):\n    def __str__(self): return 1/0\nraise Mute": "Mute: no reason given",
    "raise GeneratorExit": "GeneratorExit",
    "raise ExceptionGroup('some', [ValueError('one')])": "ExceptionGroup: some",
    "def f(): return f()\nf()": "RecursionError",
    "x = bytearray(2**62)": "MemoryError|OverflowError",
    "import nowhere_to_be_found": "ModuleNotFoundError",
    "def (": "SyntaxError",
    "x = 1\0": "SyntaxError",
    "print('ä": "SyntaxError",
    "raise ValueError('one\\n\\ntwo')": "ValueError: one two",
    "assert False": "AssertionError: no reason given",
}


@pytest.mark.parametrize("text", FAILING)
def test_files_that_fail_are_named(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    for load, kind in ((load_module, EngramError), (lambda name: resolve_neuron(f"{name}:M"), ParameterError)):
        with pytest.raises(kind, match=f"mine.py' fails with .*{FAILING[text].removeprefix('fails with ')}") as caught:
            load(str(path))
        assert "\n" not in str(caught.value)
        assert not [name for name in sys.modules if name.startswith("_engrams_mine")]


def test_files_in_another_encoding_are_named(tmp_path):
    (tmp_path / "mine.py").write_bytes(b"# -*- coding: nonsense -*-\n" + b"x = '\xff'")
    with pytest.raises(EngramError, match="mine.py' fails with SyntaxError"):
        load_module(str(tmp_path / "mine.py"))


def test_what_is_no_file_is_named(tmp_path):
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    for name, text in {
        "folder.py": "is a folder, not a Python file", "pipe.py": "something special, such as a pipe",
        "loop.py": "loop",
        "gone.py": "There is no Python file .*check the path", "x" * 300 + ".py": "cannot be read",
        "folder.py/x.py": "There is no Python file", ".py": "There is no Python file", "a\0.py": "null|no Python",
    }.items():  # fmt: skip
        with pytest.raises(EngramError, match=text):
            load_module(f"{tmp_path}/{name}")
    for reference in ("", " ", None, 3, "no.such.module", ".relative", "a b", "spiking_engrams.gone", "x..y", "../x"):
        with pytest.raises(EngramError, match="module"):
            load_module(reference)


@pytest.mark.skipif(not os.geteuid(), reason="root reads every file")
def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "mine.py").touch(mode=0)
    with pytest.raises(EngramError, match="mine.py' cannot be read .*Permission denied"):
        load_module(str(tmp_path / "mine.py"))


def test_files_that_take_long_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(loading, "WATCH_S", 0.05)
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(0.5)\n")
    load_module(str(tmp_path / "slow.py"))
    assert capsys.readouterr().err == f"engrams: still running '{tmp_path}/slow.py' (import); Ctrl-C ends it.\n"
    (tmp_path / "fast.py").write_text("")
    load_module(str(tmp_path / "fast.py"))
    time.sleep(0.2)
    assert not capsys.readouterr().err


def test_an_interrupt_names_the_file_that_hangs(tmp_path):
    (tmp_path / "hangs.py").write_text("open('began', 'w').close()\nwhile True: pass\n")
    line = [sys.executable, "-m", "spiking_engrams.command.cli", "run", "hangs.py"]
    process = subprocess.Popen(
        line, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while not (tmp_path / "began").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 130
    assert said[-1].startswith("engrams: interrupted while the Python file '") and "hangs.py' was being run" in said[-1]


def test_the_file_in_which_a_call_fails_is_found(tmp_path):
    (tmp_path / "mine.py").write_text("def f():\n    return 1 / 0\n")
    module = load_module(str(tmp_path / "mine.py"))
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    assert own_file(caught.value) == f"{tmp_path}/mine.py, line 2"
    assert own_file(ValueError()) == ""


# Brian2 in scripts


def script(tmp_path, text, **changes):
    """Run a script of a user; its temporary files go to `tmp_path`."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "mine.py").write_text(text)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path / "tmp"),
        "HOME": str(tmp_path),
        **changes,
    }
    return subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "first", ["from spiking_engrams import Phase\nimport brian2", "import brian2\nfrom spiking_engrams import Phase"]
)
def test_errors_of_scripts_are_no_bugs_of_brian2(tmp_path, first):
    done = script(tmp_path, f"{first}\nPhase('p', 0)\n")
    assert done.returncode == 1 and "Brian" not in done.stderr, done.stderr
    assert done.stderr.splitlines()[-1].endswith("ScheduleError: Phase 'p' lasts 0 steps; it needs at least 1.")
    assert not list((tmp_path / "tmp").glob("brian_*"))


def test_importing_brian2_leaves_the_process_as_it_was(tmp_path):
    done = script(
        tmp_path,
        """
import os, signal, sys, warnings
signal.signal(signal.SIGINT, signal.SIG_IGN)
before = sys.excepthook, warnings.showwarning, signal.getsignal(signal.SIGINT)
import spiking_engrams.circuit.circuit
from brian2.utils.logger import BrianLogger
assert (sys.excepthook, warnings.showwarning, signal.getsignal(signal.SIGINT)) == before
assert BrianLogger.tmp_log is None and BrianLogger.tmp_script is None
os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not list((tmp_path / "tmp").iterdir())


def test_a_log_file_that_was_asked_for_is_written(tmp_path):
    (tmp_path / "brian_preferences").write_text("logging.file_log = True\n")
    done = script(
        tmp_path,
        "import spiking_engrams.circuit.circuit\nfrom brian2.utils.logger import BrianLogger as B\nprint(B.tmp_log)",
    )
    assert "brian_debug_" in done.stdout, done.stderr


def test_warnings_of_scripts_are_pythons(tmp_path):
    imports = "import spiking_engrams.circuit.circuit, warnings\nfrom spiking_engrams import EngramWarning"
    text = f"{imports}\nwarnings.warn('odd', EngramWarning)"
    done = script(tmp_path, text)
    assert "EngramWarning: odd" in done.stderr and "[py.warnings]" not in done.stderr
