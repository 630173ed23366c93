"""The cache of builds, states and calibrations between runs: where it is, and how large it gets."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from spiking_engrams.errors import BuildError, EngramError
from spiking_engrams.files import locks
from spiking_engrams.files.ownership import stranger

MAX_BYTES = 4_000_000_000  # programs and states together; the least recently used are removed first
PARTIAL, FAILED, OLD = ".part", ".failed", ".old"  # suffixes of folders that are not finished builds
FOLDER, TRUST = "SPIKING_ENGRAMS_CACHE", "SPIKING_ENGRAMS_CACHE_TRUST"  # environment variables
BUILDING, USING = ".lock", ".use"  # suffixes of lock files
KINDS = ("programs", "states", "calibration")


def cache_dir() -> Path:
    """Return the cache folder of this user.

    Returns
    -------
    pathlib.Path
        ``$SPIKING_ENGRAMS_CACHE`` if set, else ``$XDG_CACHE_HOME/spiking_engrams``, else
        ``~/.cache/spiking_engrams``; ``~`` is the home folder. The folder is not created here.

    Raises
    ------
    BuildError
        If there is no home folder and no other folder is set.
    """
    explicit, base = os.environ.get(FOLDER), os.environ.get("XDG_CACHE_HOME")
    folder = Path(os.path.expanduser(explicit or (f"{base}/spiking_engrams" if base else "~/.cache/spiking_engrams")))
    if str(folder).startswith("~"):
        raise BuildError(
            f"There is no home folder for '{folder}', where programs and states are kept: set {FOLDER} to a "
            "writable folder."
        )
    return folder.absolute()


def build_folder(name: str, key: str) -> Path:
    """Return the folder of a build, or this user's own one if somebody else may have written the usual one."""
    folder = cache_dir() / "programs" / f"{name}-{key[:20]}"
    if folder.exists() and not is_trusted(folder):
        return folder.with_name(f"{folder.name}-{os.geteuid()}")
    return folder


def state_path(key: str) -> Path:
    """Return the file of a stored state."""
    return cache_dir() / "states" / f"{key[:32]}.h5"


def is_trusted(path: Path) -> bool:
    """Return whether an entry can be used: only this user (or root) can have written it, or others are trusted.

    ``SPIKING_ENGRAMS_CACHE_TRUST=1`` trusts everybody who can write to the cache.
    """
    return os.environ.get(TRUST, "") not in ("", "0") or not stranger(path)


def touch(path: Path) -> None:
    """Mark an entry as used now, if it is writable."""
    with contextlib.suppress(OSError):
        os.utime(path)


@contextlib.contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[IO[bytes] | None]:
    """Hold the lock of one build, so that concurrent processes compile it once.

    Yields
    ------
    file or None
        The locked file, which stays locked in a process that inherits it; None if `wait` is False and others hold it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locks.locked(folder.with_name(folder.name + BUILDING), wait=wait) as held:
        yield held


def use(folder: Path) -> contextlib.AbstractContextManager[IO[bytes] | None]:
    """Return a context that protects a program from removal while in use; it does nothing in a read-only cache."""
    return _unless_read_only(locks.locked(folder.with_name(folder.name + USING), shared=True, needed=False))


@contextlib.contextmanager
def _unless_read_only(lock: contextlib.AbstractContextManager[IO[bytes] | None]) -> Iterator[IO[bytes] | None]:
    with contextlib.ExitStack() as stack:
        held = None
        with contextlib.suppress(OSError):  # nothing is removed from a read-only cache
            held = stack.enter_context(lock)
        yield held


@dataclass(frozen=True)
class Entry:
    """One build or state in the cache."""

    kind: str
    path: Path
    n_bytes: int
    used: float


def entries() -> list[Entry]:
    """Return the entries of the cache, least recently used first."""
    found = []
    for kind in KINDS:
        for path in sorted((cache_dir() / kind).glob("*")):
            if path.suffix in (BUILDING, USING) or path.name.startswith("."):  # a dot: being written now
                continue
            try:
                found.append(Entry(kind, path, _size(path), path.stat().st_mtime))
            except OSError:  # another process removed it meanwhile, or it belongs to another user
                continue
    return sorted(found, key=lambda entry: entry.used)


def trim(
    keep: Path | None = None, max_bytes: int = MAX_BYTES, wanted: Callable[[Entry], bool] | None = None
) -> list[Entry]:
    """Remove least recently used entries until the cache is no larger than `max_bytes`; return them.

    Programs in use, builds in progress, entries that cannot be removed, and those that are not `wanted` stay.
    """
    present = entries()
    total = sum(entry.n_bytes for entry in present)
    removed = []
    for entry in present:
        if total <= max_bytes:
            break
        if entry.path != keep and (wanted is None or wanted(entry)) and _remove(entry):
            total -= entry.n_bytes
            removed.append(entry)
    return removed


def clear(wanted: Callable[[Entry], bool] | None = None) -> int:
    """Remove all entries (or those `wanted`) that are not in use or being built; return the number of bytes freed."""
    return sum(entry.n_bytes for entry in trim(max_bytes=-1, wanted=wanted))


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())


def _remove(entry: Entry) -> bool:
    """Remove an entry and return True, or return False if it is in use or cannot be removed."""
    try:
        if not entry.path.is_dir() or entry.path.is_symlink():
            entry.path.unlink(missing_ok=True)
            return True
        return _remove_program(entry.path)
    except (OSError, EngramError):
        return False


def _remove_program(path: Path) -> bool:
    name = path.name.removesuffix(PARTIAL).removesuffix(FAILED).removesuffix(OLD)
    using = path.with_name(name + USING)
    with locked(path.with_name(name), wait=False) as free, locks.locked(using, wait=False) as unused:
        if not (free and unused):
            return False
        shutil.rmtree(path, ignore_errors=True)
    return not path.exists()
