"""What lies on disk between runs is checked before it is believed, and computed again where it is damaged."""

import dataclasses
import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import warnings

import h5py
import numpy as np
import pytest

from spiking_engrams.errors import EngramError, EngramWarning, RunFolderError, StateError
from spiking_engrams.experiment.experiment import Request, execute, resume
from spiking_engrams.experiment.session import Session
from spiking_engrams.files.storage import atomic_path, write_json_atomic
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.runs.verification import damage
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

pytestmark = pytest.mark.usefixtures("numpy_runtime")


@pytest.fixture(scope="session")
def one_seed(toy_request, tmp_path_factory):
    """A complete run of one seed and two trials; do not change it."""
    from brian2 import prefs

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(prefs, "codegen.target", "numpy")
        request = dataclasses.replace(toy_request, seeds=(1,), options={"n_trials": 2})
        return execute(request, tmp_path_factory.mktemp("one") / "run")


@pytest.fixture
def run(one_seed, tmp_path):
    """A copy of that run."""
    shutil.copytree(one_seed.path, tmp_path / "run")
    return RunFolder(tmp_path / "run")


def cut(path):
    path.write_bytes(path.read_bytes()[:-700])


def flip_array(path, name, position=-1):
    """Flip the lowest bit of a stored number, which the rest of the file does not notice."""
    with h5py.File(path, "r+") as file:
        values = file[name][()]
        values[position] ^= 1
        file[name][...] = values


def resumed(run, said):
    """Resume a run of which something has to be computed again."""
    with pytest.warns(EngramWarning, match=said):
        return resume(run.path, trust=True)


def same(run, other):
    for name in ("last_rate", "trace"):
        np.testing.assert_array_equal(run.metric(name), other.metric(name))
    for label in ("trial_00", "trial_01"):
        assert run.recording(1, label).equals(other.recording(1, label), metadata=False)
    assert run.state(1, "trial_00").key() == other.state(1, "trial_00").key()
    assert run.info["status"] == "complete" and damage(run) == {}


# Damage


@pytest.mark.parametrize("name", ["steps", "index"])
def test_flipped_spikes_are_not_believed(run, one_seed, name):
    path = run.seed(1).recording_path("trial_01")
    flip_array(path, f"spikes/E/{name}")
    with pytest.raises(RunFolderError, match="trial_01.h5 is truncated or damaged"):
        Recording.load(path)
    same(resumed(run, "seed 1: recordings/trial_01.h5 is damaged"), one_seed)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("recordings/trial_00.h5", "recordings/trial_00.h5 is missing"),
        ("states/trial_00.h5", "states/trial_00.h5 is missing"),
        ("metrics.json", "metrics.json is missing"),
    ],
)
def test_what_is_gone_from_a_complete_seed_is_computed_again(run, one_seed, part, said):
    (run.seed(1).path / part).unlink()
    same(resumed(run, said), one_seed)


@pytest.mark.parametrize("part", ["recordings/trial_00.h5", "states/trial_00.h5"])
def test_what_is_damaged_in_a_complete_seed_is_computed_again(run, one_seed, part):
    cut(run.seed(1).path / part)
    same(resumed(run, f"{part} is damaged"), one_seed)


def test_files_of_another_seed_or_phase_are_not_believed(run, one_seed):
    seed = run.seed(1)
    shutil.copy(seed.recording_path("trial_00"), seed.recording_path("trial_01"))
    same(resumed(run, "recordings/trial_01.h5 does not match its phase"), one_seed)
    state = dataclasses.replace(run.state(1, "trial_00"), seed=2)
    state.save(seed.state_path("trial_00"))
    same(resumed(run, "states/trial_00.h5 does not match its phase"), one_seed)
    data = seed.metrics() | {"seed": 3}
    write_json_atomic(seed.metrics_path, data, seal=True)
    with pytest.raises(RunFolderError, match="belongs to seed 3"):
        RunFolder(run.path).measured  # noqa: B018


def test_a_seed_that_is_gone_from_a_complete_run_is_computed_again(run, one_seed):
    shutil.rmtree(run.seed(1).path)
    same(resumed(run, "seed 1: metrics.json is missing"), one_seed)


def test_changed_metrics_are_not_believed(run, one_seed):
    path = run.seed(1).metrics_path
    path.write_text(path.read_text().replace('"value": ', '"value": 1'))
    with pytest.raises(RunFolderError, match="changed or damaged.*resume its run"):
        RunFolder(run.path).metric("trace")
    same(resumed(run, "metrics.json was changed or damaged"), one_seed)


def test_no_bit_of_the_metrics_can_be_flipped(run):
    """Names included: a file whose entry 'digest' has another name is no older file."""
    path = run.seed(1).metrics_path
    content = path.read_bytes()
    before = run.seed(1).metrics()
    for at in range(0, len(content) * 8, 7):
        changed = bytearray(content)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        try:
            assert run.seed(1).metrics() == before  # white space
        except RunFolderError as problem:
            assert str(path) in str(problem)


