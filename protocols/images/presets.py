"""Preset, image size and expected cost for a user's images, by the sizes of the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from protocols.images.sizes import Sizes, known_as, of_options
from spiking_engrams.experiment import registry

LIMITS = {"digits": 20, "mnist": 48, "photo": np.inf}  # largest median shorter side in pixels
LARGEST_ASPECT = 3.0  # more elongated images are cropped
LEAST_AREA = 256  # pixels
SAME_ASPECT = 0.1  # relative difference that is ignored, since sizes are rounded
# rough costs measured on one core: per step of a small network, and per synapse (`benchmarks.naming`, `.recollection`)
STEP_S, SYNAPSE_S = 3e-3, {"naming": 1.1e-9, "recollection": 2e-9}
SYNAPSE_BYTES, PROGRAM_MB = {"naming": 46.0, "recollection": 62.0}, 60.0
SIGHTS = {"naming": 4, "recollection": 40}  # how often an image is seen or recalled after kernel learning


def starting(network: str, preset: str, options: Any, changes: Sequence[str]) -> tuple[Any, str]:
    """Return the parameters of a network for the images that the options name, and a message about them.

    Without user images these are the network's defaults, or its preset, with the changes applied.

    Parameters
    ----------
    network
        Name of the network.
    preset
        Name of a preset; one is chosen if empty.
    options
        Options of the protocol.
    changes
        ``SECTION.FIELD=VALUE`` texts for the network; they take precedence.
    """
    sizes = of_options(options)
    if sizes is None:
        return registry.parameters_of(network, preset).replace(changes), ""
    chosen = preset or fitting(sizes)
    parameters = registry.parameters_of(network, chosen)
    keeps = keeps_aspect(options)
    if keeps:
        height, width = shape(sizes, (parameters.height, parameters.width), parameters.retina.border)
        named = max(parameters.names.n, len(sizes.classes))
        parameters = parameters.replace({"height": height, "width": width, "names.n": named})
    parameters = parameters.replace(changes)
    return parameters, _said(options, sizes, chosen, parameters, keeps, chose=not preset)


def fitting(sizes: Sizes) -> str:
    """Return the preset for images of the given sizes."""
    shorter = np.median(np.minimum(sizes.heights, sizes.widths))
    return next(name for name, limit in LIMITS.items() if shorter <= limit)


def keeps_aspect(options: Any) -> bool:
    """Return whether images keep their aspect ratio instead of being stretched to the size of the preset.

    A user's images keep it; published ones are stretched, as in the publication, unless cropping is requested.
    """
    fit = getattr(options, "fit", "auto")
    if not options.images or fit == "stretch":
        return False
    return fit == "crop" or known_as(Path(options.images)) == "own"


def shape(sizes: Sizes, preset: tuple[int, int], border: int = 0) -> tuple[int, int]:
    """Return height and width with the aspect ratio of the images and the area of the preset or, if smaller, theirs.

    Both are even, so that no pool is cut.
    """
    aspect = float(np.clip(sizes.aspect, 1 / LARGEST_ASPECT, LARGEST_ASPECT))
    area = min(preset[0] * preset[1], max(float(np.median(sizes.heights * sizes.widths)), LEAST_AREA))
    least = 2 * (border + 4)
    height, width = (max(least, 2 * round(side / 2)) for side in ((area / aspect) ** 0.5, (area * aspect) ** 0.5))
    return height, width


def cost(options: Any, parameters: Any) -> tuple[float, float] | None:
    """Return a rough estimate of seconds and megabytes for a seed with a user's images; None for all others."""
    sizes = of_options(options)
    if sizes is None:
        return None
    if Path(options.idx).is_dir() if options.idx else known_as(Path(options.images)) != "own":
        return None  # MNIST, or a published set: measured
    network = "recollection" if hasattr(parameters, "pointers") else "naming"
    return expected(network, parameters, min(len(sizes), getattr(options, "n_episodes", len(sizes))))


def expected(network: str, parameters: Any, n_images: int) -> tuple[float, float]:
    """Return rough estimates of the run time per seed in seconds and of the memory in megabytes."""
    from networks.naming.layers import n_synapses

    size, n = (parameters.channels, parameters.height, parameters.width), 0
    for layer in parameters.layers:
        n += n_synapses(size, layer)
        size = layer.output(size)
    n_lessons = sum(parameters.learning.images)
    steps = n_lessons + SIGHTS[network] * n_images
    return steps * (STEP_S + SYNAPSE_S[network] * n), PROGRAM_MB + SYNAPSE_BYTES[network] * n / 1e6


def _said(options: Any, sizes: Sizes, chosen: str, parameters: Any, keeps: bool, chose: bool) -> str:
    """Return one paragraph about the images, the preset, and the size at which they are seen."""
    path, (height, width) = Path(options.images or options.idx), sizes.median
    classes = f" in {len(sizes.classes)} classes" if sizes.classes else ""
    other = "; choose another with --preset" if chose else ""
    return (
        f"{path.name}: {len(sizes)} images{classes}, median {width} x {height} pixels: preset {chosen} "
        f"({parameters.width} x {parameters.height} pixels{_fit(sizes, parameters, keeps)}{other})."
    )


def _fit(sizes: Sizes, parameters: Any, keeps: bool) -> str:
    """Return how images are fitted to the size of the network."""
    aspects, ours = sizes.widths / sizes.heights, parameters.width / parameters.height
    differ = bool(np.any(np.abs(aspects / ours - 1) > SAME_ASPECT))
    if keeps:
        return ", aspect ratio kept" + ", longer images cropped to their middle" * differ
    return ", to which they are stretched" * differ
