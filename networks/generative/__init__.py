"""A hippocampal teacher that stores images in one shot and replays them to a generative student."""

from networks.generative.circuit import build
from networks.generative.parameters import DIGITS, PRESETS, Parameters
from networks.generative.phases import Phases
from networks.generative.senses import MASKED

__all__ = ["DIGITS", "MASKED", "PRESETS", "Parameters", "Phases", "build"]
