"""The engrams command."""

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version

import pytest
from places import ROOT
from typer.testing import CliRunner

from spiking_engrams.command.cli import app
from spiking_engrams.experiment import registry

pytestmark = pytest.mark.usefixtures("numpy_runtime")


@pytest.fixture
def engrams(tmp_path, monkeypatch):
    """Run a command in a temporary folder; returns its result."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def fails(result, *texts):
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1 and "Traceback" not in result.stderr
    for text in texts:
        assert text in result.stderr
    return result


def test_run_writes_a_folder_and_says_where(engrams, toy_path, toy_run, tmp_path):
    done = engrams("run", toy_path, "--target", "runtime", "--set", "cells.noise=0", "--set", "protocol.n_trials=2")
    assert done.exit_code == 0, done.output
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith("toy-20")
    assert str(folder.relative_to(tmp_path) / "report.html") in done.stdout.replace("\n", "")
    assert "1 of 1 checked phenomena hold" in done.stdout
    info = json.loads((folder / "run.json").read_text())
    assert info["request"]["parameters"]["cells"]["noise"] == 0.0
    assert info["request"]["options"]["n_trials"] == 2
    assert done.stderr == ""  # one seed of less than a minute


def test_show_network_protocol_and_neuron(engrams, toy_path, tmp_path):
    shown = engrams("show", toy_path)
    for text in ("Toy protocol", "protocol.n_trials", "T1", "last rate > 1 Hz"):
        assert text in shown.stdout
    (tmp_path / "net.py").write_text(toy_path.read_text().split("PROTOCOL = ")[0])
    shown = engrams("show", "net.py", "--set", "cells.tau=30 ms")
    for text in (
        "cells.tau",
        "30 ms",
        "20 ms",
        "membrane time constant",
        "A. Model summary",
        "10 neurons, 10 synapses",
    ):
        assert text in shown.stdout, text
    only = engrams("show", "net.py", "--only", "size", "--only", "pop").stdout
    assert "B. Populations" in only and "10 neurons" in only and "membrane" not in only
    fails(engrams("show", "net.py", "--only", "nothing"), "unknown part 'nothing'", "model-summary, populations")
    plain = engrams("show", "net.py").stdout
    assert "default" not in plain.split("A. Model")[0]  # no value differs from its default


@pytest.mark.slow
def test_a_name_of_protocol_and_network_shows_both(engrams):
    shown = engrams("show", "naming", "--preset", "mnist").stdout
    for text in ("protocol.passes", "naming (digits)", "Parameters of naming", "conv 30 x 5", "synapses"):
        assert text in shown, text
    fails(engrams("show", "fear_conditioning", "--preset", "mnist"), "'fear_conditioning' is a protocol")


def test_show_neuron_draws_curves_side_by_side(engrams, tmp_path):
    shown = engrams("show", "neuron", "LIF", "--out", "curves.png")
    assert shown.exit_code == 0, shown.output
    assert "Tully" in shown.stdout and "50.0 ██████████" in shown.stdout
    assert (tmp_path / "curves.png").stat().st_size > 5000


def test_timeline_prints_and_draws_if_told_where(engrams, toy_path, tmp_path):
    done = engrams("timeline", toy_path)
    assert done.exit_code == 0 and "trial" in done.stdout and "--out FILE" in done.stdout
    assert not list(tmp_path.iterdir())
    done = engrams("timeline", toy_path, "--out", "toy.png")
    assert "Figure: toy.png" in done.stdout and (tmp_path / "toy.png").exists()


def test_timeline_shows_all_designs_and_a_shared_pretraining_once(engrams):
    shown = engrams("timeline", "renewal").stdout
    for label in ("ABA_acquisition", "ABC_test", "AAB_extinction", "ABA_no_sleep_test"):
        assert label in shown
    assert shown.count("online learning 1 ") == 1 and "shown once" in shown


def test_report_of_a_run_whose_parameters_have_gone(engrams, toy_run, tmp_path):
    shutil.copytree(toy_run.path, tmp_path / "run")
    info = json.loads((tmp_path / "run/run.json").read_text())
    info["request"]["parameters"]["gone"] = "3"
    (tmp_path / "run/run.json").write_text(json.dumps(info))
    (tmp_path / "run/figures/rates.png").unlink()
    done = engrams("report", "run", "--trust")
    assert done.exit_code == 0 and "timeline is not redrawn" in done.stdout and "'gone'" in done.stdout
    assert {"rates.png", "timeline.png"} <= {path.name for path in (tmp_path / "run/figures").iterdir()}


def test_report_is_made_again_from_disk(engrams, toy_run, tmp_path, monkeypatch):
    shutil.copytree(toy_run.path, tmp_path / "run")
    for name in ("summary.json", "report.html"):
        (tmp_path / "run" / name).unlink()
    shutil.rmtree(tmp_path / "run" / "figures")
    monkeypatch.setattr("spiking_engrams.simulation.simulation.Simulation.build", None)
    done = engrams("report", "run", "--trust")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "run/summary.json").read_text()) == toy_run.summary
    assert (tmp_path / "run/figures/rates.svg").exists() and (tmp_path / "run/report.html").exists()


def test_reproduce_writes_the_table_and_its_exit_code_tells(engrams, toy_path, tmp_path):
    text = toy_path.read_text()
    (tmp_path / "good.py").write_text(text)
    (tmp_path / "bad.py").write_text(text.replace("mean() > 1)", "mean() > 1e6)"))
    common = ("--target", "runtime", "--seeds", "2", "--set", "protocol.n_trials=1")
    assert engrams("reproduce", "good.py", *common, "--out", "good").exit_code == 0
    done = engrams("reproduce", "good.py", "bad.py", *common, "--out", "both")
    assert done.exit_code == 1 and "1 of 2 checked phenomena hold" in done.stdout.replace("\n", " ")
    assert {path.name for path in (tmp_path / "both").iterdir()} == {
        "good", "bad", "reproduction.csv", "reproduction.html", "reproduction.json", "reproduction.md",
    }  # fmt: skip
    rows = json.loads((tmp_path / "both/reproduction.json").read_text())["rows"]
    assert [(row["id"], row["passed"]) for row in rows] == [
        ("T1", True),
        ("T2", None),
        ("T1", False),
        ("T2", None),
    ]
    again = engrams("reproduce", "good.py", *common, "--resume", "good")
    assert again.exit_code == 0


def test_a_resumed_reproduction_keeps_what_was_asked_for(engrams, toy_path, tmp_path):
    """Also for protocols that it had not begun; other options are refused."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(toy_path.read_text())
    assert engrams("reproduce", "a.py", "b.py", "--target", "runtime", "--seeds", "2", "--out", "both").exit_code == 0
    shutil.rmtree(tmp_path / "both/b")
    assert engrams("reproduce", "--resume", "both", "--trust").exit_code == 0
    assert json.loads((tmp_path / "both/b/summary.json").read_text())["seeds"] == [1, 2]
    fails(engrams("reproduce", "a.py", "--resume", "both", "--target", "runtime"), "other protocols or options")
    fails(engrams("reproduce", "--resume", "nowhere"), "no reproduction")


