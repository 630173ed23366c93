"""Tables for terminals of any width."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from spiking_engrams.command import comparing, show
from spiking_engrams.command.cli import app
from spiking_engrams.command.terminal import tables
from spiking_engrams.experiment import registry

NAMES = ["hippocampus.tau_adaptation", "a"]
LONG = "time constant of the adaptation traces in sleep, in which a cell that was active rests"


@pytest.fixture
def printed(capsys, monkeypatch):
    """Print a table at a width; returns its lines."""

    def run(width, *arguments, **more):
        monkeypatch.setenv("COLUMNS", str(width))
        tables.table(*arguments, **more)
        return capsys.readouterr().out.splitlines()

    return run


def test_names_are_not_broken_and_long_texts_wrap(printed):
    lines = printed(60, "Title", ("name", "value", "meaning"), [(name, "3 s", LONG) for name in NAMES])
    assert lines[0] == "Title" and max(map(len, lines)) <= 60
    assert sum(NAMES[0] in line for line in lines) == 1
    assert all(line == line.rstrip() for line in lines)
    wide = printed(200, "", ("name", "value", "meaning"), [(name, "3 s", LONG) for name in NAMES])
    assert sum(LONG in line for line in wide) == 2


def test_columns_without_text_are_left_out(printed):
    assert printed(80, "", ("name", "unit", "mean"), [("a", "", "1")])[0].split() == ["name", "mean"]


def test_short_columns_move_into_others_where_there_is_little_room(printed):
    rows = [(name, LONG, "Werne 2026, code, first version") for name in NAMES]
    lines = printed(60, "", ("name", "meaning", "source"), rows, into={"source": "meaning"})
    assert "source" not in lines[0] and "(Werne 2026" in " ".join(lines)
    assert "source" in printed(120, "", ("name", "meaning", "source"), rows, into={"source": "meaning"})[0]


def test_rows_become_lines_where_nothing_else_fits(printed):
    columns = ("id", "claim", "reference", "value", "verdict")
    lines = printed(50, "Claims", columns, [("R1", LONG, LONG, LONG, "pass")], head=("verdict",))
    assert lines[:3] == ["Claims", "", "R1  pass"] and lines[3].startswith("    claim: time constant")
    assert max(map(len, lines)) <= 50


def test_one_seed_has_dashes_and_no_p_values(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    columns = ("metric", "main", "other", "difference other", "p other")
    comparing.show_beside("Controls", columns, [("fear", "0.87", "0.2", "-0.67", ""), ("day", "", "", "", "")])
    out = capsys.readouterr().out
    assert out.splitlines()[2].split() == ["metric", "main", "other", "difference"]
    assert "nan" not in out and out.splitlines()[-2].split() == ["day", "-", "-", "-"]


def test_a_comparison_that_is_too_wide_is_a_table_for_each_run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    others = [f"results/renewal-2026120{i}-120000" for i in range(3)]
    columns = ["metric", "first", *(each for name in others for each in (name, f"difference {name}", f"p {name}"))]
    row = [
        "fear (context A, test after_night)",
        "0.773 (0.125)",
        *["0.086 (0.086)", "-0.69 [-0.75, -0.61]", "0.002"] * 3,
    ]
    comparing.show_beside("Mean", columns, [row])
    out = capsys.readouterr().out
    assert all(f": {name}" in out for name in others) and out.count("first") == 3
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [("list",), ("show", "renewal"), ("timeline", "renewal"), ("cache",)])
def test_commands_fit_into_80_columns(monkeypatch, arguments):
    monkeypatch.setenv("COLUMNS", "80")
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and " " not in line.strip()] == []
    tabular = [line for line in lines if "─" in line or line.startswith("    ")]
    assert max(map(len, tabular), default=0) <= 80
    assert all(line == line.rstrip() for line in lines)


def test_the_amygdala_fits_into_80_columns_part_by_part(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = CliRunner().invoke(app, ["show", "amygdala", "--only", "parameters", "--only", "connectivity"])
    lines = done.stdout.splitlines()
    assert done.exit_code == 0 and max(map(len, lines)) <= 80
    assert any(line.startswith("hippocampus.input_threshold ") for line in lines)
    assert any(line.startswith(("HIP_BA_N_", "HIP_BA_N ")) for line in lines)


def test_piped_output_does_not_end_in_blanks():
    command = [sys.executable, "-m", "spiking_engrams.command.cli", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines and all(line == line.rstrip() for line in lines)


def test_parameters_show_the_default_only_where_it_differs(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    rows = [("a", "3", "ms", "3 ms", "one", ""), ("b", "4", "", "5", "two", ""), ("c", "x", "", "", "three", "")]
    show.parameter_table("P", rows)
    out = capsys.readouterr().out.splitlines()
    assert [line.split() for line in out[4:7]] == [
        ["a", "3", "ms", "one"], ["b", "4", "5", "two"], ["c", "x", "(empty)", "three"],
    ]  # fmt: skip
    show.parameter_table("P", rows[:1])
    assert "default" not in capsys.readouterr().out


def test_list_has_a_time_for_every_protocol_and_a_size_for_every_preset(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = CliRunner().invoke(app, ["list"]).stdout
    lines = {line.split()[0]: line for line in out.split("Networks")[0].splitlines() if line.strip()}
    for name in registry.names("protocol"):
        assert lines[name].rstrip().split()[-1] in ("s", "min", "h"), lines[name]
    sizes = out.split("Their sizes")[1]
    for preset, n_networks in {"digits": 3, "mnist": 2, "photo": 2}.items():
        assert sizes.count(f" {preset} ") == n_networks
    assert "250 x 160" in sizes and "24,830,972" in sizes
