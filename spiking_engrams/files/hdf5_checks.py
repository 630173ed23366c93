"""Checks of HDF5 files: they hold only numbers and texts, stored in the file itself and no larger than it allows.

HDF5 follows links to other files, reads raw data from any path, and lets a file of a few bytes declare any size. A
file from somebody else is therefore inspected before any of its data are read.
"""

from __future__ import annotations

import math
from pathlib import Path

import h5py

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MARKS = {"kind", "format_version", "key", "digest"}
FILTERS = (h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_LZF)
MAX_RATIO = 100  # lzf compresses data by a factor of at most 88
SMALL = 4096  # bytes that are counted for a text


def is_hdf5(path: Path) -> bool:
    """Return whether a file begins with the HDF5 signature."""
    with path.open("rb") as stream:
        return stream.read(len(SIGNATURE)) == SIGNATURE


def attribute(file: h5py.File, name: str) -> str | int | None:
    """Return a mark of the file, a text or a whole number; None if it is missing or anything else."""
    if name not in file.attrs or file.attrs.get_id(name).shape != ():
        return None
    value = file.attrs[name]
    return value if isinstance(value, str) else int(value) if getattr(value, "dtype", None) in ("i4", "i8") else None


def check_contents(file: h5py.File, n_bytes: int) -> None:
    """Inspect a file of `n_bytes`.

    Raises
    ------
    ValueError
        If it holds a link, data that are stored elsewhere or are larger than the file can hold, types or filters
        that our files never use, or one object twice.
    """
    foreign = set(file.attrs) - MARKS
    if foreign:
        raise ValueError(f"it has an unknown mark '{foreign.pop()}'")
    seen, total, waiting = {h5py.h5o.get_info(file.id).addr}, 0, [file["/"]]
    while waiting:
        group = waiting.pop()
        for name in group:
            where = f"{group.name.rstrip('/')}/{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{where} is a link")
            found = group[name]
            address = h5py.h5o.get_info(found.id).addr
            if address in seen:
                raise ValueError(f"{where} is the same object as another part of it")
            seen.add(address)
            if isinstance(found, h5py.Group):
                waiting.append(found)
            elif isinstance(found, h5py.Dataset):
                total += _size(found, where)
            else:
                raise ValueError(f"{where} is a named type, not data")
    if total > MAX_RATIO * n_bytes:
        raise ValueError(f"it declares {total} bytes, more than a file of {n_bytes} can hold")


def _size(dataset: h5py.Dataset, where: str) -> int:
    """Return the size of a dataset in bytes, if it is one of ours."""
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"the data of {where} are in another file")
    if dataset.shape is None or dataset.maxshape != dataset.shape:
        raise ValueError(f"{where} has no fixed shape")
    plan = dataset.id.get_create_plist()
    filters = [plan.get_filter(number)[0] for number in range(plan.get_nfilters())]
    if any(each not in FILTERS for each in filters):
        raise ValueError(f"{where} is compressed by an unknown filter")
    if h5py.check_string_dtype(dataset.dtype) == ("utf-8", None) and dataset.shape == ():
        return SMALL
    if dataset.dtype.kind not in "biufc" or h5py.check_enum_dtype(dataset.dtype):
        raise ValueError(f"{where} holds {dataset.dtype}, not numbers")
    size, stored = math.prod(dataset.shape) * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if size > (MAX_RATIO * stored if filters else stored):
        raise ValueError(f"{where} declares {size} bytes but has {stored}")
    return size
