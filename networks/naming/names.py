"""Names: neurons coupled to concept neurons, whose spikes run backwards along the couplings in recall.

A name neuron fires in every bin while its name is presented, and its couplings to the concept neurons that fire
meanwhile change. In recall, if acetylcholine opens that pathway, the spikes of concept neurons run backwards, from the
post- to the presynaptic neuron: each adds the coupling (in the weighted read-out, times the potential of the concept
neuron) to the potential of the name neuron, which does not leak. After the image the name neuron with the highest
potential fires; it is the answer. Without any backward current no name neuron fires.

Rules (`Names.rule`), at each spike of a concept neuron while a name is presented, with ``h = w (1 - w)``:

- ``published``: ``w += potentiation h`` for the presented name, then ``w -= depression h`` for every other name,
  but in the same coupling: a slip in the published code (Ben Houidi 2021) on which the published numbers rest;
- ``intended``: ``w += potentiation h`` for the presented name, ``w -= depression h`` for every other name in use;
- ``covariance`` (own): after an image, ``w += (n - familiarity)/(spread + least_spread)`` for the presented name,
  where n is how often the concept neuron fired, and familiarity and spread are the mean and the variance of n over what
  the neuron experienced before, with or without a name. In recall the name neuron starts from minus the drive that
  familiar activity would cause, and its potential is measured in units of the length of its couplings. Activity that is
  always present says nothing about a name, and one example suffices to find what is new about it (Sejnowski 1977, doi
  10.1007/BF00275079, for the covariance rule). In five-fold cross-validation of training images (digits, photographs)
  accuracy changes by at most 0.013 for any least_spread from 0.03 to 3;
- ``surprise`` (own): the same change, without the units of length, but only if the answer was another name than the
  presented one, or none: up for the presented name and down for the answer; the backward pathway must be open while
  names are presented.

All rates are multiplied by novelty, a signal of the schedule. Under the covariance rule, objects that were seen without
a name can be rehearsed: the pathway is open, and the couplings of the name that an object recalls change as if it had
been presented, at the rate `rehearsal` in place of novelty. One example of each name then suffices to find the objects
that belong to it. This self-training does, spike by spike, what spherical k-means does when started from the examples.
"""

from __future__ import annotations

import numpy as np

from networks.naming.feature_layers import ImageTime, larger
from networks.naming.parameters import OWN_RULES, Names
from spiking_engrams.circuit.circuit import Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.synapses import covariance, hebbian
from spiking_engrams.synapses.part import Part

SIGNALS = {  # and their values without a schedule
    "heard_name": -1.0,  # presented name, -1: none
    "other_names": 0.0,  # number of other names, for the published rule
    "novelty": 0.0,  # factor of the learning rates
    "rehearsal": 0.0,  # learning rate of a name that was answered but not presented
    "experience": 0.0,  # rate at which activity becomes familiar
    "acetylcholine": 0.0,
    "weighted": 0.0,  # 1: backward spikes are weighted by the potential of the concept neuron
}


def gate(sign: str) -> str:
    """Return the expression for how far acetylcholine opens a pathway; `sign` is the name of a constant, 1 or -1."""
    return f"(0.5 + {sign}*(acetylcholine(t) - 0.5))"


AT_SPIKE = f"""
v_pre += {gate("gate_sign")}*w*(1 + weighted(t)*(potential_post - 1))
up = hebbian*novelty(t)*heard_pre*a_up
down = hebbian*novelty(t)*a_down*(slip*heard_pre*other_names(t) + (1 - slip)*any_pre*(1 - heard_pre)*in_use_pre)
{hebbian.CHANGE}"""
AFTER_IMAGE = f"""
wanted = rate_pre*(heard_pre - surprise*any_pre*answered_pre) + rehearses_pre*(1 - any_pre)*answered_pre
{covariance.change("(1 - hebbian)*wanted")}"""
BEFORE_RECALL = f"""
v_pre -= {gate("gate_sign")}*w*familiarity_post
length_pre += w*w*(spread_post + least_spread)"""


def closed(names: Names) -> float:
    """Return the level of acetylcholine at which the backward pathway is closed."""
    return 0.0 if names.gate_sign == 1 else 1.0


def level(names: Names, gate: float) -> float:
    """Return the level of acetylcholine that opens the backward pathway by `gate`, from 0 to 1."""
    shut = closed(names)
    return shut + gate * (1 - 2 * shut)


