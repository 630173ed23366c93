"""What each metric of the generative protocols means, for reports."""

MEANINGS = {
    "accuracy": "Share of test images whose class a support vector machine finds, with 200 labels (mean over draws).",
    "classes_shrunk": "Share of the classes whose variance is smaller than in the images that were shown.",
    "correlation": "Correlation of the image that sensory cells show with the memory of the cue, or the one that wins.",
    "distinct": "Number of different memories replayed, per replay.",
    "effect_size": "Mean difference of the variances of pixels within classes, in standard deviations (Cohen's d).",
    "entropy": "Entropy of which memory is replayed, in units of that of as many different ones.",
    "error": "Mean squared error of reconstructed test images; brightness is from 0 to 1.",
    "fall": "Rank correlation of the error of reconstruction with the number of replays.",
    "memories": "Number of stored images.",
    "right": "Share of masked cues for which the assembly of the memory fires most.",
    "rise": "Rank correlation of the accuracy with the number of replays.",
    "silent": "Share of replays in which no index cell fires.",
    "single": "Share of replays in which one assembly fires at least 0.9 of the spikes of index cells.",
    "variance_ratio": "Variance within classes, over all pixels, as a share of that in the images that were shown.",
}
