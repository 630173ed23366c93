"""Temporary folders that are removed with the process that made them, even if it is killed.

A folder holds a locked file as long as its process lives. A folder whose file nobody locks was left by a killed process
and is removed when the next process makes its first folder.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from spiking_engrams.files.locks import is_free, locked

PREFIX = "engrams_"
NAME = re.compile(rf"{PREFIX}(workers_)?\w{{8}}")
LOCK = ".in_use"
YOUNG_S = 60.0  # a folder that has no lock yet may be about to get one


@contextlib.contextmanager
def temporary_folder(kind: str = "") -> Iterator[Path]:
    """Make a temporary folder (in TMPDIR) and remove it when the block ends; also remove those of dead processes."""
    sweep(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix=PREFIX + kind, ignore_cleanup_errors=True) as name:
        with locked(Path(name) / LOCK, needed=False):  # without locks nothing is swept
            yield Path(name)


@functools.cache
def sweep(place: str) -> None:
    """Remove this user's temporary folders in `place` whose process is dead; once per process and place."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(place):
            with contextlib.suppress(OSError):
                if NAME.fullmatch(entry.name) and _is_left(Path(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Return whether a folder is one of ours that no process uses."""
    found = folder.lstat()
    age = time.time() - found.st_mtime
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or age < YOUNG_S:
        return False
    return is_free(folder / LOCK)
