"""Cells that fire during a shock are tagged, then silenced where it happened and activated where it did not.

After Han et al. (2009, doi 10.1126/science.1164139) and Liu et al. (2012, doi 10.1038/nature11028). A minute at most,
most of it compiling the circuit the first time.
"""

import numpy as np

from networks import amygdala
from spiking_engrams import Simulation, engram
from spiking_engrams.interventions import activate, manipulated, silence


def main() -> None:
    """Print fear in two contexts, with tagged cells and with as many others manipulated."""
    circuit = amygdala.build(amygdala.Parameters())
    rng = np.random.default_rng(1)
    here, there = (amygdala.random_context(circuit.parameters, rng) for _ in range(2))
    animal = Simulation(circuit, seed=1)
    afraid, training = animal.run(circuit.phases.perceive([here], n_steps=[40], us=[0.9]))
    tagged = engram.tagged(training, "BA_N", "fear", threshold=20, t_start=training.duration - 1)
    others = engram.untagged(tagged, rng)
    print(f"{len(tagged.cells)} cells tagged, of {training.sizes['BA_N']}")
    for where, context in (("shocked here", here), ("elsewhere", there)):
        test = circuit.phases.recall(context, n_free=0)
        for name, cells in (("tagged", tagged), ("untagged", others)):
            for change in (silence(cells), activate(cells, rate=200)):
                _, found = animal.run(manipulated(circuit, test, change), afraid)
                print(f"{where}, {name} cells, {change.kind}: fear {amygdala.fear(found):.2f}")
        print(f"{where}, nothing manipulated: fear {amygdala.fear(animal.run(test, afraid)[1]):.2f}")


if __name__ == "__main__":
    main()
