"""Gap junctions that follow chemical synapses: currents from the upper to the lower neuron of a forward projection.

The conductance of a junction is proportional to the weight of the synapse and to its path trace. A neuron whose
reset is instantaneous would transmit nothing, so a spike leaves a spikelet, which decays (Coombes & Zachariou 2009).
The lower membrane relaxes to the mean of the spikelets, weighted by their conductances, and to rest through its
leak: the more junctions it has, the less each of them counts, a normalisation that follows from the biophysics.

With an ``ohmic`` junction, silent upper neurons pull the lower one down; a ``rectified`` one conducts only while the
spikelet is above the lower membrane. The current into the upper neuron is neglected: its spikelet is prescribed.
Synapses cost computing time while spikelets last and, if ohmic, once at the beginning of each step with closed eyes.
"""

from __future__ import annotations

from dataclasses import replace

from spiking_engrams.circuit.circuit import Connection, Regular
from spiking_engrams.errors import CircuitError
from spiking_engrams.synapses.part import Part
from spiking_engrams.values import plain

COUPLE, OPEN = "couple", "open_junctions"
LEAST_SPIKELET = 0.05  # a spikelet below this counts as over


def spikelets(decay: float, conducts: str, begins: str) -> Part:
    """Return what an upper neuron needs: spikelets, and the events at which its junctions conduct.

    Parameters
    ----------
    decay
        Factor of a spikelet per time step.
    conducts, begins
        Conditions that hold while junctions may conduct, and in the time step in which that begins.

    Examples
    --------
    >>> part = spikelets(0.5, conducts="open > 0", begins="opening > 0")
    >>> part.events["couple"], part.constants["spikelet_start"]
    ('open > 0 and spikelet > 0.05', 2.0)
    """
    plain.number(decay, "spikelets: decay", CircuitError, high=1.0, above=0.0)
    return Part(
        equations="spikelet : 1  # depolarisation that a spike leaves",
        constants={"spikelet_decay": decay, "spikelet_start": 1 / decay},  # 1 when it is transmitted
        events={COUPLE: f"{conducts} and spikelet > {LEAST_SPIKELET}", OPEN: begins},
        on_own_event={"spike": "spikelet = spikelet_start"},
        regular=(Regular("spikelet = spikelet*spikelet_decay", when="end"), Regular("spikelet = 0", slow=True)),
    )


def membrane(leak: float, divides: float = 1.0) -> Part:
    """Return what a lower neuron needs: a potential ``back`` that relaxes to the level set by junctions and leak.

    Parameters
    ----------
    leak
        Conductance in units of the capacitance per time step.
    divides
        1 for a membrane; with 0, junctions do not lower its resistance, so that their currents add up.

    Examples
    --------
    >>> membrane(leak=0.05).constants
    {'leak': 0.05, 'divides': 1.0}
    """
    plain.number(leak, "membrane: leak", CircuitError, low=0.0)
    plain.number(divides, "membrane: divides", CircuitError, low=0.0)
    return Part(
        equations="""
junction_current : 1      # conductances times spikelets in this time step
junction_conductance : 1  # conductances of the junctions that conduct in this time step
silent_conductance : 1    # of all junctions, if ohmic""",
        constants={"leak": leak, "divides": divides},
        regular=(
            Regular(
                """
total = divides*clip(junction_conductance, silent_conductance, inf) + leak
back = junction_current/total + (back - junction_current/total)*exp(-total)
junction_current = 0
junction_conductance = 0""",
                when="end",
            ),
            Regular("silent_conductance = 0", slow=True),
        ),
    )


def gap_junction(connection: Connection, weight: str, path: str, gate: str, gain: float, rectified: bool) -> Connection:
    """Return the connection with a gap junction beside each of its synapses.

    Parameters
    ----------
    connection
        Forward projection, from the lower to the upper neurons.
    weight, path, gate
        Expressions for the weight of the synapse, for how far it was on the path, and for how far junctions are open.
    gain
        Conductance beside a synapse of weight 1, in units of the capacitance per time step.
    rectified
        Whether a junction conducts only while the spikelet is above the lower membrane; otherwise it is ohmic.

    Examples
    --------
    >>> from spiking_engrams.circuit import Connection
    >>> forward = Connection("A_B", "A", "B", [0, 1], [1, 0], equations="w : 1", on_pre="v_post += w")
    >>> both = gap_junction(forward, weight="w", path="1", gate="open", gain=0.2, rectified=True)
    >>> both.on_target_event["couple"].splitlines()[0]
    'conductance = open*back_gain*w*1*int(spikelet_post > back_pre)'
    """
    conductance = f"{gate}*back_gain*{weight}*{path}"
    conducts = "*int(spikelet_post > back_pre)" if rectified else ""
    code = f"""
conductance = {conductance}{conducts}
junction_current_pre += conductance*spikelet_post
junction_conductance_pre += conductance"""
    silent = {} if rectified else {OPEN: f"silent_conductance_pre += {conductance}"}
    return replace(
        connection,
        on_target_event={**connection.on_target_event, COUPLE: code.strip(), **silent},
        constants={**connection.constants, "back_gain": gain},
    )
