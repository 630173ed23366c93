"""Claims about imagery, decoding and amnesia, and the checks (Spens & Burgess 2024, and own requirements)."""

from __future__ import annotations

import numpy as np

from protocols.generative.claims.construction import row
from spiking_engrams.runs.metrics import Metrics, metric

NAMED = {"digits": 0.9, "mnist": 0.85}  # least share of imagined images that are named right
NUMBERS = (10, 20, 50, 100, 200)


def _interpolated(m: Metrics) -> tuple[str, bool]:
    return "", bool(m("order").mean() >= 0.9)


def _added(m: Metrics) -> tuple[str, bool]:
    named, unlike = (m("named", of=each) for each in ("sums", "sums_unlike"))
    chance, clear = m("chance").mean(), bool(np.all(named > unlike))
    text = f"{named.mean():.2f} named right, {unlike.mean():.2f} with an image of any class added, chance {chance:.2f}"
    return text, bool(named.mean() > 2 * chance) and clear


def _imagined(m: Metrics) -> tuple[str, bool]:
    kinds = ("learned", "shuffled", "naive", "reconstructed", "test_images")
    named = {each: m("named", of=each).mean() for each in kinds}
    text = "; ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in named.items())
    return f"{text}; worst class {m('named_worst').mean():.2f}", bool(
        named["learned"] >= NAMED[m.given["images"]] and named["shuffled"] < named["learned"] / 2
    )


def _new(m: Metrics) -> tuple[str, bool]:
    nearest, ratio = m("nearest").mean(), m("variance_ratio", recall="learned").mean()
    return f"{nearest:.2f} times the distance; variance ratio {ratio:.2f}", bool(0.5 <= nearest < 1.5 and ratio >= 0.3)


def _few(m: Metrics) -> tuple[str, bool]:
    found = {
        name: np.array([m("accuracy", features=name, labels=n).mean() for n in NUMBERS])
        for name in ("latent", "pixels")
    }
    text = "; ".join(f"{name} " + ", ".join(f"{value:.2f}" for value in values) for name, values in found.items())
    return text, bool(np.all(found["latent"] >= found["pixels"]))


def _order(m: Metrics) -> tuple[str, bool]:
    latent, error = (np.array([m("accuracy", features=each, labels=n).mean() for n in NUMBERS])
                     for each in ("latent", "error"))  # fmt: skip
    return ", ".join(f"{value:.2f}" for value in error) + " from error cells", bool(np.all(latent >= error))


def _recent(m: Metrics) -> tuple[str, bool]:
    intact = m("identified", by="teacher", silenced="none").mean()
    without = m("identified", by="student", silenced="index", replay="before").mean()
    silent = m("identified", by="teacher", silenced="index").mean()
    return f"intact {intact:.2f}; silenced: teacher {silent:.2f}, student {without:.2f}", bool(
        max(without, silent) <= 0.02
    )


def _remote(m: Metrics) -> tuple[str, bool]:
    intact = m("identified", by="teacher", silenced="none").mean()
    after, new = m("identified", by="student", silenced="index", replay="after").mean(), m("identified_new").mean()
    text = f"{after:.2f}, {after / intact:.0%} of intact recall; new images {new:.2f}"
    return text, bool(after >= 0.7 * intact and after > new)


def _same(m: Metrics) -> tuple[str, bool]:
    with_teacher, without = (m("accuracy", features="latents", silenced=each) for each in ("none", "index"))
    text = f"{with_teacher.mean():.3f}, index cells silenced {without.mean():.3f}"
    return text, bool(np.all(np.abs(with_teacher - without) <= 0.01))


def _semantic(m: Metrics) -> tuple[str, bool]:
    teacher = m("identified", by="teacher", silenced="latent").mean()
    student = m("identified", by="student", silenced="latent", replay="after").mean()
    intact = m("identified", by="teacher", silenced="none").mean()
    return f"teacher {teacher:.2f}, student {student:.2f}", bool(teacher >= 0.9 * intact and student <= 0.02)


LATENT_SPACE = (
    row("F1.5.between", "Interpolated latents are imagined, and seen again, in their order", "shown for ten pairs",
        "mean rank correlation of the place along the line >= 0.9", [metric("order")], _interpolated),
    row("F1.5.sum", "Latents of an image, less one and plus another of one class, make an image of the first class",
        "shown for ten sums",
        "named right > 2 x chance, and in every seed more often than with an image of any class added",
        [*(metric("named", of=each) for each in ("sums", "sums_unlike")), metric("chance")], _added),
)  # fmt: skip
IMAGINATION = (
    row("F1.11", "Labels evoke images of their class", "shown",
        "named right by a classifier of pixels >= 0.9 (MNIST 0.85), with shuffled labels less than half as often",
        [*(metric("named", of=each) for each in ("learned", "shuffled", "naive", "reconstructed", "test_images")),
         metric("named_worst")], _imagined),
    row("F1.11.new", "They are neither copies of what is stored, nor far from it, nor all alike", "not reported",
        "distance to the nearest memory 0.5 to 1.5 times that of test images; variance within classes >= 0.3 of theirs",
        [metric("nearest"), metric("variance_ratio", recall="learned")], _new),
    row("F1.11.frechet", "Fréchet distance to test images in their first 20 components: imagined, memories",
        "not reported", "reported", [metric("frechet", of=each) for each in ("learned", "memories")], None),
)  # fmt: skip
FEW_SHOT = (
    row("F1.12", "With few labels, latents tell more about classes than pixels do", "0.40 to 0.86; 0.24 to 0.43",
        "latents >= pixels with 10, 20, 50, 100 and 200 labels",
        [metric("accuracy", features=each, labels=n) for each in ("latent", "pixels") for n in NUMBERS], _few),
    row("F1.12.order", "Latents tell more about classes than lower layers do", "0.40 to 0.86; 0.24 to 0.77",
        "latents >= error cells with every number of labels",
        [metric("accuracy", features=each, labels=n) for each in ("latent", "error") for n in NUMBERS], _order),
)  # fmt: skip
AMNESIA = (
    row("F1.14.recent", "Sanity check: without the teacher, what has not been replayed is lost", "predicted",
        "identified <= 0.02 (chance 0.002), by the teacher and by the student",
        [metric("identified", by="teacher", silenced=each) for each in ("none", "index")]
        + [metric("identified", by="student", silenced="index", replay="before")], _recent),
    row("F1.14.remote", "After replay, memories are recalled without the teacher", "predicted",
        "identified >= 0.7 of intact recall, from masked pixels; more than new images",
        [metric("identified", by="student", silenced="index", replay="after"),
         metric("identified", by="teacher", silenced="none"), metric("identified_new")], _remote),
    row("F1.14.decoding", "Sanity check: classes are decoded from latents without the teacher as with it", "predicted",
        "accuracies differ by <= 0.01 in every seed",
        [metric("accuracy", features="latents", silenced=each) for each in ("none", "index")], _same),
    row("F1.14.semantic", "Sanity check: without latents, generic knowledge is lost and recent detail is spared",
        "predicted",
        "teacher >= 0.9 of intact, student <= 0.02",
        [metric("identified", by="teacher", silenced="latent"),
         metric("identified", by="student", silenced="latent", replay="after"),
         metric("identified", by="teacher", silenced="none")], _semantic),
)  # fmt: skip
