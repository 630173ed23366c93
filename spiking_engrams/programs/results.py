"""Results that a program wrote to its results folder, accepted only if complete.

The sizes of the state come from the manifest, the numbers of spikes and samples from the counts of the monitors.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import SimulationError

Entry = Mapping[str, Any]
Spikes = tuple[np.ndarray, np.ndarray]


def read_state(manifest: Mapping[str, Any], results: Path) -> dict[str, np.ndarray]:
    """Return the state variables."""
    return {name: _read(results, name, entry, entry["size"]) for name, entry in manifest["state"].items()}


def read_spikes(manifest: Mapping[str, Any], results: Path) -> dict[str, Spikes]:
    """Return the times (in s) and neurons of the spikes of each group."""
    found = {}
    for name, entries in manifest["spikes"].items():
        what = f"the spikes of '{name}'"
        count = _count(manifest, results, what, entries)
        times = _read(results, what, entries["t"], count)
        found[name] = (times, _read(results, what, entries["i"], len(times)))
    return found


def read_traces(manifest: Mapping[str, Any], results: Path) -> dict[str, np.ndarray]:
    """Return the samples of each trace; see `by_sample`."""
    found = {}
    for name, entry in manifest["traces"].items():
        count = _count(manifest, results, f"the trace '{name}'", entry)
        values = _read(results, f"the trace '{name}'", entry, None if count is None else count * entry["size"])
        found[name] = by_sample(values, entry["size"])
    return found


def read_facts(results: Path) -> tuple[float, float | None]:
    """Return the seconds that the time loop took, and the peak memory in kB if it is known."""
    seconds, peak = results / "last_run_info.txt", results / "peak_memory.txt"
    try:
        kilobytes = float(peak.read_text().split()[0]) if peak.exists() else None
        return float(seconds.read_text().split()[0]), kilobytes
    except (IndexError, ValueError):
        raise SimulationError(
            f"A program ended without reporting what it did; {_room()}. Nothing was kept of this phase."
        ) from None


def by_sample(values: np.ndarray, size: int) -> np.ndarray:
    """Return a trace as ``(n_samples,)`` of one variable or ``(n_samples, size)`` of a population."""
    return values.reshape(-1) if size == 1 else values.reshape(-1, size)


def _count(manifest: Mapping[str, Any], results: Path, what: str, entries: Entry) -> int | None:
    """Return how many events or samples a monitor counted; None for CUDA programs, which do not say."""
    return int(_read(results, what, entries["N"], 1)[0]) if manifest["target"] == "cpp" else None


def _read(results: Path, what: str, entry: Entry, count: int | None) -> np.ndarray:
    """Return the `count` numbers in a file; all that there are if None."""
    path, dtype = results / entry["file"], np.dtype(entry["dtype"])
    n_bytes = path.stat().st_size if path.exists() else 0
    expected = n_bytes - n_bytes % dtype.itemsize if count is None else count * dtype.itemsize
    values = np.fromfile(path, dtype=dtype) if n_bytes == expected > 0 else np.empty(0, dtype)
    if values.nbytes != expected or n_bytes != expected:
        raise SimulationError(
            f"The results of a program are incomplete: for {what} there are {n_bytes:,} of {expected:,} bytes; "
            f"{_room()}. Nothing was kept of this phase."
        )
    return values


def _room() -> str:
    place = tempfile.gettempdir()
    return f"there may be too little space in {place}: free some, or set TMPDIR to a folder with more"
