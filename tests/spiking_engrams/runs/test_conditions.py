"""Metrics have names and conditions: recorded, claimed, written, compared."""

import csv
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from places import ROOT

from spiking_engrams.errors import EngramError, EngramWarning, RunFolderError, UnknownNameError
from spiking_engrams.experiment.conclusion import check_names, finish
from spiking_engrams.report.comparison import plot_differences
from spiking_engrams.report.figures import style
from spiking_engrams.report.results import results_page, summaries
from spiking_engrams.runs.comparison import compare, side_by_side
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon, evaluate
from spiking_engrams.runs.records import Records
from spiking_engrams.runs.rows import Row, as_html, as_markdown, verdict_line
from spiking_engrams.runs.run_folder import RunFolder

INFO = {
    "protocol": "p",
    "network": "n",
    "request": {"protocol": "p", "network": "n", "seeds": [1, 2, 3], "options": {}},
}
COST = {"run_s": 1.0, "biological_s": 2.0, "peak_memory_mb": 3.0}


def a_run(path, shift=0.0, seeds=(1, 2, 3)):
    """Write a run with fear in two contexts."""
    info = INFO | {"request": INFO["request"] | {"seeds": list(seeds)}}
    folder = RunFolder.create(path, info)
    for seed in seeds:
        records = Records()
        for context, fear in (("A", 0.8), ("B", 0.2)):
            records.metric("fear", fear + seed / 100 + shift * (context == "B"), context=context, test="night")
        records.metric("trials", 4 + seed, "trial")
        records.series("curve", [0.0, 1.0], [seed, seed + shift], "s")
        records.series("curve", [0.0], [seed], "s", context="A")
        records.array("kernel", np.full((2, seed), seed), ("row", "column"), "V", layer="conv1")
        data = {"format_version": 1, "seed": seed, **records.records, "phases": [], "reused_states": [], "cost": COST}
        folder.seed(seed).path.mkdir(parents=True)
        folder.seed(seed).metrics_path.write_text(json.dumps(data, default=lambda each: each.tolist()))
    return folder


def test_a_metric_is_found_by_its_conditions_in_any_order(tmp_path):
    run = a_run(tmp_path / "run")
    fear = run.metric("fear", test="night", context="A")
    np.testing.assert_allclose(fear, [0.81, 0.82, 0.83])
    np.testing.assert_array_equal(run.measured("fear", context="A", test="night"), fear)
    assert run.measured.values_of("context") == ["A", "B"]
    at_b = run.measured.at(context="B")
    assert list(at_b) == [metric("fear", test="night")] and at_b.given == {"context": "B"}
    with pytest.raises(EngramError, match="fear .context A, test night."):
        run.metric("fear", context="A")


def test_numbers_are_conditions_too():
    assert metric("fear", overlap=0.50) == metric("fear", overlap="0.5")
    assert str(metric("fear", overlap=1.0, age=np.int64(3))) == "fear (age 3, overlap 1)"


@pytest.mark.parametrize(
    ("name", "conditions"),
    [("fear", {"seed": 1}), ("fear", {"context": None}), ("fear", {"context": ""}), ("fear", {"context": "a\nb"}),
     ("", {}), ("fear", {"context": True}), (3, {}), ("fear", {"context": "A, test B"}), ("fear (context A)", {}),
     ("fear", {"": "A"}), ("fear", {"age": float("nan")})],
    ids=["column", "none", "empty", "lines", "no-name", "flag", "number", "comma", "brackets", "nameless", "nan"],
)  # fmt: skip
def test_what_no_table_could_hold_is_refused(name, conditions):
    with pytest.raises(RunFolderError, match=r"etric .*(must be|choose)"):
        Records().metric(name, 1.0, **conditions)


@pytest.mark.parametrize("value", ["abc", None, [1.0], 1 + 2j, np.ones(2)])
def test_values_are_numbers_and_units_texts(value):
    with pytest.raises(RunFolderError, match="Metric 'fear"):
        Records().metric("fear", value)
    with pytest.raises(RunFolderError, match="unit"):
        Records().metric("fear", 1.0, None)


