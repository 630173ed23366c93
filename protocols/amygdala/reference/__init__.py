"""Reference values of published models, as small tables of facts."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def werne2026() -> dict[str, Any]:
    """Return curves of the rate model of Werne, Chadwick & Series 2026: mean and SD over seeds, by protocol."""
    text = files(__package__).joinpath("werne2026.json").read_text()
    data: dict[str, Any] = json.loads(text)
    return data
