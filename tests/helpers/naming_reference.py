"""Dense NumPy statements of the naming network: layers, winners and kernels, couplings."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from networks import naming
from networks.naming.layers import Pool
from networks.naming.readout import kernel_shapes

SMALL = naming.DIGITS.replace(
    {
        "height": 12, "width": 15, "channels": 2, "max_images": 10, "retina.n_bins": 6, "names.n": 4,
        "layers": "conv 3 x 3 > 4 learn > 4 winners 2 radius 1; pool 3 / 2 exclusive; conv 4 x 3 > 2.5; pool 2 / 2; "
        "conv 5 x 3 > inf learn > 1 winners 1 radius 1",
        "learning.images": "10 10 10", "learning.rates": "0.1 0.1 0.1", "names.threshold": 2.0,
    }
)  # fmt: skip
N_FIRING = 2  # convolutions below the last, each of which takes a time step more than published


@dataclass
class Seen:
    """One image in the published timeline: spikes and potentials of every layer in every step."""

    spikes: list  # [step][layer] -> (maps, y, x)
    potentials: list


def example(n_images=5, seed=1):
    """Return random latencies and kernels of the small network."""
    generator = np.random.default_rng(seed)
    shape = (n_images, SMALL.channels, SMALL.height, SMALL.width)
    latencies = np.where(generator.random(shape) < 0.6, generator.integers(0, 7, shape), -1)
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
    """Step all layers together through one image."""
    layers = SMALL.layers
    shapes = [latencies.shape]
    for layer in layers:
        shapes.append(layer.output(shapes[-1]))
    v, spikes = [np.zeros(s) for s in shapes], [np.zeros(s) for s in shapes]
    closed = [np.zeros(s[1:], dtype=bool) for s in shapes]
    seen = Seen([], [])
    for step in range(SMALL.retina.n_bins + len(layers) + 2):
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
        seen.spikes.append(spikes)
        seen.potentials.append([each.copy() for each in v])
    return seen


def first_layer_winners(seen, layer):
    """Return map -> (y, x, step) of the winners of the first convolution."""
    won = {}
    for step, (spikes, potentials) in enumerate(zip(seen.spikes, seen.potentials, strict=True)):
        bids = {}
        for m in range(layer.n_maps):
            if m not in won and spikes[1][m].any():
                values = np.where(spikes[1][m] > 0, potentials[1][m], -1)
                y, x = np.unravel_index(values.argmax(), values.shape)
                bids[m] = (values[y, x], y, x)
        new = {}
        for m, (v, y, x) in bids.items():
            stronger = [b for k, b in bids.items() if k != m and (b[0] > v or (b[0] == v and k < m))]
            places = [b[1:] for b in stronger] + [w[:2] for w in won.values()]
            near = any(abs(b - y) <= layer.radius and abs(a - x) <= layer.radius for b, a in places)
            if len(stronger) < layer.n_winners and not near:
                new[m] = (y, x, step)
        won |= new
    return won


def learned(latencies, kernel, won, rule, plus, minus, tau):
    """Return the kernel of the first convolution after its winners learned from one image; `tau` in steps."""
    size, kernel = kernel.shape[0], kernel.copy()
    for m, (y, x, step) in won.items():
        for (row, column, c), w in np.ndenumerate(kernel[..., m]):
            b, a = y + row - size // 2, x + column - size // 2
            inside = 0 <= b < latencies.shape[1] and 0 <= a < latencies.shape[2]
            fired = latencies[c, b, a] if inside else -1
            before, after = 0 <= fired < step, fired > step
            if rule == "sign":
                change = (plus if before else -minus) * w * (1 - w)
            else:
                change = (plus * before * (1 - w) - minus * after * w) * np.exp(-abs(fired - step) / tau)
            kernel[row, column, c, m] = np.clip(w + change, 0, 1)
    return kernel
