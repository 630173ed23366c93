"""What a seed costs beside its remembered phases, and numbers that short phases gave, kept for an interrupted seed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from spiking_engrams.errors import EngramError
from spiking_engrams.runs.seed_folder import SeedFolder


@dataclass
class Spent:
    """Wall and biological seconds, and the peak of memory in MB."""

    run_s: float = 0.0
    biological_s: float = 0.0
    peak_memory_mb: float = 0.0

    def add(self, run_s: float, biological_s: float, peak_memory_mb: float) -> None:
        """Count what took that long."""
        self.run_s += run_s
        self.biological_s += biological_s
        self.peak_memory_mb = max(self.peak_memory_mb, peak_memory_mb)


class Numbers:
    """Numbers in the folder of a seed, each with what it cost; branches that run side by side share them."""

    def __init__(self, folder: SeedFolder):
        self._folder = folder
        self._lock = threading.Lock()
        try:
            self._values = folder.values()
        except EngramError:  # damaged: computed again
            self._values = {}

    def once(self, key: str, spent: Spent, peak_memory_mb: float, compute: Callable[[], float]) -> float:
        """Return the number of a key, computed if it is not there; what it cost is counted."""
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
