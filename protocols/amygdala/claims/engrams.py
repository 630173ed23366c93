"""Published effects of manipulating engram cells, and how the direction of each is checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from spiking_engrams.analysis.metrics import paired_test
from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

LIU = "Liu et al. 2012"
HAN = "Han et al. 2009, Denny et al. 2014"
RAMIREZ = "Ramirez et al. 2013"
SEEDS = 7  # with fewer the test cannot reach its significance level, ALPHA
ALPHA, LEAST, SAME = 0.01, 0.2, 0.1  # LEAST: smallest effect on fear; SAME: largest difference that counts as none
in_a, in_b, in_c, in_n = (partial(metric, "fear", context=context) for context in "ABCN")


def more(high: Metric, low: Metric) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that fear is higher under one condition than under another, seed by seed."""

    def check(m: Metrics) -> tuple[str, bool]:
        p = paired_test(m[high], m[low], alternative="greater")
        difference = float((m[high] - m[low]).mean())
        return f"difference {difference:.2f}, p = {p:.2g}", bool(p < ALPHA and difference >= LEAST)

    return check


def same(one: Metric, other: Metric) -> Callable[[Metrics], tuple[str, bool]]:
    """Return the check that mean fear under one condition is close to that under another."""

    def check(m: Metrics) -> tuple[str, bool]:
        difference = abs(float((m[one] - m[other]).mean()))
        return f"difference {difference:.2f}", bool(difference <= SAME)

    return check


def _effect(id_: str, claim: str, source: str, high: Metric, low: Metric) -> Phenomenon:
    text = f"mean difference >= {LEAST}, paired Wilcoxon p < {ALPHA}"
    return Phenomenon(id_, claim, source, "", text, (high, low), more(high, low), seeds=SEEDS)


def _none(id_: str, claim: str, source: str, one: Metric, other: Metric) -> Phenomenon:
    return Phenomenon(id_, claim, source, "", f"mean difference at most {SAME}", (one, other), same(one, other))


ACTIVATE = (
    _effect("E1.tagged", "Activating the cells tagged in a fear context causes fear in a neutral one", LIU,
            in_n(activated="tagged"), in_n(activated="none")),
    _none("E1.untagged", "Control: activating as many untagged cells causes no fear", LIU,
          in_n(activated="untagged"), in_n(activated="none")),
    _none("E1.neutral", "Control: activating cells tagged in a context without shock causes none", LIU,
          in_n(activated="neutral_engram"), in_n(activated="none")),
    Phenomenon("E1.context", "Fear in the context of the shock itself", "own measure", "", "reported",
               (in_a(activated="none"),)),
)  # fmt: skip
SILENCE = (
    _effect("E2.tagged", "Silencing the cells tagged in a fear context reduces fear there", HAN,
            in_a(silenced="none"), in_a(silenced="tagged")),
    _none("E2.untagged", "Control: silencing as many untagged cells leaves fear as it was", HAN,
          in_a(silenced="untagged"), in_a(silenced="none")),
    Phenomenon("E2.half", "Fear with half of the tagged cells silenced", "own measure", "", "reported",
               (in_a(silenced="half"),)),
)  # fmt: skip
FALSE_MEMORY = (
    _effect("E3.A", "Activating the cells of A during shock in B causes fear of A", RAMIREZ,
            in_a(activated="tagged"), in_a(activated="none")),
    _none("E3.C", "Activating them causes no fear of C, which was also explored", RAMIREZ,
          in_c(activated="tagged"), in_c(activated="none")),
    _none("E3.untagged", "Control: activating as many untagged cells causes no fear of A", RAMIREZ,
          in_a(activated="untagged"), in_a(activated="none")),
    Phenomenon("E3.B", "Fear of B after shock with cells of A, untagged cells or none activated", "own measure", "",
               "reported", tuple(in_b(activated=cells) for cells in ("tagged", "untagged", "none"))),
)  # fmt: skip
