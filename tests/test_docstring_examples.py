"""The examples in docstrings print what they say, and whatever users call has one."""

import ast
import doctest
import importlib
from functools import cache

import pytest
from places import ROOT

# Folders and top modules of the library. `values` and `files` are left out: they serve the other rooms only.
ROOMS = ("errors", "randomness", "parameters", "schedule", "circuit", "stimuli", "analysis")
INTERNAL = {  # public only for other modules of the library, and made for objects that users never hold
    "circuit.checks.check",
    "circuit.initial.initial_values",
    "circuit.structure.in_one_line",
    "circuit.values.check_values",
    "errors.show_warnings_in_one_line",
    "parameters.kinds.Section",
    "parameters.kinds.as_words",
    "parameters.kinds.checked",
    "schedule.checks.check",
    "schedule.checks.check_part",
    "schedule.schedule.Known",
    "schedule.schedule.batches",
    "schedule.schedule.check_phase",
    "schedule.schedule.concatenate",
    "stimuli.white.raw_mode",
    "stimuli.white.scale_transparent_grey",
}
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
LIBRARY = ROOT / "spiking_engrams"


def modules_of(room):
    """Return the modules of a room, by their names within the library."""
    files = [LIBRARY / f"{room}.py"] if (LIBRARY / f"{room}.py").exists() else sorted((LIBRARY / room).rglob("*.py"))
    return [".".join(path.relative_to(LIBRARY).with_suffix("").parts) for path in files if path.stem != "__init__"]


MODULES = [module for room in ROOMS for module in modules_of(room)]


@cache
def public(module):
    """Return the public functions and classes that a module defines: name -> docstring."""
    tree = ast.parse((LIBRARY / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8"))
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_error(node)]
    return {node.name: ast.get_docstring(node) or "" for node in defined if not node.name.startswith("_")}


def is_error(node):
    """Return whether this is one of the errors that differ from EngramError, which has the example, in name only."""
    return isinstance(node, ast.ClassDef) and "EngramError" in map(ast.unparse, node.bases)


def test_every_room_exists():
    assert all(modules_of(room) for room in ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_examples_print_what_they_say(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report, runner = [], doctest.DocTestRunner(optionflags=OPTIONS)
    tests = doctest.DocTestFinder().find(importlib.import_module(f"spiking_engrams.{module}"))
    failed = sum(runner.run(test, out=report.append).failed for test in tests)
    if failed:
        pytest.fail("".join(report), pytrace=False)
    assert not list(tmp_path.iterdir()), "an example leaves files behind"


@pytest.mark.parametrize("module", MODULES)
def test_what_users_call_has_an_example(module):
    without = {f"{module}.{name}" for name, text in public(module).items() if ">>>" not in text} - INTERNAL
    assert not without, "give each an `Examples` section of two to six lines; INTERNAL is for what no user calls"


def test_what_is_called_internal_exists_and_has_no_example():
    known = {f"{module}.{name}": text for module in MODULES for name, text in public(module).items()}
    assert not [name for name in INTERNAL if ">>>" in known.get(name, ">>>")]
