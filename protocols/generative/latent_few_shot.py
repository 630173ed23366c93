"""Few labels: how well classes are decoded from pixels, sensory cells, error cells and latents.

After Spens & Burgess (2024), Fig. 4: classifiers of latents need fewer labels than those of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from networks import generative
from networks.generative import readout
from protocols.generative import measures
from protocols.generative.claims import FEW_SHOT
from protocols.generative.claims.imagery import NUMBERS
from protocols.generative.data import ImageOptions, check, load, orders
from protocols.generative.meanings import MEANINGS
from protocols.generative.night import data_of, nights, stored
from protocols.generative.starting import starting
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life

LAYERS = ("sense", "error", "latent")


@dataclass(frozen=True)
class Options(ImageOptions):
    """Options of decoding from few labels."""

    replays: int = field_of(3000, "replays from which the student learns", FITTED, low=1)
    n_draws: int = field_of(20, "draws of the labels", FITTED, low=1)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of one animal, which sees test images once it has slept."""
    phases, data = circuit.phases, load(options, circuit.phases.parameters, draw)
    found = Life(data=data)
    rested = nights(stored(found, phases, data.memories), phases, (options.replays,), data.test)
    rested.ask("layers", phases.perceive(data.test), record=LAYERS)
    return found


def measure(session: Session[generative.Parameters, Options], lived: Lived) -> None:
    """Record how well classes are decoded from each layer with a growing number of labels."""
    data = data_of(lived)
    recording, of = lived["layers"], data.known_as
    session.metric("memories", len(data.memories), images=of)
    draws = orders(session, data)
    features = {"pixels": data.test.reshape(len(data.test), -1)}
    features |= {name: readout.counted(session.parameters, recording, name) for name in LAYERS}
    for name, each in features.items():
        found = [measures.decoded(each, data.labels, draws, n, scaled=True) for n in NUMBERS if n < len(each)]
        session.series("accuracy", NUMBERS[: len(found)], found, "labels", features=name)
        for n, value in zip(NUMBERS, found, strict=False):
            session.metric("accuracy", value, features=name, labels=n, images=of)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return a figure of the accuracy from each layer over the number of labels."""
    from protocols.generative import drawing

    return {"few_shot": drawing.few_shot(folder)}


PROTOCOL = Protocol(
    name="latent_few_shot",
    title="Few labels: classes decoded from pixels, sensory cells, error cells and latents",
    network="generative",
    life=life,
    measure=measure,
    description="Classes of test images are decoded from each layer, with a growing number of labels.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=FEW_SHOT,
)
