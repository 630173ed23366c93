"""A built circuit as a folder that runs without Brian2.

The folder holds the binary, its static arrays and ``manifest.json``, which names for every variable its file,
type, size and unit. A run writes arrays, executes the binary and reads arrays, which are used only after their sizes
are checked.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
import warnings
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from spiking_engrams.errors import EngramWarning, SimulationError
from spiking_engrams.files import cache
from spiking_engrams.files.scratch import temporary_folder
from spiking_engrams.programs.files import read_manifest
from spiking_engrams.programs.process import Ended, Progress, cuda_errors, ending, execute
from spiking_engrams.programs.results import read_facts, read_spikes, read_state, read_traces
from spiking_engrams.state.variable import Variable


@dataclass(frozen=True)
class Inputs:
    """Everything a program needs for one run; arrays and SI numbers only.

    Attributes
    ----------
    state
        ``"object.variable"`` -> array or number.
    constants
        ``"object.name"`` -> number.
    signals
        Signal -> array ``(max_steps,)``.
    banks
        Bank -> array ``(n_patterns, n_features)``.
    """

    state: Mapping[str, np.ndarray]
    constants: Mapping[str, float]
    signals: Mapping[str, np.ndarray]
    banks: Mapping[str, np.ndarray]
    duration: float
    seed: int


@dataclass(frozen=True)
class Outputs:
    """Results of a run: state, spikes as (times in s, indices), traces and cost."""

    state: dict[str, np.ndarray]
    spikes: dict[str, tuple[np.ndarray, np.ndarray]]
    traces: dict[str, np.ndarray]
    cost: dict[str, float] = field(default_factory=dict)


class Runnable(Protocol):
    """A built circuit on any target."""

    @property
    def variables(self) -> dict[str, Variable]:
        """Every state variable, ``"object.variable"`` -> type."""
        ...

    @property
    def trace_units(self) -> dict[str, str]:
        """SI unit of every trace."""
        ...

    def run(self, inputs: Inputs, progress: Progress | None = None) -> Outputs:
        """Run once; a pure function of its inputs."""
        ...


class Program:
    """A compiled program in a folder, which is not removed as long as this object lives.

    Parameters
    ----------
    folder
        Where `manifest.json` and ``code/main`` are.

    Raises
    ------
    SimulationError
        If the binary fails (its last output is part of the message) or its results are incomplete.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        try:
            self.manifest: dict[str, Any] = read_manifest(self.folder)
        except (OSError, ValueError) as problem:
            raise SimulationError(
                f"There is no program in {self.folder} ({problem}); build it again (after `engrams cache --clear`)."
            ) from problem
        using = contextlib.ExitStack()
        using.enter_context(cache.use(self.folder))
        weakref.finalize(self, using.close)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Every state variable, ``"object.variable"`` -> type."""
        return {
            name: Variable(entry["dtype"], entry["unit"], entry["scalar"])
            for name, entry in self.manifest["state"].items()
        }

    @cached_property
    def trace_units(self) -> dict[str, str]:
        """SI unit of every trace."""
        return {name: entry["unit"] for name, entry in self.manifest["traces"].items()}

    def run(self, inputs: Inputs, progress: Progress | None = None) -> Outputs:
        """Run the binary once in a temporary folder that is removed afterwards."""
        started = time.perf_counter()
        cache.touch(self.folder)  # so that other processes, which trim the cache, see that it is in use
        try:
            with temporary_folder() as folder:
                results = folder / "results"
                results.mkdir()
                arguments = ["--results_dir", f"{results}/", *self._write(inputs, folder)]
                settings = {"ENGRAMS_SEED": str(inputs.seed), "ENGRAMS_DURATION": repr(inputs.duration)}
                ended = execute(self.folder, arguments, progress, **settings)
                self._check(ended)
                outputs = self._read(results, ended)
        except (OSError, ValueError) as error:
            raise SimulationError(
                f"The temporary files of a run in {tempfile.gettempdir()} could not be written or read ({error}); free "
                "some space, or set TMPDIR to a folder that can be written. Nothing was kept of this phase."
            ) from error
        outputs.cost["wall_s"] = time.perf_counter() - started
        return outputs

    def _write(self, inputs: Inputs, folder: Path) -> list[str]:
        """Write arrays as files and return the program's arguments."""
        arguments = [f"{name}={float(value)!r}" for name, value in inputs.constants.items()]
        entries = self.manifest["state"]
        for name, value in inputs.state.items():
            arguments.append(self._argument(name, value, np.dtype(entries[name]["dtype"]), folder))
        for kind, arrays in (("signals", inputs.signals), ("banks", inputs.banks)):
            for name, known_as in self.manifest[kind].items():
                arguments.append(self._argument(f"{known_as}.values", arrays[name], np.dtype(np.float64), folder))
        return arguments

    def _read(self, results: Path, ended: Ended) -> Outputs:
        seconds, peak_kb = read_facts(results)
        return Outputs(
            state=read_state(self.manifest, results),
            spikes=read_spikes(self.manifest, results),
            traces=read_traces(self.manifest, results),
            cost={"loop_s": seconds, "peak_memory_mb": (peak_kb or ended.peak_kb) / 1024},
        )

    @staticmethod
    def _argument(name: str, value: np.ndarray, dtype: np.dtype, folder: Path) -> str:
        path = folder / f"{name}.dat"
        np.ascontiguousarray(value, dtype=dtype).tofile(path)
        return f"{name}={path}"

    def _check(self, ended: Ended) -> None:
        """Raise if the program failed; otherwise, warn of any output of it or of what runs with it."""
        said = [*ended.said, *ended.complained]
        if self.manifest["target"] == "cuda":
            said = cuda_errors(said, self.folder)
        if ended.status or (said and self.manifest["target"] == "cuda"):
            raise SimulationError(
                f"The program in {self.folder} {ending(ended.status)}: {' '.join(said[-5:]) or 'it printed nothing'}. "
                f"Nothing was kept of this phase. If there is too little space in {tempfile.gettempdir()}, free some "
                "or set TMPDIR; otherwise run it again, or rebuild after `engrams cache --clear`."
            )
        if said:
            more = f" (and {len(said) - 3} more lines)" if len(said) > 3 else ""
            warnings.warn(f"The program '{self.folder.name}' printed: {' | '.join(said[:3])}{more}", EngramWarning, 4)
