"""What `torture` does once: each function damages, kills or fills something and returns what went wrong, or nothing."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from places import HELPERS, ROOT

TOY = HELPERS / "toy.py"
ENGRAMS = [sys.executable, "-P", "-m", "spiking_engrams.command.cli"]
TIMEOUT_S = 240
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FINE = (0, 2, 130)  # exit codes that a user expects
TRIALS = 12


class Skipped(Exception):
    """A case cannot be tried here."""


@dataclass(frozen=True)
class Place:
    """Where cases happen: a folder, a cache with the program of the toy protocol, and what an undisturbed run gives."""

    folder: Path
    cache: Path
    reference: Path

    @classmethod
    def prepared(cls, folder: Path) -> Place:
        """Build the program and run the toy protocol undisturbed."""
        place = cls(folder, folder / "cache", folder / "reference")
        done = place.engrams(*RUN, "--out", place.reference)
        if done.returncode:
            raise SystemExit(f"the toy protocol does not run: {done.stderr[-2000:]}")
        return place

    def part(self, name: str) -> Place:
        """Return a place of its own for one case, with the same cache."""
        (self.folder / name).mkdir()
        return replace(self, folder=self.folder / name)

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of a command."""
        own = {"PYTHONPATH": str(ROOT), "SPIKING_ENGRAMS_CACHE": str(self.cache), "MPLBACKEND": "Agg"}
        return {**os.environ, **own, **changes}

    def engrams(self, *arguments: object, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*ENGRAMS, *map(str, arguments)], env=self.environment(**changes), cwd=self.folder, text=True,
            capture_output=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, errors="replace",
        )  # fmt: skip

    def copy(self) -> Path:
        """Return a copy of the complete run."""
        return Path(shutil.copytree(self.reference, self.folder / "run"))

    def difference(self, run: Path) -> str:
        """Return how a run differs from the undisturbed one, an empty string if it does not."""
        wanted, found = results(self.reference), results(run)
        for name, value in wanted.items():
            if found.get(name) != value:
                return f"{name} is {found.get(name, 'missing')!s:.100} and not {value!s:.100}"
        return ""


RUN = ("run", TOY, "--seeds", 2, "--set", f"protocol.n_trials={TRIALS}")


def results(run: Path) -> dict[str, object]:
    """Return all metrics, series and arrays of a run, and the digests of its states."""
    found: dict[str, object] = {}
    for path in sorted(run.glob("seed_*/metrics.json")):
        data = json.loads(path.read_text())
        found |= {f"{path.parent.name} {kind}": data.get(kind) for kind in ("metrics", "series", "arrays")}
        for state in sorted(path.parent.glob("states/*.h5")):
            found[f"{path.parent.name} {state.stem}"] = state_key(state)
    return found


def state_key(path: Path) -> str:
    """Return the content address of a state, checked."""
    from spiking_engrams.state.state import State

    return State.load(path).key()


def complaint(done: subprocess.CompletedProcess[str], codes: tuple[int, ...] = FINE) -> str:
    """Return what is wrong with the end of a command, whatever it found: its exit code, or a traceback."""
    if "Traceback" in done.stderr + done.stdout:
        return f"a traceback: {done.stderr.strip().splitlines()[-1]:.200}"
    if done.returncode not in codes:
        return f"exit code {done.returncode}: {(done.stderr or done.stdout)[-200:]}"
    return "" if done.returncode in (0, 1) or done.stderr.strip() else f"exit code {done.returncode} and no word"


def completed(place: Place, run: Path, **changes: str) -> str:
    """Resume a run (or start it where it had not begun), and return how it differs from the undisturbed one."""
    begun = (run / "run.json").exists()
    done = place.engrams(*(("run", "--resume", run, "--trust") if begun else (*RUN, "--out", run)), **changes)
    return complaint(done, (0,)) or place.difference(run)


# Kills


def kill(place: Place, chance: random.Random) -> str:
    """Kill a run at a random moment; every fifth while its program is being built."""
    run, changes = place.folder / "run", {}
    if chance.random() < 0.1:
        changes["SPIKING_ENGRAMS_CACHE"] = str(place.folder / "own_cache")
    command = [*ENGRAMS, *map(str, RUN), "--out", str(run), "--jobs", chance.choice("12")]
    process = subprocess.Popen(
        command, env=place.environment(**changes), cwd=place.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True, errors="replace",
    )  # fmt: skip
    time.sleep(chance.uniform(0.2, 9.0))
    how = chance.choice(SIGNALS)
    process.send_signal(how)
    _, said = process.communicate(timeout=TIMEOUT_S)
    if "Traceback" in said:
        return f"a traceback after {how.name}: {said.strip().splitlines()[-1]:.200}"
    return completed(place, run, **changes)


# Races

RACER = """
import sys, os
sys.path.insert(0, {helpers!r})
from cells import ring
from spiking_engrams.targets.building import build
built = build(ring(), "cpp")
print(built.cached, built.folder)
"""
# Copies the binary that was linked once: a real compiler would take most of the half hour.
COMPILER = """#!/bin/sh
[ "$1" = --version ] && echo fast 1.0 && exit 0
out=; while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
if [ "$out" = main ]; then cp "{binary}" main; echo linked >> "{log}"; else : > "$out"; fi
"""


