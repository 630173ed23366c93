"""The rate reference of the way back: transposed convolutions, switches, and what a perfect source brings back."""

import numpy as np
import pytest

from benchmarks import recollection_rate as rate
from networks import recollection
from networks.naming import readout
from networks.naming.layers import Conv, Pool, conv_synapses, pool_synapses
from networks.recollection import measures

SMALL = recollection.DIGITS.replace(
    {"height": 12, "width": 10, "layers": "conv 6 x 5 > 3; pool 2 / 2 exclusive; conv 8 x 3 > 2; pool 2 / 2; "
     "conv 5 x 3 > inf learn > 3 winners 4 radius 2"}
)  # fmt: skip


def network(binary=False):
    """Return a rate network with random kernels, and ten random images."""
    generator = np.random.default_rng(1)
    kernels = {name: generator.random(shape) for name, shape in readout.kernel_shapes(SMALL).items()}
    contrast = generator.random((10, 2, 12, 10))
    return rate.RateNetwork(SMALL, kernels, binary), np.where(contrast > 0.7, contrast, 0)


@pytest.mark.parametrize("size", [3, 5])
def test_convolution_is_that_of_the_circuit(size):
    generator = np.random.default_rng(2)
    x, kernel = generator.normal(size=(2, 3, 7, 9)), generator.normal(size=(size, size, 3, 4))
    i, j, k = conv_synapses((3, 7, 9), Conv(4, size, 1.0, 1.0, 1, 1))
    expected = np.zeros((2, 4 * 7 * 9))
    for image, summed in zip(x.reshape(2, -1), expected, strict=True):
        np.add.at(summed, j, image[i] * kernel.ravel()[k])
    assert np.allclose(rate.convolve(x, kernel).reshape(2, -1), expected)


@pytest.mark.parametrize("signed", [False, True])
def test_the_way_back_is_the_adjoint(signed):
    net, contrast = network()
    kernel = (net.signed if signed else net.plus)["conv1"]
    x, y = np.random.default_rng(3).normal(size=contrast.shape), np.random.default_rng(4).normal(size=(10, 6, 12, 10))
    back = net.backward(y, rate.Condition("conv1", normalise=False, signed=signed), {})
    assert np.sum(rate.convolve(x, kernel) * y) == pytest.approx(np.sum(x * back), rel=1e-9)
    assert np.abs(back).max() > 1


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (7, 6)])
def test_switches_put_values_where_the_maximum_was(size, stride):
    pool, x = Pool(size, stride, False), np.random.default_rng(3).random((2, 3, 14, 9))
    largest, switches = rate.maxima(x, pool)
    i, j = pool_synapses(x.shape[1:], pool)
    expected = np.zeros((2, largest[0].size))
    for image, found in zip(x.reshape(2, -1), expected, strict=True):
        np.maximum.at(found, j, image[i])
    assert np.allclose(largest.reshape(2, -1), expected)
    back = rate.unpool(np.ones_like(largest), pool, x.shape[2:], switches)
    assert back.sum() == largest.size and set(x[back > 0]) == set(largest.ravel())
    everywhere = rate.unpool(np.ones_like(largest), pool, x.shape[2:], None)
    assert everywhere.sum() == 2 * len(i) and rate.unpool(largest, pool, x.shape[2:], switches - 99).sum() == 0


@pytest.mark.parametrize("binary", [False, True])
def test_a_perfect_source_identifies_and_noise_does_not(binary):
    net, contrast = network(binary)
    active, switches = net.forward(contrast)
    assert {name: each.shape[1:] for name, each in active.items()} == readout.shapes(SMALL)
    originals = measures.edges(measures.decoded(active["input"]))

    def identified(x, **how):
        maps = net.backward(x, rate.Condition(**how), switches)
        return measures.quality(measures.correlations(measures.edges(measures.decoded(maps)), originals))["identified"]

    assert identified(active["input"], source="input") == 1
    if not binary:
        assert identified(active["conv1"], source="conv1", normalise=False) > 0.8
    noise = np.random.default_rng(4).normal(size=active["conv5"].shape)
    assert identified(noise, source="conv5", normalise=False) < 0.8


def test_sources_are_thinned_normalised_and_rectified():
    x = np.random.default_rng(5).normal(size=(3, 4, 5, 5))
    few = rate.most_active(x, 0.05)
    assert (np.count_nonzero(few, axis=(1, 2, 3)) == 5).all() and (
        few.max(axis=(1, 2, 3)) == x.max(axis=(1, 2, 3))
    ).all()
    assert (np.count_nonzero(rate.most_active(x, 0.0), axis=(1, 2, 3)) == 1).all()
    settled = rate.settled(x, rate.Condition())
    assert settled.mean() == pytest.approx(0.5) and settled.std() == pytest.approx(0.1)
    assert np.all(rate.settled(np.zeros_like(x), rate.Condition()) == rate.EMPTY)
    assert np.array_equal(rate.settled(x, rate.Condition(normalise=False, rectify=True)), np.maximum(x, 0))


def test_class_neurons_and_relations():
    labels = np.array([0, 0, 1, 1, 2])
    learned = np.eye(3)[labels].reshape(5, 3, 1, 1)
    sent, other = rate.class_neurons(learned, learned, labels)
    assert other.tolist() == [2, 2, 4, 4, 0] and np.allclose(sent[0], learned[0] - learned.mean(axis=0))
    published = {name: found for name, (_, _, found) in rate.ROWS.items()} | {"other cue": 0.620}
    assert all(rate.relations(published).values())
    assert list(rate.relations(published | {"class neuron": 0.0}).values()).count(None) == 8


def test_places():
    switches, other = {"pool2": np.array([0, 1, 2, 3, -1])}, np.array([1, 2, 3, 4, 0])
    draw = np.random.default_rng(6)
    assert rate.places(rate.Condition(), switches, other, draw)["pool2"].tolist() == [0, 1, 2, 3, -1]
    assert rate.places(rate.Condition(cue="swapped"), switches, other, draw)["pool2"].tolist() == [1, 2, 3, -1, 0]
    assert rate.places(rate.Condition(unpool="all"), switches, other, draw) == {"pool2": None}
    random = rate.places(rate.Condition(unpool="random"), switches, other, draw)["pool2"]
    assert random[4] == -1 and set(random[:4]) <= set(range(4))
