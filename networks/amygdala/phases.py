"""Phases of the amygdala circuit: perception, sleep, recall, and the contexts shown in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from networks.amygdala.parameters import Parameters
from spiking_engrams.errors import ScheduleError
from spiking_engrams.schedule.schedule import Phase

# Signals of the schedule and their defaults: pattern shown, unconditioned stimulus, mode, senses open in recall,
# plasticity on.
SIGNALS = {
    "contexts_index": -1.0,
    "shock": 0.0,
    "wake": 0.0,
    "sleep": 0.0,
    "recall": 0.0,
    "cue": 0.0,
    "learn": 0.0,
}
Redrawn = Literal["first", "last", "random"]
NIGHT = 165  # steps of a published night
SETTLE = 3  # steps until a newly shown context has reached all modules; HIP, the slowest, needs all of them
PROBE = SETTLE + 2  # steps of a probe: settle, read, rest


def random_context(parameters: Parameters, generator: np.random.Generator) -> np.ndarray:
    """Return a random context, with one value in every hypercolumn; 0/1, shape ``(features,)``.

    Examples
    --------
    >>> from networks.amygdala import Parameters
    >>> context = random_context(Parameters(), np.random.default_rng(1))
    >>> context.shape, int(context.sum())
    ((500,), 50)
    """
    s = parameters.sensory
    context = np.zeros((s.n_hypercolumns, s.n_values))
    context[np.arange(s.n_hypercolumns), generator.integers(s.n_values, size=s.n_hypercolumns)] = 1
    return context.ravel()


def similar_context(
    parameters: Parameters,
    context: np.ndarray,
    overlap: float,
    generator: np.random.Generator,
    redrawn: Redrawn | slice = "random",
) -> np.ndarray:
    """Return a context with some hypercolumns of `context` drawn again (which may repeat the value).

    Parameters
    ----------
    context
        Shape ``(features,)``, as from `random_context`.
    overlap
        Nominal overlap; ``int(n (1 - overlap))`` hypercolumns are drawn again, as in the published code.
    redrawn
        Which hypercolumns: the ``"first"``, the ``"last"`` or ``"random"`` ones, or those of a slice, whatever the
        overlap.

    Raises
    ------
    ScheduleError
        If the overlap is not from 0 to 1.

    Examples
    --------
    >>> from networks.amygdala import Parameters
    >>> generator = np.random.default_rng(1)
    >>> context = random_context(Parameters(), generator)
    >>> similar = similar_context(Parameters(), context, overlap=0.8, generator=generator, redrawn="first")
    >>> bool((similar[100:] == context[100:]).all())  # 10 of the 50 hypercolumns were drawn again
    True
    """
    if not 0 <= overlap <= 1:
        raise ScheduleError(f"The overlap is {overlap}; it must be from 0 to 1.")
    s = parameters.sensory
    n = int(s.n_hypercolumns * (1 - overlap))
    if redrawn == "random":
        columns = generator.choice(s.n_hypercolumns, n, replace=False)
    elif isinstance(redrawn, slice):
        columns = np.arange(s.n_hypercolumns)[redrawn]
    else:
        columns = np.arange(n) if redrawn == "first" else np.arange(s.n_hypercolumns - n, s.n_hypercolumns)
    result = context.reshape(s.n_hypercolumns, s.n_values).copy()
    fresh = random_context(parameters, generator).reshape(s.n_hypercolumns, s.n_values)
    result[columns] = fresh[columns]
    return result.ravel()


@dataclass(frozen=True)
class Phases:
    """Phases of a circuit with the given parameters.

    Examples
    --------
    >>> from networks.amygdala import Parameters
    >>> phases, context = Phases(Parameters()), np.zeros(500)
    >>> phases.perceive([context], n_steps=[20], us=[0.9]).labels
    ((0, 23, 'context 0, US 0.9'),)
    >>> phases.sleep().n_steps, phases.recall(context).n_steps, phases.probe([context]).n_steps
    (165, 35, 5)
    """

    parameters: Parameters

    def perceive(
        self,
        contexts: Sequence[np.ndarray],
        n_steps: Sequence[int],
        us: Sequence[np.ndarray | float],
        name: str = "wake",
    ) -> Phase:
        """Return a wake phase in one context after the other, with plasticity.

        Each context begins with `SETTLE` steps without learning, in which the network settles: a published step
        has no transient. Fear and error of the learning steps are those where the signal ``learn`` is 1.

        Parameters
        ----------
        contexts
            Patterns, each of shape ``(features,)``.
        n_steps
            Learning steps in each.
        us
            Intensity of the unconditioned stimulus in each: a number or one per step.
        """
        index, shock, learn, labels = [], [], [], []
        position = 0
        for number, (n, value) in enumerate(zip(n_steps, us, strict=True)):
            index.append(np.full(n + SETTLE, float(number)))
            values = np.broadcast_to(np.asarray(value, dtype=float), (n,))
            shock.append(np.concatenate([np.zeros(SETTLE), values]))
            learn.append(np.concatenate([np.zeros(SETTLE), np.ones(n)]))
            strongest = float(values.max()) if n else 0.0
            labels.append(
                (
                    position,
                    position + n + SETTLE,
                    f"context {number}" + (f", US {strongest:.2g}" if strongest else ""),
                )
            )
            position += n + SETTLE
        return Phase(
            name,
            position,
            {
                "contexts_index": np.concatenate(index),
                "shock": np.concatenate(shock),
                "learn": np.concatenate(learn),
                "wake": 1.0,
            },
            {"contexts": np.asarray(contexts, dtype=float)},
            labels=tuple(labels),
        )

    def sleep(self, n_steps: int = NIGHT, name: str = "sleep") -> Phase:
        """Return a night, in which HIP replays autonomously and homeostasis acts."""
        return Phase(name, n_steps, {"sleep": 1.0, "learn": 1.0}, labels=((0, n_steps, "replay"),))

    def recall(self, context: np.ndarray, n_free: int = 30, n_cued: int = SETTLE + 2, name: str = "recall") -> Phase:
        """Return a test without plasticity: cued steps, then free ones in which the context reaches EC_in only."""
        cue = np.concatenate([np.ones(n_cued), np.zeros(n_free)])
        labels = ((0, n_cued, "cue"), *(((n_cued, n_cued + n_free, "free recall"),) if n_free else ()))
        return Phase(
            name,
            n_cued + n_free,
            {"contexts_index": 0.0, "recall": 1.0, "cue": cue},
            {"contexts": np.asarray([context], dtype=float)},
            labels=labels,
        )

    def probe(self, contexts: Sequence[np.ndarray], name: str = "probe") -> Phase:
        """Return short cued tests without plasticity, `PROBE` steps each: settle, read, rest.

        The responses are the traces at steps ``SETTLE::PROBE``.
        """
        n = len(contexts)
        shown = np.tile([1.0] * (PROBE - 1) + [0.0], n)
        index = np.where(shown > 0, np.repeat(np.arange(n, dtype=float), PROBE), -1.0)
        labels = tuple((PROBE * k, PROBE * (k + 1) - 1, f"probe {k}") for k in range(n))
        return Phase(
            name,
            PROBE * n,
            {"contexts_index": index, "recall": shown, "cue": shown},
            {"contexts": np.asarray(contexts, dtype=float)},
            labels=labels,
        )

    def online_learning(self, n_steps: int, seed: int) -> list[Phase]:
        """Return the pre-training: new contexts of 100 steps, 16 of them with US 0.35 to 0.70; sleep after every fifth.

        Parameters
        ----------
        n_steps
            Wake steps, a multiple of 100.
        seed
            Seed of contexts and shocks.
        """
        generator = np.random.default_rng([seed, 2])
        phases: list[Phase] = []
        n_contexts = n_steps // 100
        for first in range(0, n_contexts, 5):
            n = min(5, n_contexts - first)
            contexts = [random_context(self.parameters, generator) for _ in range(n)]
            shocks = [np.concatenate([generator.uniform(0.35, 0.70, 16), np.zeros(84)]) for _ in range(n)]
            phases.append(self.perceive(contexts, [100] * n, shocks, f"online learning {first // 5 + 1}"))
            if n == 5:
                phases.append(self.sleep(name=f"night {first // 5 + 1}"))
        return phases


def learning_steps(phase: Phase) -> np.ndarray:
    """Return the indices of the steps of a phase in which the animal learns (its trials)."""
    return np.flatnonzero(phase.signal("learn") > 0.5)
