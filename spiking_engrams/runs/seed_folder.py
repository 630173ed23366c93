"""The part of a run folder that one seed writes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from spiking_engrams.analysis.engram import Engram
from spiking_engrams.errors import RunFolderError
from spiking_engrams.files.storage import read_json, write_json_atomic
from spiking_engrams.runs.formats import FORMAT_VERSION, METRICS, VALUES, number, read
from spiking_engrams.runs.metrics import read_metric
from spiking_engrams.values.json_data import plain
from spiking_engrams.values.labels import checked_label
from spiking_engrams.values.schema import Mismatch, check

MEASURED = ("metrics", "series", "arrays")  # entries with a name and conditions
COMPUTED_AGAIN = "resume its run, which recomputes what does not fit."


class SeedFolder:
    """The folder in which one seed stores its results.

    Examples
    --------
    >>> from pathlib import Path
    >>> folder = SeedFolder(Path("results/renewal/seed_0001"), 1)
    >>> folder.recording_path("acquisition").as_posix(), folder.complete
    ('results/renewal/seed_0001/recordings/acquisition.h5', False)
    """

    def __init__(self, path: Path, seed: int):
        self.path = path
        self.seed = seed

    def recording_path(self, label: str) -> Path:
        """Return the file of the recording of a phase."""
        return self.path / "recordings" / f"{checked_label(label, RunFolderError)}.h5"

    def state_path(self, label: str) -> Path:
        """Return the file of the state after a phase."""
        return self.path / "states" / f"{checked_label(label, RunFolderError)}.h5"

    @property
    def checkpoint_path(self) -> Path:
        """File of the latest state that is not kept, from which an interrupted seed continues."""
        return self.path / "checkpoint.h5"

    @property
    def values_path(self) -> Path:
        """File of the numbers of short phases, from which an interrupted seed continues."""
        return self.path / "values.json"

    @property
    def metrics_path(self) -> Path:
        """File that marks the seed as complete."""
        return self.path / "metrics.json"

    @property
    def complete(self) -> bool:
        """Whether the seed has run to completion."""
        return self.metrics_path.is_file()

    def labels(self) -> list[str]:
        """Return the labels of the recorded phases, in the order in which they were run."""
        if self.complete:
            return [phase["label"] for phase in self.metrics()["phases"]]
        return sorted(path.stem for path in (self.path / "recordings").glob("[!.]*.h5"))

    def values(self) -> dict[str, list[float]]:
        """Return the numbers that an interrupted seed left; raise RunFolderError if their file is damaged."""
        if not self.values_path.exists():
            return {}
        data = read_json(self.values_path)
        if not isinstance(data, dict) or "format_version" in data:
            data = read(self.values_path, {"values": VALUES}, COMPUTED_AGAIN)["values"]
        try:
            check(data, VALUES)  # older files are not versioned
        except Mismatch as problem:
            raise RunFolderError(f"{self.values_path} is damaged ({problem}): {COMPUTED_AGAIN}") from None
        return {key: [number(value) for value in values] for key, values in data.items()}

    def write_values(self, values: dict[str, list[float]]) -> None:
        """Store numbers from which an interrupted seed can continue."""
        data = {"format_version": FORMAT_VERSION, "values": plain(values)}
        write_json_atomic(self.values_path, data, seal=True)

    def engrams(self) -> dict[str, Engram]:
        """Return the engrams that the protocol stored, by name."""
        return {name: Engram(**data) for name, data in self.metrics().get("engrams", {}).items()}

    def metrics(self) -> dict[str, Any]:
        """Return the content of metrics.json."""
        data = read(self.metrics_path, METRICS, COMPUTED_AGAIN)
        if data["seed"] != self.seed:
            raise RunFolderError(f"{self.metrics_path} belongs to seed {data['seed']}: {COMPUTED_AGAIN}")
        try:
            for key, entry in [each for kind in MEASURED for each in data.get(kind, {}).items()]:
                read_metric(key, entry)
        except RunFolderError as problem:
            raise RunFolderError(f"{self.metrics_path} is damaged ({problem}) {COMPUTED_AGAIN}") from None
        wrong = [f"x and y of '{name}'" for name, each in data["series"].items() if len(each["x"]) != len(each["y"])]
        wrong += [f"shape of '{name}'" for name, each in data.get("arrays", {}).items() if not _is_filled(each)]
        if wrong:
            raise RunFolderError(f"{self.metrics_path} is damaged ({wrong[0]}): {COMPUTED_AGAIN}")
        return data


def _is_filled(entry: dict[str, Any]) -> bool:
    """Return whether an array has as many values as its shape implies, and a size for each dimension."""
    return len(entry["dims"]) == len(entry["shape"]) and math.prod(entry["shape"]) == len(entry["values"])
