"""Capacity of recall: quality of recall against the number of remembered episodes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from networks import recollection
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.naming.model import check
from protocols.recollection.claims.memory import CAPACITY
from protocols.recollection.procedure.conditions import remembering
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.options import RecallOptions
from protocols.recollection.procedure.quality import record
from protocols.recollection.words import CAPACITY as CAPACITY_IN_WORDS
from spiking_engrams.errors import ParameterError, StimulusError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

EXPLAINED = "Some of the recalled episodes, evenly spaced from the oldest on, with their classes."


@dataclass(frozen=True)
class Options(RecallOptions):
    """Options of the capacity of recall."""

    stored: tuple[float, ...] = field_of(
        (10, 20, 50, 100, 200, 500), "numbers of remembered episodes, increasing", FITTED, high=1e6
    )
    n_probed: int = field_of(50, "episodes recalled for each number, from the oldest to the newest", FITTED, low=2)

    def __post_init__(self) -> None:
        """Check that numbers increase."""
        super().__post_init__()
        found = np.array(self.stored)
        if len(found) == 0 or found[0] < 2 or np.any(np.diff(found) <= 0) or np.any(found % 1):
            raise ParameterError(f"Options.stored = {self.stored}: pass increasing whole numbers, at least 2.")

    @property
    def counts(self) -> list[int]:
        """Numbers of remembered episodes."""
        return [int(n) for n in self.stored]


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life for the smallest number of episodes."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    n = options.counts[0]
    seen = start.then(f"episodes_{n}_0", phases.memorise(blank))
    seen.ask(f"recall_{n}", phases.recall_episode([0, 1], n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    options = session.options
    small = rememberer(session, options.counts[-1])
    if not (counts := [n for n in options.counts if n <= small.n]):
        raise StimulusError(f"There are {small.n} test images; store fewer with --set protocol.stored, or pass more.")
    model = small.with_changes({"pointers.n": counts[-1]})
    state = model.learned
    for before, n in pairwise([0, *counts]):
        state, _ = model.memorised(f"episodes_{n}", which=np.arange(before, n), start=(state, before))
        probed = chosen(n, options.n_probed)
        pictures = model.from_pointers(f"recall_{n}", state, probed)
        record(model, f"stored_{n}", pictures, probed, np.arange(n), {"stored": n})
        if paths := remembering(model, ".path"):
            share = np.mean([np.mean(state[path] > 0) for path in paths])
            model.metric("on_path", float(share), stored=n)


def chosen(n: int, n_probed: int) -> np.ndarray:
    """Return which of `n` episodes are recalled: at most `n_probed`, from the oldest to the newest."""
    return np.unique(np.linspace(0, n - 1, min(n, n_probed)).round().astype(int))


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the quality of recall against the number of episodes, and of recalled images."""
    from protocols.recollection.drawing import curves as recall_curves
    from protocols.recollection.drawing.pictures import pictures

    names, n_probed = folder.notes("episodes"), int(folder.options["n_probed"])
    counts = [int(n) for n in folder.measured.named("correlation").values_of("stored") if int(n) <= len(names)]
    titles = {f"stored_{n}": [names[k] for k in chosen(n, n_probed)] for n in counts}
    recalled = pictures(folder, CAPACITY_IN_WORDS, EXPLAINED, titles=titles)
    return {"capacity": recall_curves.capacity(folder), "recalled": recalled}


PROTOCOL = Protocol(
    name="recall_capacity",
    title="Capacity of recall",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Recall from pointers with increasing numbers of stored episodes.",
    check=check,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=CAPACITY,
)
