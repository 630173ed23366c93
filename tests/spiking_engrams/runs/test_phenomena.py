"""The reproduction table."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from spiking_engrams.runs.phenomena import Phenomenon, evaluate, number, spread
from spiking_engrams.runs.rows import Row, all_hold, as_csv, as_html, as_markdown, text_of, verdict_line

FEAR = {"fear": np.array([0.8, 0.9, 1.0])}


def claim(check, metrics=("fear",), name="R4"):
    return Phenomenon(name, "fear is <learned>", "W26 | text", "0.85", "mean > 0.85", metrics, check)


def test_value_is_what_the_check_says_and_the_spread_is_always_measured():
    (row,) = evaluate([claim(lambda m: (f"{m['fear'].max():.1f}", True))], FEAR)
    assert (row.value, row.passed, row.verdict) == ("1.0", True, "pass")
    assert row.measured.startswith("fear 0.900 ± 0.100 [")


def test_empty_value_falls_back_to_the_spread():
    (row,) = evaluate([claim(lambda m: ("", m["fear"].mean() > 0.85))], FEAR, {"fear": "Hz"})
    assert row.value == row.measured and row.measured.endswith(" Hz")
    assert row.passed is True  # not a NumPy boolean, which JSON has not


@pytest.mark.parametrize("values", [{}, {"fear": np.array([np.nan, np.nan])}])
def test_a_metric_that_is_missing_fails_its_check(values):
    (row,) = evaluate([claim(lambda m: ("fine", True))], values)
    assert (row.passed, row.value) == (False, "not measured: fear")


def test_a_check_that_raises_fails_and_says_why():
    (row,) = evaluate([claim(lambda m: ("", m["fear"][7] > 0))], FEAR)
    assert row.passed is False and "IndexError" in row.value


def test_a_row_without_check_is_reported_and_never_fails():
    rows = evaluate([claim(None)], FEAR) + evaluate([claim(None)], {})
    assert [row.verdict for row in rows] == ["reported", "reported"]
    assert all_hold(rows) and verdict_line(rows) == "no phenomenon was checked"


def test_a_row_of_which_nothing_was_run_is_listed_but_no_line_of_the_page():
    part = replace(claim(lambda m: ("", True)), optional=True)
    rows = evaluate([part], {}) + evaluate([part], FEAR)
    assert [row.verdict for row in rows] == ["not run", "pass"]
    assert verdict_line(rows) == "1 of 1 checked phenomena hold; 1 not part of this run"
    assert "not run" in as_csv(rows) and "not run" not in as_html(rows)


def test_a_check_is_asked_only_of_enough_samples():
    few = replace(claim(lambda m: ("", True)), least={"draws": 100, "fear": 2})
    (row,) = evaluate([few], {**FEAR, "draws": np.array([30.0, 30.0, 30.0])})
    assert (row.verdict, row.passed) == ("too few", None) and row.value.endswith(" (draws 90 of 100)")
    assert verdict_line([row]) == "values are stored as measured; the check of R4 needs 4 seeds (--seeds 4)"
    (row,) = evaluate([few], {**FEAR, "draws": np.array([50.0, 50.0])})
    assert row.verdict == "pass"


def test_a_check_of_too_few_seeds_says_how_many_it_needs():
    few = [replace(claim(lambda m: ("0.9 ± nan, p = nan", True)), seeds=7), claim(lambda m: ("", True), name="R5")]
    one = {"fear": np.array([0.9]), "draws": np.array([0.0])}
    rows = evaluate(few, one)
    assert (rows[0].seeds_needed, rows[0].to_dict()["seeds_needed"], "seeds_needed" in rows[1].to_dict()) == (
        7,
        7,
        False,
    )
    assert Row.from_dict(rows[0].to_dict()) == rows[0]
    assert text_of(rows[0], "value") == "0.9 (seeds 1 of 7)"
    assert verdict_line(rows) == (
        "1 of 1 checked phenomena hold; values are stored as measured; the check of R4 needs 7 seeds (--seeds 7)"
    )
    (row,) = evaluate([replace(few[1], least={"draws": 5})], one)
    assert row.seeds_needed == 0  # more seeds would not help
    assert verdict_line([row]) == "no phenomenon was checked; too few samples to check: R5"


def test_verdict_names_what_fails():
    rows = evaluate([claim(lambda m: ("", True)), claim(lambda m: ("", False), name="R5")], FEAR, protocol="p")
    assert not all_hold(rows)
    assert verdict_line(rows) == "1 of 2 checked phenomena hold; failing: p:R5"


def test_tables_hold_every_row_and_escape_text():
    rows = evaluate([claim(lambda m: ("a|b\nc", False))], FEAR, protocol="renewal")
    (read,) = csv.DictReader(io.StringIO(as_csv(rows)))
    assert read["claim"] == "fear is <learned>" and read["verdict"] == "FAIL" and read["protocol"] == "renewal"
    markdown = as_markdown(rows).splitlines()
    assert len(markdown) == 3 and "a\\|b c" in markdown[2]
    page = as_html(rows)
    assert "fear is &lt;learned&gt;" in page and '<td class="verdict fail">FAIL</td>' in page


def test_texts_of_numbers():
    assert [number(v) for v in (0, 0.1234, 12.345, 1234.5, 1.2e-5, 2.5e6)] == [
        "0", "0.123", "12.3", "1234", "1.2e-05", "2.5e+06",
    ]  # fmt: skip
    assert spread(np.array([0.5]), "Hz") == "0.500 Hz (1 seed)"
    assert spread(np.array([np.nan])) == "not measured"
