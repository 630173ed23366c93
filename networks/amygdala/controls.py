"""Controls of experiments with the amygdala circuit, by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from networks.amygdala.measures import shuffled_weights
from spiking_engrams.interventions.control import Control, Controls, Shuffle, manipulates, random_cells
from spiking_engrams.schedule.schedule import Phase

RECURRENT = ("HIP_HIP", "HIP_HIP_adaptation")
READ_OUT = ("BA_N_BA_P", "BA_N_BA_I")


def asleep(phase: Phase) -> bool:
    """Return whether the animal sleeps in a phase, according to the signal ``sleep``."""
    return _ever(phase, "sleep")


def asks(phase: Phase) -> bool:
    """Return whether a phase tests recall, according to the signal ``recall``."""
    return _ever(phase, "recall")


def without_plasticity(circuit: Any, phase: Phase, rng: np.random.Generator) -> Phase:
    """Return the phase with the plasticity of every projection blocked."""
    blocked = {name: 0.0 for name in circuit.constants if name.endswith("_plasticity")}
    return phase.with_constants(blocked)


def quiet_wake(circuit: Any, phase: Phase, rng: np.random.Generator) -> Phase:
    """Return an equally long wake phase without input or plasticity, in which slow processes go on as in a night."""
    quiet = replace(phase, signals={"wake": 1.0, "learn": 1.0}, patterns={}, labels=((0, phase.n_steps, "quiet wake"),))
    return without_plasticity(circuit, quiet, rng)


def _ever(phase: Phase, signal: str) -> bool:
    return signal in phase.signals and bool(np.any(phase.signal(signal) > 0.5))


def of_projections(*projections: str) -> Shuffle:
    """Return a function that shuffles the weights of projections."""
    return lambda circuit, state, rng: shuffled_weights(state, projections, circuit, rng)


CONTROLS: Controls = {
    "no-sleep": Control("awake without input or plasticity instead of asleep", asleep, quiet_wake),
    "shuffled-replay": Control(
        "recurrent weights of HIP shuffled during sleep, so that no experienced context is replayed", asleep,
        shuffle=of_projections(*RECURRENT), restored=(
            "HIP_HIP.q", "HIP_HIP_adaptation.q", "HIP.HIP_HIP_adaptation_qi",  # adaptation changes in sleep
            *(f"modulator.HIP_HIP_adaptation_{x}" for x in ("scale", "jump", "jump1")),
        ),
    ),
    "no-plasticity": Control("no projection learns after the pre-training", lambda phase: True, without_plasticity),
    "random-engram": Control("random other cells in place of the manipulated ones", manipulates, random_cells),
    "shuffled-weights": Control(
        "weights from BA_N onto BA_P and BA_I shuffled during recall tests", asks,
        shuffle=of_projections(*READ_OUT), restored=tuple(f"{name}.q" for name in READ_OUT),
    ),
}  # fmt: skip
