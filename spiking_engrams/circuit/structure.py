"""The structure of a circuit as JSON-able data: what a program is compiled from, without values."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Quantity, get_unit
from brian2.units.fundamentalunits import get_dimensions

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit, Connection, Group

LATER = ("on_target_event", "spike_events")  # fields that are not part of the structure if empty
type Value = Quantity | float | int


def unit_name(value: Value) -> str:
    """Return the Brian2 name of the SI unit of a value, ``1`` if it has none.

    Examples
    --------
    >>> from brian2 import ms
    >>> unit_name(20 * ms), unit_name(0.5)
    ('second', '1')
    """
    dimensions = get_dimensions(value)
    return "1" if dimensions.is_dimensionless else repr(get_unit(dimensions))


def structure_of(part: Group | Connection) -> dict[str, Any]:
    """Return the structure of a part, from which a program is compiled, as JSON-able data (arrays by digest).

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Group
    >>> structure_of(Group("CTX", 100, "dv/dt = -v/tau : 1", constants={"tau": 20 * ms}))["constants"]
    {'tau': 'second'}
    """
    result: dict[str, Any] = {}
    for item in dataclasses.fields(part):
        value = getattr(part, item.name)
        if item.name in ("initial", "about", "slow", "knobs", "shared_scales") or (item.name in LATER and not value):
            continue
        if item.name == "constants":
            value = {name: unit_name(v) for name, v in value.items()}
        elif item.name == "regular":
            value = [dataclasses.asdict(r) for r in value]
        elif item.name == "delay":
            value = None if value is None else float(value)
        elif isinstance(value, np.ndarray):
            value = _array_digest(value)
        elif isinstance(value, Mapping):
            value = {key: _array_digest(v) if isinstance(v, np.ndarray) else v for key, v in value.items()}
        result[item.name] = value
    return result


def _array_digest(values: np.ndarray) -> dict[str, str]:
    kind = np.int32 if values.dtype.kind in "iu" else np.float64
    return {"array": hashlib.sha256(np.ascontiguousarray(values, kind).tobytes()).hexdigest()}


def digest_of(data: Any) -> str:
    """Return the SHA-256 digest of JSON-able data as hexadecimal text; the order of names does not matter.

    Examples
    --------
    >>> digest_of({"dt": 0.001, "step": 0.01}) == digest_of({"step": 0.01, "dt": 0.001})
    True
    """
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def in_one_line(circuit: Circuit) -> str:
    """Return the size of a circuit in one line: its neurons, synapses and step."""
    neurons = sum(group.size for group in circuit.groups if group.threshold or group.spike_events)
    synapses = sum(len(connection.i) for connection in circuit.connections)
    return (
        f"<Circuit {circuit.name} ({circuit.neuron}): {neurons:,} neurons in {len(circuit.groups)} groups, "
        f"{synapses:,} synapses in {len(circuit.connections)} connections; steps of {circuit.step}>"
    )
