"""The naming network's forward path against a dense NumPy statement of the published steps."""

import numpy as np
import pytest
from scipy import ndimage

from networks import naming
from networks.naming.layers import Conv, Pool, conv_synapses, parse_layers, pool_synapses
from networks.naming.phases import kernel_shapes
from spiking_engrams.errors import ParameterError, ScheduleError
from spiking_engrams.simulation import Simulation
from spiking_engrams.stimuli import NO_SPIKE

SMALL = naming.Parameters(
    height=12,
    width=15,
    channels=2,
    layers="conv 3 x 3 > 4; pool 3 / 2 exclusive; conv 4 x 3 > 2.5; pool 2 / 2; conv 5 x 3 > inf",
    n_bins=6,
    max_images=5,
)


def example(n_images=5, seed=1):
    """Return random latencies and kernels of the small network."""
    generator = np.random.default_rng(seed)
    shape = (n_images, SMALL.channels, SMALL.height, SMALL.width)
    latencies = np.where(generator.random(shape) < 0.6, generator.integers(0, SMALL.n_bins + 1, shape), NO_SPIKE)
    return latencies, [generator.uniform(0.1, 1, size) for size in kernel_shapes(SMALL).values()]


def convolve(spikes, kernel):
    """Correlate maps (maps in, y, x) with a kernel (size, size, maps in, maps out)."""
    maps = [
        sum(ndimage.correlate(spikes[c], kernel[:, :, c, m], mode="constant") for c in range(len(spikes)))
        for m in range(kernel.shape[3])
    ]
    return np.array(maps)


def pool(spikes, layer):
    """Return 1 where a spike is inside the window."""
    out = np.zeros(layer.output(spikes.shape))
    for y in range(out.shape[1]):
        for x in range(out.shape[2]):
            first_y, first_x = y * layer.stride - layer.size // 2, x * layer.stride - layer.size // 2
            window = spikes[:, max(0, first_y) : first_y + layer.size, max(0, first_x) : first_x + layer.size]
            out[:, y, x] = window.any(axis=(1, 2))
    return out


def published(latencies, kernels):
    """Return the last potentials and the spike counts per layer of one image: all layers stepped together."""
    layers = parse_layers(SMALL.layers)
    shapes = [latencies.shape]
    for layer in layers:
        shapes.append(layer.output(shapes[-1]))
    v, spikes = [np.zeros(s) for s in shapes], [np.zeros(s) for s in shapes]
    closed = [np.zeros(s[1:], dtype=bool) for s in shapes]
    counts = np.zeros(len(shapes), dtype=int)
    for step in range(SMALL.n_bins + len(layers) + 2):
        before, spikes = spikes, [(latencies == step).astype(float)]
        weights = iter(kernels)
        for n, layer in enumerate(layers, start=1):
            if isinstance(layer, Pool):
                fires = pool(before[n - 1], layer) > 0
                if layer.exclusive:
                    fires &= ~closed[n]
                    closed[n] |= fires.any(axis=0)
            else:
                v[n] += convolve(before[n - 1], next(weights))
                crossed = (v[n] > layer.threshold) & ~closed[n]
                fires = crossed & (v[n] == np.where(crossed, v[n], -1).max(axis=0))
                closed[n] |= fires.any(axis=0)
            spikes.append(fires.astype(float))
        counts += [int(s.sum()) for s in spikes]
    return v[-1], counts


def test_forward_path_is_the_published_one(target):
    latencies, kernels = example()
    circuit = naming.forward(SMALL)
    simulation = Simulation(circuit, target)
    _, recording = simulation.run(naming.see(SMALL, latencies, kernels))
    seen = naming.potentials(SMALL, recording)
    names = ("input", "conv1", "pool2", "conv3", "pool4")
    per_image = np.array([recording.counts(name, float(circuit.step)).sum(axis=1) for name in names]).T
    for k, image in enumerate(latencies):
        v, counts = published(image, kernels)
        np.testing.assert_allclose(seen[k], v, rtol=1e-9)
        assert per_image[k].tolist() == counts[:-1].tolist()
        assert counts[:-1].min() > 3
        assert v.max() > 1
    # competition was at work: without it almost all of the three neurons at each of 12 x 15 locations would fire
    assert per_image[:, 1].max() < 3 * 12 * 15 / 2


def test_images_do_not_disturb_each_other(numpy_runtime):
    latencies, kernels = example()
    simulation = Simulation(naming.forward(SMALL), "runtime")
    state, together = simulation.run(naming.see(SMALL, latencies, kernels))
    _, alone = simulation.run(naming.see(SMALL, latencies[3:4], kernels), state)
    np.testing.assert_array_equal(naming.potentials(SMALL, alone)[0], naming.potentials(SMALL, together)[3])


def test_thresholds_are_constants_of_a_phase(numpy_runtime):
    latencies, kernels = example(2)
    simulation = Simulation(naming.forward(SMALL), "runtime")
    phase = naming.see(SMALL, latencies, kernels)
    _, low = simulation.run(phase)
    _, high = simulation.run(phase.with_constants(conv1__theta=1e6))
    assert len(low.spikes["conv1"][0]) > 0 == len(high.spikes["conv1"][0])


def test_published_sizes():
    """Neurons and synapses of the published network (layers 1 to 5), counted inside the borders."""
    shape, synapses, neurons = (1, 160, 250), [], []
    for layer in parse_layers(naming.CALTECH.layers):
        if isinstance(layer, Pool):
            synapses.append(len(pool_synapses(shape, layer)[0]))
        elif layer.size < 17:
            synapses.append(len(conv_synapses(shape, layer)[0]))
        shape = layer.output(shape)
        neurons.append(int(np.prod(shape)))
    assert neurons == [160_000, 4_536, 22_680, 1_080, 1_080]
    assert [round(n / 1e6, 2) for n in synapses] == [3.95, 0.22, 0.02, 0.37]


def test_every_synapse_is_there_once_and_sorted():
    i, j, k = conv_synapses((2, 5, 6), Conv(3, 3, 1.0))
    assert len(np.unique(np.stack([i, j]), axis=1).T) == len(i)
    assert np.all(np.diff(i) >= 0)
    assert k.min() == 0
    assert k.max() == 3 * 3 * 2 * 3 - 1


@pytest.mark.parametrize("text", ["conv 4 x 4 > 1", "conv 4 x 5", "pool 3", "", "conv 0 x 3 > 1"])
def test_unreadable_layers_are_refused(text):
    with pytest.raises(ParameterError, match="write 'conv MAPS x SIZE > THRESHOLD'"):
        naming.Parameters(layers=text)


def test_nothing_can_follow_a_silent_layer():
    with pytest.raises(ParameterError, match="never fires, so no layer can follow it"):
        naming.Parameters(layers="conv 4 x 5 > inf; pool 2 / 2")


def test_what_does_not_fit_is_refused():
    latencies, kernels = example()
    with pytest.raises(ScheduleError, match=r"images of shape \(5, 2, 12, 14\); allowed is \(n, 2, 12, 15\)"):
        naming.see(SMALL, latencies[..., :-1], kernels)
    with pytest.raises(ScheduleError, match="fires in step 7; the last is 6"):
        naming.see(SMALL, np.where(latencies == 6, 7, latencies), kernels)
    with pytest.raises(ScheduleError, match="kernels have shapes"):
        naming.see(SMALL, latencies, kernels[:2])
