"""What a seed of a protocol takes: costs measured once, which a package of protocols ships as ``costs.json``.

``python -m benchmarks.costs`` writes that of this project from stored summaries. Imports no simulator.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from spiking_engrams.errors import EngramWarning

NAME = "costs.json"
MINUTES_FROM, HOURS_FROM = 100, 5400  # seconds


@dataclass(frozen=True)
class Cost:
    """What one seed took, on average over the measured ones, on one core of the reference machine.

    Attributes
    ----------
    protocol, network, preset
        Names; the preset is empty for a network without presets.
    neuron, own
        Neuron model, and whether it is the network's own.
    files
        Whether images came from files.
    options
        Options of the protocol that were not the defaults, as texts.
    seeds
        How many were measured.
    seconds, biological_s
        Wall and biological seconds after the pre-training; the latter are 0 if they depend on results.
    pretraining_s, pretraining_biological_s
        Those of the pre-training, which is kept between runs.
    memory_mb
        Peak memory.
    measured
        Folders of the summaries, and their wall seconds per seed, with or without pre-training.
    """

    protocol: str
    network: str
    preset: str
    neuron: str
    own: bool
    files: bool
    seeds: int
    seconds: float
    biological_s: float
    pretraining_s: float
    pretraining_biological_s: float
    memory_mb: float
    options: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Time of a seed and of its pre-training."""
        return f"{short(self.seconds)} + {short(self.pretraining_s)}" if self.pretraining_s else short(self.seconds)


@dataclass(frozen=True)
class Size:
    """Size of a network, or of one of its presets; `pixels` is empty if it sees no images."""

    network: str
    preset: str
    pixels: str
    neurons: int
    synapses: int
    memory_mb: float


class Costs(NamedTuple):
    """Measured costs, and sizes of networks."""

    runs: tuple[Cost, ...] = ()
    sizes: tuple[Size, ...] = ()

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Costs:
        """Return the content of files; one that is not of this form is left out with a warning that names it."""
        runs, sizes = list[Cost](), list[Size]()
        for path in paths:
            try:
                data = json.loads(path.read_text("utf-8"))
                found = [Cost(**each) for each in data["runs"]], [Size(**each) for each in data["sizes"]]
            except (OSError, ValueError, KeyError, TypeError) as problem:
                warnings.warn(f"{path} states no costs that can be read ({problem!r}).", EngramWarning, stacklevel=2)
                continue
            runs, sizes = runs + found[0], sizes + found[1]
        return cls(tuple(runs), tuple(sizes))

    def text(self) -> str:
        """Return the content as a file, a line for each entry."""
        parts = (f'"{name}": [\n{",\n".join(_line(each) for each in rows)}\n]' for name, rows in self._asdict().items())
        return f"{{\n{',\n'.join(parts)}\n}}\n"

    def of(self, protocol: str) -> list[Cost]:
        """Return the costs of a protocol, that of the defaults first."""
        return sorted(
            (each for each in self.runs if each.protocol == protocol),
            key=lambda each: (not each.own, each.files, each.seconds),
        )


def _line(entry: Any) -> str:
    return f" {json.dumps(asdict(entry))}"


def short(seconds: float) -> str:
    """Return a duration as text, such as ``"48 s"``, ``"13 min"`` or ``"2.4 h"``."""
    if seconds < MINUTES_FROM:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    if seconds < HOURS_FROM:
        return f"{minutes:.1f} min" if minutes < 9.95 else f"{minutes:.0f} min"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 9.95 else f"{hours:.0f} h"


def span(durations: Iterable[float]) -> str:
    """Return the shortest and the longest of some durations as text; empty if there are none."""
    ordered = sorted(durations)
    texts = list(dict.fromkeys(map(short, ordered[:1] + ordered[-1:])))
    if len(texts) == 2 and texts[0].split()[1] == texts[1].split()[1]:
        texts[0] = texts[0].split()[0]
    return " to ".join(texts)


def memory(megabytes: float) -> str:
    """Return an amount of memory as text."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
