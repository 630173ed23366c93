"""Pointers: sparse index neurons that are bound in one shot to the first spikes of an episode.

The next free pointer is recruited when an episode is encoded. Its couplings to the neurons of the bound layers that
fire first become strong, the more so the earlier they fire: inhibition counts the spikes of the layer, the coupling is
the part of its share that is left (rank order, Thorpe & Gautrais 1998), and once the share is used up nothing is bound.
Of the neurons that fire in the time step in which the share runs out, the more excitable ones are bound (`RANKS`
levels, drawn once).

A partial image drives pointers through the same couplings, with the same preference for early spikes and in units of
the length of the couplings; a sound (`sounds`) drives them through others. The pointer with the most evidence can be
cued. A name drives the pointers that were recruited with it. Pointers that are cued together inhibit each other: each
acts with an equal share. A location cued together with a pointer (`places`) restricts where it acts. If the schedule
requires it (`novelty`), a familiar image recruits no pointer.

In sleep, pointers in use are excited by noise: the most excited one in a step is cued in the next.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from networks.naming.feature_layers import ImageTime, larger
from networks.naming.layers import Shape
from networks.recollection import novelty, places, sounds
from networks.recollection.backward import EYES_CLOSED, EYES_OPEN, FIRST, SEES, WAY_BACK
from networks.recollection.parameters import WithWayBack
from spiking_engrams.circuit.circuit import Connection, Group, Regular, all_to_all
from spiking_engrams.errors import ParameterError
from spiking_engrams.synapses.part import Part

FREE, EVIDENT, STILL = -1.0, -2.0, -3.0
SIGNALS = {  # and their values without a schedule
    "encodes": 0.0,  # 1 while traces are laid of an image, which recruits a pointer, or of a replayed episode
    "keeps": 0.0,  # 1 while traces are laid permanently
    "cue": FREE,  # cued pointer, -1: none, -2: the one with the most evidence from the last image, -3: as before
    "second_cue": FREE,  # number of a second pointer that is cued with it
    "sleeps": 0.0,  # 1 while noise excites the pointers in use
    **places.SIGNALS,
    **novelty.SIGNALS,
    **sounds.SIGNALS,
}
RANKS = 64  # levels of excitability
ENCODES = f"encodes(t)*int({EYES_OPEN})*alive(t)*{novelty.NEW}"
ANNOUNCED = 2  # bin in which cued pointers begin to fire, after they announced how many they are


def pointer_layer(
    parameters: WithWayBack, shapes: Mapping[str, Shape], time: ImageTime, by_time: bool = False
) -> tuple[list[Group], list[Connection]]:
    """Return pointers, the groups that recruit them, and their connections from names and to the bound layers.

    Bound layers need `places.attended`, and a fixed `excitability` or, if `by_time`, ranks that are set at each spike
    (`graded`).
    """
    p = parameters
    if p.pointers.pulses > (most := time.n_bins - ANNOUNCED):
        raise ParameterError(f"Parameters.pointers.pulses = {p.pointers.pulses}: a step has room for at most {most}.")
    every = np.arange(p.pointers.n, dtype=np.int32)
    one = np.zeros(p.pointers.n, np.int32)
    i, j = all_to_all(p.names.n, p.pointers.n)
    heard, hearing = sounds.sound_layer(p, time)
    groups = [heard, _pointers(p, time), _recruiter(), novelty.novelty(p, time)]
    connections = [
        hearing,
        Connection(
            "names_pointers", "names", "pointers", i, j, "w : 1  # coupling",
            on_pre=f"""
w = w*(1 - recruited_post) + recruited_post
pull_post = pull_post + w*int({EYES_CLOSED})""",
            initial={"w": 0.0}, slow=("w",), about={"rule": "bound in one shot to the pointer that is recruited"},
        ),
        Connection(
            "pointers_recruiter", "pointers", "recruiter", every, one,
            on_event={"bid": larger("best_post", "level_pre"), "announce": "n_cued_post += 1"},
            about={"rule": "competition between pointers"},
        ),
    ]  # fmt: skip
    for layer in p.pointers.layers.split():
        new_groups, new_connections = _binding(p, layer, int(np.prod(shapes[layer])), time, by_time)
        where, reaching = places.place_layer(layer, shapes[layer], time, ANNOUNCED - 1)
        groups += [*new_groups, where]
        connections += [*new_connections, reaching]
    return groups, connections


def most_bound(fraction: float, size: int) -> float:
    """Return the largest number of neurons of a layer that are bound to a pointer, at least 1."""
    return max(1.0, float(np.floor(fraction * size)))


def excitability(layer: str, size: int) -> Part:
    """Return the part that decides which neurons are bound if more fire in a time step than the share has room for."""
    return Part(
        equations="""
