"""Checks that the files of a run are intact and consistent, before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import EngramError, RunFolderError
from spiking_engrams.runs.formats import MEMO
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State
from spiking_engrams.values.labels import is_label
from spiking_engrams.values.schema import Mismatch, check

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Circuit

SHOWN = 3  # problems of a seed that a message lists


def damage(folder: RunFolder) -> dict[int, list[str]]:
    """Return what is damaged or missing, in words, for each seed of a run that is not intact.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams import RunFolder
    >>> request = {"protocol": "renewal", "network": "amygdala", "seeds": [1, 2], "options": {}}
    >>> with TemporaryDirectory() as path:
    ...     run = RunFolder.create(path, {"request": request})
    ...     run.update(status="complete")
    ...     damage(run)
    {1: ['metrics.json is missing'], 2: ['metrics.json is missing']}
    """
    finished = folder.info.get("status") == "complete"
    found = {seed: problems(folder.seed(seed)) for seed in folder.seeds}
    for seed, words in found.items():
        if finished and not words and not folder.seed(seed).complete:
            words.append("metrics.json is missing")
    return {seed: words for seed, words in found.items() if words}


def in_words(folder: RunFolder, damaged: Mapping[int, list[str]]) -> str:
    """Return one line that says what is recomputed."""
    parts = [
        f"seed {seed}: {', '.join(found[:SHOWN])}" + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
        for seed, found in damaged.items()
    ]
    return f"The following is recomputed in '{folder.path}': {'; '.join(parts)}."


def check_same(folder: RunFolder, circuit: Circuit, more: bool) -> None:
    """Raise if complete seeds were run differently from those that are still to run; `more` says if there are any.

    Raises
    ------
    RunFolderError
        When the circuit or run.json has changed.
    """
    if folder.complete_seeds and folder.info.get("circuit_digest") != circuit.digest:
        raise RunFolderError(
            f"The circuit '{circuit.name}' is no longer the one that '{folder.path}' began with (its code has "
            "changed): seeds of both would be mixed. Start a new run, or go back to the commit that run.json names."
        )
    if more and not folder.is_as_written:
        raise RunFolderError(
            f"'{folder.path / 'run.json'}' was changed or damaged since it was written (its digest does not match): "
            "seeds of both would be mixed. If you changed it on purpose and know that they fit, remove its entry "
            "'digest' and resume again; otherwise start a new run."
        )


def problems(folder: SeedFolder) -> list[str]:
    """Return what is damaged or missing in a seed, in words; what has not run yet does not count.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from spiking_engrams.runs.seed_folder import SeedFolder
    >>> with TemporaryDirectory() as path:
    ...     written = Path(path, "values.json").write_text("{")
    ...     problems(SeedFolder(Path(path), 1))
    ['values.json is damaged']
    """
    if folder.complete:
        try:
            phases = folder.metrics()["phases"]
        except EngramError:
            return ["metrics.json was changed or damaged"]
        return [text for phase in phases for text in _of_phase(folder, phase["label"], phase)]
    labels = sorted(path.stem for path in (folder.path / "recordings").glob("[!.]*.h5") if is_label(path.stem))
    found = [text for label in labels for text in _of_phase(folder, label, {})]
    for path, load in ((folder.checkpoint_path, State.load), (folder.values_path, lambda _: folder.values())):
        try:
            if path.exists():
                load(path)
        except EngramError:
            found.append(f"{path.name} is damaged")
    return found


def memo_of(recording: Recording) -> dict[str, Any]:
    """Return what a session noted in a recording: key, successor, cost, history, time; empty if the note is damaged."""
    memo = recording.meta.get("memo")
    try:
        check(memo, MEMO)
    except Mismatch:
        return {}
    return dict(memo) if isinstance(memo, dict) else {}


def _of_phase(folder: SeedFolder, label: str, phase: dict[str, Any]) -> list[str]:
    """Return what is wrong with the recording and state of a phase; `phase` is its entry in metrics.json."""
    path = folder.recording_path(label)
    if not path.exists():
        return [f"recordings/{label}.h5 is missing"]
    try:
        recording = Recording.load(path)
    except EngramError:
        return [f"recordings/{label}.h5 is damaged"]
    memo = memo_of(recording)
    if not memo or phase.get("key", memo["key"]) != memo["key"]:
        return [f"recordings/{label}.h5 does not match its phase"]
    if "digest" in phase and phase["digest"] != recording.digest():
        return [f"recordings/{label}.h5 does not match its phase"]
    kept = phase.get("kept", memo.get("kept"))
    return [] if kept is False else _of_state(folder.state_path(label), memo["successor"], kept is True)


def _of_state(path: Path, key: str, kept: bool) -> list[str]:
    """Return what is wrong with a state that was kept, or may have been if `kept` is false."""
    name = f"states/{path.name}"
    if not path.exists():
        return [f"{name} is missing"] if kept else []
    try:
        return [] if State.load(path).key() == key else [f"{name} does not match its phase"]
    except EngramError:
        return [f"{name} is damaged"]
