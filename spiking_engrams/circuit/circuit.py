"""A circuit as data: groups of neurons, connections, signals and pattern banks.

Nothing here creates a Brian2 object. `targets` turns the *structure* of a circuit (equations, sizes, connectivity) into
a program; its *values* (constants, initial state) reach that program at run time, so changing one never recompiles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from brian2 import Quantity

from spiking_engrams.circuit import tables as model_tables
from spiking_engrams.circuit.checks import check
from spiking_engrams.circuit.initial import Draw, Initial, describe
from spiking_engrams.circuit.structure import Value, digest_of, in_one_line, structure_of
from spiking_engrams.errors import CircuitError, check_known
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.schedule.schedule import ALIVE
from spiking_engrams.values.plain import whole

__all__ = ["Circuit", "Connection", "Draw", "Group", "Initial", "Regular", "Value", "all_to_all"]


@dataclass(frozen=True)
class Regular:
    """An operation repeated on a clock: every time step, or every `Circuit.step` when `slow`.

    Examples
    --------
    >>> decay = Regular("w = clip(w - decay, 0, 1)", slow=True)
    """

    code: str
    slow: bool = False
    when: str = "start"
    order: int = 0


@dataclass(frozen=True)
class Group:
    """Neurons (or one node of modulatory variables) with the same equations.

    Attributes
    ----------
    links
        Variables read from another group: name -> ``"group.variable"`` of a group of one, or
        ``"group.variable[index]"`` with ``index`` an integer constant here whose initial values select the element.
    slow
        Variables that belong to the animal's memory: a retrieval must leave them bitwise unchanged.
    knobs
        Variables that no code changes but a phase may hold at other values, such as which cells are silenced.
    shared_scales
        Variables by which others are divided before they are stored: name -> those ``"object.variable"``. At a
        hand-over, a power of two moves from the stored variables to the scale, which changes no product.
    events, spike_events
        Further events besides spikes: name -> condition; those of them that are a subset of the spikes: connections
        run the code for them along with that for spikes.
    on_own_event
        Code run in the group at an event (``"spike"`` or one of `events`): for spikes, between the presynaptic and
        the postsynaptic code of the connections; for other events, before both.

    Examples
    --------
    >>> Group("CTX", 100, "dv/dt = -v/(20*ms) : 1", threshold="v > 1 and alive(t) > 0.5", reset="v = 0").size
    100
    """

    name: str
    size: int
    equations: str
    threshold: str | None = None
    reset: str = ""
    refractory: str | None = None
    method: str = "euler"
    constants: Mapping[str, Value] = field(default_factory=dict)
    initial: Mapping[str, Initial] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    spike_events: tuple[str, ...] = ()
    on_own_event: Mapping[str, str] = field(default_factory=dict)
    regular: tuple[Regular, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    slow: tuple[str, ...] = ()
    knobs: tuple[str, ...] = ()
    shared_scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """Synapses between two groups, given explicitly by source and target indices.

    Attributes
    ----------
    on_pre, on_pre_undelayed, on_post
        Code run at a presynaptic spike, after the delay or without it, and at a postsynaptic spike.
    on_event, on_target_event
        Code run at a named event of the source or the target group: event -> code. Code for events of the source
        runs before that for spikes, or with it for `Group.spike_events`; code for events of the target runs after.
    fixed
        Variables that never change, one value per synapse: part of the structure, not of the state.

    Examples
    --------
    >>> i, j = all_to_all(100, 50)
    >>> len(Connection("EC_CTX", "EC", "CTX", i, j, "w : 1", on_pre="v_post += w", initial={"w": 0.1}, slow=("w",)).i)
    5000
    """

    name: str
    source: str
    target: str
    i: np.ndarray
    j: np.ndarray
    equations: str = ""
    on_pre: str = ""
    on_pre_undelayed: str = ""
    on_post: str = ""
    on_event: Mapping[str, str] = field(default_factory=dict)
    on_target_event: Mapping[str, str] = field(default_factory=dict)
    delay: Quantity | None = None
    constants: Mapping[str, Value] = field(default_factory=dict)
    initial: Mapping[str, Initial] = field(default_factory=dict)
    fixed: Mapping[str, np.ndarray] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    regular: tuple[Regular, ...] = ()
    slow: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for end in ("i", "j"):
            if isinstance(getattr(self, end), list | tuple | range):
                object.__setattr__(self, end, np.asarray(getattr(self, end)))


@dataclass(frozen=True)
class Circuit:
    """Groups, connections and what an experimenter may vary.

    Attributes
    ----------
    dt, step
        Time step of the integration, and of schedules (signals change once per step).
    max_steps
        Longest phase in steps; longer ones are split, with exact hand-overs.
    signals
        Name -> default value; each is a function of time in the equations, ``name(t)``.
    banks
        Name -> (patterns, features); in equations ``name(index*second, i)``, times ``int(index >= 0)`` if it can be -1.
    traces
        Variables recorded at the end of each step: ``"group.variable"``, one column per neuron for populations.
    guard_steps
        Silent steps after every phase, so that no spike is in flight at a hand-over. Thresholds must be false while
        ``alive(t)`` is 0; equations may use ``t`` only in ``name(t)`` and ``timestep(t, dt)``.
    phases, controls
        The object that makes its phases; the controls that it offers, see `Control`.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import ParameterSet
    >>> cells = Group("CTX", 100, "dv/dt = (drive(t)-v)/tau : 1", "v > 1 and alive(t) > 0.5", constants={"tau": 20*ms})
    >>> circuit = Circuit("cortex", "LIF", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), signals={"drive": 0.0})
    >>> circuit.constants, circuit.group("CTX").size, circuit.estimate()["neurons"]
    ({'CTX.tau': 0.02}, 100, 100)
    """

    name: str
    neuron: str
    parameters: ParameterSet
    dt: Quantity
    step: Quantity
    groups: tuple[Group, ...]
    connections: tuple[Connection, ...]
    signals: Mapping[str, float]
    banks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    traces: tuple[str, ...] = ()
    max_steps: int = 4096
    guard_steps: int = 1
    inputs: tuple[tuple[str, str], ...] = ()
    measurements: tuple[tuple[str, str], ...] = ()
    phases: Any = None
    controls: Mapping[str, Any] = field(default_factory=dict)
    __repr__ = in_one_line

    def __post_init__(self) -> None:
        check(self)

    def group(self, name: str) -> Group:
        """Return the group with that name; raise UnknownNameError if there is none."""
        return _find(self.groups, name, "group")

    def connection(self, name: str) -> Connection:
        """Return the connection with that name; raise UnknownNameError if there is none."""
        return _find(self.connections, name, "connection")

    @property
    def parts(self) -> tuple[Group | Connection, ...]:
        """Groups, then connections."""
        return (*self.groups, *self.connections)

    @cached_property
    def constants(self) -> dict[str, float]:
        """Every constant as ``"object.name"`` -> SI value; each can be changed without a rebuild."""
        return {f"{p.name}.{n}": float(np.asarray(v)) for p in self.parts for n, v in p.constants.items()}

    def constants_named(self, name: str) -> dict[str, float]:
        """Return the constants with this name in all parts, in the form that `Phase.with_constants` accepts."""
        return {each: value for each, value in self.constants.items() if each.endswith(f".{name}")}

    @property
    def knobs(self) -> dict[str, int]:
        """Every variable that a phase may hold at other values, as ``"group.name"`` -> size of the group."""
        return {f"{group.name}.{name}": group.size for group in self.groups for name in group.knobs}

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Arrays that are part of the structure: ``"connection.i"``, ``"connection.j"`` and fixed variables."""
        ends = {f"{c.name}.{end}": getattr(c, end) for c in self.connections for end in ("i", "j")}
        return ends | {f"{c.name}.{name}": values for c in self.connections for name, values in c.fixed.items()}

    @cached_property
    def structure(self) -> dict[str, Any]:
        """What a program is compiled from, as JSON-able data (arrays by digest)."""
        return {
            "name": self.name,
            "dt": float(self.dt),
            "step": float(self.step),
            "max_steps": self.max_steps,
            "signals": sorted([*self.signals, ALIVE]),
            "banks": {name: list(shape) for name, shape in sorted(self.banks.items())},
            "traces": list(self.traces),
            "groups": [structure_of(part) for part in self.groups],
            "connections": [structure_of(part) for part in self.connections],
        }

    @cached_property
    def structure_digest(self) -> str:
        """Digest of the structure: equal circuits share a program."""
        return digest_of(self.structure)

    @cached_property
    def digest(self) -> str:
        """Digest of structure, constants and initial values: equal circuits have equal states."""
        initial = {f"{p.name}.{n}": describe(value) for p in self.parts for n, value in p.initial.items()}
        return digest_of([self.structure_digest, self.constants, initial, self.guard_steps, dict(self.signals)])

    @property
    def slow_variables(self) -> tuple[str, ...]:
        """Names of the variables that make up the animal's memory, as ``"object.variable"``."""
        return tuple(f"{p.name}.{v}" for p in self.parts for v in p.slow)

    def estimate(self) -> dict[str, float]:
        """Return the numbers of neurons and of (plastic) synapses and the expected memory (MB), before a build."""
        n_synapses = sum(len(c.i) for c in self.connections)
        plastic = sum(len(c.i) for c in self.connections if c.slow)
        pathways = sum(len(c.i) * _n_pathways(c) for c in self.connections)
        state = sum(len(c.i) * 8 * max(1, len(c.initial)) for c in self.connections)
        # int32 source and target twice (array and file image), an index per pathway, the state variables
        memory = (16 * n_synapses + 8 * pathways + state) / 1e6 + 30
        return {
            "neurons": sum(g.size for g in self.groups if g.threshold),
            "synapses": n_synapses,
            "plastic_synapses": plastic,
            "memory_mb": round(memory, 1),
        }

    def tables(self) -> list[model_tables.Table]:
        """Return the model description tables of Nordlie, Gewaltig & Plesser (2009)."""
        return model_tables.describe(self)


def all_to_all(n_source: int, n_target: int) -> tuple[np.ndarray, np.ndarray]:
    """Return source and target indices of every pair, sorted by source; int32, shape ``(n_source*n_target,)`` each.

    Examples
    --------
    >>> i, j = all_to_all(2, 3)
    >>> i.tolist(), j.tolist()
    ([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2])
    """
    n_source = whole(n_source, "n_source is", CircuitError, low=1)
    n_target = whole(n_target, "n_target is", CircuitError, low=1)
    i = np.repeat(np.arange(n_source, dtype=np.int32), n_target)
    return i, np.tile(np.arange(n_target, dtype=np.int32), n_source)


def _n_pathways(c: Connection) -> int:
    return bool(c.on_pre) + bool(c.on_post) + len(c.on_event) + len(c.on_target_event)


def _find(parts: tuple[Any, ...], name: str, kind: str) -> Any:
    found = {part.name: part for part in parts}
    check_known(kind, name, found)
    return found[name]
