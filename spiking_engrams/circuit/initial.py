"""Initial values: given, or drawn in NumPy from their own seed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Quantity

from spiking_engrams.circuit.structure import unit_name
from spiking_engrams.errors import CircuitError, said, unknown_name
from spiking_engrams.randomness import checked_seed
from spiking_engrams.values import plain

if TYPE_CHECKING:
    from spiking_engrams.circuit.circuit import Connection, Group
    from spiking_engrams.state.variable import Variable

DISTRIBUTIONS = {"uniform": 2, "normal": 2, "beta": 2, "mixture": 5}  # name -> number of arguments
LONG_AGO = -1e9  # time of the last spike of a cell that never fired, in s


@dataclass(frozen=True)
class Draw:
    """Initial value drawn in NumPy from the seed of the initial state.

    The value is ``offset + scale * x`` with ``x`` from the named distribution of `numpy.random.Generator`
    (``"uniform"``, ``"normal"``, ``"beta"``), or from two uniform intervals (``"mixture"``, whose arguments
    are the probability of the first, low, high, low, high); units are SI base units. With `shape`,
    elements are laid out as an array of that shape (the last axis varies fastest), and along the axes `equal` all have
    the same value.

    Raises
    ------
    UnknownNameError
        For an unknown distribution.
    CircuitError
        For arguments that the distribution does not accept, quantities among them, and for axes that do not exist.

    Examples
    --------
    >>> weights = Draw("beta", (2, 5), scale=0.5).sample(np.random.default_rng(1), size=1000)
    >>> weights.shape, bool(weights.min() >= 0 and weights.max() <= 0.5)
    ((1000,), True)
    >>> rows = Draw("normal", (0, 1), shape=(2, 3), equal=(0,)).sample(np.random.default_rng(1), size=6)
    >>> bool(np.all(rows[:3] == rows[3:]))
    True
    """

    distribution: str
    arguments: tuple[float, ...]
    scale: float = 1.0
    offset: float = 0.0
    shape: tuple[int, ...] = ()
    equal: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        kind = plain.text(self.distribution, "The distribution of a Draw", CircuitError)
        if kind not in DISTRIBUTIONS:
            raise unknown_name("distribution", kind, DISTRIBUTIONS)
        plain.numbers(self.arguments, f"Draw '{kind}': arguments", CircuitError, shape=(DISTRIBUTIONS[kind],))
        for name in ("scale", "offset"):
            plain.number(getattr(self, name), f"Draw '{kind}': {name}", CircuitError)
        shape = tuple(plain.whole(n, f"Draw '{kind}': shape has", CircuitError, low=1) for n in self.shape)
        if any(axis not in range(len(shape)) for axis in self.equal):
            raise CircuitError(f"Draw '{kind}' is equal along axes {self.equal}; shape {shape} has {len(shape)} axes.")
        try:
            self._drawn(np.random.default_rng(0), 1)
        except ValueError as problem:
            raise CircuitError(f"Draw '{kind}' has the arguments {self.arguments}: {said(problem)}.") from None

    def sample(self, generator: np.random.Generator, size: int) -> np.ndarray:
        """Return `size` values as float64 ``(size,)``, in SI base units.

        Raises
        ------
        CircuitError
            If `shape` holds another number of elements.
        """
        if not self.shape:
            return self._drawn(generator, size)
        if math.prod(self.shape) != size:
            raise CircuitError(f"A Draw of shape {self.shape} is given to a variable of {size} elements.")
        different = [1 if axis in self.equal else n for axis, n in enumerate(self.shape)]
        values = self._drawn(generator, math.prod(different)).reshape(different)
        return np.broadcast_to(values, self.shape).ravel()

    def _drawn(self, generator: np.random.Generator, size: int) -> np.ndarray:
        if self.distribution == "mixture":
            probability, low, high, other_low, other_high = self.arguments
            first, second = generator.uniform(low, high, size), generator.uniform(other_low, other_high, size)
            values = np.where(generator.random(size) < probability, first, second)
        else:
            values = getattr(generator, self.distribution)(*self.arguments, size=size)
        return self.offset + self.scale * np.asarray(values, dtype=np.float64)


type Initial = Draw | np.ndarray | Quantity | float


def describe(value: Initial) -> Any:
    """Return an initial value as JSON-able data, for digests.

    Examples
    --------
    >>> describe(Draw("uniform", (0.0, 1.0), scale=0.5))
    ['uniform', [0.0, 1.0], 0.5, 0.0]
    """
    if isinstance(value, Draw):
        laid_out = [list(value.shape), list(value.equal)] if value.shape else []
        return [value.distribution, list(value.arguments), value.scale, value.offset, *laid_out]
    array = np.ascontiguousarray(np.asarray(value, dtype=np.float64))
    return hashlib.sha256(array.tobytes()).hexdigest() if np.ndim(value) else float(np.asarray(value))


def initial_values(
    parts: Iterable[Group | Connection], variables: Mapping[str, Variable], seed: int
) -> dict[str, np.ndarray]:
    """Return the value of every state variable of a naive animal.

    Each variable has its own random stream, so that adding a variable does not change the others.

    Parameters
    ----------
    variables
        The program's state variables, ``"object.variable"`` -> type.
    seed
        Seed of the initial state, 0 or more.

    Raises
    ------
    SimulationError
        For any other seed.
    UnknownNameError
        For an initial value of something that is not a state variable.
    CircuitError
        For a value whose unit differs from that of its variable.
    """
    seed = checked_seed(seed)
    given = {f"{part.name}.{name}": value for part in parts for name, value in part.initial.items()}
    sizes = {part.name: n_elements(part) for part in parts}
    for name in given:
        if name not in variables:
            raise unknown_name("state variable with an initial value", name, variables)
        _check_unit(name, given[name], variables[name].unit)
    values = {}
    for name, variable in variables.items():
        size = 1 if variable.scalar else sizes[name.split(".")[0]]
        default = LONG_AGO if name.endswith(".lastspike") else 0.0
        generator = np.random.default_rng([seed, number_of(name)])
        values[name] = _values(given.get(name, default), size, generator).astype(variable.dtype)
    return values


def _check_unit(name: str, value: Initial, unit: str) -> None:
    """Raise if the unit of a quantity differs from that of its variable; plain numbers are in SI units."""
    if plain.has_unit(value) and unit_name(value) != unit:
        wanted = "no unit" if unit == "1" else f"the unit {unit}"
        raise CircuitError(f"The initial value of '{name}' is {plain.shown(value)}, but the variable has {wanted}.")


def n_elements(part: Group | Connection) -> int:
    """Return the number of neurons of a group or of synapses of a connection.

    Examples
    --------
    >>> from spiking_engrams import Group
    >>> n_elements(Group("CTX", 100, "v : 1"))
    100
    """
    return int(part.size if hasattr(part, "size") else len(part.i))


def number_of(text: str) -> int:
    """Return a number below 2**48 that identifies a text, the same on every machine.

    Examples
    --------
    >>> number_of("CTX.v") == number_of("CTX.w")
    False
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _values(value: Initial, size: int, generator: np.random.Generator) -> np.ndarray:
    if isinstance(value, Draw):
        return value.sample(generator, size)
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (size,)).copy()
