"""Options that all recall protocols share, and their check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from networks import recollection
from protocols.naming.data import ImageOptions
from protocols.naming.subject import check
from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, field_of


@dataclass(frozen=True)
class RecallOptions(ImageOptions):
    """Options that all recall protocols share."""

    least: ClassVar[int] = 2  # episodes without which nothing can be compared

    n_steps: int = field_of(1, "steps of the circuit that a recall lasts", FITTED, low=1)
    learner: str = field_of(
        "IF", "with --neuron, who learns kernels. IF: integrate-and-fire neurons, which pass them on; own: its own",
        FITTED, allowed=("IF", "own"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check that no option of naming alone is given."""
        super().__post_init__()
        if self.kernels:
            raise ParameterError(
                f"Options.kernels = '{self.kernels}': recall uses kernels that it learned; omit it, or use `naming`."
            )


@dataclass(frozen=True)
class EpisodeOptions(RecallOptions):
    """Options of protocols in which a given number of images is remembered."""

    n_episodes: int = field_of(50, "test images that are remembered", FITTED, low=2)


def check_episodes(options: Any, parameters: recollection.Parameters) -> None:
    """Raise if images cannot be used, or there are more episodes than pointers, names or images in a run."""
    check(options, parameters)
    check_limits(options, parameters)


def check_once(name: str, values: Sequence[Any]) -> None:
    """Raise if there is no value, or one is given twice."""
    if not values:
        raise ParameterError(f"Options.{name} is empty: give one or more.")
    if len(set(values)) < len(values):
        raise ParameterError(f"Options.{name} = {values} has one twice; give each once.")


def check_limits(options: Any, parameters: Any) -> None:
    """Raise if there are more episodes than pointers, names or images in a run."""
    limits = {"pointers.n": parameters.pointers.n, "names.n": parameters.names.n, "max_images": parameters.max_images}
    for name, n in limits.items():
        if options.n_episodes > n:
            raise ParameterError(
                f"{options.n_episodes} episodes need as many; {name} is {n}: give --set {name}={options.n_episodes}, "
                "or fewer by --set protocol.n_episodes."
            )
