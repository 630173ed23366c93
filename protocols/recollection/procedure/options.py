"""Options shared by all recall protocols, and their checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from networks import recollection
from protocols.naming.data import ImageOptions
from protocols.naming.model import check
from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, field_of


@dataclass(frozen=True)
class RecallOptions(ImageOptions):
    """Options shared by all recall protocols."""

    least: ClassVar[int] = 2  # episodes needed for a comparison

    n_steps: int = field_of(1, "duration of a recall in steps of the circuit", FITTED, low=1)
    learner: str = field_of(
        "IF", "with --neuron, the neurons that learn the kernels. IF: integrate-and-fire neurons; own: the given ones",
        FITTED, allowed=("IF", "own"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check that no option is given that applies to naming only."""
        super().__post_init__()
        if self.kernels:
            raise ParameterError(
                f"Options.kernels = '{self.kernels}': recall uses kernels that it learned; omit it, or run `naming`."
            )


@dataclass(frozen=True)
class EpisodeOptions(RecallOptions):
    """Options of protocols that remember a given number of images."""

    n_episodes: int = field_of(50, "test images to remember", FITTED, low=2)


def check_episodes(options: Any, parameters: recollection.Parameters) -> None:
    """Raise an error if images cannot be used, or there are more episodes than pointers, names or images per run."""
    check(options, parameters)
    check_limits(options, parameters)


def check_once(name: str, values: Sequence[Any]) -> None:
    """Raise a ParameterError if there is no value, or one is given twice."""
    if not values:
        raise ParameterError(f"Options.{name} is empty: pass one or more.")
    if len(set(values)) < len(values):
        raise ParameterError(f"Options.{name} = {values} contains a value twice; pass each only once.")


def check_limits(options: Any, parameters: Any) -> None:
    """Raise a ParameterError if there are more episodes than pointers, names or images per run."""
    limits = {"pointers.n": parameters.pointers.n, "names.n": parameters.names.n, "max_images": parameters.max_images}
    for name, n in limits.items():
        if options.n_episodes > n:
            raise ParameterError(
                f"{options.n_episodes} episodes are too many for {name} = {n}: pass --set {name}={options.n_episodes}, "
                "or fewer episodes by --set protocol.n_episodes."
            )
