"""Files that are whole or absent: atomic JSON and HDF5, checked when read. Imports no simulator."""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spiking_engrams.errors import EngramError, RunFolderError

COMPRESSION = {"compression": "lzf", "shuffle": True}
"""Fast lossless compression (h5py's own lzf after a byte shuffle), for data that are worth it."""


def from_anywhere(path: str) -> str:
    """Return a path, if one is given, such that it means the same from any folder; ``~`` is the home folder."""
    return os.path.abspath(os.path.expanduser(path)) if path else ""


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place when the block ends well, remove it otherwise.

    Parameters
    ----------
    path : path
        The file to write. Missing parent folders are made. The temporary name keeps the suffix, so that
        writers which look at it (matplotlib, NumPy) work.

    Yields
    ------
    pathlib.Path
        Where to write. Readers see the old file, then the new one, never a part of it.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    temporary = target.parent / f".{target.stem[:100]}.{token}.tmp{target.suffix}"
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def plain(value: Any) -> Any:
    """Turn `value` into what JSON has: dict with text keys, list, text, int, float, bool, None.

    NumPy scalars and arrays become numbers and lists, tuples lists, paths text. JSON has no NaN and no
    infinity: NaN becomes None (null), infinities the texts "Infinity" and "-Infinity", which `float` reads.

    Raises
    ------
    TypeError
        For anything else; the message names the type.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(
        f"{value!r} is a {type(value).__name__}, which JSON cannot hold; give numbers, texts, lists or dicts"
    )


def canonical_json(value: Any) -> str:
    """The one JSON text of `value` (sorted keys, no spaces), for digests."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write_json_atomic(path: str | os.PathLike[str], data: Any) -> None:
    """Write `data` (see `plain`) as indented JSON; the file is whole or unchanged."""
    text = json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: str | os.PathLike[str], error: type[EngramError] = RunFolderError) -> Any:
    """Read a JSON file; a missing or damaged one raises `error`, which names the file."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise error(f"there is no file {path}: check the path, or run the step that writes it") from None
    except (OSError, ValueError) as problem:
        raise error(f"{path} cannot be read as JSON ({problem}): remove it and run again") from problem


def write_hdf5_atomic(
    path: str | os.PathLike[str],
    kind: str,
    version: int,
    fill: Callable[[h5py.File], None],
    error: type[EngramError],
) -> None:
    """Write an HDF5 file through `fill(file)`, marked with its kind and format version; whole or unchanged.

    Raises
    ------
    error
        When the file cannot be written (no space, no permission, `path` is a folder).
    """
    try:
        with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
            file.attrs["kind"] = kind
            file.attrs["format_version"] = version
            fill(file)
            file.flush()
    except OSError as problem:
        raise error(f"{path} cannot be written ({problem}): check the folder, its permissions and space") from problem


@contextmanager
def open_hdf5(path: str | os.PathLike[str], kind: str, version: int, error: type[EngramError]) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading and check that it is a `kind` of format `version`.

    Raises
    ------
    error
        When the file is missing, not HDF5, truncated, of another kind or format version, or when reading it
        inside the block fails (a part is missing or damaged).
    """
    try:
        with _opened(Path(path), kind, error) as file:
            _check_format(file, path, kind, version, error)
            yield file
    except EngramError:
        raise
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as problem:
        raise error(
            f"the {kind} file {path} is truncated or damaged ({problem}): remove it and run the phase again"
        ) from problem


def _opened(path: Path, kind: str, error: type[EngramError]) -> h5py.File:
    if not path.exists():
        raise error(f"there is no {kind} file {path}: check the path, or run the phase that saves it")
    if path.is_dir():
        raise error(f"{path} is a folder, not a {kind} file: name the .h5 file inside it")
    if not h5py.is_hdf5(path):
        raise error(f"{path} is not an HDF5 file: give a {kind} saved by spiking_engrams (it ends in .h5)")
    return h5py.File(path, "r")


def _check_format(
    file: h5py.File, path: str | os.PathLike[str], kind: str, version: int, error: type[EngramError]
) -> None:
    found_kind, found_version = file.attrs.get("kind"), file.attrs.get("format_version")
    if found_kind != kind:
        found = f"a {found_kind}" if isinstance(found_kind, str) else "HDF5 of some other program"
        raise error(f"{path} holds {found}, not a {kind}: give a {kind} file saved by spiking_engrams")
    if found_version != version:
        raise error(
            f"{path} is a {kind} of format version {found_version}; this version of spiking_engrams reads "
            f"version {version}: use the version of spiking_engrams that wrote it, or run the phase again"
        )


def write_text(group: h5py.Group, name: str, text: str) -> None:
    """Store `text` of any length as a dataset (HDF5 attributes end at 64 kB)."""
    group.create_dataset(name, data=text, dtype=h5py.string_dtype())


def read_text(group: h5py.Group, name: str) -> str:
    """Read what `write_text` stored."""
    return str(group[name].asstr()[()])


def write_json_text(group: h5py.Group, name: str, value: Any) -> None:
    """Store JSON data (see `plain`) as text, in the order given."""
    write_text(group, name, json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def read_json_text(group: h5py.Group, name: str) -> Any:
    """Read what `write_json_text` stored."""
    return json.loads(read_text(group, name))


def read_array(dataset: h5py.Dataset) -> np.ndarray:
    """Read a whole dataset as a read-only array of the stored dtype and shape (0-d and empty included)."""
    array = np.empty(dataset.shape, dataset.dtype)
    if array.size:
        dataset.read_direct(array)
    array.setflags(write=False)
    return array


def frozen_array(values: Any, dtype: Any = None) -> np.ndarray:
    """`values` as a read-only C-ordered array nobody else can write to (copied unless it is one already)."""
    array = np.asarray(values, dtype=dtype)
    if array.flags.writeable or array.base is not None or not array.flags.c_contiguous:
        array = np.array(array, order="C", copy=True, subok=False)
        array.setflags(write=False)
    return array


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two C-ordered arrays agree in dtype, shape and every bit (NaN equals itself, 0.0 not -0.0)."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first is second:
        return True
    return bool(np.array_equal(first.reshape(-1).view(np.uint8), second.reshape(-1).view(np.uint8)))


def check_dataset_name(name: object, what: str, error: type[EngramError]) -> None:
    """Refuse names that HDF5 would take for a path."""
    if not isinstance(name, str) or not name or "/" in name or "\0" in name or name.strip(".") == "":
        raise error(f"{name!r} cannot name a {what}: use a text without '/', such as 'HIP.v'")
