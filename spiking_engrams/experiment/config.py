"""The TOML file in a run folder that repeats the run: ``engrams run --config config.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomli_w

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Request

NAME = "config.toml"


def described(request: Request) -> str:
    """Return the text of the file for a request with complete parameters and options.

    Examples
    --------
    >>> from spiking_engrams.experiment import Request
    >>> print(described(Request("renewal", "amygdala", seeds=(1, 2), options={"n_trials": 5})))
    protocol = "renewal"
    seed = 1
    seeds = 2
    target = "auto"
    threads = 1
    ...
    """
    first, *_ = seeds = request.seeds
    data: dict[str, Any] = {
        "protocol": request.protocol,
        "seed": first,
        "seeds": len(seeds),
        "target": request.target,
        "threads": request.threads,
        "neuron": request.neuron,
        "manipulate": list(request.manipulations),
        "control": [request.control] if request.control else list(request.controls),
        "options": request.options,
        "parameters": request.parameters,
    }
    kept = {name: value for name, value in data.items() if value not in ("", [])}
    comment = "" if list(seeds) == list(range(first, first + len(seeds))) else f"# seeds {', '.join(map(str, seeds))}\n"
    if request.control:
        comment += f"# the control '{request.control}', run beside its main condition\n"
    return comment + tomli_w.dumps(_plain(kept))


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) if isinstance(value, Mapping) else value for name, value in data.items()}
