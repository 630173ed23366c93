"""A run folder: everything that one run used and found, readable without the project.

::

    run.json                    the request, parameters, model tables, versions, machine, build, cost
    summary.json                metrics over seeds, phenomena, cost (see docs/summary.md)
    metrics.csv                 metrics of each seed as a tidy table
    seed_0001/metrics.json      metrics, series, phases and cost of one seed; marks it as complete
    seed_0001/recordings/*.h5   one `Recording` per phase
    seed_0001/states/*.h5       the `State` after a phase, where the protocol keeps it
    figures/*.png *.svg         and report.html, made from the above

Every file is written whole or not at all.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spiking_engrams.errors import RunFolderError, unknown_name
from spiking_engrams.files.links import refuse_links
from spiking_engrams.files.locks import locked
from spiking_engrams.files.storage import cannot_write, write_json_atomic, write_text_atomic
from spiking_engrams.runs.formats import FORMAT_VERSION, RUN, SUMMARY, read
from spiking_engrams.runs.leftovers import remove_leftovers
from spiking_engrams.runs.metrics import Condition, Metric, Metrics
from spiking_engrams.runs.over_seeds import OverSeeds
from spiking_engrams.runs.provenance import interventions, timestamp
from spiking_engrams.runs.rows import Row
from spiking_engrams.runs.seed_folder import SeedFolder
from spiking_engrams.runs.tables import Arrays, Curves, Series, frame
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State
from spiking_engrams.values.json_data import is_intact, plain
from spiking_engrams.values.plain import file_path

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import DataArray

NEW_RUN = "correct it, or start the run again in another folder."
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(("protocol", "title", "network"), ""),
    **{name: [] for name in ("tables", "parameter_rows", "option_rows", "headline")},
    "provenance": {},
}


class RunFolder:
    """A run on disk.

    Parameters
    ----------
    path
        The folder; it must contain ``run.json``.

    Raises
    ------
    RunFolderError
        When the folder contains no run, or one of another format version.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> request = {"protocol": "renewal", "network": "amygdala", "seeds": [1, 2], "options": {"n_trials": 5}}
    >>> with TemporaryDirectory() as path:
    ...     run = RunFolder.create(path, {"request": request})
    ...     run.seeds, run.complete_seeds, run.options
    ([1, 2], [], {'n_trials': 5})
    """

    def __init__(self, path: str | Path):
        self.path = file_path(path, "The run folder", RunFolderError)
        if not (self.path / "run.json").is_file():
            raise RunFolderError(f"'{self.path}' is not a run folder (no run.json); give one that `engrams run` wrote.")

    def __repr__(self) -> str:
        """Return what was run, and how far."""
        seeds = f"{len(self.complete_seeds)} of {len(self.seeds)} seeds"
        what = ", ".join([self.info["protocol"], *interventions(self.info["request"])])
        return f"<RunFolder '{self.path}': {what}, {seeds} complete>"

    @classmethod
    def create(cls, path: str | Path, info: Mapping[str, Any]) -> RunFolder:
        """Start a run folder with the request and its description; the folder must be empty or not exist.

        Raises
        ------
        RunFolderError
            When the folder is not empty, or cannot be written to.
        """
        path = file_path(path, "The run folder", RunFolderError)
        require_new(path)
        data = {"format_version": FORMAT_VERSION, "status": "running", **info}
        write_json_atomic(path / "run.json", data, seal=True)
        return cls(path)

    @property
    def info(self) -> dict[str, Any]:
        """Content of run.json, checked; missing texts and tables are empty."""
        return DEFAULTS | self._run()

    def _run(self) -> dict[str, Any]:
        return read(self.path / "run.json", RUN, NEW_RUN, seal=False)

    @property
    def is_as_written(self) -> bool:
        """Whether run.json matches its digest: nobody changed it by hand."""
        return is_intact(self._run())

    def update(self, **changes: Any) -> None:
        """Change entries of run.json."""
        data = self._run()
        write_json_atomic(self.path / "run.json", data | changes, seal=is_intact(data))

    @property
    def summary(self) -> dict[str, Any]:
        """Content of summary.json."""
        way_out = f"`engrams report {shlex.quote(str(self.path))}` rewrites it."
        return read(self.path / "summary.json", SUMMARY, way_out)

    @property
    def options(self) -> dict[str, Any]:
        """Options of the protocol as JSON data."""
        return dict(self.info["request"]["options"])

    @property
    def seeds(self) -> list[int]:
        """Requested seeds."""
        return list(self.info["request"]["seeds"])

    @property
    def complete_seeds(self) -> list[int]:
        """Seeds that have run to completion."""
        return [seed for seed in self.seeds if self.seed(seed).complete]

    def seed(self, seed: int) -> SeedFolder:
        """Return the folder of a seed."""
        return SeedFolder(self.path / f"seed_{seed:04d}", seed)

    def recording(self, seed: int, label: str) -> Recording:
        """Return the recording of a phase; the error for an unknown label suggests the closest ones."""
        path = self.seed(seed).recording_path(label)
        if not path.exists():
            raise unknown_name(f"phase of seed {seed}", label, self.seed(seed).labels())
        return Recording.load(path)

    def state(self, seed: int, label: str) -> State:
        """Return the state after a phase; the error for an unknown label lists those whose state was kept."""
        path = self.seed(seed).state_path(label)
        if not path.exists():
            kept = sorted(item.stem for item in path.parent.glob("[!.]*.h5"))
            raise unknown_name(f"kept state of seed {seed}", label, kept)
        return State.load(path)

    @cached_property
    def over_seeds(self) -> OverSeeds:
        """Results of the complete seeds, read once."""
        seeds = self.complete_seeds
        return OverSeeds(seeds, [self.seed(seed).metrics() for seed in seeds])

    def refresh(self) -> None:
        """Discard the results read so far, after seeds were added."""
        self.__dict__.pop("over_seeds", None)

    @property
    def measured(self) -> Metrics:
        """Metric -> value of each complete seed, ``(n_seeds,)``, NaN where a seed lacks it."""
        return self.over_seeds.metrics

    @property
    def units(self) -> dict[Metric, str]:
        """Metric -> unit."""
        return self.over_seeds.units

    def metric(self, name: str, /, **conditions: Condition) -> np.ndarray:
        """Return the value of a metric for each complete seed, ``(n_seeds,)``, under exactly these conditions."""
        return self.measured(name, **conditions)

    def metrics(self) -> DataFrame:
        """Return all metrics as a tidy table: a row for each metric and seed.

        Returns
        -------
        pandas.DataFrame
            Columns ``metric``, one for each condition (empty where a metric does not have it), ``seed``, ``value``
            and ``unit``; ``metrics.csv`` holds the same. Select from it with Pandas:
            ``table[table.metric == "fear"].pivot_table("value", "design", ["stage", "trial"])``.
        """
        return frame(self.complete_seeds, self.measured, self.units)

    @property
    def curves(self) -> Curves:
        """All curves of the complete seeds, by name and conditions."""
        return self.over_seeds.curves

    def series(self, name: str, /, **conditions: Condition) -> Series:
        """Return a curve of each complete seed under exactly these conditions; `x` is that of the longest."""
        return self.curves(name, **conditions)

    @property
    def arrays(self) -> Arrays:
        """All arrays of the complete seeds, by name and conditions."""
        return self.over_seeds.arrays

    def array(self, name: str, /, **conditions: Condition) -> DataArray:
        """Return an array of each complete seed under exactly these conditions.

        Returns
        -------
        xarray.DataArray
            Its first dimension is ``seed``; NaN where a seed has no value.
        """
        return self.arrays(name, **conditions)

    def notes(self, name: str) -> list[str]:
        """Return the words under a name from the first complete seed that stored any; empty if none did."""
        return self.over_seeds.notes(name)

    def cost(self) -> dict[str, Any]:
        """Return build, run and biological seconds, peak memory and whether the build was cached."""
        build = self.info.get("build", {})
        built = {"build_s": build.get("build_s", 0.0), "build_cached": build.get("build_cached", False)}
        return self.over_seeds.cost() | built

    def reused_states(self) -> list[dict[str, Any]]:
        """Return seed, key and phases of each state that came from the store."""
        return self.over_seeds.reused_states()

    def write_summary(self, rows: list[Row], meanings: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Write metrics.csv and summary.json from the complete seeds; return the latter (see docs/summary.md).

        `meanings` are what metrics mean, by name; those of metrics that were not measured are left out.
        """
        info, names = self.info, {each.name for each in self.measured}
        request = info["request"]
        data = {
            "format_version": FORMAT_VERSION,
            "protocol": info["protocol"],
            "network": info["network"],
            "neuron": info.get("neuron", request.get("neuron", "")),
            "target": info.get("build", {}).get("target", request.get("target", "auto")),
            "seeds": self.complete_seeds,
            "interventions": interventions(request),
            "metrics": self.over_seeds.summaries(),
            "meanings": {name: text for name, text in (meanings or {}).items() if name in names},
            "phenomena": [{k: v for k, v in row.to_dict().items() if k != "protocol"} for row in rows],
            "cost": self.cost(),
        }
        write_text_atomic(self.path / "metrics.csv", self.metrics().to_csv(index=False))
        write_json_atomic(self.path / "summary.json", data, seal=True)
        return dict(plain(data))

    def finish(self) -> None:
        """Note in run.json that every seed is complete, and the cost of the run."""
        self.update(status="complete", finished=timestamp(), cost=self.cost())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for this process; raise RunFolderError if another process is writing to it."""
        refuse_links(self.path)
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(locked(self.path / ".lock", wait=False))
            except OSError as problem:
                raise cannot_write(self.path / ".lock", problem, RunFolderError) from problem
            if stream is None:
                raise RunFolderError(
                    f"Another process is using '{self.path}'; wait for it, or choose another folder with --out."
                )
            remove_leftovers(self.path)
            yield


def require_new(path: Path) -> None:
    """Create the folder `path`; raise if it is not empty or cannot be written to."""
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunFolderError(
                f"'{path}' already exists, and runs are never overwritten; choose another folder with --out, "
                f"or continue an unfinished run with --resume {shlex.quote(str(path))}."
            )
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise RunFolderError(
            f"The run folder '{path}' cannot be written ({problem.strerror}); choose another one with --out. "
            "Nothing was simulated."
        ) from problem
