"""Who may have written a file: content that another user can write is not trusted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def stranger(path: Path) -> str:
    """Return who else may have written a file or folder; empty if only this user (or root) can have."""
    found = path.lstat()
    if found.st_uid not in (os.geteuid(), 0):
        return f"user {found.st_uid} owns it"
    return "other users can write to it" if not stat.S_ISLNK(found.st_mode) and found.st_mode & OTHERS_WRITE else ""


def close_to_others(folder: Path) -> None:
    """Remove everybody else's permission to write to a program, whatever this user's umask is."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if mode & OTHERS_WRITE and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~OTHERS_WRITE)
