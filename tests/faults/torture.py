"""Torture: kills, races of a build, damaged files, wrong command lines and full disks, in a table of tried and held.

    PYTHONPATH=tests/helpers python tests/faults/torture.py [--out PAGE.md] [--share 0.1] [--only kills ...]

It takes at most half an hour on two cores. A case holds if results are equal bit for bit to those of an undisturbed
run, or if the command ends with one paragraph, without a traceback, and nothing that was complete is lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torture_cases as cases

N_AT_A_TIME = 2
SEED = 20261129
PAGE = """# Torture tests

Written by `make torture`. A case holds if its results equal those of an undisturbed run bit for bit, or if the command
ends with a message of one paragraph, without a traceback, and no completed work is lost.

"""


@dataclass(frozen=True)
class Kind:
    """One kind of torture: what is done, how often, and the function that does it once and returns what went wrong."""

    title: str
    n: int
    once: Callable[[cases.Place, random.Random], str]
    at_a_time: int = N_AT_A_TIME


KINDS = {
    "kills": Kind("a run killed at a random moment, then resumed", 100, cases.kill),
    "races": Kind("three processes that need one program at once", 50, cases.race),
    "damage": Kind("a stored file damaged at random, then resumed", 150, cases.damage),
    "programs": Kind("a file of a cached program damaged at random", 20, cases.damage_program),
    "commands": Kind("a wrong command line", 300, cases.wrong_command, 1),
    "disks": Kind("a full disk under temporary files, cache or run", 30, cases.full_disk, 1),
}


def run(name: str, share: float, place: cases.Place) -> tuple[int, list[str], float]:
    """Do one kind of torture; return how often, what went wrong, and the seconds that it took."""
    kind, begun = KINDS[name], time.monotonic()
    n = max(1, round(kind.n * share))

    def once(number: int) -> str:
        try:
            return kind.once(place.part(f"{name}_{number}"), random.Random(f"{SEED} {name} {number}"))
        except cases.Skipped as reason:
            return f"skipped: {reason}"
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"

    with ThreadPoolExecutor(kind.at_a_time) as pool:
        wrong = list(_told(name, n, pool.map(once, range(n))))
    return n, [each for each in wrong if each], time.monotonic() - begun


def _told(name: str, n: int, results: Iterator[str]) -> Iterator[str]:
    for number, wrong in enumerate(results, 1):
        if wrong or number % 10 == 0 or number == n:
            print(f"{name} {number} of {n}" + (f": {wrong}" if wrong else ""), flush=True)
        yield wrong


def table(found: dict[str, tuple[int, list[str], float]]) -> str:
    """Return the table as Markdown."""
    lines = ["| what was done | tried | held | skipped | failed | minutes |", "|---|---|---|---|---|---|"]
    for name, (n, wrong, seconds) in found.items():
        skipped = sum(each.startswith("skipped") for each in wrong)
        failed = len(wrong) - skipped
        lines.append(f"| {KINDS[name].title} | {n} | {n - len(wrong)} | {skipped} | {failed} | {seconds / 60:.1f} |")
    return "\n".join(lines)


def main() -> int:
    """Run all kinds and print the table; the exit code is 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the cases that are tried")
    parser.add_argument("--only", nargs="+", choices=list(KINDS), default=list(KINDS), help="kinds")
    parser.add_argument("--out", type=Path, help="file for the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture_") as name:
        place = cases.Place.prepared(Path(name))
        found = {kind: run(kind, options.share, place) for kind in options.only}
    print(table(found))
    if options.out:
        options.out.write_text(PAGE + table(found) + "\n", encoding="utf-8")
    return int(any(not each.startswith("skipped") for _, wrong, _ in found.values() for each in wrong))


if __name__ == "__main__":
    sys.exit(main())
