"""Amnesia: what is lost without the teacher before and after replay, and without latents.

After Spens & Burgess (2024), Fig. 7 (predictions in words). Memories are recalled from masked cues: by the teacher, in
what sensory cells show; and by the student, in what its error cells predict. With index cells silenced only the student
is left. With latent cells silenced it predicts the same for everything. Only masked pixels are compared, since the
student sees the others; new images, of which nothing was stored, show how much of it is completion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import generative
from networks.generative import readout
from protocols.generative import measures
from protocols.generative.claims import AMNESIA
from protocols.generative.data import CuedOptions, check, cued, labelled, load, orders
from protocols.generative.meanings import MEANINGS
from protocols.generative.night import checked, data_of, stored
from protocols.generative.starting import starting
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.interventions.manipulation import manipulated, silence
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life, Moment
from spiking_engrams.schedule.schedule import Phase

SHOWN = 10  # images in the figure


@dataclass(frozen=True)
class Options(CuedOptions):
    """Options of amnesia."""

    replays: tuple[float, ...] = field_of(
        (100, 300, 1000, 3000), "numbers of replays after which the teacher is silenced", FITTED, high=1e6
    )

    def __post_init__(self) -> None:
        """Check the numbers of replays."""
        super().__post_init__()
        checked(self.replays)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return the life of one animal; every silencing is a branch of its own."""
    phases, data = circuit.phases, load(options, circuit.phases.parameters, draw)
    which, cues = cued(options, data.memories, draw)
    new, new_cues = cued(options, data.test, draw)
    found, checkpoints = Life(data=data, which=which, cues=cues, new=new, new_cues=new_cues), checked(options.replays)
    recall, see, test = phases.recall(cues), phases.perceive(cues), phases.perceive(data.test)

    def ask(moment: Moment, label: str, phase: Phase, *silenced: str, record: tuple[str, ...] = ()) -> None:
        moment.ask(label, manipulated(circuit, phase, *map(silence, silenced)), record=record)

    awake = stored(found, phases, data.memories)
    ask(awake, "teacher_0", recall, record=("index", "sense"))
    ask(awake, "teacher_0_index_silenced", recall, "index", record=("index", "sense"))
    ask(awake, "student_0_index_silenced", see, "index")
    now, before = awake, 0
    for n in checkpoints:
        now, before = now.then(f"night_{n}", phases.replay(n - before), record=(), keep=False), n
        ask(now, f"student_{n}_index_silenced", see, "index")
    for silenced in ((), ("index",)):
        ask(now, "_".join(("test", *silenced)), test, *silenced, record=("latent",))
    ask(now, "teacher_latent_silenced", recall, "latent", record=("index", "sense"))
    ask(now, "student_latent_silenced", see, "latent")
    ask(now, "student_new_index_silenced", phases.perceive(new_cues), "index")
    return found


def measure(session: Session[generative.Parameters, Options], lived: Lived) -> None:
    """Record which memories are identified by whom, and what latents tell about classes."""
    p, data, facts = session.parameters, data_of(lived), lived.life.facts
    of, which, checkpoints = data.known_as, facts["which"], (0, *checked(session.options.replays))
    session.metric("memories", len(data.memories), images=of)

    def identified(label: str, which: np.ndarray, cues: np.ndarray, among: np.ndarray) -> float:
        by_student, recording = label.startswith("student"), lived[label]
        images = readout.pictures(p, recording) if by_student else readout.shown(p, recording, p.times.recall)
        return measures.identified(images, among, which, cues < 0)

    stored_ones = which, facts["cues"], data.memories
    for silenced, label in (("none", "teacher_0"), ("index", "teacher_0_index_silenced"),
                            ("latent", "teacher_latent_silenced")):  # fmt: skip
        session.metric("identified", identified(label, *stored_ones), by="teacher", silenced=silenced, images=of)
    found = [identified(f"student_{n}_index_silenced", *stored_ones) for n in checkpoints]
    session.series("identified", checkpoints, found, "replays")
    for when, value in (("before", found[0]), ("after", found[-1])):
        session.metric("identified", value, by="student", silenced="index", replay=when, images=of)
    silent = identified("student_latent_silenced", *stored_ones)
    session.metric("identified", silent, by="student", silenced="latent", replay="after", images=of)
    new = identified("student_new_index_silenced", facts["new"], facts["new_cues"], data.test)
    session.metric("identified_new", new, images=of)
    draws = orders(session, data)
    for silenced, label in (("none", "test"), ("index", "test_index")):
        spikes = readout.latents(p, lived[label])
        value = measures.decoded(spikes, data.labels, draws, labelled(session.options, data), scaled=True)
        session.metric("accuracy", value, features="latents", silenced=silenced, images=of)
    last = f"student_{checkpoints[-1]}_index_silenced"
    recalled = readout.shown(p, lived["teacher_0"], p.times.recall)
    rows = (data.memories[which], recalled, readout.pictures(p, lived[last]),
            readout.pictures(p, lived["student_latent_silenced"]))  # fmt: skip
    n = min(SHOWN, len(which))
    session.array("amnesia_images", np.stack([each[:n] for each in rows]), ("row", "item", "y", "x"))


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of recall without the teacher over replay, and of what is recalled by whom."""
    from protocols.generative import drawing

    return {"retention": drawing.retention(folder), "images": drawing.amnesia(folder)}


PROTOCOL = Protocol(
    name="amnesia",
    title="Amnesia: recall without the teacher, before and after replay, and without latents",
    network="generative",
    life=life,
    measure=measure,
    description="Index or latent cells are silenced, and memories recalled from masked cues.",
    meanings=MEANINGS,
    options=Options(),
    starting=starting,
    check=check,
    figures=figures,
    phenomena=AMNESIA,
)
