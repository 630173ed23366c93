"""Results of recall for any images: how many are identified from their pointer, compared with chance and a control."""

from __future__ import annotations

import numpy as np

from networks.recollection import measures
from protocols.naming.outcome import thresholds
from protocols.recollection.procedure.model import RecallModel
from spiking_engrams.runs.run_folder import RunFolder

CONTROL = "shuffled_couplings"


def outcome(model: RecallModel, condition: str, pictures: np.ndarray, spikes: np.ndarray) -> None:
    """Record the result of a condition: how many images are identified among all that are remembered."""
    metric, n = model.session.metric, model.n
    if condition in ("pointer", CONTROL):
        found = measures.correlations(measures.edges(pictures), model.sight.edges)
        right = round(measures.quality(found)["identified"] * n)
        metric("identified_right" if condition == "pointer" else "identified_shuffled", right)
        metric("identified_of", n)
    if condition in ("pointer", "closed"):
        metric("recalled_spikes" if condition == "pointer" else "recalled_closed", spikes.sum(axis=1).mean())


def headline(folder: RunFolder) -> list[str]:
    """Return lines about how many images are identified, compared with chance and a control, and the thresholds."""
    right, of, control = (folder.metric(f"identified_{name}").mean() for name in ("right", "of", "shuffled"))
    return [
        f"identified: {right:.3g} of {of:.0f} images, each recalled from its pointer (chance 1 of {of:.0f}; with "
        f"shuffled couplings {control:.3g})",
        *thresholds(folder),
    ]
