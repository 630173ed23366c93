"""Loop over a parameter and seeds on one compiled program; the result is a table and a figure.

How strong does the shock have to be? Fear is measured after 20 trials, at five intensities, in three animals. It takes
a minute at most.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from networks import amygdala
from spiking_engrams import Simulation

INTENSITIES = (0.5, 0.6, 0.7, 0.8, 0.9)


def fear_after(circuit: object, seed: int, us: float) -> float:
    """Return the fear of an animal after 20 trials with a shock of the given intensity."""
    animal = Simulation(circuit, seed=seed)
    here = amygdala.random_context(circuit.parameters, np.random.default_rng(seed))
    pretrained, _ = animal.reuse(circuit.phases.online_learning(300, seed))  # simulated once per seed, then kept
    trained, _ = animal.run(circuit.phases.perceive([here], n_steps=[20], us=[us]), pretrained)
    return amygdala.fear(animal.run(circuit.phases.recall(here, n_free=0), trained)[1])


def main() -> None:
    """Print the table, and write shock.csv and shock.png."""
    circuit = amygdala.build(amygdala.Parameters())
    rows = [(us, seed, fear_after(circuit, seed, us)) for us in INTENSITIES for seed in (1, 2, 3)]
    table = pd.DataFrame(rows, columns=["shock", "seed", "fear"])
    table.to_csv("shock.csv", index=False)
    print(table.groupby("shock")["fear"].agg(["mean", "std"]).round(3))
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.plot(table["shock"], table["fear"], "o", alpha=0.6)
    ax.plot(table.groupby("shock")["fear"].mean())
    ax.set(xlabel="intensity of the shock", ylabel="fear after 20 trials")
    figure.savefig("shock.png", dpi=150, bbox_inches="tight")


if __name__ == "__main__":
    main()