def test_a_reproduction_gathers_runs_as_they_were_asked_for(engrams, toy_path, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(toy_path.read_text())
    (tmp_path / "all").mkdir()
    fails(engrams("reproduce", "--resume", "all"), "name the protocols to run")
    assert engrams("run", "a.py", "--target", "runtime", "--seeds", "2", "--out", "all/a").exit_code == 0
    before = (tmp_path / "all/a/seed_0001/metrics.json").stat().st_mtime_ns
    fails(engrams("reproduce", "a.py", "--seeds", "5", "--resume", "all"), "other protocols or options")
    for arguments in (["a.py"], ["a.py"], ["--trust"]):
        assert engrams("reproduce", *arguments, "--resume", "all").exit_code == 0
    made = json.loads((tmp_path / "all/reproduction.json").read_text())
    assert made["requests"]["a"]["seeds"] == made["runs"]["a"]["seeds"] == [1, 2]
    assert made["runs"]["a"]["provenance"]["versions"]["brian2"]
    assert (tmp_path / "all/a/seed_0001/metrics.json").stat().st_mtime_ns == before
    assert engrams("run", "b.py", "--target", "runtime", "--out", "all/b").exit_code == 0
    assert engrams("reproduce", "a.py", "b.py", "--resume", "all").exit_code == 0
    assert len(json.loads((tmp_path / "all/reproduction.json").read_text())["rows"]) == 4
    (tmp_path / "all/b").rename(tmp_path / "all/c")
    fails(engrams("reproduce", "a.py", "c.py", "--resume", "all"), "a run of 'b'")


def test_an_own_protocol_is_resumed_from_any_folder(engrams, toy_path, tmp_path, monkeypatch):
    (tmp_path / "own.py").write_text(toy_path.read_text())
    assert engrams("run", "own.py", "--target", "runtime", "--seeds", "2", "--out", "run").exit_code == 0
    (tmp_path / "run/seed_0002/metrics.json").unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert engrams("run", "--resume", "../run", "--trust").exit_code == 0
    fails(engrams("run", "--resume", "../run", "--seeds", "3"), "all options but --jobs")


def test_build_and_cache(engrams, toy_path, tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path / "cache"))
    assert "needs no build" in engrams("build", toy_path, "--target", "runtime").stdout
    (tmp_path / "cache/states").mkdir(parents=True)
    (tmp_path / "cache/states/abc.h5").write_bytes(bytes(2_000_000))
    assert "abc.h5" in engrams("cache").stdout
    assert "Removed 0.0 MB" in engrams("cache", "--remove", "amygdala*").stdout
    assert "Removed 2.0 MB" in engrams("cache", "--remove", "ABC*").stdout
    (tmp_path / "cache/states/abc.h5").write_bytes(bytes(2_000_000))
    assert "Removed 2.0 MB" in engrams("cache", "--clear").stdout
    assert "0 entries" in engrams("cache").stdout


