"""Learning of shared kernels by STDP: maps compete for each image, and winners change their kernels.

Published rule (Kheradpisheh et al. 2018): the neuron of a map that fires first (of several in the same step, the one
with the highest potential) learns for the whole map, once per image. At most `n_winners` maps learn per step, those
with the highest potentials, and none within `radius` of another that is stronger or has learned. Each element of the
winner's kernel changes by ``plus w (1 - w)`` if its afferent fired before the winner, else by ``-minus w (1 - w)``.

Here the neurons that fire notify the inhibitory neuron of their map. These inhibitory neurons compete in the next step
(all to all, so that each counts the stronger ones). The kernel is a node of shared weights that reads, at the end of
the image, when each afferent of its map's winner fired. The pair rule is the classical one for spike pairs:
``plus (1 - w) exp(-(t_post - t_pre)/tau)`` or ``-minus w exp(-(t_pre - t_post)/tau)``, and no change without a pair.
"""

from __future__ import annotations

import numpy as np

from networks.naming.feature_layers import ImageTime, Place, larger
from networks.naming.layers import Conv
from networks.naming.parameters import Learning
from spiking_engrams.circuit.circuit import Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.synapses import stdp

CONVERGED = 0.01  # convergence index at which training can stop (Kheradpisheh 2018)
COMPARE = """
stronger = int(bid_pre > bid_post) + int(bid_pre == bid_post)*int(which_pre < which_post)
near = int(abs(bid_y_pre - bid_y_post) < radius + 0.5)*int(abs(bid_x_pre - bid_x_post) < radius + 0.5)
taken = int(abs(bid_y_pre - won_y_post) < radius + 0.5)*int(abs(bid_x_pre - won_x_post) < radius + 0.5)
rank_post += stronger
beaten_post += stronger*near
beaten_pre += won_post*taken"""


def kernel_learning(place: Place, layer: Conv, learning: Learning) -> tuple[list[Group], list[Connection]]:
    """Return the maps and kernels of a convolution, and the connections through which the maps compete."""
    maps = f"{place.name}_maps"
    n, area = layer.n_maps, place.shape[1] * place.shape[2]
    every = np.arange(n * area, dtype=np.int32)
    tell = Connection(
        f"{place.name}_{maps}", place.name, maps, every, every // np.int32(area),
        on_pre="""
best_site_post = best_site_post + int(crossed_pre > best_post)*(site_pre - best_site_post)
""" + larger("best_post", "crossed_pre"),
        about={"rule": "competition within a map"},
    )  # fmt: skip
    connections = [tell]
    if n > 1:
        i, j = all_to_all(n, n)
        others = i != j
        connections.append(
            Connection(f"{maps}_{maps}", maps, maps, i[others], j[others], on_pre=COMPARE,
                       constants={"radius": float(layer.radius)}, about={"rule": "competition between maps"})
        )  # fmt: skip
    return [_maps(place, layer), _kernels(place, layer, learning)], connections


def _bids(time: ImageTime) -> str:
    """Return the code that each map runs after the others have compared their bids with its own."""
    return f"""
wins = int(bid > 0)*int(beaten < 0.5)*int(rank < n_winners - 0.5)*int(won < 0.5)
won_y = won_y + wins*(bid_y - won_y)
won_x = won_x + wins*(bid_x - won_x)
won_at = won_at + wins*({time.position} - 2 - won_at)
won = won + wins
bid = best*int(won < 0.5)*int(abs(training(t) - number) < 0.5)
bid_y = floor((best_site + 0.5)/width)
bid_x = best_site - width*bid_y
best = 0
rank = 0
beaten = 0"""


def _maps(place: Place, layer: Conv) -> Group:
    return Group(
        name=f"{place.name}_maps",
        size=layer.n_maps,
        equations="""
which : 1 (constant)  # number of the map; of equal bids that of the first one counts
best : 1       # highest potential with which a neuron of the map fired in this time step
best_site : 1  # its location
bid : 1        # the same of the last time step, with which the map competes
bid_y : 1
bid_x : 1
rank : 1       # how many maps bid more
beaten : 1     # how many of them do so, or have learned, near by
won : 1        # 1 once the map learns from this image
won_y : 1      # where
won_x : 1
won_at : 1     # time step in which the winner crossed its threshold""",
        threshold="bid > 0 and alive(t) > 0.5",
        initial={"which": np.arange(layer.n_maps)},
        constants={
            "n_winners": float(layer.n_winners),
            "width": float(place.shape[2]),
            "number": float(place.number),
        },
        regular=(
            Regular(_bids(place.time), when="after_synapses"),
            Regular("best = 0\nbid = 0\nwon = 0", slow=True),
        ),
        about={"role": f"inhibitory neurons of {place.name}, one per map", "model": "competition"},
    )


def _kernels(place: Place, layer: Conv, learning: Learning) -> Group:
    channels, height, width = place.shape
    row, column, channel, number = (
        a.ravel().astype(np.int32) for a in np.indices((layer.size, layer.size, channels, layer.n_maps))
    )
    maps = f"{place.name}_maps"
    y, x = f"(won_y + row - {layer.size // 2})", f"(won_x + column - {layer.size // 2})"
    inside = f"int({y} > -0.5)*int({y} < {height - 0.5})*int({x} > -0.5)*int({x} < {width - 0.5})"
    update = f"""
before = {inside}*int(fired_at > -0.5)*int(fired_at < won_at)
after = {inside}*int(fired_at > won_at)
w = clip(w + {stdp.change(learning.rule, "won", "fired_at - won_at")}, 0, 1)"""
    return Group(
        name=f"{place.name}_kernels",
        size=len(row),
        equations="""
w : 1                        # weight, shared by all locations of a map
address : integer            # afferent of the winner at this element
number : integer (constant)  # map
row : 1 (constant)
column : 1 (constant)
channel : 1 (constant)
plus : 1 (shared)            # rates while the present image lasts
minus : 1 (shared)""",
        constants={"tau": learning.tau} if learning.rule == "pair" else {},
        initial={
            "w": Draw("normal", (learning.start_mean, learning.start_sd)),
            "address": np.zeros(len(row)), "number": number, "row": row, "column": column, "channel": channel,
        },
        links={name: f"{maps}.{name}[number]" for name in ("won", "won_y", "won_x", "won_at")}
        | {"fired_at": f"{place.source}.fired_at[address]"},
        regular=(
            Regular(f"address = int({inside}*((channel*{height} + {y})*{width} + {x}))", slow=True, order=-4),
            Regular(update, slow=True, order=-3),
            Regular("plus = potentiation(t)*alive(t)\nminus = depression(t)*alive(t)", slow=True, order=-2),
        ),
        slow=("w",),
        about={"role": f"kernels of {place.name}", "model": f"shared weights, STDP ({learning.rule})"},
    )  # fmt: skip


def convergence(weights: np.ndarray) -> float:
    """Return the convergence index, the mean of ``w (1 - w)``; 0 if every weight is 0 or 1 (Kheradpisheh 2018)."""
    return float(np.mean(weights * (1 - weights)))
