"""Train the small convolutional network for digits that `networks.converted` starts with; needs PyTorch.

    python -m benchmarks.train_convnet --out networks/converted/digits.npz

Two convolutions with ReLU and max pooling and a dense layer, on two thirds of the digits that ship with scikit-learn at
16 x 16 pixels, by a split of its own: the file names the images, which the
protocols then do not use for tests. Prints the accuracy on the other third.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console

from networks.converted import relu, weights
from networks.converted.phases import grey
from spiking_engrams import stimuli

LAYERS = "conv conv1 pad 2; pool 2 / 2; conv conv3 pad 1; pool 2 / 2; dense dense5"
SIZE, N_TRAIN = (16, 16), 116
EPOCHS, BATCH, RATE = 60, 64, 2e-3


def main() -> None:
    """Train, and write weights with a description of the layers and the largest activations."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=weights.DIGITS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    train, test = stimuli.digits(SIZE).split(N_TRAIN, np.random.default_rng(options.seed))
    arrays = trained(grey(train), train.labels, options.seed)
    made = weights.Trained(arrays, LAYERS)
    network = weights.stages(made, SIZE)
    largest = relu.largest(made, network, grey(train))
    arrays |= {f"{name}.largest": values.astype(np.float32) for name, values in largest.items()}
    arrays["trained"] = weights.fingerprints(train.images)
    found = relu.activations(network, grey(test))["dense5"][:, :, 0, 0]
    np.savez_compressed(options.out, layers=np.array(LAYERS), **arrays)
    Console().print(
        f"accuracy {np.mean(found.argmax(axis=1) == test.labels):.3f}, {options.out.stat().st_size / 1000:.0f} kB"
    )


def trained(images: np.ndarray, labels: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return weights and biases by name."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = nn.Sequential()
    for name, layer in (
        ("conv1", nn.Conv2d(1, 16, 5, padding=2)), ("relu1", nn.ReLU()), ("pool2", nn.MaxPool2d(2)),
        ("conv3", nn.Conv2d(16, 32, 3, padding=1)), ("relu3", nn.ReLU()), ("pool4", nn.MaxPool2d(2)),
        ("flat", nn.Flatten()), ("dense5", nn.Linear(32 * 4 * 4, 10)),
    ):  # fmt: skip
        model.add_module(name, layer)
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
