"""The files of a built program: sealed when it is complete, checked before it is used.

The manifest names every file that a run reads, with its size and digest, and ends with a digest of itself.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from spiking_engrams.files.storage import to_disk
from spiking_engrams.values.json_data import canonical_json

MANIFEST = "manifest.json"
MANIFEST_VERSION = 2


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a complete program with the digests of its files, and flush all of them to disk."""
    files = [path for path in (folder / "code" / "main", *_static_arrays(folder)) if path.is_file()]
    listed = {path.relative_to(folder).as_posix(): [path.stat().st_size, _digest(path)] for path in files}
    contents = {"manifest_version": MANIFEST_VERSION, **manifest, "files": listed}
    path = folder / MANIFEST
    path.write_text(json.dumps({**contents, "digest": _digest_of(contents)}, indent=1))
    for each in (*files, path, *{file.parent for file in files}, folder):
        to_disk(each)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a program.

    Raises
    ------
    ValueError
        If it is damaged or of another version.
    OSError
        If it cannot be read.
    """
    found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(found, dict) or found.get("manifest_version") != MANIFEST_VERSION:
        raise ValueError(f"{MANIFEST} is not of version {MANIFEST_VERSION}")
    if found.get("digest") != _digest_of({name: value for name, value in found.items() if name != "digest"}):
        raise ValueError(f"{MANIFEST} does not match its digest")
    return found


def fault(folder: Path) -> str:
    """Return in a few words what is wrong with a program, or an empty string; every file is read."""
    try:
        listed = read_manifest(folder)["files"]
        for name, (size, digest) in listed.items():
            path = folder / name
            if path.stat().st_size != size:
                return f"{name} has {path.stat().st_size:,} bytes, {size:,} were written"
            if _digest(path) != digest:
                return f"{name} does not match its digest"
        unlisted = {path.relative_to(folder).as_posix() for path in _static_arrays(folder)} - set(listed)
    except FileNotFoundError as problem:
        return f"{Path(problem.filename).name} is missing"
    except (OSError, ValueError, RecursionError) as problem:
        return str(problem)
    return f"{min(unlisted)} does not belong to it" if unlisted else ""


def _static_arrays(folder: Path) -> list[Path]:
    return sorted((folder / "code" / "static_arrays").glob("*"))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_of(contents: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(contents).encode()).hexdigest()
