"""Caches of other users, read-only ones, ones without locks, ones in use, ones that are named oddly."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from cells import PUSH, ring, run
from places import HELPERS, ROOT
from processes import alive, wait_until

from spiking_engrams.errors import BuildError, EngramError, EngramWarning
from spiking_engrams.files import cache, locks, scratch
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets import building as targets

OTHER = 12345  # a user


# Where it is


@pytest.mark.parametrize("place", ["~/c a c h e", "relative/cache", "/abs", "ünïcode"])
def test_the_folder_means_the_same_from_everywhere(monkeypatch, tmp_path, place):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", place)
    found = cache.cache_dir()
    assert found.is_absolute() and "~" not in str(found)
    assert found == (tmp_path / place.removeprefix("~/") if place != "/abs" else Path("/abs"))


def test_without_a_home_one_sentence_names_the_variable(monkeypatch):
    monkeypatch.delenv("SPIKING_ENGRAMS_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(BuildError, match="no home folder.*SPIKING_ENGRAMS_CACHE"):
        cache.cache_dir()


# Whose it is


@pytest.mark.cpp
@pytest.mark.skipif(os.geteuid() != 0, reason="giving files away needs root")
@pytest.mark.parametrize("part", [".", "code", "code/main", "manifest.json"])
def test_a_program_of_another_user_is_not_run(program, monkeypatch, part):
    os.chown(program / part, OTHER, OTHER)
    if part == ".":
        assert targets.build_folder("ring", program.name.split("-")[1]).name == f"{program.name}-{os.geteuid()}"
    else:
        with pytest.raises(BuildError, match="may be somebody else's.*SPIKING_ENGRAMS_CACHE_TRUST=1"):
            Simulation(ring(), "cpp").build()
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE_TRUST", "1")
    assert Simulation(ring(), "cpp").build().folder == program


@pytest.mark.cpp
def test_a_program_that_others_can_write_to_is_not_run(program):
    (program / "code" / "main").chmod(0o777)
    with pytest.raises(BuildError, match="may be somebody else's"):
        Simulation(ring(), "cpp").build()


@pytest.mark.cpp
def test_a_state_that_others_can_write_to_is_not_taken(own_cache):
    first, _ = Simulation(ring(), "cpp").reuse([PUSH])
    (path,) = (own_cache / "states").glob("*.h5")
    assert Simulation(ring(), "cpp").reuse([PUSH])[1]
    path.chmod(0o666)
    again, reused = Simulation(ring(), "cpp").reuse([PUSH])
    assert not reused and again.equals(first)


# Where nobody can write


@pytest.mark.cpp
@pytest.mark.parametrize("target", ["cpp", "runtime"])
def test_a_read_only_cache_is_used(own_cache, as_root, reference, numpy_runtime, target):
    bind = ["mount", "--bind", own_cache, own_cache]
    if subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("a file system cannot be mounted")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", own_cache], check=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error", EngramWarning)
            state, _ = run(target)
        assert target != "cpp" or state.equals(reference[0])
        with pytest.warns(EngramWarning, match="is not kept.*Read-only"):
            assert not Simulation(ring(), target).reuse([PUSH])[1]
        assert cache.clear() == 0
    finally:
        subprocess.run(["umount", own_cache], check=True)


@pytest.mark.cpp
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_cache_without_locks_is_used_with_a_warning(own_cache, monkeypatch, reference, code):
    def flock(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    with warnings.catch_warnings():
        warnings.simplefilter("error", EngramWarning)
        assert run()[0].equals(reference[0])
    with pytest.warns(EngramWarning, match="has no locks"), cache.locked(own_cache / "programs" / "x") as held:
        assert held


def test_a_lock_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "mine").write_text("precious")
    (tmp_path / "x.lock").symlink_to(tmp_path / "mine")
    with pytest.raises(EngramError, match="is a link"), locks.locked(tmp_path / "x.lock"):
        pass
    assert (tmp_path / "mine").read_text() == "precious"


# What is in use


@pytest.mark.cpp
def test_a_program_in_use_is_not_removed(program):
    simulation = Simulation(ring(), "cpp")
    state, _ = simulation.run(PUSH)
    assert cache.clear() == 0 and program.exists()
    simulation.run(PUSH, state)
    del simulation
    assert cache.clear() > 0 and not program.exists()


@pytest.mark.cpp
def test_a_damaged_program_is_replaced_under_those_that_run_it(program, reference):
    first = Simulation(ring(), "cpp", seed=1)
    first.build()
    (program / "code" / "main").write_bytes(b"")
    with pytest.warns(EngramWarning, match="it is built again"):
        targets._checked.clear()
        second = Simulation(ring(), "cpp", seed=1)
        assert second.run(PUSH)[0].equals(reference[0])
    assert first.run(PUSH)[0].equals(reference[0])


# Processes that were killed

BUILD = f"""
import sys; sys.path.insert(0, {str(HELPERS)!r})
from cells import ring
from spiking_engrams.targets.building import build
build(ring(), "cpp")
"""


@pytest.mark.cpp
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_a_build_ends_with_the_process_that_wanted_it(needs_compiler, tmp_path, how):
    compiler, pid = tmp_path / "c++", tmp_path / "pid"
    lines = ["#!/bin/sh", '[ "$1" = --version ] && echo some 1.0 && exit', f"echo $$ > {pid}", "exec sleep 300"]
    compiler.write_text("\n".join(lines))
    compiler.chmod(0o755)
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    settings = {"CXX": str(compiler), "SPIKING_ENGRAMS_CACHE": str(tmp_path / "cache"), "PYTHONPATH": paths}
    process = subprocess.Popen([sys.executable, "-c", BUILD], env={**os.environ, **settings})
    wait_until(lambda: pid.exists() and pid.read_text().strip())
    process.send_signal(how)
    process.wait()
    wait_until(lambda: not alive(int(pid.read_text())))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for temporary files that no other test sees."""
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    scratch.sweep.cache_clear()
    return tmp_path


