"""R2: in sleep HIP hops between the day's contexts, CTX follows, BA_N replays only those paired with shock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.amygdala.controls import RECURRENT
from networks.amygdala.measures import ACTIVE, activity, engram, shuffled_weights
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import NIGHT, SETTLE, Phases, random_context
from protocols.amygdala.claims.replay import REPLAY
from protocols.amygdala.measures.sleep_events import deposit_events
from spiking_engrams.analysis import replay
from spiking_engrams.experiment.experiment import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.state.recording import Recording

N_CONTEXTS, N_STEPS = 10, 30
SHOCKED = 5  # contexts from this one on are paired with a shock


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of sleep replay."""

    pretraining: int = field_of(1000, "wake steps of online learning before", "Werne 2026, code", low=0)
    us: float = field_of(0.5, "unconditioned stimulus in contexts 6 to 10", "Werne 2026, code", low=0.0, high=1.0)
    night: int = field_of(NIGHT, "steps of sleep", "Werne 2026, code", low=1)
    n_shuffles: int = field_of(1000, "shuffled engrams for the significance of replay", low=10)


def day(options: Options, phases: Phases, contexts: list[np.ndarray]) -> Any:
    """Return the wake phase in ten contexts."""
    us = [0.0 if k < SHOCKED else options.us for k in range(N_CONTEXTS)]
    return phases.perceive(contexts, [N_STEPS] * N_CONTEXTS, us, "day")


def schedule(options: Options, parameters: Parameters) -> list[tuple[str, Any]]:
    """Return the labelled phases."""
    phases, generator = Phases(parameters), np.random.default_rng(0)
    contexts = [random_context(parameters, generator) for _ in range(N_CONTEXTS)]
    before = [(p.name, p) for p in phases.online_learning(options.pretraining, 0)]
    return [*before, ("day", day(options, phases, contexts)), ("night", phases.sleep(options.night, "night"))]


def identify(recording: Recording, engrams: dict[str, np.ndarray], parameters: Parameters) -> dict[str, np.ndarray]:
    """Return the engram that each module is in at every step of the night, -1 for none."""
    rate, step = float(parameters.time.rate), float(parameters.time.step)
    return {m: replay.identify(activity(recording, m, rate, step), e) for m, e in engrams.items()}


def run(session: Session[Parameters, Options]) -> None:
    """Run one seed: a day, a night, and the same night with shuffled HIP weights."""
    p, phases, options = session.parameters, session.circuit.phases, session.options
    state = session.pretrained(phases.online_learning(options.pretraining, session.seed))
    generator = session.rng("contexts")
    contexts = [random_context(p, generator) for _ in range(N_CONTEXTS)]
    state, seen = session.run("day", day(options, phases, contexts), state)
    engrams = {m: stored_engrams(seen, m, p) for m in ("HIP", "BA_N")} | {
        "CTX": np.repeat(np.asarray(contexts) > 0, p.cells_per_unit, axis=1)
    }
    night = phases.sleep(options.night, "night")
    _, slept = session.run("night", night, state, keep=False)
    labels = identify(slept, engrams, p)
    for module, found in labels.items():
        session.series(f"night_{module}", np.arange(len(found)), found, "step", "engram")
    deposit(session, labels)
    shuffled = shuffled_weights(state, RECURRENT, session.circuit, session.rng("shuffle"))
    _, control = session.run("night_shuffled", night, shuffled, keep=False)
    session.metric("shuffled_coverage", (identify(control, engrams, p)["HIP"] >= 0).mean())
    rates, others = (activity(each, "HIP", float(p.time.rate), float(p.time.step)) for each in (slept, control))
    session.metric("hip_active", (rates > ACTIVE).sum(axis=1).mean(), "cells")
    session.metric("hip_active_shuffled", (others > ACTIVE).sum(axis=1).mean(), "cells")
    members = engrams["HIP"].any(axis=0)  # shuffled only among cells that belong to some engram
    shuffles = (session.rng("significance"), options.n_shuffles)
    session.metric("replay_p", replay.significance(rates[:, members], engrams["HIP"][:, members], *shuffles)[2])
    deposit_events(session, slept, engrams, SHOCKED)


def stored_engrams(recording: Recording, module: str, p: Any) -> np.ndarray:
    """Return the cells active in the last ten steps of each context of the day, shape ``(10, n)``."""
    length = N_STEPS + SETTLE
    ends = [length * (k + 1) for k in range(N_CONTEXTS)]
    return np.array([engram(recording, module, end - 10, end, p).mask for end in ends])


def deposit(session: Session[Parameters, Options], labels: dict[str, np.ndarray]) -> None:
    """Deposit the metrics of a night."""
    hip, cortex, basal = labels["HIP"], labels["CTX"], labels["BA_N"]
    in_shocked, in_neutral = hip >= SHOCKED, (hip >= 0) & (hip < SHOCKED)
    session.metric("visited", len(replay.visited(hip)))
    session.metric("coverage", (hip >= 0).mean())
    session.metric("visits", len(replay.runs(hip)))
    session.metric("dwell", replay.dwell(hip), "step")
    session.metric("ctx_match", share(cortex == hip, hip >= 0))
    session.metric("ba_n_match_shocked", share(basal == hip, in_shocked))
    session.metric("ba_n_match_neutral", share(basal == hip, in_neutral))
    for name, among in (("neutral", in_neutral), ("shocked", in_shocked)):
        session.metric(f"ba_n_other_{name}", share((basal >= SHOCKED) & (basal != hip), among))
    session.metric("ba_n_neutral", ((basal >= 0) & (basal < SHOCKED)).mean())


def share(hits: np.ndarray, among: np.ndarray) -> float:
    """Return the fraction of `among` that are hits, NaN if there are none."""
    return float(hits[among].mean()) if among.any() else float("nan")


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return the replay of the first seed and the scores of all."""
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
    run=run,
    schedule=schedule,
    description="Ten new contexts, the last five with shock, then a night without input.",
    options=Options(),
    figures=figures,
    phenomena=REPLAY,
)