rank : integer (constant)  # of excitability, 0: most
ahead : 1                  # neurons as excitable, or more, that fired in the same time step""",
        initial={"rank": ranks(size)},
        links={"as_excitable": f"{layer}_queue.n[rank]"},
        on_own_event={"spike": "ahead = as_excitable"},
    )


def graded(layer: str, size: int, rank: str) -> Part:
    """Return the same for neurons that fire earlier the more active they are; `rank` is code that sets it."""
    return Part(
        equations="""
rank : integer  # when within its time step a spike would have come, 0: at the beginning
ahead : 1       # neurons of that rank, or a lower one, that fired in the same time step""",
        initial={"rank": np.zeros(size, np.int32)},
        links={"as_excitable": f"{layer}_queue.n[rank]"},
        on_own_event={SEES: rank, "spike": "ahead = as_excitable"},
    )


def ranks(size: int) -> np.ndarray:
    """Return the rank of excitability of the neurons of a layer, int32 ``(size,)``; equally many of each."""
    return (np.random.default_rng(size).permutation(size) * RANKS // size).astype(np.int32)


def _pointers(p: WithWayBack, time: ImageTime) -> Group:
    position, now = time.position, f"({time.position} // {time.bin_steps})"
    cued = "(cued > 0.5 or pull > 0.5)"
    pulse = f"{position} % {time.bin_steps} == 0 and {now} > {ANNOUNCED - 0.5} and {now} < pulses + {ANNOUNCED - 0.5}"
    return Group(
        name="pointers",
        size=p.pointers.n,
        equations=f"""
evidence : 1   # from the neurons that it is bound to, while an image is seen
length : 1     # squared length of its couplings
heard : 1      # the same from sounds
n_sounds : 1
level = evidence/sqrt(length + 1e-12) + {sounds.HEARS} : 1
cued : 1       # 1 while it is cued
pull : 1       # from names
in_use : 1     # 1 once it is bound
recruited : 1  # 1 while it is being bound""",
        threshold=f"{cued} and {pulse} and {EYES_CLOSED} and alive(t) > 0.5",
        events={
            "bid": f"level > 0 and abs({position} - {time.end}) < 0.5",
            "announce": f"{cued} and abs({position} - {(ANNOUNCED - 1) * time.bin_steps}) < 0.5 and {EYES_CLOSED}",
        },
        constants={"pulses": float(p.pointers.pulses)},
        links={"best": "recruiter.best", "n_used": "recruiter.n_used", **novelty.LINK},
        regular=(
            Regular("chosen = int(abs(cue(t) - i) < 0.5) + int(abs(second_cue(t) - i) < 0.5)"
                    " + int(abs(cue(t) + 2) < 0.5)*int(level > 0)*int(level >= best)"
                    " + int(cue(t) < -2.5)*cued\n"
                    "cued = cued + alive(t)*(chosen - cued)",  # in the guard after a part of a phase nothing changes
                    slow=True, order=-3),
            Regular(f"recruited = {ENCODES}*int(abs(i - n_used) < 0.5)\n"
                    "in_use = int(in_use > 0.5 or recruited > 0.5)", slow=True, order=-2),
            Regular("noise = sleeps(t)*alive(t)*in_use*rand()\n"
                    "evidence = evidence*int(alive(t) < 0.5) + noise*sqrt(length + 1e-12)\n"
                    "heard = heard*int(alive(t) < 0.5)\npull = 0", slow=True),
        ),
        slow=("in_use", "length", "n_sounds"),
        about={"role": "pointers of the medial temporal lobe, one per episode", "model": "index neurons"},
    )  # fmt: skip


def _recruiter() -> Group:
    return Group(
        name="recruiter",
        size=1,
        equations="n_used : 1  # pointers in use\nbest : 1  # most evidence of a pointer\nn_cued : 1  # pointers cued",
        regular=(
            Regular("best = best*int(alive(t) < 0.5)\nn_cued = 0", slow=True),
            Regular(f"n_used = n_used + {ENCODES}", slow=True, order=-1),
        ),
        links=novelty.LINK,
        slow=("n_used",),
        about={"role": "inhibition between pointers", "model": "maximum, counters"},
    )


def _binding(
    p: WithWayBack, layer: str, size: int, time: ImageTime, by_time: bool
) -> tuple[list[Group], list[Connection]]:
    """Return the inhibition that counts the spikes of a layer, and the couplings of pointers to its neurons."""
    i, j = all_to_all(p.pointers.n, size)
    share = most_bound(p.pointers.fraction, size)
    queue = Group(
        name=f"{layer}_queue",
        size=RANKS,
        equations="n : 1  # first spikes in this time step of neurons that are as excitable, or more"
        + "\nown : integer (constant)  # rank" * by_time,
        initial={"own": np.arange(RANKS)} if by_time else {},
        regular=(Regular("n = 0", slow=True), Regular("n = 0", when="after_groups", order=1)),
        about={"role": f"inhibition that compares how excitable neurons of {layer} are", "model": "counters"},
    )
    couplings = Connection(
        f"pointers_{layer}", "pointers", layer, i, j, "w : 1  # coupling",
        on_pre=f"back_post += {WAY_BACK}*pointer_gain*w*{places.REACHED}/clip(n_cued, 1, inf)",
        on_target_event={FIRST: f"""
admitted = early*int(ahead_post < left + 0.5)
evidence_pre += w*admitted*int({time.position} < {time.end})
binds = recruited_pre*admitted
w = w + binds
length_pre += binds*binds"""},
        constants={"pointer_gain": p.pointers.gain, "back_sign": float(p.names.gate_sign)},
        initial={"w": 0.0}, slow=("w",),
        links={
            "early": f"{layer}_window.early", "left": f"{layer}_window.left", "n_cued": "recruiter.n_cued",
        },
        about={"rule": "bound in one shot to the first spikes"},
    )  # fmt: skip
    rank = ranks(size)
    source = np.repeat(np.arange(size, dtype=np.int32), RANKS - rank)
    target = np.concatenate([np.arange(first, RANKS, dtype=np.int32) for first in rank])
    if by_time:
        source, target = all_to_all(size, RANKS)
    counting = Connection(
        f"{layer}_{layer}_queue", layer, f"{layer}_queue", source, target,
        on_event={FIRST: "n_post += int(rank_pre < own_post + 0.5)" if by_time else "n_post += 1"},
        about={"rule": "counts first spikes"},
    )  # fmt: skip
    measured = Connection(
        f"{layer}_window_{layer}", f"{layer}_window", layer, *all_to_all(1, size),
        on_target_event={
            FIRST: f"seen_pre += early_pre**2*int(ahead_post < left_pre + 0.5)*int({time.position} < {time.end})"
        },
        about={"rule": "sums up how long couplings would be"},
    )  # fmt: skip
    return [_window(layer, share), queue], [couplings, counting, measured]


def _window(layer: str, share: float) -> Group:
    """Return the inhibition that counts the first spikes of a layer."""
    return Group(
        name=f"{layer}_window",
        size=1,
        equations="""
before : 1  # first spikes of the layer in earlier time steps of the image
early : 1   # weight of a first spike now
left : 1    # of the share that is bound
seen : 1    # squared length of the couplings that would be bound
last : integer (constant)""",
        constants={"share": share},
        initial={"last": np.array([RANKS - 1])},
        links={"n": f"{layer}_queue.n[last]"},
        regular=(
            Regular("before = 0\nearly = 1\nleft = share\nseen = seen*int(alive(t) < 0.5)", slow=True),
            Regular(
                "before = before + n\nearly = clip(1 - before/share, 0, 1)\nleft = share - before", when="after_groups"
            ),
        ),
        about={"role": f"inhibition that counts the spikes of {layer}", "model": "counter"},
    )
