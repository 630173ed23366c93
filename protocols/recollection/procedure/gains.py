"""Gains of the backward pathway by homeostasis: each layer should fire as often in recall as in perception.

From the uppermost bound layer downwards, the gain into each layer is raised or lowered until training images, which are
remembered and recalled only for this, make it fire as often in recall as in perception. With user images this is done
only where recall with the gains of the preset is too weak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from protocols.recollection.procedure.model import RecallModel

N_IMAGES = 8  # training images
LARGEST_EXPONENT, N_HALVINGS = 8, 6  # gains are sought between 2**-8 and 2**8 times those of the circuit


def homeostatic(model: RecallModel, tolerance: float = 1.0) -> dict[str, float]:
    """Return the gains of the backward pathway below the bound layers, as `Phase.with_constants` takes them.

    Parameters
    ----------
    tolerance
        Gains of the circuit are kept if, with them, recall has at least ``1 / tolerance`` of the input spikes of
        perception; with those of the presets it has more, since in recall neurons fire more than once.
    """
    session, layers = model.session, model.layers
    p = model.parameters
    n = min(N_IMAGES, p.pointers.n, p.max_images, len(model.images.train_spikes))
    phase = model.phases.memorise(model.images.train_spikes[:n])
    state, seen = session.run("gains_episodes", phase, model.learned, keep=False, record=layers)
    top = max(layers.index(layer) for layer in model.parameters.pointers.layers.split())
    cue = model.phases.recall_episode(np.arange(n), n_steps=session.options.n_steps)
    usual, found = model.session.circuit.constants_named("back_gain"), dict[str, float]()

    def relative(layer: str, number: int | str) -> float:
        """Return how often a layer fires in recall, relative to perception."""
        phase = cue.with_constants(found)
        _, recalled = session.run(f"gains_{layer}_{number}", phase, state, keep=False, record=[layer])
        before = len(seen.spikes[layer][0])
        return len(recalled.spikes[layer][0]) / before if before else np.inf

    if tolerance > 1 and relative("input", "usual") >= 1 / tolerance:
        return {}
    for layer, above in zip(layers[top - 1 :: -1], layers[top:0:-1], strict=True):
        name = f"{layer}_{above}.back_gain"
        low, high = -float(LARGEST_EXPONENT), float(LARGEST_EXPONENT)
        for number in range(N_HALVINGS):
            found[name] = usual[name] * 2 ** ((low + high) / 2)
            low, high = ((low + high) / 2, high) if relative(layer, number) < 1 else (low, (low + high) / 2)
    return found