def test_numbers_that_differ_are_different_conditions():
    records = Records()
    for trial in (1000001, 1000002, 0.1234561, 0.1234562):
        records.metric("fear", trial, trial=trial)
    assert [entry["value"] for entry in records.records["metrics"].values()] == [
        1000001,
        1000002,
        0.1234561,
        0.1234562,
    ]


def test_every_run_has_a_tidy_table(tmp_path):
    run = a_run(tmp_path / "run")
    run.write_summary([])
    with (run.path / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9 and list(rows[0]) == ["metric", "context", "test", "seed", "value", "unit"]
    assert rows[4] == {"metric": "fear", "context": "B", "test": "night", "seed": "2", "value": "0.22", "unit": "1"}
    table = run.metrics()
    assert table[table.metric == "fear"].groupby("context").value.mean().to_dict() == pytest.approx(
        {"A": 0.82, "B": 0.22}
    )
    assert (table[table.metric == "trials"].context == "").all()
    curves = run.series("curve").frame()
    assert curves.shape == (2, 3) and list(curves.columns) == [1, 2, 3] and curves.index.name == "x (s)"
    entry = run.summary["metrics"]["fear (context A, test night)"]
    assert entry["metric"] == "fear" and entry["conditions"] == {"context": "A", "test": "night"}


def test_curves_and_arrays_have_conditions(tmp_path):
    run = a_run(tmp_path / "run")
    assert run.series("curve", context="A").y.tolist() == [[1.0], [2.0], [3.0]]
    assert [dict(each.conditions) for each in run.curves.named("curve")] == [{}, {"context": "A"}]
    kernels = run.array("kernel", layer="conv1")
    assert kernels.dims == ("seed", "row", "column") and kernels.shape == (3, 2, 3) and kernels.attrs["units"] == "V"
    assert float(kernels.sel(seed=2).sum()) == 8.0 and kernels.sel(seed=1).isnull().sum() == 4
    assert run.arrays.at(layer="conv1").named("kernel")("kernel").equals(kernels)
    with pytest.raises(UnknownNameError, match=r"array.*kernel \(layer conv2\)"):
        run.array("kernel", layer="conv2")


@pytest.mark.parametrize(
    "values, dims", [(np.ones((2, 2)), ("row",)), (np.ones((2, 2)), ("row", "row")), ([1], ("a b",))]
)
def test_dimensions_of_arrays_have_names(values, dims):
    with pytest.raises(RunFolderError, match="give each a distinct name"):
        Records().array("kernel", values, dims)


def test_an_array_of_another_shape_than_its_values_is_damage(tmp_path):
    run = a_run(tmp_path / "run")
    path = run.seed(2).metrics_path
    data = json.loads(path.read_text())
    data["arrays"]["kernel (layer conv1)"]["shape"] = [3, 3]
    path.write_text(json.dumps(data))
    with pytest.raises(RunFolderError, match=r"shape of 'kernel \(layer conv1\)'"):
        _ = RunFolder(run.path).measured


def test_figures_of_a_folder_of_an_earlier_version_stay(tmp_path):
    run = a_run(tmp_path / "run")
    protocol = SimpleNamespace(
        name="p", phenomena=(), meanings={}, headline=None, figures=lambda folder: {"a": folder.array("confusion")}
    )
    with pytest.raises(UnknownNameError, match="confusion"):
        finish(run, protocol, None)
    for seed in run.seeds:
        path = run.seed(seed).metrics_path
        data = json.loads(path.read_text())
        del data["arrays"]
        path.write_text(json.dumps(data))
    with pytest.warns(EngramWarning, match="figures stay unchanged"):
        finish(RunFolder(run.path), protocol, None)
    assert (run.path / "report.html").exists()


def test_files_of_before_conditions_are_read(tmp_path):
    run = a_run(tmp_path / "run")
    for seed in run.seeds:
        path = run.seed(seed).metrics_path
        data = json.loads(path.read_text())
        data["metrics"] = {"fear_A": {"unit": "1", "value": 0.5}}
        path.write_text(json.dumps(data))
    run = RunFolder(run.path)
    np.testing.assert_array_equal(run.metric("fear_A"), [0.5, 0.5, 0.5])
    check_names(run, SimpleNamespace(phenomena=[replace(CLAIM, metrics=("fear_A",), given={})]))
    with pytest.raises(RunFolderError, match="earlier version.*stay unchanged.*runs it again"):
        check_names(run, SimpleNamespace(phenomena=[CLAIM]))


CLAIM = Phenomenon(
    "H", "fear is high", "W", "", "fear > 0.5", (metric("fear", test="night"),),
    lambda m: (m.given["context"], bool(m("fear", test="night").mean() > 0.5)), given={"context": ("A", "B", "C")},
)  # fmt: skip


def test_a_claim_is_stated_for_each_condition_that_was_measured(tmp_path):
    run = a_run(tmp_path / "run")
    rows = evaluate([CLAIM], run.measured, run.units)
    assert [(row.full_id, row.value, row.passed) for row in rows] == [("H (A)", "A", True), ("H (B)", "B", False)]
    assert verdict_line(rows) == "1 of 2 checked phenomena hold; failing: H (B)"
    assert "| H (B) |" in as_markdown(rows) and "<td>H (A)</td>" in as_html(rows)
    assert Row.from_dict(rows[0].to_dict()) == rows[0]
    assert evaluate([replace(CLAIM, given={"context": ("C",)})], run.measured) == []
    (row,) = evaluate([replace(CLAIM, metrics=("trials",))], Metrics({metric("fear", context="A"): np.ones(3)}))
    assert row.value == "not measured: trials" and row.passed is False


def test_conditions_of_a_claim_are_lists_and_only_measured_combinations_are_stated():
    for given in ({"context": "AB"}, {"context": ()}, {"context": 3}, "context"):
        with pytest.raises(EngramError, match="Phenomenon 'H': given"):
            replace(CLAIM, given=given)
    values = {metric("fear", age=1, context="A"): np.ones(2), metric("fear", age=0.5, context="B"): np.zeros(2)}
    claim = replace(
        CLAIM, metrics=("fear",), check=lambda m: ("", True), given={"age": (1, 0.5), "context": ("A", "B")}
    )
    rows = evaluate([claim], values, {metric("fear", age=0.5, context="B"): "s"})
    assert [row.full_id for row in rows] == ["H (1, A)", "H (0.5, B)"]
    assert not rows[0].measured.endswith(" s") and rows[1].measured.endswith(" s")


@pytest.mark.parametrize(
    "entry", [{"metric": "joy"}, {"conditions": {"context": "B", "test": "night"}}, {"conditions": {"run": "A"}}]
)
def test_entries_that_say_something_else_than_their_key_are_damage(tmp_path, entry):
    run = a_run(tmp_path / "run", seeds=(1,))
    path = run.seed(1).metrics_path
    data = json.loads(path.read_text())
    data["metrics"]["fear (context A, test night)"] |= entry
    path.write_text(json.dumps(data))
    with pytest.raises(RunFolderError, match=r"metrics.json is damaged .*resume"):
        RunFolder(run.path).metrics()


def test_runs_are_compared(tmp_path):
    one, two = a_run(tmp_path / "one"), a_run(tmp_path / "two", 0.3)
    table = compare({"one": one, "two": two})
    row = table[(table.run == "two") & (table.context == "B")].iloc[0]
    assert row.difference == pytest.approx(0.3) and row.low <= 0.3 + 1e-9 and row.high >= 0.3 - 1e-9
    assert row.p_test == "Wilcoxon" and row.p == 0.25  # the least of three pairs
    columns, rows = side_by_side(table)
    assert (
        columns == ["metric", "one", "two", "difference two", "p two"] and rows[1][0] == "fear (context B, test night)"
    )
    with style():
        assert len(plot_differences(table).axes[0].get_yticks()) == 3


def test_runs_of_other_seeds_are_not_paired(tmp_path):
    one, two = a_run(tmp_path / "one"), a_run(tmp_path / "two", 0.3, seeds=(4, 5, 6, 7))
    table = compare({"one": one, "two": two})
    row = table[(table.run == "two") & (table.context == "B")].iloc[0]
    assert row.p_test == "Mann-Whitney" and row.difference == pytest.approx(0.335) and row.low < 0.335 < row.high


def test_single_seeds_are_compared_without_intervals(tmp_path):
    table = compare({name: a_run(tmp_path / name, shift, seeds=(1,)) for name, shift in (("one", 0.0), ("two", 0.3))})
    row = table[(table.run == "two") & (table.context == "B")].iloc[0]
    assert row.difference == pytest.approx(0.3) and np.isnan(row.low) and row.p_test == ""
    with style():
        assert "no metric varies" in plot_differences(table).axes[0].texts[0].get_text()


def test_what_cannot_be_compared_is_refused(tmp_path):
    one = a_run(tmp_path / "one")
    other = RunFolder.create(tmp_path / "other", INFO)
    with pytest.raises(RunFolderError, match="two or more"):
        compare({"one": one})
    with pytest.raises(RunFolderError, match="no complete seed"):
        compare({"one": one, "other": other})
    two = a_run(tmp_path / "two")
    for seed in two.seeds:
        path = two.seed(seed).metrics_path
        path.write_text(path.read_text().replace('"trial"', '"s"'))
    with pytest.raises(RunFolderError, match="is in trial in the first run and in s in 'two'"):
        compare({"one": one, "two": two})


def test_odd_names_are_drawn_and_the_order_of_seeds_does_not_matter(tmp_path):
    one, two = a_run(tmp_path / "one"), a_run(tmp_path / "two", 0.3, seeds=(3, 2, 1))
    table = compare({"$\\frac$": one, "_two\udcff": two})
    assert set(table.p_test) == {"", "Wilcoxon"}
    with style():
        plot_differences(table).canvas.draw()


def test_a_page_of_results_shows_what_fails(tmp_path):
    run = a_run(tmp_path / "runs" / "first")
    run.write_summary(evaluate([CLAIM], run.measured, run.units))
    (run.path / "figures").mkdir()
    (run.path / "figures" / "fear_curve.png").touch()
    page = results_page("Fear", summaries([tmp_path / "runs"]), tmp_path / "docs")
    assert "failing: H (B)" in page and "![fear curve](../runs/first/figures/fear_curve.png)" in page
    assert "| fear | A | night | 0.820 |" in page and "| trials |  |  | 6.00 | 1.00 |" in page
    with pytest.raises(RunFolderError, match="no summary.json"):
        summaries([tmp_path / "docs", tmp_path])
    control = a_run(run.path / "control_no-drive")
    control.write_summary(evaluate([CLAIM], control.measured))
    assert list(summaries([tmp_path / "runs", run.path])) == [run.path]  # fails in a control are none of the run


def test_foreign_text_is_no_markup(tmp_path):
    run = a_run(tmp_path / "run")
    run.write_summary(
        [replace(row, claim="<script>x</script> ![i](u) a|b\n# c") for row in evaluate([CLAIM], run.measured)]
    )
    page = results_page("T\n# U", summaries([run.path]), tmp_path)
    assert "<script" not in page and "![i](u)" not in page and "a\\|b # c" in page and "\n# U" not in page


def test_all_stored_results_make_a_page():
    pages = summaries([ROOT / "results" / "reference"])
    assert len(pages) > 30 and "## digits_naming" in results_page("All", pages, ROOT)
