"""Files of weights of every type, damaged ones, and numbers that are none."""

import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from networks.converted import weights
from spiking_engrams.errors import ParameterError

SIZES = {"BF16": 2, "F16": 2, "F64": 8, "F32": 4, "I8": 1, "U8": 1, "I64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
         "BOOL": 1, "C64": 8, "F4": 1, "NONSENSE": 1}  # fmt: skip


def safetensors(path, kind, data, name="c.weight", shape=None):
    """Write one array of a type that NumPy may lack."""
    shape = shape or [len(data) // SIZES[kind], 1, 1, 1]
    header = json.dumps({name: {"dtype": kind, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return str(path)


def kernel(path):
    """Return the weights of the one layer in a file."""
    (stage,) = weights.stages(weights.read(str(path), "conv c"), (4, 4))
    return stage.kernel.ravel()


def test_bfloat16_is_read_exactly(tmp_path):
    values = np.array([1.0, -2.5, 3.140625, 2.0**-126, 0.0, -1.5e38], np.float32)
    upper = (values.view(np.uint32) >> 16).astype("<u2")
    exact = (upper.astype(np.uint32) << 16).view(np.float32)
    found = kernel(safetensors(tmp_path / "w.safetensors", "BF16", upper.tobytes()))
    np.testing.assert_array_equal(found, exact)


def test_bfloat16_beside_other_types(tmp_path):
    header = json.dumps({
        "__metadata__": {"layers": "conv c"},
        "c.bias": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]},
        "c.weight": {"dtype": "BF16", "shape": [2, 1, 1, 1], "data_offsets": [4, 8]},
    }).encode()  # fmt: skip
    data = np.array([0.5, 3], "<f2").tobytes() + b"\x80\x3f\x00\xc0"
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)
    (stage,) = weights.stages(weights.read(str(tmp_path / "w.safetensors")), (4, 4))
    assert stage.kernel.ravel().tolist() == [1, -2] and stage.bias.tolist() == [0.5, 3]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int8, np.uint8, np.int64])
def test_types_of_numpy_are_read_exactly(tmp_path, kind):
    values = np.array([1, 2, 100], kind).reshape(3, 1, 1, 1)
    save_file({"c.weight": values}, str(tmp_path / "w.safetensors"))
    np.savez(tmp_path / "w.npz", **{"c.weight": values})
    for name in ("w.safetensors", "w.npz"):
        np.testing.assert_array_equal(kernel(tmp_path / name), [1, 2, 100])


@pytest.mark.parametrize("kind", ["F8_E4M3", "F8_E5M2", "F8_E8M0", "BOOL", "C64", "F4", "NONSENSE"])
def test_other_types_are_refused_with_what_to_save(tmp_path, kind):
    with pytest.raises(ParameterError, match=r"w.safetensors.*float32"):
        kernel(safetensors(tmp_path / "w.safetensors", kind, bytes(SIZES[kind])))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["c.weight", "c.bias", "c.largest"])
def test_numbers_that_are_none_are_refused_by_array_and_file(tmp_path, value, name):
    arrays = {"c.weight": np.ones((2, 1, 1, 1)), "c.bias": np.ones(2), "c.largest": np.ones(2)}
    arrays[name].flat[1] = value
    np.savez(tmp_path / "w.npz", **arrays)
    trained = weights.read(str(tmp_path / "w.npz"), "conv c")
    with pytest.raises(ParameterError, match=rf"'{name}' of '.*w.npz'.*float32"):
        weights.largest_of(trained, weights.stages(trained, (4, 4))[0])


def test_pickles_objects_and_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "objects.npz", **{"c.weight": np.array([None, 1], object)})
    with zipfile.ZipFile(tmp_path / "foreign.npz", "w") as file:
        file.writestr("c.weight", b"these are no arrays")
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps({"c.weight": 1}))
    (tmp_path / "torch.safetensors").write_bytes(pickle.dumps({"c.weight": 1}))
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as file:
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }"
        file.writestr("c.weight.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header) + 1) + header + b"\n")
    (tmp_path / "folder.npz").mkdir()
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(ParameterError, match=path.name):
            weights.read(str(path), "conv c")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from([".npz", ".safetensors"]))
def test_damaged_files_are_read_or_refused_by_name(tmp_path, data, suffix):
    path, arrays = tmp_path / f"w{suffix}", {"c.weight": np.ones((2, 1, 3, 3), np.float32)}
    np.savez(path, **arrays) if suffix == ".npz" else save_file(arrays, str(path))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        weights.read(str(path), "conv c")
    except ParameterError as error:
        assert path.name in str(error)
