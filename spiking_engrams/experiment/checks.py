"""Checks of a protocol's fields and of what its functions return, whose errors name the user's mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.runs.phenomena import Phenomenon
from spiking_engrams.schedule.life import Life
from spiking_engrams.values import plain

if TYPE_CHECKING:
    from spiking_engrams.experiment.protocol import Protocol

PAIRS = (("life", "measure"), ("run", "schedule"))
FUNCTIONS = ("life", "measure", "run", "schedule", "check", "figures", "headline", "starting", "cost")


def check(protocol: Protocol) -> None:
    """Raise a ParameterError if a field of a protocol has the wrong type."""
    name = plain.word(protocol.name, "The name of a protocol")
    for field in ("title", "network", "description"):
        plain.text(getattr(protocol, field), f"Protocol '{name}': {field}")
    for field in FUNCTIONS:
        given = getattr(protocol, field)
        if not callable(given) and given is not None:
            raise ParameterError(f"Protocol '{name}': {field} is {plain.shown(given)}; it must be a function.")
    missing = {pair: [each for each in pair if getattr(protocol, each) is None] for pair in PAIRS}
    if sorted(map(len, missing.values())) != [0, 2]:
        raise ParameterError(
            f"Protocol '{name}': give life(options, circuit, draw) and measure(session, lived), or, if later phases "
            "depend on earlier results, run(session) and schedule(options, parameters)."
        )
    if not isinstance(protocol.options, ParameterSet):
        raise ParameterError(
            f"Protocol '{name}': options is {plain.shown(protocol.options)}; it must be the defaults, such as "
            "Options() of a dataclass Options(ParameterSet)."
        )
    for field, kind in (("phenomena", Phenomenon), ("controls", str)):
        found = plain.listed(getattr(protocol, field), f"Protocol '{name}': {field}", kind)
        object.__setattr__(protocol, field, found)
    meanings = plain.mapping(protocol.meanings, f"Protocol '{name}': meanings", ParameterError)
    for metric, sentence in meanings.items():
        plain.text(sentence, f"Protocol '{name}': meanings['{metric}']")
    object.__setattr__(protocol, "meanings", meanings)


def life(found: Any, name: str, function: str) -> Life:
    """Return what a function of protocol `name` returned, or raise a ScheduleError that says what it must return."""
    if not isinstance(found, Life) or not found.steps:
        raise ScheduleError(
            f"{function}() of protocol '{name}' returned {plain.shown(found)}; it must return a Life with at least one "
            "step: Life().born().then('label', phase).life."
        )
    return found
