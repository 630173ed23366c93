"""What a reproduction runs: the requested protocols, and runs that are already in its folder."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from spiking_engrams.command import command
from spiking_engrams.command.command import RunOptions
from spiking_engrams.experiment import registry

ANEW = "move it away, or reproduce again in another folder."


def requests(names: list[str], options: RunOptions, base: Path, resumed: bool, trust: bool) -> dict[str, Any]:
    """Return the request for each protocol: those of `base` when it is resumed, which options must not change.

    Without options, runs in `base`, each in a folder with its protocol's name, are used as they were requested.
    Python code that is named in `base` but not in `names` must be part of this installation, unless `trust` is true.

    Raises
    ------
    ParameterError
        If options or protocols differ from those of `base`.
    RunFolderError
        If there is nothing to resume, a run cannot be used, or it needs code that is not trusted.
    """
    from spiking_engrams.errors import RunFolderError

    if resumed and not base.is_dir():
        raise RunFolderError(f"There is no reproduction in '{base}'; give a folder written by `engrams reproduce`.")
    stored, begun = (_stored(base), _begun(base)) if resumed else ({}, {})
    plain = options == RunOptions(n_seeds=command.REPRODUCED_SEEDS, jobs=options.jobs)
    if stored and not names and plain:
        _check(base, stored, {name: begun[name] for name in stored if name in begun})
        _check_trust(base, stored, trust)
        return stored
    if resumed and not (names or stored or begun):
        raise RunFolderError(f"There is no reproduction and no run in '{base}'; name the protocols to run.")
    named = {registry.name_of(n): command.request_of(n, options) for n in names or begun or registry.names("protocol")}
    found = {name: begun[name] for name in named if name in begun}
    asked = named | (found if plain else {})
    _check(base, asked, {**stored, **found})
    _check_trust(base, {name: each for name, each in asked.items() if _code(each) != _code(named[name])}, trust)
    return asked


def resume_command(base: Path, requests: dict[str, Any]) -> str:
    """Return the command that continues a reproduction."""
    from spiking_engrams.experiment.trust import foreign_code

    trust = any(foreign_code(request) for request in requests.values())
    return f"engrams reproduce --resume {shlex.quote(str(base))}{' --trust' if trust else ''}"


def described(folder: Any) -> dict[str, Any]:
    """Return the entry of a run in reproduction.json."""
    summary = {name: value for name, value in folder.summary.items() if name != "digest"}
    return {**summary, "provenance": folder.info["provenance"]}


def _check(base: Path, asked: dict[str, Any], there: dict[str, Any]) -> None:
    """Raise if existing requests differ from the new ones."""
    from spiking_engrams.errors import ParameterError

    if any(asked.get(name) != request for name, request in there.items()):
        raise ParameterError(
            f"'{base}' was started with other protocols or options; give only --resume '{base}' and --jobs, or "
            "start again in another folder."
        )


def _check_trust(base: Path, requests: dict[str, Any], trust: bool) -> None:
    """Raise if requests from a folder need code that is not trusted."""
    from spiking_engrams.errors import RunFolderError
    from spiking_engrams.experiment.trust import foreign_code

    found = dict.fromkeys(text for request in requests.values() for text in foreign_code(request))
    if found and not trust:
        raise RunFolderError(
            f"'{base}' needs Python code that is not part of this installation: {', '.join(found)}. It was not run. If "
            f"you know and trust it, use `{resume_command(base, requests)}`."
        )


def _code(request: Any) -> tuple[str, ...]:
    return request.protocol, request.network, request.neuron


def _stored(base: Path) -> dict[str, Any]:
    """Return the stored requests of a reproduction."""
    from spiking_engrams.experiment.experiment import Request
    from spiking_engrams.files.links import refuse_link
    from spiking_engrams.runs.formats import REPRODUCTION, read

    path = base / "reproduction.json"
    refuse_link(path)
    kept = read(path, REPRODUCTION, ANEW)["requests"] if path.exists() else {}
    return {name: Request.from_info({"request": request}) for name, request in kept.items()}


def _begun(base: Path) -> dict[str, Any]:
    """Return the requests of the runs in a folder."""
    from spiking_engrams.errors import RunFolderError
    from spiking_engrams.experiment.experiment import Request
    from spiking_engrams.files.links import refuse_link
    from spiking_engrams.runs.run_folder import RunFolder

    found = {}
    for path in sorted(each.parent for each in base.glob("*/run.json")):
        refuse_link(path)
        request = Request.from_info(RunFolder(path).info)
        protocol = registry.name_of(request.protocol)
        if protocol != path.name or request.manipulations:
            what = f"of '{protocol}'" if protocol != path.name else "in which cells were manipulated"
            raise RunFolderError(
                f"'{path}' contains a run {what}; a reproduction uses runs without manipulations, each in a folder "
                "with its protocol's name. Move it elsewhere."
            )
        found[path.name] = request
    return found
