"""Options of the engrams command."""

from pathlib import Path
from typing import Annotated

import typer

Target = Annotated[str, typer.Option(help="auto, runtime, cpp or cuda.")]
Threads = Annotated[int, typer.Option(help="OpenMP threads of one simulation; 1 is fastest on busy cores.")]
Neuron = Annotated[str, typer.Option(help="LIF, AdEx, Izhikevich or my_model.py:MyNeuron; else the network's own.")]
Preset = Annotated[str, typer.Option(help="Parameters to start from, of those the network offers.")]
Images = Annotated[str | None, typer.Option(help="Folder with a folder of images per class.")]
Idx = Annotated[str | None, typer.Option(help="IDX file of images, or folder with the four files of MNIST.")]
Seed = Annotated[int, typer.Option(help="First seed.")]
Jobs = Annotated[int, typer.Option(help="Seeds run at the same time, as processes that share one build.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a value (20*ms); protocol.FIELD: an option."),
]
Manipulate = Annotated[
    list[str] | None,
    typer.Option(metavar="'LABEL: KIND PLACE [AMOUNT]'", help="Manipulate phases: 'night*: silence HIP'; repeatable."),
]
Control = Annotated[
    list[str] | None, typer.Option(help="Run a control with the same seeds beside it: no-sleep, ...; repeatable.")
]
Fresh = Annotated[bool, typer.Option(help="Compute stored pre-training states again.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; results/NAME-TIME by default.")]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="Go on with an unfinished run; all but --jobs comes from it."),
]
Trust = Annotated[bool, typer.Option("--trust", help="Run Python that the folder names and this package lacks.")]
Debug = Annotated[bool, typer.Option(help="Show tracebacks.")]
