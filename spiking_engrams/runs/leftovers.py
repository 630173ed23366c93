"""Files that processes killed while writing leave in a run folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

_LEFTOVER = re.compile(r"\..{1,100}\.([1-9]\d{0,8})-[0-9a-f]{8}\.tmp(\.\w+)?", re.DOTALL)  # of `atomic_path`


def remove_leftovers(run: Path) -> None:
    """Remove the half-written files of dead processes from a run folder."""
    seeds = [each for each in run.iterdir() if re.fullmatch(r"seed_\d+", each.name)]
    parts = [seed / name for seed in seeds for name in ("recordings", "states")]
    for folder in (run, run / "figures", *seeds, *parts):
        for path in folder.glob(".*.tmp*"):
            found = _LEFTOVER.fullmatch(path.name)
            if found and not path.is_symlink() and path.is_file() and not _is_alive(int(found[1])):
                path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True
