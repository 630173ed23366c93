"""From a circuit to something that runs: the choice of target and the build cache.

The key of a build is a digest of the circuit's structure, the sources that generate code, the versions, the flags
and the compiler, all of which are known without generating code; a cached program starts without Brian2's
code generation.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from spiking_engrams import assemble, codegen
from spiking_engrams.cache import build_folder, touch, trim
from spiking_engrams.circuit import Circuit
from spiking_engrams.errors import BuildError, unknown_name
from spiking_engrams.program import Program, Runnable

TARGETS = ("auto", "runtime", "cpp", "cuda")
FLAGS = ("-O3", "-march=native", "-std=c++17", "-ffast-math", "-fno-finite-math-only")


@dataclass(frozen=True)
class Build:
    """A runnable circuit and what it took to get it."""

    runnable: Runnable
    target: str
    build_s: float
    cached: bool
    folder: Path | None = None


def choose_target(target: str) -> str:
    """Return the target to use; ``"auto"`` is cpp where a compiler and make exist, else runtime.

    Raises
    ------
    BuildError
        When the target was asked for by name and this machine lacks what it needs.
    """
    if target not in TARGETS:
        raise unknown_name("target", target, TARGETS)
    has_compiler = bool(compiler_version() and shutil.which("make"))
    if target == "auto":
        return "cpp" if has_compiler else "runtime"
    if target == "cpp" and not has_compiler:
        raise BuildError(
            f"Target 'cpp' needs a C++ compiler ('{compiler()}' was looked for; set CXX to choose another) and make; "
            "install g++ and make, or use --target runtime."
        )
    return target


def compiler() -> str:
    """Return the C++ compiler command: ``$CXX`` or g++, through ccache when that is installed."""
    command = os.environ.get("CXX", "g++")
    return f"ccache {command}" if shutil.which("ccache") and "ccache" not in command else command


@cache
def compiler_version() -> str:
    """Return the first line of the compiler's version, or an empty string without a compiler."""
    command = [*compiler().split(), "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.splitlines()[0] if said else ""


def build(circuit: Circuit, target: str = "auto", threads: int = 1, compile_program: bool = True) -> Build:
    """Return the circuit as something that runs, from the cache if it was built before.

    Parameters
    ----------
    threads
        OpenMP threads of the cpp target; more than one only pays on idle cores.
    compile_program
        False generates the sources only.
    """
    target = choose_target(target)
    if target == "runtime":
        from spiking_engrams.runtime import RuntimeProgram

        started = time.perf_counter()
        return Build(RuntimeProgram(circuit), target, time.perf_counter() - started, False)
    request = _request(circuit, target, threads, compile_program)
    folder = build_folder(circuit.name, _key(circuit, request))
    with _locked(folder):
        if (folder / "manifest.json").exists():
            touch(folder)
            return Build(Program(folder), target, 0.0, True, folder)
        started = time.perf_counter()
        _generate(circuit, request, folder)
        seconds = time.perf_counter() - started
    trim(keep=folder)
    return Build(Program(folder), target, seconds, False, folder)


def _request(circuit: Circuit, target: str, threads: int, compile_program: bool) -> dict[str, object]:
    return {
        "target": target,
        "threads": threads,
        "flags": list(FLAGS),
        "compiler": compiler(),
        "compiler_version": compiler_version(),
        "compile": compile_program,
        "jobs": len(os.sched_getaffinity(0)),
        "structure_digest": circuit.structure_digest,
    }


def _key(circuit: Circuit, request: dict[str, object]) -> str:
    packages = ["brian2", "numpy", *(["brian2cuda"] if request["target"] == "cuda" else [])]
    key = {name: value for name, value in request.items() if name != "jobs"}
    key["versions"] = [_version(name) for name in packages] + [sys.version]
    key["sources"] = [
        hashlib.sha256(Path(str(module.__file__)).read_bytes()).hexdigest() for module in (assemble, codegen)
    ]
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError as error:
        raise BuildError(
            f"Target 'cuda' needs the package {package}; install it with `pip install spiking-engrams[cuda]`."
        ) from error


def _generate(circuit: Circuit, request: dict[str, object], folder: Path) -> None:
    """Build in a temporary folder beside the final one and move it into place when complete."""
    work = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    arrays = {f"{c.name}.{end}": getattr(c, end) for c in circuit.connections for end in ("i", "j")}
    np.savez(work / "arrays.npz", **arrays)  # type: ignore[arg-type]
    for name, data in (
        ("structure", circuit.structure),
        ("constants", circuit.constants),
        ("request", request),
    ):
        (work / f"{name}.json").write_text(json.dumps(data, indent=1))
    with (work / "generate.log").open("w") as log:
        status = subprocess.run(
            [sys.executable, "-m", "spiking_engrams.codegen", str(work)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        ).returncode
    if status:
        raise _failure(circuit, work, folder, "compile" if status == codegen.COMPILE_FAILED else "generate")
    (work / "arrays.npz").unlink()
    os.replace(work, folder)


def _failure(circuit: Circuit, work: Path, folder: Path, stage: str) -> BuildError:
    """Keep the logs of a failed build and make its error from the first error lines."""
    failed = folder.with_name(f"{folder.name}.failed")
    shutil.rmtree(failed, ignore_errors=True)
    os.replace(work, failed)
    log = failed / f"{stage}.log"
    lines = log.read_text().splitlines()
    errors = [line.strip() for line in lines if _is_error(line)] or lines[-3:]
    return BuildError(
        f"Circuit '{circuit.name}' could not be built (failed to {stage}): {' | '.join(errors[:3])}. "
        f"The whole log is {log}."
    )


def _is_error(line: str) -> bool:
    """Whether a line of a log names an error, of the compiler or of Python."""
    return "error:" in line.lower() or line.split(":")[0].endswith("Error")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of one build, so that concurrent processes compile it once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
