"""Links in run folders: refused, since they lead out of the folder, where nothing is read or written."""

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
"""What a run writes and reads: names, and what is in them."""


def refuse_links(folder: Path, places: Mapping[str, Any] = RUN) -> None:
    """Raise when one of the places in a folder is a link; the folder itself may be one.

    Raises
    ------
    RunFolderError
        With the first link.
    """
    for entry in os.scandir(folder):
        inner = next((inside for names, inside in places.items() if re.fullmatch(names, entry.name)), None)
        if inner is None:
            continue
        refuse_link(Path(entry.path))
        if inner and entry.is_dir(follow_symlinks=False):
            refuse_links(Path(entry.path), inner)


def refuse_link(path: Path) -> None:
    """Raise a RunFolderError when a path of a run folder is a link."""
    if path.is_symlink():
        raise RunFolderError(
            f"'{path}' is a link, which may lead out of the folder and is neither read nor written through: put what "
            "it leads to in its place, or remove it."
        )
