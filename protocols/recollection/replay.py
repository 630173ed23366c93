"""Retention by sleep: pointers replay episodes whose traces decay, and so preserve them.

Images are seen once, and the path traces are not consolidated. In sleep noise cues one pointer after another, recall
runs down the open backward pathway, and the traces along which it runs are consolidated. Long after that each episode
is recalled from its pointer. Controls of equal length: awake, without replay; asleep with the backward pathway closed;
asleep with the couplings of the pointers shuffled, so that the replay matches nothing that was seen; and replay that
lays no traces. For comparison: traces that were consolidated when the images were seen, and the night awake with the
gains of the backward pathway raised until recall has half as many spikes as with consolidated traces, since all traces
decay by the same factor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from networks import recollection
from networks.naming.readout import changed
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.memory import REPLAY
from protocols.recollection.procedure.conditions import couplings, shuffled
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.matching import FADED, near
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes
from protocols.recollection.procedure.quality import record, shown
from protocols.recollection.words import NIGHTS
from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State

EXPLAINED = (
    "Recall long after a night of each kind, unless said otherwise. Path traces decay unless they were consolidated "
    "when the images were seen, or by replay in sleep; gains raised: until half as many spikes come back."
)


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of retention by sleep."""

    n_replays: int = field_of(4, "mean number of replays per episode in sleep", FITTED, low=1)
    later: float = field_of(3.0, "delay of recall, in time constants of the traces", FITTED, low=0.0)


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life of the condition with replay."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    seen = start.then("fading_0", phases.memorise(blank, keep=False))
    later = seen.then("night_replayed", phases.sleep(2 * options.n_replays))
    if options.later:
        later = later.then("later_replayed", phases.retain(10))
    later.ask("recall_replayed", phases.recall_episode([0, 1], n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    model = rememberer(session)
    fresh, _ = model.memorised("fading", keep=False)
    kept, _ = model.memorised("kept")
    shown(model, "perceived", model.sight.contrast)
    record(model, "at_once", model.from_pointers("recall_at_once", fresh))
    usual = near(model, "consolidated", kept)
    late = {name: later(model, name, state) for name, state in nights(model, fresh).items()}
    late["kept"] = later(model, "kept", rested(model, "kept", kept))
    found = {n: record(model, n, model.from_pointers(f"recall_{n}", state)) for n, state in late.items()}
    near(model, "raised", late["awake"], usual / 2, largest=FADED)
    for control in ("awake", "closed", "shuffled", "unlearning"):
        p = paired_test(found["replayed"], found[control], alternative="greater")
        model.metric("advantage", (found["replayed"] - found[control]).mean(), over=control)
        model.metric("advantage_p", p, over=control)


def nights(model: RecallModel, state: State) -> dict[str, Any]:
    """Return the state after each kind of night, all of the same length."""
    session, n_steps = model.session, duration(model)
    sleep = model.phases.sleep(n_steps)
    unlearning = replace(sleep, signals={**sleep.signals, "encodes": 0.0})
    dreams = {
        "replayed": (sleep, state),
        "closed": (model.phases.sleep(n_steps, gate=0.0), state),
        "shuffled": (sleep, shuffled(model, state, couplings(model))),
        "unlearning": (unlearning, state),
    }
    found = {"awake": rested(model, "awake", state)}
    for name, (phase, start) in dreams.items():
        after, recording = session.run(f"night_{name}", phase, start, record=("pointers", "input"))
        found[name] = changed(after, {each: state[each] for each in couplings(model)})
        fired = recording.counts("pointers", float(session.circuit.step)) > 0
        model.metric("reached", fired[:, : model.n].any(axis=0).mean(), recall=name)
        model.metric("replay_spikes", len(recording.spikes["input"][0]) / n_steps, recall=name)
    return found


def duration(model: RecallModel) -> int:
    """Return the number of steps of a night; nothing is replayed in the first one."""
    return 1 + int(model.session.options.n_replays) * model.n


def rested(model: RecallModel, name: str, state: State) -> Any:
    """Return the state after the same time awake with eyes closed."""
    after, _ = model.session.run(f"night_{name}", model.phases.retain(duration(model)), state, record=())
    return after


def later(model: RecallModel, name: str, state: State) -> Any:
    """Return the state long after a night."""
    lasts = float(model.parameters.traces.duration / model.session.circuit.step)  # steps
    if (n_steps := round(model.session.options.later * lasts)) > 0:
        state, _ = model.session.run(f"later_{name}", model.phases.retain(n_steps), state, record=())
    return state


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the quality of recall after each kind of night, and of recalled images."""
    from protocols.recollection.drawing.curves import conditions
    from protocols.recollection.drawing.pictures import pictures

    return {"nights": conditions(folder, NIGHTS, EXPLAINED), "recalled": pictures(folder, NIGHTS, EXPLAINED)}


PROTOCOL = Protocol(
    name="recall_replay",
    title="Retention by replay in sleep",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Pointers replay their episodes in sleep and preserve decaying traces; controls without replay.",
    check=check_episodes,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=REPLAY,
)
