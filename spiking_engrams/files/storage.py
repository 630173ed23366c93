"""JSON and HDF5 files, written atomically and checked when read. Imports no simulator."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.files.hdf5_checks import attribute, check_contents, is_hdf5
from spiking_engrams.values.json_data import canonical_json, is_intact, parsed_json, plain, sealed
from spiking_engrams.values.plain import file_path

COMPRESSION = {"compression": "lzf", "shuffle": True}
"""Fast lossless compression (h5py's own lzf after a byte shuffle), for data that benefit from it."""
CHUNK = 1 << 20  # bytes written at a time
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def from_anywhere(path: str) -> str:
    """Return a path as an absolute path, with ``~`` for the home folder; an empty one stays empty."""
    return os.path.abspath(os.path.expanduser(path)) if path else ""


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; move it into place if the block succeeds, remove it otherwise.

    Parameters
    ----------
    path : path
        The file to write. Missing parent folders are created. The temporary name keeps the suffix, on which
        some writers rely (matplotlib, NumPy).

    Yields
    ------
    pathlib.Path
        Where to write. Readers see either the old or the new file, never a partial one, even after a power cut.

    Raises
    ------
    OSError
        If the file cannot be written; the error names `path`.
    """
    target = Path(path)
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    temporary = target.parent / f".{target.stem[:100]}.{token}.tmp{target.suffix}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        to_disk(temporary)
        os.replace(temporary, target)
        with contextlib.suppress(OSError):  # some file systems do not support this for folders
            to_disk(target.parent)
    except OSError as problem:
        if problem.errno is None or problem.filename not in (None, str(temporary)):
            raise
        raise OSError(problem.errno, problem.strerror, str(target)) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: str | os.PathLike[str], problem: OSError, error: type[EngramError]) -> EngramError:
    """Return the error for a file that cannot be written, which says what to do."""
    reason = problem.strerror or str(problem)
    if problem.errno in FULL:
        return error(f"{path} cannot be written ({reason}): free some space there, then continue with --resume")
    return error(f"{path} cannot be written ({reason}): check the folder, its permissions and space")


def write_json_atomic(
    path: str | os.PathLike[str], data: Any, error: type[EngramError] = RunFolderError, seal: bool = False
) -> None:
    """Write `data` (see `plain`) atomically as indented JSON, with their digest if `seal` is True.

    Raises
    ------
    error
        When the file cannot be written.
    """
    try:
        data = plain(sealed(data) if seal else data)
        text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
        text.encode()
    except UnicodeEncodeError as problem:
        found = problem.object[max(0, problem.start - 40) : problem.end + 40]
        raise error(f"{path} cannot hold {found!r}, which is not Unicode: rename files with such names") from None
    write_text_atomic(path, text + "\n", error)


def write_text_atomic(path: str | os.PathLike[str], text: str, error: type[EngramError] = RunFolderError) -> None:
    """Write a text atomically in UTF-8; raise `error` if the file cannot be written."""
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as problem:
        raise cannot_write(path, problem, error) from problem


def read_json(path: str | os.PathLike[str], error: type[EngramError] = RunFolderError) -> Any:
    """Read a JSON file; raise `error`, which names the file, if it is missing or damaged."""
    if not Path(path).is_file():
        raise error(f"there is no file {path}: check the path, or run the step that writes it")
    try:
        return parsed_json(Path(path).read_text(encoding="utf-8-sig"))
    except PermissionError as problem:
        raise error(f"{path} cannot be read ({problem.strerror}): check its permissions") from problem
    except (OSError, ValueError, RecursionError, MemoryError) as problem:
        raise error(f"{path} cannot be read as JSON ({problem}): remove it and run again") from problem


def read_sealed(path: str | os.PathLike[str], version: int, way_out: str) -> dict[str, Any]:
    """Read a JSON object of a format version and check it against its digest, if it has one.

    Raises
    ------
    RunFolderError
        When it is missing, damaged, changed, or of another version; `way_out` says what to do.
    """
    data = read_versioned(path, version, way_out)
    if not is_intact(data):
        raise RunFolderError(
            f"{path} was changed or damaged since it was written (its digest does not match): {way_out}"
        )
    return data


def read_versioned(path: str | os.PathLike[str], version: int, way_out: str) -> dict[str, Any]:
    """Read a JSON object of a format version; like `read_sealed`, but without checking its digest."""
    data = read_json(path)
    found = data.get("format_version") if isinstance(data, dict) else None
    if found is None:
        raise RunFolderError(f"{path} is damaged (it has no format version): {way_out}")
    if isinstance(found, bool) or found != version:
        raise RunFolderError(
            f"{path} has format version {found!r:.20}; this version of spiking_engrams reads {version}: use the "
            "version that wrote it, or run the protocol again."
        )
    return dict(data)


def write_hdf5_atomic(
    path: str | os.PathLike[str],
    kind: str,
    version: int,
    fill: Callable[[h5py.File], None],
    error: type[EngramError],
) -> None:
    """Write an HDF5 file atomically through `fill(file)`, marked with its kind and format version.

    Raises
    ------
    error
        When the file cannot be written (no space, no permission, `path` is a folder).
    """
    path = file_path(path, f"The {kind} file", error)
    content = io.BytesIO()  # HDF5 itself does not survive a full disk
    with h5py.File(content, "w") as file:
        file.attrs["kind"] = kind
        file.attrs["format_version"] = version
        fill(file)
    content.seek(0)
    try:
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            # in chunks: a view of the whole buffer, kept alive by an error, would crash Python at exit
            shutil.copyfileobj(content, stream, CHUNK)
    except OSError as problem:
        raise cannot_write(path, problem, error) from problem


@contextmanager
def open_hdf5(path: str | os.PathLike[str], kind: str, version: int, error: type[EngramError]) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading and check that it is a `kind` of format `version` and written by us.

    Raises
    ------
    error
        When the file is missing, not HDF5, truncated, of another kind or format version, holds what such a
        file never holds (`hdf5_checks`), or when reading it inside the block fails (a part is missing or damaged).
    """
    path = file_path(path, f"The {kind} file", error)
    try:
        with _opened(path, kind, error) as file:
            _check_format(file, path, kind, version, error)
            check_contents(file, os.path.getsize(path))
            yield file
    except error:
        raise
    except PermissionError as problem:
        raise error(f"the {kind} file {path} cannot be read (permission denied): check its permissions") from problem
    except MemoryError as problem:
        raise error(f"the {kind} file {path} needs more memory than available: read it on another machine") from problem
    except Exception as problem:
        raise error(
            f"the {kind} file {path} is truncated or damaged ({problem}): unless another program is writing it, "
            "remove it and run the phase again"
        ) from problem


def _opened(path: Path, kind: str, error: type[EngramError]) -> h5py.File:
    if not path.exists():
        raise error(f"there is no {kind} file {path}: check the path, or run the phase that saves it")
    if path.is_dir():
        raise error(f"{path} is a folder, not a {kind} file: name the .h5 file inside it")
    if not path.is_file() or not is_hdf5(path):
        raise error(f"{path} is not an HDF5 file: give a {kind} saved by spiking_engrams (it ends in .h5)")
    return h5py.File(path, "r", locking=False)  # files are replaced, never changed, and checked by their digests


def _check_format(
    file: h5py.File, path: str | os.PathLike[str], kind: str, version: int, error: type[EngramError]
) -> None:
    found_kind, found_version = attribute(file, "kind"), attribute(file, "format_version")
    if found_kind != kind:
        found = f"a {found_kind}" if isinstance(found_kind, str) else "HDF5 data of another program"
        raise error(f"{path} holds {found}, not a {kind}: give a {kind} file saved by spiking_engrams")
    if found_version != version:
        raise error(
            f"{path} is a {kind} of format version {found_version}; this version of spiking_engrams reads "
            f"version {version}: use the version of spiking_engrams that wrote it, or run the phase again"
        )


def write_text(group: h5py.Group, name: str, text: str) -> None:
    """Store `text` of any length as a dataset (HDF5 attributes are limited to 64 kB)."""
    group.create_dataset(name, data=text, dtype=h5py.string_dtype())


def read_text(group: h5py.Group, name: str) -> str:
    """Read what `write_text` stored."""
    return str(group[name].asstr()[()])


def write_json_text(group: h5py.Group, name: str, value: Any) -> None:
    """Store JSON data (see `plain`) as text, in the order given."""
    write_text(group, name, json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def read_json_text(group: h5py.Group, name: str) -> Any:
    """Read what `write_json_text` stored."""
    return parsed_json(read_text(group, name))


def read_array(dataset: h5py.Dataset) -> np.ndarray:
    """Read a whole dataset as a read-only array of the stored dtype and shape (0-d and empty included)."""
    array = np.empty(dataset.shape, dataset.dtype)
    if array.size:
        dataset.read_direct(array)
    array.setflags(write=False)
    return array


def content_digest(metadata: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """Return the BLAKE2b digest of JSON data and arrays (names, dtypes, shapes, bytes), as 64 hexadecimal digits."""
    digest = hashlib.blake2b(canonical_json(metadata).encode(), digest_size=32)
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8))
    return digest.hexdigest()


def check_dataset_name(name: object, what: str, error: type[EngramError]) -> None:
    """Reject names that HDF5 would read as a path."""
    if not isinstance(name, str) or not name or "/" in name or "\0" in name or name.strip(".") == "":
        raise error(f"{name!r} cannot name a {what}: use a text without '/', such as 'HIP.v'")
