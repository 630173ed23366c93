"""Wall time of whole protocols of the amygdala circuit, and the gain from running two seeds at once on two cores.

Each row is a run of `engrams run` in its own process, with a cached program: the very first run builds it and is
not counted. ``python -m benchmarks.amygdala --lives`` calls this; ``--quick`` leaves out the long protocols.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LONG = ("fear_aging", "consolidation")  # R7, R3
SHARED = "homeostasis"  # the protocol that is run with one and with two seeds
START = "from spiking_engrams.command.cli import main; main()"


def measure(quick: bool) -> dict[str, Any]:
    """Return seconds of one seed of each protocol, and the throughput of two seeds at once over that of one."""
    with tempfile.TemporaryDirectory() as folder:
        timed(SHARED, Path(folder) / "build", 1)
        seconds = {p: timed(p, Path(folder) / p, 1) for p in ((SHARED,) if quick else (SHARED, *LONG))}
        together = timed(SHARED, Path(folder) / "together", 2)
    return {"seed_s": seconds, "two_seeds_s": together, "throughput": 2 * seconds[SHARED] / together}


def timed(protocol: str, out: Path, n_seeds: int) -> float:
    """Return the wall seconds of a run with as many jobs as seeds, without states of earlier runs."""
    counts = ["--seeds", str(n_seeds), "--jobs", str(n_seeds)]
    command = [sys.executable, "-c", START, "run", protocol, *counts, "--fresh", "--out", str(out)]
    began = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if run.returncode:
        raise SystemExit(f"{' '.join(command[3:])} failed:\n{run.stderr}")
    return time.perf_counter() - began
