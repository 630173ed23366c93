"""A program as a process: its start, its progress, its end (with this process at the latest) and its output."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from spiking_engrams.errors import SimulationError
from spiking_engrams.programs.surroundings import for_runs

Progress = Callable[[float], None]
MAX_LINES = 200  # of a program's output that are kept
BUSY_S, BUSY_TRIES = 0.05, 20  # another process that was just started may hold a new binary open
_running = set[int]()  # processes that have not yet closed their output, and so are not waited for yet
CUDA_ERROR = re.compile(r"(\w+ )?ERROR\b|Error |Could not |terminate called")


@dataclass(frozen=True)
class Ended:
    """How a process ended, its output besides its progress (on stdout and stderr), and its peak memory in kB."""

    status: int
    said: list[str]
    complained: list[str]
    peak_kb: float


def execute(folder: Path, arguments: list[str], progress: Progress | None, **environment: str) -> Ended:
    """Run ``code/main`` of a program to its end; it ends if this process does.

    Raises
    ------
    SimulationError
        If it cannot be started.
    """
    process = _started(folder, arguments, for_runs(ENGRAMS_PARENT=str(os.getpid()), **environment))
    said, complained = deque[str](maxlen=MAX_LINES), deque[str](maxlen=MAX_LINES)
    listener = threading.Thread(target=_listen, args=(process.stderr, complained.append), daemon=True)
    _running.add(process.pid)
    try:
        listener.start()
        _listen(process.stdout, lambda line: None if _report(line, progress) else said.append(line))
        _running.discard(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        _running.discard(process.pid)
        process.kill()
        process.wait()
        raise
    finally:
        if process.stdout:
            process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    listener.join()
    return Ended(process.returncode, list(said), list(complained), usage.ru_maxrss)


def end_programs() -> None:
    """Kill the programs that this process runs; callers that wait for one learn that it was killed."""
    for each in list(_running):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def ending(status: int) -> str:
    """Return in words how a process ended."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def cuda_errors(said: list[str], folder: Path) -> list[str]:
    """Return the errors in the output of a CUDA program, which also describes every kernel.

    Raises
    ------
    SimulationError
        If there is no device that it can use.
    """
    errors = [line for line in said if CUDA_ERROR.match(line)]
    for line in errors:
        if "cudaSetDevice" in line:
            raise SimulationError(
                f"The CUDA program in {folder} found no CUDA device ({line.rpartition(' : ')[2]}); run "
                "it on a machine with an NVIDIA GPU and its driver, or use --target cpp."
            )
    return errors


def _started(folder: Path, arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    for attempt in range(BUSY_TRIES):
        try:
            return subprocess.Popen(
                ["./main", *arguments],
                cwd=folder / "code",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as problem:
            if problem.errno != errno.ETXTBSY or attempt == BUSY_TRIES - 1:
                raise _not_started(folder, problem) from problem
            time.sleep(BUSY_S)
    raise AssertionError("unreachable")


def _not_started(folder: Path, problem: OSError) -> SimulationError:
    if not (folder / "code" / "main").exists():
        return SimulationError(
            f"The program in {folder} has no binary; remove it with `engrams cache --clear` and build again."
        )
    if problem.errno in (errno.EACCES, errno.EPERM, errno.ENOEXEC):
        return SimulationError(
            f"The program in {folder} cannot be executed ({problem.strerror}): its file system may forbid programs "
            "(noexec). Set SPIKING_ENGRAMS_CACHE to a folder whose programs can be run."
        )
    return SimulationError(
        f"The program in {folder} could not be started ({problem.strerror}); end other processes and run it again."
    )


def _listen(stream: IO[str] | None, keep: Callable[[str], object]) -> None:
    """Pass on every non-empty line of a stream until it ends."""
    if stream is None:
        return
    with stream:
        for line in stream:
            if line.strip():
                keep(line.strip())


def _report(line: str, progress: Progress | None) -> bool:
    """Report the progress that a line states, and return whether it states any."""
    if not line.startswith("PROGRESS "):
        return False
    if progress is not None:
        progress(float(line.split()[1]))
    return True
