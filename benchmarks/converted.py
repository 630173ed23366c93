"""A converted network of AlexNet's size: time and memory to build it, present images and recall one.

    python -m benchmarks.converted                # AlexNet's convolutions at 64 pixels, random weights

Weights are drawn as PyTorch initialises them; images are noise whose amplitude falls as 1/frequency, as in natural
scenes. Memory is the peak of Python and that of the largest program or compiler that it ran.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from networks import converted
from networks.converted.relu import noise
from spiking_engrams.simulation.simulation import Simulation

SHAPES = {  # of torchvision's AlexNet (Krizhevsky 2014, arXiv 1404.5997)
    "features.0": (64, 3, 11, 11), "features.3": (192, 64, 5, 5), "features.6": (384, 192, 3, 3),
    "features.8": (256, 384, 3, 3), "features.10": (256, 256, 3, 3),
}  # fmt: skip
IMAGENET = {"mean": "0.485 0.456 0.406", "deviation": "0.229 0.224 0.225"}  # torchvision's normalisation
N_IMAGES = 2


def main() -> None:
    """Print the cost of each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pixels", type=int, default=64)
    options, console = parser.parse_args(), Console()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "alexnet.npz"
        np.savez(file, **weights(np.random.default_rng(1)))  # type: ignore[arg-type]
        parameters = converted.Parameters().replace(
            {"weights": str(file), "last": "conv7", "height": options.pixels, "width": options.pixels, **IMAGENET,
             "max_images": N_IMAGES, "pointers.n": 4, "names.n": 4}
        )  # fmt: skip
        console.print(converted.estimate(parameters))
        measured(parameters, console)


def weights(generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Return random weights and biases by name."""
    found = {}
    for name, shape in SHAPES.items():
        bound = 1 / np.sqrt(np.prod(shape[1:]))
        found[f"{name}.weight"] = generator.uniform(-bound, bound, shape).astype(np.float32)
        found[f"{name}.bias"] = generator.uniform(-bound, bound, shape[0]).astype(np.float32)
    return found


def measured(parameters: converted.Parameters, console: Console) -> None:
    """Build the circuit, present images and recall one, and print seconds, input spikes and memory."""
    start = time.perf_counter()
    circuit = converted.build(parameters)
    images = noise((3, parameters.height, parameters.width), N_IMAGES)
    with Simulation(circuit, seed=1) as simulation:
        state = simulation.initial_state()
        simulation.build()
        console.print({"built_s": time.perf_counter() - start})
        for phase in (circuit.phases.memorise(images), circuit.phases.recall_episode([0])):
            start = time.perf_counter()
            state, found = simulation.run(phase, state, record=["input"])
            console.print({phase.name: time.perf_counter() - start, "input_spikes": len(found.spikes["input"][0])})
    peaks = {who: getattr(resource, f"RUSAGE_{who}") for who in ("SELF", "CHILDREN")}
    console.print({f"{who.lower()}_gb": resource.getrusage(which).ru_maxrss / 1e6 for who, which in peaks.items()})


if __name__ == "__main__":
    main()
