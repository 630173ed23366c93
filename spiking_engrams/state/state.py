"""State: the slow variables of a circuit as plain arrays, passed from phase to phase. No simulator."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np

from spiking_engrams.errors import StateError, check_known
from spiking_engrams.files.hdf5_checks import attribute
from spiking_engrams.files.storage import (
    COMPRESSION,
    check_dataset_name,
    content_digest,
    open_hdf5,
    read_array,
    read_json_text,
    write_hdf5_atomic,
    write_json_text,
)
from spiking_engrams.values.arrays import frozen_array, same_bits
from spiking_engrams.values.json_data import plain
from spiking_engrams.values.labels import few
from spiking_engrams.values.plain import check_plain, instance, listed, mapping, number, whole

FORMAT_VERSION = 1
_METADATA = ("circuit_digest", "structure_digest", "parameters", "seed", "history", "time", "units")


@dataclass(frozen=True, eq=False)
class State:
    """Everything a circuit carries from one phase to the next.

    Parameters
    ----------
    values : dict of str to array
        Variables by name ("HIP.v", "HIP_CTX.trace"), numbers in SI units, any shape (0-d included).
        Made read-only; copied unless they already are.
    circuit_digest : str
        Digest of the circuit with its parameters.
    structure_digest : str
        Digest of what needs a build: populations, equations, connectivity.
    parameters : dict
        The circuit's parameters as JSON data.
    seed : int
        Seed of the animal.
    history : tuple of str
        Digest of each phase run so far.
    time : float
        Biological age in seconds.
    units : dict of str to str
        SI unit of each variable ("volt", "1").

    Raises
    ------
    StateError
        If a name cannot be that of a dataset, a value is not numeric, or a unit names no variable.

    Notes
    -----
    A state is immutable; make a changed copy with ``replace(state, values={**state.values, name: array})``,
    where ``replace`` is from dataclasses.

    Examples
    --------
    >>> from dataclasses import replace
    >>> state = State({"HIP.v": [-0.07, -0.06]}, seed=1, units={"HIP.v": "volt"})
    >>> raised = replace(state, values={**state.values, "HIP.v": state["HIP.v"] + 0.01})
    >>> state.equals(raised), [(name, round(most, 6)) for name, most in raised.diff(state)]
    (False, [('HIP.v', 0.01)])
    >>> raised
    <State of seed 1 at 0 s, after 0 phases: 1 variables of HIP; 0.0 MB>
    """

    values: dict[str, np.ndarray]
    circuit_digest: str = ""
    structure_digest: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    history: tuple[str, ...] = ()
    time: float = 0.0
    units: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = mapping(self.values, "the values of a state", StateError)
        frozen = {name: _checked(name, value) for name, value in given.items()}
        for name in mapping(self.units, "the units of a state", StateError):
            if name not in frozen:
                raise StateError(f"units names {name!r}, which is not a variable of the state: {_listed(frozen)}")
        for name, value in (
            ("values", frozen),
            ("parameters", _as_json(self.parameters)),
            ("seed", whole(self.seed, "the seed of a state is", StateError, 0)),
            ("history", listed(self.history, "digests in the history of a state", str, StateError)),
            ("time", number(self.time, "the age of a state", StateError, low=0.0)),
            ("units", dict(self.units)),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Return who, when and how much, in one line."""
        parts = dict.fromkeys(name.partition(".")[0] for name in self.values)
        size = sum(value.nbytes for value in self.values.values()) / 1e6
        return f"<{self._who()}: {len(self.values)} variables of {few(parts)}; {size:.1f} MB>"

    def _who(self) -> str:
        return f"State of seed {self.seed} at {self.time:.6g} s, after {len(self.history)} phases"

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the variable `name`; an unknown name raises UnknownNameError with the nearest ones."""
        check_known("state variable", name, self.values)
        return self.values[name]

    def key(self) -> str:
        """Return the content address: 64 hexadecimal digits over all values and metadata (BLAKE2b; computed once)."""
        cached: str | None = self.__dict__.get("_key")
        if cached is None:
            cached = self._compute_key()
            object.__setattr__(self, "_key", cached)
        return cached

    def _compute_key(self) -> str:
        return content_digest(self._metadata(), self.values)

    def _metadata(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _METADATA}

    def equals(self, other: State, names: Iterable[str] | None = None) -> bool:
        """Return whether the values agree bit by bit, dtype and shape included.

        Parameters
        ----------
        other : State
            The state to compare with.
        names : iterable of str, optional
            Compare these variables only (each must exist here); all of both states by default.
        """
        instance(other, State, "What a state is compared with", StateError)
        if names is None and self.values.keys() != other.values.keys():
            return False
        wanted = self.values if names is None else listed(names, "The variables to compare", str, StateError)
        chosen = {name: self[name] for name in wanted}
        return all(name in other.values and same_bits(chosen[name], other.values[name]) for name in chosen)

    def diff(self, other: State) -> list[tuple[str, float]]:
        """Return the variables that differ, with the largest absolute difference, largest first.

        A variable that only one state has, or that differs in shape or is NaN on one side only, differs by
        infinity; one that differs only in dtype or in the sign of a zero differs by 0.
        """
        instance(other, State, "What a state is compared with", StateError)
        rows = []
        for name in sorted(self.values.keys() | other.values.keys()):
            first, second = self.values.get(name), other.values.get(name)
            if first is None or second is None:
                rows.append((name, float("inf")))
            elif not same_bits(first, second):
                rows.append((name, _largest_difference(first, second)))
        return sorted(rows, key=lambda row: -row[1])

    def save(self, path: str | os.PathLike[str], compress: bool = False) -> None:
        """Write the state as HDF5, atomically.

        Parameters
        ----------
        path : path
            The file, conventionally ``.h5``; its folder is created.
        compress : bool
            Compress arrays with shuffle and lzf (smaller; slower for millions of synapses).

        Raises
        ------
        StateError
            If the file cannot be written.
        """

        def fill(file: h5py.File) -> None:
            write_json_text(file, "metadata", self._metadata())
            file.attrs["key"] = self.key()
            group = file.create_group("values")
            for name, array in self.values.items():
                packing = COMPRESSION if compress and array.ndim and array.size else {}
                group.create_dataset(name, data=array, **packing).attrs["unit"] = self.units.get(name, "")

        write_hdf5_atomic(path, "state", FORMAT_VERSION, fill, StateError)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> State:
        """Read a state; every bit, dtype and shape as saved.

        Raises
        ------
        StateError
            If the file is missing, not HDF5, not a state, of another format version, truncated or altered.
        """
        with open_hdf5(path, "state", FORMAT_VERSION, StateError) as file:
            values = {name: read_array(dataset) for name, dataset in file["values"].items()}
            metadata = read_json_text(file, "metadata")
            state = cls(values=values, **_checked_metadata(metadata))
            key = attribute(file, "key")
        if state.key() != key:
            raise StateError(
                f"the state file {path} was altered or damaged (its key does not match its content): "
                "remove it and run the phase again"
            )
        return state


def _checked_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    kinds = (str, str, dict, int, list, float, dict)
    for name, kind in zip(_METADATA, kinds, strict=True):
        value = metadata[name]
        texts = value if name == "history" else value.values() if name == "units" else ()
        if not isinstance(value, kind) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"its {name} is {str(value)[:80]}")
    return metadata


def check_compatible(state: State, circuit_digest: str, parameters: Mapping[str, Any]) -> None:
    """Reject a state of another circuit, stating what differs.

    Parameters
    ----------
    state : State
        The state to continue from.
    circuit_digest : str
        Digest of the circuit to continue with.
    parameters : mapping
        Its parameters as JSON data.

    Raises
    ------
    StateError
        If the digests differ; the message lists the parameters that differ with both values.
    """
    if state.circuit_digest == circuit_digest:
        return
    theirs, ours = dict(_leaves(state.parameters)), dict(_leaves(plain(parameters)))
    rows = [
        f"{name}: {theirs.get(name, 'absent')} in the state, {ours.get(name, 'absent')} in the circuit"
        for name in sorted(theirs.keys() | ours.keys())
        if theirs.get(name) != ours.get(name)
    ]
    if rows:
        shown = rows[:10] + ([f"and {len(rows) - 10} more"] if len(rows) > 10 else [])
        what = "its parameters differ: " + "; ".join(shown)
    else:
        what = (
            "the parameters agree, but not the circuit (neuron model, equations or connectivity): "
            f"circuit digest {state.circuit_digest[:12] or 'empty'} in the state, {circuit_digest[:12]} here"
        )
    raise StateError(
        f"this state belongs to another circuit; {what}. Build the circuit with the state's parameters, or "
        "train a new state with these"
    )


def _checked(name: str, value: Any) -> np.ndarray:
    check_dataset_name(name, "state variable", StateError)
    check_plain(value, f"state variable {name!r}", StateError)
    array = frozen_array(value)
    if array.dtype.kind not in "biufc":
        raise StateError(f"state variable {name!r} has dtype {array.dtype}; allowed: bool, int, float, complex arrays")
    return array


def _as_json(parameters: Any) -> Any:
    try:
        return plain(mapping(parameters, "the parameters of a state", StateError))
    except TypeError as problem:
        raise StateError(f"the parameters of a state hold {problem}") from None


def _largest_difference(first: np.ndarray, second: np.ndarray) -> float:
    if first.shape != second.shape:
        return float("inf")
    kind = np.complex128 if "c" in (first.dtype.kind, second.dtype.kind) else np.float64
    a, b = first.astype(kind), second.astype(kind)
    differs = (a != b) & ~(np.isnan(a) & np.isnan(b))
    if not differs.any():
        return 0.0
    gaps = np.abs(a[differs] - b[differs])
    return float(np.where(np.isnan(gaps), np.inf, gaps).max())


def _leaves(parameters: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _listed(names: Iterable[str]) -> str:
    return "it has " + (", ".join(sorted(names)) or "none")
