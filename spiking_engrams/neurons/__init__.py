"""Neuron models: equations as data, ports, and a calibrated drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.neurons.checks import constant
    from spiking_engrams.neurons.model import NeuronModel
    from spiking_engrams.neurons.models import LIF, AdEx, Izhikevich, resolve_neuron

__all__ = ["LIF", "AdEx", "Izhikevich", "NeuronModel", "constant", "resolve_neuron"]
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "checks": ("constant",),
        "model": ("NeuronModel",),
        "models": ("LIF", "AdEx", "Izhikevich", "resolve_neuron"),
    },
)
