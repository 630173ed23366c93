"""Engrams: cells that are active in a window of a recording, by a stated criterion with its chance level.

Sources: Josselyn & Tonegawa 2020, Science 367 (engram cells, tagged by activity); Lopes-dos-Santos, Ribeiro & Tort
2013, J Neurosci Methods 220:149 (assemblies from spike counts). Arguments of the wrong type or range, and engrams of
different populations, raise ParameterError; windows that do not fit the recording raise SimulationError.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spiking_engrams.errors import ParameterError
from spiking_engrams.state.recording import Recording
from spiking_engrams.values import plain

ABOVE = 2.0  # an assembly's cells have weights this many standard deviations above the mean


@dataclass(frozen=True)
class Engram:
    """Engram cells of a population.

    Attributes
    ----------
    name
        Name of the memory, for example with the day.
    population
        Name of the population.
    cells
        Indices of the cells, from 0, ascending.
    n
        Number of cells in the population.
    criterion
        How the cells were found, in words.
    chance
        Number of cells expected if the same spikes were spread over all cells at random.

    Examples
    --------
    >>> fear = Engram("fear", "BA_N", cells=(4, 1), n=6)
    >>> print(fear)
    fear (2 cells of BA_N)
    >>> fear.cells, fear.mask.tolist()
    ((1, 4), [False, True, False, False, True, False])
    """

    name: str
    population: str
    cells: tuple[int, ...]
    n: int
    criterion: str = ""
    chance: float = float("nan")

    def __post_init__(self) -> None:
        """Check the cells."""
        name = plain.word(self.name, "The name of an engram")
        plain.word(self.population, f"Engram '{name}': population")
        object.__setattr__(self, "n", plain.whole(self.n, f"Engram '{name}': n is", low=1))
        cells = plain.wholes(self.cells, f"Engram '{name}': cells") if np.size(self.cells) else ()
        object.__setattr__(self, "cells", tuple(sorted({int(cell) for cell in cells})))
        if self.chance is None:  # JSON has no NaN
            object.__setattr__(self, "chance", float("nan"))
        if self.cells and not 0 <= self.cells[0] <= self.cells[-1] < self.n:
            raise ParameterError(
                f"Engram '{self.name}' has cells {self.cells[0]} to {self.cells[-1]}; {self.population} has {self.n} "
                "cells, numbered from 0."
            )

    def __str__(self) -> str:
        """Return the engram in words."""
        return f"{self.name} ({len(self.cells)} cells of {self.population})"

    @property
    def mask(self) -> np.ndarray:
        """Mask of the cells that belong to it, bool ``(n,)``."""
        found = np.zeros(self.n, bool)
        found[list(self.cells)] = True
        return found


@dataclass(frozen=True)
class Overlap:
    """Number of cells that two engrams share, the number expected by chance, and the p value of that many or more.

    Examples
    --------
    >>> found = Overlap(shared=12, expected=4.0, p_value=0.0001)
    >>> found.shared / found.expected  # times chance
    3.0
    """

    shared: int
    expected: float
    p_value: float


def tagged(
    recording: Recording,
    population: str,
    name: str,
    threshold: float,
    t_start: float = 0.0,
    t_stop: float | None = None,
) -> Engram:
    """Return the cells whose mean rate in a window is above a threshold, as activity-dependent tagging labels them.

    Parameters
    ----------
    recording, population
        The recording, and the population whose cells are tagged.
    name
        Name of the engram.
    threshold
        Rate in Hz.
    t_start, t_stop
        Window in seconds; by default the whole recording.

    Returns
    -------
    Engram
        Its `chance` is the number of cells above the threshold if all fired as Poisson processes of the mean rate.

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> spikes = {"CTX": ([100, 200, 300, 400], [2, 2, 2, 0])}  # time steps and cells
    >>> training = Recording(spikes, traces={}, units={}, trace_step=0, sizes={"CTX": 5}, dt=0.001, duration=0.5)
    >>> tagged(training, "CTX", "context A", threshold=5).cells
    (2,)
    """
    from scipy import stats

    plain.instance(recording, Recording, "The recording")
    threshold = plain.number(threshold, "The threshold (Hz)", low=0)
    t_start = plain.number(t_start, "t_start (s)")
    stop = recording.duration if t_stop is None else plain.number(t_stop, "t_stop (s)")
    rates = recording.rate(population, t_start, stop)
    allowed = np.floor(threshold * (stop - t_start) + 1e-9)  # most spikes of a cell that is not tagged
    by_chance = len(rates) * stats.poisson.sf(allowed, rates.mean() * (stop - t_start))
    return Engram(
        name, population, tuple(np.flatnonzero(rates > threshold + 1e-9)), len(rates),
        f"mean rate above {threshold:g} Hz from {t_start:g} to {stop:g} s", float(by_chance),
    )  # fmt: skip


def assemblies(
    recording: Recording, population: str, n_assemblies: int, window: float, seed: int = 0, n_shuffles: int = 20
) -> list[Engram]:
    """Return cells that fire together: those with large weights in each factor of an NMF of the spike counts.

    NMF is non-negative matrix factorisation. Assemblies are small: in a group of more than a fifth of all cells, no
    weight stands out this far.

    Parameters
    ----------
    n_assemblies
        Number of factors, at most the number of windows.
    window
        Window in which spikes count as coincident, in seconds.
    seed
        Seed of the factorisation and the shuffles.
    n_shuffles
        Number of shuffles for the chance level; each permutes the windows of every cell independently.

    Examples
    --------
    >>> from spiking_engrams import Recording
    >>> spikes = {"CTX": ([5, 5, 15, 25, 25, 35], [3, 7, 11, 3, 7, 11])}  # cells 3 and 7 fire together, 11 alone
    >>> night = Recording(spikes, traces={}, units={}, trace_step=0, sizes={"CTX": 20}, dt=0.001, duration=0.04)
    >>> [each.cells for each in assemblies(night, "CTX", n_assemblies=2, window=0.01)]
    [(3, 7), (11,)]
    """
    plain.instance(recording, Recording, "The recording")
    plain.whole(n_assemblies, "n_assemblies is")
    plain.whole(n_shuffles, "n_shuffles is", low=0)
    plain.whole(seed, "The seed is", low=0)
    counts = recording.counts(population, plain.number(window, "The window (s)", above=0)).astype(float)
    if counts.shape[0] < n_assemblies or n_assemblies < 1:
        raise ParameterError(
            f"{n_assemblies} assemblies were requested in {counts.shape[0]} windows of {window} s; the number must be "
            "between 1 and the number of windows."
        )
    rng = np.random.default_rng(seed)
    shuffles = [_factors(rng.permuted(counts, axis=0), n_assemblies, seed) for _ in range(n_shuffles)]
    chance = float(np.mean([_strong(weights).sum() / n_assemblies for weights in shuffles])) if shuffles else np.nan
    return [
        Engram(
            f"assembly {number + 1}", population, tuple(np.flatnonzero(cells)), counts.shape[1],
            f"weight {ABOVE:g} SD above the mean of a factor of {n_assemblies} (NMF, windows of {window:g} s)", chance,
        )
        for number, cells in enumerate(_strong(_factors(counts, n_assemblies, seed)))
    ]  # fmt: skip


def untagged(engram: Engram, rng: np.random.Generator) -> Engram:
    """Return the control of an engram: as many random cells that do not belong to it.

    Examples
    --------
    >>> control = untagged(Engram("fear", "BA_N", (0, 1), n=4), np.random.default_rng(1))
    >>> control.name, control.cells
    ('control of fear', (2, 3))
    """
    plain.instance(engram, Engram, "An engram")
    plain.instance(rng, np.random.Generator, "rng")
    others = np.flatnonzero(~engram.mask)
    if len(others) < len(engram.cells):
        raise ParameterError(f"{engram} leaves {len(others)} other cells, too few for a control of the same size.")
    drawn = rng.choice(others, len(engram.cells), replace=False)
    return Engram(f"control of {engram.name}", engram.population, tuple(drawn), engram.n, "random untagged cells")


def overlap(a: Engram, b: Engram) -> Overlap:
    """Return how many cells two engrams of a population share, compared with chance (hypergeometric).

    Examples
    --------
    >>> day_1 = Engram("context A", "CTX", tuple(range(10)), n=100)
    >>> day_2 = Engram("context B", "CTX", tuple(range(5, 15)), n=100)
    >>> found = overlap(day_1, day_2)
    >>> found.shared, found.expected, round(found.p_value, 4)
    (5, 1.0, 0.0007)
    """
    from scipy import stats

    _check_same(a, b)
    shared = len(set(a.cells) & set(b.cells))
    expected = len(a.cells) * len(b.cells) / a.n
    return Overlap(shared, expected, float(stats.hypergeom.sf(shared - 1, a.n, len(a.cells), len(b.cells))))


def drift(before: Engram, after: Engram) -> tuple[float, float]:
    """Return the fraction of the later engram that dropped in, and of the earlier one that dropped out.

    A fraction of an empty engram is NaN.

    Examples
    --------
    >>> drift(Engram("day 1", "CTX", (0, 1, 2, 3), n=9), Engram("day 8", "CTX", (2, 3, 4, 5), n=9))
    (0.5, 0.5)
    """
    _check_same(before, after)
    old, new = set(before.cells), set(after.cells)
    dropped_in = len(new - old) / len(new) if new else float("nan")
    return dropped_in, len(old - new) / len(old) if old else float("nan")


def reactivation(engram: Engram, active: ArrayLike) -> float:
    """Return the fraction of an engram's cells that are active, by a bool mask ``(n,)``; NaN if the engram is empty.

    Examples
    --------
    >>> reactivation(Engram("fear", "BA_N", (0, 1), n=4), [True, False, True, False])
    0.5
    """
    plain.instance(engram, Engram, "An engram")
    found = plain.mask(active, f"Active cells of {engram.population}", engram.n)
    return float(found[list(engram.cells)].mean()) if engram.cells else float("nan")


def discrimination(engram: Engram, active: ArrayLike, active_elsewhere: ArrayLike) -> float:
    """Return how much more of an engram is active here than elsewhere, from -1 to 1.

    ``(a - b)/(a + b)`` with `a` and `b` the `reactivation` here and elsewhere; 0 if both are 0, NaN if the engram is
    empty.

    Examples
    --------
    >>> fear = Engram("fear", "BA_N", (0, 1), n=4)
    >>> discrimination(fear, [True, True, False, False], [False, False, True, True])
    1.0
    """
    here, there = reactivation(engram, active), reactivation(engram, active_elsewhere)
    return 0.0 if here + there == 0 else (here - there) / (here + there)


def _factors(counts: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Return the weights of cells in each factor, ``(n, n_cells)``."""
    from sklearn.decomposition import NMF

    return np.asarray(NMF(n, init="nndsvda", max_iter=500, random_state=seed).fit(counts).components_)


def _strong(weights: np.ndarray) -> np.ndarray:
    """Return which cells have large weights in each factor."""
    return np.asarray(weights > weights.mean(axis=1, keepdims=True) + ABOVE * weights.std(axis=1, keepdims=True))


def _check_same(a: Engram, b: Engram) -> None:
    for each in (a, b):
        plain.instance(each, Engram, "An engram")
    if (a.population, a.n) != (b.population, b.n):
        raise ParameterError(f"{a} and {b} cannot be compared; engrams must be of the same population.")
