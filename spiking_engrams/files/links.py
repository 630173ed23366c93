"""Links in run folders: rejected, since they may lead out of the folder, where nothing is read or written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spiking_engrams.errors import RunFolderError

DATA: dict[str, Any] = {r".*\.h5": {}}
SEED: dict[str, Any] = {r"metrics\.json|values\.json|checkpoint\.h5": {}, "recordings|states": DATA}
RUN: dict[str, Any] = {
    r"\.lock|run\.json|summary\.json|report\.html|controls\.csv|metrics\.csv|config\.toml|control_.*": {},
    "figures": {".*": {}},
    r"seed_\d+": SEED,
}
"""The files and folders that a run writes and reads: patterns of their names, and what folders contain."""


def refuse_links(folder: Path, places: Mapping[str, Any] = RUN) -> None:
    """Raise if one of the places in a folder is a link; the folder itself may be one.

    Raises
    ------
    RunFolderError
        For the first link.
    """
    for entry in os.scandir(folder):
        inner = next((inside for names, inside in places.items() if re.fullmatch(names, entry.name)), None)
        if inner is None:
            continue
        refuse_link(Path(entry.path))
        if inner and entry.is_dir(follow_symlinks=False):
            refuse_links(Path(entry.path), inner)


def refuse_link(path: Path) -> None:
    """Raise a RunFolderError if a path in a run folder is a link."""
    if path.is_symlink():
        raise RunFolderError(
            f"'{path}' is a link, which may lead out of the folder, so it is not followed for reading or writing: "
            "replace it with its target, or remove it."
        )
