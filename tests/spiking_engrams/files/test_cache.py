"""The cache of programs and states: found again, built once, kept small, safe for several processes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from circuits import brain, wake
from places import HELPERS, ROOT

from spiking_engrams.errors import BuildError, SimulationError
from spiking_engrams.files import cache
from spiking_engrams.programs.files import seal
from spiking_engrams.programs.program import Inputs, Program
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets.building import build

TINY = """
import sys
from brian2 import ms
from spiking_engrams.circuit.circuit import Circuit, Group
from spiking_engrams.targets.building import build
from circuits import Parameters

tau = float(sys.argv[1]) * ms
group = Group("G", 3, "dv/dt = drive(t)/tau : 1", "v > 1 and alive(t) > 0.5", "v = 0", constants={"tau": tau})
circuit = Circuit("tiny", "none", Parameters(), 1 * ms, 10 * ms, (group,), (), {"drive": 0.0}, max_steps=8)
built = build(circuit, "cpp")
print(built.cached, built.folder.name, flush=True)
"""


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """An empty cache, and a compiler that notes every call."""
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "cache"))
    compiler = tmp_path / "c++"
    compiler.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path}/calls"\nexec {shutil.which("g++")} -O0 "$@"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    return tmp_path


def start(*arguments):
    """Start a process of its own that builds the tiny circuit."""
    paths = os.pathsep.join([str(ROOT), str(HELPERS)])
    command = [sys.executable, "-c", TINY, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process):
    """Return what a process said as words."""
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return output.split()


def compilations(folder):
    """Return how often the compiler was asked for more than its version."""
    return sum("--version" not in line for line in (folder / "calls").read_text().splitlines())


@pytest.mark.cpp
def test_two_processes_build_once_and_a_third_compiles_nothing(needs_compiler, fresh):
    both = [said(process) for process in [start(10), start(10)]]
    assert sorted(cached for cached, _ in both) == ["False", "True"]
    n = compilations(fresh)
    assert n > 5
    cached, folder = said(start(20))  # in a new process, with another value of a constant
    assert (cached, folder) == ("True", both[0][1])
    assert compilations(fresh) == n
    programs = [entry.path.name for entry in cache.entries()]
    assert programs == [folder]


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "mine"))
    assert cache.cache_dir() == tmp_path / "mine"
    monkeypatch.delenv("SPIKING_ENGRAMS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_dir() == tmp_path / "xdg" / "spiking_engrams"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.cache_dir() == Path.home() / ".cache" / "spiking_engrams"
    assert not (tmp_path / "mine").exists()


@pytest.fixture
def filled(monkeypatch, tmp_path):
    """A cache with three programs of 1000 bytes and a state of 500, the later the more recently used."""
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    paths = []
    for number in range(3):
        folder = cache.build_folder("net", f"{number}" * 20)
        folder.mkdir(parents=True)
        (folder / "main").write_bytes(bytes(1000))
        paths.append(folder)
    state = cache.state_path("a" * 40)
    state.parent.mkdir(parents=True)
    state.write_bytes(bytes(500))
    (state.parent / ".half.tmp.h5").write_bytes(bytes(10))
    for age, path in enumerate([*paths, state]):
        os.utime(path, (1e9 + age, 1e9 + age))
    return [*paths, state]


def test_entries_come_least_recently_used_first(filled):
    assert [entry.path for entry in cache.entries()] == filled
    assert [entry.n_bytes for entry in cache.entries()] == [1000, 1000, 1000, 500]
    cache.touch(filled[0])
    assert cache.entries()[-1].path == filled[0]
    assert [entry.kind for entry in cache.entries()][-2:] == ["states", "programs"]


def test_trimming_removes_the_oldest_and_keeps_the_one_in_use(filled):
    assert cache.trim(max_bytes=3500) == []
    removed = cache.trim(keep=filled[0], max_bytes=2500)
    assert [entry.path for entry in removed] == [filled[1]]
    assert [path.exists() for path in filled] == [True, False, True, True]
    assert cache.MAX_BYTES > 1e9


def test_a_program_in_use_is_not_the_oldest(filled):
    kinds = ("state", "signals", "banks", "spikes", "traces")
    seal(filled[0], {"target": "cpp", **{kind: {} for kind in kinds}})
    os.utime(filled[0], (1e9, 1e9))
    with pytest.raises(SimulationError, match="has no binary"):
        Program(filled[0]).run(Inputs({}, {}, {}, {}, 1.0, 1))
    assert cache.entries()[0].path == filled[1] and cache.entries()[-1].path == filled[0]


def test_a_build_in_progress_is_left_alone(filled):
    part = filled[0].rename(filled[0].with_name(filled[0].name + cache.PARTIAL))
    with cache.locked(filled[0]) as held:
        assert held
        with cache.locked(filled[0], wait=False) as twice:
            assert not twice
        assert part not in [entry.path for entry in cache.trim(max_bytes=0)]
        assert part.exists() and not filled[1].exists()
    assert cache.clear() == 1000
    assert cache.entries() == []


def test_clearing_an_absent_cache_is_fine(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "absent"))
    assert cache.clear() == 0 and cache.entries() == []


@pytest.mark.cpp
def test_a_cache_that_cannot_be_written_is_one_sentence(needs_compiler, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "file"))
    with pytest.raises(BuildError, match="could not be built in .*set SPIKING_ENGRAMS_CACHE to a folder"):
        build(brain(), "cpp")


def test_states_are_reused_per_seed_circuit_and_phases(numpy_runtime, monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    phases = [wake(n_steps=3)]
    simulation = Simulation(brain(), "runtime")
    first, reused = simulation.reuse(phases, 1)
    assert not reused
    again, reused = Simulation(brain(), "runtime").reuse(phases, 1)
    assert reused and again.key() == first.key()
    assert not simulation.reuse(phases, 2)[1]
    assert not simulation.reuse([wake(n_steps=2)], 1)[1]
    newer = Simulation(brain(), "runtime")
    fresh, reused = newer.reuse(phases, 1, fresh=True)
    assert not reused and fresh.key() == first.key()
    before = newer.cost.biological_s
    newer.reuse([*phases, wake(n_steps=1)], 1, fresh=True)
    assert newer.cost.biological_s - before < before  # what it made itself is not made again
    for path in (tmp_path / "states").glob("*.h5"):
        path.write_bytes(b"damaged")
    repaired, reused = simulation.reuse(phases, 1)
    assert not reused and repaired.key() == first.key()


def test_a_long_training_that_is_interrupted_goes_on(numpy_runtime, monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    monkeypatch.setattr("spiking_engrams.simulation.simulation.STORE_S", 0.0)
    phases = [wake(n_steps=n) for n in (1, 2, 3)]
    interrupted, run = Simulation(brain(), "runtime"), Simulation.run

    def stops(self, phase, *arguments, **options):
        if phase is phases[2]:
            raise KeyboardInterrupt
        return run(self, phase, *arguments, **options)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Simulation, "run", stops)
        interrupted.reuse(phases, 1)
    (_,) = (tmp_path / "states").glob("*.h5")  # the one after the second phase, and no other
    later = Simulation(brain(), "runtime")
    state, reused = later.reuse(phases, 1)
    assert not reused and later.cost.biological_s < 5 * float(brain().step)  # three steps and the silent guard
    assert len(state.history) == 3