def experience(charged: bool = True) -> Part:
    """Return the part by which concept neurons learn what is familiar; without a charge they repeat recorded spikes."""
    potential = (Regular("potential = charge", when="after_thresholds"),) if charged else ()
    return Part(
        equations="""
n_fired : 1             # spikes during the image
potential : 1           # charge with which the neuron fires, before further input
familiarity : 1         # mean of them so far
spread : 1              # variance of them so far
becoming : 1 (shared)   # rate of both during the image""",
        on_own_event={"spike": "n_fired += 1"},
        regular=(
            Regular(
                "spread = (1 - becoming)*(spread + becoming*(n_fired - familiarity)**2)\n"
                "familiarity = familiarity + becoming*(n_fired - familiarity)",
                slow=True, order=-2,
            ),
            Regular("n_fired = 0", slow=True),
            *potential,
            Regular("becoming = experience(t)*alive(t)", slow=True, order=-1),
        ),
        slow=("familiarity", "spread"),
    )  # fmt: skip


def name_layer(concepts: str, n_concepts: int, time: ImageTime, names: Names) -> tuple[list[Group], list[Connection]]:
    """Return name neurons and their couplings to a population of concept neurons."""
    i, j = all_to_all(names.n, n_concepts)
    is_hebbian = names.rule not in OWN_RULES
    couplings = Connection(
        "names_concepts", "names", concepts, i, j, "w : 1  # coupling", on_post=AT_SPIKE,
        on_event={"prepare": BEFORE_RECALL},
        constants={
            "a_up": names.potentiation, "a_down": names.depression, "gate_sign": float(names.gate_sign),
            "slip": float(names.rule == "published"), "hebbian": float(is_hebbian),
            "surprise": float(names.rule == "surprise"), "least_spread": names.least_spread,
        },
        initial={"w": Draw("normal", (names.start_mean, names.start_sd), scale=float(is_hebbian))},
        regular=(Regular(AFTER_IMAGE, slow=True, order=-3),),
        slow=("w",),
        about={"rule": f"couplings that are read backwards, {names.rule} rule"},
    )  # fmt: skip
    every = np.arange(names.n, dtype=np.int32)
    tell = Connection(
        "names_speech", "names", "speech", every, np.zeros(names.n, np.int32),
        on_event={"tell": larger("best_post", "level_pre")},
        about={"rule": "competition between names"},
    )  # fmt: skip
    return [_speech(), _names(time, names)], [couplings, tell]


def _speech() -> Group:
    return Group(
        name="speech",
        size=1,
        equations="best : 1  # highest level of a name neuron",
        initial={"best": -1e30},
        regular=(Regular("best = -1e30", slow=True),),
        about={"role": "inhibition between names", "model": "maximum"},
    )


def _names(time: ImageTime, names: Names) -> Group:
    ready = "in_use > 0.5 and abs(v) > 0 and alive(t) > 0.5"
    start, tell, answer = (f"abs({time.position} - {step}) < 0.5" for step in (0, time.end, time.end + 1))
    begins = f"{time.position} % {time.bin_steps} == 0"
    hears = f"heard > 0.5 and {begins} and {time.position} < {time.end - 0.5} and alive(t) > 0.5"
    speaks = f"{ready} and {answer} and level >= best"
    return Group(
        name="names",
        size=names.n,
        equations="""
v : 1                # backward currents summed up
length : 1           # squared length of the couplings, in units of spread
level = v*int(by_length < 0.5) + int(by_length > 0.5)*v/sqrt(length + 1e-12) : 1
heard : 1            # 1 while the name is heard
answered : 1         # 1 if the name was the answer to the last image
in_use : 1           # 1 once it was heard
any : 1 (shared)     # 1 while a name is heard
rate : 1 (shared)    # novelty during the image
rehearses : 1 (shared)  # rehearsal during the image""",
        threshold=f"({hears}) or ({speaks})",
        events={
            "prepare": f"centred > 0.5 and {start} and alive(t) > 0.5",
            "tell": f"{ready} and {tell}",
            "speak": speaks,
        },
        on_own_event={"speak": "answered = 1"},
        constants={
            "by_length": float(names.rule == "covariance"),
            "centred": float(names.rule in OWN_RULES),
        },
        links={"best": "speech.best"},
        regular=(
            Regular(
                "v = 0\nlength = 0\nanswered = 0\nheard = int(abs(heard_name(t) - i) < 0.5)*alive(t)\n"
                "in_use = int(in_use > 0.5 or heard > 0.5)",
                slow=True,
            ),
            Regular("any = int(heard_name(t) > -0.5)*alive(t)\nrate = novelty(t)\nrehearses = rehearsal(t)", slow=True),
        ),
        slow=("in_use",),
        about={"role": "name neurons, some of them spare", "model": "non-leaky integrator that fires when it wins"},
    )
