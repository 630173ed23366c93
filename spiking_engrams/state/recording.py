"""Recording: the data of a run as plain arrays. Imports no simulator."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from spiking_engrams.errors import RunFolderError, SimulationError, check_known
from spiking_engrams.files import storage
from spiking_engrams.files.hdf5_checks import attribute
from spiking_engrams.values.arrays import frozen_array, same_bits
from spiking_engrams.values.json_data import plain
from spiking_engrams.values.labels import few
from spiking_engrams.values.plain import check_plain, instance, listed, number, whole, wholes

if TYPE_CHECKING:
    from xarray import DataArray

FORMAT_VERSION = 1
LARGEST = 2**31 - 1  # neurons of a population
PACKED_FROM = 1_000_000  # bytes; larger arrays are compressed
TOLERANCE = 1e-3  # of a step: times are whole steps up to rounding
_DATA = ("trace_step", "units", "sizes", "dt", "duration")
_METADATA = (*_DATA, "label", "meta")

Spikes = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Recording:
    """Spikes and traces of one run.

    Parameters
    ----------
    spikes : dict of str to (steps, index)
        For each population, the time steps (int64) and neurons (int32) of its spikes, both ``(n_spikes,)``;
        they are sorted by (time, neuron), which not every simulator does.
    traces : dict of str to array
        Sampled variables, ``(n_samples,)`` or ``(n_samples, n)``; sample k stands for step k of `trace_step`.
    units : dict of str to str
        SI unit of each trace.
    sizes : dict of str to int
        Number of neurons of each population.
    trace_step, dt, duration : float
        Time between samples (0 without traces), time step and length of the run in seconds.
    label, meta : str, dict
        Name of the run; anything else, as JSON data.

    Raises
    ------
    SimulationError
        If the parts do not fit together (neuron outside its population, spike outside the run, unknown size).

    Examples
    --------
    >>> recording = Recording(
    ...     spikes={"HIP": ([1, 3, 8], [0, 1, 0])}, traces={"HIP.v": [0.0, 0.5]}, trace_step=0.005, units={},
    ...     sizes={"HIP": 2}, dt=0.001, duration=0.01, label="test")
    >>> recording.times("HIP").tolist(), recording.rate("HIP").tolist(), recording.counts("HIP", 0.005).tolist()
    ([0.001, 0.003, 0.008], [200.0, 100.0], [[1, 1], [1, 0]])
    >>> recording.trace("HIP.v").sel(time=0.005).item(), recording.slice(0.005).times("HIP").tolist()
    (0.5, [0.003])
    >>> recording
    <Recording 'test', 0.01 s; spikes: HIP 3 (2 cells); traces: HIP.v>
    """

    spikes: dict[str, Spikes]
    traces: dict[str, np.ndarray]
    trace_step: float
    units: dict[str, str]
    sizes: dict[str, int]
    dt: float
    duration: float
    label: str = ""
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.dt > 0 or not self.duration >= 0:
            raise SimulationError(f"dt is {self.dt} s, duration {self.duration} s; dt must be > 0, duration >= 0")
        clean: dict[str, Any] = {name: float(getattr(self, name)) for name in ("trace_step", "dt", "duration")}
        clean["sizes"] = {
            name: whole(size, f"the size of population {name!r} is", SimulationError, 0, LARGEST)
            for name, size in self.sizes.items()
        }
        given: dict[str, Any] = {name: ([], []) for name in self.sizes} | self.spikes
        clean["spikes"] = {name: self._checked_spikes(name, *pair) for name, pair in given.items()}
        clean["traces"] = {name: self._checked_trace(name, values) for name, values in self.traces.items()}
        for name in self.units:
            check_known("trace", name, self.traces)
        clean |= {"units": dict(self.units), "meta": plain(self.meta)}
        for name, value in clean.items():
            object.__setattr__(self, name, value)

    def _checked_spikes(self, name: str, steps: Any, index: Any) -> Spikes:
        storage.check_dataset_name(name, "population", SimulationError)
        if name not in self.sizes:
            raise SimulationError(f"population {name!r} has spikes but no size: give it in sizes")
        steps, index = (wholes(values, f"spikes of {name!r}", SimulationError) for values in (steps, index))
        if steps.ndim != 1 or steps.shape != index.shape:
            raise SimulationError(f"spikes of {name!r} have shapes {steps.shape}, {index.shape}; give two (n,)")
        for what, values, end in (("steps", steps, self.n_steps), ("neurons", index, self.sizes[name])):
            if values.size and (values.min() < 0 or values.max() >= end):
                span = f"{values.min()} to {values.max()}"
                raise SimulationError(f"spikes of {name!r} have {what} {span}; allowed: 0 to {end - 1}")
        later = np.diff(steps)
        if np.any(later < 0) or np.any((later == 0) & (np.diff(index) < 0)):
            order = np.lexsort((index, steps))
            steps, index = steps[order], index[order]
        return frozen_array(steps), frozen_array(index, np.int32)

    def _checked_trace(self, name: str, values: np.ndarray) -> np.ndarray:
        storage.check_dataset_name(name, "trace", SimulationError)
        check_plain(values, f"trace {name!r}", SimulationError)
        array = frozen_array(values)
        if array.ndim not in (1, 2) or array.dtype.kind not in "biuf" or not self.trace_step > 0:
            given = f"shape {array.shape}, dtype {array.dtype} and step {self.trace_step} s"
            allowed = "numbers (n_samples,) or (n_samples, n), and trace_step > 0"
            raise SimulationError(f"trace {name!r} has {given}; allowed: {allowed}")
        return array

    def __repr__(self) -> str:
        """Return what was recorded, in one line."""
        counts = {name: len(steps) for name, (steps, _) in self.spikes.items()}
        spikes = few(f"{name} {count} ({self.sizes[name]} cells)" for name, count in counts.items())
        traces = f"; traces: {few(self.traces)}" if self.traces else ""
        return f"<Recording '{self.label}', {self.duration:.6g} s; spikes: {spikes or 'none'}{traces}>"

    @property
    def n_steps(self) -> int:
        """Number of time steps of the run."""
        return round(self.duration / self.dt)

    def _spikes_of(self, population: str) -> Spikes:
        check_known("population", population, self.spikes)
        return self.spikes[population]

    def times(self, population: str) -> np.ndarray:
        """Return the spike times in seconds, ``(n_spikes,)``; the neurons are ``spikes[population][1]``."""
        return self._spikes_of(population)[0] * self.dt

    def counts(self, population: str, bin_s: float) -> np.ndarray:
        """Return the spikes per bin and neuron, int64 ``(n_bins, n)``.

        `bin_s` is in seconds and a whole number of time steps (SimulationError otherwise); an incomplete
        last bin is left out.
        """
        steps, index = self._spikes_of(population)
        n_wanted = number(bin_s, "The width of a bin", SimulationError) / self.dt
        width, size = round(n_wanted), self.sizes[population]
        if width < 1 or width > self.n_steps or abs(n_wanted - width) > TOLERANCE:
            allowed = f"a whole number of time steps of {self.dt} s, at most the {self.duration} s recorded"
            raise SimulationError(f"a bin of {bin_s} s does not fit: give {allowed}")
        n_bins = self.n_steps // width
        n_inside = int(np.searchsorted(steps, n_bins * width))
        cells = (steps[:n_inside] // width) * size + index[:n_inside]
        return np.bincount(cells, minlength=n_bins * size).reshape(n_bins, size)

    def rate(self, population: str, t_start: float | None = None, t_stop: float | None = None) -> np.ndarray:
        """Return the mean rate of each neuron in ``[t_start, t_stop)`` (by default the whole run) in Hz, ``(n,)``."""
        steps, index = self._spikes_of(population)
        first, last = self._window(t_start, t_stop)
        start, stop = np.searchsorted(steps, (first, last))
        counts = np.bincount(index[start:stop], minlength=self.sizes[population])
        return counts / ((last - first) * self.dt)

    def _window(self, t_start: float | None, t_stop: float | None) -> tuple[int, int]:
        start = 0.0 if t_start is None else number(t_start, "t_start", SimulationError)
        stop = self.duration if t_stop is None else number(t_stop, "t_stop", SimulationError)
        first, last = (math.ceil(t / self.dt - TOLERANCE) for t in (start, stop))
        if not 0 <= first < last <= self.n_steps:
            allowed = f"0 <= t_start < t_stop <= {self.duration} s"
            raise SimulationError(f"no part of this recording lies from {start} s to {stop} s: give {allowed}")
        return first, last

    def slice(self, t_start: float | None = None, t_stop: float | None = None) -> Recording:
        """Return the part in ``[t_start, t_stop)`` as a recording of its own, which begins at 0.

        Raises SimulationError if the window is not inside the run or begins between two samples of the traces.
        """
        first, last = self._window(t_start, t_stop)
        spikes = {}
        for name, (steps, index) in self.spikes.items():
            start, stop = np.searchsorted(steps, (first, last))
            spikes[name] = (steps[start:stop] - first, index[start:stop])
        traces = {}
        if self.traces:
            sample = first * self.dt / self.trace_step
            if abs(sample - round(sample)) > TOLERANCE:
                raise SimulationError(
                    f"t_start {t_start} s is not a multiple of the trace step {self.trace_step} s: choose one, "
                    "or drop the traces with dataclasses.replace(recording, traces={}, units={})"
                )
            end = math.ceil(last * self.dt / self.trace_step - TOLERANCE)
            traces = {name: values[round(sample) : end] for name, values in self.traces.items()}
        return replace(self, spikes=spikes, traces=traces, duration=round((last - first) * self.dt, 12))

    def select(self, populations: str | Iterable[str]) -> Recording:
        """Return the recording with these populations only; traces of other populations ("CTX.v") are dropped too."""
        chosen = (populations,) if isinstance(populations, str) else populations
        chosen = listed(chosen, "The populations to select", str, SimulationError)
        spikes = {name: self._spikes_of(name) for name in chosen}
        dropped = self.sizes.keys() - spikes.keys()
        traces = {name: v for name, v in self.traces.items() if name.split(".")[0] not in dropped}
        units = {name: unit for name, unit in self.units.items() if name in traces}
        sizes = {name: self.sizes[name] for name in spikes}
        return replace(self, spikes=spikes, sizes=sizes, traces=traces, units=units)

    def equals(self, other: Recording, metadata: bool = True) -> bool:
        """Return whether all recorded data agree bit by bit; label and meta too, unless `metadata` is False."""
        instance(other, Recording, "What a recording is compared with", SimulationError)
        names = _METADATA if metadata else _DATA
        if any(getattr(self, name) != getattr(other, name) for name in names):
            return False
        mine, theirs = _arrays(self), _arrays(other)
        return mine.keys() == theirs.keys() and all(same_bits(mine[n], theirs[n]) for n in mine)

    def digest(self) -> str:
        """Return 64 hexadecimal digits over all data and metadata (BLAKE2b; computed once)."""
        if "_digest" not in self.__dict__:
            object.__setattr__(self, "_digest", storage.content_digest(self._metadata(), _arrays(self)))
        return str(self.__dict__["_digest"])

    def _metadata(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _METADATA}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording as HDF5, atomically; raise RunFolderError if that fails."""

        def fill(file: h5py.File) -> None:
            file.attrs["digest"] = self.digest()
            storage.write_json_text(file, "metadata", self._metadata())
            file.create_group("traces")
            for name, values in _arrays(self).items():
                packing = storage.COMPRESSION if values.nbytes > PACKED_FROM else {}
                file.create_dataset(name, data=values, **packing)

        storage.write_hdf5_atomic(path, "recording", FORMAT_VERSION, fill, RunFolderError)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Recording:
        """Read a recording, equal to the saved one; raise RunFolderError if it is missing, foreign or damaged."""
        with storage.open_hdf5(path, "recording", FORMAT_VERSION, RunFolderError) as file:
            marks, metadata = set(file.attrs), storage.read_json_text(file, "metadata")
            digest = attribute(file, "digest")
            spikes = {}
            for name in metadata["sizes"]:
                steps, index = file[f"spikes/{name}/steps"], file[f"spikes/{name}/index"]
                spikes[name] = (storage.read_array(steps), storage.read_array(index))
            traces = {name: storage.read_array(dataset) for name, dataset in file["traces"].items()}
            recording = cls(spikes=spikes, traces=traces, **metadata)
            texts = [recording.label, *recording.units.values()]
            if not isinstance(recording.meta, dict) or not all(isinstance(text, str) for text in texts):
                raise ValueError("its metadata have the wrong types")
            if "digest" in marks and recording.digest() != digest:  # older files have none
                raise ValueError("its digest does not match its contents")
        return recording

    @staticmethod
    def concatenate(recordings: Sequence[Recording]) -> Recording:
        """Concatenate recordings of one circuit in time; see `joining.concatenate`."""
        from spiking_engrams.state.joining import concatenate

        return concatenate(recordings)

    def trace(self, name: str) -> DataArray:
        """Return a sampled variable with its times.

        Returns
        -------
        xarray.DataArray
            Dimensions ``time`` (in seconds) and, for a variable of cells, ``cell``; ``attrs["units"]`` is its SI unit.
        """
        from xarray import DataArray

        check_known("trace", name, self.traces)
        values = self.traces[name]
        coords = {"time": np.arange(len(values)) * self.trace_step}
        return DataArray(values, coords, ("time", "cell")[: values.ndim], name, {"units": self.units.get(name, "1")})

    def to_neo(self) -> Any:
        """Return the recording as a neo.Block; see `neo_export.to_neo`."""
        from spiking_engrams.state.neo_export import to_neo

        return to_neo(self)


def _arrays(recording: Recording) -> dict[str, np.ndarray]:
    arrays = {f"traces/{name}": values for name, values in recording.traces.items()}
    for name, (steps, index) in recording.spikes.items():
        arrays |= {f"spikes/{name}/steps": steps, f"spikes/{name}/index": index}
    return arrays
