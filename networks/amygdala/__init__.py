"""The amygdala fear-engram circuit with hippocampal replay, all spiking."""

from networks.amygdala.circuit import build
from networks.amygdala.measures import fear, probed, trials
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import Phases, random_context, similar_context

__all__ = ["Parameters", "Phases", "build", "fear", "probed", "random_context", "similar_context", "trials"]
