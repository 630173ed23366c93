"""R2: in sleep HIP hops between the day's contexts, CTX follows, and BA_N replays only those paired with shock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.controls import RECURRENT
from networks.amygdala.measures import ACTIVE, activity, engram, shuffled_weights
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import NIGHT, SETTLE, random_context
from protocols.amygdala.claims.replay import REPLAY
from protocols.amygdala.measures.meanings import MEANINGS
from protocols.amygdala.measures.sleep_events import deposit_events
from spiking_engrams.analysis import replay
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.experiment.living import Lived
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Draws, Life
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State

N_CONTEXTS, N_STEPS = 10, 30
SHOCKED = 5  # contexts from this one on are paired with a shock


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of sleep replay."""

    pretraining: int = field_of(1000, "wake steps of online learning beforehand", "Werne 2026, code", low=0)
    us: float = field_of(0.5, "unconditioned stimulus in contexts 6 to 10", "Werne 2026, code", low=0.0, high=1.0)
    night: int = field_of(NIGHT, "steps of sleep", "Werne 2026, code", low=1)
    n_shuffles: int = field_of(1000, "shuffled engrams for the significance test of replay", low=10)


def life(options: Options, circuit: Circuit, draw: Draws) -> Life:
    """Return a day in ten contexts, a night, and the same night with shuffled HIP weights."""
    phases, generator = circuit.phases, draw.rng("contexts")
    contexts = [random_context(phases.parameters, generator) for _ in range(N_CONTEXTS)]
    us = [0.0 if k < SHOCKED else options.us for k in range(N_CONTEXTS)]
    night, found = phases.sleep(options.night, "night"), Life(contexts=contexts)

    def shuffled(state: State) -> State:
        return shuffled_weights(state, RECURRENT, circuit, draw.rng("shuffle"))

    naive = found.born(phases.online_learning(options.pretraining, draw.seed))
    evening = naive.then("day", phases.perceive(contexts, [N_STEPS] * N_CONTEXTS, us, "day"))
    evening.ask("night", night)
    evening.ask("night_shuffled", night, edit=shuffled)
    return found


def identify(recording: Recording, engrams: dict[str, np.ndarray], parameters: Parameters) -> dict[str, np.ndarray]:
    """Return the engram in which each module is at every step of the night, -1 for none."""
    rate, step = float(parameters.time.rate), float(parameters.time.step)
    return {m: replay.identify(activity(recording, m, rate, step), e) for m, e in engrams.items()}


def measure(session: Session[Parameters, Options], lived: Lived) -> None:
    """Record what each module replays at night, against chance and against shuffled weights."""
    p, seen, slept, control = session.parameters, lived["day"], lived["night"], lived["night_shuffled"]
    engrams = {m: stored_engrams(seen, m, p) for m in ("HIP", "BA_N")} | {
        "CTX": np.repeat(np.asarray(lived.life.facts["contexts"]) > 0, p.cells_per_unit, axis=1)
    }
    labels = identify(slept, engrams, p)
    for module, found in labels.items():
        session.series("night", np.arange(len(found)), found, "step", "engram", population=module)
    record(session, labels)
    covered = (identify(control, engrams, p)["HIP"] >= 0).mean()
    session.metric("coverage", covered, population="HIP", group="shuffled")
    rates, others = (activity(each, "HIP", float(p.time.rate), float(p.time.step)) for each in (slept, control))
    n_active, n_others = ((each > ACTIVE).sum(axis=1).mean() for each in (rates, others))
    session.metric("active_cells", n_active, "cells", population="HIP")
    session.metric("active_cells", n_others, "cells", population="HIP", group="shuffled")
    members = engrams["HIP"].any(axis=0)  # shuffle only among cells that belong to an engram
    shuffles = (session.rng("significance"), session.options.n_shuffles)
    session.metric("replay_p", replay.significance(rates[:, members], engrams["HIP"][:, members], *shuffles)[2])
    deposit_events(session, slept, engrams, SHOCKED)


def stored_engrams(recording: Recording, module: str, p: Any) -> np.ndarray:
    """Return the cells active in the last ten steps of each context of the day, shape ``(10, n)``."""
    length = N_STEPS + SETTLE
    ends = [length * (k + 1) for k in range(N_CONTEXTS)]
    return np.array([engram(recording, module, end - 10, end, p).mask for end in ends])


def record(session: Session[Parameters, Options], labels: dict[str, np.ndarray]) -> None:
    """Record the metrics of a night."""
    hip, cortex, basal = labels["HIP"], labels["CTX"], labels["BA_N"]
    in_shocked, in_neutral = hip >= SHOCKED, (hip >= 0) & (hip < SHOCKED)
    session.metric("visited", len(replay.visited(hip)))
    session.metric("coverage", (hip >= 0).mean(), population="HIP")
    session.metric("visits", len(replay.runs(hip)))
    session.metric("dwell", replay.dwell(hip), "step")
    session.metric("match", share(cortex == hip, hip >= 0), population="CTX")
    session.metric("match", share(basal == hip, in_shocked), population="BA_N", context="shocked")
    session.metric("match", share(basal == hip, in_neutral), population="BA_N", context="neutral")
    for name, among in (("neutral", in_neutral), ("shocked", in_shocked)):
        elsewhere = share((basal >= SHOCKED) & (basal != hip), among)
        session.metric("other_engram", elsewhere, population="BA_N", context=name)
    neutral = ((basal >= 0) & (basal < SHOCKED)).mean()
    session.metric("coverage", neutral, population="BA_N", context="neutral")


def share(hits: np.ndarray, among: np.ndarray) -> float:
    """Return the fraction of `among` that are hits, NaN if `among` is empty."""
    return float(hits[among].mean()) if among.any() else float("nan")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the first seed's replay and of the scores of all seeds."""
    from protocols.amygdala.drawing import aging as sleep_drawing
    from protocols.amygdala.drawing import fear as drawing

    modules = ("HIP", "CTX", "BA_N")
    return {
        "night": drawing.night(folder, modules, N_CONTEXTS, SHOCKED),
        "events": sleep_drawing.replay_events(folder, N_CONTEXTS),
        "scores": drawing.replay_scores(folder),
    }


PROTOCOL = Protocol(
    name="sleep_replay",
    title="Sleep replay of the day's contexts (R2)",
    network="amygdala",
    life=life,
    measure=measure,
    description="Ten new contexts, the last five paired with shock, then a night without input.",
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=REPLAY,
)