@pytest.mark.parametrize("kind", [Recording, State])
def test_no_bit_of_a_recording_or_state_can_be_flipped(run, tmp_path, kind):
    seed, path = run.seed(1), tmp_path / "flipped.h5"
    source = seed.recording_path("trial_01") if kind is Recording else seed.state_path("trial_00")
    content, whole = source.read_bytes(), kind.load(source)
    for at in range(5, len(content) * 8, 4001):
        changed = bytearray(content)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        try:
            assert kind.load(path).equals(whole)
        except (RunFolderError, StateError) as problem:
            assert str(path) in str(problem)


def test_a_kept_state_of_an_interrupted_seed_is_written_again(run, one_seed):
    """Finding 9: resume said complete, and left the state damaged or missing."""
    seed = run.seed(1)
    seed.metrics_path.unlink()
    cut(seed.state_path("trial_00"))
    same(resumed(run, "states/trial_00.h5 is damaged"), one_seed)
    seed.metrics_path.unlink()
    seed.state_path("trial_00").unlink()
    same(resumed(run, "states/trial_00.h5 is missing"), one_seed)


def test_damaged_numbers_and_checkpoints_of_an_interrupted_seed_are_computed_again(one_seed, toy, tmp_path):
    from spiking_engrams.experiment.experiment import prepare

    simulation = prepare(Request.from_info(one_seed.info)).simulation()
    folder = SeedFolder(tmp_path / "seed", 1)
    for content in ('{"a": 5}', "[]", '{"format_version": 1, "values": {"a": [1, 2, 3]}, "digest": "x"}', "\xff"):
        folder.path.mkdir(exist_ok=True)
        folder.values_path.write_text(content)
        with pytest.raises(RunFolderError, match="values.json"):
            folder.values()
        session = Session(simulation, folder, toy.Options())
        state = simulation.initial_state(1)
        assert session.once("number", state, lambda: float("inf")) == float("inf")
        assert Session(simulation, folder, toy.Options()).once("number", state, lambda: 5.0) == float("inf")


def test_the_message_of_null_datasets_and_other_oddities_names_the_file(run, tmp_path):
    path = run.seed(1).state_path("trial_00")
    with h5py.File(path, "r+") as file:
        del file["values/E.trace"]
        file["values"].create_dataset("E.trace", data=h5py.Empty("f8"))
    with pytest.raises(StateError, match="trial_00.h5 is truncated or damaged.*no fixed shape"):
        State.load(path)
    with h5py.File(path, "r+") as file:
        del file["metadata"]
        file.create_dataset("metadata", data='{"circuit_digest": ' + "[" * 5000, dtype=h5py.string_dtype())
    with pytest.raises(StateError, match="trial_00.h5"):
        State.load(path)


def test_damaged_captions_and_controls_are_left_out_and_made_anew(run, one_seed):
    """Finding 8: neither report nor resume could repair the run."""
    (run.path / "figures/captions.json").write_text('{"rates": 5')
    (run.path / "controls.csv").write_bytes(b"metric,main\n\xff\xfe")
    (run.path / "summary.json").write_text("[]")
    with pytest.warns(EngramWarning) as said:
        same(resume(run.path, trust=True), one_seed)
    assert any("captions" in str(each.message) for each in said)
    assert any("controls.csv" in str(each.message) for each in said)
    assert "Rate over trials." in (run.path / "report.html").read_text()


def test_a_complete_run_is_resumed_without_a_word(run, one_seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error", EngramWarning)
        same(resume(run.path, trust=True), one_seed)


def test_a_changed_request_is_not_mixed_with_what_was_run(run):
    info = json.loads((run.path / "run.json").read_text())
    info["request"]["seeds"] = [1, 2]
    (run.path / "run.json").write_text(json.dumps(info))
    with pytest.raises(RunFolderError, match="on purpose.*remove its entry 'digest'"):
        resume(run.path, trust=True)
    del info["digest"]
    (run.path / "run.json").write_text(json.dumps(info))
    assert resume(run.path, trust=True).complete_seeds == [1, 2]
    assert RunFolder(run.path).is_as_written and "digest" in RunFolder(run.path).info


# Writing


def test_leftovers_of_dead_processes_are_removed_and_nothing_else(run, tmp_path):
    """S8: any file named '.*.tmp*' was removed."""
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    dead, elsewhere = int(done.stdout), tmp_path / "elsewhere"
    (elsewhere / "recordings").mkdir(parents=True)
    gone = [f".a.{dead}-0123abcd.tmp.h5", f".run.{dead}-0123abcd.tmp.json", f"figures/.x y.{dead}-01234567.tmp.svg"]
    gone += [f"seed_0001/{part}/.a.{dead}-0123abcd.tmp.h5" for part in ("recordings", "states")]
    kept = [".my.tmp_notes", "seed_0001/.a.tmp.h5", f"notes/.a.{dead}-0123abcd.tmp.h5", ".a.1-0123abcd.tmp.h5"]
    kept += [f".a.{dead}-0123abc.tmp.h5", f".a.{dead}-0123abcd.tmp", f".a.{10**8}x-0123abcd.tmp.h5"]
    (run.path / "notes").mkdir()
    for name in (*gone, *kept[:-2], kept[-1]):
        (run.path / name).touch()
    (run.path / "seed_mine").symlink_to(elsewhere)
    (elsewhere / "recordings" / f".a.{dead}-0123abcd.tmp.h5").touch()
    with run.locked():
        pass
    assert not [name for name in gone if (run.path / name).exists()]
    assert all((run.path / name).exists() for name in (*kept[:-2], kept[-1]))
    assert len(list((elsewhere / "recordings").iterdir())) == 1


def test_files_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch):
    """A power cut leaves the old file or the new one, never an empty one."""
    done = []
    monkeypatch.setattr("os.fsync", lambda descriptor: done.append("fsync"))
    replace = os.replace
    monkeypatch.setattr("os.replace", lambda *names: (done.append("replace"), replace(*names)))
    with atomic_path(tmp_path / "a.json") as temporary:
        temporary.write_text("x")
    assert done == ["fsync", "replace", "fsync"]


