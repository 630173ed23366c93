"""Text for terminals: tables of parameters, models, phenomena, runs and timelines."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spiking_engrams.command import command
from spiking_engrams.errors import printable_lines
from spiking_engrams.experiment import registry
from spiking_engrams.neurons.sources import SOURCES

PARAMETER_COLUMNS = ("name", "value", "unit", "default", "meaning", "source")
STYLES = {"pass": "green", "FAIL": "bold red", "reported": "dim", "too few": "yellow"}
BAR_HZ = 5.0  # one character of a rate bar
MAX_PHASES = 2_000  # of a timeline: more take minutes to draw and cannot be distinguished


def console() -> Console:
    """Return a console on stdout; wide if the output is not a terminal, so that no text is cut."""
    found = Console()
    return found if found.is_terminal else Console(width=200)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table."""
    shown = Table(title=title or None, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(printable_lines(str(cell))) for cell in row))
    console().print(shown)


def everything() -> None:
    """Print the names of protocols, networks and neuron models."""
    rows = [(kind, name, registry.title(kind, name)) for kind in registry.KINDS for name in registry.names(kind)]
    rows += [("neuron", *each) for each in SOURCES.items()]
    table("", ("kind", "name", ""), rows)


def anything(names: Sequence[str], options: command.RunOptions, out: Path | None) -> None:
    """Print networks, protocols, or (after the word ``neuron``) neuron models."""
    from spiking_engrams.errors import ParameterError, unknown_name
    from spiking_engrams.files.loading import load_module

    changes = options.changes
    if names[0] == "neuron":
        if options != command.RunOptions():
            raise ParameterError("show neuron takes --out only; name a model or my_model.py:MyNeuron.")
        return neurons(names[1:], out)
    if out is not None:
        raise ParameterError("show takes --out for neuron models only: engrams show neuron LIF --out curves.png.")
    for name in names:
        own_file, is_network = name.endswith(".py"), name in registry.names("network")
        is_protocol = hasattr(load_module(name), "PROTOCOL") if own_file else name in registry.names("protocol")
        if is_protocol and not is_network and options != command.RunOptions():
            raise ParameterError(f"show takes --neuron, --preset and --set for networks; '{name}' is a protocol.")
        if is_protocol:
            protocol(registry.reference("protocol", name))
        if is_network or (own_file and not is_protocol):
            reference = registry.reference("network", name)
            ours, theirs = command.split_changes(changes)
            if ours:
                raise ParameterError("show takes --set for parameters of a network, not protocol.FIELD.")
            parameters = registry.parameters_of(reference, options.preset).replace(theirs)
            network(name, reference, options.neuron, parameters.to_dict())
        elif not is_protocol:
            known = [*registry.names("network"), *registry.names("protocol"), "neuron"]
            raise unknown_name("network or protocol", name, known)


def network(name: str, reference: str, neuron: str, parameters: dict[str, Any]) -> None:
    """Print parameters, model tables and size of a network, without building it."""
    from spiking_engrams.experiment.experiment import make_circuit

    circuit = make_circuit(reference, neuron, parameters)
    table(f"Parameters of {name}", PARAMETER_COLUMNS, circuit.parameters.rows())
    for each in circuit.tables():
        table(each.title, each.columns, each.rows)
    size = circuit.estimate()
    typer.echo(
        f"{size['neurons']:,.0f} neurons, {size['synapses']:,.0f} synapses "
        f"({size['plastic_synapses']:,.0f} plastic); a run needs about {size['memory_mb']:,.0f} MB."
    )


def protocol(reference: str) -> None:
    """Print what a protocol does, its options and its phenomena."""
    from spiking_engrams.experiment.protocol import load_protocol

    found = load_protocol(reference)
    typer.echo(f"{found.title}\n\n{found.description or ''}\n\nNetwork: {found.network}")
    rows = [(f"protocol.{row[0]}", *row[1:]) for row in found.options.rows()]
    table("Options (--set protocol.NAME=VALUE)", PARAMETER_COLUMNS, rows)
    columns = ("id", "claim", "source", "reference", "check")
    phenomena = [(p.full_id, p.claim, p.source, p.reference, p.check_text) for p in found.phenomena]
    table("Phenomena", columns, phenomena)


def neurons(names: Sequence[str], out: Path | None) -> None:
    """Print constants, sources and f-I curves of neuron models side by side; draw them if `out` is given."""
    from spiking_engrams.neurons.calibration import curves
    from spiking_engrams.neurons.models import BUILT_IN, resolve_neuron
    from spiking_engrams.parameters.parameter_set import value_and_unit

    models = [resolve_neuron(name) for name in names or BUILT_IN]
    for model in models:
        symbols = model.symbols
        constants = [(name, *value_and_unit(v), symbols.get(name, "")) for name, v in model.constants.items()]
        table(f"{model.name}: {model.source}", ("constant", "value", "unit", "meaning"), constants)
    found = curves(models)
    drives = found[models[0].name]["drive"][::5]
    rates = {name: curve["rate"][::5] for name, curve in found.items()}
    rows = [
        (f"{drive:.1f}", *(f"{rate[i]:5.1f} {'█' * round(rate[i] / BAR_HZ)}" for rate in rates.values()))
        for i, drive in enumerate(drives)
    ]
    table("Steady-state rate (Hz) by drive", ("drive", *rates), rows)
    if out is not None:
        from spiking_engrams.report.figures import save_figure_as, style
        from spiking_engrams.report.plots import plot_fi_curves

        with style():
            save_figure_as(plot_fi_curves(found), out)
        typer.echo(f"Figure: {out}")


def phenomena(rows: Sequence[Any]) -> None:
    """Print a reproduction table."""
    from spiking_engrams.runs.rows import shown, text_of, verdict_line

    text, rows = verdict_line(rows), shown(rows)
    if rows:
        columns: tuple[str, ...] = ("protocol", "id", "claim", "reference", "value", "check", "verdict")
        columns = columns if any(row.protocol for row in rows) else columns[1:]
        cells = [[Text(printable_lines(text_of(row, name))) for name in columns] for row in rows]
        for line in cells:
            line[-1].stylize(STYLES[line[-1].plain])
        table("", columns, cells)
    typer.echo(f"{text[0].upper()}{text[1:]}.")


def timeline(experiment: Any, out: Path) -> None:
    """Print the schedule of a protocol and draw it."""
    from spiking_engrams.report.figures import save_figure_as, style
    from spiking_engrams.report.timeline import plot_timeline, timeline_rows
    from spiking_engrams.schedule.checks import at_most
    from spiking_engrams.schedule.schedule import check_phase

    with at_most(MAX_PHASES):
        circuit, entries = experiment.circuit, experiment.timeline()
    for entry in entries:
        for phase in getattr(entry.phase, "phases", (entry.phase,)):
            check_phase(phase, circuit)
    step = float(circuit.step)
    rows = [
        (f"{start:.4g}", f"{stop:.4g}", label, str(count), detail)
        for start, stop, label, count, detail in timeline_rows(entries, step)
    ]
    table(experiment.protocol.title, ("from (s)", "to (s)", "phase", "times", "events"), rows)
    with style():
        save_figure_as(plot_timeline(entries, step), out)
    typer.echo(f"Figure: {out}")
