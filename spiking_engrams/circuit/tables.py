"""Model description tables of Nordlie, Gewaltig & Plesser (2009), made from a circuit.

PLOS Comput Biol 5:e1000456. Everything is derived from the circuit: sizes are counted, and equations are
those that are integrated. The `about` texts of groups and connections add what cannot be derived, under these keys: for
a group ``role``; for a connection ``role``, ``pattern``, ``synapse`` and ``rule`` (plasticity); other keys are
shown too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit, Connection, Group

OWN_COLUMNS = ("role", "pattern", "synapse", "rule")


@dataclass(frozen=True)
class Table:
    """A titled table of text; a cell may have several lines.

    Examples
    --------
    >>> table = Table("B. Populations", ("name", "size"), (("HIP", "40"), ("CTX", "100")))
    >>> [row[0] for row in table.rows]
    ['HIP', 'CTX']
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def describe(circuit: Circuit) -> list[Table]:
    """Return the tables of a circuit, from the summary to the measurements.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet
    >>> cells = Group("CTX", 100, "v = drive(t) : 1", "v > 1 and alive(t) > 0.5")
    >>> circuit = Circuit("cortex", "LIF", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), {"drive": 0.0})
    >>> describe(circuit)[1].rows
    (('CTX', 'LIF-based neurons', '100', '', ''),)
    """
    return [
        _summary(circuit),
        _populations(circuit),
        _connectivity(circuit),
        _neurons(circuit),
        _synapses(circuit),
        _plasticity(circuit),
        _input(circuit),
        _measurements(circuit),
    ]


def _summary(circuit: Circuit) -> Table:
    spiking = [group for group in circuit.groups if group.threshold]
    others = [group for group in circuit.groups if not group.threshold]
    size = circuit.estimate()
    patterns = dict.fromkeys(pattern_of(circuit, connection) for connection in circuit.connections)
    rules = dict.fromkeys(c.about.get("rule", "plastic") for c in circuit.connections if c.slow)
    delays = sorted({_delay(connection) for connection in circuit.connections})
    rows = (
        ("Populations", f"{len(spiking)} spiking: {_names(spiking)}"),
        ("Other nodes", _names(others) or "none"),
        ("Size", f"{size['neurons']:,.0f} neurons, {size['synapses']:,.0f} synapses"),
        ("Topology", "none"),
        ("Connectivity", "; ".join(patterns) or "none"),
        ("Neuron model", circuit.neuron),
        ("Synapse model", "; ".join(dict.fromkeys(_synapse(c) for c in circuit.connections)) or "none"),
        ("Delays", "; ".join(delays) or "none"),
        ("Plasticity", f"{'; '.join(rules) or 'none'} ({size['plastic_synapses']:,.0f} plastic synapses)"),
        ("Input", "; ".join(name for name, _ in circuit.inputs) or ", ".join(circuit.signals) or "none"),
        ("Measurements", "; ".join(name for name, _ in circuit.measurements) or "spikes of all populations"),
        ("Integration", f"time step {circuit.dt}, schedule step {circuit.step}"),
    )
    return Table("A. Model summary", ("item", "description"), rows)


def _populations(circuit: Circuit) -> Table:
    rows = tuple(
        (
            group.name,
            f"{circuit.neuron}-based neurons" if group.threshold else "node without spikes",
            f"{group.size:,}",
            _about(group.about, "role"),
            _about(group.about),
        )
        for group in circuit.groups
    )
    return Table("B. Populations", ("name", "elements", "size", "role", "details"), rows)


def _connectivity(circuit: Circuit) -> Table:
    rows = tuple(
        (
            c.name,
            c.source,
            c.target,
            pattern_of(circuit, c),
            f"{len(c.i):,}",
            _delay(c),
            _about(c.about, "role"),
        )
        for c in circuit.connections
    )
    return Table("C. Connectivity", ("name", "source", "target", "pattern", "synapses", "delay", "role"), rows)


def _neurons(circuit: Circuit) -> Table:
    """Return one row per distinct model, with the groups that share it."""

    def content(group: Group) -> tuple[str, ...]:
        spiking = [f"spike: {group.threshold}", f"reset: {_joined(group.reset) or 'none'}"]
        spiking += [f"refractory: {group.refractory}"] if group.refractory else []
        spiking += [f"event {name}: {condition}" for name, condition in group.events.items()]
        spiking += [f"at {name}: {_joined(code)}" for name, code in group.on_own_event.items()]
        regular = [f"every {'schedule step' if r.slow else 'time step'}: {_joined(r.code)}" for r in group.regular]
        return (
            _lines(group.equations),
            "\n".join(spiking if group.threshold else spiking[2:]) or "none",
            "\n".join(regular) or "none",
            group.method,
        )

    rows = tuple((names, *cells) for names, cells in _grouped(circuit.groups, content))
    columns = ("groups", "dynamics", "spikes and events", "regular operations", "integrator")
    return Table("D1. Neuron and node models", columns, rows)


