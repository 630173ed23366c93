"""The schedule that the naming protocols share, and the part of it that the recall protocols begin with."""

from typing import Any

import numpy as np

from networks import naming


def lessons(phases: naming.Phases, n: int) -> tuple[np.ndarray, list[tuple[str, Any]]]:
    """Return the trains of n blank images, and the labelled phases in which kernels learn."""
    p = phases.parameters
    blank = np.ones((n, p.channels, p.height, p.width), np.int32)
    return blank, [(phase.name, phase) for phase in phases.lessons(blank, np.random.default_rng(0))]


def schedule(options: Any, parameters: naming.Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases that do not depend on what is seen."""
    phases = naming.Phases(parameters)
    n = min(4, parameters.max_images)
    blank, learning = lessons(phases, n)
    labels = np.arange(n) % 2
    known, told, asked = phases.experience(blank), phases.encode(blank, labels, 1.0), phases.recall(blank)
    names = [("objects become familiar", known), ("names are heard", told)]
    if hasattr(options, "rehearsal"):
        covariance = naming.Phases(parameters.replace({"names.rule": "covariance"}))
        names.append(("objects are rehearsed", covariance.rehearse(blank, options.rehearsal)))
    return [*learning, *names, ("names are asked for", asked)]
