"""What a run takes, told before it starts: measured costs, their scaling, and that the shipped ones are current."""

import dataclasses

import pytest
from typer.testing import CliRunner

from benchmarks import costs as benchmark
from spiking_engrams.command.cli import app
from spiking_engrams.command.command import RunOptions, request_of
from spiking_engrams.command.terminal import costs, listing
from spiking_engrams.errors import EngramWarning
from spiking_engrams.experiment import registry
from spiking_engrams.experiment.experiment import prepare
from spiking_engrams.experiment.protocol import load_protocol
from spiking_engrams.runs.costs import Cost, Costs, Size, memory, short, span

SLOW = Cost("slow", "net", "big", "LIF", True, False, 2, 7200.0, 0.0, 60.0, 100.0, 4000.0, {"n": "3"}, {"slow": 3630.0})
ESTIMATE = costs.Estimate(90.0, 30.0, 124.4, "", costs.MEASURED)


def estimate(protocol, **options):
    request = request_of(protocol, RunOptions(**options))
    loaded = load_protocol(request.protocol)
    return costs.estimate(request, loaded, prepare(request) if loaded.life else None)


def test_the_shipped_costs_are_those_of_the_stored_summaries():
    """If this fails, run `python -m benchmarks.costs`."""
    stored = {each.folder: each for each in benchmark.measured()}
    shipped = listing.gathered().runs
    assert {folder: each.run_s for folder, each in stored.items()} == {
        folder: seconds for cost in shipped for folder, seconds in cost.measured.items()
    }
    for cost in shipped:
        fastest = stored[min(cost.measured, key=cost.measured.__getitem__)]
        assert (cost.seeds, cost.memory_mb) == (fastest.seeds, fastest.memory_mb)
        assert (cost.protocol, cost.network, cost.neuron) == (fastest.protocol, fastest.network, fastest.neuron)
        assert 0 < cost.seconds <= fastest.run_s <= cost.seconds + cost.pretraining_s + 0.2
        assert cost.options == benchmark.OPTIONS.get(fastest.name, {})


@pytest.mark.slow
def test_the_shipped_file_is_what_the_benchmark_writes():
    found = Costs(tuple(benchmark.costs(benchmark.measured())), tuple(benchmark.sizes()))
    assert found.text() == benchmark.OUT.read_text()


def test_every_protocol_has_a_cost_and_every_preset_a_size():
    found = listing.gathered()
    assert {cost.protocol for cost in found.runs} == set(registry.names("protocol"))
    for name in registry.names("network"):
        presets = getattr(registry.load_network(name), "PRESETS", {"": None})
        assert [size.preset for size in found.sizes if size.network == name] == list(presets)
    assert benchmark.size("naming", "digits")[0] in found.sizes


def test_files_of_costs_are_read_as_they_were_written(tmp_path):
    found = Costs((SLOW, dataclasses.replace(SLOW, files=True, options={})), (Size("net", "big", "8 x 8", 1, 2, 3.0),))
    (tmp_path / "costs.json").write_text(found.text())
    assert Costs.read([tmp_path / "costs.json"]) == found and Costs.read([]) == Costs()
    assert found.of("slow")[0] == SLOW and found.of("other") == []


def test_durations_and_memory_in_words():
    assert [short(s) for s in (0.2, 48.3, 99, 100, 785, 5300, 5500, 47000)] == [
        "1 s", "48 s", "99 s", "1.7 min", "13 min", "88 min", "1.5 h", "13 h",
    ]  # fmt: skip
    assert (span([]), span([7]), span([7, 7.1]), span([60, 7]), span([7, 130])) == (
        "", "7 s", "7 s", "7 to 60 s", "7 s to 2.2 min",
    )  # fmt: skip
    assert (memory(124.4), memory(2914)) == ("124 MB", "2.9 GB") and SLOW.text == "2.0 h + 60 s"


