"""Speed and memory of the naming network on one thread, compared with PyTorch and the plain form in Brian2.

Reports images per second of the time loop and of whole runs (with loading, reading back and transfer), and the peak
memory of the program:

- ``forward``: the whole network sees images, with random kernels of as many strong weights as trained ones have;
- ``learning``: the kernels of each convolution learn;
- ``naming``: names are presented and recalled, in the part above the layer whose spikes were recorded.

``--pytorch`` times the same layers, written with `torch.nn.functional` in the manner of SpykeTorch (Mozafari et
al. 2019, doi 10.3389/fnins.2019.00625): all time steps of an image at once, one image after another, on one thread.
``--plain`` builds the largest convolution as one would first write it in Brian2, with a weight in every synapse,
and runs it beside the same layer with shared weights. Run from the root::

    python -m benchmarks.naming --preset photo --pytorch --plain
    python -m benchmarks.naming --preset digits
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console

from networks import naming
from networks.naming import readout
from networks.naming.layers import Conv, Pool, conv_synapses
from spiking_engrams.circuit.circuit import Circuit, Connection
from spiking_engrams.simulation.simulation import Simulation

SHARE_ACTIVE = 0.2  # of the pixels, as in photographs
STRONG = (0.56, 0.084, 0.011)  # share of weights near 1 in trained kernels, by convolution


def main() -> None:
    """Run the requested measurements and print them."""
    options = _options()
    console = Console()
    parameters = naming.PRESETS[options.preset].replace({"max_images": options.images})
    generator = np.random.default_rng(1)
    trains, kernels = random_images(parameters, options.images, generator), random_kernels(parameters, generator)
    whole = Simulation(naming.build(parameters), "cpp")
    built = whole.build()
    console.print({"network": options.preset, **whole.circuit.estimate(), "build_s": round(built.build_s, 1)})
    state = readout.with_kernels(parameters, whole.initial_state(1), kernels)
    phases: naming.Phases = whole.circuit.phases
    below = list(readout.shapes(parameters))[-2]
    largest, reads = _largest(whole.circuit)
    recording, row = timed(whole, phases.see(trains), state, (below, reads))
    console.print({"forward": row})
    for name in readout.convolutions(parameters):
        lesson = phases.train(trains, int(name.removeprefix("conv")), 0.004, 0.003)
        console.print({f"learning {name}": timed(whole, lesson, state, ())[1]})
    part = Simulation(naming.build(readout.above(whole.circuit, below, options.images)), "cpp")
    part.build()
    told = readout.trains_of(whole.circuit, recording, below)
    labels = np.arange(len(told)) % 2
    born = part.initial_state(1)
    console.print({"names heard": timed(part, part.circuit.phases.encode(told, labels), born, ())[1]})
    console.print({"names asked for": timed(part, part.circuit.phases.recall(told), born, ("names",))[1]})
    if options.pytorch:
        console.print({"pytorch forward": pytorch(parameters, trains[: options.torch_images], kernels)})
    if options.plain:
        console.print(plain(largest, readout.trains_of(whole.circuit, recording, reads), kernels))


def timed(simulation: Simulation, phase: Any, state: Any, record: tuple[str, ...]) -> tuple[Any, dict[str, float]]:
    """Run a phase once and return its recording and what it cost."""
    before, started = simulation.cost.loop_s, time.perf_counter()
    _, recording = simulation.run(phase, state, record=record)
    loop, run = simulation.cost.loop_s - before, time.perf_counter() - started
    return recording, {
        "images_per_s_loop": round(phase.n_steps / loop, 1),
        "images_per_s_run": round(phase.n_steps / run, 1),
        "peak_memory_mb": round(simulation.cost.peak_memory_mb),
    }


def random_images(parameters: naming.Parameters, n: int, generator: np.random.Generator) -> np.ndarray:
    """Return spike trains of images in which a fifth of the pixels fire, in clusters as edges do."""
    from spiking_engrams import stimuli

    noise = generator.random((n, parameters.height, parameters.width)).astype(np.float32)
    maps = stimuli.contrast(255 * noise, off=parameters.channels == 2, threshold=0.0, border=parameters.retina.border)
    limit = np.quantile(maps, 1 - SHARE_ACTIVE)
    return naming.trains(stimuli.latencies(np.where(maps > limit, maps, 0), parameters.retina.n_bins))


def random_kernels(parameters: naming.Parameters, generator: np.random.Generator) -> list[np.ndarray]:
    """Return kernels of weights near 0 and 1 with the shares of trained ones."""
    shapes = list(readout.kernel_shapes(parameters).values())
    return [np.where(generator.random(s) < share, 0.98, 0.01) for s, share in zip(shapes, STRONG, strict=False)]


def pytorch(parameters: naming.Parameters, trains: np.ndarray, kernels: list[np.ndarray]) -> dict[str, float]:
    """Return images per second of the same layers in PyTorch: inputs so far, thresholds, one winner per location."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    weights = [torch.tensor(k.transpose(3, 2, 0, 1), dtype=torch.float32) for k in kernels]
    started = time.perf_counter()
    with torch.no_grad():
        for image in trains:
            bits = np.stack([(image >> k) & 1 for k in range(parameters.retina.n_bins + 1)])
            wave = torch.tensor(np.cumsum(bits, axis=0) > 0, dtype=torch.float32)  # 1 from the spike on
            remaining = iter(weights)
            for layer in parameters.layers:
                if isinstance(layer, Pool):
                    wave = functional.max_pool2d(wave, layer.size, layer.stride, layer.size // 2, ceil_mode=True)
                    continue
                potential = functional.conv2d(wave, next(remaining), padding=layer.size // 2)
                if not np.isfinite(layer.threshold):
                    break
                fired = torch.where(potential > layer.threshold, potential, torch.zeros(()))
                first = (fired.amax(dim=1, keepdim=True) > 0).float().cumsum(dim=0) == 1  # step of the first spike
                winners = (fired * first).sum(dim=0)
                wave = ((winners == winners.amax(dim=0, keepdim=True)) & (winners > 0)).float() * (fired > 0).float()
    seconds = time.perf_counter() - started
    return {"images_per_s": round(len(trains) / seconds, 1)}


def plain(layer: Conv, below: np.ndarray, kernels: list[np.ndarray]) -> dict[str, Any]:
    """Return the cost of a convolution alone, with shared weights and with a weight in every synapse."""
    text = f"conv {layer.n_maps} x {layer.size} > {layer.threshold:g}"
    channels, height, width = below.shape[1:]
    alone = naming.DIGITS.replace(
        {"channels": channels, "height": height, "width": width, "layers": text, "first_layer": 3,
         "max_images": len(below), "names.threshold": 1e9, "learning.images": "1", "learning.rates": "0"}
    )  # fmt: skip
    kernel = next(k for k in kernels if k.shape[0] == layer.size and k.shape[2] == channels)
    shared = naming.build(alone)
    rows = {}
    for form, circuit in (
        ("shared", shared),
        ("a weight per synapse", _with_own_weights(shared, kernel, below, layer)),
    ):
        simulation = Simulation(circuit, "cpp")
        built = simulation.build()
        state = readout.with_kernels(alone, simulation.initial_state(1), [kernel])
        row = timed(simulation, shared.phases.see(below), state, ())[1]
        rows[f"{text}, {form}"] = {**row, "build_s": round(built.build_s, 1)}
    return rows


def _with_own_weights(circuit: Circuit, kernel: np.ndarray, below: np.ndarray, layer: Conv) -> Circuit:
    """Return the circuit with the kernel copied into every synapse, which makes it part of the state."""
    _, _, k = conv_synapses(below.shape[1:], layer)
    old = next(c for c in circuit.connections if c.source == "input" and "charge" in c.on_pre)
    new = Connection(old.name, old.source, old.target, old.i, old.j, "w : 1", on_pre=old.on_pre,
                     initial={"w": kernel.ravel()[k]}, about=old.about)  # fmt: skip
    return replace(circuit, connections=tuple(new if c is old else c for c in circuit.connections))


def _largest(circuit: Circuit) -> tuple[Conv, str]:
    """Return the convolution with the most synapses and the population below it."""
    found = max((c for c in circuit.connections if "charge" in c.on_pre), key=lambda c: len(c.i))
    return readout.convolutions(circuit.parameters)[found.target], found.source


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="digits", choices=sorted(naming.PRESETS), help="which network")
    parser.add_argument("--images", type=int, default=400, help="images per run of the program")
    parser.add_argument("--pytorch", action="store_true", help="time the same layers in PyTorch, if it is installed")
    parser.add_argument("--torch-images", type=int, default=50, help="images for PyTorch")
    parser.add_argument("--plain", action="store_true", help="time the largest convolution with weights per synapse")
    return parser.parse_args()


if __name__ == "__main__":
    main()
