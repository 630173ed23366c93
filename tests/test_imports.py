"""The house rules that can be read off the source: import directions, docstrings, sizes, machine paths."""

import ast
import os
import re
import subprocess
import sys
from functools import cache

import pytest
from places import ROOT

PACKAGES = ("spiking_engrams", "networks", "protocols")
MAY_IMPORT = {
    "spiking_engrams": {"spiking_engrams"},
    "networks": {"networks", "spiking_engrams"},
    "protocols": set(PACKAGES),
}
ROOMS = {  # of each package, from the ground up: a room imports from those before it
    "spiking_engrams": (
        "errors", "lazy", "version", "former", "randomness", "brian2_import", "brian2_preferences", "values", "files",
        "parameters", "state", "schedule", "neurons", "circuit", "synapses", "stimuli", "programs", "targets",
        "simulation", "analysis", "interventions", "runs", "report", "experiment", "command",
    ),
    "networks": ("amygdala", "generative", "naming", "recollection", "converted"),
    "protocols": ("amygdala", "images", "generative", "naming", "recollection"),
}  # fmt: skip
WITHOUT_BRIAN2 = (
    "analysis.metrics", "report.figures", "state.recording", "schedule.schedule", "runs.phenomena", "state.state",
    "programs.program", "files.storage", "experiment.registry",
)  # fmt: skip
ARGUMENT_PARSERS = {"argparse", "click", "getopt", "optparse", "typer"}
MAX_LINES = {"spiking_engrams": 299, "networks": 299, "protocols": 200}
DATA_SUFFIXES = {".csv", ".h5", ".npz", ".pdf", ".png", ".svg"}
# The first name is put in brackets so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:[w]ork|[r]oot|[t]mp|[h]ome)/")

FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LIBRARY = [path for path in FILES if path.is_relative_to(ROOT / "spiking_engrams")]
CHECKED_WITHOUT_BRIAN2 = [f"spiking_engrams.{name}" for name in WITHOUT_BRIAN2]


def name_of(path):
    """Return the text that identifies a file in a test's name."""
    return str(path.relative_to(ROOT))


def in_package(path, package):
    """Return whether a file belongs to a package."""
    return path.is_relative_to(ROOT / package)


def module_of(path):
    """Return the dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path):
    """Return the syntax tree of a source file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def run_nodes(node, at_import):
    """Yield the nodes of a module in use, not those for type checkers or `python -m`.

    With `at_import` only those that run when it is imported.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and re.search("TYPE_CHECKING|__name__", ast.unparse(child.test)):
            continue
        if at_import and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield child
        yield from run_nodes(child, at_import)


def imports_of(path, at_import=False):
    """Return the dotted names that a file in use imports."""
    return names_in(path, run_nodes(tree_of(path), at_import))


def all_imports_of(path):
    """Return the dotted names that a file imports, those for type checkers, too."""
    return names_in(path, ast.walk(tree_of(path)))


def names_in(path, nodes):
    """Return the dotted names that import statements name, relative ones resolved."""
    package = module_of(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join(above + ([node.module] if node.module else []))
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


@cache
def reached_from(module):
    """Return everything that importing or using a module can import, through the project's own modules."""
    sources = {module_of(path): path for path in FILES}
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        parents = [name.rsplit(".", each)[0] for each in range(1, name.count(".") + 1)]
        waiting += [parent for parent in parents if parent in sources]
        if name in sources:
            waiting += imports_of(sources[name])
    return reached


def top(name):
    """Return the first part of a dotted name."""
    return name.split(".")[0]


def python(code):
    """Run code in a fresh interpreter in the checkout and return what it printed as words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# Directions


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_one_way(path):
    own = {top(name) for name in imports_of(path)} & set(PACKAGES)
    forbidden = own - MAY_IMPORT[top(module_of(path))]
    assert not forbidden, f"{name_of(path)} imports {forbidden}: imports go {' -> '.join(reversed(PACKAGES))}"


def test_every_room_has_its_place():
    for package, rooms in ROOMS.items():
        files = {
            path.relative_to(ROOT / package).parts[0].removesuffix(".py") for path in FILES if in_package(path, package)
        }
        assert files - {"__init__"} == set(rooms)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_import_runs_back_up(path):
    package, room = (*module_of(path).split("."), "")[:2]
    rooms = ROOMS[package]
    if room:
        used = {name.split(".")[1] for name in all_imports_of(path) if name.startswith(f"{package}.")} & set(rooms)
        above = {each for each in used if rooms.index(each) > rooms.index(room)}
        assert not above, f"{name_of(path)} imports from {above}, which build on '{room}'"


@pytest.mark.parametrize("module", CHECKED_WITHOUT_BRIAN2)
def test_brian2_is_not_reached(module):
    """No chain of imports, lazy ones included, leads to Brian2."""
    assert "brian2" not in {top(name) for name in reached_from(module)}


@pytest.mark.parametrize("module", CHECKED_WITHOUT_BRIAN2)
def test_module_works_where_brian2_is_missing(module):
    loaded = python(
        f"import sys; sys.modules['brian2'] = None\nimport {module}\nprint('matplotlib.pyplot' in sys.modules)"
    )
    assert loaded == ["False"]


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_importing_the_library_neither_plots_nor_parses_arguments(path):
    at_import = imports_of(path, at_import=True)
    assert not {name for name in at_import if name.startswith(("matplotlib.pyplot", "pylab"))}
    if path.is_relative_to(ROOT / "spiking_engrams" / "command"):
        return
    assert not {top(name) for name in imports_of(path)} & ARGUMENT_PARSERS
    attributes = (node for node in run_nodes(tree_of(path), False) if isinstance(node, ast.Attribute))
    assert "sys.argv" not in {ast.unparse(node) for node in attributes}


# Form


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_public_names_have_docstrings(path):
    missing = [] if ast.get_docstring(tree_of(path)) else ["the module"]
    waiting = [tree_of(path)]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            public = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if not public or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                missing.append(f"{node.name} (line {node.lineno})")
            if isinstance(node, ast.ClassDef):
                waiting.append(node)
    assert not missing


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_are_short(path):
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    allowed = MAX_LINES[top(module_of(path))]
    assert n_lines <= allowed, f"{name_of(path)} has {n_lines} lines, allowed are {allowed}: split it"


def repository_files():
    """Return the files that git holds or would hold; skip where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_file_holds_a_path_of_one_machine():
    found = []
    for path in repository_files():
        if path.suffix in DATA_SUFFIXES or not path.is_file():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}:{i}" for i, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert not found, "a path of one machine: write paths relative to the checkout or use tmp_path"


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed(package):
    assert (ROOT / package / "py.typed").exists()


def test_test_files_have_distinct_names():
    """Pytest imports test files by their names alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(set(names)) == len(names), sorted({name for name in names if names.count(name) > 1})
