"""Recollection: traces of the path, pointers, and the way back against a dense NumPy statement of it."""

import numpy as np
import pytest
from naming_reference import SMALL as NAMING
from naming_reference import example, published

from networks import recollection
from networks.naming import readout
from networks.naming.layers import Conv, conv_synapses, pool_synapses
from networks.recollection.pointers import ranks
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.path_trace import FOR_GOOD, NEVER

LOW = 0.02  # threshold with gap junctions, which a few spikelets among many silent neighbours reach
GAINS = (0.9, 1.0, 1.5, 1.0, 0.2)
SMALL = recollection.DIGITS.replace(
    {
        **{name: getattr(NAMING, name) for name in ("height", "width", "channels", "max_images", "layers")},
        "learning.images": "10 10 10", "learning.rates": "0.1 0.1 0.1", "retina.n_bins": 6, "names.n": 4,
        "backward.gains": " ".join(map(str, GAINS)), "pointers.n": 4, "pointers.fraction": 0.02, "pointers.pulses": 8,
    }
)  # fmt: skip
LAYERS = ("input", "conv1", "pool2", "conv3", "pool4")
BOUND = "pointers_conv3.w"
EVERYTHING = {"pointers.familiar": 0.9, "pointers.sounds": 12}  # one program for all tests of compiled ones


def model(target="runtime", **changes):
    """Return simulation, phases and a state with kernels."""
    parameters = SMALL.replace(changes)
    simulation = Simulation(recollection.build(parameters), target)
    state = readout.with_kernels(parameters, simulation.initial_state(1), example()[1])
    return simulation, simulation.circuit.phases, state


def couplings(state):
    return state[BOUND].reshape(SMALL.pointers.n, -1)


def spikes(simulation, recording, name):
    """Return spike counts per step of the circuit, (n_steps, n_neurons)."""
    return recording.counts(name, float(simulation.circuit.step))


def synapses():
    """Return source, target and weights of every forward projection by the name of its upper layer."""
    shapes, found, below = readout.shapes(SMALL), {}, "input"
    kernels = iter(example()[1])
    for (name, shape), layer in zip(list(shapes.items())[1:], SMALL.layers, strict=True):
        if isinstance(layer, Conv):
            i, j, k = conv_synapses(shapes[below], layer)
            w = next(kernels).ravel()[k]
        else:
            i, j = pool_synapses(shapes[below], layer)
            w = np.ones(len(i))
        found[name] = (i, j, w, int(np.prod(shape)))
        below = name
    return found


def paths(latencies):
    """Return, per projection, which synapses have a trace after one image, from the published timeline."""
    seen = published(latencies, example()[1])
    first = [np.full(layer.size, np.inf) for layer in seen.spikes[0]]
    for step, layers in enumerate(seen.spikes):
        for known, layer in zip(first, layers, strict=True):
            new = (layer.ravel() > 0) & np.isinf(known)
            known[new] = step
    return {
        name: (first[number][i] < first[number + 1][j]) & np.isfinite(first[number + 1][j])
        for number, (name, (i, j, _, _)) in enumerate(list(synapses().items())[:4])
    }


def test_synapses_that_carried_first_spikes_have_a_trace(target):
    simulation, phases, state = model(target, **EVERYTHING)
    latencies, _ = example(n_images=1)
    remembered, _ = simulation.run(phases.memorise(recollection.trains(latencies)), state)
    for layer, on_path in list(paths(latencies[0]).items())[:3]:  # the concept neurons' pool fires more than once
        below = LAYERS[LAYERS.index(layer) - 1]
        np.testing.assert_array_equal(remembered[f"{below}_{layer}.path"] > 0, on_path)
        assert 0 < on_path.sum() < on_path.size
    unencoded, _ = simulation.run(phases.see(recollection.trains(latencies)), state)
    assert np.all(unencoded["input_conv1.path"] == NEVER) and np.all(unencoded[BOUND] == 0)


def test_generated_thresholds_end_early(needs_compiler):
    """Fails if Brian2 writes thresholds in another way, which `thresholds` would leave as they are."""
    code = model("cpp", **EVERYTHING)[0].build().folder / "code" / "code_objects"
    early = [path.name for path in code.glob("*_thresholder_codeobject.cpp") if "return; }" in path.read_text()]
    assert "conv1_lays_thresholder_codeobject.cpp" in early and len(early) > 20


