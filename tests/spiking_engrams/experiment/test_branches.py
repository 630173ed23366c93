"""Branches of a life side by side: in an order that a tree allows, with the outcome of one after another."""

import json
import threading
import time

import pytest
from test_living import FILE

from spiking_engrams.errors import SimulationError
from spiking_engrams.experiment.experiment import Request, execute, resume
from spiking_engrams.programs import process
from spiking_engrams.simulation.branches import walk

TREE = {1: 0, 2: 1, 3: 1, 4: 0, 5: 4}  # node -> the node before


@pytest.mark.parametrize("branches", [1, 2, 5])
def test_every_node_follows_the_one_before(branches):
    done, at_once = {0}, set()

    def work(node, place):
        assert TREE[node] in done and place not in at_once and 0 <= place < branches
        at_once.add(place)
        time.sleep(0.01)
        at_once.remove(place)
        return 10 * node

    for node, result in walk(TREE, work, branches):
        assert result == 10 * node
        done.add(node)
    assert done == {0, *TREE}


def test_branches_are_worked_on_at_the_same_time():
    meeting = threading.Barrier(2, timeout=30)
    assert sorted(node for node, _ in walk({1: 0, 2: 0}, lambda node, place: meeting.wait(), 2)) == [1, 2]


def test_an_error_ends_the_programs_of_the_others(tmp_path):
    folder = tmp_path / "program" / "code"
    folder.mkdir(parents=True)
    (folder / "main").write_text("#!/bin/sh\nexec sleep 300\n")
    (folder / "main").chmod(0o700)
    ends = []

    def work(node, place):
        if node == 1:
            return ends.append(process.ending(process.execute(folder.parent, [], None).status))
        while not process._running:
            time.sleep(0.01)
        raise SimulationError("It failed.")

    with pytest.raises(SimulationError, match=r"It failed\."):
        list(walk({1: 0, 2: 0}, work, 2))
    assert ends == ["was killed by SIGKILL (out of memory?)"]


@pytest.mark.cpp
def test_a_life_has_the_same_outcome_however_many_branches_run(tmp_path, needs_compiler):
    path = tmp_path / "own.py"
    path.write_text(FILE)
    request = Request(str(path), str(path), target="cpp")
    folders = {jobs: execute(request, tmp_path / f"{jobs}", jobs=jobs) for jobs in (1, 3)}

    def kept(folder):
        data = json.loads(folder.seed(1).metrics_path.read_text())
        return data["metrics"], [[each[name] for name in ("label", "key", "state", "kept")] for each in data["phases"]]

    assert kept(folders[1]) == kept(folders[3])
    folders[3].seed(1).metrics_path.unlink()
    folders[3].seed(1).recording_path("silent").unlink()
    assert kept(resume(folders[3].path, jobs=2, trust=True)) == kept(folders[1])


@pytest.mark.cpp
def test_an_interrupt_ends_a_life_with_branches(tmp_path, needs_compiler):
    path = tmp_path / "own.py"
    path.write_text(FILE)
    request = Request(str(path), str(path), target="cpp")

    def interrupt(event):
        if event.kind == "phase" and event.label == "silent":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(request, tmp_path / "run", jobs=2, listener=interrupt)
    assert threading.active_count() <= 2 and not process._running
    assert resume(tmp_path / "run", trust=True).complete_seeds == [1]
