"""Summary, figures and report of a run with complete seeds, made from what is on disk."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import EngramError, EngramWarning, RunFolderError, UnknownNameError
from spiking_engrams.experiment.trust import report_command
from spiking_engrams.files.links import refuse_links
from spiking_engrams.runs.metrics import as_metric
from spiking_engrams.runs.phenomena import evaluate
from spiking_engrams.runs.rows import Row
from spiking_engrams.runs.run_folder import RunFolder

if TYPE_CHECKING:
    from spiking_engrams.experiment.experiment import Experiment
    from spiking_engrams.experiment.protocol import Protocol

STORED = "Made without the run's own protocol: figures and checks are those stored in its folder, not recomputed"


def evaluate_run(folder: RunFolder, protocol: Protocol, with_name: bool = False) -> list[Row]:
    """Return the rows of the reproduction table for the complete seeds of a run."""
    return evaluate(protocol.phenomena, folder.measured, folder.units, protocol.name if with_name else "")


def headline(folder: RunFolder, protocol: Protocol) -> list[str]:
    """Return the main results of a run in a few lines; none if its protocol defines no headline.

    A folder of an earlier version may lack metrics for these lines; its report is written all the same.
    """
    if protocol.headline is None:
        return []
    try:
        return list(protocol.headline(folder))
    except (EngramError, LookupError):
        return []


def finish(
    folder: RunFolder, protocol: Protocol, experiment: Experiment | None, more_formats: Sequence[str] = ()
) -> None:
    """Write summary.json, figures and report.html from what is on disk.

    Parameters
    ----------
    folder, protocol
        The run and its protocol.
    experiment
        Experiment whose schedule is drawn; None keeps the existing drawing.
    more_formats
        Formats of figures besides PNG and SVG, such as ``"pdf"``.

    Raises
    ------
    RunFolderError
        When no seed is complete, or the protocol's figures fail (summary and report are written first).
    """
    from spiking_engrams.report.figures import FORMATS, save_all
    from spiking_engrams.report.report import write_report

    _check(folder)
    check_names(folder, protocol)
    folder.write_summary(evaluate_run(folder, protocol), protocol.meanings)
    folder.update(headline=headline(folder, protocol))
    if folder.complete_seeds == folder.seeds:
        folder.finish()
    write_report(folder)
    try:
        save_all(folder.path / "figures", _figures(folder, protocol, experiment), (*FORMATS, *more_formats))
    except UnknownNameError as problem:
        if all("arrays" in folder.seed(seed).metrics() for seed in folder.complete_seeds):
            raise
        older = f"'{folder.path}' was written by an earlier version, whose curves had other names"
        warnings.warn(f"{older}: its figures stay unchanged ({problem})", EngramWarning, stacklevel=2)
    except EngramError:
        raise
    except Exception as problem:
        from spiking_engrams.experiment.experiment import Request

        again = report_command(folder.path, Request.from_info(folder.info))
        raise RunFolderError(
            f"The figures of {protocol.name} failed with {type(problem).__name__}: {problem}. All "
            f"results are in {folder.path}; `{again}` tries again without simulating."
        ) from problem
    write_report(folder)


def restate(folder: RunFolder) -> None:
    """Write summary.json and report.html from data alone, with the stored checks and figures.

    No protocol is needed; a note on the page says so.

    Raises
    ------
    RunFolderError
        When no seed is complete.
    """
    from spiking_engrams.report.report import write_report

    _check(folder)
    try:
        stored, why = folder.summary, ""
        if stored["seeds"] != folder.complete_seeds:
            why = f"those stored are for seeds {', '.join(map(str, stored['seeds']))}"
    except RunFolderError as problem:
        stored, why = {}, str(problem)
    if why:
        warnings.warn(f"The report of '{folder.path}' shows no checks: {why}", EngramWarning, stacklevel=2)
    rows = [] if why else [Row.from_dict(row) for row in stored["phenomena"]]
    folder.write_summary(rows, stored.get("meanings", {}))
    write_report(folder, f"{STORED}{', and there are no checks' if why else ''}.")


def check_names(folder: RunFolder, protocol: Protocol, damaged: Container[int] = ()) -> None:
    """Raise a RunFolderError if metrics of a run have names from before conditions, so that claims cannot find them.

    Seeds in `damaged` are skipped.
    """
    seeds = [seed for seed in folder.complete_seeds if seed not in damaged]
    entries = [each for seed in seeds for each in folder.seed(seed).metrics()["metrics"].values()]
    conditional = any(row.given or as_metric(each).conditions for row in protocol.phenomena for each in row.metrics)
    if conditional and not all("metric" in each for each in entries):
        config = folder.path / "config.toml"
        again = f"engrams run{f' --config {shlex.quote(str(config))}' if config.exists() else ''}"
        raise RunFolderError(
            f"'{folder.path}' was written by an earlier version, whose metrics had other names: its summary and report "
            f"stay unchanged, and its metrics can still be read; `{again}` runs it again."
        )


def _check(folder: RunFolder) -> None:
    refuse_links(folder.path)
    if not folder.complete_seeds:
        place = shlex.quote(str(folder.path))
        raise RunFolderError(f"'{folder.path}' has no complete seed yet; continue it with --resume {place}.")
    if not folder.is_as_written:
        warnings.warn(
            f"'{folder.path / 'run.json'}' was changed or damaged since it was written; the report shows what it says "
            "now.",
            EngramWarning,
            stacklevel=3,
        )


def _figures(folder: RunFolder, protocol: Protocol, experiment: Experiment | None) -> dict[str, Any]:
    from spiking_engrams.report.figures import style
    from spiking_engrams.report.timeline import plot_timeline

    with style():
        found = dict(protocol.figures(folder)) if protocol.figures else {}
        if experiment is None:
            return found
        timeline = plot_timeline(experiment.timeline(), float(experiment.circuit.step))
    caption = "Timeline of the protocol: phases, branches where they split off, and the signals that vary."
    return {**found, "timeline": (timeline, caption)}