def test_generated_sources_are_grouped(needs_compiler):
    """Fails if Brian2 writes files of another form, each of which `cpp_units` would leave on its own."""
    made = (model("cpp", **EVERYTHING)[0].build().folder / "code" / "engrams.mk").read_text()
    assert "units/hot_0.o" in made and "code_objects/" not in made


def test_pointers_are_bound_to_first_spikes_and_to_few(numpy_runtime):
    simulation, phases, state = model()
    trains = recollection.trains(example()[0][:3])
    remembered, seen = simulation.run(phases.memorise(trains), state)
    share, w = SMALL.pointers.fraction * w_size(state), couplings(remembered)
    assert remembered["pointers.in_use"].tolist() == [1, 1, 1, 0] and np.all(w[3] == 0)
    steps, index = seen.spikes["conv3"]
    for pointer in range(3):
        bound = np.flatnonzero(w[pointer])
        inside = steps // seen_steps(simulation) == pointer
        when = dict(zip(index[inside], steps[inside], strict=True))
        assert share - 3 <= len(bound) <= share and set(bound) <= set(when)
        last = max(when[n] for n in bound)
        assert all(n in bound for n, step in when.items() if step < last)  # all that fired earlier
        rank, tied = ranks(w_size(state)), np.array([n for n, step in when.items() if step == last])
        assert max(rank[list(set(tied) & set(bound))]) < min(rank[list(set(tied) - set(bound))], default=64)
        order = np.argsort([when[n] for n in bound], kind="stable")
        assert np.all(np.diff(w[pointer, bound[order]]) <= 0) and w[pointer].max() == 1


def w_size(state):
    return couplings(state).shape[1]


def seen_steps(simulation):
    return round(float(simulation.circuit.step) / float(simulation.circuit.dt))


def way_back(w, on_path, n_steps, pulses, inhibition=0.0):
    """Return spike counts of every layer in recall: integrate, fire at most once a step, subtract.

    Maps of the first layer inhibit each other at every location.
    """
    n_maps = readout.shapes(SMALL)["conv1"][0]
    forward = synapses()
    back = {name: np.zeros(forward[name][3] if name != "input" else forward["conv1"][0].max() + 1) for name in LAYERS}
    back["input"] = np.zeros(SMALL.channels * SMALL.height * SMALL.width)
    counts = {name: np.zeros(len(values)) for name, values in back.items()}
    for step in range(n_steps):
        fired = {name: values >= SMALL.backward.threshold for name, values in back.items()}
        for name, values in back.items():
            values[fired[name]] -= SMALL.backward.threshold
            counts[name] += fired[name]
        at_each = fired["conv1"].reshape(n_maps, -1)
        back["conv1"] -= inhibition * SMALL.backward.threshold * (at_each.sum(axis=0) - at_each.astype(float)).ravel()
        if 2 <= step < pulses + 2:
            back["conv3"] += w * SMALL.pointers.gain
        for number, layer in enumerate(("conv1", "pool2", "conv3")):
            i, j, weight, _ = forward[layer]
            np.add.at(back[LAYERS[number]], i, GAINS[number] * weight * on_path[layer] * fired[layer][j])
    return counts


def test_the_way_back_is_the_dense_statement(target):
    simulation, phases, state = model(target, **EVERYTHING)
    latencies, _ = example(n_images=1)
    remembered, _ = simulation.run(phases.memorise(recollection.trains(latencies)), state)
    after, recalled = simulation.run(phases.recall_episode(0, n_steps=1), remembered)
    expected = way_back(couplings(remembered)[0], paths(latencies[0]), seen_steps(simulation), SMALL.pointers.pulses)
    for layer in ("conv3", "pool2", "conv1", "input"):
        np.testing.assert_array_equal(spikes(simulation, recalled, layer)[0], expected[layer], err_msg=layer)
    assert expected["input"].sum() > 20
    memory = [name for name in simulation.circuit.slow_variables if name != "life.age"]
    assert after.equals(remembered, memory)  # recalling changes no memory


