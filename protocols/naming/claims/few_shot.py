"""What names from one or few examples, and names that arrive one after another, must show, and the checks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from protocols.naming.claims.naming import HOUIDI, OWN, Metrics, at_least, row
from spiking_engrams.runs.phenomena import Phenomenon

SUPERVISED = ("svm_rbf", "svm_rbf_experienced", "svm_linear_experienced", "svm_linear_experienced_counts")
MACHINES = ("svm_rbf", "svm_linear", "svm_rbf_counts", "svm_linear_counts")
SELF_TAUGHT = ("kmeans", "spherical_kmeans", "spherical_kmeans_counts", "label_spreading")


def _one_shot(m: Metrics) -> tuple[str, bool]:
    mean, best = m["caltech_id0_one_shot_published"].mean(), m["caltech_id0_one_shot_published_max"].max()
    return f"mean {mean:.3f}, best {best:.3f}", bool(0.69 <= mean <= 0.77 and best >= 0.90)


def low_end(values: np.ndarray) -> tuple[float, float]:
    """Return the mean over seeds and the lower end of its 95 % interval (Student's t)."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - stats.t.ppf(0.975, len(values) - 1) * error)


def _beyond(kernels: str) -> Callable[[Metrics], tuple[str, bool]]:
    prefix = f"caltech_{kernels}_one_shot"

    def check(m: Metrics) -> tuple[str, bool]:
        machines = np.max([m[f"{prefix}_{name}"] for name in MACHINES], axis=0)
        (alone, low), (margin, least) = (
            low_end(v) for v in (m[f"{prefix}_rehearsed"], m[f"{prefix}_rehearsed"] - machines)
        )
        kept = m[f"caltech_{kernels}_rehearsed_many"].mean()
        text = f"{alone:.3f} (from {low:.3f}), SVM + {margin:.3f} (from {least:.3f}); {kept:.3f} with 200 per class"
        return text, bool(low > 0.746 and least > 0 and kept >= 0.94)

    return check


def _experienced(kernels: str) -> Callable[[Metrics], tuple[str, bool]]:
    def check(m: Metrics) -> tuple[str, bool]:
        margin, least = low_end(m[f"caltech_{kernels}_one_shot_margin"])
        return f"{margin:+.3f} (from {least:+.3f})", bool(least > 0)

    return check


def _beyond_rows(kernels: str) -> tuple[Phenomenon, Phenomenon]:
    sizes = {f"{kernels}_n_draws": 150, f"{kernels}_n_many": 1000}
    metrics = ("one_shot_rehearsed", "rehearsed_many", *(f"one_shot_{name}" for name in MACHINES))
    return (
        row(f"beyond.{kernels}", "Own one-shot rule: better than an SVM of the same examples, nothing forgotten", OWN,
            "published rule 0.746", "above 0.746 and above the best SVM (95 %), >= 0.94 with 200 per class",
            [f"caltech_{kernels}_{name}" for name in metrics], _beyond(kernels), 5, **sizes),
        row(f"beyond.{kernels}.experienced", "The same against 14 classifiers, half with experience of all images",
            OWN, "", "above the best of them (95 %)", [f"caltech_{kernels}_one_shot_margin"], _experienced(kernels), 5,
            **{f"{kernels}_n_draws": 150}),
    )  # fmt: skip


ONE_SHOT = (
    row("G5", "Names from one example, novelty 65, shipped kernels", HOUIDI, "0.746, best 0.965 (1,760 pairs)",
         "mean 0.69 to 0.77, best >= 0.90",
         ["caltech_id0_one_shot_published", "caltech_id0_one_shot_published_max"], _one_shot, 1, id0_n_draws=150),
    row("G5.id61", "The same with the best published kernels", HOUIDI, "0.718, best 0.922", "reported",
         ["caltech_id61_one_shot_published", "caltech_id61_one_shot_published_max"]),
    row("G5.svm", "Classifiers of the same examples", "re-run: 0.733 (id0), 0.793 (id61)", "", "reported",
         [f"caltech_{k}_one_shot_{c}" for k in ("id0", "id61") for c in SUPERVISED]),
    row("beyond.self_taught", "Classifiers that, like rehearsal, learn from images without labels", "own measure", "",
         "reported", [f"caltech_{k}_one_shot_{c}" for k in ("id0", "id61") for c in SELF_TAUGHT]),
    *_beyond_rows("id0"),
    *_beyond_rows("id61"),
    row("beyond.learned", "The own rule with kernels learned here", "own measure", "", "reported",
         ["caltech_learned_one_shot_rehearsed", "caltech_learned_one_shot_margin",
          "caltech_learned_rehearsed_many"]),
    row("beyond.without", "The own rule without rehearsal", "own control", "", "reported",
         [f"caltech_{k}_one_shot_covariance" for k in ("id0", "id61", "learned")]),
    row("digits.one_shot", "Digits: ten names from ten examples", OWN, "chance 0.1", "own rule, mean >= 0.55",
         ["digits_learned_one_shot_rehearsed"], at_least("digits_learned_one_shot_rehearsed", 0.55), 3),
    row("digits.without", "Digits: the own rule without rehearsal", OWN, "chance 0.1", "mean >= 0.55",
         ["digits_learned_one_shot_covariance"], at_least("digits_learned_one_shot_covariance", 0.55), 3),
    row("digits.one_shot_classifiers", "Digits: classifiers of the same examples", "own measure", "", "reported",
         [f"digits_learned_one_shot_{c}" for c in (*SUPERVISED, *SELF_TAUGHT)]),
)  # fmt: skip


def _slow(m: Metrics) -> tuple[str, bool]:
    curve = [m[f"caltech_id0_few_published_x1_{n}"].mean() for n in FEW]
    rises = all(value >= max(curve[: n + 1]) - 0.01 for n, value in enumerate(curve)) and curve[-1] > curve[0] + 0.1
    return ", ".join(f"{n}: {v:.3f}" for n, v in zip(FEW, curve, strict=True)), bool(rises and curve[-1] >= 0.94)


def _fast(m: Metrics) -> tuple[str, bool]:
    early, late = (m[f"caltech_id0_few_published_x10_{n}"].mean() for n in (20, 200))
    return f"20: {early:.3f}, 200: {late:.3f}", bool(early >= 0.92 and late <= 0.70)


FEW = (5, 10, 20, 50, 100, 200)
FEW_SHOT = (
    row("G4.slow", "Factor 1: names improve with every example", HOUIDI, "0.957 at 200",
         "rises by more than 0.1, never falls by more than 0.01, >= 0.94 at 200",
         [f"caltech_id0_few_published_x1_{n}" for n in FEW], _slow, 5),
    row("G4.fast", "Factor 10: names are learned fast and lost again", HOUIDI, "0.955 at 20, 0.662 at 200",
         ">= 0.92 at 20, <= 0.70 at 200", [f"caltech_id0_few_published_x10_{n}" for n in (20, 200)], _fast, 5),
    row("few.own", "The own rule", "own measure", "", "reported",
         [f"caltech_id0_few_{name}_{n}" for name in ("covariance", "rehearsed") for n in (1, 5, 20, 200)]),
    row("digits.few", "Digits: the own rule and a classifier", "own measure", "", "reported",
         [f"digits_learned_few_{k}_{n}" for k in ("covariance", "rehearsed", "svm_rbf") for n in (1, 5, 20, 100)]),
)  # fmt: skip

INCREMENTAL = tuple(
    row(f"{data}.incremental_{rule}", f"Classes one after another, rule {rule} ({data})", "own measure", "",
         "reported", [f"{data}_learned_incremental_{rule}", f"{data}_learned_forgetting_{rule}"])
    for data in ("digits", "mnist", "caltech")
    for rule in ("intended", "covariance", "surprise")
)  # fmt: skip
