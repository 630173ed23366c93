"""The schedule shared by the naming protocols, and the part of it with which the recall protocols begin."""

from typing import Any

import numpy as np

from networks import naming
from protocols.naming.kernels import LEARNED
from spiking_engrams.schedule.life import Life, Moment


def learned(phases: naming.Phases, n: int) -> tuple[np.ndarray, Moment]:
    """Return the spike trains of `n` blank images, and the start of a life after kernel learning."""
    p = phases.parameters
    blank = np.ones((n, p.channels, p.height, p.width), np.int32)
    return blank, Life().born(phases.lessons(blank, np.random.default_rng(0)))


def seen(parameters: naming.Parameters) -> Moment:
    """Return the moment after kernel learning, at which images are seen."""
    phases = naming.Phases(parameters)
    blank, start = learned(phases, min(4, parameters.max_images))
    for part in ("train", "test"):
        start.ask(f"see_{LEARNED}_{part}_0", phases.see_to_name(blank))
    return start


def seeing(options: Any, parameters: naming.Parameters) -> Life:
    """Return a life in which kernels learn and images are seen."""
    return seen(parameters).life


def schedule(options: Any, parameters: naming.Parameters) -> Life:
    """Return the part of the life that does not depend on responses; teaching and recall of names have no labels."""
    start, phases = seen(parameters), naming.Phases(parameters)
    n = min(4, parameters.max_images)
    blank, labels = np.ones((n, parameters.channels, parameters.height, parameters.width), np.int32), np.arange(n) % 2
    names = [phases.experience(blank), phases.encode(blank, labels, 1.0)]
    if hasattr(options, "rehearsal"):
        covariance = naming.Phases(parameters.replace({"names.rule": "covariance"}))
        names.append(covariance.rehearse(blank, options.rehearsal))
    start.life.born([*names, phases.recall(blank)], after=start)
    return start.life
