"""Metrics in reports and pages of results: what they mean, and numbers that do not exist."""

import json
from types import SimpleNamespace

import pytest
from places import ROOT

from spiking_engrams.errors import ParameterError
from spiking_engrams.experiment.protocol import Protocol, load_protocol
from spiking_engrams.experiment.registry import names
from spiking_engrams.report.metrics import metrics_table
from spiking_engrams.report.results import results_page
from spiking_engrams.runs.comparison import side_by_side
from spiking_engrams.runs.metrics import read_metric
from spiking_engrams.runs.phenomena import number
from spiking_engrams.runs.rows import Row, as_html, as_markdown, filled

SUMMARIES = sorted((ROOT / "results" / "reference").rglob("summary.json"))
ONE_SEED = {"metric": "fear", "unit": "1", "values": [0.9], "mean": 0.9, "sd": None, "interval": [0.9, 0.9]}
METRICS = {
    "fear (context A)": ONE_SEED | {"conditions": {"context": "A"}},
    "trials": ONE_SEED | {"metric": "trials", "conditions": {}, "unit": "trial"},
}
MEANINGS = {"fear": "Fear, from 0 to 1."}


@pytest.fixture(scope="module")
def meanings():
    """What metrics mean, by protocol."""
    return {name: load_protocol(name).meanings for name in names("protocol")}


@pytest.mark.parametrize("path", SUMMARIES, ids=lambda path: path.parent.name)
def test_every_stored_metric_has_a_meaning(path, meanings):
    summary = json.loads(path.read_text(encoding="utf-8"))
    measured = {read_metric(*each).name for each in summary["metrics"].items()}
    assert not measured - set(meanings[summary["protocol"]])


def test_meanings_are_sentences(meanings):
    for sentence in {text for each in meanings.values() for text in each.values()}:
        assert sentence[0].isupper() and sentence.endswith(".") and len(sentence) < 120, sentence
    with pytest.raises(ParameterError, match="meanings"):
        Protocol("a", "a", "a", run=print, schedule=print, meanings={"fear": 1})


def test_one_seed_has_neither_spread_nor_interval():
    table = metrics_table(METRICS, MEANINGS)
    assert "<b>fear</b> <span" in table and MEANINGS["fear"] in table and "context A" in table
    assert table.count("<td>-</td>") == 4 and "0.900 to" not in table and "nan" not in table
    assert number(float("nan")) == "-"


def test_comparisons_show_dashes():
    pandas = pytest.importorskip("pandas")
    missing = float("nan")
    row = {"metric": "fear", "unit": "1", "mean": 0.9, "sd": missing, "low": missing, "high": missing, "p": missing}
    table = pandas.DataFrame([row | {"run": "a", "difference": missing}, row | {"run": "b", "difference": 0.0}])
    table = table[["metric", "unit", "run", *table.columns.difference(["metric", "unit", "run"])]]
    _, rows = side_by_side(table)
    assert rows == [("fear", "0.900", "0.900", "0", "-")]


def test_pages_say_what_metrics_mean(tmp_path):
    summary = {
        "protocol": "p", "network": "n", "neuron": "", "seeds": [1], "metrics": METRICS, "phenomena": [],
        "cost": {"run_s": 1.0, "biological_s": 1.0},
    }  # fmt: skip
    told = results_page("Results", {tmp_path: summary}, tmp_path, {"p": MEANINGS})
    own = results_page("Results", {tmp_path: summary | {"meanings": {"trials": "Trials."}}}, tmp_path, {"p": MEANINGS})
    assert "- fear: Fear, from 0 to 1." in told and "- trials: Trials." in own and "Fear, from" not in own
    assert "| fear | A | 0.900 | - | - |" in told


def test_empty_columns_are_left_out():
    row = Row("a", "claim", "source", "", "1", "1", "> 0", True)
    for text in (as_html([row]), as_markdown([row])):
        assert "measured" not in text and "reference" not in text and "claim" in text
    assert "measured" in as_markdown(
        [row, SimpleNamespace(**vars(row) | {"measured": "2", "full_id": "b", "verdict": ""})]
    )
    assert filled(("a", "b", "c"), [["1", ""], ["2"]]) == (["a"], [["1"], ["2"]])
