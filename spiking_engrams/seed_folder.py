"""The part of a run folder that one seed writes, and the checks that all its files share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from spiking_engrams.engram import Engram
from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.storage import read_json

FORMAT_VERSION = 1
_LABEL = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]*")


class SeedFolder:
    """What one seed left behind."""

    def __init__(self, path: Path, seed: int):
        self.path = path
        self.seed = seed

    def recording_path(self, label: str) -> Path:
        """File of the recording of a phase."""
        return self.path / "recordings" / f"{checked_label(label)}.h5"

    def state_path(self, label: str) -> Path:
        """File of the state after a phase."""
        return self.path / "states" / f"{checked_label(label)}.h5"

    @property
    def checkpoint_path(self) -> Path:
        """File of the latest state that is not kept, from which an interrupted seed goes on."""
        return self.path / "checkpoint.h5"

    @property
    def values_path(self) -> Path:
        """File of the numbers of short phases, from which an interrupted seed goes on."""
        return self.path / "values.json"

    @property
    def metrics_path(self) -> Path:
        """File that marks the seed as complete."""
        return self.path / "metrics.json"

    @property
    def complete(self) -> bool:
        """Whether the seed has run to its end."""
        return self.metrics_path.is_file()

    def labels(self) -> list[str]:
        """Labels of the recorded phases, in the order in which they were run."""
        if self.complete:
            return [phase["label"] for phase in self.metrics()["phases"]]
        return sorted(path.stem for path in (self.path / "recordings").glob("[!.]*.h5"))

    def values(self) -> dict[str, list[float]]:
        """Return the numbers that an interrupted seed left; none if their file is damaged."""
        try:
            return dict(read_json(self.values_path)) if self.values_path.exists() else {}
        except (EngramError, TypeError, ValueError):
            return {}

    def engrams(self) -> dict[str, Engram]:
        """Engrams that the protocol deposited, by name."""
        return {name: Engram(**data) for name, data in self.metrics().get("engrams", {}).items()}

    def metrics(self) -> dict[str, Any]:
        """Content of metrics.json."""
        data: dict[str, Any] = versioned(self.metrics_path)
        return data


def checked_label(label: str) -> str:
    """Return a label that can be a file's name, else raise RunFolderError."""
    if not _LABEL.fullmatch(label):
        raise RunFolderError(
            f"'{label}' cannot label a phase: use letters, digits and _ . + -, for example 'extinction_01'."
        )
    return label


def versioned(path: Path) -> Any:
    """Return the content of a JSON file of this format version, else raise RunFolderError."""
    data = read_json(path)
    version = data.get("format_version") if isinstance(data, dict) else None
    if version != FORMAT_VERSION:
        raise RunFolderError(
            f"{path} has format version {version}; this version of spiking_engrams reads {FORMAT_VERSION}: "
            "use the version that wrote it, or run the protocol again."
        )
    return data
