"""Conditions of recall: cues, and controls that test what recall depends on."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks.naming.readout import changed
from protocols.recollection.procedure.model import RecallModel
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.state import State

SOUND = 0.1  # share of the neurons of the other modality that are active in a pattern


def sounds(model: RecallModel) -> np.ndarray:
    """Return a random pattern of another modality for each image, ``(n, pointers.sounds)``."""
    n = model.parameters.pointers.sounds
    draws = model.session.rng("sounds").random((model.n, n))
    return np.asarray(draws.argsort(axis=1).argsort(axis=1) < max(1, round(SOUND * n)), float)


def degraded(model: RecallModel, label: str, share: float) -> np.ndarray:
    """Return the spike trains of the images with only a random share of the spikes left, drawn under a label."""
    left = model.session.rng(label).random(model.trains.shape) < share
    return np.where(left, model.trains, model.sight.nothing)


def couplings(model: RecallModel) -> list[str]:
    """Return the names of the couplings of pointers."""
    return [f"pointers_{layer}.w" for layer in model.parameters.pointers.layers.split()]


def remembering(model: RecallModel, ending: str) -> list[str]:
    """Return the memory variables whose names end with `ending`, in circuit order, whatever the order in files."""
    return [name for name in model.session.circuit.slow_variables if name.endswith(ending)]


def conditions(model: RecallModel, state: State) -> dict[str, tuple[Any, Any]]:
    """Return the starting state and the phase of each condition, by name: cues and controls."""
    session, phases, n_steps = model.session, model.phases, model.session.options.n_steps
    every = np.arange(model.n)
    kernels, traces = (remembering(model, ending) for ending in ("_kernels.w", ".path"))

    def recall(gate: float = 1.0) -> Any:
        return phases.recall_episode(every, gate, n_steps)

    heard = sounds(model)
    heard *= session.rng("heard").random(heard.shape) < session.options.kept
    found = {
        "pointer": (state, recall()),
        "rested": (rested(session, state), recall()),
        "name": (state, phases.recall_from_name(every, n_steps=n_steps)),
        "degraded": (
            state,
            phases.recall_from_image(degraded(model, "degraded", session.options.kept), n_steps=n_steps),
        ),
        "sound": (state, phases.recall_from_sound(heard, n_steps=n_steps)),
        "closed": (state, recall(0.0)),
        "uncoupled": (
            state,
            recall().with_constants(dict.fromkeys(model.session.circuit.constants_named("back_gain"), 0.0)),
        ),
        "shuffled_couplings": (shuffled(model, state, couplings(model)), recall()),
        "shuffled_weights": (shuffled(model, state, kernels), recall()),
    }
    if traces:
        found["shuffled_traces"] = shuffled(model, state, traces), recall()
        found["shuffled_afferents"] = within_afferents(model, state), recall()
        found["shuffled_both"] = within_afferents(model, found["shuffled_weights"][0]), recall()
    return found


def shuffled(model: RecallModel, state: State, names: list[str]) -> Any:
    """Return a state in which the values of the named variables are shuffled, each variable as a whole."""
    generator = model.session.rng("shuffled")
    return changed(state, {name: generator.permutation(np.asarray(state[name])) for name in names})


def within_afferents(model: RecallModel, state: State) -> Any:
    """Return a state in which traces are shuffled among the synapses of each neuron, which keeps their number."""
    generator, found = model.session.rng("afferents"), {}
    for connection in model.session.circuit.connections:
        if (name := f"{connection.name}.path") in state.values:
            values, target = np.array(state[name]), connection.j
            values[np.argsort(target, kind="stable")] = values[np.lexsort((generator.random(len(target)), target))]
            found[name] = values
    return changed(state, found)


def rested(session: Session[Any, Any], state: State) -> State:
    """Return a state in which only memory is left of what was seen; all else is as in a naive network."""
    new = session.simulation.initial_state(session.seed)
    memory = {name: state[name] for name in session.circuit.slow_variables}
    return changed(new, memory)
