"""Sessions that remember, runs that go on where they stopped, seeds as processes."""

import dataclasses
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from brian2 import Network
from places import ROOT

from spiking_engrams.errors import EngramError, RunFolderError, SimulationError
from spiking_engrams.experiment.deferred import DeferredState
from spiking_engrams.experiment.experiment import Request, execute, make_circuit, prepare, resume
from spiking_engrams.experiment.protocol import load_protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.state.state import State

pytestmark = pytest.mark.usefixtures("numpy_runtime")


@pytest.fixture(scope="module")
def simulation(toy_request):
    return prepare(toy_request).simulation()


@pytest.fixture
def session_of(simulation, toy, tmp_path):
    """Make sessions of seed 1 in one folder, and count the phases that they simulate."""

    def make():
        events = []
        session = Session(simulation, SeedFolder(tmp_path / "seed", 1), toy.Options(), listener=events.append)
        session.simulated = lambda: [event.label for event in events if event.kind == "phase"]
        return session

    return make


def live(session, toy, keep, n=3):
    state = None
    for i in range(n):
        state, _ = session.run(f"trial_{i}", toy.trial(i), state, keep=keep)
    return state


def test_phases_are_remembered_and_their_states_equal(session_of, toy):
    first = session_of()
    state = live(first, toy, keep=True)
    assert first.simulated() == ["trial_0", "trial_1", "trial_2"]
    second = session_of()
    again = live(second, toy, keep=True)
    assert second.simulated() == []
    assert isinstance(again, DeferredState) and not again.fetched
    assert again.key() == state.key() and again.history == state.history and again.time == state.time
    assert again.equals(state) and again.units == state.units


def test_a_state_that_was_not_kept_is_simulated_again_only_when_read(session_of, toy, tmp_path):
    state = live(session_of(), toy, keep=False)
    assert not list((tmp_path / "seed").rglob("states/*.h5"))
    session = session_of()
    again = live(session, toy, keep=False)
    assert session.simulated() == []
    runs = session.simulation.cost.run_s
    assert again.equals(state)
    assert session.simulation.cost.run_s > runs
    successor, _ = session.run("more", toy.trial(5), again)
    reference, _ = session.simulation.run(toy.trial(5), state)
    assert successor.equals(reference)


def test_an_interrupted_seed_goes_on_from_its_checkpoint(session_of, toy, monkeypatch):
    monkeypatch.setattr("spiking_engrams.experiment.lineage.CHECKPOINT_S", 0.0)

    def lives(session):
        state = live(session, toy, keep=False, n=2)
        for number in (8, 9):  # the checkpoint is the state of the life that goes on, not that after a test
            session.run(f"test_{number}", toy.trial(number), state, keep=False)
        return state

    state = lives(session_of())
    session = session_of()
    assert session.folder.checkpoint_path.exists()
    again = lives(session)
    before = session.simulation.cost.run_s
    assert again.equals(state) and session.simulation.cost.run_s == before
    session.finish()
    assert not session.folder.checkpoint_path.exists() and session.folder.complete


def test_a_deferred_state_can_be_copied_and_saved(session_of, toy, tmp_path):
    live(session_of(), toy, keep=True)
    state = live(session_of(), toy, keep=True)
    copy = dataclasses.replace(state, seed=7)
    assert type(copy) is State and copy.seed == 7 and copy.equals(state)
    state.save(tmp_path / "state.h5")
    assert State.load(tmp_path / "state.h5").key() == state.key()


def test_another_phase_or_start_under_the_same_label_is_simulated(session_of, toy):
    session_of().run("trial", toy.trial(1))
    session = session_of()
    session.run("trial", toy.trial(2))
    assert session.simulated() == ["trial"]
    with pytest.raises(RunFolderError, match="each its own label"):
        session.run("trial", toy.trial(2))


def test_a_damaged_recording_counts_as_not_run(session_of, toy):
    session = session_of()
    _, recording = session.run("trial", toy.trial(1))
    path = session.folder.recording_path("trial")
    path.write_bytes(path.read_bytes()[:700])
    again = session_of()
    assert again.run("trial", toy.trial(1))[1].equals(recording, metadata=False)
    assert again.simulated() == ["trial"]


