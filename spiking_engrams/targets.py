"""From a circuit to something that runs: the choice of target and the build cache.

The key of a build is a digest of the circuit's structure, the sources that generate code, the versions, the
flags, the compiler and the processor, all of which are known without generating code; a cached program starts
without Brian2's code generation.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from spiking_engrams import assemble, codegen, cuda, cuda_units, thresholds
from spiking_engrams.cache import FAILED, PARTIAL, build_folder, locked, touch, trim
from spiking_engrams.circuit import Circuit
from spiking_engrams.errors import BuildError, unknown_name
from spiking_engrams.program import Program, Runnable

TARGETS = ("auto", "runtime", "cpp", "cuda")
# -ffast-math against plain -O3 on the amygdala circuit (`python -m benchmarks.amygdala --flags --quick`): fear
# and spike counts are the same awake, asleep and in recall, and the time loop is 1.2 to 1.3 times as fast.
FLAGS = ("-O3", "-march=native", "-std=c++17", "-ffast-math", "-fno-finite-math-only")


@dataclass(frozen=True)
class Build:
    """A runnable circuit and what it took; `key` changes with anything that may change its results."""

    runnable: Runnable
    target: str
    build_s: float
    cached: bool
    key: str
    folder: Path | None = None


def choose_target(target: str, compile_program: bool = True) -> str:
    """Return the target to use; ``"auto"`` is cpp where a compiler and make exist, else runtime.

    Without `compile_program` a target need only be able to generate sources.

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
            f"Target 'cpp' needs a C++ compiler ('{compiler()}' was looked for; set CXX to choose another) "
            "and make; install g++ and make, or use --target runtime."
        )
    if target == "cuda":
        cuda.check(compile_program)
    return target


def compiler() -> str:
    """Return the C++ compiler command: ``$CXX`` or g++, through ccache when that is installed."""
    command = os.environ.get("CXX", "g++")
    return f"ccache {command}" if shutil.which("ccache") and "ccache" not in command else command


def compiler_version() -> str:
    """Return the first line of the compiler's version, or an empty string without a compiler."""
    command = [*shlex.split(compiler()), "--version"]
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
    target = choose_target(target, compile_program)
    started = time.perf_counter()
    request = _request(circuit, target, threads, compile_program)
    key = _key(request)
    if target == "runtime":
        from spiking_engrams.runtime import RuntimeProgram

        return Build(RuntimeProgram(circuit), target, time.perf_counter() - started, False, key)
    folder = build_folder(circuit.name, key)
    cached = _is_built(folder)
    if not cached:
        try:
            with locked(folder) as lock:
                cached = _is_built(folder)  # by the process that held the lock
                if not cached:
                    _generate(circuit, request, folder, lock)
            trim(keep=folder)
        except OSError as error:
            raise BuildError(
                f"Circuit '{circuit.name}' could not be built in {folder.parent} ({error}); free some space, "
                "or set SPIKING_ENGRAMS_CACHE to a folder that can be written."
            ) from error
    touch(folder)
    return Build(Program(folder), target, 0.0 if cached else time.perf_counter() - started, cached, key, folder)


def _is_built(folder: Path) -> bool:
    """Whether a build is complete: folders are moved into place as a whole."""
    return (folder / "manifest.json").exists()


def _request(circuit: Circuit, target: str, threads: int, compile_program: bool) -> dict[str, object]:
    return {
        "target": target,
        "threads": threads,
        "flags": list(FLAGS),
        "compiler": compiler(),
        "compiler_version": compiler_version(),
        "processor": _processor(),  # -march=native
        "compile": compile_program,
        "jobs": _n_cores(),
        "structure_digest": circuit.structure_digest,
        **(cuda.settings() if target == "cuda" else {}),
    }


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    """Return what code for "native" depends on: a cache may be shared by different machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    wanted = ("model name", "flags", "Features", "CPU part")
    found = {line.split(":")[0].strip(): line for line in reversed(lines) if line.startswith(wanted)}
    return platform.machine() + "".join(found[name] for name in sorted(found))


def _key(request: dict[str, object]) -> str:
    packages = ["brian2", "numpy", *(["brian2cuda"] if request["target"] == "cuda" else [])]
    key = {name: value for name, value in request.items() if name != "jobs"}
    key["versions"] = [importlib.metadata.version(name) for name in packages] + [sys.version]
    modules = [assemble, codegen, thresholds, *([cuda, cuda_units] if request["target"] == "cuda" else [])]
    key["sources"] = [hashlib.sha256(Path(str(module.__file__)).read_bytes()).hexdigest() for module in modules]
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def _generate(circuit: Circuit, request: dict[str, object], folder: Path, lock: IO[str] | None) -> None:
    """Build in a temporary folder beside the final one and move it into place when complete."""
    work = folder.with_name(folder.name + PARTIAL)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    np.savez(work / "arrays.npz", **circuit.arrays)  # type: ignore[arg-type]
    for name, data in (
        ("structure", circuit.structure),
        ("constants", circuit.constants),
        ("request", request),
    ):
        (work / f"{name}.json").write_text(json.dumps(data, indent=1))
    status = _run_codegen(work, lock)
    if status:
        raise _failure(circuit, work, folder, "compile" if status == codegen.COMPILE_FAILED else "generate")
    (work / "arrays.npz").unlink()
    shutil.rmtree(folder, ignore_errors=True)  # remains of an interrupted removal
    os.replace(work, folder)


def _run_codegen(work: Path, lock: IO[str] | None) -> int:
    """Generate and compile in a process group of its own, which ends with this call.

    The process inherits the lock: should this one be killed, nobody touches the folder before that one has ended.
    """
    paths = [str(Path(__file__).parent.parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    with (work / "generate.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "spiking_engrams.codegen", str(work)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)},
            start_new_session=True,
            pass_fds=(lock.fileno(),) if lock else (),
        )
        try:
            return process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(work, ignore_errors=True)
            raise


def _failure(circuit: Circuit, work: Path, folder: Path, stage: str) -> BuildError:
    """Keep the logs of a failed build and make its error from the first error lines."""
    failed = folder.with_name(folder.name + FAILED)
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
