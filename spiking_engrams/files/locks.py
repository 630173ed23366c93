"""Locks between processes: one file, locked as a whole by `flock`, where the file system has locks."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from spiking_engrams.errors import EngramError, EngramWarning

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EBADF)
FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # follow no links, and do not wait for the other end of a pipe
NOT_OURS = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True, shared: bool = False, needed: bool = True) -> Iterator[IO[bytes] | None]:
    """Hold the lock of a file, which is created if missing and never changed.

    Parameters
    ----------
    path
        The lock file; a lock file of another user is used as it is.
    wait
        Whether to wait while others hold it.
    shared
        Whether others may hold it at the same time if they share it, too.
    needed
        Whether to warn if the file system has no locks.

    Yields
    ------
    file or None
        The locked file, which stays locked in a process that inherits it; None if `wait` is False and others hold it.
        On a file system without locks the file is not locked, and an `EngramWarning` says so.

    Raises
    ------
    EngramError
        If the lock file is a link, which could affect another file.
    OSError
        If the file does not exist and cannot be created.
    """
    with os.fdopen(_opened(path), "rb") as stream:
        try:
            fcntl.flock(stream, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield None
            return
        except OSError as problem:
            if problem.errno not in NO_LOCKS:
                raise
            if needed:
                _warn(path, problem)
        yield stream


def is_free(path: Path) -> bool:
    """Return whether a lock file exists that nobody holds; False where that cannot be determined."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | FLAGS), "rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _warn(path: Path, problem: OSError) -> None:
    warnings.warn(
        f"The file system of '{path.parent}' has no locks ({problem.strerror}): nothing keeps two processes from "
        "writing there at the same time. Run one at a time, or choose a folder on a local disk.",
        EngramWarning,
        stacklevel=5,
    )


def _opened(path: Path) -> int:
    """Open a lock file, read-only where it may not be written."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o666)
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            raise EngramError(f"'{path}' is a link, but a lock file must not be one; remove it.") from None
        if problem.errno not in NOT_OURS or not path.exists():
            raise
    return os.open(path, os.O_RDONLY | FLAGS)
