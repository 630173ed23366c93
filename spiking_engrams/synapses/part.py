"""Pieces that a synaptic rule or neuron-level mechanism adds to a group."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from spiking_engrams.circuit.circuit import Group, Initial, Regular, Value
from spiking_engrams.errors import CircuitError
from spiking_engrams.values import plain


@dataclass(frozen=True)
class Part:
    """Equations, constants and operations to be merged into a `Group`, with the same fields.

    Examples
    --------
    >>> from spiking_engrams.circuit import Group
    >>> counted = Part(equations="n : integer", on_own_event={"spike": "n += 1"}, slow=("n",))
    >>> cells = Group("A", 2, "v : 1", threshold="v > 1", reset="v = 0")
    >>> extend(cells, counted).equations.splitlines()
    ['v : 1', 'n : integer']
    """

    equations: str = ""
    constants: Mapping[str, Value] = field(default_factory=dict)
    initial: Mapping[str, Initial] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    on_own_event: Mapping[str, str] = field(default_factory=dict)
    regular: tuple[Regular, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    slow: tuple[str, ...] = ()
    knobs: tuple[str, ...] = ()
    shared_scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def extend(group: Group, *parts: Part) -> Group:
    """Return `group` with parts merged into it.

    Raises
    ------
    CircuitError
        If a part adds a name that already exists with another meaning.

    Examples
    --------
    >>> from spiking_engrams.circuit import Group
    >>> cells = extend(Group("A", 2, "v : 1"), Part(constants={"gain": 2.0}), Part(equations="w : 1", slow=("w",)))
    >>> cells.equations.splitlines(), cells.constants, cells.slow
    (['v : 1', 'w : 1'], {'gain': 2.0}, ('w',))
    """
    plain.instance(group, Group, "The group to extend", CircuitError)
    for part in plain.listed(parts, f"Parts of {group.name}", Part, CircuitError):
        code = {event: group.on_own_event.get(event, "") for event in part.on_own_event}
        joined = {event: _lines(code[event], text) for event, text in part.on_own_event.items()}
        group = dataclasses.replace(
            group,
            equations=_lines(group.equations, part.equations),
            constants=_merge(group, "constants", group.constants, part.constants),
            initial=_merge(group, "initial", group.initial, part.initial),
            events=_merge(group, "events", group.events, part.events),
            on_own_event={**group.on_own_event, **joined},
            regular=_join_regular(group.regular, part.regular),
            links=_merge(group, "links", group.links, part.links),
            shared_scales={**group.shared_scales, **part.shared_scales},
            slow=(*group.slow, *(name for name in part.slow if name not in group.slow)),
            knobs=(*group.knobs, *(name for name in part.knobs if name not in group.knobs)),
        )
    return group


def _join_regular(old: tuple[Regular, ...], new: tuple[Regular, ...]) -> tuple[Regular, ...]:
    """Append operations; one with the same clock and place as an earlier one is merged into it."""
    joined = list(old)
    for item in new:
        for position, other in enumerate(joined):
            if (other.slow, other.when, other.order) == (item.slow, item.when, item.order):
                joined[position] = dataclasses.replace(other, code=_lines(other.code, item.code))
                break
        else:
            joined.append(item)
    return tuple(joined)


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _merge(group: Group, what: str, old: Mapping, new: Mapping) -> dict:
    for name, value in new.items():
        if name in old and repr(old[name]) != repr(value):
            raise CircuitError(f"Group {group.name}: two parts set {what} '{name}', to {old[name]} and {value}.")
    return {**old, **new}
