"""Ablations of recall: what each part of the backward pathway contributes to the quality of recall.

The same images are remembered and recalled with fewer neurons bound to a pointer, pointers bound to other layers, other
path traces, other couplings, and a signed backward pathway. Where recall has far fewer or far more spikes than without
an ablation, the gains of the backward pathway are raised or lowered until it has at least half and at most twice as
many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from networks import recollection
from networks.naming import readout
from networks.recollection import pointers
from protocols.images.presets import cost, starting
from protocols.naming.lessons import learned
from protocols.recollection.claims.ablations import ABLATIONS
from protocols.recollection.procedure.conditions import couplings, remembering, shuffled
from protocols.recollection.procedure.learned import rememberer
from protocols.recollection.procedure.matching import near
from protocols.recollection.procedure.meanings import MEANINGS
from protocols.recollection.procedure.model import RecallModel
from protocols.recollection.procedure.options import EpisodeOptions, check_episodes, check_once
from protocols.recollection.procedure.quality import record
from protocols.recollection.words import ablations_of
from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol
from spiking_engrams.experiment.session import Session
from spiking_engrams.parameters.parameter_set import FITTED, field_of
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.schedule.life import Life
from spiking_engrams.state.state import State
from spiking_engrams.synapses.path_trace import FOR_GOOD

FRACTIONS = {"10": 0.1, "1": 0.01, "0.5": 0.005, "0.2": 0.002}  # largest bound percentage of a layer; usually 2
OFFSETS = {"0.1": 0.1, "0.2": 0.2, "0.3": 0.3}  # subtracted from every weight of the backward pathway
EXPLAINED = (
    "Bound: the largest share of the neurons of the second convolution that are bound to a pointer; undivided: without "
    "the division by summed conductances. Where far fewer or far more spikes come back than without ablation, gains "
    "are raised or lowered."
)
# ablations that need a program of their own
BUILDS = ("argmax", "ohmic", "rectified", "concepts", "both", "inhibited", "uninhibited")


@dataclass(frozen=True)
class Options(EpisodeOptions):
    """Options of the ablations."""

    builds: str = field_of(" ".join(BUILDS), "ablations that need a program of their own, separated by spaces", FITTED)

    def __post_init__(self) -> None:
        """Check the names of the ablations."""
        super().__post_init__()
        if not set(self.builds.split()) <= set(BUILDS):
            raise ParameterError(f"Options.builds = '{self.builds}': choose from {', '.join(BUILDS)}.")
        if self.builds.strip():
            check_once("builds", self.builds.split())


def schedule(options: Options, parameters: recollection.Parameters) -> Life:
    """Return the life in one condition."""
    phases = recollection.Phases(parameters)
    blank, start = learned(phases, 2)
    seen = start.then("episodes_0", phases.memorise(blank, [0, 1]))
    seen.ask("recall_first", phases.recall_episode([0, 1], n_steps=options.n_steps))
    return start.life


def run(session: Session[recollection.Parameters, Options]) -> None:
    """Run one seed."""
    model = rememberer(session)
    record(model, "perceived", model.sight.contrast)
    state, _ = model.memorised()
    usual = recall(model, "first", {"ablation": "none"}, state)
    for percent, fraction in FRACTIONS.items():
        shares = {
            f"{layer}_window.share": pointers.most_bound(fraction, session.circuit.group(layer).size)
            for layer in model.parameters.pointers.layers.split()
        }
        fewer, _ = model.memorised(f"episodes_{percent}", constants=shares)
        recall(model, f"bound_{percent}", {"ablation": "bound", "percent": percent}, fewer, usual)
    for name, ablated in without_traces(model, state).items():
        recall(model, name, {"ablation": name}, ablated, usual)
    for value, offset in OFFSETS.items() if model.parameters.backward.kind == "reverse" else ():
        recall(
            model,
            f"signed_{value}",
            {"ablation": "signed", "offset": value},
            state,
            usual,
            dict.fromkeys(model.session.circuit.constants_named("back_offset"), offset),
        )
    for name in session.options.builds.split():
        other = model.with_changes(changes(name, model.parameters))
        remembered, _ = other.memorised(f"episodes_{name}")
        recall(other, name, {"ablation": name}, remembered, usual)
        if name in ("ohmic", "rectified"):
            undivided = dict.fromkeys(other.session.circuit.constants_named("divides"), 0.0)
            at = {"ablation": name, "division": "none"}
            recall(other, f"{name}_undivided", at, remembered, usual, undivided)


def recall(
    model: RecallModel,
    name: str,
    at: Mapping[str, str],
    state: State,
    usual: float = 0.0,
    constants: Mapping[str, float] | None = None,
) -> float:
    """Recall all images from their pointers, record the quality of recall, and return the input spikes per recall.

    Parameters
    ----------
    name
        Name of the recall, for labels and figures.
    at
        Conditions of its metrics.
    usual
        Input spikes per recall without ablation, to which the recall is matched; not matched if 0.
    constants
        Constants of the recall that differ from those of the circuit.
    """
    per_episode = [np.count_nonzero(state[each]) / model.n for each in couplings(model)]
    model.metric("bound", float(np.sum(per_episode)), **at)
    return near(model, name, state, usual / 2, 2 * usual or np.inf, at=at, constants=constants)


def changes(name: str, parameters: recollection.Parameters) -> dict[str, str | float]:
    """Return the parameters that an ablation changes."""
    convolutions = list(readout.convolutions(parameters))
    second, top = convolutions[1], convolutions[-1]
    every: dict[str, dict[str, str | float]] = {
        "argmax": {"traces.kind": "argmax"},
        "ohmic": {"backward.kind": "ohmic"},
        "rectified": {"backward.kind": "rectified"},
        "concepts": {"pointers.layers": top},
        "both": {"pointers.layers": f"{second} {top}"},
        "inhibited": {"backward.inhibition": 1.0},
        "uninhibited": {"backward.inhibition": 0.0},
    }
    return every[name]


def without_traces(model: RecallModel, state: State) -> dict[str, Any]:
    """Return states in which all synapses conduct, traces are shuffled, or traces decay."""
    paths = remembering(model, ".path")
    everywhere = {name: np.full_like(state[name], FOR_GOOD) for name in paths}
    return {
        "no_traces": readout.changed(state, everywhere),
        "shuffled_traces": shuffled(model, state, paths),
        "decaying": model.memorised("episodes_decaying", keep=False)[0],
    }


def check(options: Options, parameters: recollection.Parameters) -> None:
    """Raise an error if images or ablations cannot be used."""
    for name in options.builds.split():
        try:
            parameters.replace(changes(name, parameters))
        except ParameterError as error:
            others = " ".join(each for each in options.builds.split() if each != name)
            raise ParameterError(
                f"Ablation '{name}' does not fit these parameters; omit it (--set protocol.builds=\"{others}\"). "
                f"{error}"
            ) from error
    check_episodes(options, parameters)


def figures(folder: RunFolder) -> dict[str, Any]:
    """Return figures of the quality of recall with every ablation, and of recalled images."""
    from protocols.recollection.drawing.curves import conditions
    from protocols.recollection.drawing.pictures import pictures

    words = ablations_of(folder)
    return {"ablations": conditions(folder, words, EXPLAINED), "recalled": pictures(folder, words, EXPLAINED)}


PROTOCOL = Protocol(
    name="recall_ablations",
    title="Ablations of the backward pathway",
    network="recollection",
    run=run,
    schedule=schedule,
    description="Recall from pointers with fewer bound neurons, and with other layers, traces and couplings.",
    check=check,
    starting=starting,
    cost=cost,
    meanings=MEANINGS,
    options=Options(),
    figures=figures,
    phenomena=ABLATIONS,
)
