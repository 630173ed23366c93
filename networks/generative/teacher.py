"""Teacher: assemblies of index cells that are written in one shot, compete for cues, and replay memories in noise.

A modern Hopfield network (Krotov & Hopfield 2021, arXiv 2008.06996; Spens & Burgess 2024) in spikes: an assembly stands
for a memory. Its cells sum the contrast that they share with a cue, in units of the length of their weights. Inhibition
by all index cells and excitation within assemblies leave the best one active (softmax; inhibition is the inverse
temperature). Its spikes drive sensory cells through the stored brightness, divided by the activity of all index cells.
Slow adaptation lets noise replay one memory after another.

Writing takes one plateau potential per memory, at the end of its image, which sets the synapses of the cells of one
assembly to the spikes that their partners fired for the image (`hebbian`), or switches each binary synapse on with a
probability that rises with them (`plateau`; behavioural time scale plasticity, Bittner 2017; Wu & Maass 2025).
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from networks.generative.cells import FREE, SILENT, Firing, of_model
from networks.generative.parameters import Parameters, Teacher
from spiking_engrams.circuit.circuit import Connection, Group, Regular, all_to_all
from spiking_engrams.interventions.manipulation import EFFICACY, SILENCED
from spiking_engrams.neurons.model import NeuronModel

WEAKEST = 1e-3  # squared length of the weights of a cell that was never written
LARGEST_DRIVE = 5.0  # of a neuron of a model
AFFERENT = {"hebbian": "w = clip(writing(t)*y_pre, -1, 1)", "plateau": "w = int(rand() < writing(t)*y_pre)"}
EFFERENT = {"hebbian": "w = clip(writing(t)*y_post, 0, 1)", "plateau": "w = int(rand() < writing(t)*y_post)"}


def teacher(p: Parameters, model: NeuronModel | None = None) -> tuple[list[Group], list[Connection]]:
    """Return index cells with their inhibitory pool, and their connections with sensory and contrast cells.

    Examples
    --------
    >>> groups, connections = teacher(Parameters())
    >>> [group.size for group in groups], [connection.name for connection in connections]
    ([1500, 1], ['contrast_index', 'index_sense', 'index_pool', 'index_index'])
    """
    t = p.teacher
    n = t.memories * t.cells
    jump = t.drive / float(p.senses.contrast_rate * t.tau_input)
    to_index, to_sense = all_to_all(2 * p.pixels, n), all_to_all(n, p.pixels)
    every = np.arange(n, dtype=np.int32)
    connections = [
        Connection(
            "contrast_index", "contrast", "index", *to_index, "w : 1  # stored contrast",
            on_event={"cue": f"g_post += {EFFICACY}*jump*w/sqrt(length_post + weakest)"},
            on_target_event={"plateau": f"{AFFERENT[t.rule]}\nlength_post += 0.5*w*w"},
            constants={"jump": jump, "weakest": WEAKEST, EFFICACY: 1.0},
            initial={"w": 0.0}, slow=("w",), about={"rule": f"one shot, {t.rule}"},
        ),
        Connection(
            "index_sense", "index", "sense", *to_sense, "w : 1  # stored brightness", on_pre=f"s_post += {EFFICACY}*w",
            constants={EFFICACY: 1.0},
            on_event={"plateau": EFFERENT[t.rule]}, initial={"w": 0.0}, slow=("w",),
            about={"rule": f"one shot, {t.rule}"},
        ),
        Connection(
            "index_pool", "index", "pool", every, np.zeros(n, np.int32), on_pre="h_post += gain\nactive_post += 1",
            constants={"gain": t.inhibition}, about={"rule": "static"},
        ),
    ]  # fmt: skip
    return [_index(t, model), _pool(t)], [*connections, *_within(t)]


def _within(t: Teacher) -> list[Connection]:
    """Return the synapses between cells of the same assembly."""
    if t.cells == 1:
        return []
    pairs = np.array(list(permutations(range(t.cells), 2)), dtype=np.int32)
    first = np.arange(t.memories, dtype=np.int32)[:, None] * np.int32(t.cells)
    i, j = (np.ravel(first + pairs[:, end]) for end in (0, 1))
    return [Connection("index_index", "index", "index", i, j, on_pre="r_post += gain",
                       constants={"gain": t.excitation}, about={"rule": "static, within assemblies"})]  # fmt: skip


def _index(t: Teacher, model: NeuronModel | None) -> Group:
    total = "g + r - a - inhibition - hold*onset(t)"
    cell = _membrane(total, t) if model is None else of_model(_driven(total), model, "a += adaptation")
    equations = f"""
assembly : integer (constant)
dg/dt = -g/tau_input : 1       # input from contrast cells (NMDA)
dr/dt = -r/tau_inhibition : 1  # input from the cells of the same assembly
da/dt = -a/tau_adaptation : 1  # adaptation
length : 1                     # squared length of the weights of the cell
due : 1                        # 1 when a plateau is due
{cell.equations}"""
    return Group(
        name="index",
        size=t.memories * t.cells,
        equations=equations,
        constants={
            "tau_input": t.tau_input, "tau_inhibition": t.tau_inhibition, "tau_adaptation": t.tau_adaptation,
            "adaptation": t.adaptation, "hold": t.hold, **cell.constants,
        },
        initial={"assembly": np.repeat(np.arange(t.memories), t.cells), **cell.initial},
        links={"inhibition": "pool.h"},
        events={"plateau": "due > 0.5 and alive(t) > 0.5"},
        on_own_event={"plateau": "due = 0\nlength = 0"},
        regular=(Regular("due = int(abs(write(t) - assembly) < 0.5)\ng *= 1 - onset(t)", slow=True),),
        slow=("length", "a"),
        about={"role": "index cells", "model": "LIF" if model is None else model.name},
        **cell.fields,
    )  # fmt: skip


def _membrane(drive: str, t: Teacher) -> Firing:
    """Return the leaky integrate-and-fire cells that are used without a neuron model; their threshold is 1."""
    fields: dict[str, Any] = {
        "threshold": f"v > 1 and {FREE}", "reset": "v = 0\na += adaptation", "refractory": "t_ref",
        "knobs": (SILENCED,),
    }  # fmt: skip
    equations = f"dv/dt = ({drive} - v)/tau : 1 (unless refractory)  # membrane potential\n{SILENT}"
    return Firing(equations, fields, {"tau": t.tau, "t_ref": t.refractory})


def _driven(total: str) -> str:
    """Return the drive of a neuron of a model, which is at its rheobase where the LIF cell is at its threshold."""
    return f"clip({total} - 1, -1, {LARGEST_DRIVE})"


def _pool(t: Teacher) -> Group:
    return Group(
        name="pool",
        size=1,
        equations="""
dh/dt = -h/tau_inhibition : 1        # inhibition of all index cells
dactive/dt = -active/tau_release : 1  # their recent spikes""",
        constants={"tau_inhibition": t.tau_inhibition, "tau_release": t.tau_release},
        about={"role": "interneurons of index cells", "model": "graded"},
    )