def test_a_failing_phase_leaves_no_file(session_of, toy, monkeypatch):
    session = session_of()

    def fail(*_, **__):
        raise SimulationError("it diverged")

    monkeypatch.setattr(session.simulation, "run", fail)
    with pytest.raises(SimulationError, match="diverged"):
        session.run("trial", toy.trial(1))
    assert not [path for path in session.folder.path.rglob("*") if path.is_file()]


def test_an_interrupt_within_a_phase_is_not_taken_for_its_end(session_of, toy):
    """Brian2's own handler would stop the run early, and half a phase would be remembered as a whole one."""
    session = session_of()
    finished = threading.Event()

    def interrupt_once_running():
        while not Network._globally_running and not finished.is_set():
            time.sleep(0.001)
        if not finished.is_set():
            time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt_once_running)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            session.run("long", Phase("long", 60, {"drive": 2.0}))
    finally:
        finished.set()
        thread.join()
    assert not list(session.folder.path.rglob("*.h5"))
    # the next attempt is the whole phase
    again = session_of()
    _, recording = again.run("long", Phase("long", 60, {"drive": 2.0}))
    assert again.simulated() == ["long"] and recording.spikes["E"][0].max() > 500


def test_generators_differ_by_purpose_only(session_of):
    first, second = session_of(), session_of()
    assert first.rng("a").random() == second.rng("a").random() != first.rng("b").random()


def test_series_must_fit(session_of):
    with pytest.raises(RunFolderError, match="two arrays"):
        session_of().series("s", [1, 2], [1, 2, 3])


def test_pretraining_is_reused_by_later_runs(toy_run, toy_request, tmp_path):
    later = execute(dataclasses.replace(toy_request, seeds=(1,)), tmp_path / "later")
    assert [each["seed"] for each in later.reused_states()] == [1]
    assert later.metric("last_rate")[0] == toy_run.metric("last_rate")[0]
    fresh = execute(dataclasses.replace(toy_request, seeds=(1,), fresh=True), tmp_path / "fresh")
    assert fresh.reused_states() == [] and fresh.metric("trace")[0] == toy_run.metric("trace")[0]


def test_pretraining_has_a_bar_for_each_phase(session_of, toy):
    session = session_of()
    session._fresh = True
    session.pretrained([toy.trial(0), toy.REST])
    assert session.simulated() == ["pretraining: trial", "pretraining: rest"]


def test_numbers_of_short_phases_are_remembered_with_their_cost(session_of, toy):
    asked = []

    def number(session, state):
        def compute():
            after, _ = session.explore(toy.trial(0), state)
            asked.append(after.time)
            return after.time

        return session.once("time after a trial", state, compute)

    first = session_of()
    state = first.simulation.initial_state(1)
    value = number(first, state)
    second = session_of()
    assert number(second, state) == value and len(asked) == 1
    assert second._spent.biological_s == first._spent.biological_s > 0
    assert first.simulated() == ["trial"] and second.simulated() == []
    later, _ = first.explore(toy.REST, state)
    assert number(second, later) > value and len(asked) == 2  # another state is another number
    second.folder.values_path.write_text("damaged")
    assert number(session_of(), state) == value and len(asked) == 3
    third = session_of()
    third.finish()
    assert not third.folder.values_path.exists()


def test_resume_runs_only_what_is_missing(toy_request, toy_run, tmp_path, monkeypatch):
    folder = execute(toy_request, tmp_path / "run")
    before = folder.recording(1, "trial_00").meta
    (folder.seed(2).metrics_path).unlink()
    folder.seed(2).recording_path("trial_02").unlink()
    events = []
    again = resume(folder.path, listener=events.append, trust=True)
    begun = [(e.seed, e.label) for e in events if e.kind == "phase"]
    assert begun == [(2, "trial_01"), (2, "trial_02")]  # the state after trial_01 was not kept
    assert again.recording(1, "trial_00").meta == before
    for name in ("last_rate", "trace"):
        np.testing.assert_array_equal(again.metric(name), toy_run.metric(name))
    assert again.summary["cost"]["biological_s"] == pytest.approx(folder.summary["cost"]["biological_s"], rel=0.4)


def test_changed_parameters_and_options_reach_the_run(toy_request, tmp_path):
    request = dataclasses.replace(
        toy_request, seeds=(3,), parameters={"cells": {"noise": 0.0}}, options={"n_trials": 1}
    )
    folder = execute(request, tmp_path / "run")
    assert folder.info["request"]["parameters"]["cells"] == {"tau": "0.02*second", "noise": 0.0}
    assert folder.seed(3).labels() == ["trial_00"]
    assert np.ptp(folder.recording(3, "trial_00").rate("E")) == 0  # without noise all cells do the same


