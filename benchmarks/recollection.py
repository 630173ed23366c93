"""Time and memory of one recall for each kind of coupling, and how they grow with synapses; on one thread.

For sizes of the input (pixels on a side) the network is built with reverse currents, rectified and ohmic gap junctions,
sees digits, and has kernels that the naming network learned from them. Measured are, in one run on one machine:

- ``forward``: an image seen by the naming network alone, the same layers without a way back;
- ``closed``: an image seen by the recollection network, whose way back is closed: what couplings cost when not in use;
- ``memorise``: an episode, with traces and a pointer;
- ``recall``: one recall from a pointer, and its ratio to the forward pass.

Times are milliseconds per image of the time loop; what a run costs beside it (loading, handing over) is ``around``, in
seconds per run. How to run, from the root::

    python -m benchmarks.recollection --sizes 16 28 56 --out recollection.json
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from networks import naming, recollection
from networks.naming import readout
from spiking_engrams import stimuli
from spiking_engrams.simulation import Simulation

KINDS = ("reverse", "rectified", "ohmic")
COLUMNS = {  # of the table, and how they are written
    "size": "d", "coupling": "", "synapses": ",d", "build s": ".0f", "forward": ".2f", "closed": ".2f",
    "memorise": ".2f", "recall": ".2f", "recall/forward": ".2f", "around s": ".2f", "peak MB": ".0f",
}  # fmt: skip


def main() -> None:
    """Measure what was asked for, print a table, and store it if a file is given."""
    options, rows = _options(), []
    for size in options.sizes:
        rows += measured(recollection.DIGITS.replace({"height": size, "width": size}), options.images)
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*(format(row[name], how) for name, how in COLUMNS.items()))
    Console(width=140).print(table)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


def measured(parameters: recollection.Parameters, n: int) -> list[dict[str, Any]]:
    """Return a row for every kind of coupling."""
    parameters = parameters.replace({"max_images": max(n, parameters.max_images), "pointers.n": n})
    alone = Simulation(naming.build(parameters), "cpp")
    learned, trains = taught(alone, n)
    kernels = list(readout.kernels(parameters, learned).values())
    forward, _, _ = timed(alone, alone.circuit.phases.see(trains), learned)
    rows = []
    for kind in KINDS:
        p = parameters.replace({"backward.kind": kind})
        simulation = Simulation(recollection.build(p), "cpp")
        built, phases = simulation.build(), simulation.circuit.phases
        state = readout.with_kernels(p, simulation.initial_state(1), kernels)
        closed, _, _ = timed(simulation, phases.see(trains), state)
        memorise, _, remembered = timed(simulation, phases.memorise(trains), state)
        recall, around, _ = timed(simulation, phases.recall_episode(np.arange(n)), remembered)
        values = (
            p.height, kind, round(simulation.circuit.estimate()["synapses"]), built.build_s, forward, closed, memorise,
            recall, recall / forward, around, simulation.cost.peak_memory_mb,
        )  # fmt: skip
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def taught(simulation: Simulation, n: int) -> tuple[Any, np.ndarray]:
    """Return a state with kernels that were learned from digits, and the spike trains of n others."""
    p, generator = simulation.circuit.parameters, np.random.default_rng(1)
    images = stimuli.digits((p.height, p.width))
    trains = naming.retina(p, images.select(generator.permutation(len(images))))
    state = simulation.initial_state(1)
    for lesson in simulation.circuit.phases.lessons(trains[n:], generator):
        state, _ = simulation.run(lesson, state, record=())
    return state, trains[:n]


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
    parser.add_argument("--out", type=Path, help="file for the table, as JSON")
    options = parser.parse_args()
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
