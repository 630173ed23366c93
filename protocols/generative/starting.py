"""Parameters for a user's images: their size, as many memories as there are images, and a label cell for each class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from protocols.images.presets import LARGEST_ASPECT
from protocols.images.sizes import PARTS, Sizes, of_options
from spiking_engrams.experiment import registry
from spiking_engrams.stimuli.files import class_folders, image_files

LARGEST_AREA = 256  # pixels of a user's images


def starting(network: str, preset: str, options: Any, changes: Sequence[str]) -> tuple[Any, str]:
    """Return the parameters for the images that the options name, and a message about them; see `Protocol.starting`.

    The input of index cells grows with the length of a cue, so their drive falls with the root of the number of pixels.
    """
    parameters = registry.parameters_of(network, preset)
    sizes = of_options(options)
    if sizes is None:
        return parameters.replace(changes), ""
    height, width = _shape(sizes)
    drive = parameters.teacher.drive * (parameters.pixels / (height * width)) ** 0.5
    fitted = {
        "height": height, "width": width, "teacher.drive": max(1.0, round(drive, 2)),
        "teacher.memories": min(parameters.teacher.memories, _stored(sizes, options)),
        "student.labels": max(parameters.student.labels, len(sizes.classes)),
    }  # fmt: skip
    parameters = parameters.replace(fitted).replace(changes)
    return parameters, (
        f"{Path(options.images or options.idx).name}: {len(sizes)} images, seen at {parameters.width} x "
        f"{parameters.height} pixels; {parameters.teacher.memories} of them are stored. Settings were fitted to "
        "digits of 8 x 8 pixels."
    )


def _shape(sizes: Sizes) -> tuple[int, int]:
    """Return height and width with the aspect ratio of the images, and their area up to `LARGEST_AREA`."""
    aspect = float(np.clip(sizes.aspect, 1 / LARGEST_ASPECT, LARGEST_ASPECT))
    area = min(float(np.median(sizes.heights * sizes.widths)), LARGEST_AREA)
    return max(4, round((area / aspect) ** 0.5)), max(4, round((area * aspect) ** 0.5))


def _stored(sizes: Sizes, options: Any) -> int:
    """Return how many training images there will be, of which those that are not test images are all stored."""
    if options.idx:
        return len(sizes) if Path(options.idx).is_dir() else max(2, len(sizes) // 2)
    if all((Path(options.images) / part).is_dir() for part in PARTS):
        return len(sizes)
    smallest = min(len(image_files(path)) for path in class_folders(Path(options.images)))
    return max(2, len(sizes.classes) * (options.n_train or 2 * smallest // 3))
