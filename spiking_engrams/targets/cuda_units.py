"""Group the sources of a CUDA program into a few translation units.

Brian2CUDA writes one or two files per operation, 288 for the amygdala circuit, and nvcc parses the headers of
Thrust and cuRAND in each of them, which is nine tenths of its work. Here each file becomes a namespace, a
unit holds many namespaces after one set of headers, and functions with the old names outside the namespaces
call those inside. The generated files are not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from spiking_engrams.errors import BuildError
from spiking_engrams.targets.cpp_units import OPERATIONS, UNITS, forgotten

# Everything that is not an operation: needed once per run.
PROGRAM = ("run.cu", "network.cu", "main.cu", "synapses_classes.cu", "rand.cu")  # the last opens a namespace
OBJECTS = "objects.cu"
# Two bugs of brian2cuda 1.0b1, fixed in the units: synapses read the time of a clock that exists only in
# networks that use it, and file names on the command line are converted to lower case.
MENDED = (
    ("defaultclock.timestep[0]", "dt_clock.timestep[0]"),
    ("c = std::tolower(static_cast<unsigned char>(c));", ""),
)
BEFORE_AND_AFTER = re.compile(r"^(before_run|after_run)_(?=.)")
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]+[>\"]).*$", re.MULTILINE)
# What an operation's header may hold besides preprocessor lines.
FUNCTION = re.compile(r"^void (\w+)\(\);$")
KERNEL = re.compile(r"^__global__ void \w+\([^()]*\);$")


def write_units(code: Path, n_units: int) -> list[str]:
    """Write the units below `code` and return their paths relative to it, the slowest to compile first.

    Parameters
    ----------
    code
        Folder of the generated program.
    n_units
        Number of units of operations; two more hold the rest.

    Raises
    ------
    BuildError
        If a generated file has a form that this module does not know.
    """
    folder = code / UNITS
    folder.mkdir(exist_ok=True)
    expected = sorted([*PROGRAM, OBJECTS])
    found = sorted(path.name for path in code.glob("*.cu"))
    if found != expected:
        raise BuildError(
            f"The generated CUDA program has the files {', '.join(found)} instead of {', '.join(expected)}; "
            "install the version of brian2cuda that the extra 'cuda' names."
        )
    texts = {
        f"operations_{number}": _unit(operations)
        for number, operations in enumerate(_share(_operations(code), n_units))
    }
    texts["objects"] = _read(code / OBJECTS)
    texts["program"] = "".join(f'#include "../{name}"\n' for name in PROGRAM)
    for name, text in texts.items():
        (folder / f"unit_{name}.cu").write_text(text)
    return [f"{UNITS}/unit_{name}.cu" for name in texts]


def _read(path: Path) -> str:
    text = path.read_text()
    for fault, mended in MENDED:
        text = text.replace(fault, mended)
    return text


def _operations(code: Path) -> list[list[Path]]:
    """Return the files of each operation, its own first; similar operations are neighbours."""
    found: dict[str, list[Path]] = {}
    for path in sorted((code / OPERATIONS).glob("*.cu")):
        found.setdefault(BEFORE_AND_AFTER.sub("", path.stem), []).append(path)
    for name, files in found.items():
        files.sort(key=lambda path: path.stem != name)
    return [found[name] for name in sorted(found, key=lambda name: (name.rsplit("_", 2)[1:], name))]


def _share(operations: list[list[Path]], n_units: int) -> list[list[list[Path]]]:
    """Cut the operations into at most `n_units` runs of about the same number of characters."""
    sizes = [sum(path.stat().st_size for path in files) for files in operations]
    limit = sum(sizes) / n_units
    units: list[list[list[Path]]] = [[] for _ in range(n_units)]
    done = 0.0
    for files, size in zip(operations, sizes, strict=True):
        units[min(int((done + size / 2) / limit), n_units - 1)].append(files)
        done += size
    return [unit for unit in units if unit]


def _unit(operations: Iterable[list[Path]]) -> str:
    """Return one set of headers, then a namespace for each file."""
    headers: dict[str, None] = {}
    bodies = []
    for path in (path for files in operations for path in files):
        source = _read(path)
        included = INCLUDE.findall(source)
        headers.update(dict.fromkeys(header for header in included if OPERATIONS not in header))
        # a file that runs after its operation uses one of its kernels
        name = f"operation_{path.stem.removeprefix('after_run_')}"
        bodies += [
            f"namespace {name} {{",
            *(f"#include {header}" for header in included if OPERATIONS in header),
            INCLUDE.sub("", source),
            *forgotten(source),
            "}",
            *(f"void {f}() {{ {name}::{f}(); }}" for f in _functions(path.with_suffix(".h"))),
        ]
    return "\n".join([*(f"#include {header}" for header in headers), *bodies]) + "\n"


def _functions(header: Path) -> list[str]:
    """Return the functions that an operation's header exposes to the rest of the program."""
    names = []
    for line in header.read_text().splitlines():
        match = FUNCTION.match(line.strip())
        if match:
            names.append(match[1])
        elif line.strip() and not line.startswith("#") and not KERNEL.match(line.strip()):
            raise BuildError(
                f"The generated header {header.name} declares '{line.strip()}', which cannot be grouped with "
                "other files; install the version of brian2cuda that the extra 'cuda' names."
            )
    return names
