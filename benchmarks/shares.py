"""Shares of each layer that fire at the thresholds of a preset, for training images that it was made for.

`Homeostasis` uses them to set thresholds for other images: they are shares of the locations of a layer in units of
the share of the locations below it. Kernels are learned here, or published ones are used. Run from the root::

    python -m benchmarks.shares naming digits
    python -m benchmarks.shares naming mnist --set protocol.idx=mnist/ --set protocol.n_train=60
    python -m benchmarks.shares naming photo --set protocol.images=caltech/ --set protocol.kernels=weights/ --id id61
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from rich.console import Console

from networks import naming, recollection
from networks.naming import homeostasis, readout
from protocols.naming import data as naming_data
from protocols.naming.kernels import given_kernels
from protocols.naming.naming import Options
from protocols.naming.thresholds import N_IMAGES, theta
from spiking_engrams.simulation.simulation import Simulation

NETWORKS: dict[str, Any] = {"naming": naming, "recollection": recollection}


def main() -> None:
    """Measure the shares and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("preset")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="protocol.FIELD=VALUE")
    parser.add_argument("--id", default="", help="name of the published kernels")
    given = parser.parse_args()
    options = Options().replace([text.removeprefix("protocol.") for text in given.changes])
    Measured(given.network, given.preset, options, given.id).report(Console())


class Measured:
    """A network with learned or given kernels, and some training images."""

    def __init__(self, network: str, preset: str, options: Options, kernels: str):
        self.parameters = NETWORKS[network].PRESETS[preset]
        trains = naming_data.load(options, self.parameters, np.random.default_rng(1)).train_spikes
        self.some = trains[:N_IMAGES]
        self.simulation = Simulation(NETWORKS[network].build(self.parameters), "cpp")
        self.lessons = self.simulation.circuit.phases.lessons(trains, np.random.default_rng(1))
        self.given = given_kernels(options, self.parameters)[kernels] if kernels else []
        self.convs = readout.convolutions(self.parameters)

    def state(self, n_learned: int) -> Any:
        """Return the state in which only the `n_learned` lowest convolutions have learned."""
        naive, names = self.simulation.initial_state(1), list(self.convs)
        if self.given:
            new = list(readout.kernels(self.parameters, naive).values())
            return readout.with_kernels(self.parameters, naive, [*self.given[:n_learned], *new[n_learned:]])
        lessons = [each for each in self.lessons if each.name.partition(" ")[0] in names[:n_learned]]
        return self.simulation.reuse(lessons, 1)[0] if lessons else naive

    def share(self, name: str, state: Any, thresholds: dict[str, float], at: float, competes: bool = True) -> float:
        """Return the share of a layer that fires at the threshold `at`, with `thresholds` in the lower layers."""
        p, circuit, layers = self.parameters, self.simulation.circuit, ["input", *readout.named_layers(self.parameters)]
        below, trains = layers[layers.index(name) - 1], self.some
        if below != "input":
            phase = circuit.phases.see(trains).with_constants(thresholds)
            trains = readout.trains_of(circuit, self.simulation.run(phase, state, record=(below,))[1], below)
        charged = homeostasis.charges(trains, readout.kernels(p, state)[name], circuit.phases.time.last_bin)
        driven = homeostasis.drive(charged, competes)
        fires = driven > at if competes else driven >= at
        return float(fires.mean() / (trains != 0).any(axis=1).mean())

    def report(self, console: Console) -> None:
        """Print the shares, from the first convolution on."""
        p, names = self.parameters, list(self.convs)
        learning = {theta(name): conv.learning_threshold for name, conv in self.convs.items()}
        found = [self.share(name, self.state(n), learning, learning[theta(name)]) for n, name in enumerate(names)]
        console.print({"learning": np.round(found, 2).tolist()})
        firing = [conv.threshold for conv in self.convs.values()][:-1]
        for what, levels in (("firing", firing), ("names", list(p.names.thresholds) or firing)):
            used = {theta(name): level for name, level in zip(names, levels, strict=False)}
            state = self.state(len(names))
            lower = [self.share(name, state, used, used[theta(name)]) for name in names[:-1]]
            top = self.share(names[-1], state, used, p.names.threshold, competes=False)
            console.print({what: np.round(lower, 2).tolist(), "concepts": round(top, 3)})


if __name__ == "__main__":
    main()
