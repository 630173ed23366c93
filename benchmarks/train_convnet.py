"""Train the small digit network that `networks.converted` uses by default, or a dense one; needs PyTorch.

    python -m benchmarks.train_convnet --out networks/converted/digits.npz
    python -m benchmarks.train_convnet --dense --out dense.npz

Trains two convolutions with ReLU and max pooling and a dense layer, or three dense layers, on two thirds of the digits
that ship with scikit-learn at 16 x 16 pixels, in a split of its own: the file identifies the training images, which the
protocols then do not use for tests. Prints the accuracy on the other third.
"""

from __future__ import annotations

import argparse
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from networks.converted import relu, weights
from networks.converted.phases import grey
from spiking_engrams import stimuli

CONVOLUTIONS = "conv conv1 pad 2; pool 2 / 2; conv conv3 pad 1; pool 2 / 2; dense dense5"
DENSE = "dense dense1; dense dense2; dense dense3"
SIZE, N_TRAIN = (16, 16), 116
EPOCHS, BATCH, RATE = 60, 64, 2e-3


def main() -> None:
    """Train, and write weights with a description of the layers and the largest activations."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=weights.DIGITS)
    parser.add_argument("--dense", action="store_true", help="dense layers only")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    train, test = stimuli.digits(SIZE).split(N_TRAIN, np.random.default_rng(options.seed))
    layers = DENSE if options.dense else CONVOLUTIONS
    arrays = trained(dense if options.dense else convolutions, grey(train), train.labels, options.seed)
    made = weights.Trained(arrays, layers)
    network = weights.stages(made, SIZE)
    largest = relu.largest(made, network, grey(train))
    arrays |= {f"{name}.largest": values.astype(np.float32) for name, values in largest.items()}
    arrays["trained"] = weights.fingerprints(train.images)
    found = relu.activations(network, grey(test))[network[-1].name][:, :, 0, 0]
    np.savez_compressed(options.out, layers=np.array(layers), **arrays)
    Console().print(
        f"accuracy {np.mean(found.argmax(axis=1) == test.labels):.3f}, {options.out.stat().st_size / 1000:.0f} kB"
    )


def convolutions() -> dict[str, Any]:
    """Return untrained layers: two convolutions, each with a pool, and a dense layer."""
    from torch import nn

    return {
        "conv1": nn.Conv2d(1, 16, 5, padding=2), "relu1": nn.ReLU(), "pool2": nn.MaxPool2d(2),
        "conv3": nn.Conv2d(16, 32, 3, padding=1), "relu3": nn.ReLU(), "pool4": nn.MaxPool2d(2),
        "flat": nn.Flatten(), "dense5": nn.Linear(32 * 4 * 4, 10),
    }  # fmt: skip


def dense() -> dict[str, Any]:
    """Return three untrained dense layers."""
    from torch import nn

    return {
        "flat": nn.Flatten(), "dense1": nn.Linear(SIZE[0] * SIZE[1], 400), "relu1": nn.ReLU(),
        "dense2": nn.Linear(400, 1000), "relu2": nn.ReLU(), "dense3": nn.Linear(1000, 10),
    }  # fmt: skip


def trained(
    layers: Callable[[], dict[str, Any]], images: np.ndarray, labels: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Return trained weights and biases by name."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = nn.Sequential(OrderedDict(layers()))
    optimiser = torch.optim.AdamW(model.parameters(), RATE)
    data, targets = torch.tensor(images), torch.tensor(labels, dtype=torch.long)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(data)).split(BATCH):
            loss = nn.functional.cross_entropy(model(data[batch]), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return {name: value.numpy() for name, value in model.state_dict().items()}


if __name__ == "__main__":
    main()