def test_errors_are_one_paragraph(engrams, toy_path, toy_run, tmp_path):
    run = ("run", toy_path, "--target", "runtime")
    fails(engrams("run", "fear_conditionin"), "unknown protocol 'fear_conditionin'")
    fails(engrams("show", "amygdal"), "unknown network or protocol")
    fails(engrams("build", "amygdal"), "unknown network")
    fails(engrams(*run, "--neuron", "LFI"), "did you mean 'LIF'")
    fails(engrams(*run, "--target", "gpu"), "unknown target")
    fails(engrams(*run, "--set", "cells.tua=3*ms"), "cells.tau")
    fails(engrams(*run, "--set", "cells.tau=3*mV"), "Cells.tau", "second")
    fails(engrams(*run, "--set", "protocol.n_trial=3"), "n_trials")
    fails(engrams(*run, "--seeds", "0"), "--seeds")
    fails(engrams("run"), "either a protocol or --resume RUN")
    fails(engrams("run", "naming", "--images", ""), "name one file or folder, once")
    fails(engrams("run", "naming", "--images", "a", "--set", "protocol.images=b"), "--images 'a': name one")
    fails(engrams("run", "naming", "--images", tmp_path / "gone"), "is not a folder")
    fails(engrams("report", tmp_path), "not a run folder")
    fails(engrams("run", "--resume", "nowhere"), "not a run folder")
    fails(engrams(*run, "--out", toy_run.path), "never overwritten")
    (tmp_path / "file").touch()
    fails(engrams(*run, "--out", "file/run"), "cannot be written")
    (tmp_path / "broken.py").write_text("import nowhere_to_be_found")
    fails(engrams("run", "broken.py"), "fails with ModuleNotFoundError")
    fails(engrams("timeline", toy_path, "--out", "line.foo"), "does not end in a figure format")
    assert not (tmp_path / "results").exists()


def test_debug_shows_the_traceback(engrams):
    done = engrams("run", "nothing", "--debug")
    assert done.exit_code == 1 and type(done.exception).__name__ == "UnknownNameError"


def test_help_needs_no_simulator(tmp_path):
    code = (
        "import sys; sys.modules['brian2'] = sys.modules['matplotlib'] = sys.modules['h5py'] = None\n"
        "from spiking_engrams.command.cli import app; app(['run', '--help'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "--jobs" in done.stdout, done.stderr


def test_the_version_is_that_of_the_package(engrams):
    result = engrams("--version")
    assert result.exit_code == 0 and result.stdout == f"Spiking Engrams {version('spiking-engrams')}\n"


def test_list_names_everything(engrams):
    done = engrams("list")
    assert done.exit_code == 0
    for name in [*registry.names("protocol"), *registry.names("network"), "LIF", "AdEx", "Izhikevich"]:
        assert name in done.stdout


def test_list_imports_no_protocol_and_no_simulator():
    code = (
        "import sys; from spiking_engrams.command.terminal.listing import everything; everything(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "Context-dependent" in loaded and not {"brian2", "numpy", "protocols.amygdala.renewal"} & set(loaded)


def test_interrupts_of_any_command_are_one_sentence(engrams, monkeypatch):
    """SIGTERM ends `engrams build` like Ctrl-C, so that what it started ends with it."""

    def terminated(*_):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("spiking_engrams.command.programs.build", terminated)
    done = engrams("build", "amygdala")
    assert done.exit_code == 130 and "engrams: interrupted." in done.stderr


def test_options_that_do_not_apply_are_refused(engrams, toy_path):
    fails(engrams("build", "amygdala", "--threads", 0), "--threads take 1 or more")
    fails(engrams("show", toy_path, "--neuron", "bogus"), "is a protocol")
    fails(engrams("show", toy_path, "--set", "foo.bar=1"), "is a protocol")


def test_files_that_cannot_be_written_or_run_are_named(engrams, toy_path, tmp_path):
    (tmp_path / "file").write_text("")
    fails(engrams("timeline", toy_path, "--out", "file/t.png"), "Figure 'file/t.png' cannot be written")
    (tmp_path / "ends.py").write_text("raise SystemExit(3)\n")
    fails(engrams("run", "ends.py"), "ends.py' fails with SystemExit")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda info: info.pop("request"), "does not contain a valid request"),
        (lambda info: info.update(request=5), "does not contain a valid request"),
        (lambda info: info["request"].pop("seeds"), "does not contain a valid request"),
        (lambda info: info["request"].update(protocol="protocols.gone"), "There is no module 'protocols.gone'"),
    ],
)
def test_damaged_run_folders_are_one_sentence(engrams, toy_run, tmp_path, change, says):
    shutil.copytree(toy_run.path, tmp_path / "run")
    path = tmp_path / "run" / "run.json"
    info = json.loads(path.read_text())
    change(info)
    path.write_text(json.dumps(info))
    fails(engrams("report", "run", "--trust"), says)
    fails(engrams("run", "--resume", "run", "--trust"), says)


def test_a_damaged_reproduction_is_one_sentence(engrams, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "reproduction.json").write_text('{"requests": 5}')
    fails(engrams("reproduce", "--resume", "old"), "is damaged")
