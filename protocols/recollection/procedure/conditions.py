"""Conditions of recall: cues, and controls that test what recall depends on."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks.naming.readout import changed
from protocols.recollection.procedure.subject import Rememberer
from spiking_engrams.experiment.session import Session
from spiking_engrams.state.state import State

SOUND = 0.1  # share of the neurons of the other modality that are active in a pattern


def sounds(subject: Rememberer) -> np.ndarray:
    """Return a random pattern of another modality for each image, ``(n, pointers.sounds)``."""
    n = subject.parameters.pointers.sounds
    draws = subject.session.rng("sounds").random((subject.n, n))
    return np.asarray(draws.argsort(axis=1).argsort(axis=1) < max(1, round(SOUND * n)), float)


def degraded(subject: Rememberer, label: str, share: float) -> np.ndarray:
    """Return the spike trains of the images with only a random share of the spikes left, drawn under a label."""
    left = subject.session.rng(label).random(subject.trains.shape) < share
    return np.where(left, subject.trains, subject.sight.nothing)


def couplings(subject: Rememberer) -> list[str]:
    """Return the names of the couplings of pointers."""
    return [f"pointers_{layer}.w" for layer in subject.parameters.pointers.layers.split()]


def remembering(subject: Rememberer, ending: str) -> list[str]:
    """Return the memory variables whose names end with `ending`, in circuit order, whatever the order in files."""
    return [name for name in subject.session.circuit.slow_variables if name.endswith(ending)]


def conditions(subject: Rememberer, state: State) -> dict[str, tuple[Any, Any]]:
    """Return the starting state and the phase of each condition, by name: cues and controls."""
    session, phases, n_steps = subject.session, subject.phases, subject.session.options.n_steps
    every = np.arange(subject.n)
    kernels, traces = (remembering(subject, ending) for ending in ("_kernels.w", ".path"))

    def recall(gate: float = 1.0) -> Any:
        return phases.recall_episode(every, gate, n_steps)

    heard = sounds(subject)
    heard *= session.rng("heard").random(heard.shape) < session.options.kept
    found = {
        "pointer": (state, recall()),
        "rested": (rested(session, state), recall()),
        "name": (state, phases.recall_from_name(every, n_steps=n_steps)),
        "degraded": (
            state,
            phases.recall_from_image(degraded(subject, "degraded", session.options.kept), n_steps=n_steps),
        ),
        "sound": (state, phases.recall_from_sound(heard, n_steps=n_steps)),
        "closed": (state, recall(0.0)),
        "uncoupled": (
            state,
            recall().with_constants(dict.fromkeys(subject.session.circuit.constants_named("back_gain"), 0.0)),
        ),
        "shuffled_couplings": (shuffled(subject, state, couplings(subject)), recall()),
        "shuffled_weights": (shuffled(subject, state, kernels), recall()),
    }
    if traces:
        found["shuffled_traces"] = shuffled(subject, state, traces), recall()
        found["shuffled_afferents"] = within_afferents(subject, state), recall()
        found["shuffled_both"] = within_afferents(subject, found["shuffled_weights"][0]), recall()
    return found


def shuffled(subject: Rememberer, state: State, names: list[str]) -> Any:
    """Return a state in which the values of the named variables are shuffled, each variable as a whole."""
    generator = subject.session.rng("shuffled")
    return changed(state, {name: generator.permutation(np.asarray(state[name])) for name in names})


def within_afferents(subject: Rememberer, state: State) -> Any:
    """Return a state in which traces are shuffled among the synapses of each neuron, which keeps their number."""
    generator, found = subject.session.rng("afferents"), {}
    for connection in subject.session.circuit.connections:
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
