"""Novelty: the image just seen is compared with the episodes that pointers are bound to, and encoded only if new.

While an image is shown, pointers gather evidence from its first spikes, and the inhibition that counts these spikes
sums up the length that the couplings bound to them would have. The strongest evidence, in units of both lengths, is the
cosine between the image and the episode most similar to it. If the schedule requires it (`judges`), an image that was
just seen and is shown again is encoded only if that cosine was below `pointers.familiar`: then the novelty neuron
fires, a pointer is recruited and traces are laid permanently. A familiar image recruits no pointer and consolidates no
trace. The same holds if no pointer is left, or if nothing was seen.
"""

from __future__ import annotations

from networks.naming.feature_layers import ImageTime
from networks.recollection.parameters import WithWayBack
from spiking_engrams.circuit.circuit import Group, Regular

SIGNALS = {"judges": 0.0}  # 1 while only what is new is encoded
NEW = "(1 - withheld)"  # requires the link `LINK`
LINK = {"withheld": "novelty.withheld"}
SIMILARITY = "novelty.similarity"  # which is recorded


def novelty(parameters: WithWayBack, time: ImageTime) -> Group:
    """Return the novelty neuron."""
    layers = parameters.pointers.layers.split()
    seen = " + ".join(f"seen_{layer}" for layer in layers)
    return Group(
        name="novelty",
        size=1,
        equations="""
similarity : 1  # of what was seen in the last step, to the episode that is most like it
withheld : 1    # 1 while nothing is encoded""",
        threshold=f"judges(t) > 0.5 and withheld < 0.5 and abs({time.position}) < 0.5 and alive(t) > 0.5",
        constants={"same": parameters.pointers.familiar, "n_pointers": float(parameters.pointers.n)},
        links={
            "best": "recruiter.best", "n_used": "recruiter.n_used",
            **{f"seen_{layer}": f"{layer}_window.seen" for layer in layers},
        },
        regular=(
            Regular(
                f"any_seen = int({seen} > 0)\n"
                f"cosine = any_seen*best/sqrt({seen} + 1e-12)\n"
                "similarity = similarity + alive(t)*(cosine - similarity)\n"
                "encoded = any_seen*int(similarity < same)*int(n_used < n_pointers - 0.5)\n"
                "withheld = withheld + alive(t)*(judges(t)*(1 - encoded) - withheld)",
                slow=True, order=-4,
            ),
        ),
        about={"role": "novelty, on which encoding depends", "model": "comparison"},
    )  # fmt: skip
