"""Populations of a converted network: single spikes whose time encodes an activation.

Layers with weights take turns. A layer fires in its window of `n_bins` time steps, and the layer above sums its input
with an efficacy that falls from 1 to 0 in that window. Then the layer above fires, the neurons with the largest sums
first, as the threshold falls from 1, in units of the largest activation of their map, to 0. So a neuron fires at most
once, earlier the more active it is, and not at all below 0 (time to first spike: Rueckauer & Liu 2018, doi
10.1109/ISCAS.2018.8351295; windows: Park et al. 2020, doi 10.1109/DAC18072.2020.9218689). A pooling neuron passes on
the first spike of its window, which is that of the most active neuron.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from networks.converted.layers import MaxPool
from networks.converted.weights import Stage
from networks.naming.feature_layers import ImageTime
from networks.recollection.backward import EYES_OPEN
from networks.recollection.pointers import RANKS
from spiking_engrams.circuit.circuit import Group, Regular


@dataclass(frozen=True)
class Window:
    """The window in which a layer fires: its first time step, the number of time steps, and the time of an image."""

    start: int
    n_bins: int
    time: ImageTime

    @property
    def threshold(self) -> str:
        """Expression for the threshold, which falls from 1 to 0."""
        return f"(1 - ({self.time.position} - {self.start})/{self.n_bins:.1f})"

    @property
    def efficacy(self) -> str:
        """Expression for the activation that a spike at this time encodes, taken in the middle of its time step."""
        return f"(1 - ({self.time.position} - {self.start + 0.5})/{self.n_bins:.1f})"

    @property
    def rank(self) -> str:
        """Code for when within its time step a spike would have come, from 0 to `RANKS` - 1.

        In the first time step the charge can exceed the threshold by any amount, so that its inverse is used.
        """
        begins = f"int(abs({self.time.position} - {self.start}) < 0.5)"
        later = f"(1 - {begins})*({self.n_bins}*({self.threshold} - charge) + 1) + {begins}/charge"
        return f"rank = int(clip({RANKS}*({later}), 0, {RANKS - 1}))"

    @property
    def is_now(self) -> str:
        """Condition for the window."""
        now = self.time.position
        return f"{now} > {self.start - 0.5} and {now} < {self.start + self.n_bins - 0.5} and alive(t) > 0.5"


def input_group(size: int, window: Window) -> Group:
    """Return the neurons that encode pixels, by sign, in units of the largest value."""
    value = "int(images_index(t) >= 0)*images(images_index(t)*second, i)"
    return replace(_once("input", size, window, "pixels"), regular=(Regular(f"charge = {value}", slow=True, order=1),))


def stage_group(stage: Stage, bias: np.ndarray, window: Window) -> Group:
    """Return the neurons of a layer; `bias` is that of each map in units of its largest activation."""
    size = int(np.prod(stage.shape))
    if isinstance(stage.layer, MaxPool):
        return _pool(stage.name, size)
    group = _once(stage.name, size, window, f"{stage.name}: {stage.layer.name}")
    return replace(
        group,
        equations=f"{group.equations}\nbias : 1 (constant)  # input from nothing",
        initial={"bias": np.repeat(bias, size // len(bias))},
        regular=(Regular(f"charge = bias*int({EYES_OPEN})", slow=True),),
    )


def read_out(group: Group) -> Group:
    """Return neurons that do not fire, and whose sum of inputs is read."""
    return replace(group, threshold=None, about={**group.about, "model": "sum of inputs"})


def names_group(n: int) -> Group:
    """Return name neurons, which fire in every time step while their name is presented."""
    return Group(
        name="names",
        size=n,
        equations="heard : 1  # 1 while the name is heard",
        threshold="heard > 0.5 and alive(t) > 0.5",
        regular=(Regular("heard = int(abs(heard_name(t) - i) < 0.5)", slow=True),),
        about={"role": "names", "model": "fires while its name is presented"},
    )


def _once(name: str, size: int, window: Window, role: str) -> Group:
    return Group(
        name=name,
        size=size,
        equations="charge : 1  # sum of inputs",
        threshold=f"charge >= {window.threshold} and charge > 0 and fired_at < -0.5 and {window.is_now}",
        about={"role": role, "model": "integrate-and-fire, time to first spike"},
    )


def _pool(name: str, size: int) -> Group:
    return Group(
        name=name,
        size=size,
        equations="v : 1  # input spikes of the last step",
        threshold="v > 0.5 and fired_at < -0.5 and alive(t) > 0.5",
        regular=(Regular("v = 0", when="after_thresholds"),),
        about={"role": f"{name}: pooling", "model": "passes on the first spike"},
    )