def test_the_line_says_seeds_time_memory_and_the_total(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    line = costs.line(ESTIMATE, 10, 2, "cpp")
    assert line.startswith("10 seeds, about 90 s and 124 MB each, 30 s of it for a pre-training that later runs reuse")
    assert "(measured on one core of the reference machine); about 7.5 min with --jobs 2" in line
    assert line.endswith("; the first run also compiles for about a minute.")
    one = costs.line(ESTIMATE._replace(pretraining_s=0, unlike="default options"), 1, 1, "runtime")
    assert one.startswith("1 seed, with default options about 90 s and 124 MB (measured") and "in all" not in one
    assert one.endswith("the target runtime takes longer.")
    assert "3 seeds under 2 conditions" in (line := costs.line(ESTIMATE, 3, 1, "cpp", 2)) and "9.0 min in all" in line
    assert costs.total(ESTIMATE, 10, 100) == 90 * 3  # no more programs at once than cores
    assert "is not known" in costs.line(None, 2, 1, "cpp")


def test_a_life_known_beforehand_scales_the_cost_by_its_biology():
    plain, longer = (estimate("fear_conditioning", changes=each) for each in ((), ("protocol.n_extinction=1000",)))
    (cost,) = listing.gathered().of("fear_conditioning")
    assert plain.seconds == pytest.approx(cost.seconds + cost.pretraining_s, rel=0.02) and not plain.unlike
    assert longer.seconds > 1.5 * plain.seconds and longer.pretraining_s == plain.pretraining_s and not longer.unlike


def test_other_options_parameters_and_neurons_than_those_measured_are_named():
    assert (
        estimate("naming").unlike == ""
        and estimate("naming", changes=["protocol.passes=5"]).unlike == "default options"
    )
    assert estimate("naming", changes=["names.potentiation=0.01"]).unlike == "the parameters of preset digits"
    assert estimate("image_recall", neuron="AdEx").unlike == ""
    assert estimate("fear_conditioning", neuron="AdEx").unlike == "LIF neurons"
    mnist = {"preset": "mnist", "changes": ["protocol.idx=mnist"]}
    assert estimate("naming", **mnist).unlike == "n_train=1000, rules=surprise, shuffles=1"
    assert estimate("imagery", preset="photo") is None


def test_images_of_ones_own_have_a_rough_estimate(tmp_path, monkeypatch):
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for k in range(3):
            Image.new("L", (16, 16), 40 * k).save(tmp_path / "mine" / name / f"{k}.png")
    found = estimate("naming", changes=[f"protocol.images={tmp_path / 'mine'}"])
    assert found.source == "a rough estimate" and 10 < found.seconds < 300 and 60 < found.memory_mb < 300


def test_run_tells_the_cost_before_it_starts(monkeypatch, tmp_path):
    def stops(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("spiking_engrams.experiment.experiment.execute", stops)
    done = CliRunner().invoke(app, ["run", "fear_conditioning", "--seeds", "10", "--target", "runtime"])
    lines = done.stderr.splitlines()
    assert "s of biology per seed" in lines[0] and lines[1].startswith("10 seeds, about ") and "MB each" in lines[1]


def test_reproduce_tells_the_total_of_what_is_left_and_counts_a_shared_pretraining_once(tmp_path):
    names = ("naming", "naming_one_shot", "sleep_loss")
    requests = {name: request_of(name, RunOptions(n_seeds=10)) for name in names}
    first, second, third = (listing.gathered().of(name)[0] for name in names)
    pretraining = max(first.pretraining_s, second.pretraining_s) + third.pretraining_s
    total = short(10 * (first.seconds + second.seconds + third.seconds + pretraining))
    line = costs.before_all(requests, tmp_path, 1)
    assert line.startswith(f"3 protocols, about {total} in all, the longest sleep_loss ")
    assert f"up to {memory(first.memory_mb)} per seed" in line
    alone = costs.before_all({"naming": requests["naming"]}, tmp_path, 1)
    assert alone.startswith("1 protocol, about ") and "longest" not in alone


def test_complete_seeds_are_not_counted(toy_run, toy_request):
    assert costs.missing(toy_request, toy_run.path) == []
    assert costs.missing(toy_request, toy_run.path / "nowhere") == [1, 2]
    assert costs.before(toy_request, 2, 1, None) == ""  # a protocol in a file of its own


def test_help_names_the_presets():
    shown = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).stdout
    for network in ("naming", "recollection"):
        assert all(preset in shown for preset in registry.load_network(network).PRESETS)


@pytest.mark.parametrize("content", ["[]", "{}", "not JSON", '{"runs": [{"protocol": "x"}], "sizes": []}'])
def test_costs_that_cannot_be_read_are_named_and_left_out(content, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(Costs((SLOW,), ()).text())
    bad.write_text(content)
    with pytest.warns(EngramWarning, match="bad.json states no costs"):
        assert [each.protocol for each in Costs.read([bad, good]).runs] == ["slow"]
