"""Group the sources of a C++ program into a few translation units.

Brian2 writes one file per operation, 322 for the recollection circuit, and the compiler reads the same headers for
each, which is most of its work. A unit holds many of these files; the private names of each get a namespace of their
own. The code of a function stays the same, and so do its results; the generated files are not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import batched
from pathlib import Path

UNITS = "units"
OPERATIONS = "code_objects/"
PER_UNIT = {"hot": 12, "cold": 40}  # files; the same on every machine, so that it affects nothing
# Sources that run once per run, not in the time loop.
COLD = re.compile(r"(^|/)(objects|main|run|before_run_\w*|after_run_\w*|\w*_synapses_create_array_codeobject)\.cpp$")
OWN = re.compile(r"^namespace \{\n(.*?)^\}\n", re.MULTILINE | re.DOTALL)  # support code, whose names files share
FUNCTION = re.compile(r"^void \w+\(\)\s*\{\s*using namespace brian;$", re.MULTILINE)
DEFINED = re.compile(r"^(?:\w[\w:<>*& ]* )?\*?\w+\([^;{}]*\)\s*\{", re.MULTILINE)  # any function outside a namespace
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)


def write_units(code: Path, sources: Iterable[str]) -> dict[str, list[str]]:
    """Write the units below `code` and return the sources to compile, ``"hot"`` and ``"cold"``.

    Parameters
    ----------
    code
        Folder of the generated program.
    sources
        All of its sources, relative to it. Those of a form that Brian2 2.10 and 2.11 do not write stay separate.
    """
    (code / UNITS).mkdir(exist_ok=True)
    found: dict[str, list[str]] = {"hot": [], "cold": []}
    grouped: dict[str, list[str]] = {"hot": [], "cold": []}
    for source in sources:
        kind = "cold" if COLD.search(source) else "hot"
        text = _in_its_namespace(code / source) if source.startswith(OPERATIONS) else ""
        if text:
            grouped[kind].append(text)
        else:
            found[kind].append(source)
    for kind, texts in grouped.items():
        for number, batch in enumerate(batched(texts, PER_UNIT[kind])):
            path = f"{UNITS}/{kind}_{number}.cpp"
            (code / path).write_text("\n".join(batch))
            found[kind].append(path)
    return found


def _in_its_namespace(path: Path) -> str:
    """Return a source whose private functions and variables no other one sees; empty if its form is unknown."""
    text, name = path.read_text(), f"only_{path.stem}"
    bare, n_own = OWN.subn("", text)
    if n_own > 1 or "namespace {" in bare or len(FUNCTION.findall(bare)) != len(DEFINED.findall(bare)):
        return ""
    text = OWN.sub(lambda found: f"namespace {name} {{ namespace {{\n{found[1]}}} }}\n", text)
    text = FUNCTION.sub(lambda found: f"{found[0]} using namespace {name};", text)
    return "\n".join([f"namespace {name} {{}}", text, *forgotten(text), ""])


def forgotten(text: str) -> list[str]:
    """Return lines that undefine the macros of a source before the next one."""
    return [f"#undef {macro}" for macro in dict.fromkeys(MACRO.findall(text))]
