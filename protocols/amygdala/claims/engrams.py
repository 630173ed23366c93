"""Published effects of manipulated engram cells, by their direction, and how each is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.phenomena import Phenomenon

LIU = "Liu et al. 2012"
HAN = "Han et al. 2009, Denny et al. 2014"
RAMIREZ = "Ramirez et al. 2013"
SEEDS = 7  # with fewer the test cannot reach its level
ALPHA, LEAST, SAME = 0.01, 0.2, 0.1  # of the test over seeds; of an effect in fear; of what counts as none


def more(high: str, low: str) -> Callable[[dict[str, Any]], tuple[str, bool]]:
    """Return the check that fear is higher under one condition than under another, seed by seed."""

    def check(m: dict[str, Any]) -> tuple[str, bool]:
        p = paired_test(m[high], m[low], alternative="greater")
        difference = float((m[high] - m[low]).mean())
        return f"{difference:.2f}, p = {p:.2g}", bool(p < ALPHA and difference >= LEAST)

    return check


def same(*names: str, to: str) -> Callable[[dict[str, Any]], tuple[str, bool]]:
    """Return the check that fear under some conditions is near that under another one, on average."""

    def check(m: dict[str, Any]) -> tuple[str, bool]:
        largest = max(abs(float((m[name] - m[to]).mean())) for name in names)
        return f"at most {largest:.2f}", bool(largest <= SAME)

    return check


def _effect(id_: str, claim: str, source: str, high: str, low: str) -> Phenomenon:
    text = f"higher by {LEAST} on average, paired Wilcoxon p < {ALPHA}"
    return Phenomenon(id_, claim, source, "", text, (high, low), more(high, low), seeds=SEEDS)


def _none(id_: str, claim: str, source: str, names: tuple[str, ...], to: str) -> Phenomenon:
    return Phenomenon(id_, claim, source, "", f"within {SAME} on average", (*names, to), same(*names, to=to))


ACTIVATE = (
    _effect("E1.tagged", "Activated cells of a fear context bring fear to a neutral one", LIU, "tagged", "no_light"),
    _none("E1.untagged", "Control: as many untagged cells do not", LIU, ("untagged",), "no_light"),
    _none("E1.neutral", "Control: cells of a context without shock do not", LIU, ("neutral_engram",), "no_light"),
    Phenomenon("E1.context", "Fear in the context of the shock itself", "own measure", "", "reported",
               ("in_fear_context",)),
)  # fmt: skip
SILENCE = (
    _effect("E2.tagged", "Silenced cells of a fear context take its fear away", HAN, "no_manipulation", "tagged"),
    _none("E2.untagged", "Control: as many untagged cells do not", HAN, ("untagged",), "no_manipulation"),
    Phenomenon("E2.half", "Half of the tagged cells", "own measure", "", "reported", ("half",)),
)
FALSE_MEMORY = (
    _effect("E3.A", "Cells of A activated during shock in B: fear of A", RAMIREZ, "tagged_A", "no_light_A"),
    _none("E3.C", "None of C, which was explored as well", RAMIREZ, ("tagged_C",), "no_light_C"),
    _none("E3.untagged", "Control: as many untagged cells: no fear of A", RAMIREZ, ("untagged_A",), "no_light_A"),
    Phenomenon("E3.B", "Fear of B with cells of A, untagged cells, and no light", "own measure", "", "reported",
               ("tagged_B", "untagged_B", "no_light_B")),
)  # fmt: skip
