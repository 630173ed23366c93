"""Time and memory of one recall for each kind of coupling, and how they grow with synapses; on one thread.

For each input size (pixels per side) the network is built with reverse currents, rectified and ohmic gap junctions. It
sees images (digits or those of a folder), with kernels that the naming network learned from other images of the set.
Measures, in one run on one machine:

- ``forward``: an image seen by the naming network alone, the same layers without a backward pathway;
- ``closed``: an image seen by the recollection network with its backward pathway closed: the cost of unused couplings;
- ``memorise``: an episode, with traces and a pointer;
- ``recall``: one recall from a pointer that fires ``pulses`` times, its ratio to the forward pass, and the mean
  correlation of the recalled edges with those of the image.

Times are milliseconds per image of the time loop; the rest of a run (loading, transfer) is ``around``, in seconds per
run. Run from the root::

    python -m benchmarks.recollection --sizes 16 28 56 --out recollection.json
    python -m benchmarks.recollection --preset photo --folder my_photographs/ --kinds reverse --pulses 8 4 3 2
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
from networks.recollection import measures
from spiking_engrams import stimuli
from spiking_engrams.simulation.simulation import Simulation

KINDS = ("reverse", "rectified", "ohmic")
COLUMNS = {  # of the table, with their formats
    "size": "d", "coupling": "", "synapses": ",d", "build s": ".0f", "forward": ".2f", "closed": ".2f",
    "memorise": ".2f", "pulses": "d", "recall": ".2f", "recall/forward": ".2f", "edges": ".3f",
    "around s": ".2f", "peak MB": ".0f",
}  # fmt: skip


def main() -> None:
    """Run the requested measurements, print a table, and store it if a file is given."""
    options, rows = _options(), []
    for size in options.sizes:
        preset = recollection.PRESETS[options.preset]
        rows += measured(preset.replace({"height": size, "width": size} if size else {}), options)
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*(format(row[name], how) for name, how in COLUMNS.items()))
    Console(width=140).print(table)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


def measured(parameters: recollection.Parameters, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row for every kind of coupling and number of pulses."""
    n, pulses_of = options.images, options.pulses or [parameters.pointers.pulses]
    changes = {"max_images": max(n, parameters.max_images), "pointers.n": n, "pointers.pulses": max(pulses_of)}
    parameters = parameters.replace(changes)
    recollection.build(parameters)  # what cannot be built is rejected before anything is learned
    alone = Simulation(naming.build(parameters), "cpp")
    learned, trains, images = taught(alone, n, options.folder)
    kernels = list(readout.kernels(parameters, learned).values())
    forward, *_ = timed(alone, alone.circuit.phases.see(trains), learned)
    rows = []
    for kind in options.kinds:
        p = parameters.replace({"backward.kind": kind})
        simulation = Simulation(recollection.build(p), "cpp")
        built, phases = simulation.build(), simulation.circuit.phases
        state = readout.with_kernels(p, simulation.initial_state(1), kernels)
        closed, *_ = timed(simulation, phases.see(trains), state)
        memorise, _, remembered, _ = timed(simulation, phases.memorise(trains), state)
        for pulses in pulses_of:
            phase = phases.recall_episode(np.arange(n)).with_constants({"pointers.pulses": float(pulses)})
            recall, around, _, recording = timed(simulation, phase, remembered)
            values = (
                p.height, kind, round(simulation.circuit.estimate()["synapses"]), built.build_s, forward, closed,
                memorise, pulses, recall, recall / forward, brought_back(p, recording, images), around,
                simulation.cost.peak_memory_mb,
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def brought_back(p: recollection.Parameters, recording: Any, images: np.ndarray) -> float:
    """Return the mean correlation of the edges recalled in each step of a recording with those of the images."""
    counts = recording.counts("input", recording.duration / len(images)).astype(float)
    pictures = measures.decoded(counts.reshape(-1, *readout.shapes(p)["input"]))
    return float(np.diag(measures.correlations(measures.edges(pictures), measures.edges(images))).mean())


def taught(simulation: Simulation, n: int, folder: Path | None) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a state with kernels learned from images, the spike trains of `n` other images, and those images."""
    p, generator = simulation.circuit.parameters, np.random.default_rng(1)
    size = p.height, p.width
    images = stimuli.from_folder(folder, size) if folder else stimuli.digits(size)
    images = images.select(generator.permutation(len(images)))
    trains = naming.retina(p, images)
    state, _ = simulation.reuse(list(simulation.circuit.phases.lessons(trains[n:], generator)), 1)
    return state, trains[:n], images.images[:n]


def timed(simulation: Simulation, phase: Any, state: Any) -> tuple[float, float, Any, Any]:
    """Return milliseconds of the time loop per step of the circuit, seconds around it, successor and recording."""
    before, started = simulation.cost.loop_s, time.perf_counter()
    successor, recording = simulation.run(phase, state, record=("input",))
    loop = simulation.cost.loop_s - before
    return 1000 * loop / phase.n_steps, time.perf_counter() - started - loop, successor, recording


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=list(recollection.PRESETS), default="digits", help="parameters")
    parser.add_argument("--folder", type=Path, help="folder with one subfolder of images per class; default: digits")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="couplings")
    parser.add_argument("--pulses", type=int, nargs="+", help="how often pointers fire; default: as in the preset")
    parser.add_argument("--sizes", type=int, nargs="+", default=[0], help="pixels per side; 0: as in the preset")
    parser.add_argument("--images", type=int, default=50, help="number of images and of recalls")
    parser.add_argument("--out", type=Path, help="file for the table, as JSON")
    options = parser.parse_args()
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
