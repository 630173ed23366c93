"""A built circuit as a folder that runs without Brian2.

The folder holds the binary, its static arrays and ``manifest.json``, which names for every variable its file,
type, size and unit. To run is to write arrays, execute the binary and read arrays.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from spiking_engrams.cache import touch
from spiking_engrams.errors import SimulationError

Progress = Callable[[float], None]
CUDA_ERROR = re.compile(r"(\w+ )?ERROR\b|Error |Could not |terminate called")


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
    """What a run left: state, spikes as (times in s, indices), traces and its cost."""

    state: dict[str, np.ndarray]
    spikes: dict[str, tuple[np.ndarray, np.ndarray]]
    traces: dict[str, np.ndarray]
    cost: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Variable:
    """Type of a state variable: NumPy dtype, SI unit, and whether its object has one value of it."""

    dtype: str
    unit: str
    scalar: bool


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
    """A compiled program in a folder.

    Parameters
    ----------
    folder
        Where `manifest.json` and ``code/main`` are.

    Raises
    ------
    SimulationError
        When the binary fails; its last output is part of the message.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())

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
        try:
            touch(self.folder)  # so that other processes, which trim the cache, see that it is in use
            with tempfile.TemporaryDirectory(prefix="engrams_", ignore_cleanup_errors=True) as name:
                folder = Path(name)
                results = folder / "results"
                results.mkdir()
                arguments = self._write(inputs, folder)
                cost = self._execute(arguments, results, inputs, progress)
                outputs = self._read(results)
        except OSError as error:
            raise self._unusable(error) from error
        cost["wall_s"] = time.perf_counter() - started
        outputs.cost.update(cost)
        return outputs

    def _unusable(self, error: OSError) -> SimulationError:
        """Make the error for a missing binary or a folder that cannot be written."""
        if not (self.folder / "code" / "main").exists():
            return SimulationError(
                f"The program in {self.folder} has no binary ({error.strerror}); remove it with "
                "`engrams cache --clear` and build again."
            )
        return SimulationError(
            f"The temporary files of a run could not be written ({error}); free some space, or set "
            "TMPDIR to a folder that can be written. Nothing was kept of this phase."
        )

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

    @staticmethod
    def _argument(name: str, value: np.ndarray, dtype: np.dtype, folder: Path) -> str:
        path = folder / f"{name}.dat"
        np.ascontiguousarray(value, dtype=dtype).tofile(path)
        return f"{name}={path}"

    def _execute(
        self, arguments: list[str], results: Path, inputs: Inputs, progress: Progress | None
    ) -> dict[str, float]:
        environment = {
            **os.environ,
            "ENGRAMS_SEED": str(inputs.seed),
            "ENGRAMS_DURATION": repr(inputs.duration),
        }
        process = subprocess.Popen(
            ["./main", "--results_dir", f"{results}/", *arguments],
            cwd=self.folder / "code",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            said = _follow(process, progress)
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        if self.manifest["target"] == "cuda":
            said = _cuda_errors(said, self.folder)
        if process.returncode or said:
            raise SimulationError(
                f"The program in {self.folder} {_ending(process.returncode)}: "
                f"{' '.join(said[-5:]) or 'it said nothing'}. Nothing was kept of this phase; run it again, or "
                "rebuild after `engrams cache --clear`."
            )
        if not (info := (results / "last_run_info.txt").read_text().split()):
            raise SimulationError(
                f"The program in {self.folder} ended without results in {results.parent}; the disk may be full. "
                "Nothing was kept of this phase; make room and run it again."
            )
        seconds = float(info[0])
        peak = results / "peak_memory.txt"
        kilobytes = float(peak.read_text().split()[0]) if peak.exists() else usage.ru_maxrss
        return {"loop_s": seconds, "peak_memory_mb": kilobytes / 1024}

    def _read(self, results: Path) -> Outputs:
        def load(entry: Mapping[str, Any]) -> np.ndarray:
            return np.fromfile(results / Path(entry["file"]).name, dtype=entry["dtype"])

        return Outputs(
            state={name: load(entry) for name, entry in self.manifest["state"].items()},
            spikes={n: (load(e["t"]), load(e["i"])) for n, e in self.manifest["spikes"].items()},
            traces={name: by_sample(load(entry), entry["size"]) for name, entry in self.manifest["traces"].items()},
        )


def by_sample(values: np.ndarray, size: int) -> np.ndarray:
    """Return a trace as ``(n_samples,)`` of one variable or ``(n_samples, size)`` of a population."""
    return values.reshape(-1) if size == 1 else values.reshape(-1, size)


def _ending(status: int) -> str:
    """Say in words how a process ended."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def _cuda_errors(said: list[str], folder: Path) -> list[str]:
    """Return the errors among what a CUDA program said; it also describes every kernel.

    Raises
    ------
    SimulationError
        Without a device that it can use.
    """
    errors = [line for line in said if CUDA_ERROR.match(line)]
    for line in errors:
        if "cudaSetDevice" in line:
            raise SimulationError(
                f"The CUDA program in {folder} found no CUDA device ({line.rpartition(' : ')[2]}); run "
                "it on a machine with an NVIDIA GPU and its driver, or use --target cpp."
            )
    return errors


def _follow(process: subprocess.Popen[str], progress: Progress | None) -> list[str]:
    """Read the program's output; report progress and return every other line."""
    said = []
    stream = process.stdout
    if stream is None:
        return []
    for line in stream:
        if line.startswith("PROGRESS "):
            if progress is not None:
                progress(float(line.split()[1]))
        elif line.strip():
            said.append(line.strip())
    return said
