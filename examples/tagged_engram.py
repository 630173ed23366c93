"""Tag cells that fire during a shock; silence and activate them in the context of the shock and in another one.

After Han et al. (2009, doi 10.1126/science.1164139) and Liu et al. (2012, doi 10.1038/nature11028). It takes a minute
at most; the first time, most of it is spent on compiling the circuit.
"""

import numpy as np

from networks import amygdala
from spiking_engrams import Simulation, engram
from spiking_engrams.interventions import activate, manipulated, silence


def main() -> None:
    """Print fear in two contexts while tagged cells, or as many others, are manipulated."""
    circuit = amygdala.build(amygdala.Parameters())
    rng = np.random.default_rng(1)
    here, there = (amygdala.random_context(circuit.parameters, rng) for _ in range(2))
    animal = Simulation(circuit, seed=1)
    pretrained, _ = animal.reuse(circuit.phases.online_learning(300, seed=1))  # simulated once, then kept
    afraid, training = animal.run(circuit.phases.perceive([here], n_steps=[40], us=[0.9]), pretrained)
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
