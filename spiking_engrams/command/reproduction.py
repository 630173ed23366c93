"""The run, reproduce and report commands."""

import dataclasses
from pathlib import Path
from typing import Any

import typer

from spiking_engrams.command import command, controls, gathering, outcome, running, show
from spiking_engrams.command.command import RunOptions
from spiking_engrams.errors import printable


def run_one(name: str | None, options: RunOptions, out: Path | None, resume: Path | None, trust: bool) -> None:
    """Run one protocol or continue a run, and print the results; what the user names is trusted."""
    from spiking_engrams.runs.rows import Row

    request = None if name is None else command.request_of(name, options)
    path = resume or out or command.new_folder(str(name))
    trust = trust or request is not None
    _say_beforehand(request, path, options.jobs, trust)
    folder = running.run_into(path, request, options.jobs, trust)
    summary = folder.summary
    rows = [Row.from_dict(row) for row in summary["phenomena"]]
    if rows:
        show.phenomena(rows)
    outcome.say(folder)
    cost = summary["cost"]
    built = "cached" if cost["build_cached"] else f"built in {cost['build_s']:.1f} s"
    typer.echo(
        f"{cost['biological_s']:.4g} s of biology in {cost['run_s']:.1f} s (program {built}, "
        f"{cost['peak_memory_mb']:.0f} MB)."
    )
    typer.echo(f"Report: {folder.path / 'report.html'}")
    controls.run_beside(folder, options.jobs, trust)


def _say_beforehand(new: Any | None, path: Path, jobs: int, trust: bool) -> None:
    """Print how much will be simulated, what it takes, and which manipulations match no phase, before hours are spent.

    The run is a `new` request, or continues that in a folder, of which only trusted code is loaded.
    """
    from spiking_engrams.command.terminal import costs
    from spiking_engrams.experiment.experiment import Request, prepare
    from spiking_engrams.experiment.protocol import load_protocol
    from spiking_engrams.experiment.trust import foreign_code
    from spiking_engrams.interventions.by_label import unmatched
    from spiking_engrams.runs.run_folder import RunFolder

    request = Request.from_info(RunFolder(path).info) if new is None else new
    if not trust and foreign_code(request):
        return  # rejected later
    n_seeds = len(costs.missing(request, path) if new is None else request.seeds)
    if not n_seeds:
        return
    whole = load_protocol(request.protocol).life is not None  # otherwise the timeline is only part of the run
    experiment = prepare(request) if whole or request.manipulations else None
    labels = [] if experiment is None else experiment.labels()
    if whole and experiment is not None:
        life, step = experiment.life(request.seeds[0]), float(experiment.circuit.step)
        after, pretraining = life.n_steps * step, life.n_steps_before * step
        command.complain(
            f"{len(labels)} phases, {after:.4g} s of biology per seed, after a pre-training of {pretraining:.4g} s, "
            "which is kept between runs."
        )
    if text := costs.before(request, n_seeds, jobs, experiment if whole else None):
        command.complain(text)
    for text in unmatched(request.manipulations, labels):
        command.complain(
            f"Note: '{text}' matches none of the labels in the timeline ({', '.join(dict.fromkeys(labels))}). If no "
            "later phase of the protocol has such a label either, its first seed will end with an error."
        )


def reproduce(
    names: list[str], options: RunOptions, out: Path | None, resume: Path | None, trust: bool = False
) -> bool:
    """Run protocols (all if `names` is empty), write and print the reproduction table; return True if all checks hold.

    Python code from outside this installation that is named in a folder but not in `names` runs only if `trust` is
    true.
    """
    from spiking_engrams.command.terminal import costs
    from spiking_engrams.errors import ParameterError
    from spiking_engrams.experiment.conclusion import evaluate_run
    from spiking_engrams.experiment.protocol import load_protocol
    from spiking_engrams.files.storage import write_json_atomic
    from spiking_engrams.report.report import reproduction_html, write_text
    from spiking_engrams.runs.provenance import provenance
    from spiking_engrams.runs.rows import all_hold, as_csv, as_markdown
    from spiking_engrams.runs.run_folder import require_new

    if out and resume:
        raise ParameterError("Give --out for a new reproduction or --resume for an existing one, not both.")
    base = resume or out or command.new_folder("reproduction")
    requests = gathering.requests(names, options, base, resume is not None, trust)
    if resume is None:
        require_new(base)
    data: dict[str, Any] = {"format_version": 1, "requests": {n: dataclasses.asdict(r) for n, r in requests.items()}}
    if not (base / "reproduction.json").exists():
        write_json_atomic(base / "reproduction.json", data, seal=True)  # what --resume continues
    if text := costs.before_all(requests, base, options.jobs):
        command.complain(text)
    rows, folders = [], dict[str, Any]()
    for name, request in requests.items():
        path = base / name
        typer.echo(f"{name}: {len(request.seeds)} seeds ...", err=True)
        try:
            new = None if (path / "run.json").exists() else request
            folder = running.run_into(path, new, options.jobs, trust=True)  # `gathering` has checked it
        except typer.Exit:
            command.complain(f"Continue the whole reproduction with `{gathering.resume_command(base, requests)}`.")
            raise
        folders[name] = folder
        rows += evaluate_run(folder, load_protocol(request.protocol), with_name=True)
    write_text(base / "reproduction.csv", as_csv(rows))
    write_text(base / "reproduction.md", as_markdown(rows))
    write_text(base / "reproduction.html", reproduction_html("Reproduction table", rows, list(folders.values())))
    runs = {name: gathering.described(folder) for name, folder in folders.items()}
    table = [row.to_dict() for row in rows]
    data |= {"rows": table, "runs": runs, "provenance": provenance()}
    write_json_atomic(base / "reproduction.json", data, seal=True)
    show.phenomena(rows)
    typer.echo(f"Table: {base / 'reproduction.html'}")
    return all_hold(rows)


def report_again(path: Path, trust: bool, pdf: bool = False) -> None:
    """Write the summary, figures and report of a run from disk; if its code is not trusted, from data alone."""
    from spiking_engrams.errors import ParameterError, UnknownNameError
    from spiking_engrams.experiment.conclusion import STORED, finish, restate
    from spiking_engrams.experiment.experiment import Request, prepare
    from spiking_engrams.experiment.protocol import load_protocol
    from spiking_engrams.experiment.trust import foreign_code, report_command
    from spiking_engrams.runs.run_folder import RunFolder

    folder = RunFolder(path)
    request = Request.from_info(folder.info)
    if not trust and (found := foreign_code(request)):
        restate(folder)
        outcome.say(folder)
        again = f"`{report_command(path, request)}` runs {', '.join(found)}"
        typer.echo(printable(f"{STORED}. {again}, and recomputes them."))
        typer.echo(f"Report: {path / 'report.html'}")
        return
    protocol = load_protocol(request.protocol)
    try:
        experiment = prepare(request)
    except (ParameterError, UnknownNameError) as problem:
        typer.echo(f"The circuit of this run can no longer be made, so its timeline is not redrawn. {problem}")
        experiment = None
    finish(folder, protocol, experiment, ("pdf",) if pdf else ())
    outcome.say(folder)
    typer.echo(f"Report: {path / 'report.html'}")
