"""Speed, memory and features of the naming network's forward path at its published size, on one thread.

Images are photographs in ``DIR/TrainingSet`` and ``DIR/TestingSet``, each with a folder per class; kernels are
``weight_0_ID.npy``, ``weight_2_ID.npy`` and ``weight_4_ID.npy`` in another folder, of shape (size, size, maps in, maps
out). Without them random images and kernels are timed. With them a support vector machine (RBF, C = 1, gamma = 1/20) is
trained on the features, the largest potential of each map of the last layer, standardised with the training set.

Speeds are images per second of the time loop, and of whole runs with all that precedes and follows the loop (writing
24.6 million kernel indices, loading, reading back); memory is the peak of the program. How to run, from the root::

    python -m benchmarks.naming
    python -m benchmarks.naming --images DIR --kernels DIR --id id61
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from sklearn.svm import SVC

from networks import naming
from networks.naming.phases import kernel_shapes
from spiking_engrams import stimuli
from spiking_engrams.simulation import Simulation

KERNEL_LAYERS = (0, 2, 4)


def main() -> None:
    """Measure what was asked for and print it."""
    options = _options()
    console = Console()
    parameters = naming.CALTECH.replace({"max_images": options.batch})
    started = time.perf_counter()
    circuit = naming.forward(parameters)
    console.print({"describe_s": round(time.perf_counter() - started, 2), **circuit.estimate()})
    simulation = Simulation(circuit, "cpp")
    built = simulation.build()
    console.print({"build_s": round(built.build_s, 1), "cached": built.cached})
    if options.images is None:
        latencies, kernels = _random(parameters, options.batch)
        features(simulation, parameters, latencies, kernels)
    else:
        kernels = [np.load(options.kernels / f"weight_{n}_{options.id}.npy") for n in KERNEL_LAYERS]
        console.print(_classify(simulation, parameters, options.images, kernels))
    cost = simulation.cost
    n_images = round(cost.biological_s / float(circuit.step))  # with one silent step per run
    console.print(
        {
            "images_per_s_loop": round(n_images / cost.loop_s, 1),
            "images_per_s_run": round(n_images / cost.run_s, 1),
            "peak_memory_mb": round(cost.peak_memory_mb),
        }
    )


def features(
    simulation: Simulation, parameters: naming.Parameters, latencies: np.ndarray, kernels: list[np.ndarray]
) -> np.ndarray:
    """Return the largest potential of each map of the last layer, shape ``(n_images, n_maps)``."""
    found = []
    for first in range(0, len(latencies), parameters.max_images):
        phase = naming.see(parameters, latencies[first : first + parameters.max_images], kernels)
        _, recording = simulation.run(phase, record=())
        found.append(naming.potentials(parameters, recording).max(axis=(2, 3)))
    return np.concatenate(found)


def _classify(
    simulation: Simulation, parameters: naming.Parameters, folder: Path, kernels: list[np.ndarray]
) -> dict[str, Any]:
    size = (parameters.height, parameters.width)
    sets = [stimuli.from_folder(folder / name, size) for name in ("TrainingSet", "TestingSet")]
    found = []
    for images in sets:
        latencies = stimuli.latencies(stimuli.contrast(images.images), parameters.n_bins, images.names)
        found.append(features(simulation, parameters, latencies, kernels))
    mean, sd = found[0].mean(axis=0), found[0].std(axis=0) + 1e-5
    train, test = ((values - mean) / sd for values in found)
    machine = SVC(C=1.0, gamma=1 / train.shape[1]).fit(train, sets[0].labels)
    return {"svm_train": machine.score(train, sets[0].labels), "svm_test": machine.score(test, sets[1].labels)}


def _random(parameters: naming.Parameters, n: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return images in which a fifth of the pixels fire, as photographs cause, and kernels of mean 0.3."""
    generator = np.random.default_rng(1)
    shape = (n, parameters.channels, parameters.height, parameters.width)
    maps = generator.random(shape) * (generator.random(shape) < 0.2)
    kernels = [generator.beta(1, 2, size) for size in kernel_shapes(parameters).values()]
    return stimuli.latencies(maps, parameters.n_bins), kernels


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, help="folder with TrainingSet and TestingSet")
    parser.add_argument("--kernels", type=Path, help="folder with weight_N_ID.npy; needed with --images")
    parser.add_argument("--id", default="id61", help="which kernels")
    parser.add_argument("--batch", type=int, default=400, help="images in one run of the program")
    options = parser.parse_args()
    if (options.images is None) != (options.kernels is None):
        parser.error("--images and --kernels go together")
    return options


if __name__ == "__main__":
    main()
