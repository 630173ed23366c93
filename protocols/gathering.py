"""What a reproduction runs: what it was asked for, and runs that lie in its folder already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protocols import command, registry
from protocols.command import RunOptions


def requests(names: list[str], options: RunOptions, base: Path, resumed: bool) -> dict[str, Any]:
    """Return the request for each protocol: those of `base` when it is resumed, which options must not change.

    Without options runs that lie in `base`, each in a folder of its protocol's name, are taken as they were asked for.

    Raises
    ------
    ParameterError
        If options or protocols are others than those of `base`.
    RunFolderError
        If there is nothing to resume, or a run cannot be taken.
    """
    from spiking_engrams.errors import ParameterError, RunFolderError

    if resumed and not base.is_dir():
        raise RunFolderError(f"There is no reproduction in '{base}'; give a folder that `engrams reproduce` wrote.")
    stored, begun = (_stored(base), _begun(base)) if resumed else ({}, {})
    plain = options == RunOptions(n_seeds=command.REPRODUCED_SEEDS, jobs=options.jobs)
    if stored and not names and plain:
        return stored
    if resumed and not (names or stored or begun):
        raise RunFolderError(f"There is no reproduction in '{base}' and no run; say which protocols it shall hold.")
    asked = {registry.name_of(n): command.request_of(n, options) for n in names or begun or registry.protocol_names()}
    found = {name: begun[name] for name in asked if name in begun}
    asked |= found if plain else {}
    if any(asked.get(name) != request for name, request in {**stored, **found}.items()):
        raise ParameterError(
            f"'{base}' was asked for with other protocols or options; give --resume '{base}' and --jobs only, or "
            "start anew in another folder."
        )
    return asked


def _stored(base: Path) -> dict[str, Any]:
    """Return what a reproduction was asked for."""
    from spiking_engrams.errors import RunFolderError
    from spiking_engrams.experiment import Request
    from spiking_engrams.storage import read_json

    path = base / "reproduction.json"
    try:
        kept = read_json(path).get("requests", {}) if path.exists() else {}
        return {name: Request.from_info({"request": request}) for name, request in kept.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise RunFolderError(f"'{path}' is damaged ({error!r}); reproduce anew in another folder.") from error


def _begun(base: Path) -> dict[str, Any]:
    """Return the requests of the runs in a folder."""
    from spiking_engrams.errors import RunFolderError
    from spiking_engrams.experiment import Request
    from spiking_engrams.run_folder import RunFolder

    found = {}
    for path in sorted(each.parent for each in base.glob("*/run.json")):
        request = Request.from_info(RunFolder(path).info)
        protocol = registry.name_of(request.protocol)
        if protocol != path.name or request.manipulations:
            what = f"of '{protocol}'" if protocol != path.name else "in which cells were manipulated"
            raise RunFolderError(
                f"'{path}' holds a run {what}; a reproduction takes runs of protocols as they are, each in a folder of "
                "the protocol's name. Move it elsewhere."
            )
        found[path.name] = request
    return found
