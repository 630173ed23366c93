"""Time and memory of one recall for each kind of coupling, and how they grow with synapses; on one thread.

For sizes of the input (pixels on a side) the network is built with reverse currents, rectified and ohmic gap junctions,
with random kernels and random images. Measured are, in one run on one machine:

- ``forward``: an image seen by the naming network alone, the same layers without a way back;
- ``closed``: an image seen by the recollection network, whose way back is closed: what couplings cost when not in use;
- ``memorise``: an episode, with traces and a pointer;
- ``recall``: one recall from a pointer, and its ratio to the forward pass.

Times are milliseconds per image of the time loop; what a run costs beside it (loading, handing over) is ``around``, in
seconds per run. How to run, from the root::

    python -m benchmarks.recollection --sizes 16 28 56
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.naming import random_images, random_kernels
from networks import naming, recollection
from networks.naming import readout
from spiking_engrams.simulation import Simulation

KINDS = ("reverse", "rectified", "ohmic")
COLUMNS = ("size", "coupling", "synapses", "build s", "forward", "closed", "memorise", "recall", "recall/forward",
           "around s", "peak MB")  # fmt: skip


def main() -> None:
    """Measure what was asked for and print a table."""
    options = _options()
    table = Table(*COLUMNS)
    for size in options.sizes:
        for row in measured(recollection.DIGITS.replace({"height": size, "width": size}), options.images):
            table.add_row(str(size), *row)
    Console(width=140).print(table)


def measured(parameters: recollection.Parameters, n: int) -> list[list[str]]:
    """Return a row for every kind of coupling."""
    parameters = parameters.replace({"max_images": n, "pointers.n": n})
    generator = np.random.default_rng(1)
    trains, kernels = random_images(parameters, n, generator), random_kernels(parameters, generator)
    alone = Simulation(naming.build(parameters), "cpp")
    alone.build()
    state = readout.with_kernels(parameters, alone.initial_state(1), kernels)
    forward, _, _ = timed(alone, alone.circuit.phases.see(trains), state)
    rows = []
    for kind in KINDS:
        p = parameters.replace({"backward.kind": kind})
        simulation = Simulation(recollection.build(p), "cpp")
        built, phases = simulation.build(), simulation.circuit.phases
        state = readout.with_kernels(p, simulation.initial_state(1), kernels)
        closed, _, _ = timed(simulation, phases.see(trains), state)
        memorise, _, remembered = timed(simulation, phases.memorise(trains), state)
        recall, around, _ = timed(simulation, phases.recall_episode(np.arange(n)), remembered)
        numbers = (forward, closed, memorise, recall, recall / forward, around)
        synapses = simulation.circuit.estimate()["synapses"]
        rows.append(
            [kind, f"{synapses:,.0f}", f"{built.build_s:.0f}", *(f"{x:.2f}" for x in numbers),
             f"{simulation.cost.peak_memory_mb:.0f}"]
        )  # fmt: skip
    return rows


def timed(simulation: Simulation, phase: Any, state: Any) -> tuple[float, float, Any]:
    """Return milliseconds of the time loop per step of the circuit, seconds around it, and the successor."""
    before, started = simulation.cost.loop_s, time.perf_counter()
    successor, _ = simulation.run(phase, state, record=("input",))
    loop = simulation.cost.loop_s - before
    return 1000 * loop / phase.n_steps, time.perf_counter() - started - loop, successor


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 28, 56], help="pixels on a side of the input")
    parser.add_argument("--images", type=int, default=50, help="images, and recalls")
    return parser.parse_args()


if __name__ == "__main__":
    main()
