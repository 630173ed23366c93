"""Assemble Brian2 objects from a circuit's structure, in the same way for every target.

The structure is JSON-able data (`Circuit.structure`) plus the index arrays of the connections, so that a
separate process can assemble it without the code that defined it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np
from brian2 import second

from spiking_engrams.circuit.checks import split_link

# Order of the operations in the slot "synapses" of one time step; see synapses/bcpnn.py.
ORDER_EVENT, ORDER_PRE, ORDER_SPIKE_TRACES, ORDER_POST = -1, 0, 1, 2


NO_STATE = ("delay", "N", "not_refractory")  # fixed, or computed anew in every time step


@dataclass
class Assembly:
    """The Brian2 objects of a circuit.

    Attributes
    ----------
    signals, banks
        `brian2.TimedArray` by name; a phase sets their contents.
    spikes, traces
        Monitors by group name.
    fixed
        Names ``"connection.variable"`` of variables that never change.
    """

    network: brian2.Network
    objects: dict[str, Any]
    signals: dict[str, brian2.TimedArray]
    banks: dict[str, brian2.TimedArray]
    spikes: dict[str, brian2.SpikeMonitor]
    traces: dict[str, brian2.StateMonitor]
    fixed: set[str]


def assemble(
    structure: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    constants: Mapping[str, float],
) -> Assembly:
    """Create the Brian2 objects of a structure on the active device.

    Parameters
    ----------
    structure
        `Circuit.structure`.
    arrays
        `Circuit.arrays`.
    constants
        ``"object.name"`` -> SI value; these are defaults that a run may override.
    """
    step_clock = brian2.Clock(dt=structure["step"] * second, name="step_clock")
    dt_clock = brian2.Clock(dt=structure["dt"] * second, name="dt_clock")
    signals = {
        name: brian2.TimedArray(np.zeros(structure["max_steps"]), dt=step_clock.dt, name=f"signal_{name}")
        for name in structure["signals"]
    }
    banks = {
        name: brian2.TimedArray(np.zeros(tuple(shape)), dt=1 * second, name=f"bank_{name}")
        for name, shape in structure["banks"].items()
    }
    build = _Builder({**signals, **banks}, dt_clock, step_clock)
    for data in structure["groups"]:
        build.group(data)
    for data in structure["connections"]:
        build.connection(data, arrays)
    for part in (*structure["groups"], *structure["connections"]):
        build.link(part)
        for name in part["constants"]:
            setattr(build.objects[part["name"]], f"{name}_", constants.get(f"{part['name']}.{name}", 0.0))
    spikes, traces = build.monitors(structure)
    network = brian2.Network(*build.everything, name="network")
    return Assembly(network, build.objects, signals, banks, spikes, traces, build.fixed)


class _Builder:
    """Builder that creates named objects one by one and keeps all of them."""

    def __init__(self, functions: dict[str, Any], dt_clock: brian2.Clock, step_clock: brian2.Clock):
        self.functions = functions
        self.dt_clock = dt_clock
        self.step_clock = step_clock
        self.objects: dict[str, Any] = {}
        self.fixed: set[str] = set()
        self.spike_events: dict[str, Any] = {}
        self.everything: list[Any] = []

    def group(self, data: Mapping[str, Any]) -> None:
        group = brian2.NeuronGroup(
            data["size"],
            _with_declarations(data),
            threshold=data["threshold"],
            reset=None,
            refractory=data["refractory"] or False,
            events=dict(data["events"]),
            method=data["method"],
            clock=self.dt_clock,
            namespace=self.functions,
            name=data["name"],
        )
        if "lastspike" in group.variables:
            group.variables["lastspike"].read_only = False  # part of the state, so a program must accept it
        self._add_events(group, data)
        self.spike_events[data["name"]] = data.get("spike_events", ())
        self._remember(data["name"], group)
        self._add_regular(group, data)

    def connection(self, data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        pathways = {"pre": data["on_pre"], "learn": data["on_pre_undelayed"], **data["on_event"]}
        pathways = {name: code for name, code in pathways.items() if code}
        events = {name: ("spike" if name in ("pre", "learn") else name) for name in pathways}
        from_target = {"post": data["on_post"]} if data["on_post"] else {}
        from_target |= {f"post_{name}": code for name, code in data.get("on_target_event", {}).items()}
        events |= {name: name.removeprefix("post_") if name != "post" else "spike" for name in from_target}
        synapses = brian2.Synapses(
            self.objects[data["source"]],
            self.objects[data["target"]],
            _with_declarations(data),
            on_pre=pathways or None,
            on_post=from_target or None,
            on_event=events,
            # a delay given here is one number, not one per synapse
            delay={name: (data["delay"] or 0.0) * second if name == "pre" else 0 * second for name in events},
            clock=self.dt_clock,
            namespace=self.functions,
            name=data["name"],
        )
        synapses.connect(i=arrays[f"{data['name']}.i"], j=arrays[f"{data['name']}.j"])
        for name in data["fixed"]:
            setattr(synapses, f"{name}_", arrays[f"{data['name']}.{name}"])
            self.fixed.add(f"{data['name']}.{name}")
        for name in pathways:
            early = name in data["on_event"] and name not in self.spike_events[data["source"]]
            getattr(synapses, name).order = ORDER_EVENT if early else ORDER_PRE
        for name in from_target:
            getattr(synapses, name).order = ORDER_POST
        self._remember(data["name"], synapses)
        self._add_regular(synapses, data)

    def _add_regular(self, owner: Any, data: Mapping[str, Any]) -> None:
        for number, item in enumerate(data["regular"]):
            owner.run_regularly(
                item["code"],
                clock=self.step_clock if item["slow"] else self.dt_clock,
                when=item["when"],
                order=item["order"],
                name=f"{data['name']}_regular_{number}",
            )

    @staticmethod
    def _add_events(group: brian2.NeuronGroup, data: Mapping[str, Any]) -> None:
        """Add reset and own-event code; Brian2 takes one piece of code per event."""
        codes = dict(data["on_own_event"])
        if data["reset"]:
            codes["spike"] = f"{data['reset']}\n{codes.get('spike', '')}"
        for event, code in codes.items():
            order = ORDER_SPIKE_TRACES if event == "spike" else ORDER_EVENT
            group.run_on_event(event, code, when="synapses", order=order)

    def link(self, data: Mapping[str, Any]) -> None:
        owner = self.objects[data["name"]]
        for name, origin in data["links"].items():
            group, variable, index = split_link(origin)
            setattr(owner, name, brian2.linked_var(self.objects[group], variable, index=index))

    def monitors(self, structure: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        spikes = {
            data["name"]: brian2.SpikeMonitor(self.objects[data["name"]], name=f"{data['name']}_spikes")
            for data in structure["groups"]
            if data["threshold"]
        }
        by_group: dict[str, list[str]] = {}
        for trace in structure["traces"]:
            group, variable = trace.split(".")
            by_group.setdefault(group, []).append(variable)
        traces = {
            group: brian2.StateMonitor(
                self.objects[group],
                names,
                record=True,
                clock=self.step_clock,
                when="start",  # of the next step, before anything else: the values at the end of the last step
                order=-1000,
                name=f"{group}_traces",
            )
            for group, names in by_group.items()
        }
        self.everything += [*spikes.values(), *traces.values()]
        return spikes, traces

    def _remember(self, name: str, thing: Any) -> None:
        self.objects[name] = thing
        self.everything.append(thing)


def _with_declarations(data: Mapping[str, Any]) -> str:
    lines = [data["equations"]]
    lines += [f"{name} : {unit} (shared, constant)" for name, unit in data["constants"].items()]
    lines += [f"{name} : 1 (linked)" for name in data["links"]]
    return "\n".join(lines)


def state_variables(assembly: Assembly) -> dict[str, Any]:
    """Return the variables that change or differ between animals: ``"object.name"`` -> Brian2 variable.

    Constants that a circuit declares are not state, nor are indices, clocks and derived expressions.
    """
    result = {}
    for name, thing in assembly.objects.items():
        for variable_name, variable in thing.variables.items():
            if not isinstance(variable, brian2.core.variables.ArrayVariable) or variable.owner is None:
                continue
            is_constant = variable.scalar and variable.constant
            if variable.owner.name != name or variable.read_only or is_constant:
                continue
            full_name = f"{name}.{variable_name}"
            if variable_name in NO_STATE or variable_name.startswith("_") or full_name in assembly.fixed:
                continue
            result[full_name] = variable
    return result


def describe_variable(variable: Any) -> dict[str, Any]:
    """Return the type and unit of a Brian2 variable, and whether the whole object shares one value."""
    return {
        "dtype": np.dtype(variable.dtype).name,
        "unit": "1" if variable.dim.is_dimensionless else repr(brian2.get_unit(variable.dim)),
        "scalar": bool(variable.scalar),
    }