def old(path, age=120.0):
    """Make a folder look as if it had been made a while ago."""
    os.utime(path, (time.time() - age,) * 2)


def test_folders_of_dead_processes_are_swept(place):
    code = (
        "import os, sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from spiking_engrams.files.scratch import temporary_folder\n"
        "with temporary_folder() as name: print(name, flush=True); os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, place], env=environment, capture_output=True, text=True)
    (left,) = place.iterdir()
    assert str(left) == done.stdout.strip()
    with scratch.temporary_folder():
        assert left.exists()  # it is young: it could be about to be locked
    scratch.sweep.cache_clear()
    old(left)
    with scratch.temporary_folder() as other:
        old(other)
        assert not left.exists()
        scratch.sweep.cache_clear()
        scratch.sweep(str(place))
        assert other.exists()


@pytest.mark.parametrize("name", ["engrams_notes", "engrams_analysis", "my_engrams_x", "engrams_workers_mousedat"])
def test_folders_of_others_are_not_swept(place, name):
    (place / name).mkdir()
    (place / name / "precious").write_text("x")
    old(place / name, 200_000)
    (place / "engrams_linked12").symlink_to(place / name)
    scratch.sweep(str(place))
    assert (place / name / "precious").exists()


def test_a_temporary_folder_that_is_full_or_missing_is_one_sentence(own_cache, tmp_path, monkeypatch):
    simulation = Simulation(ring(), "cpp")
    simulation.build()
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(EngramError, match="set TMPDIR to a folder that can be written"):
        simulation.run(PUSH)


def test_copies_of_the_cache_are_as_good(own_cache, tmp_path, monkeypatch, reference):
    shutil.copytree(own_cache, tmp_path / "a copy")
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "a copy"))
    simulation = Simulation(ring(), "cpp", seed=1)
    assert simulation.build().cached and simulation.run(PUSH)[0].equals(reference[0])
