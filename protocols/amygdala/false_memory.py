"""Create a false memory: activate cells tagged in one context during shock in another; fear of the first appears.

After Ramirez et al. (2013, doi 10.1126/science.1239073), with cells of HIP instead of the dentate gyrus: A is explored
without shock, and its cells are tagged; they are activated while B is paired with shock. Fear of A appears, although
nothing happened there, but no fear of C, which was explored as well. Controls: as many untagged cells activated; shock
in B without light. HIP -> BA_N links A to the shock: cells of A learn to drive the BA_N cells of B. With
`protocol.population=BA_N` instead, both sets of BA_N cells share the drive that stops learning, and neither causes fear
alone.
"""

from __future__ import annotations

from typing import Any

from networks.amygdala.parameters import Parameters
from protocols.amygdala.claims.engrams import FALSE_MEMORY
from protocols.amygdala.measures.meanings import MEANINGS
from protocols.amygdala.measures.tagging import EngramOptions, Tagged, planned
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import activate
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

CONTEXTS = (
    "Fear of A (explored, its cells tagged), B (shock) and C (explored) in three animals: during the shock in B the "
    "cells tagged in A, as many untagged cells, or no cells (no light) were activated."
)


def schedule(options: EngramOptions, parameters: Parameters) -> Life:
    """Return the labelled phases of one condition."""
    return planned(
        options,
        parameters,
        [("in_C", False), ("in_A", False), ("shock_tagged", True), ("night_tagged", None)],
        "tagged_A",
    )


def run(session: Session[Parameters, EngramOptions]) -> None:
    """Run one seed: explore C and A, then branch into three animals, each with B, a night and tests in A, B and C."""
    animal, light = Tagged(session, "ABC"), session.options.light
    state, _ = animal.lives("C", animal.naive)
    state, tagged = animal.lives("A", state)
    lit = {"tagged": [activate(tagged, light)], "untagged": [activate(animal.untagged(tagged), light)], "no_light": []}
    for name, manipulations in lit.items():
        activated = name if manipulations else "none"
        after, _ = animal.lives("B", state, True, f"shock_{name}", *manipulations, activated=activated)
        after, _ = session.run(f"night_{name}", animal.phases.sleep(name="night"), after, record=())
        for letter in "ABC":
            animal.fear(f"{name}_{letter}", letter, after, activated=activated)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of fear of each context in each condition."""
    from protocols.amygdala.drawing import fear as drawing

    words = {"tagged": "cells of A", "untagged": "untagged", "none": "no light"}
    names = {
        metric("fear", context=letter, activated=name): f"of {letter},\n{text}"
        for name, text in words.items()
        for letter in "ABC"
    }
    return {"fear": drawing.conditions(folder, names, "fear (CeM)", CONTEXTS)}


PROTOCOL = Protocol(
    name="false_memory",
    title="A false memory created by activating engram cells",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Cells tagged in A are activated during shock in B; fear of A, B and C; controls.",
    meanings=MEANINGS,
    options=EngramOptions(population="HIP"),
    figures=figures,
    controls=("random-engram",),
    phenomena=FALSE_MEMORY,
)
