"""The backward pathway: neurons that fire from backward currents with closed eyes, and synapses that conduct them."""

from __future__ import annotations

from dataclasses import replace

from networks.naming.feature_layers import ImageTime, first_spike, larger
from networks.naming.names import gate
from networks.recollection import novelty
from networks.recollection.parameters import Backward, WithWayBack
from spiking_engrams.circuit.circuit import Connection, Group, Regular
from spiking_engrams.circuit.membrane import Membrane
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.synapses.gap_junction import gap_junction, membrane, spikelets
from spiking_engrams.synapses.part import Part, extend
from spiking_engrams.synapses.path_trace import STRENGTH, path_trace
from spiking_engrams.synapses.reverse_current import reverse_current

EYES_OPEN, EYES_CLOSED = "images_index(t) > -0.5", "images_index(t) < -0.5"
WAY_BACK = f"{gate('back_sign')}*int({EYES_CLOSED})"  # how far it is open
SEES, FIRST, RECALLS = "sees", "first", "recalls"  # events: spikes with open eyes, the first of them, with closed eyes
# The same as FIRST and RECALLS, but only while traces are laid, so that they cost nothing otherwise. Brian2 processes
# events of a time step in alphabetical order: currents run along traces (RECALLS) before these are laid anew (RELAYS).
LAYS, RELAYS = "lays", "relays"
LAYING = "encodes(t) > 0.5"
BACK_DRIVE = "back/back_threshold"  # of a neuron of a model, in units of its threshold


def recalling(group: Group, parameters: WithWayBack, time: ImageTime, model: NeuronModel | None) -> Group:
    """Return the neurons of a layer, which also fire from backward currents while no image is shown.

    Neurons of a model are driven by these as by a charge, and fire when their membrane does; others at most once a bin.
    """
    back = parameters.backward
    part = Part(
        equations="back : 1  # potential from backward currents",
        constants={"back_threshold": back.threshold if back.kind == "reverse" else back.gap_threshold},
        on_own_event={"spike": f"back = back - back_threshold*int({EYES_CLOSED})"},
        regular=(Regular("back = 0", slow=True),),
    )
    if "fired_at" not in group.equations:
        latch = Part(
            equations="fired_at : 1  # time step of the first spike, -1 if none",
            on_own_event={"spike": first_spike(time)},
            initial={"fired_at": -1.0},
            regular=(Regular("fired_at = -1", slow=True),),
        )
        group = extend(group, latch)
    sees = f"{EYES_OPEN} and ({group.threshold})"  # scalars first, so that loops end there
    recalls = f"{EYES_CLOSED} and alive(t) > 0.5 and back >= back_threshold"
    events = {name: f"{EYES_OPEN} and ({code})" for name, code in group.events.items()}
    first = f"{EYES_OPEN} and fired_at < -0.5 and ({group.threshold})"
    events[SEES] = sees
    if group.name in parameters.pointers.layers.split():
        events[FIRST] = first
    late = "after_thresholds"  # when Brian2 tests for events; what it tests is cleared after that
    regular = tuple(replace(each, order=each.order + 1) if each.when == late else each for each in group.regular)
    group = extend(replace(group, events=events, regular=regular), part, *_junctions(back, time))
    if parameters.traces.kind == "argmax" and group.name.startswith("pool"):
        group = extend(group, comparing())
    if model is not None and group.name.startswith("conv"):
        cell = Membrane.of(model)
        recalls = f"{EYES_CLOSED} and alive(t) > 0.5 and ({cell.threshold})"
        if not group.reset:
            group = extend(group, Part(on_own_event={RECALLS: cell.reset}))
    elif time.bin_steps > 1:
        recalls += f" and {time.position} % {time.bin_steps} == 0"
    events = {**group.events, RECALLS: recalls}
    if parameters.traces.kind != "none" and group.name != "input":  # the input is the source of paths only
        events |= {LAYS: f"{LAYING} and {first}", RELAYS: f"{LAYING} and {recalls}"}
    return replace(
        group,
        threshold=f"({sees}) or ({recalls})",
        events=events,
        spike_events=tuple(each for each in (SEES, FIRST, LAYS, RECALLS, RELAYS) if each in events),
    )


def comparing() -> Part:
    """Return the part by which a pool finds the strongest of the neurons that made it fire."""
    return Part(
        equations="strongest : 1  # input of the last time step\nstrongest_before : 1  # and of the one before it",
        regular=(
            Regular("strongest_before = strongest\nstrongest = 0", when="after_thresholds"),
            Regular("strongest = 0", slow=True),
        ),
    )


def _junctions(back: Backward, time: ImageTime) -> list[Part]:
    """Return the parts that neurons need for gap junctions."""
    if back.kind == "reverse":
        return []
    conducts = f"{EYES_CLOSED} and alive(t) > 0.5"
    begins = f"{conducts} and abs({time.position}) < 0.5"
    decay, leak = back.spikelet_decay ** (1 / time.bin_steps), back.leak / time.bin_steps
    return [spikelets(decay, conducts, begins), membrane(leak, back.divides)]


def conducting(
    connection: Connection, parameters: WithWayBack, gain: float, weight: str, lag: float, time: ImageTime, step: float
) -> Connection:
    """Return a forward projection with a trace of the activity that ran up, and with the backward pathway.

    Parameters
    ----------
    gain, weight
        Backward current or conductance of a synapse of weight 1, and the expression for the weight.
    lag
        Time steps, less a half, by which the first spike of a source must precede that of the target to help cause it.
    """
    p, path = parameters, "1"
    up = connection.on_pre  # what is recalled drives nothing forward
    if p.traces.kind != "none":
        effective = f"int(fired_at_pre > -0.5)*int(fired_at_pre < {time.position} - {lag})"
        if p.traces.kind == "argmax" and connection.target.startswith("pool"):
            up = f"{up}\n{larger('strongest_post', 'crossed_pre')}"
            effective += "*int(crossed_pre >= strongest_before_post)"
        duration = float(p.traces.duration) / step
        connection = path_trace(connection, LAYS, effective, RELAYS, "life.age", f"keeps(t)*{novelty.NEW}", duration)
        connection = replace(connection, links={**connection.links, **novelty.LINK})
        path = STRENGTH
    if p.backward.kind == "reverse":
        twin = reverse_current(connection, RECALLS, weight, path, WAY_BACK, gain)
    else:
        gap_gain, rectified = gain / time.bin_steps, p.backward.kind == "rectified"
        twin = gap_junction(connection, weight, path, WAY_BACK, gap_gain, rectified)
    return replace(
        twin,
        on_pre="",
        on_event={**twin.on_event, SEES: up},
        constants={**twin.constants, "back_sign": float(p.names.gate_sign)},
    )
