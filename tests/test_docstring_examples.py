"""The examples in docstrings print what they say, and every public function and class of these rooms has one."""

import ast
import doctest
import importlib
import inspect
from itertools import chain

import pytest
from places import ROOT

ROOMS = (  # `values` and `files` are left out: they serve the other rooms only
    "spiking_engrams.analysis",
    "spiking_engrams.circuit",
    "spiking_engrams.experiment",
    "spiking_engrams.interventions",
    "spiking_engrams.neurons",
    "spiking_engrams.parameters",
    "spiking_engrams.report",
    "spiking_engrams.runs",
    "spiking_engrams.schedule",
    "spiking_engrams.simulation",
    "spiking_engrams.state",
    "spiking_engrams.stimuli",
    "spiking_engrams.synapses",
)
TOPS = ("spiking_engrams.errors", "spiking_engrams.randomness")
FACES = (  # packages of which only what they export is public
    "networks.amygdala",
    "networks.converted",
    "networks.naming",
    "networks.generative",
    "networks.recollection",
)
INTERNAL = {  # called by other modules of the library only; a module stands for all in it
    "spiking_engrams.circuit.checks.check",
    "spiking_engrams.circuit.initial.initial_values",
    "spiking_engrams.circuit.structure.in_one_line",
    "spiking_engrams.circuit.values.check_values",
    "spiking_engrams.errors.show_warnings_in_one_line",
    "spiking_engrams.parameters.kinds.Section",
    "spiking_engrams.parameters.kinds.as_words",
    "spiking_engrams.parameters.kinds.checked",
    "spiking_engrams.schedule.checks.check",
    "spiking_engrams.schedule.checks.check_part",
    "spiking_engrams.schedule.schedule.Known",
    "spiking_engrams.schedule.schedule.batches",
    "spiking_engrams.schedule.schedule.check_phase",
    "spiking_engrams.schedule.schedule.concatenate",
    "spiking_engrams.stimuli.white.raw_mode",
    "spiking_engrams.stimuli.white.scale_transparent_grey",
    "spiking_engrams.experiment.checks",
    "spiking_engrams.experiment.conclusion",
    "spiking_engrams.experiment.deferred",
    "spiking_engrams.experiment.experiment.make_circuit",
    "spiking_engrams.experiment.experiment.run_seed",
    "spiking_engrams.experiment.lineage",
    "spiking_engrams.experiment.living.live",
    "spiking_engrams.experiment.progress.Bars",
    "spiking_engrams.experiment.registry.package_files",
    "spiking_engrams.experiment.run_info",
    "spiking_engrams.experiment.workers",
    "spiking_engrams.interventions.by_label.Altered",
    "spiking_engrams.interventions.by_label.check",
    "spiking_engrams.interventions.by_label.lived",
    "spiking_engrams.neurons.checks.check_constants",
    "spiking_engrams.neurons.checks.check_structure",
    "spiking_engrams.neurons.checks.constant_fields",
    "spiking_engrams.neurons.checks.make_dataclass",
    "spiking_engrams.report.metrics",
    "spiking_engrams.report.page",
    "spiking_engrams.report.stored.captions_of",
    "spiking_engrams.runs.costs",
    "spiking_engrams.runs.formats.read",
    "spiking_engrams.runs.leftovers",
    "spiking_engrams.runs.rows.filled",
    "spiking_engrams.runs.run_folder.require_new",
    "spiking_engrams.runs.spent",
    "spiking_engrams.runs.verification.check_same",
    "spiking_engrams.runs.verification.in_words",
    "spiking_engrams.runs.verification.memo_of",
    "spiking_engrams.simulation.hand_over",
    "spiking_engrams.simulation.simulation.noise_seed",
    "spiking_engrams.simulation.stored_states",
    "spiking_engrams.state.checks",
    "spiking_engrams.state.state.check_compatible",
    "spiking_engrams.state.variable",
    # shown in the example of the function or class that makes or calls them
    "spiking_engrams.experiment.experiment.Experiment",
    "spiking_engrams.report.report.report_html",
    "spiking_engrams.report.stored.Image",
    "spiking_engrams.simulation.simulation.Cost",
}
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def modules_of(room):
    """Return the dotted names of the modules in a room."""
    folder = ROOT.joinpath(*room.split("."))
    return [f"{room}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


def defined_in(module):
    """Return the public functions and classes that a module defines, as dotted name -> docstring."""
    tree = ast.parse(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_error(node)]
    return {f"{module}.{node.name}": ast.get_docstring(node) or "" for node in found if not node.name.startswith("_")}


def is_error(node):
    """Return whether this is one of the errors that differ from EngramError, which has the example, in name only."""
    return isinstance(node, ast.ClassDef) and "EngramError" in map(ast.unparse, node.bases)


def exported_by(package):
    """Return the functions and classes that a package defines and exports, as dotted name -> docstring."""
    exports = (getattr(importlib.import_module(package), name) for name in importlib.import_module(package).__all__)
    found = [each for each in exports if inspect.isclass(each) or inspect.isfunction(each)]
    own = [each for each in found if each.__module__.startswith(f"{package}.")]
    return {f"{each.__module__}.{each.__name__}": each.__doc__ or "" for each in own}


def home_of(name):
    """Return the module of a dotted name."""
    return name.rpartition(".")[0]


DOCSTRINGS = {
    name: text
    for found in (map(defined_in, [*TOPS, *chain(*map(modules_of, ROOMS))]), map(exported_by, FACES))
    for each in found
    for name, text in each.items()
}
PUBLIC = [name for name in DOCSTRINGS if not {name, home_of(name)} & INTERNAL]


@pytest.mark.parametrize("module", sorted({home_of(name) for name, text in DOCSTRINGS.items() if ">>>" in text}))
def test_examples_run(module, numpy_runtime, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    report, runner = [], doctest.DocTestRunner(optionflags=FLAGS)
    for test in doctest.DocTestFinder().find(importlib.import_module(module)):
        runner.run(test, out=report.append)
    if runner.failures:
        pytest.fail("".join(report), pytrace=False)
    assert runner.tries


def test_every_public_name_has_an_example():
    missing = [name for name in PUBLIC if ">>>" not in DOCSTRINGS[name]]
    assert not missing, "write a short example, or add the name to INTERNAL if only the library uses it"


def test_what_is_internal_exists_and_has_no_example():
    known = {name for name, text in DOCSTRINGS.items() if ">>>" not in text}
    assert INTERNAL <= known | set(map(home_of, known))
