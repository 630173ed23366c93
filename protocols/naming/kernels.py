"""Kernels from files, used in addition to those that the naming network learns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from networks import naming
from networks.naming.readout import kernel_shapes
from spiking_engrams.errors import StimulusError

LEARNED = "learned"  # kernels learned here; those from files are named by their ID
NAIVE = "unlearned"


def given_kernels(options: Any, parameters: naming.Parameters) -> dict[str, list[np.ndarray]]:
    """Return the sets of kernels in the folder that the options name, by ID, each sorted by the numbers in file names.

    A set has a file ``NAME_ID.npy`` for every convolution, of shape ``(size, size, maps in, maps out)``, with values
    from 0 to 1; files of other shapes, such as those of pooling layers, are ignored.

    Raises
    ------
    StimulusError
        If a set is incomplete or missing, or a file is damaged, holds other values or has a reserved ID.
    """
    if not options.kernels:
        return {}
    folder, shapes = Path(options.kernels), list(kernel_shapes(parameters).values())
    if not folder.is_dir():
        raise StimulusError(f"'{folder}' is not a folder; pass one with kernels NAME_ID.npy (protocol.kernels).")
    found: dict[str, dict[Path, np.ndarray]] = {}
    for path in sorted(folder.glob("*_*.npy"), key=_numbered):
        if (kernel := _read(path)).shape in shapes:
            found.setdefault(path.stem.rpartition("_")[2], {})[path] = _checked(path, kernel)
    for kernels in found.values() or [{}]:
        if [kernel.shape for kernel in kernels.values()] != shapes:
            given = ", ".join(f"{path.name} {kernel.shape}" for path, kernel in kernels.items()) or "none"
            raise StimulusError(
                f"'{folder}' holds no complete set of kernels NAME_ID.npy: these layers need the shapes {shapes}, in "
                f"this order; found: {given}. Complete the set, or move its files elsewhere."
            )
    return {name: list(kernels.values()) for name, kernels in found.items()}


def _numbered(path: Path) -> list[Any]:
    """Return a key that sorts file names by their numbers as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.stem)]


def _read(path: Path) -> np.ndarray:
    try:
        found = np.load(path)
    except (OSError, ValueError, EOFError, BadZipFile) as problem:
        raise StimulusError(
            f"'{path}' cannot be read as an array ({problem}); save it again with numpy.save."
        ) from problem
    return np.asarray(found)


def _checked(path: Path, kernel: np.ndarray) -> np.ndarray:
    name = path.stem.rpartition("_")[2]
    if name in (LEARNED, NAIVE) or not name.isalnum():
        raise StimulusError(
            f"'{path}': the kernel ID '{name}' may contain only letters and digits and not be {LEARNED} or {NAIVE}; "
            "rename the files."
        )
    if kernel.dtype.kind not in "fiu" or not np.all((kernel >= 0) & (kernel <= 1)):
        raise StimulusError(
            f"'{path}' holds values that are not numbers from 0 to 1; kernels are weights in that range."
        )
    return kernel.astype(float)
