"""Former names of the amygdala metrics, such as ``after_night_A``, and the names and conditions that follow them.

Summaries of runs from before metrics had conditions are converted by these rules.
"""

from __future__ import annotations

import re

SAME = r"\g<0>"  # the whole former name
DESIGN = "(ABA|ABC|AAB|ABA_no_sleep)"
MODULE = "(HIP|CTX|BA_N)"
TEST = "(acquired|extinguished)"
WHEN = "(before|after)"
WORDS = {  # parts of former names -> values of conditions, where these differ
    "fear_cells": "BA_P",
    "safety_cells": "BA_I",
    "intact": "none",
    "lesioned": "HIP",
    "no_light": "none",
    "no_manipulation": "none",
    "lost_000": "0",
    "lost_025": "0.25",
    "lost_050": "0.5",
    "lost_075": "0.75",
    "lost_100": "1",
}
AGED = {"population": r"\1", "context": "A", "age": "last"}
FEAR_OF_B = {"context": "B", "order": r"\1"}

# protocol -> pattern of former names, name, conditions; the latter two may refer to groups of the pattern
RULES: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "engram_formation": (
        (f"chance_{MODULE}", "chance", {"population": r"\1"}),
        (f"strength_{MODULE}_(20|50)", "encoding_strength", {"population": r"\1", "step": r"\2"}),
        ("hip_over_chance", "strength_over_chance", {"population": "HIP", "step": "20"}),
        ("ba_n_jump", "strength_change", {"population": "BA_N", "when": "after"}),
        ("ba_n_before", "strength_change", {"population": "BA_N", "when": "before"}),
        ("hip_minus_ctx", "lowest_strength_difference", {"population": "HIP", "other": "CTX"}),
        ("ctx_rise", "lowest_strength_change", {"population": "CTX"}),
    ),
    "fear_conditioning": (
        ("acquisition_trial|plateau|extinction_trial", SAME, {}),
        ("fear_at_60", "fear", {"context": "A", "stage": "extinction", "trial": "60"}),
        (
            "(fear_cells)_acquired", "active_cells",
            {"context": "A", "population": r"\1", "stage": "acquisition", "trial": "last"},
        ),
        (
            "(fear_cells|safety_cells)_extinguished", "active_cells",
            {"context": "A", "population": r"\1", "stage": "extinction", "trial": "last"},
        ),
        ("(after_night|without_sleep)_([AB])", "fear", {"context": r"\2", "test": r"\1"}),
        ("recall_(acquired|after_night)", "fear", {"context": "A", "recall": "free", "test": r"\1"}),
        ("(no_shock|blocked)_fear", "highest_fear", {"group": r"\1"}),
    ),
    "renewal": (
        (f"{DESIGN}_acquired", "fear", {"design": r"\1", "stage": "acquisition", "trial": "last"}),
        (f"{DESIGN}_first_extinction", "fear", {"design": r"\1", "stage": "extinction", "trial": "first"}),
        (f"{DESIGN}_extinguished", "fear", {"design": r"\1", "stage": "extinction", "trial": "last"}),
        (f"{DESIGN}_renewal", "fear", {"design": r"\1", "stage": "test", "trial": "first"}),
        (f"{DESIGN}_end", "fear", {"design": r"\1", "stage": "test", "trial": "last"}),
    ),
    "generalization": (
        (f"{TEST}_at_1", "fear", {"context": "A", "test": r"\1"}),
        (f"{TEST}_at_0", "fear", {"context": "unrelated", "test": r"\1"}),
        (f"{TEST}_peak", "highest_fear", {"test": r"\1"}),
        (f"{TEST}_(fear_cells|safety_cells)_width", "half_width", {"population": r"\2", "test": r"\1"}),
        (rf"{TEST}_fear_([0-9.]+)", "fear", {"overlap": r"\2", "test": r"\1"}),
    ),
    "sleep_replay": (
        ("visited|visits|dwell|replay_p|events|event_duration", SAME, {}),
        ("coverage", "coverage", {"population": "HIP"}),
        ("shuffled_coverage", "coverage", {"population": "HIP", "group": "shuffled"}),
        ("ba_n_neutral", "coverage", {"population": "BA_N", "context": "neutral"}),
        ("ctx_match", "match", {"population": "CTX"}),
        ("ba_n_match_(shocked|neutral)", "match", {"population": "BA_N", "context": r"\1"}),
        ("ba_n_other_(shocked|neutral)", "other_engram", {"population": "BA_N", "context": r"\1"}),
        ("hip_active", "active_cells", {"population": "HIP"}),
        ("hip_active_shuffled", "active_cells", {"population": "HIP", "group": "shuffled"}),
        ("(CTX|BA_N)_(followed|lag)", r"\2", {"population": r"\1"}),
    ),
    "consolidation": (
        ("full_size", SAME, {}),
        (f"{MODULE}_age_([0-9]+)", "recalled", {"population": r"\1", "age": r"\2"}),
        ("HIP_gone", "age_gone", {"population": "HIP"}),
        ("HIP_half", "half_life", {"population": "HIP"}),
        (
            "CTX_over_HIP_later", "recalled_difference",
            {"population": "CTX", "other": "HIP", "age": "after_half_life"},
        ),
        ("BA_N_off", "distance_to_larger", {"population": "BA_N"}),
    ),
    "homeostasis": (
        ("threshold", SAME, {}),
        (f"total_{WHEN}", "total_weight", {"when": r"\1"}),
        ("total_blocked", "total_weight", {"when": "after", "group": "blocked"}),
        (f"(below|above)_watershed_{WHEN}", "weight", {"watershed": r"\1", "when": r"\2"}),
        (f"largest_([AB])_{WHEN}", "largest_summed_weight", {"context": r"\1", "when": r"\2"}),
        (f"weak_([AB])_{WHEN}", "summed_weight", {"context": r"\1", "cells": "weak", "when": r"\2"}),
        ("kept_([AB])", "kept", {"context": r"\1", "population": "BA_P"}),
        (f"fear_([AB])_{WHEN}", "fear", {"context": r"\1", "when": r"\2"}),
        (f"recruited_([AB])_{WHEN}", "active_cells", {"context": r"\1", "population": "BA_P", "when": r"\2"}),
    ),
    "fear_aging": (
        ("full_size", SAME, {}),
        (
            "(intact|lesioned)_([ABC])_(0|1|last)", "fear",
            {"context": r"\2", "age": r"\3", "silenced": r"\1"},
        ),
        ("A_drift", "fear_drift", {"context": "A"}),
        ("B_first", "fear", {"context": "B", "age": "0"}),
        ("B_last", "fear", {"context": "B", "age": "last"}),
        ("A_minus_B_last", "fear_difference", {"context": "A", "other": "B", "age": "last"}),
        ("C_highest", "highest_fear", {"context": "C"}),
        ("B_crossed", "day_validity_fell", {"context": "B"}),
        ("B_came", "day_fear_came_near", {"context": "B", "other": "A"}),
        ("(BA_N|BA_P)_(kept|chance|dropped_in|dropped_out)_last", r"\2", AGED),
        ("(BA_N|BA_P)_tells_([BC])_last", "discrimination", AGED | {"other": r"\2"}),
        ("(BA_N|BA_P)_overlap_p", "overlap_p", AGED),
    ),
    "sleep_loss": (
        ("full_size", SAME, {}),
        ("total_(lost_[0-9]+)", "total_weight", {"lost": r"\1"}),
        ("fear_(lost_[0-9]+)", "fear", {"lost": r"\1"}),
        ("gain_(lost_[0-9]+)", "fear_gain", {"lost": r"\1"}),
    ),
    "stress": (
        ("full_size", SAME, {}),
        ("fear_(forward|reverse)_(trauma|control)", "fear", FEAR_OF_B | {"group": r"\2"}),
        ("enhanced_(forward|reverse)", "fear_enhancement", FEAR_OF_B),
        ("ratio_evening", "weight_ratio", {"when": "first_evening"}),
        ("ratio_lowest", "lowest_weight_ratio", {}),
        ("ratio_last", "weight_ratio", {"when": "last_morning"}),
    ),
    "extinction_contexts": (
        ("(several|one|delayed|immediate)_extinguished", "fear",
         {"design": r"\1", "stage": "extinction", "trial": "last"}),
        ("(several|one|delayed|immediate)_first", "fear", {"design": r"\1", "stage": "test", "trial": "first"}),
    ),
    "engram_overlap": (
        ("fear_([A-D])", "fear", {"context": r"\1"}),
        ("cells_([A-D])", "active_cells", {"context": r"\1", "population": "BA_P"}),
        ("(shared|chance)_([A-D])([A-D])", r"\1", {"context": r"\2", "other": r"\3"}),
        ("shared_(same|next)_day", "shared", {"day": r"\1"}),
    ),
    "tag_and_activate": (
        ("in_([ANO])_tagged", "tagged_cells", {"context": r"\1"}),
        ("in_fear_context", "fear", {"context": "A", "activated": "none"}),
        ("tagged|untagged|neutral_engram|no_light", "fear", {"context": "N", "activated": SAME}),
    ),
    "tag_and_silence": (
        ("in_A_tagged", "tagged_cells", {"context": "A"}),
        ("no_manipulation|tagged|half|untagged", "fear", {"context": "A", "silenced": SAME}),
    ),
    "false_memory": (
        ("in_([AC])_tagged", "tagged_cells", {"context": r"\1"}),
        ("shock_(tagged|untagged|no_light)_tagged", "tagged_cells", {"context": "B", "activated": r"\1"}),
        ("(tagged|untagged|no_light)_([ABC])", "fear", {"context": r"\2", "activated": r"\1"}),
    ),
}  # fmt: skip


def convert(protocol: str, name: str) -> tuple[str, dict[str, str]]:
    """Return the name and the conditions of the metric that a protocol deposited under a joined name.

    Raises
    ------
    ValueError
        When the protocol deposited no metric of this name.
    """
    for pattern, new, conditions in RULES.get(protocol, ()):
        if found := re.fullmatch(pattern, name):
            values = {each: found.expand(text) for each, text in conditions.items()}
            return found.expand(new), {each: WORDS.get(text, text) for each, text in values.items()}
    raise ValueError(f"The protocol '{protocol}' deposited no metric '{name}'.")