def test_maps_inhibit_each_other_in_recall_as_in_the_dense_statement(numpy_runtime):
    simulation, phases, state = model(**{"backward.inhibition": 0.3})
    latencies, _ = example(n_images=3)
    remembered, _ = simulation.run(phases.memorise(recollection.trains(latencies)), state)
    _, recalled = simulation.run(phases.recall_episode([0, 1, 2], n_steps=1), remembered)
    each = [paths(image) for image in latencies]
    on_path = {name: np.any([found[name] for found in each], axis=0) for name in each[0]}
    n_steps, pulses, fewer = seen_steps(simulation), SMALL.pointers.pulses, 0
    for pointer, w in enumerate(couplings(remembered)[:3]):
        expected = way_back(w, on_path, n_steps, pulses, inhibition=0.3)
        fewer += sum(way_back(w, on_path, n_steps, pulses)["conv1"]) - sum(expected["conv1"])
        for layer in ("conv3", "pool2", "conv1", "input"):
            np.testing.assert_array_equal(spikes(simulation, recalled, layer)[pointer], expected[layer], err_msg=layer)
    assert fewer > 0


def junctions(w, on_path, n_steps, pulses, rectified):
    """Return spike counts of every layer in recall through gap junctions, one time step after the other."""
    forward, p = synapses(), SMALL.backward
    sizes = {"input": SMALL.channels * SMALL.height * SMALL.width, **{name: forward[name][3] for name in LAYERS[1:]}}
    v, counts, spikelet = ({name: np.zeros(size) for name, size in sizes.items()} for _ in range(3))
    couples = {
        layer: (i, j, GAINS[number] * weight * on_path[layer])
        for number, (layer, (i, j, weight, _)) in enumerate(list(forward.items())[:4])
    }
    silent = {name: np.zeros(size) for name, size in sizes.items()}
    if not rectified:
        for number, (i, _, g) in enumerate(couples.values()):
            np.add.at(silent[LAYERS[number]], i, g)
    for step in range(n_steps):
        fired = {name: values >= LOW for name, values in v.items()}
        current, conductance = ({name: np.zeros(size) for name, size in sizes.items()} for _ in range(2))
        for number, (layer, (i, j, g)) in enumerate(couples.items()):
            below, up = LAYERS[number], spikelet[layer][j]
            conducts = (up > 0.05) & ((up > v[below][i]) | (not rectified))
            np.add.at(current[below], i, g * up * conducts)
            np.add.at(conductance[below], i, g * conducts)
        for name in LAYERS:
            v[name] = v[name] - LOW * fired[name]
            if name == "conv3" and 2 <= step < pulses + 2:
                v[name] = v[name] + w * SMALL.pointers.gain
            counts[name] += fired[name]
            spikelet[name] = np.where(fired[name], 1.0, spikelet[name] * p.spikelet_decay)
            total = np.maximum(conductance[name], silent[name]) + p.leak
            v[name] = current[name] / total + (v[name] - current[name] / total) * np.exp(-total)
    return counts


@pytest.mark.parametrize("kind", ["ohmic", "rectified"])
def test_gap_junctions_are_the_dense_statement(numpy_runtime, kind):
    simulation, phases, state = model(**{"backward.kind": kind, "backward.gap_threshold": LOW})
    latencies, _ = example(n_images=1)
    remembered, _ = simulation.run(phases.memorise(recollection.trains(latencies)), state)
    _, recalled = simulation.run(phases.recall_episode(0, n_steps=1), remembered)
    w, on_path = couplings(remembered)[0], paths(latencies[0])
    on_path["pool4"] = remembered["conv3_pool4.path"] > 0
    expected = junctions(w, on_path, seen_steps(simulation), SMALL.pointers.pulses, kind == "rectified")
    for layer in ("conv3", "pool2", "conv1", "input"):
        np.testing.assert_array_equal(spikes(simulation, recalled, layer)[0], expected[layer], err_msg=layer)
    assert expected["input"].sum() > 20
    _, closed = simulation.run(phases.recall_episode(0, gate=0.0), remembered)
    assert spikes(simulation, closed, "input").sum() == 0


