"""Targets: the choice, failing builds, failing programs, interrupts, full disks."""

import errno
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from brian2 import ms
from circuits import Parameters, brain, wake
from places import ROOT
from processes import alive, wait_until

from spiking_engrams.circuit.circuit import Circuit, Group
from spiking_engrams.errors import BuildError, SimulationError, UnknownNameError
from spiking_engrams.programs import process, program, surroundings
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets import build_key
from spiking_engrams.targets import building as targets
from spiking_engrams.targets.building import build, choose_target

compiled = pytest.mark.usefixtures("needs_compiler")
BRAIN = brain()


def tiny(equations="dv/dt = drive(t)/(10*ms) : 1"):
    """Return three cells."""
    group = Group("G", 3, equations, "v > 1 and alive(t) > 0.5", "v = 0")
    return Circuit("tiny", "none", Parameters(), 1 * ms, 10 * ms, (group,), (), {"drive": 0.0}, max_steps=8)


# The choice


def test_unknown_targets_come_with_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown target 'cp': did you mean 'cpp'"):
        choose_target("cp")


@pytest.fixture
def no_compiler(monkeypatch, tmp_path):
    """A machine without g++ and make."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)


def test_without_a_compiler_cpp_is_one_sentence_and_auto_is_runtime(no_compiler, numpy_runtime):
    with pytest.raises(BuildError, match=r"needs a C\+\+ compiler \('g\+\+' was looked for.*install g\+\+ and make"):
        build(BRAIN, "cpp")
    assert choose_target("auto") == "runtime"
    simulation = Simulation(tiny())
    state, _ = simulation.run(Phase("p", 2, {"drive": 1.0}))
    assert simulation.target == "runtime" and np.isfinite(state["G.v"]).all()


def test_the_compiler_is_the_users(monkeypatch):
    monkeypatch.setenv("CXX", "my-c++ -m64")
    assert surroundings.compiler() == ["my-c++", "-m64"]
    assert surroundings.compiler_identity()[1:] == ["-m64"]
    for target in ("auto", "cpp"):
        with pytest.raises(BuildError, match=r"CXX is 'my-c\+\+ -m64', which cannot be run.*or unset CXX"):
            choose_target(target)
    monkeypatch.setenv("CXX", "'/opt/my c++")
    with pytest.raises(BuildError, match="cannot be read as a command .*in quotes"):
        choose_target("auto")
    monkeypatch.setenv("CXX", " ")
    assert surroundings.compiler() == ["g++"]


@compiled
@pytest.mark.cpp
def test_auto_is_cpp_where_it_can_be():
    assert choose_target("auto") == "cpp"
    assert surroundings.compiler_version()


def key(circuit=BRAIN, target="cpp", threads=1):
    """Return the key of a build without building."""
    return build_key.key(build_key.request(circuit, target, threads, True))


@compiled
def test_keys_change_with_what_decides_the_result(monkeypatch, tmp_path):
    wrapper, options = tmp_path / "my-g++", tmp_path / "options"
    keys = {key(), key(tiny()), key(target="runtime"), key(threads=2)}
    assert key(brain(Parameters(noise=0.7))) in keys  # a value
    for number, command in enumerate(("g++ -m64", "g++ -O1", "g++ -D A", "g++ -D B", f"g++ @{options}", str(wrapper))):
        for content in ("-O0", "-O1") if number > 3 else ("",):
            options.write_text(content)
            wrapper.write_text(f'#!/bin/sh\nexec g++ {content} "$@"\n')
            wrapper.chmod(0o755)
            with monkeypatch.context() as patch:
                patch.setenv("CXX", command)
                keys.add(key())
    monkeypatch.setattr(build_key, "FLAGS", ("-O1",))
    keys.add(key())
    monkeypatch.setattr(surroundings, "processor", lambda: "another processor")
    keys.add(key())
    keys.add(key(target="runtime"))
    monkeypatch.setattr(surroundings, "compiler_version", lambda: "another compiler")
    keys.add(key())
    assert len(keys) == 16


@compiled
def test_keys_do_not_change_with_anything_else(monkeypatch, tmp_path):
    before = key()
    ccache = tmp_path / "ccache"
    ccache.write_text('#!/bin/sh\nexec "$@"\n')
    ccache.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert surroundings.launcher() == ["ccache"]
    monkeypatch.setenv("MAKEFLAGS", "-n")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(surroundings, "n_cores", lambda: 77)
    assert key() == before
    for command in ("/usr/bin/g++", "ccache g++", "c++"):
        if shutil.which(command.split()[-1]) and "g++" in os.path.realpath(shutil.which(command.split()[-1])):
            monkeypatch.setenv("CXX", command)
            assert key() == before


# Builds that fail


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    """An empty cache."""
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@compiled
@pytest.mark.cpp
def test_a_circuit_without_code_is_one_sentence(own_cache):
    with pytest.raises(BuildError) as caught:
        build(tiny("dv/dt = nothing_known/(10*ms) : 1"), "cpp")
    message = str(caught.value)
    assert "Circuit 'tiny' could not be built (failed to generate)" in message and "nothing_known" in message
    log = Path(message.split("whole log is ")[1].removesuffix("."))
    assert "Traceback" in log.read_text() and "Traceback" not in message
    assert not list(own_cache.rglob("*.part"))


@pytest.fixture
def compiler(own_cache, tmp_path, monkeypatch):
    """Make a compiler that knows its version and then does as told."""

    def make(*lines):
        path = tmp_path / "some-c++"
        answer = '[ "$1" = --version ] && echo some 1.0 && exit 0'
        path.write_text("\n".join(["#!/bin/sh", answer, *lines, ""]))
        path.chmod(0o755)
        monkeypatch.setenv("CXX", str(path))

    return make


@compiled
@pytest.mark.cpp
def test_a_compiler_that_fails_is_quoted(compiler):
    compiler('echo "x.cpp:1:2: error: no"', "exit 1")
    quoted = r"failed to compile\): x.cpp:1:2: error: no.*whole log is .*compile.log"
    with pytest.raises(BuildError, match=quoted) as caught:
        build(tiny(), "cpp")
    log = Path(str(caught.value).split("whole log is ")[1].removesuffix("."))
    assert "make -f engrams.mk" in log.read_text()
    with pytest.raises(BuildError, match=quoted):  # a failed build is no cached one
        build(tiny(), "cpp")


@compiled
@pytest.mark.cpp
def test_an_interrupted_build_leaves_nothing(compiler, own_cache, tmp_path):
    """The whole process group of the build ends, and with it a compiler that would never end."""
    pid = tmp_path / "pid"
    compiler(f"echo $$ > {pid}.part && mv {pid}.part {pid}", "exec sleep 300")
    interrupt_when(pid.exists)
    with pytest.raises(KeyboardInterrupt):
        build(tiny(), "cpp")
    wait_until(lambda: not alive(int(pid.read_text())))
    assert not list(own_cache.rglob("*.part"))


# Programs that fail


def interrupt_when(condition):
    """Interrupt this process, as Ctrl-C does, as soon as a condition holds."""

    def watch():
        wait_until(condition)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


@pytest.fixture
def simulation(needs_compiler):
    """The compiled small brain."""
    simulation = Simulation(BRAIN, "cpp")
    simulation.build()
    return simulation


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def processes(monkeypatch):
    """The programs that were started."""
    started = []

    class Noted(process.subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(process.subprocess, "Popen", Noted)
    return started


@pytest.mark.cpp
def test_a_killed_program_is_one_sentence(simulation, temporary, processes):
    start = simulation.initial_state()

    def kill(label, duration, fraction):
        processes[-1].kill()

    simulation.progress = kill
    with pytest.raises(SimulationError, match=r"was killed by SIGKILL \(out of memory\?\).*Nothing was kept"):
        simulation.run(wake("long", 60), start)
    assert list(temporary.iterdir()) == []
    simulation.progress = None
    simulation.run(wake(n_steps=2), start)


@pytest.mark.cpp
def test_an_interrupt_ends_the_program_and_removes_its_files(simulation, temporary, processes):
    def interrupt(label, duration, fraction):
        assert len(list(temporary.iterdir())) == 1
        os.kill(os.getpid(), signal.SIGINT)

    simulation.progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        simulation.run(wake("long", 60))
    assert list(temporary.iterdir()) == []
    assert processes and not any(alive(process.pid) for process in processes)


@pytest.mark.cpp
def test_progress_is_reported(target):
    seen = []
    simulation = Simulation(BRAIN, target, progress=lambda *report: seen.append(report))
    simulation.run(wake("long", 60))
    assert seen[-1] == ("long", pytest.approx(61 * 0.02), pytest.approx(1.0))
    assert [fraction for *_, fraction in seen] == sorted(fraction for *_, fraction in seen)


@pytest.mark.cpp
def test_a_full_disk_is_one_sentence(simulation, temporary, monkeypatch):
    start = simulation.initial_state()

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(program.Program, "_argument", staticmethod(full))
    with pytest.raises(SimulationError, match="No space left on device.*free some space, or set TMPDIR"):
        simulation.run(wake(n_steps=2), start)
    assert list(temporary.iterdir()) == []


@pytest.mark.cpp
def test_a_missing_temporary_folder_is_one_sentence(simulation, temporary):
    start = simulation.initial_state()
    temporary.rmdir()
    with pytest.raises(SimulationError, match="set TMPDIR to a folder that can be written"):
        simulation.run(wake(n_steps=2), start)


@pytest.mark.cpp
def test_a_program_without_its_binary_is_one_sentence(simulation, tmp_path):
    folder = tmp_path / "program"
    (folder / "code").mkdir(parents=True)
    shutil.copy(simulation.build().folder / "manifest.json", folder)
    simulation._build = targets.Build(program.Program(folder), "cpp", 0.0, True, "key", folder)
    with pytest.raises(SimulationError, match="has no binary.*engrams cache --clear"):
        simulation.run(wake(n_steps=2))


# What a run costs


def test_cost_is_counted(target):
    simulation = Simulation(BRAIN, target)
    state, _ = simulation.run(wake(n_steps=2))
    simulation.run(wake(n_steps=3), state)
    cost = simulation.cost
    assert cost.biological_s == pytest.approx((3 + 4) * 0.02)
    assert 0 < cost.loop_s < cost.run_s and cost.peak_memory_mb > 1
    assert cost.build_cached == simulation.build().cached


@pytest.mark.cpp
def test_a_program_writes_what_is_read_and_nothing_else(simulation, monkeypatch):
    """Most of the bytes of a circuit are indices of synapses, which no run changes."""
    runnable = simulation.build().runnable
    read, found = runnable._read, []
    monkeypatch.setattr(runnable, "_read", lambda results, end: found.extend(results.iterdir()) or read(results, end))
    simulation.run(wake(n_steps=3))
    manifest = runnable.manifest
    entries = [*manifest["state"].values(), *manifest["traces"].values()]
    entries += [trace["N"] for trace in manifest["traces"].values()]
    entries += [entry for monitor in manifest["spikes"].values() for entry in monitor.values()]
    expected = {Path(entry["file"]).name for entry in entries}
    assert {path.name for path in found if "array" in path.name} == expected


@pytest.mark.cpp
def test_a_program_runs_without_brian2(simulation, tmp_path):
    """The built circuit is an artifact: NumPy and the folder are enough."""
    state = simulation.initial_state()
    expected, _ = simulation.run(wake(n_steps=3), state)
    inputs = simulation._inputs([wake(n_steps=3)], state, None)
    np.savez(tmp_path / "state.npz", **inputs.state)
    np.savez(tmp_path / "signals.npz", **inputs.signals)
    np.savez(tmp_path / "banks.npz", **inputs.banks)
    code = f"""
import sys; sys.modules["brian2"] = None
import numpy as np
from spiking_engrams.programs.program import Inputs, Program
def read(name): return dict(np.load(f"{tmp_path}/{{name}}.npz"))
inputs = Inputs(read("state"), {dict(inputs.constants)!r}, read("signals"), read("banks"), {inputs.duration!r}, 1)
state = Program("{simulation.build().folder}").run(inputs).state
print(repr(float((state["modulator.A_B_scale"] * state["A_B.q"]).sum())))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = process.subprocess.run(
        [targets.sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == float((expected["modulator.A_B_scale"] * expected["A_B.q"]).sum())
