"""Interventions on a circuit beyond its stimuli: silenced or activated cells, altered projections, controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking_engrams import lazy

if TYPE_CHECKING:
    from spiking_engrams.interventions.manipulation import (
        Manipulation,
        activate,
        block_plasticity,
        gain,
        lesion,
        manipulated,
        silence,
    )

__all__ = ["Manipulation", "activate", "block_plasticity", "gain", "lesion", "manipulated", "silence"]
__getattr__, __dir__ = lazy.exports(__name__, {"manipulation": tuple(__all__)})