@pytest.mark.cpp
def test_without_an_open_path_or_couplings_nothing_comes_back(needs_compiler):
    comes_back = []
    for sign in (1, -1):
        simulation, phases, state = model("cpp", **EVERYTHING | {"names.gate_sign": sign})
        trains = recollection.trains(example()[0][:1])
        remembered, _ = simulation.run(phases.memorise(trains), state)
        _, closed = simulation.run(phases.recall_episode(0, gate=0.0), remembered)
        assert spikes(simulation, closed, "pointers").sum() > 0
        assert sum(spikes(simulation, closed, name).sum() for name in LAYERS) == 0
        _, opened = simulation.run(phases.recall_episode(0), remembered)
        comes_back.append(spikes(simulation, opened, "input"))
        assert comes_back[-1].sum() > 0
        phase = phases.recall_episode(0).with_constants({"pointers_conv3.pointer_gain": 0.0})
        _, cut = simulation.run(phase, remembered)
        assert sum(spikes(simulation, cut, name).sum() for name in LAYERS) == 0
        _, unused = simulation.run(phases.recall_episode(3), remembered)
        assert spikes(simulation, unused, "input").sum() == 0
    np.testing.assert_array_equal(*comes_back)  # whichever way acetylcholine gates


def test_with_a_neuron_model_other_neurons_fire_once_a_bin_at_most(numpy_runtime):
    simulation = Simulation(recollection.build(SMALL, "LIF"), "runtime")
    state = readout.with_kernels(SMALL, simulation.initial_state(1), example()[1])
    phases, trains = simulation.circuit.phases, recollection.trains(example()[0][:1])
    remembered, _ = simulation.run(phases.memorise(trains), state)
    _, recalled = simulation.run(phases.recall_episode(0), remembered)
    time = phases.time
    for layer in ("input", "pool2"):
        steps, _ = recalled.spikes[layer]
        assert time.bin_steps > 1 and len(steps) and np.all(steps % time.n_steps % time.bin_steps == 0)
    assert np.any(recalled.spikes["conv1"][0] % time.bin_steps > 0)


@pytest.mark.cpp
def test_traces_decay_unless_they_are_kept(needs_compiler):
    simulation, phases, state = model("cpp", **EVERYTHING | {"traces.duration": "100*ms"})
    trains = recollection.trains(example()[0][:1])
    lasts = round(0.1 / float(simulation.circuit.step))
    recalled = {}
    for keep in (True, False):
        remembered, _ = simulation.run(phases.memorise(trains, keep=keep), state)
        for pause in (1, 2 * lasts):
            later, _ = simulation.run(phases.retain(pause), remembered)
            assert later["life.age"] == 1 + pause
            _, recording = simulation.run(phases.recall_episode(0), later)
            recalled[keep, pause] = spikes(simulation, recording, "input").sum()
    assert recalled[True, 1] == recalled[True, 2 * lasts] > 0
    assert recalled[False, 1] > 3 * recalled[False, 2 * lasts]


@pytest.mark.cpp
def test_sleep_replays_episodes_and_keeps_what_is_left_of_their_traces(needs_compiler):
    simulation, phases, state = model("cpp", **EVERYTHING | {"traces.duration": "500*ms"})
    lasts = round(0.5 / float(simulation.circuit.step))
    trains = recollection.trains(example()[0][:3])
    remembered, _ = simulation.run(phases.memorise(trains, keep=False), state)
    found, recalled = {}, {}
    for name, phase in (
        ("asleep", phases.sleep(13)), ("closed", phases.sleep(13, gate=0.0)), ("awake", phases.retain(13)),
        ("fleeting", phases.sleep(13, keep=False)),
    ):  # fmt: skip
        found[name], replayed = simulation.run(phase, remembered)
        fired = spikes(simulation, replayed, "pointers") > 0
        asleep = name != "awake"
        np.testing.assert_array_equal(fired.sum(axis=1), [0, *[asleep] * 12])  # one at a time
        np.testing.assert_array_equal(fired.any(axis=0), [asleep, asleep, asleep, False])  # those in use, all of them
        later = readout.changed(found[name], {"life.age": found[name]["life.age"] + 3 * lasts})
        _, recording = simulation.run(phases.recall_episode([0, 1, 2]), later)
        recalled[name] = spikes(simulation, recording, "input").sum(axis=1)
    path = "pool2_conv3.path"
    np.testing.assert_array_equal(found["closed"][path], remembered[path])
    np.testing.assert_array_equal(found["awake"][path], remembered[path])
    _, j, _, _ = synapses()["conv3"]
    kept = found["asleep"][path] > FOR_GOOD / 2
    np.testing.assert_array_equal(
        kept, (remembered[path] > 0) & np.isin(j, np.flatnonzero(couplings(remembered).any(axis=0)))
    )
    assert kept.any() and np.all(recalled["asleep"] > 3 * recalled["awake"])
    assert np.all(recalled["closed"] == recalled["awake"])
    assert not np.any(found["fleeting"][path] > FOR_GOOD / 2) and found["fleeting"][path].max() > remembered[path].max()


