"""Pointers: sparse index neurons that are bound in one shot to the first spikes of an episode.

The next free pointer is recruited when something is encoded. Its couplings to the neurons of the bound layers that
fire first become strong, the more so the earlier they fire: an inhibitory neuron counts the spikes of the layer, the
coupling is what is left of its share (rank order, Thorpe & Gautrais 1998), and after that share nothing is bound. A
partial image drives pointers through the same couplings, with the same preference for early spikes; the one with most
evidence can be cued. A name drives the pointers that were recruited with it.
"""

from __future__ import annotations

import numpy as np

from networks.naming.feature_layers import ImageTime, larger
from networks.recollection.backward import EYES_CLOSED, WAY_BACK
from networks.recollection.parameters import Parameters
from spiking_engrams.circuit import Circuit, Connection, Group, Regular, all_to_all
from spiking_engrams.synapses.part import Part

FREE, EVIDENT = -1.0, -2.0
SIGNALS = {  # and what they are without a schedule
    "encodes": 0.0,  # 1 while traces are laid and a pointer is recruited
    "keeps": 0.0,  # 1 while traces are laid for good
    "cue": FREE,  # number of the pointer that is cued, -1: none, -2: the one with most evidence from the last image
}
COUNTS = """
before : 1  # spikes of the layer in earlier time steps of the image
count : 1   # and in this one too"""


def pointer_layer(parameters: Parameters, base: Circuit) -> tuple[list[Group], list[Connection]]:
    """Return pointers with what recruits them, and their connections from names and to the layers of `base`."""
    p = parameters
    names = base.group("names").size
    every = np.arange(p.pointers.n, dtype=np.int32)
    one = np.zeros(p.pointers.n, np.int32)
    i, j = all_to_all(names, p.pointers.n)
    groups = [_pointers(p, base.phases.time), _recruiter()]
    connections = [
        Connection(
            "names_pointers", "names", "pointers", i, j, "w : 1  # coupling",
            on_pre=f"""
w = w*(1 - recruited_post) + recruited_post
pull_post = pull_post + w*int({EYES_CLOSED})""",
            initial={"w": 0.0}, slow=("w",), about={"rule": "bound in one shot to the pointer that is recruited"},
        ),
        Connection(
            "pointers_recruiter", "pointers", "recruiter", every, one,
            on_event={"bid": larger("best_post", "evidence_pre")},
            about={"rule": "competition between pointers"},
        ),
    ]  # fmt: skip
    for layer in p.pointers.layers.split():
        new_group, new_connections = _binding(p, layer, base.group(layer).size)
        groups.append(new_group)
        connections += new_connections
    return groups, connections


def chance() -> Part:
    """Return what decides which neurons are bound if more fire in one time step than the share has room for."""
    return Part(equations="chance : 1  # drawn anew for every image",
                regular=(Regular("chance = rand()", slow=True),))  # fmt: skip


def _pointers(p: Parameters, time: ImageTime) -> Group:
    position, end = time.position, time.end
    return Group(
        name="pointers",
        size=p.pointers.n,
        equations="""
evidence : 1   # from the neurons that it is bound to, while an image is seen
cued : 1       # 1 while it is cued
pull : 1       # from names
in_use : 1     # 1 once it is bound
recruited : 1  # 1 while it is being bound""",
        threshold=f"(cued > 0.5 or pull > 0.5) and {position} < pulses - 0.5 and {EYES_CLOSED} and alive(t) > 0.5",
        events={"bid": f"evidence > 0 and abs({position} - {end}) < 0.5"},
        constants={"pulses": float(p.pointers.pulses)},
        links={"best": "recruiter.best", "n_used": "recruiter.n_used"},
        regular=(
            Regular("cued = int(abs(cue(t) - i) < 0.5) + int(cue(t) < -1.5)*int(evidence > 0)*int(evidence >= best)",
                    slow=True, order=-3),
            Regular("recruited = encodes(t)*int(abs(i - n_used) < 0.5)*alive(t)\n"
                    "in_use = int(in_use > 0.5 or recruited > 0.5)", slow=True, order=-2),
            Regular("evidence = 0\npull = 0", slow=True),
        ),
        slow=("in_use",),
        about={"role": "pointers of the medial temporal lobe, one per episode", "model": "index neurons"},
    )  # fmt: skip


def _recruiter() -> Group:
    return Group(
        name="recruiter",
        size=1,
        equations="n_used : 1  # pointers in use\nbest : 1  # most evidence of a pointer",
        regular=(
            Regular("best = 0", slow=True),
            Regular("n_used = n_used + encodes(t)*alive(t)", slow=True, order=-1),
        ),
        slow=("n_used",),
        about={"role": "inhibition between pointers", "model": "maximum, counter"},
    )


def _binding(p: Parameters, layer: str, size: int) -> tuple[Group, list[Connection]]:
    """Return the inhibitory neuron that counts the spikes of a layer, and the couplings of pointers to its neurons."""
    i, j = all_to_all(p.pointers.n, size)
    every, one = np.arange(size, dtype=np.int32), np.zeros(size, np.int32)
    window = Group(
        name=f"{layer}_window",
        size=1,
        equations=COUNTS,
        regular=(Regular("before = 0\ncount = 0", slow=True), Regular("before = count", when="after_groups")),
        about={"role": f"inhibition that counts the spikes of {layer}", "model": "counter"},
    )
    room = "clip((share - before)/clip(count - before, 1, inf), 0, 1)"
    couplings = Connection(
        f"pointers_{layer}", "pointers", layer, i, j, "w : 1  # coupling",
        on_pre=f"back_post += {WAY_BACK}*pointer_gain*w",
        on_post=f"""
early = clip(1 - before/share, 0, 1)
evidence_pre += w*early*int(images_index(t) > -0.5)
w = w + recruited_pre*int(chance_post < {room})*(early - w)""",
        constants={
            "share": max(1.0, p.pointers.fraction * size), "pointer_gain": p.pointers.gain,
            "back_sign": float(p.names.gate_sign),
        },
        initial={"w": 0.0}, slow=("w",), links={n: f"{layer}_window.{n}" for n in ("before", "count")},
        about={"rule": "bound in one shot to the first spikes"},
    )  # fmt: skip
    counting = Connection(
        f"{layer}_{layer}_window", layer, f"{layer}_window", every, one,
        on_pre="count_post += 1", about={"rule": "counts spikes"},
    )  # fmt: skip
    return window, [couplings, counting]
