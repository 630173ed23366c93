"""Branches of a tree, worked through in parallel."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from spiking_engrams.programs.process import end_programs

POLL_S = 0.1


def walk[T](after: Mapping[int, int], work: Callable[[int, int], T], branches: int) -> Iterator[tuple[int, T]]:
    """Do the work of every node of a tree once that of its predecessor is done, and yield the results.

    Parameters
    ----------
    after
        Node -> its predecessor; nodes that are not keys are already done.
    work
        ``work(node, place)`` does the work of a node in one of the places ``0`` to ``branches - 1``.
    branches
        Number of nodes worked on in parallel. With one, nodes are done in order, in this thread; with more, in threads
        that each wait for their own program.

    Yields
    ------
    node, result
        In order of completion; the successors of a node begin when the caller requests the next result.

    Examples
    --------
    >>> dict(walk({1: 0, 2: 1, 3: 1}, lambda node, place: 10 * node, branches=1))  # 1 follows 0; 2 and 3 follow 1
    {1: 10, 2: 20, 3: 30}
    """
    if branches == 1:
        for node in after:
            yield node, work(node, 0)
        return
    with ThreadPoolExecutor(branches) as executor:
        yield from _side_by_side(after, work, executor, list(range(branches)))


def _side_by_side[T](
    after: Mapping[int, int], work: Callable[[int, int], T], executor: ThreadPoolExecutor, places: list[int]
) -> Iterator[tuple[int, T]]:
    following = defaultdict[int, list[int]](list)
    for node, before in after.items():
        following[before].append(node)
    ready = sorted(node for node, before in after.items() if before not in after)
    running = dict[Future[T], tuple[int, int]]()
    try:
        while ready or running:
            while ready and places:
                node, place = heapq.heappop(ready), places.pop()
                running[executor.submit(work, node, place)] = node, place
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                node, place = running.pop(future)
                places.append(place)
                yield node, future.result()
                for each in following[node]:
                    heapq.heappush(ready, each)
    except BaseException:
        _stop(set(running))
        raise


def _stop(running: set[Future[Any]]) -> None:
    """End the programs that threads wait for, until no thread waits."""
    while running:
        end_programs()
        _, running = wait(running, POLL_S)
