"""Where a result comes from: versions, commit, machine. Nothing here identifies a person or a host."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PACKAGES = (
    "spiking-engrams",
    "brian2",
    "numpy",
    "scipy",
    "h5py",
    "matplotlib",
    "neo",
    "brian2cuda",
    "Cython",
)


def provenance() -> dict[str, Any]:
    """Return versions, commit, machine and time as JSON data.

    Examples
    --------
    >>> list(provenance())
    ['created', 'commit', 'versions', 'machine']
    """
    return {
        "created": timestamp(),
        "commit": commit(),
        "versions": versions(),
        "machine": machine(),
    }


def timestamp() -> str:
    """Return the current time with its time zone, to the second (ISO 8601).

    Examples
    --------
    >>> timestamp()
    '20...-...T...:...:...'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def versions() -> dict[str, str]:
    """Return the version of Python and of each installed package in `PACKAGES`.

    Examples
    --------
    >>> {"Python", "brian2", "numpy"} <= set(versions())
    True
    """
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Return the commit of the checkout that contains this library, ``+changes`` if edited; ``""`` without one.

    Examples
    --------
    >>> len(commit().removesuffix("+changes")) in (0, 40)
    True
    """
    root = Path(__file__).resolve().parent.parent.parent
    if not (root / ".git").exists():
        return ""
    name = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return name + ("+changes" if name and changed else "")


def machine() -> dict[str, Any]:
    """Return operating system, processor, cores available to this process and memory in MB.

    Examples
    --------
    >>> list(machine())
    ['system', 'processor', 'cores', 'memory_mb']
    """
    facts: dict[str, Any] = {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
    try:
        facts["memory_mb"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    except (ValueError, OSError):
        facts["memory_mb"] = None
    return facts


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def interventions(request: Mapping[str, Any]) -> list[str]:
    """Return how a requested run differs from the plain protocol: its manipulations and its control, in words.

    Examples
    --------
    >>> interventions({"manipulations": ["night: silence HIP"], "control": "no-sleep"})
    ['manipulated: night: silence HIP', 'control: no-sleep']
    >>> interventions({"protocol": "renewal"})
    []
    """
    control = request.get("control", "")
    manipulated = [f"manipulated: {text}" for text in request.get("manipulations", ())]
    return manipulated + ([f"control: {control}"] if control else [])
