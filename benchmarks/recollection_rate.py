"""A rate reference for the backward pathway: which published ablations hold with our kernels, without spikes or traces.

Kernels are learned by the network's own spiking STDP; images are those of `engrams run image_recall` with the same
seed. The rest is NumPy: ReLU and max pooling forward; backward, transposed kernels and unpooling at the sites of the
maxima (switches; Zeiler & Fergus 2014, arXiv 1311.2901), with stages normalised or rectified (Ben Houidi 2024, bioRxiv
2024.02.05.578854). Published edge correlations are rows R1 to R16 of the reference, section 6.3, for AlexNet; only
their relations are compared. conv1 to conv5 stand for S10 to S6, class neurons (nearest class mean) for S0. Silent
pooling windows are "open", as published (their first pixel is the maximum), or "closed", as in our network, where a
path that carried no spike does not conduct. Rates use kernels minus their mean: with kernels >= 0, ReLU does nothing.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from networks import recollection
from networks.converted.relu import convolved
from networks.naming import readout
from networks.naming.layers import Pool
from networks.recollection import measures
from protocols.naming.data import ImageOptions, load
from spiking_engrams.experiment.session import Session
from spiking_engrams.simulation.simulation import Simulation

SPREAD, CENTRE, EMPTY = 0.1, 0.5, 1e-8  # normalisation "rescale_std" of the public code (Ben Houidi 2024)
CHUNK, DRAWS = 50, 0.1  # images at once; least edge correlation of a picture for others to be compared with it


@dataclass(frozen=True)
class Condition:
    """What is sent backward and how; the defaults are those of the published figures."""

    source: str = "class"
    top: float = 1.0  # share of the source that is kept, the most active neurons
    unpool: str = "switches"  # random: any site of a window; all: every site, as in nearest upsampling
    normalise: bool = True
    rectify: bool = False
    signed: bool = True  # kernels minus their mean
    winner: bool = False  # only the most active map at each place
    cue: str = "own"  # other: of an image of another class; swapped: with its switches too; noise: Gaussian


CONV3, OPEN = Condition("conv3"), Condition(normalise=False, unpool="all")
CUES = {"own": "", "other": ", other cue", "swapped": ", other cue and switches"}
BELOW = {"conv3": CONV3, "conv3, plain, kernels >= 0": replace(CONV3, normalise=False, signed=False)}
DEPTHS = {"conv1": 0.92, "pool2": 0.82, "conv3": 0.57, "pool4": 0.46, "conv5": 0.34}
SHARES = {"pool2": ("R15", (0.80, 0.73, 0.68, 0.58)), "conv3": ("R16", (0.60, 0.59, 0.57, 0.54))}
ROWS: dict[str, tuple[Condition, str, float | None]] = {  # with the row of the reference and the published value
    "as perceived": (Condition("input"), "", None),
    "class neuron": (Condition(), "R1", 0.620),
    "all of conv5": (Condition("conv5"), "R2", 0.620),
    "kernels >= 0": (Condition(signed=False), "", None),
    "winner take all": (Condition(winner=True), "R8", 0.369),
    "plain: not normalised": (Condition(normalise=False), "R6", 0.339),
    "plain, rectified": (Condition(normalise=False, rectify=True), "R6", 0.316),
    "random site": (Condition(unpool="random"), "R9", -0.030),
    "nearest upsampling": (Condition(unpool="all"), "R9", 0.086),
    **{f"noise at {name}": (Condition(name, cue="noise"), "R10", found)
       for name, found in {"pool4": 0.43, "conv3": 0.60, "pool2": 0.00, "conv1": 0.04}.items()},
    "other cue": (Condition(cue="other"), "R11", 0.457),  # of "rot", as with its own cue
    "other cue and switches": (Condition(cue="swapped"), "", None),
    **{f"{name}{text}": (replace(how, cue=cue), "", None) for name, how in BELOW.items() for cue, text in CUES.items()},
    **{f"{name}, all sites": (replace(OPEN, source=name), "R12", found) for name, found in DEPTHS.items()},
    "class neuron, all sites": (OPEN, "R13", -0.04),
    **{f"{name}, all sites, {share:g} %": (replace(OPEN, source=name, top=share / 100), row, found)
       for name, (row, each) in SHARES.items() for share, found in zip((10, 1, 0.5, 0.2), each, strict=True)},
}  # fmt: skip


def relations(r: dict[str, float]) -> dict[str, bool | None]:
    """Return which published relations between edge correlations by condition hold; published values in brackets."""
    figure, depths = r["class neuron"], [r[f"{name}, all sites"] for name in DEPTHS]
    cost = {name: r[f"{name}, all sites, 10 %"] - r[f"{name}, all sites, 0.2 %"] for name in SHARES}
    found: dict[str, bool | None] = {
        "switches beat a random site by 0.2 (.62, -.03)": figure - r["random site"] >= 0.2,
        "normalisation raises (.34 to .62)": figure > r["plain: not normalised"],
        "upsampling: less than half of switches (.09)": r["nearest upsampling"] < figure / 2,
        "all of conv5 as its class: within 0.05 (same)": abs(r["all of conv5"] - figure) <= 0.05,
        "other cue, switches kept: within 0.05 (same)": abs(r["other cue"] - figure) <= 0.05,
        "noise at conv3: at most 0.1 less (.60)": r["noise at conv3"] >= figure - 0.1,
        "noise at pool2, conv1: at most 0.1 (.00, .04)": max(r["noise at pool2"], r["noise at conv1"]) <= 0.1,
        "winner take all lowers (.37)": r["winner take all"] < figure,
    }
    return (found if figure >= DRAWS else dict.fromkeys(found)) | {
        "pool2, 10 to 0.2 %: costs at most 0.25 (.80 to .58)": cost["pool2"] <= 0.25,
        "conv3, 10 to 0.2 %: costs at most 0.25 (.60 to .54)": cost["conv3"] <= 0.25,
        "all sites: worse from each deeper layer (.92 to .34)": depths == sorted(depths, reverse=True),
        "all sites, class neuron: at most 0.1 (-.04)": r["class neuron, all sites"] <= 0.1,
    }


def windows(x: np.ndarray, size: int, stride: int = 1, beyond: float = 0.0) -> np.ndarray:
    """Return the window around every stride-th pixel, ``(n, maps, rows, columns, size, size)``; outside: `beyond`."""
    padded = np.pad(x, [(0, 0), (0, 0), *2 * [(size // 2, (size - 1) // 2)]], constant_values=beyond)
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def convolve(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the same-size correlation of ``(n, maps in, y, x)`` with a kernel ``(size, size, maps in, maps out)``."""
    return convolved(x, kernel, pad=len(kernel) // 2)


def maxima(x: np.ndarray, pool: Pool) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest activity in every window of a pool, and its switch: the index of that pixel."""
    seen = windows(x, pool.size, pool.stride, -np.inf).reshape(len(x), *pool.output(x.shape[1:]), -1)
    return seen.max(axis=-1), seen.argmax(axis=-1)


def unpool(up: np.ndarray, pool: Pool, shape: tuple[int, ...], sites: np.ndarray | None) -> np.ndarray:
    """Return activity below a pool, of ``(height, width)``: that of each window at one of its sites, or all if None."""
    (height, width), (rows, columns), first, step = shape, up.shape[2:], pool.size // 2, pool.stride
    below = np.zeros((*up.shape[:2], height + pool.size, width + pool.size), up.dtype)
    for number, (a, b) in enumerate(np.ndindex(pool.size, pool.size)):
        below[:, :, a::step, b::step][:, :, :rows, :columns] += up if sites is None else up * (sites == number)
    return below[:, :, first : first + height, first : first + width]


def most_active(x: np.ndarray, share: float) -> np.ndarray:
    """Return the activity of the most active `share` of neurons of each image, at least one; else 0."""
    rank = (-x.reshape(len(x), -1)).argsort(axis=1, kind="stable").argsort(axis=1).reshape(x.shape)
    return x * (rank < max(1, int(share * x[0].size)))


def settled(x: np.ndarray, how: Condition) -> np.ndarray:
    """Return activity of a stage, normalised (mean 0.5, deviation 0.1, from 0 to 1) and rectified if required."""
    if how.normalise:
        mean, sd = (f(x, axis=(1, 2, 3), keepdims=True) for f in (np.mean, np.std))
        x = np.where(sd > 0, np.clip(SPREAD * (x - mean) / np.where(sd > 0, sd, 1) + CENTRE, 0, 1), EMPTY)
    return np.maximum(x, 0) if how.rectify else x


class RateNetwork:
    """The layers of a recollection network as rates, or as 0 and 1 (`binary`), with given kernels by layer."""

    def __init__(self, parameters: recollection.Parameters, kernels: dict[str, np.ndarray], binary: bool = False):
        self.binary, self.least = binary, parameters.names.threshold
        self.layers, self.shapes = readout.named_layers(parameters), readout.shapes(parameters)
        self.plus = {name: kernel.astype(np.float32) for name, kernel in kernels.items()}
        self.signed = {name: kernel - kernel.mean(axis=(0, 1, 2)) for name, kernel in self.plus.items()}

    def forward(self, contrast: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return activity of the input and all layers, and switches of the pools, by name."""
        level, switches = contrast.astype(np.float32), dict[str, np.ndarray]()
        active = {"input": (level > 0).astype(np.float32) if self.binary else level}
        for (name, layer), below in zip(self.layers.items(), self.shapes, strict=False):
            if isinstance(layer, Pool):
                level, switches[name] = maxima(level, layer)
            elif not self.binary:
                level = np.maximum(convolve(active[below], self.signed[name]), 0)
            else:
                charge, fires = convolve(active[below], self.plus[name]), np.isfinite(layer.threshold)
                best = charge.max(axis=1, keepdims=True) if fires else charge  # concept neurons do not compete
                level = charge * (charge > (layer.threshold if fires else self.least)) * (charge == best)
            active[name] = (level > 0).astype(np.float32) if self.binary else level
        return active, switches

    def backward(self, x: np.ndarray, how: Condition, sites: dict[str, np.ndarray | None]) -> np.ndarray:
        """Return the input recalled from a source; for a class neuron, `x` is what it sends to the last layer."""
        names, kernels = [*self.shapes, "class"], self.signed if how.signed else self.plus
        for name, below in pairwise(names[names.index(how.source) :: -1]):
            if name in sites:
                x = unpool(x, self.layers[name], self.shapes[below][1:], sites[name])  # type: ignore[arg-type]
            elif name != "class":
                x = x * (x == x.max(axis=1, keepdims=True)) if how.winner else x
                x = convolve(x, kernels[name][::-1, ::-1].swapaxes(2, 3))  # transposed: reversed, maps exchanged
            x = settled(x, how)
        return x


def trained(parameters: recollection.Parameters, lessons: list, options: argparse.Namespace) -> dict[str, np.ndarray]:
    """Return kernels by layer: from the file if it exists, else learned by the network, and stored there."""
    if options.kernels and Path(options.kernels).exists():
        return dict(np.load(options.kernels))
    state, _ = Simulation(recollection.build(parameters), seed=options.seed).reuse(lessons)
    kernels = readout.kernels(parameters, state)
    if options.kernels:
        np.savez(options.kernels, **kernels)  # type: ignore[arg-type]
    return kernels


def class_neurons(top: np.ndarray, learned: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the neuron of the nearest class sends to the last layer, and the next image of another class."""
    means = np.stack([learned[labels == label].mean(axis=0) for label in np.unique(labels)])
    nearest = np.array([((each - means) ** 2).sum(axis=(1, 2, 3)).argmin() for each in top])
    step = (np.arange(len(top)) - np.arange(len(top))[:, None]) % len(top)
    return (means - learned.mean(axis=0))[nearest], np.where(nearest != nearest[:, None], step, len(top)).argmin(axis=1)


def places(how: Condition, switches: dict, other: np.ndarray, draw: np.random.Generator) -> dict:
    """Return the sites where each pool puts its backward activity: -1 for nowhere, None for all sites."""
    if how.unpool == "random":
        switches = {name: np.where(x < 0, -1, draw.integers(x.max() + 1, size=x.shape)) for name, x in switches.items()}
    kept = {name: each[other] if how.cue == "swapped" else each for name, each in switches.items()}
    return dict.fromkeys(kept) if how.unpool == "all" else kept


def main() -> None:
    """Run all conditions and print the quality of recall, and which relations hold."""
    options = _options()
    drawn = partial(Session.rng, options)  # type: ignore[arg-type]  # as a session with this seed does
    parameters = recollection.PRESETS[options.preset]
    images = load(ImageOptions(images=options.images), parameters, drawn("images"))
    lessons = recollection.Phases(parameters).lessons(images.train_spikes, drawn("lessons"))
    network = RateNetwork(parameters, trained(parameters, lessons, options), options.code == "binary")
    contrast = partial(measures.contrast_of, n_bins=parameters.retina.n_bins)
    (active, switches), top = network.forward(contrast(images.test_spikes[: options.n])), list(network.layers)[-1]
    parts = np.array_split(contrast(images.train_spikes), len(images.train_spikes) // CHUNK + 1)
    learned = np.concatenate([network.forward(each)[0][top] for each in parts])
    active["class"], other = class_neurons(active[top], learned, images.train.labels)
    closed = {name: np.where(active[name] > 0, each, -1) for name, each in switches.items()}
    draw, originals = drawn("rates"), measures.edges(images.test.images[: options.n])
    scores = {each: dict[str, float]() for each in ("open", "open - others", "closed", "closed - others")}
    table = Table("condition", "row", "published", *2 * ("here", "others", "identified"), title="open, closed")
    for name, (how, row, published) in ROWS.items():
        x = active[how.source][other] if how.cue in ("other", "swapped") else active[how.source]
        x = draw.standard_normal(x.shape) if how.cue == "noise" else most_active(x, how.top)
        cells = [name, row, "" if published is None else f"{published:.3f}"]
        for kind, sites in (("open", switches), ("closed", closed)):
            edges = measures.edges(measures.decoded(network.backward(x, how, places(how, sites, other, draw))))
            found = measures.quality(measures.correlations(edges, originals))
            own = found["correlation"]
            scores[kind][name], scores[f"{kind} - others"][name] = own, own - found["others"]
            cells += [f"{found[each]:.3f}" for each in ("correlation", "others", "identified")]
        table.add_row(*cells)
    verdicts, held = Table("relation (published)", *scores), [relations(each) for each in scores.values()]
    for text in held[0]:
        verdicts.add_row(text, *({True: "holds", False: "fails", None: "no picture"}[each[text]] for each in held))
    Console(width=140).print(table, verdicts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="digits", choices=("digits", "photo"), help="which network")
    parser.add_argument("--images", default="", help="folder of photographs")
    parser.add_argument("--n", type=int, default=50, help="test images")
    parser.add_argument("--seed", type=int, default=1, help="seed of kernels and images")
    parser.add_argument("--code", default="rates", choices=("rates", "binary"), help="binary: one winner per place")
    parser.add_argument("--kernels", default="", help="file for the kernels, written if missing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
