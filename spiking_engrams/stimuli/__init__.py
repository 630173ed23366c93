"""Images as stimuli: read them, filter their contrast, code it in spike latencies."""

from spiking_engrams.stimuli.contrast import contrast, local_normalisation
from spiking_engrams.stimuli.image_set import ImageSet, Size
from spiking_engrams.stimuli.images import digits, from_arrays, from_folder, from_idx
from spiking_engrams.stimuli.latency import NO_SPIKE, latencies

__all__ = [
    "NO_SPIKE",
    "ImageSet",
    "Size",
    "contrast",
    "digits",
    "from_arrays",
    "from_folder",
    "from_idx",
    "latencies",
    "local_normalisation",
]
