"""Gains of the way back by homeostasis: each layer is to fire as often in recall as it did in perception.

From the uppermost bound layer down the gain into each layer is raised or lowered until training images, remembered and
recalled for this alone, make it fire as often as they did when they were seen. With images of one's own this is done
only where the gains of the preset bring back too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from protocols.recollection.procedure.subject import Rememberer

N_IMAGES = 8  # training images
LARGEST_EXPONENT, N_HALVINGS = 8, 6  # gains are sought between 2**-8 and 2**8 times that of the circuit


def homeostatic(subject: Rememberer, tolerance: float = 1.0) -> dict[str, float]:
    """Return the gains of the way back below the bound layers, as `Phase.with_constants` takes them.

    Parameters
    ----------
    tolerance
        Gains of the circuit are left as they are if, with them, the input fires at most so much less than it did in
        perception; those of the presets make it fire more often, since in recall neurons fire more than once.
    """
    session, layers = subject.session, subject.layers
    p = subject.parameters
    n = min(N_IMAGES, p.pointers.n, p.max_images, len(subject.images.train_spikes))
    phase = subject.phases.memorise(subject.images.train_spikes[:n])
    state, seen = session.run("gains_episodes", phase, subject.learned, keep=False, record=layers)
    top = max(layers.index(layer) for layer in subject.parameters.pointers.layers.split())
    cue = subject.phases.recall_episode(np.arange(n), n_steps=session.options.n_steps)
    usual, found = subject.session.circuit.constants_named("back_gain"), dict[str, float]()

    def relative(layer: str, number: int | str) -> float:
        """Return how often a layer fires in recall, in units of how often it did in perception."""
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
