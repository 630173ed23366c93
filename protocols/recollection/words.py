"""Conditions of the recall protocols in words, for figures and tables; a star stands for a number."""

from __future__ import annotations

from collections.abc import Mapping

from spiking_engrams.runs.metrics import Metric
from spiking_engrams.runs.run_folder import RunFolder

NO_ABLATION = "no ablation (2 % bound)"
PERCEIVED = {"perceived": "as perceived"}
RECALL = PERCEIVED | {
    "original": "original",
    "pointer": "recalled from its pointer",
    "decoded": "decoded from the row above",
    "rested": "recalled, all but synapses reset",
    "name": "recalled from its name",
    "degraded": "recalled from part of its spikes",
    "sound": "recalled from part of its sound",
    "closed": "backward pathway closed",
    "uncoupled": "no coupling",
    "shuffled_couplings": "couplings shuffled",
    "shuffled_traces": "traces shuffled",
    "shuffled_afferents": "traces shuffled per neuron",
    "shuffled_weights": "weights shuffled",
    "shuffled_both": "traces and weights shuffled",
}
ABLATIONS = PERCEIVED | {
    "none": NO_ABLATION,
    "first": NO_ABLATION,
    "bound_*": "{} % bound",
    "concepts": "concept neurons bound",
    "both": "concept neurons bound, too",
    "argmax": "traces of the strongest in a pool",
    "decaying": "traces not consolidated",
    "no_traces": "no traces: all synapses conduct",
    "shuffled_traces": "traces shuffled",
    "signed_*": "backward weights less {}",
    "ohmic": "ohmic gap junctions",
    "ohmic_undivided": "ohmic gap junctions, undivided",
    "rectified": "rectified gap junctions",
    "rectified_undivided": "rectified gap junctions, undivided",
    "inhibited": "maps inhibit each other",
    "uninhibited": "maps do not inhibit each other",
}
INTERFERENCE = {
    "alike": "images of one class",
    "mixed": "images of all classes",
    "early": "seen first",
    "late": "seen last",
    "before": "before any delay",
    "delay_*": "delay of {}",
    "raised_*": "delay of {}, gains raised",
}
NIGHTS = PERCEIVED | {
    "at_once": "before the night",
    "consolidated": "before the night, traces consolidated",
    "replayed": "asleep, with replay",
    "awake": "awake",
    "closed": "asleep, backward pathway closed",
    "shuffled": "asleep, couplings shuffled",
    "unlearning": "asleep, replay lays no traces",
    "kept": "awake, traces consolidated",
    "raised": "awake, gains raised in recall",
}
IMAGERY = {
    "typical": "mean of the class",
    "name": "recalled from the name",
    "first": "first image",
    "second": "second image",
    "both": "recalled from both pointers",
}
DETAIL = PERCEIVED | {
    "there": "part at the location",
    "part": "recalled from name and location",
    "whole": "recalled from the name",
    "other_1": "another name, same location",
}
NOVELTY = {
    "known_seen": "known image, as perceived",
    "known": "recalled",
    "new_seen": "new image, as perceived",
    "new": "recalled",
}
CAPACITY = {"stored_*": "{} episodes stored"}


def ablations_of(folder: RunFolder) -> dict[str, str]:
    """Return the words for ablations, with the share of neurons bound in a run."""
    fraction = folder.info["request"].get("parameters", {}).get("pointers", {}).get("fraction", 0.02)
    usual = f"no ablation ({100 * fraction:g} % bound)"
    return {name: usual if text == NO_ABLATION else text for name, text in ABLATIONS.items()}


def in_words(name: str, words: Mapping[str, str]) -> str:
    """Return a condition in words.

    Examples
    --------
    >>> in_words("bound_10", ABLATIONS)
    '10 % bound'
    """
    stem, _, number = name.rpartition("_")
    return words.get(name) or words.get(f"{stem}_*", name.replace("_", " ")).format(number)


def condition_of(each: Metric) -> str:
    """Return the name of the condition under which a metric was measured, as recalled pictures are named.

    Examples
    --------
    >>> condition_of(Metric("gain", (("ablation", "bound"), ("percent", "10"))))
    'bound_10'
    """
    at = {name: value for name, value in each.conditions if name != "images"}
    if "delay" in at:
        return f"{'raised' if 'gains' in at else 'delay'}_{at['delay']}"
    if at.get("division") == "none":
        return f"{at['ablation']}_undivided"
    return "_".join(at.values())
