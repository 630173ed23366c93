"""States stored between runs: their paths, and the history of an animal in each state."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.files.cache import state_path
from spiking_engrams.schedule.schedule import PhaseLike, Schedule, batches

SOURCES = ("circuit/initial", "simulation/hand_over", "targets/runtime")  # what determines a state, besides programs


def paths(circuit: Circuit, key: str, phases: list[PhaseLike], seed: int) -> list[Path]:
    """Return the path of the state after the first k phases, for every k; `key` is that of the build."""
    text = "|".join([circuit.digest, key, str(seed), _sources()])
    found = [state_path(hashlib.sha256(text.encode()).hexdigest())]
    for phase in phases:
        text = f"{text}|{phase.digest()}"
        found.append(state_path(hashlib.sha256(text.encode()).hexdigest()))
    return found


def history(circuit: Circuit, phases: list[PhaseLike]) -> tuple[str, ...]:
    """Return the history of an animal after `phases`: digests of their parts, as programs run them."""
    lived = [each for item in phases for each in (item if isinstance(item, Schedule) else [item])]
    runs = batches(lived, circuit.max_steps, circuit.guard_steps, circuit.banks)
    return tuple(part.digest() for run in runs for part in run)


@functools.cache
def _sources() -> str:
    """Return the digest of the code that determines a state, besides that of programs, which is part of their key."""
    library = Path(__file__).parent.parent
    texts = [(library / f"{name}.py").read_bytes() for name in SOURCES]
    return hashlib.sha256(b"".join(texts)).hexdigest()
