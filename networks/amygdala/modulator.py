"""The modulator of the amygdala circuit: step clock, prediction error, stress, route of recall, kappa gates.

One node of global variables, driven by spikes (of CeM, US, EC_in, EC_out and EC_match) and by the schedule.
"""

from __future__ import annotations

import numpy as np
from brian2 import Quantity

from networks.amygdala.parameters import Parameters
from spiking_engrams.circuit.circuit import Group, Regular

EQUATIONS = """
position : 1          # time step within the step of the schedule
awake : 1             # 1 in perception
asleep : 1            # 1 in sleep
depth : 1             # depth of sleep, towards 1
recalling : 1         # 1 in recall
clamp : 1             # 1 while the senses drive all modules
learning : 1          # 1 while the animal may learn and its slow processes run
advancing : 1         # 1 while slow processes run: awake and learning, or asleep
begin : 1             # 1 in the time step that begins the read-out of fear
hold : 1              # 1 in the time step that ends it
fear_start : 1        # CeM and US spikes counted before the read-out
us_start : 1
fear : 1              # fear C as read last
us_seen : 1           # unconditioned stimulus U as read last
error : 1             # prediction error C - U
hearing : 1           # 1 until the read-out ends: the teaching signal is not heard by CeM
teach : 1             # U - C while the teaching signal lasts, else 0
window : 1            # 1 while BA_P and BA_I may learn
surprised : 1         # 1 if the prediction error is large
stress : 1            # leaky average of the unconditioned stimulus
fear_watershed : 1    # T of the homeostasis of the fear synapses
safety_watershed : 1  # T of the homeostasis of the extinction synapses
recruit_norm : 1      # norm of the recruitability of BA_P
crowd : 1             # EC_in activity beyond that of a context, relative to it, while a cue is perceived in recall
validity : 1          # agreement of EC_out and EC_in (F1 score) at the last step
route_hip : 1         # 1 if HIP drives BA_N
route_ctx : 1         # 1 if CTX drives BA_N
gate_changed : 1      # above 0 in the time step in which a kappa changes
"""

CODE = """
gate_changed = 0
position = timestep(t, dt) % n_positions
awake = alive(t)*wake(t)
asleep = alive(t)*sleep(t)
depth = asleep*(depth + onset_rate*(1 - depth))
recalling = alive(t)*recall(t)
clamp = clip(awake + recalling*cue(t), 0, 1)
learning = awake*learn(t)
advancing = clip(learning + asleep, 0, 1)
begin = int(position == read_start)
hold = int(position == read_stop)
fear_start = fear_start + begin*(fear_count - fear_start)
us_start = us_start + begin*(us_count - us_start)
fear = fear + hold*((fear_count - fear_start)/full_count - fear)
us_seen = us_seen + hold*((us_count - us_start)/full_count - us_seen)
error = fear - us_seen
surprised = int(abs(error) > surprise)
hearing = int(position < read_stop)
teach = -error*learning*int(position >= read_stop)
window = learning*int(position >= learn_start)
rise = 0.4*int(us_seen > stress) + 0.05*int(us_seen <= stress)
stress = stress + hold*advancing*rise*(us_seen - stress)
extreme = int(stress > stress_limit)
fear_watershed = fear_watershed + hold*advancing*(clip(fear_watershed + 1.0/20000, 0, watershed) - fear_watershed)
fear_watershed = fear_watershed + hold*advancing*extreme*(stress_watershed - fear_watershed)
recruit_norm = recruit_norm + hold*advancing*(clip(recruit_norm + 1.0/8000, 0, 2) - recruit_norm)
recruit_norm = recruit_norm + hold*advancing*extreme*(stress_norm - recruit_norm)
found = 2*match_current/(in_current + out_current + 0.001)
validity = validity + int(position == 0)*(found - validity)
crowd = recalling*clamp*clip(in_current/in_full - 1, 0, 10)
route_hip = clip(asleep + recalling*(1 - clamp)*int(validity > 0.5), 0, 1)
route_ctx = recalling*(1 - clamp)*(1 - int(validity > 0.5))
"""


