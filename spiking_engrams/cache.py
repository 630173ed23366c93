"""Where builds, states and calibrations are kept between runs, and how much of them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAX_BYTES = 4_000_000_000  # programs and states together; the least recently used go first
PARTIAL, FAILED = ".part", ".failed"  # ends of the names of folders that are no finished build


def cache_dir() -> Path:
    """Return the cache folder of this user.

    Returns
    -------
    pathlib.Path
        ``$SPIKING_ENGRAMS_CACHE`` if set, else ``$XDG_CACHE_HOME/spiking_engrams``, else
        ``~/.cache/spiking_engrams``. The folder is not created here.
    """
    explicit = os.environ.get("SPIKING_ENGRAMS_CACHE")
    if explicit:
        return Path(explicit)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "spiking_engrams"


def build_folder(name: str, key: str) -> Path:
    """Return the folder of a build."""
    return cache_dir() / "programs" / f"{name}-{key[:20]}"


def state_path(key: str) -> Path:
    """Return the file of a stored state."""
    return cache_dir() / "states" / f"{key[:32]}.h5"


def touch(path: Path) -> None:
    """Mark an entry as used now; not in a cache that others own."""
    with contextlib.suppress(PermissionError):
        os.utime(path)


@contextlib.contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[IO[str] | None]:
    """Hold the lock of one build, so that concurrent processes compile it once.

    Yields
    ------
    file or None
        The locked file, which a process that inherits it keeps locked; None if `wait` is False and others hold it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield None
        else:
            yield stream


@dataclass(frozen=True)
class Entry:
    """One build or state in the cache."""

    kind: str
    path: Path
    n_bytes: int
    used: float


def entries() -> list[Entry]:
    """Return what the cache holds, least recently used first."""
    found = []
    for kind in ("programs", "states", "calibration"):
        for path in sorted((cache_dir() / kind).glob("*")):
            if path.suffix == ".lock" or path.name.startswith("."):  # a dot: being written now
                continue
            try:
                found.append(Entry(kind, path, _size(path), path.stat().st_mtime))
            except FileNotFoundError:  # another process removed it meanwhile
                continue
    return sorted(found, key=lambda entry: entry.used)


def trim(keep: Path | None = None, max_bytes: int = MAX_BYTES) -> list[Entry]:
    """Remove least recently used entries until the cache is no larger than `max_bytes`; return them."""
    present = entries()
    total = sum(entry.n_bytes for entry in present)
    removed = []
    for entry in present:
        if total <= max_bytes:
            break
        if entry.path != keep and _remove(entry):
            total -= entry.n_bytes
            removed.append(entry)
    return removed


def clear() -> int:
    """Remove everything but what is being built now; return the number of bytes freed."""
    return sum(entry.n_bytes for entry in trim(max_bytes=-1))


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())


def _remove(entry: Entry) -> bool:
    """Remove an entry and return True, or leave a build that is in progress."""
    if not entry.path.is_dir():
        entry.path.unlink(missing_ok=True)
        return True
    name = entry.path.name.removesuffix(PARTIAL).removesuffix(FAILED)
    with locked(entry.path.with_name(name), wait=False) as held:
        if held:
            shutil.rmtree(entry.path, ignore_errors=True)
    return held is not None
