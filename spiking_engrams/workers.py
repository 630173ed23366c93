"""Seeds as processes that share one build, stop with their parent and report to it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import SimulationError
from spiking_engrams.progress import Event, Listener

if TYPE_CHECKING:
    from spiking_engrams.experiment import Experiment, Request
    from spiking_engrams.simulation import Simulation

POLL_S = 0.1
_queue: Any = None  # in a worker: where its events go


def run_in_processes(request: Request, path: Path, seeds: list[int], jobs: int, listener: Listener) -> None:
    """Run seeds in `jobs` processes; the circuit must have been built already.

    The first error of a seed, or an interrupt, ends all workers; what they have finished stays on disk.
    """
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    text = json.dumps(asdict(request))
    executor = concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start, initargs=(queue,)
    )
    try:
        with (
            _interrupts_blocked()
        ):  # workers start here and inherit it: an interrupt is the parent's business
            waiting = {executor.submit(_run_one, text, str(path), seed) for seed in seeds}
        while waiting:
            done, waiting = concurrent.futures.wait(
                waiting, timeout=POLL_S, return_when=concurrent.futures.FIRST_COMPLETED
            )
            _pass_on(queue, listener)
            for future in done:
                future.result()
        _pass_on(queue, listener)
    except concurrent.futures.process.BrokenProcessPool:
        _stop(executor)
        raise SimulationError(
            "A worker process ended unexpectedly, perhaps for lack of memory; complete seeds are kept. Go on "
            f"with fewer jobs: --resume '{path}' --jobs 1."
        ) from None
    except BaseException:
        _stop(executor)
        raise
    executor.shutdown()


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Hold interrupts back in this thread; Brian2 replaces handlers when imported, but not this mask."""
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
        worker.terminate()
    for worker in workers:
        worker.join(timeout=5)


def _start(queue: Any) -> None:
    """Prepare a worker: it ends when it is told to, and with its parent."""
    global _queue
    _queue = queue
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and cleaning up must not be cut short
    raise SystemExit(1)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


@functools.cache
def _prepared(text: str) -> tuple[Experiment, Simulation]:
    """Make the experiment once per worker."""
    from spiking_engrams.experiment import Request, prepare

    experiment = prepare(Request.from_info({"request": json.loads(text)}))
    return experiment, experiment.simulation()


def _run_one(text: str, path: str, seed: int) -> int:
    from spiking_engrams.experiment import run_seed
    from spiking_engrams.run_folder import RunFolder

    try:
        experiment, simulation = _prepared(text)
        run_seed(experiment, simulation, RunFolder(path), seed, lambda event: _queue.put(tuple(event)))
    except SystemExit:  # the parent stopped us; the program we ran was killed on the way here
        os._exit(1)
    return seed
