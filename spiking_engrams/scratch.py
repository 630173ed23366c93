"""Temporary folders that go with the process that made them, even if it is killed.

A folder holds a locked file as long as its process lives. What no process locks was left by one that was killed, and is
removed when the next process makes its first folder.
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
import warnings
from collections.abc import Iterator
from pathlib import Path

from spiking_engrams.errors import EngramWarning
from spiking_engrams.locks import locked

PREFIX = "engrams_"
NAME = re.compile(rf"{PREFIX}(workers_)?\w{{8}}")
LOCK = ".in_use"
YOUNG_S = 60.0  # a folder that has no lock yet may be about to get one
UNLOCKED_S = 86_400.0  # what versions without locks left


@contextlib.contextmanager
def temporary_folder(kind: str = "") -> Iterator[Path]:
    """Make a temporary folder (of TMPDIR) and remove it when the block ends; remove those of dead processes, too."""
    sweep(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix=PREFIX + kind, ignore_cleanup_errors=True) as name, _held(Path(name)):
        yield Path(name)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EngramWarning)  # without locks nothing is swept
        with locked(folder / LOCK):
            yield


@functools.cache
def sweep(place: str) -> None:
    """Remove the temporary folders of this user in `place` whose process is dead; once per process and place."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(place):
            with contextlib.suppress(OSError):
                if NAME.fullmatch(entry.name) and _is_left(Path(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether a folder is one of ours that no process uses."""
    found = folder.lstat()
    age = time.time() - found.st_mtime
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or age < YOUNG_S:
        return False
    if not (folder / LOCK).exists():
        return age > UNLOCKED_S
    with warnings.catch_warnings():
        warnings.simplefilter("error", EngramWarning)  # without locks nobody knows
        try:
            with locked(folder / LOCK, wait=False) as free:
                return free is not None
        except EngramWarning:
            return False
