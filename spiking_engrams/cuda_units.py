"""Group the sources of a CUDA program into a few translation units.

Brian2CUDA writes one file per operation, 288 for the amygdala circuit, and nvcc parses the headers of Thrust and
cuRAND in each of them: 6 CPU seconds, of which the operation itself takes a tenth. Here the files of an operation
become one namespace, a unit holds many namespaces below one set of headers, and functions of the old names outside
the namespaces call those within. The generated files stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from spiking_engrams.errors import BuildError

FOLDER = "units"
# Once per run and large, or few: everything that is not an operation.
PROGRAM = ("run.cu", "network.cu", "main.cu", "synapses_classes.cu", "rand.cu")  # rand.cu last: it opens a namespace
OBJECTS = "objects.cu"
BEFORE_AND_AFTER = re.compile(r"^(before_run|after_run)_(?=.)")
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"]+[>\"]).*$", re.MULTILINE)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
# What a header of an operation may hold beside preprocessor lines.
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
        When a generated file has a form that this module does not know.
    """
    folder = code / FOLDER
    folder.mkdir(exist_ok=True)
    expected = {*PROGRAM, OBJECTS}
    found = {path.name for path in code.glob("*.cu")}
    if found != expected:
        raise BuildError(
            f"The generated CUDA program has the files {', '.join(sorted(found))} instead of "
            f"{', '.join(sorted(expected))}; install the version of brian2cuda that the extra 'cuda' names."
        )
    texts = {
        "objects": f'#include "{OBJECTS}"\n',
        "program": "".join(f'#include "{name}"\n' for name in PROGRAM),
    }
    for number, operations in enumerate(_share(_operations(code), n_units)):
        texts[f"operations_{number}"] = _unit(operations)
    for name, text in texts.items():
        (folder / f"{name}.cu").write_text(text)
    return [f"{FOLDER}/{name}.cu" for name in texts]


def _operations(code: Path) -> list[list[Path]]:
    """Return the files of each operation, its own first; similar operations are neighbours."""
    found: dict[str, list[Path]] = {}
    for path in sorted((code / "code_objects").glob("*.cu")):
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
    headers: dict[str, None] = {}
    bodies = []
    for files in operations:
        name = f"operation_{files[0].stem}"
        body, functions = [], []
        for path in files:
            source = path.read_text()
            own = [h for h in INCLUDE.findall(source) if h.startswith('"code_objects/')]
            headers.update(dict.fromkeys(h for h in INCLUDE.findall(source) if h not in own))
            body += [f"#include {header}" for header in own]
            body += [INCLUDE.sub("", source), *(f"#undef {macro}" for macro in dict.fromkeys(DEFINE.findall(source)))]
            functions += _functions(path.with_suffix(".h"))
        forward = [f"void {function}() {{ {name}::{function}(); }}" for function in functions]
        bodies += [f"namespace {name} {{", *body, "}", *forward]
    return "\n".join([*(f"#include {header}" for header in headers), *bodies]) + "\n"


def _functions(header: Path) -> list[str]:
    """Return the functions that a header of an operation offers to the rest of the program."""
    names = []
    for line in header.read_text().splitlines():
        match = FUNCTION.match(line.strip())
        if match:
            names.append(match[1])
        elif line.strip() and not line.startswith("#") and not KERNEL.match(line.strip()):
            raise BuildError(
                f"The generated header {header.name} declares '{line.strip()}', which cannot be grouped with other "
                "files; install the version of brian2cuda that the extra 'cuda' names."
            )
    return names
