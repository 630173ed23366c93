"""Text for terminals: networks, protocols and their parts, neuron models, phenomena and timelines."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.text import Text

from spiking_engrams.command import command
from spiking_engrams.command.terminal import listing
from spiking_engrams.command.terminal.tables import table
from spiking_engrams.errors import printable_lines
from spiking_engrams.experiment import registry

PARAMETER_COLUMNS = ("name", "value", "default", "meaning", "source")
STYLES = {"pass": "green", "FAIL": "bold red", "reported": "dim", "too few": "yellow"}
BAR_HZ = 5.0  # one character of a rate bar
MAX_PHASES = 2_000  # of a timeline: more take minutes to draw and cannot be distinguished


class Part(NamedTuple):
    """A part of what ``engrams show`` prints, by name."""

    name: str
    show: Callable[[], None]


def anything(names: Sequence[str], options: command.RunOptions, out: Path | None, only: Sequence[str] = ()) -> None:
    """Print networks, protocols, or (after the word ``neuron``) neuron models; `only` some of their parts, if given."""
    from spiking_engrams.errors import ParameterError, unknown_name
    from spiking_engrams.files.loading import load_module

    changes = options.changes
    if names[0] == "neuron":
        if options != command.RunOptions() or only:
            raise ParameterError("show neuron takes --out only; name a model or my_model.py:MyNeuron.")
        return neurons(names[1:], out)
    if out is not None:
        raise ParameterError("show takes --out for neuron models only: engrams show neuron LIF --out curves.png.")
    parts = list[Part]()
    for name in names:
        own_file, is_network = name.endswith(".py"), name in registry.names("network")
        is_protocol = hasattr(load_module(name), "PROTOCOL") if own_file else name in registry.names("protocol")
        if is_protocol and not is_network and options != command.RunOptions():
            raise ParameterError(f"show takes --neuron, --preset and --set for networks; '{name}' is a protocol.")
        if is_protocol:
            parts += protocol(registry.reference("protocol", name))
        if is_network or (own_file and not is_protocol):
            reference = registry.reference("network", name)
            ours, theirs = command.split_changes(changes)
            if ours:
                raise ParameterError("show takes --set for parameters of a network, not protocol.FIELD.")
            parameters = registry.parameters_of(reference, options.preset).replace(theirs)
            parts += network(name, reference, options.neuron, parameters.to_dict())
        elif not is_protocol:
            known = [*registry.names("network"), *registry.names("protocol"), "neuron"]
            raise unknown_name("network or protocol", name, known)
    for part in chosen(parts, only):
        part.show()
    if not only:
        typer.echo(f"\nParts, also one at a time (--only PART): {', '.join(dict.fromkeys(p.name for p in parts))}.")


def chosen(parts: Sequence[Part], only: Sequence[str]) -> Iterator[Part]:
    """Yield the parts with the given names, or a word or beginning of them; all if there are none.

    Raises
    ------
    UnknownNameError
        If there is no such part.
    """
    from spiking_engrams.errors import unknown_name

    names = list(dict.fromkeys(part.name for part in parts))
    wanted = set[str]()
    for text in only:
        word = text.lower()
        found = {name for name in names if word == name} or {
            name for name in names if name.startswith(word) or word in name.split("-")
        }
        if not found:
            raise unknown_name("part", text, names)
        wanted |= found
    yield from (part for part in parts if not only or part.name in wanted)


def network(name: str, reference: str, neuron: str, parameters: dict[str, Any]) -> Iterator[Part]:
    """Yield parameters, model tables, size and presets of a network, without building it."""
    from spiking_engrams.experiment.experiment import make_circuit

    circuit = make_circuit(reference, neuron, parameters)
    yield Part("parameters", lambda: parameter_table(f"Parameters of {name}", circuit.parameters.rows()))
    for each in circuit.tables():
        title = re.sub(r"^\w+\. ", "", each.title).lower().replace(" ", "-")
        yield Part(title, lambda each=each: table(each.title, each.columns, each.rows, head=("size", "synapses")))  # type: ignore[misc]
    size = circuit.estimate()
    text = (
        f"{size['neurons']:,.0f} neurons, {size['synapses']:,.0f} synapses "
        f"({size['plastic_synapses']:,.0f} plastic); a run needs about {size['memory_mb']:,.0f} MB."
    )
    yield Part("size", lambda: typer.echo(text))
    if rows := listing.of_network(name):
        yield Part("presets", lambda: listing.presets(f"\nPresets of {name} (--preset)", rows))


def parameter_table(title: str, rows: Iterable[Sequence[str]]) -> None:
    """Print parameters; the default only where the value differs from it."""
    found = []
    for name, number, unit, default, meaning, source in rows:
        value = f"{number} {unit}".strip()
        found.append((name, value, "" if value == default else default or "(empty)", meaning, source))
    table(title, PARAMETER_COLUMNS, found, into={"source": "meaning"}, head=("value",))


def protocol(reference: str) -> Iterator[Part]:
    """Yield what a protocol does and takes, its options and its phenomena."""
    from spiking_engrams.experiment.protocol import load_protocol

    found = load_protocol(reference)
    about = f"{found.title}\n\n{found.description or ''}\n\nNetwork: {found.network}"
    yield Part("about", lambda: typer.echo(about))
    if costs := listing.of_protocol(reference):
        yield Part("cost", lambda: listing.costs(costs))
    rows = [(f"protocol.{row[0]}", *row[1:]) for row in found.options.rows()]
    if rows:
        yield Part("options", lambda: parameter_table("Options (--set protocol.NAME=VALUE)", rows))
    columns = ("id", "claim", "source", "reference", "check")
    phenomena = [(p.full_id, p.claim, p.source, p.reference, p.check_text) for p in found.phenomena]
    if phenomena:
        yield Part("phenomena", lambda: table("Phenomena", columns, phenomena))


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
        table("", columns, cells, unbroken=("id", "verdict"), head=("id", "verdict"))
    typer.echo(f"{text[0].upper()}{text[1:]}.")


def timeline(experiment: Any, out: Path | None) -> None:
    """Print the schedule of a protocol, all its animals one after the other; draw it if `out` is given."""
    from spiking_engrams.report.figures import save_figure_as, style
    from spiking_engrams.report.timeline import plot_timeline, timeline_rows
    from spiking_engrams.schedule.checks import at_most
    from spiking_engrams.schedule.schedule import check_phase

    with at_most(MAX_PHASES):
        circuit, entries = experiment.circuit, experiment.timeline()
    shared = {(each.start, each.label, each.phase): each for each in entries if each.before}
    once = [each for each in entries if not each.before or shared.pop((each.start, each.label, each.phase), None)]
    for entry in entries:
        for phase in getattr(entry.phase, "phases", (entry.phase,)):
            check_phase(phase, circuit)
    step = float(circuit.step)
    rows = [
        (f"{start:.4g}", f"{stop:.4g}", label, str(count) if count > 1 else "", detail)
        for start, stop, label, count, detail in timeline_rows(once, step)
    ]
    table(experiment.protocol.title, ("from (s)", "to (s)", "phase", "times", "events"), rows, unbroken=("phase",))
    if len(once) < len(entries):
        typer.echo("Pre-training that several animals share is shown once.")
    if out is None:
        typer.echo("Draw it with --out FILE, for example --out timeline.png.")
        return
    with style():
        save_figure_as(plot_timeline(entries, step), out)
    typer.echo(f"Figure: {out}")
