"""Recordings keep their spikes in order, cut, join and survive the disk."""

import os
from typing import Any

import numpy as np
import pytest

from spiking_engrams.errors import RunFolderError, SimulationError, UnknownNameError
from spiking_engrams.state.joining import concatenate
from spiking_engrams.state.recording import Recording


def make_recording(seed=1, label="night", duration=0.4, **changes):
    rng = np.random.default_rng(seed)
    n_steps = round(duration / 1e-4)
    data: dict[str, Any] = {
        "spikes": {
            "HIP": (rng.integers(n_steps, size=300), rng.integers(20, size=300)),
            "CTX": (rng.integers(n_steps, size=50), rng.integers(5, size=50)),
        },
        "traces": {
            "HIP.ach": rng.standard_normal(round(duration / 0.01)),
            "CTX.v": rng.standard_normal((round(duration / 0.01), 5)).astype(np.float32),
        },
        "trace_step": 0.01,
        "units": {"HIP.ach": "1", "CTX.v": "volt"},
        "sizes": {"HIP": 20, "CTX": 5, "BA": 3},
        "dt": 1e-4,
        "duration": duration,
        "label": label,
        "meta": {"seed": seed, "cue": (1, 2)},
    }
    return Recording(**(data | changes))


def only(steps, index, size=3, duration=1e-2, **changes):
    spikes = {"A": (np.array(steps), np.array(index))}
    return Recording(spikes, {}, 0.0, {}, {"A": size}, 1e-3, duration, **changes)


def test_spikes_are_put_in_order():
    recording = only([5, 1, 5, 1], [0, 2, 1, 0])
    assert recording.spikes["A"][0].tolist() == [1, 1, 5, 5]
    assert recording.spikes["A"][1].tolist() == [0, 2, 0, 1]
    assert recording.spikes["A"][0].dtype == np.int64 and recording.spikes["A"][1].dtype == np.int32
    assert np.allclose(recording.times("A"), [1e-3, 1e-3, 5e-3, 5e-3])


def test_a_round_trip_is_equal(tmp_path):
    recording = make_recording()
    recording.save(tmp_path / "r.h5")
    loaded = Recording.load(tmp_path / "r.h5")
    assert loaded.equals(recording) and recording.equals(loaded)
    assert loaded.meta == {"seed": 1, "cue": [1, 2]} and loaded.label == "night"
    assert loaded.traces["CTX.v"].dtype == np.float32
    assert list(loaded.spikes) == ["HIP", "CTX", "BA"] and loaded.times("BA").size == 0
    assert os.listdir(tmp_path) == ["r.h5"]
    silent = only([], [])
    silent.save(tmp_path / "r.h5")
    assert Recording.load(tmp_path / "r.h5").equals(silent)


def test_traces_come_with_their_times():
    recording = make_recording()
    v, ach = recording.trace("CTX.v"), recording.trace("HIP.ach")
    assert v.dims == ("time", "cell") and v.shape == (40, 5) and v.attrs["units"] == "volt" and ach.dims == ("time",)
    assert v.sel(time=slice(0.1, 0.199)).shape == (10, 5) and np.allclose(ach.time[:2], [0.0, 0.01])
    with pytest.raises(UnknownNameError, match="CTX.v"):
        recording.trace("CTX.w")


def test_a_recording_is_shown_in_one_line():
    spikes = "HIP 300 (20 cells), CTX 50 (5 cells), BA 0 (3 cells)"
    assert repr(make_recording()) == f"<Recording 'night', 0.4 s; spikes: {spikes}; traces: HIP.ach, CTX.v>"
    assert repr(only([], [])) == "<Recording '', 0.01 s; spikes: A 0 (3 cells)>"


def test_equals_sees_every_part():
    base = make_recording()
    steps, index = base.spikes["HIP"]
    moved = {**base.spikes, "HIP": (np.where(np.arange(300) == 299, 3999, steps), index)}
    trace = {**base.traces, "HIP.ach": np.nextafter(base.traces["HIP.ach"], 9)}
    changed: list[dict[str, Any]] = [
        {"spikes": moved},
        {"traces": trace},
        {"dt": 1.0001e-4},
        {"units": {}},
        {"duration": 0.5},
    ]
    for changes in changed:
        assert not base.equals(make_recording(**changes))
    relabelled = make_recording(label="day")
    assert not base.equals(relabelled) and base.equals(relabelled, metadata=False)


def test_counts_and_rates():
    recording = only([0, 4, 4, 5, 9], [0, 0, 1, 1, 2])
    assert recording.counts("A", 5e-3).tolist() == [[2, 1, 0], [0, 1, 1]]
    assert recording.counts("A", 4e-3).tolist() == [[1, 0, 0], [1, 2, 0]]  # the last 2 ms are left out
    assert recording.rate("A").tolist() == pytest.approx([200, 200, 100])
    assert recording.rate("A", 4e-3, 5e-3).tolist() == pytest.approx([1000, 1000, 0])
    assert make_recording().counts("HIP", 0.1).sum() == 300
    for bin_s in (0.0, 1.5e-3, 1.0):
        with pytest.raises(SimulationError, match="whole number of time steps"):
            recording.counts("A", bin_s)
    for window in ((0.5e-2, 0.5e-2), (0, 1.0), (-1e-3, 5e-3)):
        with pytest.raises(SimulationError, match="t_start < t_stop"):
            recording.rate("A", *window)
    with pytest.raises(UnknownNameError, match="HIP"):
        make_recording().rate("HPI")