def modulator(parameters: Parameters) -> Group:
    """Return the modulator without the variables that BCPNN projections add to it."""
    time, sleep = parameters.time, parameters.sleep
    n_in = parameters.sensory.n_hypercolumns * parameters.cells_per_unit  # EC_in cells that a context activates

    def positions(duration: Quantity) -> float:
        return float(round(float(duration / time.dt)))

    return Group(
        name="modulator",
        size=1,
        equations=EQUATIONS,
        constants={
            "n_positions": positions(time.step),
            "read_start": positions(time.read_start),
            "read_stop": positions(time.read_stop),
            "learn_start": positions(time.learn_start),
            "onset_rate": float(1 - np.exp(-time.dt / parameters.hippocampus.tau_onset)),
            "surprise": parameters.amygdala.surprise,
            "least_error": parameters.amygdala.least_error,
            "learn_gain": float(time.step / (time.step - time.learn_start)),
            "watershed": sleep.threshold_fear,
            "stress_watershed": sleep.stress_threshold,
            "stress_norm": sleep.stress_norm,
            "stress_limit": sleep.stress_limit,
            "full_count": parameters.amygdala.n_output * float(time.rate * (time.read_stop - time.read_start)),
            "in_full": READING_STEPS * n_in * float(time.rate * time.step),
            "slow_trace": parameters.amygdala.slow_trace,
            "slow_hip": parameters.amygdala.slow_hip,
            "sleep_ctx": parameters.amygdala.sleep_ctx,
            "cortex_sleep": parameters.cortex.sleep_speed,
        },
        initial={
            "stress": 0.3,
            "fear_watershed": sleep.threshold_fear,
            "safety_watershed": sleep.threshold_safety,
            "recruit_norm": 2.0,
        },
        regular=(Regular(CODE, when="after_groups", order=-1),),
        links={name: f"readout.{name}" for name in READINGS},
        slow=("stress", "fear_watershed", "recruit_norm"),
        about={"role": "prediction error, stress, gates"},
    )


READING_STEPS = 0.5  # time constant of filtered rates, in steps
READINGS = ("fear_count", "us_count", "in_current", "out_current", "match_current")


def readout(parameters: Parameters) -> Group:
    """Return the node that receives the spikes of CeM, US and the entorhinal groups.

    It counts CeM and US spikes, and filters EC spikes with a time constant of half a step.
    """
    decay = float(np.exp(-parameters.time.dt / (READING_STEPS * parameters.time.step)))
    currents = [name for name in READINGS if name.endswith("current")]
    return Group(
        name="readout",
        size=1,
        equations="\n".join(f"{name} : 1" for name in READINGS),
        constants={"decay": decay},
        regular=(Regular("\n".join(f"{x} = {x}*decay" for x in currents), when="after_groups", order=-2),),
        about={"role": "spike counts and filtered rates that the modulator reads"},
    )


# kappa of every plastic projection, as an expression in the modulator's variables
KAPPA = {
    "HIP_HIP": "learning",
    "HIP_HIP_adaptation": "asleep",
    "HIP_EC_out": "learning",
    "HIP_CTX": "learning",
    "HIP_BA_N": "learning*(surprised + (1 - surprised)*slow_hip)",
    "CTX_CTX": "learning + cortex_sleep*asleep",
    "CTX_BA_N": "surprised*advancing + (1 - surprised)*sleep_ctx*asleep",
    "BA_N_BA_N": "learning*(surprised + (1 - surprised)*slow_trace)",
    "BA_N_BA_P": "window*learn_gain*int(error < -least_error)*abs(error)",
    "BA_N_BA_I": "window*learn_gain*int(error > least_error)*abs(error)",
}
