"""States are exact, addressed by their content, and refuse what does not fit."""

import os
import pickle
from dataclasses import replace
from typing import Any

import h5py
import numpy as np
import pytest

from spiking_engrams.errors import StateError, UnknownNameError
from spiking_engrams.state.state import State, check_compatible


def make_state(**changes):
    rng = np.random.default_rng(1)
    values = {
        "HIP.v": rng.standard_normal(20),
        "HIP_CTX.trace": rng.standard_normal((4, 5)),
        "HIP.age": np.arange(3, dtype=np.int32),
        "HIP.on": np.array([True, False]),
        "HIP.w": np.array([np.nan, -0.0, np.inf], np.float32),
        "stress": np.array(0.3),
        "empty": np.empty((0, 2)),
        "swapped": np.array([1.5, 2.5], ">f8"),
    }
    data: dict[str, Any] = {
        "values": values,
        "circuit_digest": "c" * 64,
        "structure_digest": "s" * 64,
        "parameters": {"hippocampus": {"tau_trace": "35. s", "k": 14}, "dt": 1e-4},
        "seed": 3,
        "history": ("one", "two"),
        "time": 12.1,
        "units": {"HIP.v": "volt"},
    }
    return State(**(data | changes))


@pytest.mark.parametrize("compress", [False, True])
def test_a_round_trip_keeps_every_bit(tmp_path, compress):
    state = make_state()
    state.save(tmp_path / "new" / "state.h5", compress=compress)
    loaded = State.load(tmp_path / "new" / "state.h5")
    assert loaded.equals(state) and loaded.diff(state) == [] and loaded.key() == state.key()
    for name in ("circuit_digest", "structure_digest", "parameters", "seed", "history", "time", "units"):
        assert getattr(loaded, name) == getattr(state, name)
    for name, values in state.values.items():
        assert loaded[name].dtype == values.dtype and loaded[name].shape == values.shape
    assert os.listdir(tmp_path / "new") == ["state.h5"]


def test_equal_states_give_equal_files(tmp_path):
    for name in ("a.h5", "b.h5"):
        make_state().save(tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 4},
        {"time": 12.2},
        {"history": ("one",)},
        {"circuit_digest": "d"},
        {"parameters": {}},
        {"units": {}},
    ],
)
def test_the_key_covers_the_metadata(change):
    assert make_state(**change).key() != make_state().key()
    assert make_state(**change).equals(make_state())


def test_the_key_covers_values_names_dtype_and_shape_but_not_order():
    base = State({"a": np.zeros(4), "b": np.ones(4)})
    assert base.key() == State({"b": np.ones(4), "a": np.zeros(4)}).key()
    others = [
        State({"a": np.zeros(4), "b": np.array([1, 1, 1, 1 + 1e-16 * 3])}),
        State({"a": np.ones(4), "b": np.zeros(4)}),
        State({"a": np.zeros(4), "c": np.ones(4)}),
        State({"a": np.zeros(4, np.int64), "b": np.ones(4)}),
        State({"a": np.zeros((2, 2)), "b": np.ones(4)}),
        State({"a": -np.zeros(4), "b": np.ones(4)}),
    ]
    assert len({state.key() for state in [base, *others]}) == len(others) + 1


def test_a_state_is_shown_in_one_line():
    shown = repr(make_state())
    assert shown.startswith("<State of seed 3 at 12.1 s, after 2 phases: ") and "HIP, HIP_CTX, stress" in shown
    assert "\n" not in shown and len(shown) < 150


def test_states_do_not_change():
    source = np.zeros(3)
    state = State({"a": source})
    key = state.key()
    source[0] = 1
    assert state["a"][0] == 0
    with pytest.raises(ValueError, match="read-only"):
        state["a"][0] = 1
    assert replace(state, values={**state.values, "a": source}).key() != key
    assert pickle.loads(pickle.dumps(state)).key() == key


def test_diff_lists_what_differs_largest_first():
    first = State({"a": np.array([1.0, 2.0]), "b": np.array([np.nan, 0.0]), "c": np.zeros(2), "d": np.zeros(1)})
    second = State({"a": np.array([1.0, 2.5]), "b": np.array([np.nan, 3.0]), "c": -np.zeros(2), "e": np.zeros(1)})
    assert first.diff(second) == [("d", np.inf), ("e", np.inf), ("b", 3.0), ("a", 0.5), ("c", 0.0)]
    assert State({"a": np.array([np.nan])}).diff(State({"a": np.zeros(1)})) == [("a", np.inf)]
    assert State({"a": np.zeros(1)}).diff(State({"a": np.zeros(2)})) == [("a", np.inf)]
    assert State({"a": np.array([True])}).diff(State({"a": np.array([False])})) == [("a", 1.0)]


def test_equals_can_be_limited_to_names():
    first, second = State({"a": np.zeros(1), "b": np.zeros(1)}), State({"a": np.zeros(1), "b": np.ones(1)})
    assert first.equals(second, ["a"]) and not first.equals(second, ["b"]) and not first.equals(second)
    assert not first.equals(State({"a": np.zeros(1)}))
    with pytest.raises(UnknownNameError):
        first.equals(second, ["nothing"])


def test_bad_content_is_refused():
    with pytest.raises(StateError, match="without '/'"):
        State({"a/b": np.zeros(1)})
    with pytest.raises(StateError, match="dtype"):
        State({"a": np.array(["text"])})
    with pytest.raises(StateError, match="units names 'b'"):
        State({"a": np.zeros(1)}, units={"b": "volt"})
    with pytest.raises(UnknownNameError, match=r"HIP\.v"):
        make_state()["HIP.V"]


def test_files_that_are_no_state_are_refused(tmp_path):
    path = tmp_path / "state.h5"
    with pytest.raises(StateError, match="there is no state file"):
        State.load(path)
    with pytest.raises(StateError, match="is a folder"):
        State.load(tmp_path)
    path.write_text("hello")
    with pytest.raises(StateError, match="not an HDF5 file"):
        State.load(path)
    path.write_bytes(b"")
    with pytest.raises(StateError, match="not an HDF5 file"):
        State.load(path)


@pytest.mark.parametrize("fraction", [0.05, 0.5, 0.98])
def test_truncated_files_are_refused(tmp_path, fraction):
    path = tmp_path / "state.h5"
    make_state().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * fraction)])
    with pytest.raises(StateError, match="truncated or damaged"):
        State.load(path)


def test_altered_and_incomplete_files_are_refused(tmp_path):
    path = tmp_path / "state.h5"
    make_state().save(path)
    with h5py.File(path, "r+") as file:
        file["values/HIP.v"][0] += 1
    with pytest.raises(StateError, match="altered or damaged"):
        State.load(path)
    make_state().save(path)
    with h5py.File(path, "r+") as file:
        del file["metadata"]
    with pytest.raises(StateError, match="truncated or damaged"):
        State.load(path)
    make_state().save(path)
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 99
    with pytest.raises(StateError, match="format version 99"):
        State.load(path)


def test_check_compatible_says_what_differs():
    state = make_state()
    check_compatible(state, "c" * 64, {})
    with pytest.raises(StateError, match=r"hippocampus\.k: 14 in the state, 15 in the circuit") as caught:
        check_compatible(state, "d", {"hippocampus": {"tau_trace": "35. s", "k": 15}, "dt": 1e-4, "new": 1})
    assert "new: absent in the state, 1 in the circuit" in str(caught.value)
    assert "tau_trace" not in str(caught.value)
    with pytest.raises(StateError, match="parameters agree, but not the circuit"):
        check_compatible(state, "d", state.parameters)
