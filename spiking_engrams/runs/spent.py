"""The cost of a seed beyond its stored phases, and numbers from short phases, kept in case a seed is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from spiking_engrams.errors import EngramError
from spiking_engrams.runs.seed_folder import SeedFolder


@dataclass
class Spent:
    """Wall and biological seconds, and peak memory in MB."""

    run_s: float = 0.0
    biological_s: float = 0.0
    peak_memory_mb: float = 0.0

    def add(self, run_s: float, biological_s: float, peak_memory_mb: float) -> None:
        """Add a cost."""
        self.run_s += run_s
        self.biological_s += biological_s
        self.peak_memory_mb = max(self.peak_memory_mb, peak_memory_mb)


class Numbers:
    """Numbers in the folder of a seed, each with its cost; parallel branches share them."""

    def __init__(self, folder: SeedFolder):
        self._folder = folder
        self._lock = threading.Lock()
        try:
            self._values = folder.values()
        except EngramError:  # damaged: recomputed
            self._values = {}

    def once(self, key: str, spent: Spent, peak_memory_mb: float, compute: Callable[[], float]) -> float:
        """Return the number for a key, computed if it is missing, and count its cost."""
        if key in self._values:
            value, run_s, biological_s = self._values[key]
            spent.add(run_s, biological_s, peak_memory_mb)
            return value
        before = spent.run_s, spent.biological_s
        value = float(compute())
        with self._lock:
            self._values[key] = [value, spent.run_s - before[0], spent.biological_s - before[1]]
            self._folder.write_values(self._values)
        return value
