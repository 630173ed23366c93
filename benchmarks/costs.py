"""What protocols take: the costs in stored summaries, gathered into the file that the commands quote.

`engrams list`, `show`, `run` and `reproduce` tell times and memory from ``protocols/costs.json``, which the package
ships. Of several runs alike the fastest counts: the others shared the machine. The sizes of the presets are computed,
for which the largest ones need 3 GB. Run from the root, after adding or changing a summary::

    python -m benchmarks.costs
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from spiking_engrams.experiment import registry
from spiking_engrams.experiment.experiment import make_circuit
from spiking_engrams.experiment.protocol import load_protocol
from spiking_engrams.runs.costs import Cost, Costs, Size
from spiking_engrams.schedule.life import Draws, Life

ROOT = Path(__file__).resolve().parent.parent
REFERENCE, OUT = ROOT / "results" / "reference", ROOT / "protocols" / "costs.json"
PRESETS = {"digits": "digits", "mnist": "mnist", "caltech": "photo", "photo": "photo"}  # by the beginning of a folder
MNIST, KERNELS = {"n_train": "1000"}, {"kernels": "published"}
OPTIONS = {  # other than the defaults, which summaries do not hold; see docs/templates/results
    "mnist_naming": MNIST | {"rules": "surprise", "shuffles": "1"},
    "caltech_naming": KERNELS | {"splits": "4"},
    "caltech_one_shot": KERNELS,
    "caltech_few_shot": KERNELS,
    "caltech_feature_learning": KERNELS,
    "mnist_image_recall": MNIST,
    "photo_recall_ablations": {"builds": "concepts inhibited"},
    "photo_recall_capacity": {"n_train": "140", "fit": "stretch", "homeostasis": "off"},
}
# runs that reused learned kernels: for digits, their biological seconds were compared with those of new runs (but for
# one_shot, whose program was new); photographs were run in the same way, `caltech_naming` first
REUSED = {f"{images}_{name}" for images in ("digits", "caltech") for name in ("feature_learning", "few_shot")}
REUSED |= {"digits_incremental", "caltech_one_shot"}


class Measured(NamedTuple):
    """Means over the seeds of a stored run."""

    folder: str
    protocol: str
    network: str
    neuron: str
    seeds: int
    run_s: float
    biological_s: float
    memory_mb: float

    @property
    def name(self) -> str:
        """Name of its folder, without that of the folders above."""
        return self.folder.rpartition("/")[2]

    @property
    def preset(self) -> str:
        """Preset of the network."""
        if not hasattr(registry.load_network(self.network), "PRESETS"):
            return ""
        return PRESETS.get(self.name.partition("_")[0], "digits")


def measured(root: Path = REFERENCE) -> list[Measured]:
    """Return the costs in the summaries below a folder."""
    found = []
    for path in sorted(root.rglob("summary.json")):
        data = json.loads(path.read_text("utf-8"))
        cost, n = data["cost"], len(data["seeds"])
        run_s, biological_s = (round(cost[name] / n, 1) for name in ("run_s", "biological_s"))
        folder = path.parent.relative_to(root).as_posix()
        about = (folder, data["protocol"], data["network"], data["neuron"], n)
        found.append(Measured(*about, run_s, biological_s, round(cost["peak_memory_mb"])))
    return found


@functools.cache
def size(network: str, preset: str) -> tuple[Size, str, float]:
    """Return the size of a network with a preset, its neuron model and its step in seconds."""
    parameters = registry.parameters_of(network, preset)
    circuit = make_circuit(network, parameters=parameters.to_dict())
    pixels = f"{parameters.width} x {parameters.height}" if hasattr(parameters, "width") else ""
    found = circuit.estimate()
    numbers = (round(found[name]) for name in ("neurons", "synapses", "memory_mb"))
    return Size(network, preset, pixels, *numbers), circuit.neuron, float(circuit.step)


def biology(run: Measured) -> tuple[float, float]:
    """Return the biological seconds of a protocol with default options: its life, and its pre-training.

    That of the life is 0 if it depends on results.
    """
    protocol, network = load_protocol(run.protocol), run.network
    parameters = registry.parameters_of(network, run.preset)
    life: Life
    if protocol.life is not None:
        life = protocol.life(protocol.options, make_circuit(network), Draws(1))
    else:
        life = protocol.schedule(protocol.options, parameters)  # type: ignore[misc]
    step = size(network, run.preset)[2]
    return life.n_steps * step if protocol.life else 0.0, life.n_steps_before * step


def included(run: Measured) -> float:
    """Return how much of its pre-training a run includes, in biological seconds per seed; the rest was reused."""
    life_s, before_s = biology(run)
    if life_s:
        return min(before_s, max(0.0, run.biological_s - life_s))
    return before_s if run.biological_s >= before_s and run.name not in REUSED else 0.0


def speeds(runs: list[Measured]) -> dict[tuple[str, str], float]:
    """Return the wall seconds per biological second of pre-training, for each network and preset.

    They are those of the fastest run of which it is at least half, or else of the run of which it is the largest part.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for run in runs:
        place = run.network, run.preset
        if run.neuron == size(*place)[1]:
            part = min(0.5, included(run) / run.biological_s)
            found.setdefault(place, []).append((-part, run.run_s / run.biological_s))
    return {place: min(each)[1] for place, each in found.items()}


def costs(runs: list[Measured]) -> Iterator[Cost]:
    """Yield the cost of each protocol, preset and neuron model."""
    speed = speeds(runs)
    alike: dict[tuple[str, ...], list[Measured]] = {}
    for run in runs:
        alike.setdefault((run.protocol, run.preset, run.neuron, run.name), []).append(run)
    for same in alike.values():
        run = min(same, key=lambda each: each.run_s)
        life_s, before_s = biology(run)
        before = before_s * speed.get((run.network, run.preset), 0.0)
        spent = before * included(run) / before_s if before_s else 0.0
        yield Cost(
            run.protocol, run.network, run.preset, run.neuron, run.neuron == size(run.network, run.preset)[1],
            run.preset not in ("", "digits"), run.seeds, round(run.run_s - spent, 1), round(life_s, 1),
            round(before, 1), round(before_s, 1), run.memory_mb, OPTIONS.get(run.name, {}),
            {each.folder: each.run_s for each in same},
        )  # fmt: skip


def sizes() -> Iterator[Size]:
    """Yield the sizes of all networks and presets."""
    for network in registry.names("network"):
        for preset in getattr(registry.load_network(network), "PRESETS", [""]):
            yield size(network, preset)[0]


def main() -> None:
    """Write the file."""
    found = Costs(tuple(costs(measured())), tuple(sizes()))
    OUT.write_text(found.text(), encoding="utf-8")
    Console().print(f"{len(found.runs)} costs and {len(found.sizes)} sizes: {OUT.relative_to(ROOT)}")
    for cost in found.runs:
        Console(width=150).print(dataclasses.astuple(cost)[:12], cost.text)


if __name__ == "__main__":
    main()
