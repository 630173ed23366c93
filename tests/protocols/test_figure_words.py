"""Figures of the protocols: conditions in words, titles of pictures, and the first frame of a film."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from places import ROOT

from protocols.naming.drawing.words import accuracy, learner
from protocols.recollection import words
from protocols.recollection.drawing import pictures, recall
from protocols.recollection.drawing.curves import conditions
from spiking_engrams.report.figures import save_film, style
from spiking_engrams.runs.metrics import Metric, Metrics, metric, read_metric
from spiking_engrams.runs.tables import Arrays

STORED = ROOT / "results" / "reference" / "recollection"
IN_WORDS = {
    "recall_ablations": words.ABLATIONS,
    "recall_interference": words.INTERFERENCE,
    "recall_replay": words.NIGHTS,
}


def stored(name):
    """Return the names of the metrics of a stored summary."""
    summary = json.loads((STORED / f"digits_{name}" / "summary.json").read_text(encoding="utf-8"))
    return [read_metric(*each) for each in summary["metrics"].items()]


@pytest.mark.parametrize("name", IN_WORDS)
def test_every_stored_condition_has_words(name):
    known = IN_WORDS[name]
    found = [words.condition_of(each) for each in stored(name) if each.name == "correlation"]
    assert not [each for each in found if each not in known and f"{each.rpartition('_')[0]}_*" not in known]
    assert len({words.in_words(each, known) for each in found}) == len(found)


def test_conditions_read_as_in_tables():
    assert words.in_words("bound_10", words.ABLATIONS) == "10 % bound"
    assert words.condition_of(metric("gain", images="digits", delay=0.5, gains="raised")) == "raised_0.5"
    folder = SimpleNamespace(info={"request": {"parameters": {"pointers": {"fraction": 0.01}}}})
    assert words.ablations_of(folder)["none"] == "no ablation (1 % bound)"
    assert learner("svm_linear_experienced_counts") == "SVM (linear), experienced, spike counts"
    assert accuracy(metric("accuracy", rule="surprise", labels="shuffled")) == "surprise rule, shuffled labels"


def test_conditions_are_drawn_in_words():
    measured = Metrics({Metric(name, (("recall", "awake"),)): np.ones(2) for name in ("correlation", "specificity")})
    folder = SimpleNamespace(measured=measured, metric=measured)
    with style():
        figure, caption = conditions(folder, words.NIGHTS, "More.")
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["awake"] and caption.endswith("More.")


def test_pictures_have_words_titles_and_a_legend():
    rows = {name: np.ones((1, 3, 2, 2)) for name in ("typical", "first")}
    arrays = Arrays({metric("pictures", of=name): [SimpleNamespace(values=rows[name][0])] for name in rows})
    folder = SimpleNamespace(arrays=arrays, notes=lambda name: ["b", "a", "b"])
    with style():
        figure, caption = pictures.pictures(folder, words.IMAGERY, "More.", titles={"typical": ["a", "b"]})
    first, second = figure.axes[0], figure.axes[3]
    assert first.get_ylabel() == "mean of the class" and [first.get_title(), second.get_title()] == ["a", "b"]
    assert not any(spine.get_visible() for ax in figure.axes[:-1] for spine in ax.spines.values())
    assert [text.get_text() for text in figure.axes[-1].get_xticklabels()] == list(pictures.LEVELS.values())
    assert "on (white)" in caption


def test_a_film_begins_with_a_late_frame(tmp_path):
    from PIL import Image

    counts = np.zeros((20, 4))
    counts[10] = [1, 0, 0, 0]
    recording = SimpleNamespace(duration=0.02, dt=0.001, sizes={"input": 4}, counts=lambda name, bin_s: counts)
    folder = SimpleNamespace(
        complete_seeds=[1], recording=lambda seed, label: recording, notes=lambda name: ["7"],
        array=lambda name: [SimpleNamespace(values=np.array([1, 2, 2]))],
    )  # fmt: skip
    with style():
        film, caption = recall.film(folder)
        save_film(film, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as shown:
        assert shown.n_frames == 21
        first = np.asarray(shown.convert("L"), int)
        shown.seek(1)
        second = np.asarray(shown.convert("L"), int)
    middle = slice(first.shape[0] // 4, -20), slice(20, -20)
    assert np.ptp(first[middle]) > 100 > np.ptp(second[middle]) and "(7)" in caption
