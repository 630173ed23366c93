"""The contents of run.json at the start of a run: the request, and everything known about it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from spiking_engrams.runs.provenance import provenance

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Experiment


def describe(experiment: Experiment) -> dict[str, Any]:
    """Return the contents of run.json at the start of a run."""
    request, circuit, protocol = experiment.request, experiment.circuit, experiment.protocol
    request = dataclasses.replace(
        request, parameters=circuit.parameters.to_dict(), options=experiment.options.to_dict()
    )
    return {
        "protocol": protocol.name,
        "title": protocol.title,
        "description": protocol.description,
        "network": circuit.name,
        "neuron": circuit.neuron,
        "request": dataclasses.asdict(request),
        "parameter_rows": [list(row) for row in circuit.parameters.rows()],
        "option_rows": [list(row) for row in experiment.options.rows()],
        "circuit_digest": circuit.digest,
        "structure_digest": circuit.structure_digest,
        "estimate": circuit.estimate(),
        "tables": [dataclasses.asdict(table) for table in circuit.tables()],
        "provenance": provenance(),
    }
