"""The engrams command: networks and protocols are found by entry points. Exit codes: see `guard`."""

from pathlib import Path
from typing import Annotated

import typer

from spiking_engrams.command import command, streams
from spiking_engrams.command.command import RunOptions, guarded
from spiking_engrams.command.options import (
    Config,
    Control,
    Debug,
    Figure,
    Fresh,
    Idx,
    Images,
    Jobs,
    Manipulate,
    Neuron,
    Only,
    Out,
    Page,
    Pdf,
    Preset,
    Remove,
    Resume,
    Run,
    Runs,
    Seed,
    Seeds,
    Set,
    Target,
    Threads,
    Trust,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from spiking_engrams import __version__

        typer.echo(f"Spiking Engrams {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Spiking memory circuits: encode, replay and retrieve on one compiled program."""


@app.command("list")
@guarded
def list_all(debug: Debug = False) -> None:
    """List protocols with the time they take, networks with their presets and sizes, and neuron models."""
    from spiking_engrams.command.terminal import listing

    listing.everything()


@app.command("show")
@guarded
def show_one(
    names: Annotated[list[str], typer.Argument(help="A network, a protocol, or: neuron MODEL ...")],
    only: Only = None, neuron: Neuron = "", preset: Preset = "", set_: Set = None, out: Figure = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Show parameters, model tables and size of a network, a protocol, or neuron models; builds nothing."""
    from spiking_engrams.command import show

    show.anything(names, RunOptions(neuron=neuron, changes=set_ or (), preset=preset), out, only or ())


@app.command()
@guarded
def timeline(protocol: str, preset: Preset = "", set_: Set = None, out: Figure = None, debug: Debug = False) -> None:
    """Show the schedule of a protocol, with all its designs; --out draws it."""
    from spiking_engrams.command import show
    from spiking_engrams.experiment.experiment import prepare

    show.timeline(prepare(command.request_of(protocol, RunOptions(changes=set_ or (), preset=preset))), out)


@app.command()
@guarded
def run(
    context: typer.Context,
    protocol: Annotated[str | None, typer.Argument(help="Name, or a path ending in .py.")] = None,
    config: Config = None, target: Target = "auto", threads: Threads = 1, neuron: Neuron = "", seed: Seed = 1,
    seeds: Seeds = 1, jobs: Jobs = 1, preset: Preset = "", images: Images = None, idx: Idx = None, set_: Set = None,
    manipulate: Manipulate = None, control: Control = None, out: Out = None, fresh: Fresh = False,
    resume: Resume = None, trust: Trust = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Run a protocol or continue a run; writes a run folder with summary.json and report.html."""
    from spiking_engrams.command import config as files
    from spiking_engrams.command import reproduction
    from spiking_engrams.errors import ParameterError

    given = files.completed(context, config)
    options = command.run_options(given)
    name = given["protocol"]
    if (name is None) == (resume is None) or (resume and (out or options != RunOptions(jobs=jobs))):
        raise ParameterError("Give either a protocol or --resume RUN, which takes all options but --jobs from RUN.")
    reproduction.run_one(name, options, out, resume, trust)


@app.command()
@guarded
def reproduce(
    protocols: Annotated[list[str] | None, typer.Argument(help="Names or paths; default: all.")] = None,
    target: Target = "auto", threads: Threads = 1, neuron: Neuron = "", seed: Seed = 1,
    seeds: Seeds = command.REPRODUCED_SEEDS, jobs: Jobs = 1, preset: Preset = "",
    images: Images = None, idx: Idx = None, set_: Set = None, out: Out = None,
    fresh: Fresh = False, resume: Resume = None, trust: Trust = False, debug: Debug = False,
) -> None:  # fmt: skip
    """Run protocols over seeds and write the reproduction table; exit code 1 if a check fails."""
    from spiking_engrams.command import reproduction

    changes = command.with_files(set_ or (), images=images, idx=idx)
    options = RunOptions(target, threads, neuron, seed, seeds, jobs, changes, fresh, preset)
    if not reproduction.reproduce(protocols or [], options, out, resume, trust):
        raise typer.Exit(1)


@app.command()
@guarded
def report(run: Run, pdf: Pdf = False, trust: Trust = False, debug: Debug = False) -> None:
    """Write the summary, figures and report of a run again from disk, without simulating."""
    from spiking_engrams.command import reproduction

    reproduction.report_again(run, trust, pdf)


@app.command()
@guarded
def compare(runs: Runs, out: Out = None, debug: Debug = False) -> None:
    """Show metrics of runs side by side, with differences from the first; writes a table and a figure."""
    from spiking_engrams.command import comparing

    comparing.compare(runs, out)


@app.command()
@guarded
def results(
    runs: Runs, title: Annotated[str, typer.Option(help="Heading of the page.")] = "Results", out: Page = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Write a Markdown page of results from the summaries of runs in folders and below them."""
    from spiking_engrams.command import comparing

    comparing.results(runs, title, out or Path("results.md"))


@app.command()
@guarded
def build(
    network: str, target: Target = "auto", threads: Threads = 1, neuron: Neuron = "", preset: Preset = "",
    set_: Set = None,
    compile_program: Annotated[bool, typer.Option("--compile/--no-compile", help="Compile the sources.")] = True,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Build the program of a network."""
    from spiking_engrams.command import programs

    options = RunOptions(target, threads, neuron, changes=set_ or (), preset=preset)
    programs.build(network, options, compile_program)


@app.command()
@guarded
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything that is not in use.")] = False,
    remove: Remove = "",
    debug: Debug = False,
) -> None:
    """List what is kept between runs: programs, states and calibrations."""
    from spiking_engrams.command import programs

    programs.cache(clear, remove)


def main() -> None:
    """Run the command line."""
    streams.start(app, "engrams")


if __name__ == "__main__":
    main()
