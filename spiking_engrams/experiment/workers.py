"""Seeds as processes that share one build, stop with their parent and report to it.

A worker is stopped by killing its process group, which holds the program it runs. Raising an exception in a
signal handler instead is not reliable: destructors and bare excepts swallow it, and the worker survives. A
killed worker leaves files only in its own temporary folder or under temporary names in the run folder.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import SimulationError, show_warnings_in_one_line
from spiking_engrams.experiment.progress import Event, Listener
from spiking_engrams.experiment.trust import resume_command
from spiking_engrams.files.scratch import temporary_folder

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Experiment, Request
    from spiking_engrams.simulation.simulation import Simulation

POLL_S = 0.1
_queue: Any = None  # in a worker: where its events go


def run_in_processes(
    request: Request, path: Path, seeds: list[int], jobs: int, branches: int, listener: Listener
) -> None:
    """Run seeds in `jobs` processes with `branches` branches each; the circuit must already be built.

    The first error of a seed, or an interrupt, ends all workers; what they have finished stays on disk.
    """
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    text = json.dumps(asdict(request))
    with temporary_folder("workers_") as scratch:
        executor = concurrent.futures.ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_start, initargs=(queue, str(scratch))
        )
        try:
            with _interrupts_blocked():  # the workers start here and inherit it
                waiting = {executor.submit(_run_one, text, str(path), seed, branches) for seed in seeds}
            _wait(waiting, queue, listener)
        except concurrent.futures.process.BrokenProcessPool:
            _stop(executor)
            raise SimulationError(
                "A worker process ended unexpectedly, perhaps for lack of memory; complete seeds are kept. "
                f"Continue with fewer jobs: `{resume_command(path, request)} --jobs 1`."
            ) from None
        except BaseException:
            _stop(executor)
            raise
        executor.shutdown()


def _wait(waiting: set[concurrent.futures.Future[int]], queue: Any, listener: Listener) -> None:
    while waiting:
        done, waiting = concurrent.futures.wait(waiting, timeout=POLL_S, return_when=concurrent.futures.FIRST_COMPLETED)
        _pass_on(queue, listener)
        for future in done:
            future.result()
    _pass_on(queue, listener)


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block interrupts in this thread; importing Brian2 replaces handlers, but not this mask."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pass_on(queue: Any, listener: Listener) -> None:
    while not queue.empty():
        listener(Event(*queue.get()))


def _stop(executor: concurrent.futures.ProcessPoolExecutor) -> None:
    """End the workers and the programs they run."""
    workers = multiprocessing.active_children()
    executor.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        with contextlib.suppress(ProcessLookupError, TypeError):  # no group yet, or already gone
            os.killpg(worker.pid, signal.SIGKILL)  # type: ignore[arg-type]
        worker.kill()
    for worker in workers:
        worker.join()
        while worker.exitcode is None:  # the executor's thread has reaped it and is about to report it
            time.sleep(POLL_S / 10)


def _start(queue: Any, scratch: str) -> None:
    """Set up a worker in its own process group, which ends with the parent."""
    global _queue
    _queue = queue
    show_warnings_in_one_line()
    tempfile.tempdir = scratch
    os.setpgid(0, 0)
    threading.Thread(target=_follow_parent, args=(scratch,), daemon=True).start()


def _follow_parent(scratch: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(scratch, ignore_errors=True)
        os.killpg(os.getpid(), signal.SIGKILL)


@functools.cache
def _prepared(text: str) -> tuple[Experiment, Simulation]:
    """Prepare the experiment once per worker."""
    from spiking_engrams.experiment.experiment import Request, prepare

    experiment = prepare(Request.from_info({"request": json.loads(text)}))
    return experiment, experiment.simulation()


def _run_one(text: str, path: str, seed: int, branches: int) -> int:
    from spiking_engrams.experiment.experiment import run_seed
    from spiking_engrams.runs.run_folder import RunFolder

    experiment, simulation = _prepared(text)
    run_seed(experiment, simulation, RunFolder(path), seed, lambda event: _queue.put(tuple(event)), branches)
    return seed
