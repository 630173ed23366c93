"""Novelty: what was just seen is compared with what pointers are bound to, and is encoded only if it is new.

While an image is seen the pointers gather evidence from its first spikes, and the inhibition that counts these sums up
how long the couplings would be to which they would be bound. The strongest evidence, in units of both lengths, is the
cosine between what is seen and the episode that is most like it. Where the schedule asks (`judges`), an image that was
just seen and is seen again is encoded only if that cosine was below `pointers.familiar`: then the novelty neuron fires,
a pointer is recruited and traces are laid for good. What is familiar recruits nothing and consolidates nothing; nor
does anything if no pointer is left, or if nothing was seen.
"""

from __future__ import annotations

from networks.naming.feature_layers import ImageTime
from networks.recollection.parameters import WithWayBack
from spiking_engrams.circuit.circuit import Group, Regular

SIGNALS = {"judges": 0.0}  # 1 while only what is new is encoded
NEW = "(1 - withheld)"  # where `LINK` is linked
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
