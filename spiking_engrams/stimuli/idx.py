"""IDX files (MNIST and relatives): unsigned bytes behind a header that announces their shape."""

from __future__ import annotations

import contextlib
import gzip
import math
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import StimulusError
from spiking_engrams.stimuli.files import check_regular

UNSIGNED_BYTES = 0x08  # type code in the third byte of the file
GZIP = b"\x1f\x8b"  # the first bytes of a gzipped file
MOST_COMPRESSED = 1032  # bytes that one byte of a gzipped file stands for at most: deflate's limit
BLOCK = 2**20


def read_idx(path: Path, n_dimensions: int) -> np.ndarray:
    """Return what a file holds, plain or gzipped: uint8, in as many dimensions as required.

    No more is read than the header announces, and nothing where the file is too short for it.

    Raises
    ------
    StimulusError
        Naming the file that is missing, no IDX file of unsigned bytes in so many dimensions, or of another length.
    """
    with _opened(path) as (file, zipped):
        data = _data(path, file, shape := _shape(path, file, n_dimensions), path.stat().st_size, zipped)
    return np.frombuffer(data, np.uint8).reshape(shape)


def announced(path: Path, n_dimensions: int) -> tuple[int, ...]:
    """Return the shape that the header of a file announces, if the file can hold as much.

    Raises
    ------
    StimulusError
        As `read_idx`, where header and size say so.
    """
    with _opened(path) as (file, zipped):
        shape = _shape(path, file, n_dimensions)
    if math.prod(shape) > path.stat().st_size * (MOST_COMPRESSED if zipped else 1):
        raise StimulusError(
            f"IDX file '{path}' is incomplete for the shape {shape} it announces; give a complete file."
        )
    return shape


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, bool]]:
    """Open a file, unpacked where it is gzipped, and say whether it is; what cannot be read is a StimulusError."""
    check_regular(path, "IDX file")
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == GZIP
        with gzip.open(path) if zipped else path.open("rb") as file:
            yield file, zipped
    except (OSError, EOFError, zlib.error, MemoryError) as error:
        raise StimulusError(
            f"IDX file '{path}' cannot be read ({str(error) or type(error).__name__}); give a complete file."
        ) from error


def _shape(path: Path, file: BufferedIOBase, n_dimensions: int) -> tuple[int, ...]:
    start = file.read(4)
    header = file.read(4 * n_dimensions) if start == bytes((0, 0, UNSIGNED_BYTES, n_dimensions)) else b""
    if len(header) < 4 * n_dimensions:
        raise StimulusError(
            f"'{path}' is no IDX file of unsigned bytes in {n_dimensions} dimension(s), which "
            f"{'images' if n_dimensions == 3 else 'labels'} need; give the other file of the pair?"
        )
    shape = tuple(int(n) for n in np.frombuffer(header, ">u4"))
    if 0 in shape:
        raise StimulusError(f"IDX file '{path}' holds nothing: it announces the shape {shape}; give another.")
    return shape


def _data(path: Path, file: BufferedIOBase, shape: tuple[int, ...], size: int, zipped: bool) -> bytearray:
    """Return the bytes behind the header, read in blocks: memory is taken only for bytes that exist."""
    header, wanted, data = 4 + 4 * len(shape), math.prod(shape), bytearray()
    found = f"at most {size * MOST_COMPRESSED}" if zipped else f"{size}"
    if header + wanted <= size * (MOST_COMPRESSED if zipped else 1):
        while len(data) <= wanted and (block := file.read(min(BLOCK, wanted + 1 - len(data)))):
            data += block
        found = f"{header + len(data)}"
    if len(data) > wanted:
        raise StimulusError(f"IDX file '{path}' holds more bytes than the shape {shape} that it announces; replace it.")
    if len(data) < wanted:
        raise StimulusError(
            f"IDX file '{path}' is incomplete: {found} bytes for the shape {shape} it announces; give a complete file."
        )
    return data
