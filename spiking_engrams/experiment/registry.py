"""The available protocols and networks: those that installed packages offer as entry points, and a user's files.

A package offers them under ``engrams.protocols`` and ``engrams.networks`` in its metadata, as this one does in
setup.cfg. Their titles are read from the source, so that listing them imports none.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from spiking_engrams.errors import EngramError, unknown_name
from spiking_engrams.files.loading import load_module

KINDS = ("protocol", "network")
ROOT, OURS = Path(__file__).resolve().parent.parent.parent, ("networks", "protocols")  # packages beside this one
FORMER = {"protocol": "protocols.", "network": "networks."}  # prefixes of names in run folders of version 0.1


def names(kind: str) -> list[str]:
    """Return the names of all installed protocols or networks.

    Parameters
    ----------
    kind
        ``"protocol"`` or ``"network"``.

    Examples
    --------
    >>> {"amygdala", "naming"} <= set(names("network"))
    True
    """
    return sorted(_offered(kind))


def reference(kind: str, name: str) -> str:
    """Return the reference to a protocol or network in a request: its name, or the full path of a file.

    Raises
    ------
    EngramError
        If no installed package offers one of this name.

    Examples
    --------
    >>> reference("protocol", "renewal")
    'renewal'
    >>> reference("protocol", "renewall")
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.UnknownNameError: unknown protocol 'renewall': did you mean 'renewal'? ...
    """
    if name.endswith(".py"):
        return str(Path(name).expanduser().resolve())  # so that --resume finds it from any folder
    if not _offered(kind):
        raise EngramError(f"No installed package offers a {kind}: install Spiking Engrams (pip install --editable .).")
    if name not in _offered(kind):
        raise unknown_name(kind, name, [*names(kind), f"my_{kind}.py"])
    return name


def module_of(kind: str, reference: str) -> str:
    """Return the module, or path, of a protocol or network; a dotted name is taken as a module.

    Raises
    ------
    EngramError
        If several packages offer one of this name, or a foreign package shadows one of ours.

    Examples
    --------
    >>> module_of("network", "amygdala"), module_of("network", "my_network.py")
    ('networks.amygdala', 'my_network.py')
    """
    offered = _offered(kind).get(_name(kind, reference), ())
    if len(offered) > 1:
        raise EngramError(f"Several packages offer the {kind} '{reference}': {', '.join(offered)}; uninstall one.")
    if offered and (other := _other_package(offered[0])):
        raise EngramError(f"{other}, not that of this project; rename it, or remove its folder from PYTHONPATH.")
    return offered[0] if offered else reference


def is_installed(kind: str, reference: str) -> bool:
    """Return whether an installed package offers a protocol or network, and no foreign package shadows ours.

    Examples
    --------
    >>> is_installed("network", "amygdala"), is_installed("network", "my_network.py")
    (True, False)
    """
    return not any(map(_other_package, _offered(kind).get(_name(kind, reference), ("",))))


def current(kind: str, reference: str) -> str:
    """Return a reference in its current form, given one that may come from a run folder of version 0.1.

    Examples
    --------
    >>> current("network", "networks.amygdala"), current("network", "amygdala")
    ('amygdala', 'amygdala')
    """
    name = _name(kind, reference)
    return name if name in _offered(kind) else reference


def name_of(reference: str) -> str:
    """Return the name of a protocol or network from its reference.

    Examples
    --------
    >>> name_of("networks.amygdala"), name_of("examples/my_network.py")
    ('amygdala', 'my_network')
    """
    return Path(reference).stem if reference.endswith(".py") else reference.rpartition(".")[2]


def title(kind: str, name: str) -> str:
    """Return the one-line title of a protocol or network; empty if its source has none.

    Examples
    --------
    >>> title("network", "amygdala")
    'The amygdala fear-engram circuit with hippocampal replay, all spiking.'
    """
    try:
        spec = importlib.util.find_spec(module_of(kind, name))
        tree = ast.parse(Path(str(spec and spec.origin)).read_text("utf-8"))
    except (EngramError, ImportError, OSError, SyntaxError, ValueError):
        return ""
    given = [word.value for word in _words(tree) if word.arg == "title" and isinstance(word.value, ast.Constant)]
    return str(given[0].value) if given else (ast.get_docstring(tree) or "").partition("\n")[0]


def package_files(name: str) -> list[Path]:
    """Return the files with a name in the folders of packages that offer protocols; no package is imported."""
    packages = {module.partition(".")[0] for modules in _offered("protocol").values() for module in modules}
    specs = [importlib.util.find_spec(package) for package in sorted(packages)]
    paths = [Path(spec.origin).parent / name for spec in specs if spec is not None and spec.origin]
    return [path for path in paths if path.is_file()]


def parameters_of(network: str, preset: str) -> Any:
    """Return the initial parameters of a network: its defaults, or one of its presets.

    Raises
    ------
    UnknownNameError
        If there is no such preset.

    Examples
    --------
    >>> parameters_of("naming", "mnist").height, parameters_of("naming", "").height
    (28, 16)
    """
    module = load_network(network)
    if not preset:
        return module.Parameters()
    presets = getattr(module, "PRESETS", {})
    if preset not in presets:
        raise unknown_name(f"preset of {name_of(network)}", preset, sorted(presets))
    return presets[preset]


def load_network(reference: str) -> Any:
    """Return the module of a network.

    Raises
    ------
    EngramError
        If it lacks ``Parameters`` or ``build``.

    Examples
    --------
    >>> load_network("naming").Parameters().height
    16
    """
    module = load_module(module_of("network", reference))
    if not hasattr(module, "build") or not hasattr(module, "Parameters"):
        raise EngramError(f"'{reference}' contains no network; define Parameters and build(parameters, neuron) in it.")
    return module


@cache
def _offered(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the modules that packages offer, by name."""
    found = dict[str, tuple[str, ...]]()
    for each in entry_points(group=f"engrams.{kind}s"):
        found[each.name] = tuple(dict.fromkeys((*found.get(each.name, ()), each.module)))
    return found


def _other_package(module: str) -> str:
    """Return which package shadows one of ours, in words; empty if none does, or the module is not in one of ours."""
    package = module.partition(".")[0]
    if module and package not in OURS:
        return ""
    spec = importlib.util.find_spec(package) if module else None
    if spec is not None and Path(str(spec.origin)).resolve() == ROOT / package / "__init__.py":
        return ""
    return f"The package '{package}' in use is {spec and spec.origin}"


def _name(kind: str, reference: str) -> str:
    return reference.removeprefix(FORMER[kind])


def _words(tree: ast.Module) -> Iterator[ast.keyword]:
    """Yield the keyword arguments of the call that makes PROTOCOL."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if any(isinstance(target, ast.Name) and target.id == "PROTOCOL" for target in node.targets):
                yield from node.value.keywords
