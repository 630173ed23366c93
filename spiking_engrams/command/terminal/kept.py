"""What the entries of the cache are: which circuit a program or state belongs to, and whose state after how long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spiking_engrams.errors import EngramError, printable
from spiking_engrams.files.cache import FAILED, OLD, PARTIAL, Entry

UNFINISHED = {PARTIAL: "being built, or a build that was interrupted", FAILED: "a failed build", OLD: "replaced"}
MOST_GROUPS = 3  # populations that stand for an unknown circuit


def described(entries: Iterable[Entry]) -> dict[Path, str]:
    """Return what each entry is, in words, as far as it is known."""
    entries = list(entries)
    manifests = {entry.path: _manifest(entry.path) for entry in entries if entry.kind == "programs"}
    circuits = {
        data["structure_digest"]: _circuit(path) for path, data in manifests.items() if data.get("structure_digest")
    }
    found = dict[Path, str]()
    for entry in entries:
        if entry.kind == "programs":
            text = _program(entry.path, manifests[entry.path])
        elif entry.kind == "states":
            text = _state(entry.path, circuits)
        else:
            text = f"f-I curve of {entry.path.stem.rpartition('-')[0]}"
        found[entry.path] = printable(text)
    return found


def _circuit(path: Path) -> str:
    return path.name.rpartition("-")[0]


def _manifest(path: Path) -> dict[str, Any]:
    try:
        data = json.loads((path / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _program(path: Path, manifest: Mapping[str, Any]) -> str:
    if path.suffix in UNFINISHED:
        return f"{_circuit(path.with_suffix(''))}: {UNFINISHED[path.suffix]}"
    threads = manifest.get("threads", 1)
    target = f", {manifest['target']}" if "target" in manifest else ""
    return f"{_circuit(path)}{target}{f', {threads} threads' if threads != 1 else ''}"


def _state(path: Path, circuits: Mapping[str, str]) -> str:
    """Return whose state a file holds; its values are not read."""
    from spiking_engrams.errors import StateError
    from spiking_engrams.files.storage import open_hdf5, read_json_text
    from spiking_engrams.state.state import FORMAT_VERSION

    try:
        with open_hdf5(path, "state", FORMAT_VERSION, StateError) as file:
            data, names = read_json_text(file, "metadata"), list(file["values"])
        groups = list(dict.fromkeys(name.partition(".")[0] for name in names))
        unknown = f"circuit of {', '.join(groups[:MOST_GROUPS])}{', ...' * (len(groups) > MOST_GROUPS)}"
        circuit = circuits.get(data["structure_digest"], unknown)
        given, n = data["parameters"], len(data["history"])
        pixels = f" {given['width']} x {given['height']}" if "width" in given and "height" in given else ""
        phases = f"{n} phase{'s' * (n != 1)}"
        return f"{circuit}{pixels}, seed {data['seed']}, after {phases}, {data['time']:.4g} s of biology"
    except (EngramError, OSError, ValueError, KeyError, TypeError):
        return "not a state that can be read"