def test_figures_that_fail_lose_nothing(toy_request, tmp_path, monkeypatch):
    def broken(folder):
        raise ValueError("no such curve")

    experiment = prepare(toy_request)
    protocol = dataclasses.replace(experiment.protocol, figures=broken)
    monkeypatch.setattr("spiking_engrams.experiment.experiment.load_protocol", lambda _: protocol)
    with pytest.raises(RunFolderError, match="ValueError: no such curve.*engrams report"):
        execute(dataclasses.replace(toy_request, seeds=(1,)), tmp_path / "run")
    assert RunFolder(tmp_path / "run").summary["seeds"] == [1]
    assert (tmp_path / "run" / "report.html").exists()


def test_files_that_are_no_protocol_or_network(tmp_path):
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(EngramError, match="contains no protocol"):
        load_protocol(str(tmp_path / "empty.py"))
    with pytest.raises(EngramError, match="contains no network"):
        make_circuit(str(tmp_path / "empty.py"))
    with pytest.raises(EngramError, match="There is no Python file"):
        load_protocol(str(tmp_path / "missing.py"))


def test_a_request_survives_json(toy_run):
    request = Request.from_info(toy_run.info)
    assert request.seeds == (1, 2) and request.parameters["cells"]["noise"] == 0.5


@pytest.mark.slow
def test_seeds_as_processes_give_what_one_process_gives(toy_request, toy_run, tmp_path):
    events = []
    folder = execute(toy_request, tmp_path / "run", jobs=2, listener=events.append)
    np.testing.assert_array_equal(folder.metric("trace"), toy_run.metric("trace"))
    assert {event.seed for event in events if event.kind == "seed"} == {1, 2}


@pytest.mark.slow
def test_an_interrupt_ends_the_workers(toy_request, tmp_path):
    def interrupt(event):
        if event.kind == "phase":  # from a worker
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(toy_request, tmp_path / "run", jobs=2, listener=interrupt)
    assert multiprocessing.active_children() == []
    assert RunFolder(tmp_path / "run").info["status"] == "running"


@pytest.mark.slow
@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(signal_number, toy_path, tmp_path):
    pause, run = tmp_path / "pause", tmp_path / "run"
    pause.touch()
    process = start_run(toy_path, run, pause, jobs=2)
    wait_for(process, run / "seed_0001/metrics.json", run / "seed_0002/recordings/trial_00.h5")
    workers = children_of(process.pid)
    assert len(workers) >= 2
    process.send_signal(signal_number)
    process.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while any(is_alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_an_error_in_a_worker_reaches_the_parent(toy_request, tmp_path):
    request = dataclasses.replace(toy_request, options={"failing_seed": 2})
    with pytest.raises(EngramError, match="seed 2 fails"):
        execute(request, tmp_path / "run", jobs=2)
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "run" / "summary.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupt_keeps_what_is_done_and_resume_goes_on(jobs, toy_path, toy_run, tmp_path):
    pause, run = tmp_path / "pause", tmp_path / "run"
    pause.touch()
    process = start_run(toy_path, run, pause, jobs)
    wait_for(process, run / "seed_0001/metrics.json", run / "seed_0002/recordings/trial_00.h5")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole group
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert said.strip().splitlines()[-1] == f"engrams: interrupted; continue with `engrams run --resume {run} --trust`."
    assert "Traceback" not in said, said
    pause.unlink()
    folder = resume(run, trust=True)
    np.testing.assert_array_equal(folder.metric("trace"), toy_run.metric("trace"))


def start_run(toy_path, run, pause, jobs):
    """Start the command for two seeds, the second of which waits while there is a file `pause`."""
    command = [sys.executable, "-c", "from spiking_engrams.command.cli import main; main()", "run", str(toy_path)]
    command += ["--target", "runtime", "--seeds", "2", "--jobs", str(jobs), "--out", str(run)]
    command += ["--set", f"protocol.pause_file={pause}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=pause.parent, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for(process, *paths):
    deadline = time.monotonic() + 60
    while not all(path.exists() for path in paths):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.1)


def children_of(pid):
    """Return ids of the worker processes of a process (Linux)."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        pytest.skip("needs /proc to find child processes")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