def test_a_full_disk_is_named_with_the_path_and_the_way_out(toy_request, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        for write in (
            lambda: write_json_atomic(tmp_path / "a.json", {}),
            lambda: Recording({}, {}, 0.0, {}, {}, 1e-3, 1.0).save(tmp_path / "a.h5"),
            lambda: State({}).save(tmp_path / "a.h5"),
        ):
            with pytest.raises(EngramError, match=r"a\.(json|h5) cannot be written \(No space.*free some space"):
                write()
    assert list(tmp_path.iterdir()) == []


def test_what_a_full_disk_masks_is_named(one_seed, toy_request, tmp_path, monkeypatch):
    from spiking_engrams.files import disk

    def masked(*_, **__):
        try:
            raise OSError(28, "No space left on device")
        except OSError:
            raise RuntimeError("Slist already enabled?")  # noqa: B904

    monkeypatch.setattr("spiking_engrams.experiment.session.Session.run", masked)
    with pytest.raises(RunFolderError, match=r"The disk of .* is full \(RuntimeError: Slist.*--resume .* --trust"):
        execute(dataclasses.replace(toy_request, seeds=(1,)), tmp_path / "run")
    monkeypatch.setattr(disk, "_is_full", lambda path: path == tmp_path)
    with (
        pytest.raises(RunFolderError, match=r"The disk of .* is full \(IndexError"),
        disk.full_disks_named(tmp_path, "x"),
    ):
        [][0]
    monkeypatch.setattr(disk, "_is_full", lambda path: False)
    with pytest.raises(IndexError), disk.full_disks_named(tmp_path, "x"):
        [][0]


@pytest.mark.parametrize("kilobytes", [150, 250])
def test_a_run_on_a_tiny_disk_ends_in_one_sentence_and_goes_on(kilobytes, toy_request, one_seed, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    options = f"size={kilobytes}k"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a tiny file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        request = dataclasses.replace(toy_request, seeds=(1,), options={"n_trials": 2})
        (disk / "ballast").write_bytes(bytes((kilobytes - 60) * 1000))
        with pytest.raises(EngramError) as refused:
            execute(request, disk / "run")
        assert str(disk) in str(refused.value) and "space" in str(refused.value)
        left = [path for path in disk.rglob("*") if ".tmp" in path.name or not path.stat().st_size]
        assert {path.name for path in left} <= {".lock"}
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        same(resume(disk / "run", trust=True), one_seed)
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def test_a_file_that_is_open_elsewhere_is_read_or_said_to_be_open(run):
    path = run.seed(1).state_path("trial_00")
    code = f"import h5py, time; f = h5py.File({str(path)!r}, 'a'); print(1, flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    holder.stdout.readline()
    try:
        assert State.load(path).seed == 1
    finally:
        holder.kill()
        holder.communicate()


def test_file_systems_without_locks_are_not_blamed_on_others(run, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.warns(EngramWarning, match="no locks"), run.locked():
        pass


def test_neo_takes_many_neurons():
    neo = pytest.importorskip("neo")
    n = 20_000
    steps, index = np.repeat(np.arange(500), 2), np.tile([7, 3], 500)
    recording = Recording({"E": (steps, index)}, {}, 0.0, {}, {"E": n, "I": 2}, 1e-3, 1.0, label="night")
    segment = recording.to_neo().segments[0]
    trains = segment.spiketrains
    assert len(trains) == n + 2 and trains.segment is segment and trains[7].segment is segment
    for neuron in (0, 3, 7, n + 1):
        times = recording.times("E")[index == neuron] if neuron < n else []
        population, number = ("E", neuron) if neuron < n else ("I", neuron - n)
        notes = {"name": f"{population}[{number}]", "population": population, "neuron": number}
        expected = neo.SpikeTrain(times, 1.0, units="s", **notes)
        train = trains[neuron]
        assert np.array_equal(train.magnitude, expected.magnitude) and train.units == expected.units
        assert (train.t_start, train.t_stop) == (expected.t_start, expected.t_stop)
        assert (train.name, train.annotations) == (expected.name, expected.annotations)
