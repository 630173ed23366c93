"""A step of the published rate model in NumPy, to time it beside the spiking circuit; nothing else uses it.

Written from the equations of Werne, Chadwick & Series (2026, PLOS Comput Biol, doi 10.1371/journal.pcbi.1013251).
As in the authors' formulation, every step updates every trace, a dense float64 matrix, and recomputes every weight; a
frozen projection has a time constant of 1e15 steps. Stress, SEFL and the recall mode are left out: they cost
nothing, or no more than sleep.

To test that it learns, ``python -m benchmarks.rate_model`` prints fear over ten shocks and step times.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console

FLOOR = 0.025  # lambda
FROZEN = 1e15  # time constant of a projection that does not learn, in steps
TINY = 1e-30
N_COLUMNS, N_VALUES = 50, 10
N_SENSORY = N_COLUMNS * N_VALUES
N_HIP, HIP_ACTIVE, BA_N_ACTIVE, N_FEAR = 350, 14, 50, 250
THETA_OUT, THETA_P, THETA_I = 2.75, 3.05, 4.35


class Recurrent:
    """Traces of a module's recurrent weights, shapes ``(n,)`` and ``(n, n)``, which include the floor."""

    def __init__(self, n: int):
        self.p = np.full(n, FLOOR)
        self.joint = np.full((n, n), FLOOR**2)
        self.learn(np.zeros(n), FROZEN)

    def learn(self, output: np.ndarray, tau: float) -> None:
        """Step the traces and compute the weights."""
        self.p += ((1 - FLOOR) * output + FLOOR - self.p) / tau
        self.joint += ((1 - FLOOR**2) * np.outer(output, output) + FLOOR**2 - self.joint) / tau
        self.bias = np.log(self.p)
        self.weights = self.joint / np.outer(self.p, self.p)

    def support(self, output: np.ndarray) -> np.ndarray:
        """Return the bias plus the log of summed weights."""
        return self.bias + np.log(TINY + output @ self.weights)


class Projection:
    """Traces of a projection between modules, shape ``(n_pre, n_post)``; the floor is added when they are read."""

    def __init__(self, n_pre: int, n_post: int, generator: np.random.Generator, start: float = 0.05):
        self.p_i, self.p_j = np.full(n_pre, start), np.full(n_post, start)
        self.weights = 0.01 + 0.07 * generator.beta(1, 5, (n_pre, n_post))
        self.joint = self._joint_of(self.weights)

    def learn(self, pre: np.ndarray, post: np.ndarray, tau: float) -> None:
        """Step the traces and compute the weights."""
        self.p_i += (pre - self.p_i) / tau
        self.p_j += (post - self.p_j) / tau
        self.joint += (np.outer(pre, post) - self.joint) / tau
        self.weights = ((1 - FLOOR**2) * self.joint + FLOOR**2) / self._marginals()

    def support(self, output: np.ndarray) -> np.ndarray:
        """Return the log of summed weights."""
        return np.log(TINY + output @ self.weights)

    def homeostasis(self, output: np.ndarray, capacity: float, watershed: float) -> None:
        """Apply the Allee map to the synapses of active cells and recompute their joint trace."""
        rows = output > 0.5
        w = self.weights[rows]
        change = np.clip(0.005 * w * (1 - w / capacity) * (w / watershed - 1), -0.1, 0.1)
        self.weights[rows] = np.maximum(0, w + change)
        self.joint = self._joint_of(self.weights)

    def _marginals(self) -> np.ndarray:
        return np.outer((1 - FLOOR) * self.p_i + FLOOR, (1 - FLOOR) * self.p_j + FLOOR)

    def _joint_of(self, weights: np.ndarray) -> np.ndarray:
        return (weights * self._marginals() - FLOOR**2) / (1 - FLOOR**2)


@dataclass
class Oscillator:
    """Recruitability of the cells of BA_P or BA_I."""

    on: float
    off: float
    noise: float
    ceiling: float
    generator: np.random.Generator
    phase: np.ndarray = field(init=False)
    recruitable: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        draw = self.generator
        rising = draw.random(N_FEAR) < 0.05
        self.phase = np.where(rising, draw.uniform(0, np.pi, N_FEAR), draw.uniform(-np.pi, 0, N_FEAR))
        self.recruitable = np.zeros(N_FEAR)

    def step(self) -> None:
        """Advance every cell by one step."""
        slow = self.off * (self.generator.random(N_FEAR) < 1 / 16)
        self.phase += np.where(self.recruitable > 0.5, self.on, slow)
        mean = (1 + np.sin(self.phase)) / 2
        noisy = mean + self.generator.normal(0, self.noise, N_FEAR)
        self.recruitable = np.clip(noisy, 0, mean + self.ceiling)