def test_what_is_new_is_encoded_and_what_is_familiar_is_not(target):
    simulation, phases, state = model(target, **EVERYTHING)
    trains = recollection.trains(example()[0][:3])
    remembered, _ = simulation.run(phases.memorise(trains[:1], keep=False), state)
    order = [0, 1, 1, 0, 2, 1]
    known, recording = simulation.run(phases.memorise_new(trains[order], labels=order), remembered)
    fired = spikes(simulation, recording, "novelty").ravel()
    np.testing.assert_array_equal(fired, [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0])  # in the second step of what is new
    similarity = recording.traces["novelty.similarity"].ravel()[1::2]
    w = couplings(known)
    np.testing.assert_array_equal(known["pointers.in_use"], [1, 1, 1, 0])
    for k, (image, before) in enumerate(zip(order, (1, 1, 2, 2, 2, 3), strict=True)):
        cosines = w[:before] @ w[image] / np.linalg.norm(w[:before], axis=1) / np.linalg.norm(w[image])
        assert abs(similarity[k] - cosines.max()) < 1e-6
    again, _ = simulation.run(phases.memorise_new(trains[:1]), remembered)
    assert not np.any(again["conv1_pool2.path"] > FOR_GOOD / 2) and np.any(known["conv1_pool2.path"] > FOR_GOOD / 2)
    everything, _ = simulation.run(phases.memorise(trains, n_before=1), remembered)
    new, _ = simulation.run(phases.memorise_new(trains[1:]), remembered)
    np.testing.assert_array_equal(couplings(new)[1:3], couplings(everything)[2:])
    _, recalled = simulation.run(phases.recall_from_name([1, 2]), known)
    np.testing.assert_array_equal(spikes(simulation, recalled, "pointers").argmax(axis=1), [1, 2])


@pytest.mark.cpp
@pytest.mark.parametrize(("seed", "fraction"), [(1, 0.02), (5, 0.02), (5, 0.01)])
def test_similarity_is_the_cosine_of_couplings(needs_compiler, seed, fraction):
    """Also where the share of neurons that are bound runs out within a time step, and where a phase changes it."""
    simulation, phases, state = model("cpp", **EVERYTHING | {"pointers.fraction": fraction})
    share = {"conv3_window.share": 5.0} if seed == 1 else {}
    latencies, kernels = example(n_images=4, seed=seed)
    trains, state = recollection.trains(latencies), readout.with_kernels(SMALL, state, kernels)
    known, _ = simulation.run(phases.memorise(trains[:2]).with_constants(share), state)
    everything, _ = simulation.run(phases.memorise(trains).with_constants(share), state)
    w = couplings(everything)
    w = w / np.maximum(np.linalg.norm(w, axis=1), 1e-9)[:, None]
    _, recording = simulation.run(phases.compare(trains).with_constants(share), known)
    np.testing.assert_allclose(recording.traces["novelty.similarity"].ravel()[1:], (w @ w[:2].T).max(axis=1), atol=1e-6)


def test_without_a_pointer_left_or_an_image_nothing_is_encoded(numpy_runtime):
    simulation, phases, state = model(**{"pointers.n": 2})
    trains = recollection.trains(example(n_images=4)[0])
    trains[1] = 0
    two, _ = simulation.run(phases.memorise_new(trains[:3]), state)
    full, recording = simulation.run(phases.memorise_new(trains[[3, 0, 3]]), two)
    assert two["recruiter.n_used"] == full["recruiter.n_used"] == 2
    assert spikes(simulation, recording, "novelty").sum() == 0
    for name in ("pointers.in_use", BOUND):
        np.testing.assert_array_equal(full[name], two[name])
    assert np.sum(full["conv1_pool2.path"] > FOR_GOOD / 2) == np.sum(two["conv1_pool2.path"] > FOR_GOOD / 2) > 0


