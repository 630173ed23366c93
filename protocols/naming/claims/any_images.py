"""Claims about any images, published ones or a user's, and the checks (own requirements)."""

from __future__ import annotations

from typing import Any

from scipy import stats

from protocols.naming.claims.naming import OWN
from spiking_engrams.runs.metrics import Metrics
from spiking_engrams.runs.phenomena import Phenomenon

P = 0.001  # significance of a binomial test
SMALLEST = 1e-16  # p value that is written out
NEAR_CHANCE = 0.15  # largest excess over chance of names taught with shuffled labels
TESTS = 20  # fewest test images, summed over seeds, with which checks are evaluated


def above_chance(right: float, tests: float, chance: float) -> float:
    """Return the probability of at least as many right answers if each is right by chance.

    Seeds may share images, so that answers of different seeds are not independent: claims take those of an average
    seed, controls those of all seeds, which is the stricter of the two for either.
    """
    n = round(float(tests))
    return float(stats.binomtest(min(n, round(float(right))), n, float(chance), "greater").pvalue)


def _in_words(p: float) -> str:
    return f"p = {p:.1g}" if p >= SMALLEST else f"p < {SMALLEST:g}"


def _named(m: Metrics) -> tuple[str, bool]:
    p = above_chance(m["named_right"].mean(), m["named_tests"].mean(), m["named_chance"].max())
    named, shuffled = m["named"].mean(), m["named_shuffled"].mean()
    return f"{named:.2f}, chance {m['named_chance'].mean():.2f}, {_in_words(p)}", bool(p < P and named > shuffled)


def _shuffled(m: Metrics) -> tuple[str, bool]:
    found, chance = m["named_shuffled"].mean(), m["named_chance"].mean()
    return f"{found:.2f}, chance {chance:.2f}", bool(found <= chance + NEAR_CHANCE)


def _path(m: Metrics) -> tuple[str, bool]:
    return "", bool(not m["named_closed"].any() and m["named_answered"].mean() > 0.5)


def _identified(m: Metrics) -> tuple[str, bool]:
    found, of = m["identified_right"].mean(), m["identified_of"].mean()
    p = above_chance(found, of, 1 / m["identified_of"].min())
    return f"{found:.1f} of {of:.0f} per seed, {_in_words(p)}", bool(p < P)


def _control(m: Metrics) -> tuple[str, bool]:
    found, of = m["identified_shuffled"].sum(), m["identified_of"].sum()
    p = above_chance(found, of, 1 / m["identified_of"].min())
    return f"{found:.0f} of {of:.0f}, {_in_words(p)}", bool(p >= P)


def _silent(m: Metrics) -> tuple[str, bool]:
    return "", bool(not m["recalled_closed"].any() and m["recalled_spikes"].all())


def _row(
    id_: str, claim: str, text: str, metrics: tuple[str, ...], check: Any, source: str = OWN, **least: float
) -> Phenomenon:
    return Phenomenon(id_, claim, source, "", text, metrics, check, optional=True, least=least if check else {})


ANY_NAMING = (
    _row("O1", "Any images: test images are named above chance",
         f"binomial test of an average seed, p < {P}; above names taught with shuffled labels",
         ("named", "named_right", "named_tests", "named_chance", "named_shuffled"), _named, named_tests=TESTS),
    _row("O2", "Accuracy of names, beside support vector machines on pixels and on features (the better of two kernels "
         "each)",
         "reported", ("named", "named_by_pixels", "named_by_features"), None),
    _row("O3", "Control: backward pathway closed",
         "no answers; with the pathway open, answers to more than half of the images",
         ("named_closed", "named_answered"), _path, "own control"),
    _row("O4", "Control: names taught with shuffled labels", f"at most {NEAR_CHANCE} above chance",
         ("named_shuffled", "named_chance", "named_tests"), _shuffled, "own control", named_tests=TESTS),
)  # fmt: skip
ANY_RECALL = (
    _row("O5", "Any images: recalled from its pointer, an image is identified among all remembered ones",
         f"binomial test of an average seed, p < {P}", ("identified_right", "identified_of"), _identified,
         identified_of=TESTS),
    _row("O6", "Control: couplings of the pointers shuffled", f"identified at chance level, all seeds pooled, p >= {P}",
         ("identified_shuffled", "identified_of"), _control, "own control", identified_of=TESTS),
    _row("O7", "Control: backward pathway closed", "no input spikes; with the pathway open, some in every seed",
         ("recalled_closed", "recalled_spikes"), _silent, "own control"),
)  # fmt: skip


__all__ = ["ANY_NAMING", "ANY_RECALL"]
