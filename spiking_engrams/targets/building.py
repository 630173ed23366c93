"""From a circuit to something that runs: the choice of target and the build cache.

A cached program (see `build_key`) starts without code generation. It is checked before a process first uses it and
whenever one of its files has been written since, and rebuilt if it is damaged.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import BuildError, EngramError, EngramWarning, check_known
from spiking_engrams.files.cache import FAILED, OLD, PARTIAL, build_folder, cache_dir, is_trusted, locked, touch, trim
from spiking_engrams.files.ownership import close_to_others
from spiking_engrams.programs import surroundings
from spiking_engrams.programs.files import MANIFEST, fault, read_manifest
from spiking_engrams.programs.program import Program, Runnable
from spiking_engrams.targets import build_key, codegen, cuda

TARGETS = ("auto", "runtime", "cpp", "cuda")
Stamp = tuple[tuple[int, int, int], ...]
_checked: dict[Path, Stamp] = {}  # programs that this process found intact, and their files as they were then


@dataclass(frozen=True)
class Build:
    """A runnable circuit and its build time; `key` changes with anything that may affect its results."""

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
        If the target is requested by name and this machine lacks what it needs, or CXX names no compiler.
    """
    check_known("target", target, TARGETS)
    if target == "runtime":
        return target
    if target == "cuda":
        cuda.check(compile_program)
        return target
    if surroundings.has_compiler():
        return "cpp"
    if target == "auto":
        return "runtime"
    raise BuildError(
        f"Target 'cpp' needs a C++ compiler ('{' '.join(surroundings.compiler())}' was looked for; set CXX to choose "
        "another) and make; install g++ and make, or use --target runtime."
    )


def build(circuit: Circuit, target: str = "auto", threads: int = 1, compile_program: bool = True) -> Build:
    """Return the circuit in runnable form, from the cache if it was built before.

    Parameters
    ----------
    threads
        OpenMP threads of the cpp target; more than one only pays off on idle cores.
    compile_program
        If False, only the sources are generated.

    Raises
    ------
    BuildError
        If the circuit cannot be built, or its cache folder cannot be written.
    """
    if isinstance(threads, bool) or not isinstance(threads, int | np.integer) or threads < 1:
        raise BuildError(f"A program for {threads!r} threads was requested; allowed are whole numbers from 1.")
    target = choose_target(target, compile_program)
    started = time.perf_counter()
    request = build_key.request(circuit, target, int(threads), compile_program)
    key = build_key.key(request)
    if target == "runtime":
        from spiking_engrams.targets.runtime import RuntimeProgram

        return Build(RuntimeProgram(circuit), target, time.perf_counter() - started, False, key)
    folder = build_folder(circuit.name, key)
    program = _usable(folder, key)
    cached = program is not None
    if program is None:
        try:
            program, cached = _built(circuit, {**request, "key": key}, folder)
        except OSError as error:
            raise BuildError(
                f"Circuit '{circuit.name}' could not be built in {folder.parent} ({error.strerror or error}); free "
                "some space, or set SPIKING_ENGRAMS_CACHE to a folder that can be written."
            ) from error
    touch(folder)
    return Build(program, target, 0.0 if cached else time.perf_counter() - started, cached, key, folder)


def _built(circuit: Circuit, request: dict[str, object], folder: Path) -> tuple[Program, bool]:
    """Return a new program, or the one that another process built while it held the lock, and whether it did."""
    with locked(folder) as lock:
        found = _usable(folder, str(request["key"]))
        if found is not None:
            return found, True
        _generate(circuit, request, folder, lock)
    trim(keep=folder)
    program = _usable(folder, str(request["key"]))
    if program is None:
        raise BuildError(
            f"Circuit '{circuit.name}' was built in {folder}, but was removed or damaged before it could be used; run "
            "it again."
        )
    return program, False


