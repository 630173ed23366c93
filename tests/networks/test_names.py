"""Names: couplings and scores against their algebra, rules, the gate of acetylcholine, spare names."""

import numpy as np
import pytest
from naming_reference import N_FIRING, SMALL, example, published

from networks import naming
from networks.naming import readout
from spiking_engrams.errors import ScheduleError
from spiking_engrams.simulation.simulation import Simulation

LABELS = np.array([0, 1, 0, 2, 1])


def model(target, rule, **changes):
    """Return simulation, phases and a state with kernels; one program serves all rules."""
    parameters = SMALL.replace({"names.rule": rule, **changes})
    simulation = Simulation(naming.build(parameters), target)
    state = readout.with_kernels(parameters, simulation.initial_state(1), example()[1])
    return simulation, naming.Phases(parameters), state


def couplings(state):
    return state["names_concepts.w"].reshape(SMALL.names.n, -1)


def concept_spikes(simulation, recording):
    """Return the spike counts of concept neurons, (n_images, n_concepts)."""
    return recording.counts("conv5", float(simulation.circuit.step))


def algebra(w, counts, labels, rule, n_names, factor):
    """Return couplings after the published code's loops: names in order, at every spike of a concept neuron."""
    w, used = w.copy(), set()
    up, down = factor * SMALL.names.potentiation, factor * SMALL.names.depression
    for count, label in zip(counts.astype(int), labels, strict=True):
        used.add(label)
        for time in range(count.max()):
            firing = count > time
            w[label, firing] += up * w[label, firing] * (1 - w[label, firing])
            if rule == "published":
                w[label, firing] -= (n_names - 1) * down * w[label, firing] * (1 - w[label, firing])
            for other in used - {label} if rule == "intended" else ():
                w[other, firing] -= down * w[other, firing] * (1 - w[other, firing])
    return w


@pytest.mark.parametrize("rule", ["published", "intended"])
def test_couplings_and_scores_are_the_algebraic_ones(target, rule):
    simulation, phases, state = model(target, rule)
    trains = naming.trains(example()[0])
    taught, heard = simulation.run(phases.encode(trains, LABELS, 3.0, n_names=3), state)
    counts = concept_spikes(simulation, heard)
    expected = algebra(couplings(state), counts, LABELS, rule, 3, 3.0)
    np.testing.assert_allclose(couplings(taught), expected, rtol=1e-12)
    assert np.abs(expected - couplings(state)).max() > 0.005
    after, recalled = simulation.run(phases.recall(trains), taught)
    scores = counts @ expected.T
    np.testing.assert_allclose(recalled.traces["names.v"], scores, rtol=1e-6)  # gate G7
    np.testing.assert_array_equal(readout.answers(simulation.circuit, recalled), scores[:, :3].argmax(axis=1))
    assert after.equals(taught, simulation.circuit.slow_variables)  # asking changes nothing


def test_weighted_read_out(numpy_runtime):
    simulation, phases, state = model("runtime", "published")
    latencies, kernels = example()
    taught, _ = simulation.run(phases.encode(naming.trains(latencies), LABELS, 1.0, 3), state)
    _, recalled = simulation.run(phases.recall(naming.trains(latencies), weighted=True), taught)
    steps = SMALL.retina.n_bins + 5 + 1
    for image, ours in zip(latencies, recalled.traces["names.v"], strict=True):
        v = np.array([p[-1].ravel() for p in published(image, kernels).potentials[:steps]])
        scores = ((v >= SMALL.names.threshold) * v).sum(axis=0) @ couplings(taught).T
        np.testing.assert_allclose(ours, scores, rtol=1e-9)
    assert simulation.circuit.phases.time.last_bin == steps - 1 + N_FIRING


