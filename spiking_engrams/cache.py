"""Where builds, states and calibrations are kept between runs, and how much of them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 4_000_000_000  # programs and states together; the least recently used go first


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
    """Mark an entry as used now."""
    os.utime(path)


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
            if path.suffix == ".lock":
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
        if entry.path != keep:
            _remove(entry.path)
            total -= entry.n_bytes
            removed.append(entry)
    return removed


def clear() -> int:
    """Remove everything; return the number of bytes freed."""
    freed = sum(entry.n_bytes for entry in entries())
    for kind in ("programs", "states", "calibration"):
        shutil.rmtree(cache_dir() / kind, ignore_errors=True)
    return freed


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
