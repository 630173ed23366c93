"""Settings of the user that are none of a build's business: flags of make, preferences of Brian2, files, languages."""

import os
import subprocess
import sys

import numpy as np
import pytest
from brian2 import prefs
from cells import PUSH, ring
from places import HELPERS, ROOT

from spiking_engrams.brian2_preferences import default_preferences
from spiking_engrams.errors import BuildError
from spiking_engrams.programs import surroundings
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets.building import build

RUN = f"""
import sys; sys.path.append({str(HELPERS)!r})
from cells import run
print(run()[0].key())
"""


@pytest.mark.cpp
@pytest.mark.slow
def test_a_hostile_environment_changes_nothing(reference, tmp_path):
    """Flags of make, preferences of Brian2 in the home and the working folder, modules beside them; all at once."""
    home, work = tmp_path / "home", tmp_path / "wörk"
    (home / ".brian").mkdir(parents=True)
    (home / ".brian" / "user_preferences").write_text("core.default_float_dtype = float32\n")
    work.mkdir()
    (work / "brian_preferences").write_text("codegen.cpp.define_macros = [('double', 'float')]\n")
    for name in ("random.py", "numpy.py", "json.py", "brian2.py"):
        (work / name).write_text(f"raise SystemExit('{name} of the user')")
    settings = {
        "HOME": str(home),
        "SPIKING_ENGRAMS_CACHE": str(work / "cache"),
        "MAKEFLAGS": "-n -- CXX=false",
        "CPATH": str(work),
        "OMP_THREAD_LIMIT": "1",
        "LC_ALL": "de_DE.UTF-8",
        "PYTHONPATH": os.pathsep.join([str(ROOT)]),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN], cwd=work, env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == reference[0].key()


@pytest.fixture
def compiler(needs_compiler, tmp_path, monkeypatch):
    """Make a compiler that knows its version and then does as told, and an empty cache."""

    def make(*lines):
        path = tmp_path / "c++"
        path.write_text("\n".join(["#!/bin/sh", '[ "$1" = --version ] && echo some 1.0 && exit 0', *lines, ""]))
        path.chmod(0o755)
        monkeypatch.setenv("CXX", str(path))
        monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "cache"))

    return make


@pytest.mark.cpp
def test_what_a_compiler_says_in_another_language_is_quoted(compiler, monkeypatch):
    compiler('case "$LC_ALL$LANG" in *de_DE*) w=Fehler;; *) w=error;; esac', 'echo "x.cpp:1:1: $w: REASON"', "exit 1")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    with pytest.raises(BuildError, match="REASON"):
        build(ring(), "cpp")


@pytest.mark.cpp
def test_a_compiler_that_makes_nothing_is_a_failure(compiler, tmp_path):
    compiler("exit 0")
    with pytest.raises(BuildError, match="failed to compile"):
        build(ring(), "cpp")
    assert not [path for path in (tmp_path / "cache").rglob("manifest.json") if ".failed" not in str(path)]


@pytest.mark.parametrize(
    "name", ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES", "GNUMAKEFLAGS", "CPATH", "LC_MESSAGES"]
)
def test_variables_that_change_builds_are_dropped(monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert name not in surroundings.for_builds()
    assert surroundings.for_builds()["LC_ALL"] == "C"
    assert name in surroundings.for_runs()


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "GOMP_SPINCOUNT", "KMP_AFFINITY"])
def test_variables_that_change_runs_are_dropped(monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert name not in surroundings.for_runs()


@pytest.mark.parametrize("threads", [0, -1, True, 1.5, "2", None])
def test_numbers_of_threads_are_whole_numbers_from_1(threads):
    with pytest.raises(BuildError, match="threads was requested; allowed are whole numbers from 1"):
        build(ring(), "runtime", threads)


def test_preferences_of_a_script_do_not_reach_a_run(monkeypatch, numpy_runtime):
    expected, _ = Simulation(ring(), "runtime", seed=1).run(PUSH)
    monkeypatch.setitem(prefs, "core.default_float_dtype", np.float32)
    found, _ = Simulation(ring(), "runtime", seed=1).run(PUSH)
    assert found.equals(expected)
    with default_preferences():
        assert prefs["core.default_float_dtype"] is np.float64 and prefs["codegen.target"] == "numpy"
    assert prefs["core.default_float_dtype"] is np.float32