def test_a_location_restricts_recall_to_a_part(target):
    simulation, phases, state = model(target, **EVERYTHING)
    trains = recollection.trains(example()[0][:2])
    remembered, _ = simulation.run(phases.memorise(trains, labels=[1, 0]), state)
    maps, height, width = readout.shapes(SMALL)["conv3"]
    at = np.array([[0.3, 0.3, 0.25], [0.7, 0.6, 0.1]])
    found = []
    for phase in (
        phases.recall_episode([0, 1]), phases.recall_episode([0, 1], at=at), phases.recall_from_name([1, 0], at=at),
        phases.look_at(at),
    ):  # fmt: skip
        _, recording = simulation.run(phase, remembered)
        found.append([spikes(simulation, recording, name) for name in ("conv3", "input")])
    (whole, _), (part, below), (by_name, _), nothing = found
    rows, columns = (np.mgrid[:height, :width] + 0.5) / height
    near = [((rows - row) ** 2 + (columns - column) ** 2 <= radius**2).ravel() for row, column, radius in at]
    np.testing.assert_array_equal(part, whole * np.tile(near, maps))
    np.testing.assert_array_equal(by_name, part)
    assert 0 < part[0].sum() < whole[0].sum() and below[0].sum() > 0
    assert not any(each.sum() for each in nothing)
    for wrong in ([[0.5, 0.5, 0.0], [0.5, 0.5, 0.1]], [[1.1, 0.5, 0.1]] * 2, [[0.5, 0.5, 0.1]]):
        with pytest.raises(ScheduleError, match="in heights of the image"):
            phases.recall_episode([0, 1], at=wrong)


def test_a_part_of_a_sound_brings_back_its_episode(target):
    simulation, phases, state = model(target, **EVERYTHING)
    trains = recollection.trains(example()[0][:3])
    sounds = np.zeros((3, 12))
    for k, neurons in enumerate(([0, 1, 2, 3], [3, 4, 5], [6, 7, 8, 0])):
        sounds[k, neurons] = 1
    remembered, seen = simulation.run(phases.memorise(trains, sounds=sounds), state)
    np.testing.assert_array_equal(spikes(simulation, seen, "sounds"), sounds)
    np.testing.assert_array_equal(remembered["sounds_pointers.w"].reshape(12, -1)[:, :3], sounds.T)
    np.testing.assert_array_equal(remembered["pointers.n_sounds"], [4, 3, 4, 0])
    silent, _ = simulation.run(phases.memorise(trains), state)
    np.testing.assert_array_equal(couplings(remembered), couplings(silent))
    parts = np.zeros((4, 12))  # the last one is of no episode
    for k, neurons in enumerate(([1, 2], [3, 4], [0, 6, 8], [10, 11])):
        parts[k, neurons] = 1
    _, recording = simulation.run(phases.recall_from_sound(parts, n_steps=2), remembered)
    cued = spikes(simulation, recording, "pointers").reshape(4, 3, -1)
    assert not cued[:, 0].any() and not cued[3].any()
    np.testing.assert_array_equal(cued[:3, 1].argmax(axis=1), [0, 1, 2])
    np.testing.assert_array_equal(cued[:, 1], cued[:, 2])
    _, expected = simulation.run(phases.recall_episode([0, 1, 2]), remembered)
    np.testing.assert_array_equal(
        spikes(simulation, recording, "input").reshape(4, 3, -1)[:3, 1], spikes(simulation, expected, "input")
    )
    for wrong in (np.zeros((3, 11)), np.full((3, 12), 0.5), np.zeros(12), 1, [[1], [0, 1]]):
        with pytest.raises(ScheduleError, match="zeros and ones"):
            phases.memorise(trains, sounds=wrong)


def test_an_image_and_a_name_bring_back_their_own_episode(numpy_runtime):
    simulation, phases, state = model()
    trains = recollection.trains(example()[0][:3])
    remembered, _ = simulation.run(phases.memorise(trains, labels=[2, 0, 1]), state)
    _, recording = simulation.run(phases.recall_from_image(trains, n_steps=2), remembered)
    cued = spikes(simulation, recording, "pointers")
    np.testing.assert_array_equal(cued[1::3].argmax(axis=1), [0, 1, 2])
    np.testing.assert_array_equal(cued[1::3], cued[2::3])
    assert np.all((cued > 0).sum(axis=1) == [0, 1, 1] * 3)
    _, recording = simulation.run(phases.recall_from_name([0, 1, 2], n_steps=1), remembered)
    np.testing.assert_array_equal(spikes(simulation, recording, "pointers").argmax(axis=1), [1, 2, 0])
    assert np.all(spikes(simulation, recording, "input").sum(axis=1) > 0)


