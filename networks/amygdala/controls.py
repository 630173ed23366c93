"""Controls of experiments with the amygdala circuit, by name."""

from __future__ import annotations

from spiking_engrams.interventions import (
    Control,
    Controls,
    asleep,
    awake_instead,
    manipulates,
    random_cells,
    tests,
    without_plasticity,
)

CONTROLS: Controls = {
    "no-sleep": Control("awake without any input while the others sleep", asleep, awake_instead),
    "shuffled-replay": Control(
        "recurrent weights of HIP shuffled while it sleeps, so that it replays nothing that was seen", asleep,
        shuffled=("HIP_HIP.q", "HIP_HIP_adaptation.q"), restored=(  # adaptation changes in sleep
            "HIP.HIP_HIP_adaptation_qi", *(f"modulator.HIP_HIP_adaptation_{x}" for x in ("scale", "jump", "jump1")),
        ),
    ),
    "no-plasticity": Control("no projection learns after the pre-training", lambda phase: True, without_plasticity),
    "random-engram": Control("random other cells in place of manipulated ones", manipulates, random_cells),
    "shuffled-weights": Control(
        "weights from BA_N onto BA_P and BA_I shuffled in tests", tests, shuffled=("BA_N_BA_P.q", "BA_N_BA_I.q")
    ),
}  # fmt: skip
