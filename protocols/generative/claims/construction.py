"""Claims about memory construction, and the checks (Spens & Burgess 2024, and own requirements)."""

from __future__ import annotations

from collections.abc import Sequence

from spiking_engrams.runs.metrics import Metric, Metrics, metric
from spiking_engrams.runs.phenomena import Check, Phenomenon

SOURCE = "Spens & Burgess 2024, doi 10.1038/s41562-023-01799-z"
SEEDS, MEMORIES = 3, 5000  # fewest with which a check is evaluated: ten seeds of 500 digits, three on other images
IMAGES = ("digits", "mnist")  # image sets for which claims are made
STUDENTS = (
    "replay", "images", "unscaled", "shuffled", "naive", "components", "components_twice", "mean_image",
)  # fmt: skip
ERROR = {"digits": 0.015, "mnist": 0.0265}  # largest error: own requirement; that of the published student


def row(id_: str, claim: str, published: str, text: str, metrics: Sequence[Metric], check: Check | None) -> Phenomenon:
    """Return a phenomenon that is checked with enough seeds and memories."""
    least, given = {metric("memories"): float(MEMORIES)}, {"images": IMAGES}
    return Phenomenon(
        id_, claim, SOURCE, published, text, tuple(metrics), check, optional=True, least=least, seeds=SEEDS, given=given
    )


def _recall(m: Metrics) -> tuple[str, bool]:
    right, correlation = m("right", weights="stored").mean(), m("correlation", recall="cue", weights="stored").mean()
    shuffled = m("right", weights="shuffled").mean()
    text = f"{right:.3f} right, correlation {correlation:.3f}; shuffled {shuffled:.3f} right"
    return text, bool(right >= 0.95 and correlation >= 0.9 and shuffled <= 0.05)


def _replay(m: Metrics) -> tuple[str, bool]:
    single, distinct, entropy = (m(name, weights="stored").mean() for name in ("single", "distinct", "entropy"))
    stored, shuffled = (m("correlation", recall="noise", weights=each).mean() for each in ("stored", "shuffled"))
    mixed = m("single", weights="shuffled").mean()
    text = (
        f"{single:.2f} single, {distinct:.2f} distinct, entropy {entropy:.2f}, correlation {stored:.2f}; shuffled: "
        f"{mixed:.2f} single, correlation {shuffled:.2f}"
    )
    return text, bool(min(single, stored) >= 0.9 and distinct >= 0.6 and shuffled <= 0.2 and mixed <= 0.5)


def _reconstruction(m: Metrics) -> tuple[str, bool]:
    errors = {each: m("error", student=each).mean() for each in STUDENTS}
    text = "; ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in errors.items())
    return text, bool(
        errors["replay"] <= ERROR[m.given["images"]]
        and errors["replay"] < errors["shuffled"]
        and m("fall").mean() <= -0.8
    )


def _decoding(m: Metrics) -> tuple[str, bool]:
    text, better = _beside_pixels(m, "no")
    rise = m("rise").mean()
    return f"{text}; rank correlation with replay {rise:.2f}", better and bool(rise >= 0.8)


def _decoding_scaled(m: Metrics) -> tuple[str, bool]:
    return _beside_pixels(m, "yes")


def _beside_pixels(m: Metrics, scaled: str) -> tuple[str, bool]:
    """Return how well classes are decoded, and whether latents do better than pixels and than after shuffled replay."""
    latents, shuffled, naive = (m("accuracy", features="latents", student=each, scaled=scaled).mean()
                                for each in ("replay", "shuffled", "naive"))  # fmt: skip
    pixels = m("accuracy", features="pixels", scaled=scaled).mean()
    text = f"latents {latents:.3f} (shuffled replay {shuffled:.3f}, naive {naive:.3f}), pixels {pixels:.3f}"
    return text, bool(latents >= pixels + 0.01 and latents > shuffled)


def _distortion(m: Metrics) -> tuple[str, bool]:
    ratio, shrunk, effect = (m(name, recall="student_new").mean() for name in SHRINKAGE)
    compressed = m("variance_ratio", recall="components").mean()
    text = (
        f"ratio {ratio:.2f}, {shrunk:.0%} of the classes, d {effect:.2f}; as many principal components {compressed:.2f}"
    )
    return text, bool(0.4 <= ratio <= 0.8 and m("classes_shrunk", recall="student_new").min() == 1 and effect <= -0.4)


def _accuracies(scaled: str) -> list[Metric]:
    students = [metric("accuracy", features="latents", student=each, scaled=scaled)
                for each in ("replay", "shuffled", "naive")]  # fmt: skip
    return [*students, metric("accuracy", features="pixels", scaled=scaled)]


SHRINKAGE = ("variance_ratio", "classes_shrunk", "effect_size")
DISTORTION = (
    row("F1.8", "Reconstructed images vary less within their class than those that were seen",
        "0.586, 10 of 10, -0.684",
        "ratio 0.4 to 0.8, smaller in every class and seed, d <= -0.4",
        [*(metric(name, recall="student_new") for name in SHRINKAGE), metric("variance_ratio", recall="components")],
        _distortion),
    row("F1.8.memories", "Memories recalled by the teacher, in spikes of sensory cells; predicted by the student "
        "after replay", "not reported", "reported",
        [metric("variance_ratio", recall=each) for each in ("teacher", "student")], None),
)  # fmt: skip
CONSTRUCTION = (
    row("F1.1", "One-shot memories are recalled from a cue of which 30 % are masked", "not reported",
        "right >= 0.95, correlation >= 0.9; with shuffled weights at most 0.05 right",
        [metric("right", weights="stored"), metric("correlation", recall="cue", weights="stored"),
         metric("right", weights="shuffled")], _recall),
    row("F1.2", "Noise alone replays one memory after another", "not reported",
        "single >= 0.9, distinct >= 0.6 in the first third as many replays as memories, correlation >= 0.9; shuffled "
        "<= 0.2, and single <= 0.5",
        [*(metric(name, weights="stored") for name in ("single", "distinct", "entropy")),
         *(metric("correlation", recall="noise", weights=each) for each in ("stored", "shuffled")),
         metric("single", weights="shuffled")], _replay),
    row("F1.3", "After replay alone, the student reconstructs images that it has never seen",
        "0.0265 (MNIST)", "error <= 0.015 (MNIST 0.0265), below that after shuffled replay; rank correlation <= -0.8",
        [*(metric("error", student=each) for each in STUDENTS), metric("fall")], _reconstruction),
    row("F1.4", "Latents come to tell more about classes than pixels do", "0.378 to 0.827 (other images)",
        "latents >= pixels + 0.01, above shuffled replay; rank correlation with replay >= 0.8",
        [*_accuracies("no"), metric("rise")], _decoding),
    row("F1.4.scaled", "The same with standardised features", "not reported",
        "latents >= pixels + 0.01, above shuffled replay", _accuracies("yes"), _decoding_scaled),
)  # fmt: skip