def test_pointers_that_are_cued_together_share_what_they_bring_back(numpy_runtime):
    simulation, phases, state = model()
    trains = recollection.trains(example()[0][:3])
    remembered, _ = simulation.run(phases.memorise(trains, labels=[1, 1, 2]), state)
    found = []
    for phase in (
        phases.recall_episode(0, n_steps=1, second=1), phases.recall_from_name(1, n_steps=1),
        phases.recall_episode([0, 1], n_steps=1),
    ):  # fmt: skip
        _, recording = simulation.run(phase, remembered)
        found.append(spikes(simulation, recording, "conv3"))
    both, by_name, alone = found
    np.testing.assert_array_equal(both, by_name)
    w, p = couplings(remembered)[:2], SMALL.pointers
    expected = np.floor(w.mean(axis=0) * p.pulses * p.gain + 1e-9)  # each acts by half
    np.testing.assert_array_equal(both[0], expected)
    assert np.all(both[0] <= alone.max(axis=0))


@pytest.mark.parametrize("n_bound", [1, 2])
def test_concept_neurons_are_bound_once(numpy_runtime, n_bound):
    layers = "conv5" if n_bound == 1 else "conv3 conv5"
    simulation, phases, state = model(**{"pointers.layers": layers})
    trains = recollection.trains(example()[0][:1])
    remembered, seen = simulation.run(phases.memorise(trains), state)
    steps, index = seen.spikes["conv5"]
    first = {n: steps[index == n].min() for n in np.unique(index)}
    w = remembered["pointers_conv5.w"].reshape(SMALL.pointers.n, -1)[0]
    earliest = [n for n, step in first.items() if step == min(first.values())]
    assert 0 < np.count_nonzero(w) <= max(1, SMALL.pointers.fraction * len(w))
    assert set(np.flatnonzero(w)) <= set(earliest) and w.max() == 1
    traced = remembered["pool4_conv5.path"] > 0
    i, j, _, _ = synapses()["conv5"]
    pools = {n: seen.spikes["pool4"][0][seen.spikes["pool4"][1] == n].min() for n in np.unique(seen.spikes["pool4"][1])}
    expected = [pools.get(a, np.inf) < first.get(b, -np.inf) for a, b in zip(i, j, strict=True)]
    np.testing.assert_array_equal(traced, expected)
    _, recalled = simulation.run(phases.recall_episode(0), remembered)
    assert spikes(simulation, recalled, "conv5").sum() > 0


def test_bad_input_is_refused():
    for layers in ("conv1", "pool2", "input", "", "conv3 conv1", "conv3 conv3"):
        with pytest.raises(ParameterError, match="would be a lookup, not recall"):
            SMALL.replace({"pointers.layers": layers})
    with pytest.raises(ParameterError, match="give one for each of"):
        SMALL.replace({"backward.gains": "1 1"})
    with pytest.raises(ParameterError, match=r"give one for each of .* or none"):
        SMALL.replace({"backward.model_gains": "1 1"})
    phases, trains = recollection.Phases(SMALL), recollection.trains(example()[0][:3])
    with pytest.raises(ScheduleError, match="cues pointers 0 to 4; allowed"):
        phases.recall_episode([0, 4])
    for wrong in ([0.5], []):
        with pytest.raises(ScheduleError, match="whole numbers, at least one"):
            phases.recall_episode(wrong)
    with pytest.raises(ParameterError, match="no negative conductance"):
        SMALL.replace({"backward.kind": "ohmic", "backward.offset": 0.1})
    with pytest.raises(ScheduleError, match="5 episodes need as many pointers, but there are 4"):
        phases.memorise(trains, n_before=2)
    for labels in ([0, 1, 4], [0, 1], [-1, 0, 1], [0.5, 1, 1]):
        with pytest.raises(ScheduleError, match="a whole number from 0 to 3 for each"):
            phases.memorise(trains, labels=labels)


@pytest.mark.parametrize("preset", sorted(recollection.PRESETS))
def test_presets_can_be_described(preset):
    size = recollection.build(recollection.PRESETS[preset]).estimate()
    assert size["neurons"] > 9000