def _usable(folder: Path, key: str) -> Program | None:
    """Return the program in a folder, or None if there is none that can be used; warn of a damaged one.

    Raises
    ------
    BuildError
        If somebody else may have written the program.
    """
    if not (folder / MANIFEST).exists():
        return None
    for part in (folder, folder / "code", folder / "code" / "main", folder / MANIFEST):
        if part.exists() and not is_trusted(part):
            raise BuildError(
                f"The program in {folder} may be somebody else's (other users own it or can write to it), so it is not "
                f"run. Remove it, set SPIKING_ENGRAMS_CACHE to a folder of your own, or SPIKING_ENGRAMS_CACHE_TRUST=1 "
                f"to trust everybody who can write to {cache_dir()}."
            )
    wrong = "" if _checked.get(folder) == (stamp := _stamp(folder)) and stamp else fault(folder)
    if not wrong:
        manifest = read_manifest(folder)
        wrong = "" if manifest.get("key") == key else "it was built for another circuit"
    if wrong:
        warnings.warn(f"The program in {folder} is damaged ({wrong}); it is built again.", EngramWarning, stacklevel=4)
        return None
    _checked[folder] = stamp
    return Program(folder)


def _stamp(folder: Path) -> Stamp:
    """Return what changes when a program is rebuilt or one of its files is written; empty if a file is missing."""
    try:
        found = [(folder / name).stat() for name in (MANIFEST, *sorted(read_manifest(folder)["files"]))]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)


def _generate(circuit: Circuit, request: dict[str, object], folder: Path, lock: IO[bytes] | None) -> None:
    """Build in a temporary folder beside the final one and move it into place when complete."""
    work, old = folder.with_name(folder.name + PARTIAL), folder.with_name(folder.name + OLD)
    for remains in (work, old):
        shutil.rmtree(remains, ignore_errors=True)
    work.mkdir(parents=True, mode=0o755)
    np.savez(work / "arrays.npz", **circuit.arrays)  # type: ignore[arg-type]
    for name, data in (
        ("structure", circuit.structure),
        ("constants", circuit.constants),
        ("request", request),
    ):
        (work / f"{name}.json").write_text(json.dumps(data, indent=1))
    status = _run_codegen(work, lock)
    if status or not (work / MANIFEST).exists():
        raise _failure(circuit, work, folder, "compile" if status == codegen.COMPILE_FAILED else "generate", status)
    (work / "arrays.npz").unlink()
    close_to_others(work)
    if folder.exists():  # it is damaged; programs that run from it continue
        os.replace(folder, old)
    os.replace(work, folder)
    shutil.rmtree(old, ignore_errors=True)


def _run_codegen(work: Path, lock: IO[bytes] | None) -> int:
    """Generate and compile in a process group of its own, which ends with this call.

    The new process inherits the lock: if this one is killed, nobody touches the folder until the new one has ended,
    as it does when it finds that its parent is gone. It does not see files of the working folder, or the user's Brian2
    preferences, which lie in the home folder.
    """
    temporary = work / "temporary"
    temporary.mkdir()
    environment = surroundings.for_builds(
        PYTHONPATH=_python_path(), PYTHONUTF8="1", TMPDIR=str(temporary), HOME=str(work),
        ENGRAMS_HOME=os.environ.get("HOME", ""), ENGRAMS_PARENT=str(os.getpid()),
    )  # fmt: skip
    with (work / "generate.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "spiking_engrams.targets.codegen", str(work)],
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            pass_fds=(lock.fileno(),) if lock else (),
        )
        try:
            status = process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(work, ignore_errors=True)
            raise
    shutil.rmtree(temporary, ignore_errors=True)
    return status


def _python_path() -> str:
    """Return the search path for modules: the location of this library and the user's, without the working folder."""
    here = os.getcwd()
    given = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return os.pathsep.join([str(Path(__file__).parent.parent.parent), *(path for path in given if path != here)])


def _failure(circuit: Circuit, work: Path, folder: Path, stage: str, status: int) -> EngramError:
    """Keep the logs of a failed build and return an error with the first error lines."""
    failed = folder.with_name(folder.name + FAILED)
    shutil.rmtree(failed, ignore_errors=True)
    os.replace(work, failed)
    log = failed / f"{stage}.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    errors = [line.strip() for line in lines if _is_error(line)] or lines[-3:] or [f"it ended with status {status}"]
    return BuildError(
        f"Circuit '{circuit.name}' could not be built (failed to {stage}): {' | '.join(errors[:3])}. "
        f"The whole log is {log}."
    )


def _is_error(line: str) -> bool:
    """Return whether a line of a log names an error of the compiler or of Python."""
    return "error:" in line.lower() or line.split(":")[0].endswith("Error")
