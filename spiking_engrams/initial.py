"""Initial values: given, or drawn in NumPy from a seed of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Quantity

from spiking_engrams.errors import unknown_name
from spiking_engrams.randomness import checked_seed

if TYPE_CHECKING:
    from spiking_engrams.circuit import Connection, Group
    from spiking_engrams.program import Variable

DISTRIBUTIONS = ("uniform", "normal", "beta", "mixture")
LONG_AGO = -1e9  # time of the last spike of a cell that never fired, in s


@dataclass(frozen=True)
class Draw:
    """An initial value drawn in NumPy from the seed of the initial state.

    The value is ``offset + scale * x`` with ``x`` from the named distribution of `numpy.random.Generator`
    (``"uniform"``, ``"normal"``, ``"beta"``), or from two uniform intervals (``"mixture"``, with arguments
    probability of the first, low, high, low, high); units are SI base units.

    Raises
    ------
    UnknownNameError
        For another distribution.
    """

    distribution: str
    arguments: tuple[float, ...]
    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            raise unknown_name("distribution", self.distribution, DISTRIBUTIONS)

    def sample(self, generator: np.random.Generator, size: int) -> np.ndarray:
        """Return `size` values as float64."""
        if self.distribution == "mixture":
            probability, low, high, other_low, other_high = self.arguments
            first, second = generator.uniform(low, high, size), generator.uniform(other_low, other_high, size)
            values = np.where(generator.random(size) < probability, first, second)
        else:
            values = getattr(generator, self.distribution)(*self.arguments, size=size)
        return self.offset + self.scale * np.asarray(values, dtype=np.float64)


type Initial = Draw | np.ndarray | Quantity | float


def describe(value: Initial) -> Any:
    """Return an initial value as JSON-able data, for digests."""
    if isinstance(value, Draw):
        return [value.distribution, list(value.arguments), value.scale, value.offset]
    array = np.ascontiguousarray(np.asarray(value, dtype=np.float64))
    return hashlib.sha256(array.tobytes()).hexdigest() if np.ndim(value) else float(np.asarray(value))


def initial_values(
    parts: Iterable[Group | Connection], variables: Mapping[str, Variable], seed: int
) -> dict[str, np.ndarray]:
    """Return the value of every state variable of a new-born animal.

    Each variable has a random stream of its own, so that a new variable changes no other.

    Parameters
    ----------
    variables
        The program's state variables, ``"object.variable"`` -> type.
    seed
        Seed of the initial state, 0 or more.

    Raises
    ------
    SimulationError
        For a seed that is no such number.
    UnknownNameError
        For a value of something that is no state variable.
    """
    seed = checked_seed(seed)
    given = {f"{part.name}.{name}": value for part in parts for name, value in part.initial.items()}
    sizes = {part.name: n_elements(part) for part in parts}
    for name in given:
        if name not in variables:
            raise unknown_name("state variable with an initial value", name, variables)
    values = {}
    for name, variable in variables.items():
        size = 1 if variable.scalar else sizes[name.split(".")[0]]
        default = LONG_AGO if name.endswith(".lastspike") else 0.0
        generator = np.random.default_rng([seed, number_of(name)])
        values[name] = _values(given.get(name, default), size, generator).astype(variable.dtype)
    return values


def n_elements(part: Group | Connection) -> int:
    """Return the number of neurons of a group or of synapses of a connection."""
    return int(part.size if hasattr(part, "size") else len(part.i))


def number_of(text: str) -> int:
    """Return a number below 2**48 that stands for a text, the same everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _values(value: Initial, size: int, generator: np.random.Generator) -> np.ndarray:
    if isinstance(value, Draw):
        return value.sample(generator, size)
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()
