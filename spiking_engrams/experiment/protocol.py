"""A protocol: an experiment as data and functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spiking_engrams.errors import EngramError
from spiking_engrams.experiment import checks as protocol_checks
from spiking_engrams.experiment import registry
from spiking_engrams.files.loading import load_module
from spiking_engrams.parameters.parameter_set import ParameterSet
from spiking_engrams.runs.phenomena import Phenomenon
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

if TYPE_CHECKING:
    from spiking_engrams.experiment.living import Lived
    from spiking_engrams.experiment.session import Session


@dataclass(frozen=True)
class Protocol:
    """A runnable experiment.

    Attributes
    ----------
    name, title, description
        Name in commands, one line, one paragraph.
    network
        Name of the network, or a path ending in ``.py``.
    life
        ``life(options, circuit, draw)`` -> the `Life` of one animal; `draw` is its `Draws`.
    measure
        ``measure(session, lived)`` records the metrics of a life that has been run.
    run, schedule
        Instead of `life` and `measure`, if later phases depend on earlier results: ``run(session)`` runs one seed and
        records its metrics; ``schedule(options, parameters)`` -> a `Life` with what is known in advance, labelled as
        in the run, for the timeline, manipulations and controls.
    options
        Defaults of the protocol's own options.
    phenomena
        What the metrics are compared with.
    check
        ``check(options, parameters)`` raises if the files do not fit, before anything is built.
    meanings
        What metrics mean, for reports: name -> one sentence.
    figures
        ``figures(run_folder)`` -> name -> figure or (figure, caption)
    controls
        Controls of the network that apply to phases of `run` missing from `schedule`.
    headline
        ``headline(run_folder)`` -> the main results, in a few lines.
    starting
        ``starting(network, preset, options, changes)`` -> the network parameters a run starts with, and a note about
        them; for networks that depend on what the options name, such as the size of images.
    cost
        ``cost(options, parameters)`` -> a rough estimate of seconds and megabytes for a seed, which is quoted before a
        run; None where costs that were measured (`runs.costs`) hold.

    Raises
    ------
    ParameterError
        If a field has the wrong type.

    Examples
    --------
    >>> from spiking_engrams import Life, Phase
    >>> def life(options, circuit, draw):
    ...     return Life().born().then("trial", Phase("trial", 20)).life
    >>> def measure(session, lived):
    ...     session.metric("rate", lived["trial"].rate("E").mean(), "Hz")
    >>> Protocol("trial", "One trial", "amygdala", life, measure).name
    'trial'
    """

    name: str
    title: str
    network: str
    life: Callable[[Any, Any, Draws], Life] | None = None
    measure: Callable[[Any, Lived], None] | None = None
    run: Callable[[Session[Any, Any]], None] | None = None
    schedule: Callable[[Any, Any], Life] | None = None
    description: str = ""
    options: ParameterSet = field(default_factory=ParameterSet)
    phenomena: tuple[Phenomenon, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[Any, Any], None] | None = None
    figures: Callable[[RunFolder], Mapping[str, Any]] | None = None
    controls: tuple[str, ...] = ()
    headline: Callable[[RunFolder], Sequence[str]] | None = None
    starting: Callable[[str, str, Any, Sequence[str]], tuple[Any, str]] | None = None
    cost: Callable[[Any, Any], tuple[float, float] | None] | None = None

    def __post_init__(self) -> None:
        protocol_checks.check(self)


def load_protocol(reference: str) -> Protocol:
    """Return the ``PROTOCOL`` of an installed protocol (by name), a module or a file.

    Raises
    ------
    EngramError
        If there is no such module or file, or it defines no `Protocol` of that name.

    Examples
    --------
    >>> load_protocol("renewal").network
    'amygdala'
    """
    found = getattr(load_module(registry.module_of("protocol", reference)), "PROTOCOL", None)
    if not isinstance(found, Protocol):
        raise EngramError(f"'{reference}' contains no protocol; define PROTOCOL = Protocol(...) in it.")
    return found
