"""Options of the engrams command."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spiking_engrams.command.guard import FAILED, complain


def filled(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    """Return the value of an option; reject an empty one, such as an unset variable of a script."""
    source = context.get_parameter_source(str(parameter.name))
    given = value if isinstance(value, list | tuple) else [value]
    if source is not None and source.name == "COMMANDLINE" and any(isinstance(v, str) and not v.strip() for v in given):
        complain(f"engrams: {parameter.opts[0]} is empty; give it a value, or leave it out.")
        raise typer.Exit(FAILED)
    return value


def path_of(text: str) -> Path:
    """Return a path with ``~`` expanded; reject an empty one, which would be the working folder."""
    try:
        if text.strip():
            return Path(text).expanduser()
        complain("engrams: an empty path was given; name a file or folder ('.' is the current one).")
    except RuntimeError as problem:
        complain(f"engrams: the path '{text}' cannot be found: {problem}; write it out in full.")
    raise typer.Exit(FAILED)


Target = Annotated[str, typer.Option(help="auto, runtime, cpp or cuda.", callback=filled)]
Threads = Annotated[int, typer.Option(help="OpenMP threads per simulation; 1 is fastest on busy cores.")]
Neuron = Annotated[
    str,
    typer.Option(help="LIF, AdEx, Izhikevich or my_model.py:MyNeuron; default: the network's own.", callback=filled),
]
Preset = Annotated[
    str,
    typer.Option(
        help="Parameters to start from: digits, mnist or photo (see `engrams list`); default: chosen by image size.",
        callback=filled,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="PART", callback=filled, help="Show only a part: parameters, populations, ...; repeatable."),
]
Images = Annotated[str | None, typer.Option(help="Folder with one subfolder of images per class.")]
Idx = Annotated[str | None, typer.Option(help="IDX file of images, or folder with the four MNIST files.")]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", parser=path_of, help="TOML file that describes the run; options override it."),
]
Seed = Annotated[int, typer.Option(help="First seed.")]
Seeds = Annotated[int, typer.Option(help="Number of seeds.")]
Jobs = Annotated[int, typer.Option(help="Programs in parallel: seeds, then branches of a life.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="SECTION.FIELD=VALUE", callback=filled,
        help="Change a value, e.g. 20*ms; protocol.FIELD: an option.",
    ),
]  # fmt: skip
Remove = Annotated[
    str,
    typer.Option(
        metavar="PATTERN", callback=filled, help="Remove what matches, by kind, description or name: 'amygdala*'."
    ),
]
Manipulate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'LABEL: KIND PLACE [AMOUNT]'", callback=filled,
        help="Manipulate phases: 'night*: silence HIP'; repeatable.",
    ),
]  # fmt: skip
Control = Annotated[
    list[str] | None,
    typer.Option(help="Also run a control with the same seeds: no-sleep, ...; repeatable.", callback=filled),
]
Fresh = Annotated[bool, typer.Option(help="Recompute stored pre-training states.")]
Out = Annotated[
    Path | None, typer.Option(metavar="FOLDER", parser=path_of, help="Folder to write; default: results/NAME-TIME.")
]
Figure = Annotated[Path | None, typer.Option(metavar="FILE", parser=path_of, help="File for the figure.")]
Page = Annotated[Path | None, typer.Option(metavar="FILE", parser=path_of, help="File to write; default: results.md.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Write the figures as PDF, too.")]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="RUN", parser=path_of, help="Continue an unfinished run; only --jobs may change."),
]
Trust = Annotated[bool, typer.Option("--trust", help="Run Python code from outside this installation.")]
Run = Annotated[Path, typer.Argument(metavar="RUN", parser=path_of, help="A run folder.")]
Runs = Annotated[list[Path], typer.Argument(metavar="RUN RUN ...", parser=path_of, help="Run folders.")]
Debug = Annotated[bool, typer.Option(help="Show tracebacks.")]
