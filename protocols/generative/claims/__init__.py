"""Claims about memory construction and consolidation, and their checks."""

from protocols.generative.claims.construction import CONSTRUCTION, DISTORTION
from protocols.generative.claims.imagery import AMNESIA, FEW_SHOT, IMAGINATION, LATENT_SPACE

__all__ = ["AMNESIA", "CONSTRUCTION", "DISTORTION", "FEW_SHOT", "IMAGINATION", "LATENT_SPACE"]
