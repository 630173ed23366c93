"""Arrays and texts in a file of weights, ``.npz`` or ``.safetensors``, by name."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from spiking_engrams.errors import ParameterError

Held = tuple[dict[str, np.ndarray], dict[str, str]]


def read_file(file: Path) -> Held:
    """Return the arrays that a file holds, and its texts, by name.

    Types that NumPy lacks are read exactly if a NumPy type holds all their values (bfloat16 as float32).

    Raises
    ------
    ParameterError
        If the file does not exist, is damaged, or holds anything but plain arrays of numbers; the message names it.
    """
    if file.suffix.lower() not in READERS or not file.is_file():
        raise ParameterError(f"Weights '{file}': there is no such file ending in {' or '.join(READERS)}.")
    try:
        return READERS[file.suffix.lower()](file)
    except Exception as error:  # of any kind: a damaged file can fail in many places
        reason = str(error) or type(error).__name__
        raise ParameterError(
            f"Weights '{file}' cannot be read ({reason}); save them again, as plain arrays of float32."
        ) from error


def _npz(file: Path) -> Held:
    if not zipfile.is_zipfile(file):
        raise ValueError("it is not an .npz file, as written by np.savez")
    with np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # NumPy returns the bytes of anything that is not an array
            raise ValueError(f"'{name}' in it is not a NumPy array")
    texts = {name: str(array) for name, array in arrays.items() if array.dtype.kind == "U"}
    return {name: array for name, array in arrays.items() if name not in texts}, texts


def _safetensors(file: Path) -> Held:
    from safetensors import safe_open

    with safe_open(str(file), "numpy") as stored:
        kinds = {name: stored.get_slice(name).get_dtype() for name in stored.keys()}
        texts = stored.metadata() or {}
        without = sorted(name for name, kind in kinds.items() if kind[0] == "F" and kind not in ("F64", "F32", "F16"))
        if without:
            raise ValueError(f"'{without[0]}' is of type {kinds[without[0]]}, which is not supported")
        arrays = {name: stored.get_tensor(name) for name, kind in kinds.items() if kind != "BF16"}
    return arrays | _bfloat16(file, [name for name, kind in kinds.items() if kind == "BF16"]), texts


def _bfloat16(file: Path, names: list[str]) -> dict[str, np.ndarray]:
    """Return arrays that NumPy has no type for: the upper half of each float32. The file has been checked."""
    found = {}
    with file.open("rb") as stored:
        n_header = int.from_bytes(stored.read(8), "little")
        header: Mapping[str, dict] = json.loads(stored.read(n_header))
        for name in names:
            begin, end = header[name]["data_offsets"]
            stored.seek(8 + n_header + begin)
            upper = np.frombuffer(stored.read(end - begin), "<u2").astype(np.uint32)
            found[name] = (upper << 16).view(np.float32).reshape(header[name]["shape"])
    return found


READERS: dict[str, Callable[[Path], Held]] = {".npz": _npz, ".safetensors": _safetensors}