def race(place: Place, chance: random.Random) -> str:
    """Start three processes that want the same program; one builds it, and it is whole."""
    from spiking_engrams.programs.files import fault

    binary = next(path for path in (place.cache / "programs").glob("toy-*/code/main"))
    compiler, log = place.folder / "c++", place.folder / "linked"
    compiler.write_text(COMPILER.format(binary=binary, log=log))
    compiler.chmod(0o755)
    settings = {"CXX": str(compiler), "SPIKING_ENGRAMS_CACHE": str(place.folder / "own_cache")}
    code = RACER.format(helpers=str(HELPERS))
    racers = []
    for _ in range(3):
        racers.append(
            subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                env=place.environment(**settings),
                cwd=place.folder,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        )
        time.sleep(chance.choice((0.0, 0.0, 0.5)))
    ends = [racer.communicate(timeout=TIMEOUT_S) for racer in racers]
    if any(racer.returncode for racer in racers):
        return f"a racer ended with {ends}"
    words = [out.split(maxsplit=1) for out, _ in ends]
    n_built = len(log.read_text().split())
    if n_built != 1 or sorted(word[0] for word in words) != ["False", "True", "True"]:
        return f"{n_built} builds, {words}"
    return fault(Path(words[0][1].strip()))


# Damage


def _flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) or 1)
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :] if data else b"x"


DAMAGES: Mapping[str, Callable[[bytes, random.Random], bytes | None]] = {
    "flipped": _flip,
    "cut": lambda data, chance: data[: chance.randrange(len(data) or 1)],
    "emptied": lambda data, chance: b"",
    "garbage": lambda data, chance: chance.randbytes(len(data)),
    "longer": lambda data, chance: data + chance.randbytes(16),
    "gone": lambda data, chance: None,
}


def _damaged(path: Path, chance: random.Random) -> str:
    name = chance.choice(list(DAMAGES))
    data = DAMAGES[name](path.read_bytes(), chance)
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    return name


def damage(place: Place, chance: random.Random) -> str:
    """Damage a file of a run; resume makes it right, or refuses in one paragraph."""
    run = place.copy()
    files = sorted(path for path in run.rglob("*") if path.is_file() and path.name != ".lock")
    kinds = sorted({re.sub(r"\d+", "N", str(path.relative_to(run))) for path in files})
    kind = chance.choice(kinds)
    path = chance.choice([path for path in files if re.sub(r"\d+", "N", str(path.relative_to(run))) == kind])
    if chance.random() < 0.3:  # as if the seed had not come to its end
        (run / "seed_0002" / "metrics.json").unlink()
    if not path.exists():
        return ""
    how, what = _damaged(path, chance), str(path.relative_to(run))
    done = place.engrams("run", "--resume", run, "--trust")
    wrong = complaint(done)
    if not wrong and done.returncode == 0:
        wrong = place.difference(run)
    elif not wrong and not what.startswith("run.json"):
        wrong = f"refused: {done.stderr.strip()[-300:]}"
    return f"{what} {how}: {wrong}" if wrong else ""


def damage_program(place: Place, chance: random.Random) -> str:
    """Damage a file that a program reads; the next run builds it again, and its results are right."""
    cache = Path(shutil.copytree(place.cache, place.folder / "own_cache"))
    code = next((cache / "programs").glob("toy-*/code"))
    files = [code / "main", code.parent / "manifest.json", *sorted((code / "static_arrays").glob("*"))]
    path = chance.choice(files)
    how = _damaged(path, chance)
    wrong = completed(place, place.folder / "run", SPIKING_ENGRAMS_CACHE=str(cache))
    return f"{path.name} {how}: {wrong}" if wrong else ""


# Wrong command lines


def wrong_command(place: Place, chance: random.Random) -> str:
    """Give a wrong command line; it ends with one paragraph."""
    from wrong_command_lines import command_line, prepare

    prepare(place.folder)
    arguments = command_line(chance)
    wrong = complaint(place.engrams(*arguments), (*FINE, 1))
    return f"engrams {' '.join(arguments)}: {wrong}" if wrong else ""


# Full disks


def full_disk(place: Place, chance: random.Random) -> str:
    """Run on a file system that is too small for temporary files, the cache or the run; then make room and resume."""
    if os.geteuid():
        raise Skipped("mounting needs root")
    small = place.folder / "small"
    small.mkdir()
    size = chance.choice((16, 32, 64, 128, 256, 512))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        raise Skipped("a file system cannot be mounted")
    where = chance.choice(("TMPDIR", "SPIKING_ENGRAMS_CACHE", "run"))
    changes = {} if where == "run" else {where: str(small)}
    run = (small if where == "run" else place.folder) / "run"
    try:
        done = place.engrams(*RUN, "--out", run, **changes)
        wrong = complaint(done)
        if not wrong and done.returncode == 0:
            wrong = place.difference(run)
        if not wrong:
            subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
            wrong = completed(place, run, **changes)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
    return f"{where} of {size} kB: {wrong}" if wrong else ""
