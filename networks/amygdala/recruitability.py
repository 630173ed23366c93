"""Slowly oscillating recruitability of cells: which of them a teaching signal can reach at a given time."""

from __future__ import annotations

import numpy as np

from spiking_engrams.circuit.circuit import Draw, Regular
from spiking_engrams.synapses.part import Part


def recruitability(
    on_advance: float,
    off_advance: float,
    noise: float,
    on_fraction: float,
    gate: str,
    norm: str,
    ceiling: float,
) -> Part:
    """Return an oscillator per cell, advanced once per step while `gate` is 1.

    While a cell is recruitable (f > 0.5) its phase advances by `on_advance`; otherwise it advances by
    `off_advance` in a random sixteenth of the steps. ``f = clip((1 + sin phase)/norm + noise*xi, 0,
    (1 + sin phase)/norm + ceiling)`` (Werne, Chadwick & Series 2026, code).

    Parameters
    ----------
    on_fraction
        Fraction of cells that start on the rising half of the sine.
    gate, norm
        Expressions in the group: `gate` is 1 to advance; `norm` is 2 for an f between 0 and 1.
    """
    code = (
        f"slow_advance = {off_advance!r}*int(rand() < 0.0625)\n"
        f"angle += {gate}*(slow_advance + int(recruitable > 0.5)*({on_advance!r} - slow_advance))\n"
        f"angle_sine = 1 + sin(angle)\n"
        f"recruitable += {gate}*(clip(angle_sine/({norm}) + {noise!r}*randn(), 0, "
        f"angle_sine/({norm}) + {ceiling!r}) - recruitable)"
    )
    return Part(
        equations="angle : 1  # phase of the recruitability\nrecruitable : 1  # recruitability f",
        initial={"angle": Draw("mixture", (on_fraction, 0.0, float(np.pi), float(-np.pi), 0.0))},
        regular=(Regular(code, slow=True),),
        slow=("angle", "recruitable"),
    )
