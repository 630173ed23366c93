"""Images and words as stimuli: read or draw images, filter contrast, code it in spike latencies; draw bags of words."""

from spiking_engrams.stimuli.contrast import contrast, local_normalisation
from spiking_engrams.stimuli.image_set import ImageSet, Size
from spiking_engrams.stimuli.images import digits, from_arrays, from_folder, from_idx
from spiking_engrams.stimuli.latency import NO_SPIKE, latencies
from spiking_engrams.stimuli.scene_edits import blur_discs, object_discs, occlude, random_squares, zoom
from spiking_engrams.stimuli.scene_geometry import SHAPES
from spiking_engrams.stimuli.scenes import Factors, Scenes, draw_factors, draw_scenes, render
from spiking_engrams.stimuli.words import bags_of_words, check_word_lists, corpus, similarities, vocabulary, word_lists

__all__ = [
    "NO_SPIKE",
    "SHAPES",
    "Factors",
    "ImageSet",
    "Scenes",
    "Size",
    "blur_discs",
    "bags_of_words",
    "check_word_lists",
    "contrast",
    "corpus",
    "digits",
    "draw_factors",
    "draw_scenes",
    "from_arrays",
    "from_folder",
    "from_idx",
    "latencies",
    "local_normalisation",
    "object_discs",
    "occlude",
    "random_squares",
    "render",
    "zoom",
    "similarities",
    "vocabulary",
    "word_lists",
]
