"""Cells that fire at a rate that their drive sets: with escape noise, or as neurons of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brian2 import Quantity

from spiking_engrams.circuit.circuit import Value
from spiking_engrams.circuit.membrane import Membrane
from spiking_engrams.interventions.manipulation import SILENCED
from spiking_engrams.neurons.model import NeuronModel

FREE = f"{SILENCED} < 0.5 and alive(t) > 0.5"  # a cell may fire
SILENT = f"{SILENCED} : 1  # 1: it cannot fire"


@dataclass(frozen=True)
class Firing:
    """How cells fire: the fields of a `Group` that it sets, and constants and initial values to add to those of others.

    Examples
    --------
    >>> from brian2 import Hz
    >>> firing("sign*u", 150 * Hz).fields["threshold"]
    'rand() < rate*drive*dt and silenced < 0.5 and alive(t) > 0.5'
    """

    equations: str
    fields: Mapping[str, Any]
    constants: Mapping[str, Value]
    initial: Mapping[str, Value] = field(default_factory=dict)


def firing(drive: str, rate: Quantity, model: NeuronModel | None = None) -> Firing:
    """Return how cells fire at up to `rate` when an expression, cut off below 0 and above 1, reaches 1.

    Without a model they fire at random at that rate (escape noise). Neurons of a calibrated model are driven so that
    they fire at about that rate when the expression is 1.

    Parameters
    ----------
    drive
        Expression of the group.
    rate
        Rate at which cells fire when it is 1.
    model
        Calibrated neuron model; None for escape noise.

    Examples
    --------
    >>> from brian2 import Hz
    >>> firing("u", 100 * Hz).equations.splitlines()[0]
    'drive = clip(u, 0, 1) : 1  # share of the largest rate'
    """
    if model is None:
        equations = f"drive = clip({drive}, 0, 1) : 1  # share of the largest rate\n{SILENT}"
        fields = {"threshold": f"rand() < rate*drive*dt and {FREE}", "method": "exact", "knobs": (SILENCED,)}
        return Firing(equations, fields, {"rate": rate})
    gain = float(rate / model.unit_rate)
    return of_model(f"{gain!r}*clip({drive}, 0, 1)", model)


def of_model(drive: str, model: NeuronModel, reset: str = "") -> Firing:
    """Return how neurons of a calibrated model fire, with an expression as their drive and code to add to the reset.

    Examples
    --------
    >>> from spiking_engrams.neurons import calibrated, resolve_neuron
    >>> of_model("g", calibrated(resolve_neuron("LIF"))).equations.splitlines()[-2]
    'drive = g : 1'
    """
    cell = Membrane.of(model)
    fields = {
        "threshold": f"({cell.threshold}) and {FREE}",
        "reset": "\n".join(filter(None, (cell.reset, reset))),
        "refractory": "t_ref" if model.refractory is not None else None,
        "method": model.method,
        "knobs": (SILENCED,),
    }
    return Firing(f"{cell.equations}\ndrive = {drive} : 1\n{SILENT}", fields, model.parameters, cell.initial)
