"""Interference in recall: images that are alike, the order in which they were seen, and the time since then.

As many images of one class as of all classes are remembered, and told from each other. Images are seen in two orders,
which are each other's reverse, so that early and late episodes are the same images. Where traces of the path were not
consolidated, episodes are recalled, in the order in which they were seen, after longer and longer delays: with the
usual gains of the way back, and with gains raised until half as much comes back as before the delays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import recollection
from protocols.images.presets import starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.memory import INTERFERENCE
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.matching import FADED, near
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes, check_once
from protocols.recollection.procedure.quality import deposit
from protocols.recollection.procedure.subject import Rememberer
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.values.plain import in_short


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of the interference of recall."""

    n_alike: int = field_of(20, "images of one class, and of all classes, that are remembered", FITTED, low=2)
    delays: tuple[float, ...] = field_of(
        (0, 0.1, 0.2, 0.5, 1), "time constants of the traces after which recall is asked for", FITTED, low=0.0, high=1e6
    )

    def __post_init__(self) -> None:
        """Check that there are delays, each once."""
        super().__post_init__()
        check_once("delays", self.delays)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return what happens for the last delay."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    delay = options.delays[-1]
    later = start.then("fading_0", phases.memorise(blank, keep=False))
    if delay > 0:
        later = later.then(f"delay_{in_short(delay)}", phases.retain(10))
    later.ask(f"recall_delay_{in_short(delay)}", phases.recall_episode([0, 1], n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    subject, options = rememberer(session), session.options
    alike(subject, options.n_alike)
    order(subject)
    fading, _ = subject.memorised("fading", keep=False)
    usual = near(subject, "before", fading)
    lasts = float(session.parameters.traces.duration / session.circuit.step)  # steps
    for delay in options.delays:
        later = fading
        if (n_steps := round(delay * lasts)) > 0:
            later, _ = session.run(f"delay_{in_short(delay)}", subject.phases.retain(n_steps), fading, record=())
        pictures = subject.from_pointers(f"recall_delay_{in_short(delay)}", later)
        deposit(subject, f"delay_{in_short(delay)}", pictures, at={"delay": delay})
        near(
            subject,
            f"raised_{in_short(delay)}",
            later,
            usual / 2,
            largest=FADED,
            at={"delay": delay, "gains": "raised"},
        )
        after = (subject.n + n_steps) * float(session.circuit.step)  # the k-th recall comes as late as the k-th episode
        subject.metric("seconds", after, delay=delay)


def alike(subject: Rememberer, n: int) -> None:
    """Remember and recall images of the most frequent class, and as many of all classes."""
    labels, generator = subject.labels_of, subject.session.rng("alike")
    if np.bincount(labels).max() < 2:
        raise ParameterError(f"No class has two of the {subject.n} images; give more (--set protocol.n_episodes).")
    same = np.flatnonzero(labels == np.bincount(labels).argmax())[:n]
    mixed = np.sort(generator.permutation(subject.n)[: len(same)])
    for name, which in (("alike", same), ("mixed", mixed)):
        state, _ = subject.memorised(name, which=which)
        deposit(subject, name, subject.from_pointers(f"recall_{name}", state, np.arange(len(which))), which)
    subject.metric("n_alike", len(same))


def order(subject: Rememberer) -> None:
    """Recall the first and the last third of the episodes of two orders, of which one is the reverse of the other."""
    every = np.arange(subject.n)
    third = max(1, subject.n // 3)
    ends = np.concatenate([every[:third], every[-third:]])
    pictures = []
    for name, which in (("forward", every), ("reverse", every[::-1])):
        state, _ = subject.memorised(name, which=which)
        pictures.append(subject.from_pointers(f"recall_{name}", state, np.argsort(which)[ends]))
    forward, reverse = pictures
    deposit(subject, "early", np.concatenate([forward[:third], reverse[third:]]), ends, every)
    deposit(subject, "late", np.concatenate([reverse[:third], forward[third:]]), ends, every)


def check(options: Options, parameters: recollection.Parameters) -> None:
    """Raise if images or delays cannot be used."""
    check_episodes(options, parameters)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return the quality of recall under every condition."""
    from protocols.recollection.drawing import curves as recall_curves

    return {"interference": recall_curves.ablations(folder)}


PROTOCOL = Protocol(
    name="recall_interference",
    title="Interference in recall",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Recall of images that are alike, seen early or late, and after delays.",
    check=check,
    starting=starting,
    options=Options(),
    figures=figures,
    phenomena=INTERFERENCE,
)