def test_covariance_rule(target):
    simulation, phases, state = model(target, "covariance")
    trains = naming.trains(example()[0])
    known, seen = simulation.run(phases.experience(trains), state)
    counts = concept_spikes(simulation, seen)
    np.testing.assert_allclose(known["conv5.familiarity"], counts.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(known["conv5.spread"], counts.var(axis=0), rtol=1e-9, atol=1e-12)
    taught, _ = simulation.run(phases.encode(trains[:3], LABELS[:3]), known)
    scale = counts.var(axis=0) + SMALL.names.least_spread
    change = (counts[:3] - counts.mean(axis=0)) / scale
    expected = np.zeros((SMALL.names.n, counts.shape[1]))
    np.add.at(expected, LABELS[:3], change)
    np.testing.assert_allclose(couplings(taught), expected, rtol=1e-9, atol=1e-12)
    _, recalled = simulation.run(phases.recall(trains), taught)
    drive = (counts - counts.mean(axis=0)) @ expected.T
    np.testing.assert_allclose(recalled.traces["names.v"], drive, rtol=1e-9, atol=1e-9)
    level = drive[:, :2] / np.sqrt((expected[:2] ** 2 * scale).sum(axis=1))
    np.testing.assert_array_equal(readout.answers(simulation.circuit, recalled), level.argmax(axis=1))


def test_surprise_changes_couplings_only_after_wrong_answers(target):
    simulation, phases, state = model(target, "surprise")
    trains = naming.trains(example()[0])
    known, seen = simulation.run(phases.experience(trains), state)
    counts = concept_spikes(simulation, seen)
    pattern = counts - counts.mean(axis=0)
    change = pattern / (counts.var(axis=0) + SMALL.names.least_spread)
    w, used, n_wrong = np.zeros((SMALL.names.n, counts.shape[1])), [], 0
    for k, label in enumerate(LABELS):
        used = sorted({*used, label})
        scores = np.where((w[used] ** 2).sum(axis=1) > 0, w[used] @ pattern[k], -np.inf)
        answer = used[scores.argmax()] if np.isfinite(scores).any() else None
        if answer != label:
            w[label] += change[k]
            n_wrong += 1
            if answer is not None:
                w[answer] -= change[k]
    taught, _ = simulation.run(phases.encode(trains, LABELS, open_path=True), known)
    np.testing.assert_allclose(couplings(taught), w, rtol=1e-9, atol=1e-9)
    assert 3 <= n_wrong


def test_acetylcholine_opens_and_closes_the_path(numpy_runtime):
    trains = naming.trains(example()[0])
    for sign in (1, -1):
        simulation, phases, state = model("runtime", "published", **{"names.gate_sign": sign})
        taught, heard = simulation.run(phases.encode(trains, LABELS, 1.0, 3), state)
        assert np.all(heard.traces["names.v"] == 0)  # closed while names are learned
        _, closed = simulation.run(phases.recall(trains, gate=0.0), taught)
        assert np.all(readout.answers(simulation.circuit, closed) == readout.SILENT_NAME)
        _, opened = simulation.run(phases.recall(trains), taught)
        assert np.all(readout.answers(simulation.circuit, opened) >= 0)
        level = phases.recall(trains).signals["acetylcholine"]
        assert level == (1.0 if sign == 1 else 0.0)


def test_a_spare_name_neuron_takes_a_new_name_without_a_build(numpy_runtime):
    simulation, phases, state = model("runtime", "covariance")
    trains = naming.trains(example()[0])
    known, _ = simulation.run(phases.experience(trains), state)
    two, _ = simulation.run(phases.encode(trains[:2], np.array([0, 1])), known)
    assert two["names.in_use"].tolist() == [1, 1, 0, 0]
    _, recalled = simulation.run(phases.recall(trains[2:3]), two)
    assert readout.answers(simulation.circuit, recalled)[0] in (0, 1)
    three, _ = simulation.run(phases.encode(trains[2:3], np.array([3])), two)
    np.testing.assert_array_equal(couplings(three)[:2], couplings(two)[:2])
    _, recalled = simulation.run(phases.recall(trains[2:3]), three)
    assert readout.answers(simulation.circuit, recalled)[0] == 3


def test_neither_seeing_nor_training_changes_names(numpy_runtime):
    simulation, phases, state = model("runtime", "published")
    trains = naming.trains(example()[0])
    for phase in (phases.see(trains), phases.train(trains, 5, 0.1, 0.1)):
        after, _ = simulation.run(phase, state)
        np.testing.assert_array_equal(couplings(after), couplings(state))


def test_objects_without_names_are_rehearsed(target):
    simulation, phases, state = model(target, "covariance")
    trains = naming.trains(example()[0])
    known, seen = simulation.run(phases.experience(trains), state)
    counts = concept_spikes(simulation, seen)
    pattern, scale = counts - counts.mean(axis=0), counts.var(axis=0) + SMALL.names.least_spread
    taught, _ = simulation.run(phases.encode(trains[:2], LABELS[:2]), known)
    w = couplings(taught).copy()
    for image in range(5):
        level = pattern[image] @ w[:2].T / np.sqrt((w[:2] ** 2 * scale).sum(axis=1))
        w[level.argmax()] += 0.25 * pattern[image] / scale
    rehearsed, _ = simulation.run(phases.rehearse(trains, 0.25), taught)
    np.testing.assert_allclose(couplings(rehearsed), w, rtol=1e-9, atol=1e-9)
    assert np.abs(w - couplings(taught)).max() > 0.05
    unnamed, _ = simulation.run(phases.rehearse(trains, 0.25), known)  # nothing comes back, so nothing is learned
    np.testing.assert_array_equal(couplings(unnamed), couplings(known))
    with pytest.raises(ScheduleError, match="needs the rule covariance"):
        naming.Phases(SMALL.replace({"names.rule": "intended"})).rehearse(trains, 0.1)
    with pytest.raises(ScheduleError, match="a rate from 0 to 1"):
        phases.rehearse(trains, -1.0)
