"""Kernels learned by STDP, layer by layer: do their features suffice to distinguish objects?

Kernels and their convergence are recorded during learning. Afterwards classifiers are fitted to the features of the
training images and tested, and compared with untrained kernels and with published ones, if given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import naming
from networks.naming import readout
from networks.naming.learning import convergence
from protocols.images.presets import cost, starting
from protocols.naming.claims.naming import FEATURES
from protocols.naming.data import ImageOptions
from protocols.naming.kernels import LEARNED, NAIVE
from protocols.naming.lessons import seeing
from protocols.naming.meanings import MEANINGS
from protocols.naming.model import NamingModel, check
from protocols.naming.naming import compare
from protocols.naming.outcome import feature_headline
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of feature learning."""

    n_looks: int = field_of(5, "how often the kernels of a layer are recorded while they learn", FITTED, low=1)


def run(session: Session[naming.Parameters, Any]) -> None:
    """Run one seed."""
    model = NamingModel(session)
    layers = [phase.name.partition(" ")[0] for phase in model.lessons]
    for layer in readout.kernel_shapes(model.parameters):
        lessons = [n for n, name in enumerate(layers) if name == layer]
        looks = np.unique(np.linspace(lessons[0], lessons[-1] + 1, session.options.n_looks + 1).astype(int))
        index, seen = [], []
        for n in looks:
            state = session.pretrained(model.lessons[:n]) if n else model.naive
            learned = readout.kernels(model.parameters, state)[layer]
            index.append(convergence(learned))
            seen.append(sum(phase.n_steps for phase in model.lessons[lessons[0] : n]))
            session.array("kernels", learned, ("row", "column", "channel", "map"), layer=layer, seen=seen[-1])
        session.series("convergence", seen, index, "images", layer=layer)
        session.metric("convergence", index[-1], layer=layer)
    for kernels, state in {**model.states(), NAIVE: model.naive}.items():
        compare(model, model.see(state, kernels))


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the kernels, their convergence, and the accuracy of classifiers of the features."""
    from protocols.naming.drawing import kernels as kernel_drawing
    from protocols.naming.drawing import naming as naming_drawing

    layers = folder.curves.values_of("layer")
    kernels = {f"kernels_{layer}": kernel_drawing.kernels(folder, layer) for layer in layers}
    return {
        **kernels,
        "convergence": kernel_drawing.convergence(folder, layers),
        "accuracies": naming_drawing.accuracies(folder),
    }


PROTOCOL = Protocol(
    name="feature_learning",
    title="Kernels learned by STDP from natural contrast",
    network="naming",
    run=run,
    schedule=seeing,
    description=f"Kernels are {LEARNED} layer by layer; classifiers of features, compared with {NAIVE} kernels.",
    meanings=MEANINGS,
    options=Options(),
    check=check,
    starting=starting,
    cost=cost,
    figures=figures,
    phenomena=FEATURES,
    headline=feature_headline,
)
