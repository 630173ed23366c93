"""A program that was damaged is built again; what it wrote is believed only if it is complete."""

import contextlib
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from cells import PUSH, ring, run
from processes import alive, wait_until

from spiking_engrams.errors import BuildError, EngramWarning, SimulationError
from spiking_engrams.programs import files as program_files
from spiking_engrams.programs import process
from spiking_engrams.programs.program import Program
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets import building as targets

pytestmark = pytest.mark.cpp


def flip(path, place=0.5):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 4
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path):
    path.write_bytes(b"")


STATIC = "code/static_arrays/_static_array__array_ring_targets"
DAMAGES = {
    "a cut array": (STATIC, cut),
    "an empty array": (STATIC, emptied),
    "a flipped bit in an array": (STATIC, flip),
    "a missing array": (STATIC, Path.unlink),
    "a longer array": (STATIC, lambda path: path.write_bytes(path.read_bytes() + bytes(4))),
    "a flipped bit in the binary": ("code/main", flip),
    "an empty binary": ("code/main", emptied),
    "no binary": ("code/main", Path.unlink),
    "an empty manifest": ("manifest.json", emptied),
    "a manifest that is no JSON": ("manifest.json", cut),
    "a flipped bit in the manifest": ("manifest.json", lambda path: flip(path, 0.9)),
    "a manifest of other data": ("manifest.json", lambda path: path.write_text("[1]")),
    "a manifest of another version": ("manifest.json", lambda path: path.write_text('{"manifest_version": 1}')),
    "a foreign array": ("code/static_arrays/another", lambda path: path.write_bytes(b"x")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_found(program, name):
    assert program_files.fault(program) == ""
    file, damage = DAMAGES[name]
    damage(program / file)
    assert program_files.fault(program)


def test_a_damaged_program_is_built_again_and_says_so(program, reference):
    cut(program / STATIC)
    with pytest.warns(EngramWarning, match=r"is damaged \(.*ring_targets has 40 bytes, 80 were written\); it is built"):
        state, recording = run()
    assert state.equals(reference[0]) and recording.equals(reference[1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Simulation(ring(), "cpp").build().cached


def test_a_program_under_the_name_of_another_is_not_taken(program):
    contents = json.loads((program / "manifest.json").read_text())
    contents = {name: value for name, value in contents.items() if name not in ("digest", "files")}
    program_files.seal(program, {**contents, "key": "of another circuit"})
    with pytest.warns(EngramWarning, match="built for another circuit"):
        assert targets._usable(program, "the key that is looked for") is None


def test_a_program_is_read_once_and_again_when_a_file_was_written(program, monkeypatch):
    read, fault = [], targets.fault
    monkeypatch.setattr(targets, "fault", lambda folder: read.append(folder) or fault(folder))
    for _ in range(3):
        Simulation(ring(), "cpp").build()
    assert len(read) == 1
    (program / STATIC).write_bytes(bytes((program / STATIC).stat().st_size))
    monkeypatch.setattr(targets, "_generate", lambda *_: (_ for _ in ()).throw(BuildError("built again")))
    with pytest.warns(EngramWarning, match="is damaged"), pytest.raises(BuildError, match="built again"):
        Simulation(ring(), "cpp").build()


# What a program leaves


@pytest.fixture
def left(own_cache, monkeypatch):
    """Return a function that runs the ring and changes what it left before that is read."""
    runnable = Simulation(ring(), "cpp").build().runnable

    def change(what, monitor, damage):
        entries = {"state": runnable.manifest["state"], "spikes": runnable.manifest["spikes"].get("C")}
        entries["traces"] = runnable.manifest["traces"]
        read = runnable._read

        def damaged(results, ended):
            damage(results / entries[what][monitor]["file"])
            return read(results, ended)

        monkeypatch.setattr(runnable, "_read", damaged)
        simulation = Simulation(ring(), "cpp", seed=1)
        simulation._build = targets.Build(runnable, "cpp", 0.0, True, "key", runnable.folder)
        return simulation.run(PUSH)

    return change


LONGER = ("longer", lambda path: path.write_bytes(path.read_bytes() + bytes(8)))
LEFT = [
    (what, name, damage)
    for what, name in (
        ("state", "C.v"),
        ("state", "C.count"),
        ("spikes", "t"),
        ("spikes", "i"),
        ("spikes", "N"),
        ("traces", "C.v"),
    )
    for damage in (("cut", cut), ("emptied", emptied), ("gone", Path.unlink), LONGER)
]


@pytest.mark.parametrize(
    ("what", "name", "damage"), LEFT, ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_results_that_are_not_complete_are_refused(left, what, name, damage):
    with pytest.raises(SimulationError, match=r"incomplete: for .* there are .*too little space in .*TMPDIR"):
        left(what, name, damage[1])


def test_spikes_of_whole_numbers_that_are_fewer_are_refused(left):
    """Half of the spikes would look like any recording."""

    def halved(path):
        numbers = np.fromfile(path, np.float64)
        numbers[: len(numbers) // 2].tofile(path)

    with pytest.raises(SimulationError, match="for the spikes of 'C' there are"):
        left("spikes", "t", halved)


@contextlib.contextmanager
def mounted(place, *options):
    """Mount a file system in memory."""
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("free", [0, 1, 2, 4, 8, 16])
def test_a_full_temporary_folder_loses_nothing_unnoticed(own_cache, as_root, tmp_path, monkeypatch, reference, free):
    with mounted(tmp_path / "small", "-o", "size=96k"):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "small"))
        simulation = Simulation(ring(), "cpp", seed=1)
        simulation.build()
        (tmp_path / "small" / "filler").write_bytes(bytes(4096 * (24 - free)))
        try:
            state, recording = simulation.run(PUSH)
        except SimulationError as error:
            assert "TMPDIR" in str(error)
        else:
            assert state.equals(reference[0]) and recording.equals(reference[1])
        assert [path.name for path in (tmp_path / "small").iterdir()] == ["filler"]


def test_a_program_ends_with_an_error_where_it_cannot_write(own_cache, tmp_path):
    runnable = Simulation(ring(), "cpp").build().runnable
    target = tmp_path / "results"
    target.mkdir()
    full = next(iter(runnable.manifest["state"].values()))["file"]
    (target / full).symlink_to("/dev/full")
    ended = process.execute(runnable.folder, ["--results_dir", f"{target}/"], None, ENGRAMS_DURATION="0.1")
    assert ended.status and any(f"Error writing {full}" in line for line in ended.complained)


def test_a_program_takes_a_value_as_a_whole_or_not_at_all(own_cache, tmp_path):
    runnable = Simulation(ring(), "cpp").build().runnable
    (tmp_path / "short.dat").write_bytes(bytes(8))
    arguments = ["--results_dir", f"{tmp_path}/", f"C.v={tmp_path}/short.dat"]
    ended = process.execute(runnable.folder, arguments, None, ENGRAMS_DURATION="0.1")
    assert ended.status and any("does not match expected size" in line for line in ended.complained)


# What surrounds a run


def test_lines_of_others_are_passed_on_as_a_warning(own_cache, monkeypatch, reference):
    monkeypatch.setenv("LD_PRELOAD", "/nonexistent.so")
    with pytest.warns(EngramWarning, match="printed: .*nonexistent.so"):
        state, recording = run()
    assert state.equals(reference[0]) and recording.equals(reference[1])


@pytest.mark.parametrize(
    ("name", "value"),
    [("OMP_THREAD_LIMIT", "1"), ("OMP_NUM_THREADS", "nonsense"), ("OMP_DISPLAY_ENV", "true"), ("GOMP_DEBUG", "1")],
)
def test_settings_of_threads_do_not_reach_a_run(own_cache, monkeypatch, reference, name, value):
    monkeypatch.setenv(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("error", EngramWarning)
        state, _ = run()
    assert state.equals(reference[0])


def test_a_program_that_cannot_be_executed_says_so(program):
    runnable = Program(program)
    (program / "code" / "main").write_text("no program at all")
    (program / "code" / "main").chmod(0o755)
    with pytest.raises(SimulationError, match=r"cannot be executed \(Exec format error\).*SPIKING_ENGRAMS_CACHE"):
        process.execute(runnable.folder, [], None)
    (program / "code" / "main").chmod(0o644)
    with pytest.raises(SimulationError, match=r"cannot be executed \(Permission denied\).*noexec"):
        process.execute(runnable.folder, [], None)


def test_a_cache_without_programs_says_so(program, as_root, tmp_path, monkeypatch):
    with mounted(tmp_path / "noexec", "-o", "noexec,size=50m"):
        subprocess.run(["cp", "-a", program.parent, tmp_path / "noexec"], check=True)
        monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "noexec"))
        with pytest.raises(SimulationError, match="cannot be executed .*SPIKING_ENGRAMS_CACHE"):
            run()


STARTER = """
import os, subprocess, sys
settings = {**os.environ, "ENGRAMS_PARENT": str(os.getpid()), "ENGRAMS_DURATION": "1e6"}
command = ["./main", "--results_dir", sys.argv[2]]
process = subprocess.Popen(command, cwd=sys.argv[1], env=settings, stdout=subprocess.DEVNULL)
print(process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_program_ends_with_the_process_that_started_it(own_cache):
    runnable = Simulation(ring(), "cpp").build().runnable
    with tempfile.TemporaryDirectory() as results:
        arguments = [sys.executable, "-c", STARTER, str(runnable.folder / "code"), f"{results}/"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
        pid = int(done.stdout)
        wait_until(lambda: not alive(pid))


def test_no_file_is_left_open(own_cache):
    import gc

    seen = []
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("error", ResourceWarning)
        patch.setattr("sys.unraisablehook", lambda problem: seen.append(problem.exc_value))
        run()
        gc.collect()
    assert not seen