class RateModel:
    """Hippocampus, cortex and amygdala as vectors of activity; `wake` and `sleep` advance one step."""

    def __init__(self, seed: int = 1):
        draw = np.random.default_rng(seed)
        self.ec_to_hip = draw.uniform(0, 1, (N_SENSORY, N_HIP))
        self.permutation = draw.permutation(N_SENSORY)
        self.hip, self.adaptation = Recurrent(N_HIP), Recurrent(N_HIP)
        self.ctx, self.ba_n = Recurrent(N_SENSORY), Recurrent(N_SENSORY)
        self.hip_out = Projection(N_HIP, N_SENSORY, draw)
        self.hip_ctx = Projection(N_HIP, N_SENSORY, draw)
        self.hip_ba_n = Projection(N_HIP, N_SENSORY, draw)
        self.ctx_ba_n = Projection(N_SENSORY, N_SENSORY, draw)
        self.fear, self.safety = (Projection(N_SENSORY, N_FEAR, draw) for _ in range(2))
        self.recruit_p = Oscillator(np.pi / 50, 4 * np.pi / 50, 0.25, 10.0, draw)
        self.recruit_i = Oscillator(np.pi / 200, np.pi / 50, 0.2, 0.8, draw)
        self.o = {name: np.zeros(n) for name, n in (("HIP", N_HIP), ("CTX", N_SENSORY), ("BA_N", N_SENSORY))}
        self.ec_out = np.zeros(N_SENSORY)
        self.error = 0.0

    def wake(self, context: np.ndarray, us: float) -> float:
        """Perceive one step of a context, shape ``(500,)``, and of a stimulus; return fear before the stimulus."""
        surprised = abs(self.error) > 0.3
        self.ec_out = (context > 0.75).astype(float)
        self.o["HIP"] = winners(context @ self.ec_to_hip, HIP_ACTIVE)
        self.o["CTX"] = softmax(8 * context)
        self.o["BA_N"] = winners(context[self.permutation], BA_N_ACTIVE)
        self.hip.learn(self.o["HIP"], 350)
        self.ctx.learn(self.o["CTX"], 32000)
        self.ba_n.learn(self.o["BA_N"], 1000 if surprised else 40000)
        self.adaptation.learn(self.o["HIP"], FROZEN)
        return self._amygdala(us, awake=True)

    def sleep(self) -> float:
        """Replay one step; return fear."""
        o = self.o
        o["HIP"] = winners(self.hip.support(o["HIP"]) - 0.85 * self.adaptation.support(o["HIP"]), HIP_ACTIVE)
        self.hip.learn(o["HIP"], FROZEN)
        self.adaptation.learn(o["HIP"], 1200)
        self.ec_out = (self.hip_out.support(o["HIP"]) > THETA_OUT).astype(float)
        o["CTX"] = softmax(self.hip_ctx.support(o["HIP"]))
        self.ctx.learn(o["CTX"], 26000)
        o["BA_N"] = winners(self.hip_ba_n.support(o["HIP"]), BA_N_ACTIVE)
        self.ba_n.learn(o["BA_N"], FROZEN)
        fear = self._amygdala(0.0, awake=False)
        self.fear.homeostasis(o["BA_N"], 0.45, 0.20)
        self.safety.homeostasis(o["BA_N"], 2.0, 1.5)
        return fear

    def _amygdala(self, us: float, awake: bool) -> float:
        o = self.o
        self.recruit_p.step()
        self.recruit_i.step()
        support_p, support_i = self.fear.support(o["BA_N"]), self.safety.support(o["BA_N"])
        n_net = np.sum(support_p > THETA_P) - np.sum(support_i > THETA_I)
        fear = float(1 / (1 + np.exp(-0.3 * (n_net - 8))))
        error = self.error = fear - us
        if awake:
            support_p = support_p - self.recruit_p.recruitable * 3.0 * error
            support_i = support_i + self.recruit_i.recruitable * 4.25 * error
        p, i = (support_p > THETA_P).astype(float), (support_i > THETA_I).astype(float)
        fast = abs(error) > 0.3
        self.hip_out.learn(o["HIP"], self.ec_out, 600 if awake else FROZEN)
        self.hip_ctx.learn(o["HIP"], o["CTX"], 200 if awake else FROZEN)
        self.hip_ba_n.learn(o["HIP"], o["BA_N"], (200 if fast else 40000) if awake else FROZEN)
        self.ctx_ba_n.learn(o["CTX"], o["BA_N"], 1000 if fast else (FROZEN if awake else 30000))
        self.fear.learn(o["BA_N"], p, 1000 / abs(error) if awake and error < -0.05 else FROZEN)
        self.safety.learn(o["BA_N"], i, 2500 / error if awake and error > 0.05 else FROZEN)
        return fear


def winners(support: np.ndarray, k: int) -> np.ndarray:
    """Return 1 for the `k` largest values, else 0."""
    result = np.zeros(len(support))
    result[np.argpartition(support, -k)[-k:]] = 1
    return result


def softmax(support: np.ndarray) -> np.ndarray:
    """Return the softmax within every hypercolumn."""
    columns = support.reshape(N_COLUMNS, N_VALUES)
    result = np.exp(columns - columns.max(axis=1, keepdims=True))
    return (result / result.sum(axis=1, keepdims=True)).ravel()


def one_context(generator: np.random.Generator) -> np.ndarray:
    """Return a context with one active value in every hypercolumn; 0/1, shape ``(500,)``."""
    result = np.zeros((N_COLUMNS, N_VALUES))
    result[np.arange(N_COLUMNS), generator.integers(N_VALUES, size=N_COLUMNS)] = 1
    return result.ravel()


def measure(n_steps: int, seed: int = 1) -> dict[str, Any]:
    """Return the median time of a step awake and asleep in ms, and fear in the awake steps."""
    model, generator = RateModel(seed), np.random.default_rng([seed, 3])
    context, seconds = one_context(generator), {name: list[float]() for name in ("wake", "sleep")}
    fear = []
    for number in range(2 * n_steps):
        started = time.perf_counter()
        if number < n_steps:
            fear.append(model.wake(context, 0.9))
        else:
            model.sleep()
        seconds["wake" if number < n_steps else "sleep"].append(time.perf_counter() - started)
    return {**{f"{name}_ms": 1e3 * float(np.median(values)) for name, values in seconds.items()}, "fear": fear}


if __name__ == "__main__":
    console = Console()
    result = measure(20)
    console.print("fear over shocks:", [round(float(x), 2) for x in result.pop("fear")[:12]])
    console.print(result)
