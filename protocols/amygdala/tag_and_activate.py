"""Tag cells that are active during fear acquisition and activate them elsewhere: fear appears there.

After Liu et al. (2012, doi 10.1038/nature11028), with cells of the basal amygdala instead of the dentate gyrus: an
animal that shows no fear in a neutral context fears it while the tagged cells of the fear context are activated.
Controls: as many untagged cells; cells tagged in a context without shock; no light.
"""

from __future__ import annotations

from typing import Any

from networks.amygdala.parameters import Parameters
from protocols.amygdala.claims.engrams import ACTIVATE
from protocols.amygdala.measures.meanings import MEANINGS
from protocols.amygdala.measures.tagging import EngramOptions, Tagged, planned
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import activate
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

CONTEXTS = (
    "Fear after shock in context A: tested in A, and in the neutral context N without light or while cells are "
    "activated: those tagged in A, as many untagged cells, or those tagged in O, another neutral context."
)


def schedule(options: EngramOptions, parameters: Parameters) -> Life:
    """Return the labelled phases of the experiment."""
    return planned(options, parameters, [("in_N", False), ("in_O", False), ("in_A", True), ("night", None)], "no_light")


def run(session: Session[Parameters, EngramOptions]) -> None:
    """Run one seed: neutral N and O, fear in A, a night, tests in N."""
    animal, light = Tagged(session, "ANO"), session.options.light
    state, _ = animal.lives("N", animal.naive)
    state, neutral = animal.lives("O", state)
    state, afraid = animal.lives("A", state, shocked=True)
    state, _ = session.run("night", animal.phases.sleep(name="night"), state, record=())
    animal.fear("in_fear_context", "A", state, activated="none")
    for name, cells in (("tagged", afraid), ("untagged", animal.untagged(afraid)), ("neutral_engram", neutral)):
        animal.fear(name, "N", state, activate(cells, light), activated=name)
    animal.fear("no_light", "N", state, activated="none")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of fear in each condition."""
    from protocols.amygdala.drawing import fear as drawing

    words = {"none": "no light", "tagged": "cells of A", "untagged": "untagged", "neutral_engram": "cells of O"}
    names = {metric("fear", context="A", activated="none"): "in A,\nno light"}
    names |= {metric("fear", context="N", activated=name): f"in N,\n{text}" for name, text in words.items()}
    return {"fear": drawing.conditions(folder, names, "fear (CeM)", CONTEXTS)}


PROTOCOL = Protocol(
    name="tag_and_activate",
    title="Activating engram cells causes fear in a neutral context",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Cells that were active in a fear context are activated in a neutral one; controls.",
    meanings=MEANINGS,
    options=EngramOptions(),
    figures=figures,
    controls=("random-engram",),
    phenomena=ACTIVATE,
)
