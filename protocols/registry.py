"""Which protocols and networks there are: by name in this project, or by the path of a user's own file."""

import re
from pathlib import Path
from typing import Any

import networks
import protocols
from spiking_engrams.errors import EngramError, unknown_name


def protocol_names() -> list[str]:
    """Return names of the modules in ``protocols/`` that define PROTOCOL."""
    return _modules(protocols, r"^PROTOCOL\b")


def network_names() -> list[str]:
    """Return names of the modules and packages in ``networks/`` that offer Parameters and build."""
    return _modules(networks, r"^def build\(|^from .* import .*\bbuild\b")


def protocol_reference(name: str) -> str:
    """Return the module or path that a name on the command line stands for."""
    return _reference("protocol", name, protocol_names(), "protocols")


def network_reference(name: str) -> str:
    """Return the module or path of a network."""
    return _reference("network", name, network_names(), "networks")


def name_of(reference: str) -> str:
    """Return the name of a protocol or network from its module or path."""
    return Path(reference).stem if reference.endswith(".py") else reference.rpartition(".")[2]


def parameters_of(network: str, preset: str) -> Any:
    """Return the parameters with which a network starts: its defaults, or a preset that it offers."""
    from spiking_engrams.loading import load_module

    module = load_module(network)
    if not hasattr(module, "Parameters"):
        raise EngramError(f"'{network}' holds no network; define Parameters and build(parameters, neuron) in it.")
    if not preset:
        return module.Parameters()
    presets = getattr(module, "PRESETS", {})
    if preset not in presets:
        raise unknown_name(f"preset of {name_of(network)}", preset, sorted(presets))
    return presets[preset]


def _reference(kind: str, name: str, names: list[str], package: str) -> str:
    if name.endswith(".py"):
        return str(Path(name).expanduser().resolve())  # so that --resume finds it from any folder
    if name not in names:
        raise unknown_name(kind, name, [*names, f"my_{kind}.py"])
    return f"{package}.{name}"


def _modules(package: object, pattern: str) -> list[str]:
    """Find modules by their text, so that listing them imports none."""
    name, path = package.__name__, list(package.__path__)  # type: ignore[attr-defined]
    folder = Path(path[0])
    if folder.resolve() != Path(__file__).resolve().parent.with_name(name):
        raise EngramError(
            f"The package '{name}' in use is {path[0]}, another than that of this project; rename it, or "
            "take its folder off PYTHONPATH."
        )
    files = {path.stem: path for path in folder.glob("*.py") if path.stem != "__init__"}
    files |= {path.parent.name: path for path in folder.glob("*/__init__.py")}
    return sorted(name for name, path in files.items() if re.search(pattern, path.read_text("utf-8"), re.MULTILINE))
