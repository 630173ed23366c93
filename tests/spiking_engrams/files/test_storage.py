"""Atomic writing, and errors that say what is wrong with a file."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from spiking_engrams.errors import RunFolderError, StateError
from spiking_engrams.files.storage import (
    atomic_path,
    open_hdf5,
    read_json,
    read_text,
    write_hdf5_atomic,
    write_json_atomic,
    write_text,
)
from spiking_engrams.values.json_data import canonical_json, plain


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "data.json"
    write_json_atomic(path, {"a": 1})
    with pytest.raises(TypeError, match="object"):
        write_json_atomic(path, {"a": object()})
    with pytest.raises(ZeroDivisionError), atomic_path(path) as temporary:
        temporary.write_text("half")
        1 / 0  # noqa: B018
    assert read_json(path) == {"a": 1}
    assert os.listdir(tmp_path) == ["data.json"]


def test_atomic_path_makes_folders_and_keeps_the_suffix(tmp_path):
    with atomic_path(tmp_path / "deep" / "figure.png") as temporary:
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"x")
    assert (tmp_path / "deep" / "figure.png").read_bytes() == b"x"


def test_json_takes_numpy_and_stays_strict(tmp_path):
    data = {
        "i": np.int64(3),
        "f": np.float32(0.5),
        "a": np.array([1.0, np.nan]),
        "t": (True, None),
        1: np.inf,
    }
    write_json_atomic(tmp_path / "x.json", data)

    def refuse(text):
        raise AssertionError(text)

    read = json.loads((tmp_path / "x.json").read_text(), parse_constant=refuse)
    assert read == {"i": 3, "f": 0.5, "a": [1.0, None], "t": [True, None], "1": "Infinity"}
    assert read == plain(data)
    assert canonical_json({"b": 1, "a": 2}) == canonical_json({"a": 2, "b": 1}) == '{"a":2,"b":1}'


def test_floats_survive_json_exactly(tmp_path):
    values = np.random.default_rng(1).standard_normal(100) * 1e-12
    write_json_atomic(tmp_path / "x.json", values)
    assert np.array_equal(read_json(tmp_path / "x.json"), values)


def test_json_errors_name_the_file(tmp_path):
    with pytest.raises(RunFolderError, match=r"no file .*missing.json"):
        read_json(tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(StateError, match=r"bad.json cannot be read as JSON"):
        read_json(tmp_path / "bad.json", StateError)


def test_hdf5_write_to_an_impossible_place_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        write_hdf5_atomic(tmp_path / "file" / "x.h5", "state", 1, lambda file: None, StateError)


def test_long_texts_fit(tmp_path):
    text = "é" * 200_000
    write_hdf5_atomic(tmp_path / "x.h5", "state", 1, lambda file: write_text(file, "text", text), StateError)
    with open_hdf5(tmp_path / "x.h5", "state", 1, StateError) as file:
        assert read_text(file, "text") == text


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"kind": "recording", "format_version": 1}, "holds a recording, not a state"),
        ({"kind": "state", "format_version": 7}, "format version 7; .* reads version 1"),
        ({}, "HDF5 data of another program"),
    ],
)
def test_other_kinds_and_versions_are_refused(tmp_path, attributes, message):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs.update(attributes)
    with (
        pytest.raises(StateError, match=message),
        open_hdf5(tmp_path / "x.h5", "state", 1, StateError),
    ):
        pass


def test_a_full_disk_does_not_crash_python_at_its_end(tmp_path):
    """An error that lives on with the frames that it passed through, as those of a command do."""
    code = (
        "import resource, signal\n"
        "from spiking_engrams.errors import StateError\n"
        "from spiking_engrams.files.storage import write_hdf5_atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "def kept():\n"
        "    try:\n"
        f"        write_hdf5_atomic({str(tmp_path / 'x.h5')!r}, 'state', 1, lambda file: None, StateError)\n"
        "    except StateError as error:\n"
        "        cycle = [error]\n"
        "        cycle.append(cycle)\n"
        "        print(error)\n"
        "kept()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.getcwd()}, capture_output=True, text=True
    )
    assert done.returncode == 0 and "free some space" in done.stdout, done
