"""Which Python code a run folder needs: that of this installation always runs, any other only if the user trusts it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from spiking_engrams.errors import RunFolderError
from spiking_engrams.experiment import registry
from spiking_engrams.neurons.sources import SOURCES

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Request


def foreign_code(request: Request) -> list[str]:
    """Return which of a request's protocol, network and neuron model are not part of this installation, in words.

    Examples
    --------
    >>> from spiking_engrams.experiment import Request
    >>> foreign_code(Request("renewal", "my_network.py"))
    ["network 'my_network.py'"]
    """
    return foreign(protocol=request.protocol, network=request.network, neuron=request.neuron)


def foreign(*, neuron: str = "", **references: str) -> list[str]:
    """Return which of a neuron model, protocols and networks (by kind) are not part of this installation.

    Examples
    --------
    >>> foreign(protocol="renewal", network="amygdala", neuron="my_model.py:Mine")
    ["neuron 'my_model.py:Mine'"]
    """
    found = [f"{kind} '{name}'" for kind, name in references.items() if not registry.is_installed(kind, name)]
    return found + ([f"neuron '{neuron}'"] if neuron not in ("", *SOURCES) else [])


def check_trust(request: Request, trust: bool, path: Path) -> None:
    """Raise if a request read from a folder needs code that is not trusted.

    Raises
    ------
    RunFolderError
        Naming the code, and the command that runs it anyway.

    Examples
    --------
    >>> from pathlib import Path
    >>> from spiking_engrams.experiment import Request
    >>> check_trust(Request("renewal", "my_network.py"), trust=True, path=Path("results/renewal"))
    >>> check_trust(Request("renewal", "my_network.py"), trust=False, path=Path("results/renewal"))
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.RunFolderError: 'results/renewal' needs Python code that is not part of this ...
    """
    if not trust and (found := foreign_code(request)):
        raise RunFolderError(
            f"'{path}' needs Python code that is not part of this installation: {', '.join(found)}. It was not run. If "
            f"you know and trust it, use `{resume_command(path, request)}` (trust=True in Python)."
        )


def resume_command(path: Path, request: Request) -> str:
    """Return the command that continues a run.

    Examples
    --------
    >>> from pathlib import Path
    >>> from spiking_engrams.experiment import Request
    >>> resume_command(Path("results/renewal"), Request("renewal", "amygdala"))
    'engrams run --resume results/renewal'
    """
    return f"engrams run --resume {shlex.quote(str(path))}{trust_option(request)}"


def report_command(path: Path, request: Request) -> str:
    """Return the command that writes the report of a run again.

    Examples
    --------
    >>> from pathlib import Path
    >>> from spiking_engrams.experiment import Request
    >>> report_command(Path("results/renewal"), Request("renewal", "my_network.py"))
    'engrams report results/renewal --trust'
    """
    return f"engrams report {shlex.quote(str(path))}{trust_option(request)}"


def trust_option(request: Request) -> str:
    """Return the option that a command needs to run the code of a request, if any.

    Examples
    --------
    >>> from spiking_engrams.experiment import Request
    >>> trust_option(Request("renewal", "amygdala")), trust_option(Request("renewal", "my_network.py"))
    ('', ' --trust')
    """
    return " --trust" if foreign_code(request) else ""