def test_slices_join_to_the_whole():
    recording = make_recording()
    first, second = recording.slice(None, 0.15), recording.slice(0.15)
    assert first.duration == 0.15 and second.duration == 0.25
    assert len(first.traces["HIP.ach"]) == 15
    joined = concatenate([first, second])
    assert joined.equals(recording, metadata=False)
    assert joined.meta["parts"][1]["t_start"] == 0.15 and joined.label == "night+night"
    steps = recording.spikes["HIP"][0]
    assert first.spikes["HIP"][0].size == np.sum(steps < 1500)
    with pytest.raises(SimulationError, match="trace step"):
        recording.slice(0.155)
    assert recording.slice(0.1, 0.155).traces["HIP.ach"].size == 6


def test_concatenate_one_recording_with_itself():
    recording = make_recording()
    twice = Recording.concatenate([recording, recording])
    assert twice.duration == 0.8 and twice.slice(0.4).equals(recording, metadata=False)


def test_concatenate_refuses_what_does_not_match():
    with pytest.raises(SimulationError, match="at least one"):
        concatenate([])
    with pytest.raises(SimulationError, match="differ in sizes"):
        concatenate([make_recording(), make_recording().select("HIP")])
    short = make_recording(traces={"HIP.ach": np.zeros(3)}, units={})
    with pytest.raises(SimulationError, match="do not fill"):
        concatenate([short, short])


def test_select():
    chosen = make_recording().select(["CTX"])
    assert list(chosen.spikes) == ["CTX"] and chosen.sizes == {"CTX": 5} and list(chosen.traces) == ["CTX.v"]
    assert chosen.equals(make_recording().select("CTX"))
    with pytest.raises(UnknownNameError):
        make_recording().select("CT")


@pytest.mark.parametrize(
    ("steps", "index", "message"),
    [([0], [3], "neurons 3"), ([10], [0], "steps 10"), ([-1], [0], "steps -1"), ([0, 1], [0], "shapes")],
)
def test_impossible_spikes_are_refused(steps, index, message):
    with pytest.raises(SimulationError, match=message):
        only(steps, index)


def test_other_impossible_parts_are_refused():
    with pytest.raises(SimulationError, match="no size"):
        Recording({"A": (np.array([]), np.array([]))}, {}, 0.0, {}, {}, 1e-3, 1.0)
    with pytest.raises(SimulationError, match="dt must be > 0"):
        Recording({}, {}, 0.0, {}, {}, 0.0, 1.0)
    with pytest.raises(SimulationError, match="trace_step > 0"):
        Recording({}, {"x": np.zeros(3)}, 0.0, {}, {}, 1e-3, 1.0)
    with pytest.raises(UnknownNameError):
        Recording({}, {}, 0.0, {"x": "volt"}, {}, 1e-3, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        make_recording().spikes["HIP"][0][0] = 1


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "r.h5"
    make_recording().save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RunFolderError, match="truncated or damaged"):
        Recording.load(path)
    with pytest.raises(RunFolderError, match="no recording file"):
        Recording.load(tmp_path / "none.h5")


def test_to_neo():
    pytest.importorskip("neo")
    recording = make_recording()
    segment = recording.to_neo().segments[0]
    assert len(segment.spiketrains) == 28
    trains = [train for train in segment.spiketrains if train.annotations["population"] == "HIP"]
    for neuron in (0, 7, 19):
        assert trains[neuron].annotations["neuron"] == neuron
        mine = recording.times("HIP")[recording.spikes["HIP"][1] == neuron]
        assert np.array_equal(trains[neuron].rescale("s").magnitude, mine)
    assert all(float(train.t_stop) == 0.4 for train in segment.spiketrains)
    signals = {signal.name: signal for signal in segment.analogsignals}
    assert str(signals["CTX.v"].dimensionality) == "V" and signals["CTX.v"].shape == (40, 5)
    assert signals["HIP.ach"].shape == (40, 1) and signals["HIP.ach"].sampling_period == 0.01


def test_long_recordings_are_compressed(tmp_path):
    steps = np.repeat(np.arange(50_000), 10)
    long = Recording({"A": (steps, np.tile(np.arange(10), 50_000))}, {}, 0.0, {}, {"A": 10}, 1e-3, 50.0)
    long.save(tmp_path / "long.h5")
    assert (tmp_path / "long.h5").stat().st_size < 12 * len(steps) / 4
    assert Recording.load(tmp_path / "long.h5").equals(long)
