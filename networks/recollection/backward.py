"""The way back: neurons that fire from backward currents while the eyes are closed, and synapses that conduct them."""

from __future__ import annotations

from dataclasses import replace

from networks.naming.feature_layers import FIRST_SPIKE, ImageTime
from networks.naming.names import GATE
from networks.naming.parameters import numbers
from networks.recollection.parameters import Backward, Parameters
from spiking_engrams.circuit import Connection, Group, Regular
from spiking_engrams.synapses.gap_junction import gap_junction, membrane, spikelets
from spiking_engrams.synapses.part import Part, extend
from spiking_engrams.synapses.path_trace import path_trace, strength
from spiking_engrams.synapses.reverse_current import reverse_current

EYES_OPEN, EYES_CLOSED = "images_index(t) > -0.5", "images_index(t) < -0.5"
WAY_BACK = f"{GATE.replace('gate_sign', 'back_sign')}*int({EYES_CLOSED})"  # how far it is open


def recalling(group: Group, parameters: Parameters, time: ImageTime) -> Group:
    """Return the neurons of a layer, which fire from backward currents too, while no image is seen."""
    back = parameters.backward
    part = Part(
        equations="back : 1  # potential from backward currents",
        constants={"back_threshold": back.threshold if back.kind == "reverse" else back.gap_threshold},
        on_own_event={"spike": f"back = back - back_threshold*int({EYES_CLOSED})"},
        regular=(Regular("back = 0", slow=True),),
    )
    if "fired_at" not in group.equations:
        first = Part(
            equations="fired_at : 1  # time step of the first spike, -1 if none",
            on_own_event={"spike": FIRST_SPIKE.replace("position", time.position)},
            initial={"fired_at": -1.0},
            regular=(Regular("fired_at = -1", slow=True),),
        )
        group = extend(group, first)
    extended = extend(group, part, *_junctions(back, time))
    sees = f"({group.threshold}) and {EYES_OPEN}"
    return replace(
        extended,
        threshold=f"({sees}) or (back >= back_threshold and {EYES_CLOSED} and alive(t) > 0.5)",
        events={**extended.events, **{name: f"({code}) and {EYES_OPEN}" for name, code in group.events.items()}},
    )


def _junctions(back: Backward, time: ImageTime) -> list[Part]:
    """Return what neurons need for gap junctions."""
    if back.kind == "reverse":
        return []
    conducts = f"{EYES_CLOSED} and alive(t) > 0.5"
    begins = f"{conducts} and abs({time.position}) < 0.5"
    return [spikelets(back.spikelet_decay, conducts, begins), membrane(back.leak)]


def conducting(connection: Connection, parameters: Parameters, number: int, time: ImageTime, step: float) -> Connection:
    """Return a forward projection with a trace of what went up, and the way back; `number` is that of its layer.

    A neuron of a convolution fires a time step after it crossed its threshold.
    """
    p = parameters
    gain = float(numbers("backward.gains", p.backward.gains)[number])
    weight, path = ("w" if "w" in connection.links else "1"), "1"
    if p.traces.kind == "first":
        lag = 1.5 if "w" in connection.links else 0.5
        effective = f"int(fired_at_pre > -0.5)*int(fired_at_pre < {time.position} - {lag})"
        duration = float(p.traces.duration) / step
        connection = path_trace(connection, effective, "life.age", "encodes(t)", "keeps(t)", duration)
        path = strength()
    if p.backward.kind == "reverse":
        twin = reverse_current(connection, weight, path, WAY_BACK, gain)
    else:
        twin = gap_junction(connection, weight, path, WAY_BACK, gain, rectified=p.backward.kind == "rectified")
    return replace(
        twin,
        on_pre=f"{twin.on_pre}*int({EYES_OPEN})",  # nothing is driven forward by what is recalled
        constants={**twin.constants, "back_sign": float(p.names.gate_sign)},
    )
