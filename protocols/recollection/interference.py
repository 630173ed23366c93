"""Interference in recall: similar images, the order in which they were seen, and the delay since then.

Equal numbers of images of one class and of all classes are remembered and have to be distinguished. Images are seen in
two orders, one the reverse of the other, so that early and late episodes are the same images. With path traces that are
not consolidated, episodes are recalled in the order in which they were seen, after increasing delays: with the usual
gains of the backward pathway, and with gains raised until recall has half as many spikes as before the delays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import recollection
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.memory import INTERFERENCE
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.matching import FADED, near
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes, check_once
from protocols.recollection.procedure.quality import record
from protocols.recollection.words import INTERFERENCE as INTERFERENCE_IN_WORDS
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.values.plain import in_short

EXPLAINED = (
    "Delays are in time constants of the path traces, which are not consolidated here and decay; gains raised: until "
    "half as many spikes come back as before the delay."
)


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of interference in recall."""

    n_alike: int = field_of(20, "number of images of one class, and of all classes, to remember", FITTED, low=2)
    delays: tuple[float, ...] = field_of(
        (0, 0.1, 0.2, 0.5, 1), "delays of recall, in time constants of the traces", FITTED, low=0.0, high=1e6
    )

    def __post_init__(self) -> None:
        """Check that there are delays, none of them twice."""
        super().__post_init__()
        check_once("delays", self.delays)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life with the last delay."""
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
    model, options = rememberer(session), session.options
    alike(model, options.n_alike)
    order(model)
    fading, _ = model.memorised("fading", keep=False)
    usual = near(model, "before", fading)
    lasts = float(session.parameters.traces.duration / session.circuit.step)  # steps
    for delay in options.delays:
        later = fading
        if (n_steps := round(delay * lasts)) > 0:
            later, _ = session.run(f"delay_{in_short(delay)}", model.phases.retain(n_steps), fading, record=())
        pictures = model.from_pointers(f"recall_delay_{in_short(delay)}", later)
        record(model, f"delay_{in_short(delay)}", pictures, at={"delay": delay})
        near(
            model,
            f"raised_{in_short(delay)}",
            later,
            usual / 2,
            largest=FADED,
            at={"delay": delay, "gains": "raised"},
        )
        after = (model.n + n_steps) * float(session.circuit.step)  # the same for all episodes, recalled in order
        model.metric("seconds", after, delay=delay)


def alike(model: RecallModel, n: int) -> None:
    """Remember and recall images of the most frequent class, and as many images of all classes."""
    labels, generator = model.labels_of, model.session.rng("alike")
    if np.bincount(labels).max() < 2:
        raise ParameterError(f"No class has two of the {model.n} images; use more (--set protocol.n_episodes).")
    same = np.flatnonzero(labels == np.bincount(labels).argmax())[:n]
    mixed = np.sort(generator.permutation(model.n)[: len(same)])
    for name, which in (("alike", same), ("mixed", mixed)):
        state, _ = model.memorised(name, which=which)
        record(model, name, model.from_pointers(f"recall_{name}", state, np.arange(len(which))), which)
    model.metric("n_alike", len(same))


def order(model: RecallModel) -> None:
    """Recall the first and last third of the episodes, seen in one order and in the reverse order."""
    every = np.arange(model.n)
    third = max(1, model.n // 3)
    ends = np.concatenate([every[:third], every[-third:]])
    pictures = []
    for name, which in (("forward", every), ("reverse", every[::-1])):
        state, _ = model.memorised(name, which=which)
        pictures.append(model.from_pointers(f"recall_{name}", state, np.argsort(which)[ends]))
    forward, reverse = pictures
    record(model, "early", np.concatenate([forward[:third], reverse[third:]]), ends, every)
    record(model, "late", np.concatenate([reverse[:third], forward[third:]]), ends, every)


def check(options: Options, parameters: recollection.Parameters) -> None:
    """Raise an error if images or delays cannot be used."""
    check_episodes(options, parameters)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the quality of recall in every condition."""
    from protocols.recollection.drawing.curves import conditions

    return {"interference": conditions(folder, INTERFERENCE_IN_WORDS, EXPLAINED)}


PROTOCOL = Protocol(
    name="recall_interference",
    title="Interference in recall",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Recall of similar images, of images seen early or late, and after delays.",
    check=check,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=INTERFERENCE,
)
