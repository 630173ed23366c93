"""IDX files (MNIST and relatives): unsigned bytes after a header that states their shape."""

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
MOST_COMPRESSED = 1032  # most bytes that one byte of a gzipped file can expand to: deflate's limit
BLOCK = 2**20


def read_idx(path: Path, n_dimensions: int) -> np.ndarray:
    """Return the contents of a plain or gzipped IDX file: uint8, with `n_dimensions` dimensions.

    Reads no more than the header announces, and nothing if the file is too short for it.

    Raises
    ------
    StimulusError
        If the file is missing, is not an IDX file of unsigned bytes with that many dimensions, or has another length.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels.idx")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))  # three labels
    ...     print(read_idx(path, n_dimensions=1).tolist())
    [7, 2, 1]
    """
    with _opened(path) as (file, zipped):
        data = _data(path, file, shape := _shape(path, file, n_dimensions), path.stat().st_size, zipped)
    return np.frombuffer(data, np.uint8).reshape(shape)


def announced(path: Path, n_dimensions: int) -> tuple[int, ...]:
    """Return the shape stated in the header of a file, provided that the file is large enough for it.

    Raises
    ------
    StimulusError
        As in `read_idx`, for faults that the header and the file size reveal.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "images.idx")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 255, 0]))
    ...     print(announced(path, n_dimensions=3))  # one image of 2 x 2 pixels
    (1, 2, 2)
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
    """Open a file, decompressed if gzipped, and yield it and whether it was; turn read errors into StimulusError."""
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
            f"'{path}' is not an IDX file of unsigned bytes with {n_dimensions} dimension(s), which "
            f"{'images' if n_dimensions == 3 else 'labels'} need; is it the other file of the pair?"
        )
    shape = tuple(int(n) for n in np.frombuffer(header, ">u4"))
    if 0 in shape:
        raise StimulusError(f"IDX file '{path}' is empty: it announces the shape {shape}; give another file.")
    return shape


def _data(path: Path, file: BufferedIOBase, shape: tuple[int, ...], size: int, zipped: bool) -> bytearray:
    """Return the bytes after the header, read in blocks so that memory is allocated only for bytes that exist."""
    header, wanted, data = 4 + 4 * len(shape), math.prod(shape), bytearray()
    found = f"at most {size * MOST_COMPRESSED}" if zipped else f"{size}"
    if header + wanted <= size * (MOST_COMPRESSED if zipped else 1):
        while len(data) <= wanted and (block := file.read(min(BLOCK, wanted + 1 - len(data)))):
            data += block
        found = f"{header + len(data)}"
    if len(data) > wanted:
        raise StimulusError(f"IDX file '{path}' holds more bytes than its announced shape {shape} needs; replace it.")
    if len(data) < wanted:
        raise StimulusError(
            f"IDX file '{path}' is incomplete: {found} bytes for the shape {shape} it announces; give a complete file."
        )
    return data
