"""Images and words as stimuli: read images, filter contrast, code it in spike latencies; draw bags of words."""

from spiking_engrams.stimuli.contrast import contrast, local_normalisation
from spiking_engrams.stimuli.image_set import ImageSet, Size
from spiking_engrams.stimuli.images import digits, from_arrays, from_folder, from_idx
from spiking_engrams.stimuli.latency import NO_SPIKE, latencies
from spiking_engrams.stimuli.words import bags_of_words, check_word_lists, corpus, similarities, vocabulary, word_lists

__all__ = [
    "NO_SPIKE",
    "ImageSet",
    "Size",
    "bags_of_words",
    "check_word_lists",
    "contrast",
    "corpus",
    "digits",
    "from_arrays",
    "from_folder",
    "from_idx",
    "latencies",
    "local_normalisation",
    "similarities",
    "vocabulary",
    "word_lists",
]
