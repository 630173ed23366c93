"""Tag cells that are active during fear acquisition and silence them: fear disappears.

After Han et al. (2009, doi 10.1126/science.1164139) and Denny et al. (2014, doi 10.1016/j.neuron.2014.05.018): fear is
absent in the context in which it was acquired while the cells tagged there are silenced. Controls: as many untagged
cells; half of the tagged cells; no manipulation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from networks.amygdala.parameters import Parameters
from protocols.amygdala.claims.engrams import SILENCE
from protocols.amygdala.measures.meanings import MEANINGS
from protocols.amygdala.measures.tagging import EngramOptions, Tagged, planned
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import silence
from spiking_engrams.runs.metrics import metric
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life

CELLS = (
    "Fear of the shocked context A while no cells, those tagged there, half of these, or untagged cells are silenced."
)


def schedule(options: EngramOptions, parameters: Parameters) -> Life:
    """Return the labelled phases of the experiment."""
    return planned(options, parameters, [("in_A", True), ("night", None)], "no_manipulation")


def run(session: Session[Parameters, EngramOptions]) -> None:
    """Run one seed: fear in A, a night, tests in A."""
    animal = Tagged(session, "A")
    state, afraid = animal.lives("A", animal.naive, shocked=True)
    state, _ = session.run("night", animal.phases.sleep(name="night"), state, record=())
    animal.fear("no_manipulation", "A", state, silenced="none")
    half = session.rng("half").permutation(afraid.cells)[: len(afraid.cells) // 2]
    cells = {"tagged": afraid, "half": replace(afraid, cells=tuple(half)), "untagged": animal.untagged(afraid)}
    for name, which in cells.items():
        animal.fear(name, "A", state, silence(which), silenced=name)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of fear in each condition."""
    from protocols.amygdala.drawing import fear as drawing

    words = {
        "none": "no cells\nsilenced", "tagged": "tagged cells\nsilenced",
        "half": "half of these\nsilenced", "untagged": "untagged cells\nsilenced",
    }  # fmt: skip
    names = {metric("fear", context="A", silenced=name): text for name, text in words.items()}
    return {"fear": drawing.conditions(folder, names, "fear (CeM)", CELLS)}


PROTOCOL = Protocol(
    name="tag_and_silence",
    title="Silencing engram cells abolishes fear",
    network="amygdala",
    run=run,
    schedule=schedule,
    description="Cells that were active in a fear context are silenced there; controls.",
    meanings=MEANINGS,
    options=EngramOptions(),
    figures=figures,
    controls=("random-engram",),
    phenomena=SILENCE,
)
