"""Labels: cells that learn which values latents take for a class, and evoke such values in imagery.

When an image is seen with its label, the synapses of the label cell learn the mean and the variance of what each latent
cell fired, one example after another (delta rules whose rate falls with the number of examples). In imagery the label
cell clamps each latent cell to the mean plus noise in proportion to the standard deviation. All cells of a latent share
the noise, which raises those for positive values and lowers those for negative ones.
"""

from __future__ import annotations

import numpy as np

from networks.generative.parameters import Parameters
from spiking_engrams.circuit.circuit import Connection, Group, Regular, all_to_all

BIND = """
found = fired_post*scale*bind(t)
n += 1
error_now = found - mean
mean += error_now/n
variance += (error_now*(found - mean) - variance)/n"""
EVOKE = "aim_post = clip(mean + side_post*spread*sqrt(clip(variance, 0, inf))*jitter_post, 0, inf)"


def labels(p: Parameters) -> tuple[list[Group], list[Connection]]:
    """Return label cells and their connection with latent cells.

    Examples
    --------
    >>> groups, [connection] = labels(Parameters())
    >>> [group.size for group in groups], len(connection.i)
    ([10, 20], 3200)
    """
    s = p.student
    cells = 2 * s.latents * s.copies
    group = Group(
        "label",
        s.labels,
        """
number : integer (constant)
to_bind : 1   # 1 when it is bound to what latent cells fired
to_evoke : 1  # 1 when it evokes a thought""",
        initial={"number": np.arange(s.labels)},
        events={
            "binds": "to_bind > 0.5 and alive(t) > 0.5",
            "evokes": "to_evoke > 0.5 and alive(t) > 0.5",
        },
        on_own_event={"binds": "to_bind = 0", "evokes": "to_evoke = 0"},
        regular=(
            Regular("to_bind = int(abs(label(t) - number) < 0.5)*int(bind(t) > 0)\n"
                    "to_evoke = int(abs(label(t) - number) < 0.5)*int(imagine(t)*onset(t) > 0.5)", slow=True),
        ),
        about={"role": "label cells", "model": "events"},
    )  # fmt: skip
    i, j = all_to_all(s.labels, cells)
    associations = Connection(
        "label_latent", "label", "latent", i, j,
        "mean : 1  # of the value of a latent cell\nvariance : 1\nn : 1  # examples so far",
        on_event={"binds": BIND, "evokes": EVOKE},
        constants={"scale": s.largest / float(s.latent_rate), "spread": s.spread},
        initial={"mean": 0.0, "variance": 0.0, "n": 0.0}, slow=("mean", "variance", "n"),
        about={"rule": "running mean and variance"},
    )  # fmt: skip
    noise = Group(
        "latent_noise", s.latents, "noise : 1  # of a thought",
        regular=(Regular("noise += int(onset(t) > 0.5)*(randn() - noise)", slow=True, order=-1),),
        about={"role": "noise of latents in imagery", "model": "normal"},
    )  # fmt: skip
    return [group, noise], [associations]
