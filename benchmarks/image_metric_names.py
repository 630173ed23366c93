"""Names of metrics of the naming and recall protocols before they had conditions, and what they are called now."""

from __future__ import annotations

import re

IMAGES = "digits|mnist|caltech|own|converted"
KERNELS = "learned|unlearned|id0|id61"
RULES = "published|intended|covariance|surprise"
PLAIN = re.compile("named.*|identified_.*|recalled_.*")
SETS = "full_size|seeds|episodes|familiar|n_alike|agreement"
QUALITY = (
    "correlation|others|above_others|identified|specificity_p|specificity|pixels|grey|contrast|similarity|spikes|gain|"
    "class|cued|weaker|inside|bound|reached|replay_spikes"
)
NAMING = (  # (pattern after images and kernels, name, conditions)
    (r"naming_(?P<rule>\w+?)_weighted", "accuracy", {"votes": "weighted"}),
    (r"naming_(?P<rule>\w+)", "accuracy", {}),
    (r"path_closed_(?P<rule>\w+)", "answered", {"path": "closed"}),
    (r"shuffled_(?P<rule>\w+)", "accuracy", {"labels": "shuffled"}),
    (r"splits_naming", "accuracy", {"rule": "published", "split": "bootstrap"}),
    (r"splits_svm", "accuracy", {"classifier": "svm_rbf", "split": "bootstrap"}),
    (r"one_shot_margin_self_taught", "margin", {"over": "self_taught"}),
    (r"one_shot_margin", "margin", {"over": "supervised"}),
    (r"one_shot_(?P<learner>\w+)_max", "best_accuracy", {"examples": "1"}),
    (r"one_shot_(?P<learner>\w+)", "accuracy", {"examples": "1"}),
    (r"rehearsed_many", "accuracy", {"learner": "rehearsed", "examples": "many"}),
    (r"few_(?P<learner>\w+)_(?P<examples>\d+)", "accuracy", {}),
    (r"incremental_(?P<rule>\w+)", "accuracy", {"classes": "one after another"}),
    (r"forgetting_(?P<rule>\w+)", "forgetting", {}),
    (r"(?P<name>n_\w+)", "", {}),
    (r"(?P<classifier>svm_rbf|svm_linear|logistic|nearest_mean)", "accuracy", {}),
)
RECALL = (  # (pattern after images, name, conditions)
    (rf"(?P<name>{SETS})", "", {}),
    (r"pixels_(?P<classifier>\w+)", "accuracy", {"features": "pixels"}),
    (r"accuracy", "accuracy", {"network": "spiking"}),
    (r"relu_accuracy", "accuracy", {"network": "before"}),
    (r"(?P<layer>(conv|pool|c|d|input)\d*)_(?P<name>bound|bound_of_fired)", "", {}),
    (r"(?P<recall>pointer|shuffled_couplings)_(?P<layer>(conv|pool|c|d|input|dense)\d*)_(?P<name>own|others)", "", {}),
    (r"stored_(?P<stored>\d+)_(?P<name>\w+)", "", {}),
    (r"delay_(?P<delay>[\d.]+)_(?P<name>\w+)", "", {}),
    (r"raised_(?P<delay>[\d.]+)_(?P<name>\w+)", "", {"gains": "raised"}),
    (r"kept_(?P<kept>[\d.]+)_(?P<name>auc|recognised)", "", {}),
    (r"kept_(?P<kept>[\d.]+)_(?P<seen>known|new)", "familiarity", {}),
    (r"shuffled_(?P<seen>known|new)_encoded", "encoded", {"couplings": "shuffled"}),
    (r"(?P<seen>known|new)_encoded", "encoded", {"couplings": "kept"}),
    (r"gain_over_(?P<over>\w+)_p", "advantage_p", {}),
    (r"gain_over_(?P<over>\w+)", "advantage", {}),
)
ABLATIONS = (
    (rf"first_(?P<name>{QUALITY})", "", {"ablation": "none"}),
    (rf"bound_(?P<percent>[\d.]+)_(?P<name>{QUALITY})", "", {"ablation": "bound"}),
    (rf"signed_(?P<offset>[\d.]+)_(?P<name>{QUALITY})", "", {"ablation": "signed"}),
    (rf"(?P<ablation>\w+)_undivided_(?P<name>{QUALITY})", "", {"division": "none"}),
    (rf"perceived_(?P<name>{QUALITY})", "", {"recall": "perceived"}),
    (rf"(?P<ablation>\w+?)_(?P<name>{QUALITY})", "", {}),
)
ANY = (rf"(?P<recall>\w+?)_(?P<name>{QUALITY})", "", {})


def convert(protocol: str, name: str) -> tuple[str, dict[str, str]]:
    """Return the name and the conditions of a metric by its former name; ValueError if it is none."""
    if PLAIN.fullmatch(name):
        return name, {}
    if found := re.fullmatch(r"(?P<layer>conv\d)_convergence", name):
        return "convergence", found.groupdict()
    if found := re.fullmatch(r"threshold_(?P<layer>\w+?)(?P<learning>_learning)?", name):
        return "threshold", {"layer": found["layer"], "when": "learning" if found["learning"] else "firing"}
    if found := re.fullmatch(r"share_(?P<layer>\w+)", name):
        return "share", found.groupdict()
    found = re.fullmatch(rf"(?P<images>{IMAGES})_(?P<rest>.+)", name)
    if found is None:
        raise ValueError(f"{protocol} {name}")
    images, rest = found["images"], found["rest"]
    if of_kernels := re.fullmatch(rf"(?P<kernels>{KERNELS})_(?P<rest>.+)", rest):
        return _matched(NAMING, of_kernels["rest"], {"images": images, "kernels": of_kernels["kernels"]}, name)
    rules = (*RECALL, *ABLATIONS) if protocol == "recall_ablations" else (*RECALL, ANY)
    return _matched(rules, rest, {"images": images}, name)


def _matched(rules, rest, conditions, name):
    for pattern, new, more in rules:
        if found := re.fullmatch(pattern, rest):
            given = found.groupdict()
            return given.pop("name", new), {**conditions, **more, **given}
    raise ValueError(name)
