"""External influences on builds and runs: the compiler, its version, the environment of processes.

Whatever affects the result is part of the key of a build; no other settings of the user get through.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from spiking_engrams.errors import BuildError

# of make and compilers: they would change what is built, but not its key
NOT_FOR_BUILDS = re.compile(
    r"MAKE(FLAGS|LEVEL|FILES|OVERRIDES)|M(AKE)?FLAGS|GNUMAKEFLAGS|DEPENDENCIES_OUTPUT|SUNPRO_DEPENDENCIES|"
    r"(C|CPLUS_INCLUDE_|C_INCLUDE_|OBJC_INCLUDE_|COMPILER_|LIBRARY_)PATH|GCC_EXEC_PREFIX|CCC_OVERRIDE_OPTIONS|"
    r"CCACHE_(COMPILER|PREFIX)\w*|NVCC_(PRE|AP)PEND_FLAGS|LANG(UAGE)?|LC_\w+"
)
PROGRAMS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")  # first bytes of their files: Linux, macOS
NOT_FOR_RUNS = re.compile(r"(OMP|GOMP|KMP)_\w+")  # the number of threads is part of the build


def for_builds(**changes: str) -> dict[str, str]:
    """Return the environment in which programs are generated and compiled; messages of tools are in English."""
    return _without(NOT_FOR_BUILDS, {"LC_ALL": "C", **changes})


def for_runs(**changes: str) -> dict[str, str]:
    """Return the environment in which programs run."""
    return _without(NOT_FOR_RUNS, changes)


def _without(pattern: re.Pattern[str], changes: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not pattern.fullmatch(name)} | dict(changes)


def compiler() -> list[str]:
    """Return the words of the C++ compiler command: ``$CXX`` or g++.

    Raises
    ------
    BuildError
        If CXX cannot be read as a command.
    """
    given = os.environ.get("CXX", "").strip() or "g++"
    try:
        return shlex.split(given)
    except ValueError as problem:
        raise BuildError(
            f"CXX is {given!r}, which cannot be read as a command ({problem}); give a compiler such as g++, a path "
            "with spaces in quotes."
        ) from None


def launcher() -> list[str]:
    """Return the words before the compiler: ccache if it is installed, which changes no result."""
    return ["ccache"] if shutil.which("ccache") and "ccache" not in " ".join(compiler()) else []


def compiler_version() -> str:
    """Return the version line of the compiler without the name of its command; an empty string without a compiler.

    Raises
    ------
    BuildError
        If CXX is set to something that cannot be run.
    """
    command = compiler()
    found = _version(command)
    if not found and os.environ.get("CXX", "").strip():
        raise BuildError(
            f"CXX is {os.environ['CXX']!r}, which cannot be run as a compiler (`{shlex.join(command)} --version` "
            "fails); name one that can, quoting a path with spaces, or unset CXX to use g++."
        )
    return found


def _version(command: list[str]) -> str:
    try:
        said = subprocess.run(
            [*command, "--version"], capture_output=True, check=True, env=for_builds(), stdin=subprocess.DEVNULL
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.CalledProcessError):
        return ""
    first = said.strip().splitlines()[0] if said.strip() else ""
    return re.sub(r"^\S+ (?=\()", "", first)


def compiler_identity() -> list[str]:
    """Return what affects the results of the compiler command besides its version.

    These are the words after the compiler (``CXX='g++ -m64'``), including option files, and the text of the command
    itself if it is a script around a compiler. Using ccache or a path to the command makes no difference.
    """
    command, *words = (word for word in compiler() if Path(word).name != "ccache")
    place = shutil.which(command)
    return [_text(place) if place else "", *(word + _text(word[1:]) if word[:1] == "@" else word for word in words)]


def _text(path: str) -> str:
    """Return the digest of a text file; an empty string for a program or a file that cannot be read."""
    try:
        content = Path(path).read_bytes()
    except OSError:
        return ""
    return "" if content[:4] in PROGRAMS else hashlib.sha256(content).hexdigest()


def has_compiler() -> bool:
    """Return whether C++ programs can be built: a compiler and make exist."""
    return bool(compiler_version() and shutil.which("make"))


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return what code for "native" depends on, as different machines may share a cache."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    wanted = ("model name", "flags", "Features", "CPU part")
    found = {line.split(":")[0].strip(): line for line in reversed(lines) if line.startswith(wanted)}
    return platform.machine() + "".join(found[name] for name in sorted(found))
