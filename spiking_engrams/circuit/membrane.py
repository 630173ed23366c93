"""The code of a neuron model inside a group that has its own variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from brian2.utils.stringtools import word_substitute

from spiking_engrams.circuit.circuit import Value
from spiking_engrams.neurons.model import NeuronModel

POTENTIAL, SUFFIX = "v", "_cell"


@dataclass(frozen=True)
class Membrane:
    """Code of a neuron model whose variables, except the potential ``v``, end in ``_cell``.

    Synapses onto the group may then have variables with the same name as one of the model, such as ``w``.

    Examples
    --------
    >>> from spiking_engrams import AdEx
    >>> sorted(Membrane.of(AdEx()).initial)  # w, the adaptation current, is renamed
    ['v', 'w_cell']
    """

    equations: str
    threshold: str
    reset: str
    initial: Mapping[str, Value]

    @classmethod
    def of(cls, model: NeuronModel) -> Membrane:
        """Return the membrane of a model."""
        names = {name: name if name == POTENTIAL else f"{name}{SUFFIX}" for name in model.initial}

        def renamed(code: str) -> str:
            return word_substitute(code, names | {f"d{old}": f"d{new}" for old, new in names.items()})

        initial = {names[name]: value for name, value in model.initial.items()}
        return cls(renamed(model.equations), renamed(model.threshold), renamed(model.reset), initial)
