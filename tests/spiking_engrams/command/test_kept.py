"""What `engrams cache` says about its entries, and what it removes."""

import numpy as np
import pytest
from typer.testing import CliRunner

from spiking_engrams.command.cli import app
from spiking_engrams.command.terminal.kept import described
from spiking_engrams.files import cache
from spiking_engrams.state.state import State


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A cache with a program, its state, a state of another circuit, a failed build and a calibration."""
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    program = tmp_path / "programs" / "amygdala-0123456789abcdef0123"
    program.mkdir(parents=True)
    (program / "manifest.json").write_text('{"structure_digest": "abc", "target": "cpp", "threads": 2}')
    (tmp_path / "programs" / "naming-fff.failed").mkdir()
    values = {f"{name}.v": np.zeros(2) for name in ("A", "B", "C", "D")}
    parameters = {"width": 28, "height": 20}
    State(values, structure_digest="abc", seed=7, history=("x", "y"), time=12.5).save(tmp_path / "states" / "1.h5")
    State(values, structure_digest="other", parameters=parameters, history=("x",)).save(tmp_path / "states" / "2.h5")
    (tmp_path / "states" / "3.h5").write_bytes(b"no state")
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "LIF-0123.json").write_text("{}")
    return tmp_path


def test_entries_are_described(store):
    found = {path.name: text for path, text in described(cache.entries()).items()}
    assert found == {
        "amygdala-0123456789abcdef0123": "amygdala, cpp, 2 threads",
        "naming-fff.failed": "naming: a failed build",
        "1.h5": "amygdala, seed 7, after 2 phases, 12.5 s of biology",
        "2.h5": "circuit of A, B, C, ... 28 x 20, seed 0, after 1 phase, 0 s of biology",
        "3.h5": "not a state that can be read",
        "LIF-0123.json": "f-I curve of LIF",
    }
    shown = CliRunner().invoke(app, ["cache"]).stdout
    assert all(text in shown for text in found.values()) and "6 entries" in shown


def test_what_matches_a_pattern_is_removed(store):
    done = CliRunner().invoke(app, ["cache", "--remove", "amygdala*seed*"])
    assert done.exit_code == 0 and not (store / "states/1.h5").exists() and (store / "states/2.h5").exists()
    CliRunner().invoke(app, ["cache", "--remove", "Amygdala*"])
    assert [path.name for path in (store / "programs").iterdir() if path.is_dir()] == ["naming-fff.failed"]
    CliRunner().invoke(app, ["cache", "--remove", "states"])
    assert list((store / "states").iterdir()) == [] and (store / "calibration/LIF-0123.json").exists()
