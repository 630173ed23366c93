"""Files that a generated C++ program reads and writes: only those needed, and checked by the program itself.

Brian2's programs ignore incomplete reads and writes, and always end with status 0.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from spiking_engrams.errors import BuildError

# Code that writes an array or the facts of a run after the run; code that reads an array before it.
WRITES = re.compile(
    r'^ *ofstream (?P<stream>\w+);\n *(?P=stream)\.open\(results_dir \+ "(?P<file>[\w.]+)".*?'
    r'"Error writing (?P<what>[^"]*?)\.?".*?\n *\}\n',
    re.DOTALL | re.MULTILINE,
)
READS = re.compile(
    r'^ *ifstream (?P<stream>\w+);\n *(?P=stream)\.open\("(?P<file>static_arrays/\w+)".*?'
    r'"Error opening static array .*?\n *\}\n',
    re.DOTALL | re.MULTILINE,
)
GIVEN = re.compile(r'std::cerr << "(?:Error reading|Could not read) \'" << filename.*?;\n')
UNREADABLE, UNWRITTEN = 4, 5  # exit statuses


def check_streams(path: Path, contents: dict[str, Any]) -> None:
    """Make a program fail if it cannot read or write a file, and write only what is read after a run.

    Parameters
    ----------
    path
        The ``objects.cpp`` of the program.
    contents
        The manifest of the program. Synapse indices, for example, never change and need not be written.

    Raises
    ------
    BuildError
        If the file has a form that this module does not know.
    """
    entries = [*contents["state"].values(), *contents["traces"].values()]
    entries += [trace["N"] for trace in contents["traces"].values()]
    entries += [entry for monitor in contents["spikes"].values() for entry in monitor.values()]
    wanted = {Path(entry["file"]).name for entry in entries}

    def written(found: re.Match[str]) -> str:
        is_array = found["stream"].startswith("outfile__")
        if is_array and found["file"] not in wanted:
            return ""
        return found[0] + _checked(found["stream"], f"Error writing {found['file']}: no space left?", UNWRITTEN)

    def read(found: re.Match[str]) -> str:
        return found[0] + _checked(found["stream"], f"Error reading {found['file']}", UNREADABLE)

    text = READS.sub(read, WRITES.sub(written, path.read_text()))
    text, n_given = GIVEN.subn(lambda found: f"{{ {found[0].rstrip()} std::exit({UNREADABLE}); }}\n", text)
    if not n_given or any(f"{name}: no space" not in text for name in (*wanted, "last_run_info.txt")):
        raise BuildError("Brian2 wrote a program of an unknown form; install brian2 2.10.1 or 2.11.")
    path.write_text(text)


def _checked(stream: str, message: str, status: int) -> str:
    """Return code that flushes a stream and ends the program if the stream failed."""
    return (
        f"    if ({stream}.is_open()) {stream}.close();\n"
        f'    if ({stream}.fail()) {{ std::cerr << "{message}" << std::endl; std::exit({status}); }}\n'
    )
