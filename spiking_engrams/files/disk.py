"""Full disks: one message with the path, whatever fails first."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.files.storage import FULL

LEAST = 256 * 1024  # bytes; a file system with less free space counts as full


@contextlib.contextmanager
def full_disks_named(path: Path, again: str) -> Iterator[None]:
    """Turn errors due to a full disk, and OSErrors that name no file, into one message with the command to continue.

    Libraries that meet a full disk fail with arbitrary errors; whenever an error occurs, the disks of the run folder
    and of temporary files are therefore checked.

    Raises
    ------
    RunFolderError
        With the path and what to do.
    """
    try:
        yield
    except EngramError:
        raise
    except Exception as problem:
        chain = list(_chain(problem))
        full = next((each for each in chain if isinstance(each, OSError) and each.errno in FULL), None)
        places = [str(each) for each in (path, Path(tempfile.gettempdir())) if full or _is_full(each)]
        if full is not None and full.filename:
            places = [str(full.filename)]
        go_on = f"`{again}` continues the run"
        if full is not None or places:
            raise RunFolderError(
                f"The disk of '{"' or '".join(dict.fromkeys(places))}' is full ({type(problem).__name__}: {problem}). "
                f"Free some space; {go_on}."
            ) from problem
        if isinstance(problem, OSError) and problem.filename is None:
            raise RunFolderError(
                f"A file in '{path}' cannot be used ({problem}). Check the disk; {go_on}."
            ) from problem
        raise


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """Yield an exception and its causes."""
    seen: set[int] = set()
    found: BaseException | None = problem
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path).free < LEAST
    except OSError:
        return False
