"""The schedule that the naming protocols share, for the timeline."""

from typing import Any

import numpy as np

from networks import naming


def schedule(options: Any, parameters: Any) -> list[tuple[str, Any]]:
    """Return the labelled phases that do not depend on what is seen."""
    phases = naming.Phases(parameters)
    n = min(4, parameters.max_images)
    blank = np.ones((n, parameters.channels, parameters.height, parameters.width), np.int32)
    learning = phases.lessons(blank, np.random.default_rng(0))
    labels = np.arange(n) % 2
    known, told, asked = phases.experience(blank), phases.encode(blank, labels, 1.0), phases.recall(blank)
    names = [("objects become familiar", known), ("names are heard", told)]
    if hasattr(options, "rehearsal"):
        covariance = naming.Phases(parameters.replace({"names.rule": "covariance"}))
        names.append(("objects are rehearsed", covariance.rehearse(blank, options.rehearsal)))
    return [*((phase.name, phase) for phase in learning), *names, ("names are asked for", asked)]