def _synapses(circuit: Circuit) -> Table:
    def content(connection: Connection) -> tuple[str, ...]:
        events = [("presynaptic spike", connection.on_pre), ("postsynaptic spike", connection.on_post)]
        events.insert(1, ("presynaptic spike, without delay", connection.on_pre_undelayed))
        events += [(f"event {name}", code) for name, code in connection.on_event.items()]
        events += [(f"event {name} of the target", code) for name, code in connection.on_target_event.items()]
        code = "\n".join(f"{name}: {_joined(text)}" for name, text in events if text)
        return _synapse(connection), _lines(connection.equations) or "none", code or "none"

    rows = tuple((names, *cells) for names, cells in _grouped(circuit.connections, content))
    return Table("D2. Synapse models", ("connections", "model", "dynamics", "at events"), rows)


def _plasticity(circuit: Circuit) -> Table:
    rows = tuple(
        (c.name, c.about.get("rule", "plastic"), ", ".join(c.slow), _about(c.about))
        for c in circuit.connections
        if c.slow
    ) + tuple(
        (g.name, g.about.get("rule", "slow variables of the neurons"), ", ".join(g.slow), "")
        for g in circuit.groups
        if g.slow
    )
    return Table("E. Plasticity", ("name", "rule", "slow variables", "details"), rows)


def _input(circuit: Circuit) -> Table:
    rows = tuple(("input", name, text) for name, text in circuit.inputs)
    rows += tuple(("signal", name, f"default {value:g}") for name, value in circuit.signals.items())
    rows += tuple(
        ("pattern bank", name, f"at most {n} patterns of {size} features") for name, (n, size) in circuit.banks.items()
    )
    return Table("F. Input", ("kind", "name", "description"), rows)


def _measurements(circuit: Circuit) -> Table:
    rows = tuple(circuit.measurements)
    if "spikes" not in dict(rows):
        rows += (("spikes", "of " + _names([group for group in circuit.groups if group.threshold])),)
    rows += tuple((name, f"once per step of {circuit.step}") for name in circuit.traces)
    return Table("G. Measurements", ("name", "description"), rows)


def pattern_of(circuit: Circuit, connection: Connection) -> str:
    """Return the connectivity pattern in words: as stated by the circuit, otherwise as derived from the indices.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Connection, Group, ParameterSet
    >>> cells, i = Group("CTX", 10, "v : 1"), np.arange(10)
    >>> ring = Connection("ring", "CTX", "CTX", i, (i + 1) % 10)
    >>> circuit = Circuit("cortex", "LIF", ParameterSet(), 1 * ms, 10 * ms, (cells,), (ring,), {})
    >>> pattern_of(circuit, ring)
    'fixed in-degree 1'
    """
    if "pattern" in connection.about:
        return connection.about["pattern"]
    n_source, n_target = circuit.group(connection.source).size, circuit.group(connection.target).size
    n, same = len(connection.i), connection.source == connection.target
    if n == n_source * n_target:
        return "all to all"
    if same and n == n_source * (n_source - 1) and not np.any(connection.i == connection.j):
        return "all to all, without autapses"
    if n == n_source == n_target and np.array_equal(connection.i, connection.j):
        return "one to one"
    in_degrees = np.bincount(connection.j, minlength=n_target)
    if in_degrees.min() == in_degrees.max():
        return f"fixed in-degree {in_degrees[0]}"
    return f"explicit, {n / (n_source * n_target):.1%} of all pairs"


def _grouped(parts: Iterable[Any], content: Callable[[Any], tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    found: dict[tuple[str, ...], list[Any]] = {}
    for part in parts:
        found.setdefault(content(part), []).append(part)
    return [(_names(members), cells) for cells, members in found.items()]


def _about(about: Mapping[str, str], first: str = "") -> str:
    details = [f"{name}: {text}" for name, text in about.items() if name not in OWN_COLUMNS]
    return about.get(first, "") if first else "; ".join(details)


def _synapse(connection: Connection) -> str:
    return connection.about.get("synapse", "on spikes" if connection.on_pre else "no effect on spikes")


def _delay(connection: Connection) -> str:
    return "none" if connection.delay is None else str(connection.delay)


def _names(parts: Iterable[Any]) -> str:
    return ", ".join(part.name for part in parts)


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())


def _joined(text: str) -> str:
    return "; ".join(line.strip() for line in text.strip().splitlines() if line.strip())
