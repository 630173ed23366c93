"""Manipulations of cells and projections, in any phase: silence, activate, lesion, gain, block plasticity.

    manipulated(circuit, phase, silence("BA_P"), activate(engram, rate=80), gain("HIP_CTX", 0.5))

They last as long as the phase and leave nothing behind except what the animal learns during it. Cells are given as the
name of a population or as an `Engram`, projections by the names of their connections.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Quantity, ms

from spiking_engrams.analysis.engram import Engram
from spiking_engrams.circuit.circuit import Circuit, Regular
from spiking_engrams.circuit.values import check_quantity
from spiking_engrams.errors import ScheduleError, unknown_name
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.synapses.part import Part
from spiking_engrams.values import plain

TAU_LIGHT = 10 * ms  # decay of the current evoked by a light pulse, as in a fast channelrhodopsin
PULSE = 1.5  # drive at the peak of a pulse
SILENCED, LIT, GAIN = "silenced", "lit", "excite_gain"  # knobs of cells
EFFICACY = "efficacy"  # constant of projections: factor on their effect
EXCITED = f"clip({{excite}}, -inf, 0) + {GAIN}*clip({{excite}}, 0, inf)"
DRIVE = (  # between -1 and a ceiling, usually 1; light adds to the drive without light
    f"clip((1 - {SILENCED})*(clip({EXCITED} - ({{inhibit}}) + {{other}}, -1, {{ceiling}}) + g_light) - {SILENCED},"
    " -1, {ceiling})"
)
KINDS = {"silence": 1.0, "activate": 100.0, "lesion": 0.0, "gain": None, "block_plasticity": 0.0}  # default amounts
GRADED = ("activate", "gain")  # kinds that take an amount
type Where = str | Engram


@dataclass(frozen=True)
class Manipulation:
    """A manipulation: its kind, the cells or projection that it targets, and its amount.

    Examples
    --------
    >>> found = Manipulation("gain", "HIP_CTX", 0.5)
    >>> found.place, str(found)
    ('HIP_CTX', 'gain HIP_CTX 0.5')
    """

    kind: str
    where: Where
    amount: float

    @property
    def place(self) -> str:
        """Name of the population or projection."""
        return self.where if isinstance(self.where, str) else self.where.population

    def __str__(self) -> str:
        """Return the manipulation in words."""
        usual = self.amount == KINDS.get(self.kind)
        return f"{self.kind} {self.where}" + ("" if usual else f" {self.amount:g}")


def silence(where: Where) -> Manipulation:
    """Return a manipulation that holds cells, a population or an `Engram`, far below their threshold.

    Examples
    --------
    >>> print(silence("BA_P"))
    silence BA_P
    """
    return Manipulation("silence", where, 1.0)


def activate(where: Where, rate: float = 100.0) -> Manipulation:
    """Return a manipulation that excites cells by Poisson pulses of light, independent in each cell, at a rate in Hz.

    Examples
    --------
    >>> from spiking_engrams.analysis.engram import Engram
    >>> print(activate(Engram("in_A", "HIP", cells=(1, 4), n=10), rate=80))
    activate in_A (2 cells of HIP) 80
    """
    return Manipulation("activate", where, rate)


def lesion(where: Where) -> Manipulation:
    """Return a manipulation that disables a projection, which then has no effect and does not learn, or silences cells.

    Examples
    --------
    >>> print(lesion("HIP_CTX"))
    lesion HIP_CTX
    """
    return Manipulation("lesion", where, 0.0)


def gain(where: Where, factor: float) -> Manipulation:
    """Return a manipulation that multiplies the effect of a projection, or the excitation of cells, by a factor >= 0.

    Only the positive part of the excitation is multiplied.

    Examples
    --------
    >>> print(gain("HIP_CTX", 0.5))
    gain HIP_CTX 0.5
    """
    return Manipulation("gain", where, factor)


def block_plasticity(where: str) -> Manipulation:
    """Return a manipulation that keeps a projection from learning.

    Examples
    --------
    >>> print(block_plasticity("HIP_CTX"))
    block_plasticity HIP_CTX
    """
    return Manipulation("block_plasticity", where, 0.0)


def manipulable(dt: Quantity) -> Part:
    """Return the part that cells with the drive `DRIVE` need; `dt` is the time step of the circuit.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Group
    >>> from spiking_engrams.synapses.part import extend
    >>> extend(Group("HIP", 10, "v : 1"), manipulable(1 * ms)).knobs
    ('silenced', 'lit', 'excite_gain')
    """
    check_quantity(dt, "dt of manipulable cells")
    return Part(
        equations=f"""
{SILENCED} : 1  # 1 if it is held far below its threshold
{LIT} : Hz      # rate of light pulses
{GAIN} : 1      # factor of its excitation
g_light : 1     # drive by light""",
        initial={GAIN: 1.0},
        constants={"light_decay": float(np.exp(-dt / TAU_LIGHT)), "light_pulse": PULSE},
        regular=(
            Regular(
                f"pulse = int({LIT} > 0*Hz and rand() < {LIT}*dt)\n"
                "g_light = int(alive(t) > 0.5)*(g_light*light_decay + light_pulse*pulse)",
                when="before_groups",
            ),
        ),
        knobs=(SILENCED, LIT, GAIN),
    )


def manipulated(circuit: Circuit, phase: Phase, *manipulations: Manipulation) -> Phase:
    """Return the phase with manipulations, which also enter its digest and figures.

    Parameters
    ----------
    circuit
        Circuit on which the phase will be run.
    phase
        Phase to manipulate; it is not changed.
    manipulations
        What to do in it, in this order, such as ``silence("BA_P")``.

    Raises
    ------
    UnknownNameError, ScheduleError
        If there are no such cells or projections in the circuit, or they cannot be manipulated in this way.

    Examples
    --------
    >>> from brian2 import ms
    >>> from spiking_engrams import Circuit, Group, ParameterSet, Phase
    >>> from spiking_engrams.synapses.part import extend
    >>> cells = extend(Group("HIP", 2, "v : 1"), manipulable(1 * ms))
    >>> circuit = Circuit("two", "none", ParameterSet(), 1 * ms, 10 * ms, (cells,), (), {})
    >>> test = manipulated(circuit, Phase("test", 5), gain("HIP", 0.5))
    >>> test.held["HIP.excite_gain"].tolist(), test.labels
    ([0.5, 0.5], ((0, 5, '[gain HIP 0.5]'),))
    """
    plain.instance(phase, Phase, "The phase to manipulate", ScheduleError)
    for each in manipulations:
        phase = _manipulated(circuit, phase, each)
    if manipulations:
        text = ", ".join(map(str, manipulations))
        phase = _labelled(phase, text)
    return phase


def _manipulated(circuit: Circuit, phase: Phase, each: Manipulation) -> Phase:
    plain.instance(each, Manipulation, "A manipulation", ScheduleError)
    if each.kind not in KINDS:
        raise unknown_name("manipulation", plain.text(each.kind, "A manipulation", ScheduleError), list(KINDS))
    if not isinstance(each.where, str | Engram):
        raise ScheduleError(
            f"'{each.kind}' is applied to {plain.shown(each.where)}; name a population or pass an engram."
        )
    what = f"The amount of '{each.kind} {each.where}' in phase '{phase.name}'"
    if plain.number(each.amount, what, ScheduleError) < 0:
        raise ScheduleError(f"'{each}' was requested in phase '{phase.name}'; amounts must be >= 0.")
    if each.kind == "activate" and each.amount * float(circuit.dt) > 1:
        most = 1 / float(circuit.dt)
        raise ScheduleError(f"'{each}' was requested in phase '{phase.name}'; rates must be <= {most:g} Hz.")
    projections = [connection.name for connection in circuit.connections if EFFICACY in connection.constants]
    if each.place in projections:
        return phase.with_constants(_of_projection(circuit, phase, each))
    return phase.holding(_of_cells(circuit, phase, each, projections))


def _of_projection(circuit: Circuit, phase: Phase, each: Manipulation) -> dict[str, float]:
    """Return the constants of a manipulated projection."""
    if each.kind in ("silence", "activate"):
        raise ScheduleError(f"'{each}' in phase '{phase.name}': a projection takes gain, lesion and block_plasticity; "
                            "silence and activate take a population or an engram.")  # fmt: skip
    learns = f"modulator.{each.place}_plasticity"
    name = f"{each.place}.{EFFICACY}"
    factor = each.amount if each.kind == "gain" else 0.0
    found = {} if each.kind == "block_plasticity" else {name: factor * phase.constants.get(name, 1.0)}
    if each.kind != "gain":
        if learns in circuit.constants:
            found[learns] = 0.0
        elif each.kind == "block_plasticity":
            plastic = [n.removeprefix("modulator.").removesuffix("_plasticity") for n in circuit.constants
                       if n.endswith("_plasticity")]  # fmt: skip
            raise unknown_name("plastic projection", each.place, plastic)
    return found


def _of_cells(circuit: Circuit, phase: Phase, each: Manipulation, projections: list[str]) -> dict[str, np.ndarray]:
    """Return the knobs of manipulated cells, combined with what the phase already does to these cells."""
    knob = {"silence": SILENCED, "lesion": SILENCED, "activate": LIT, "gain": GAIN}.get(each.kind, "")
    name = each.place
    populations = [full.partition(".")[0] for full in circuit.knobs if full.endswith(f".{SILENCED}")]
    if each.kind == "block_plasticity" or name not in populations:
        known = projections if each.kind == "block_plasticity" else [*populations, *projections]
        raise unknown_name(f"place of '{each.kind}'", name, known)
    if f"{name}.{knob}" not in circuit.knobs:
        raise ScheduleError(f"'{each}' in phase '{phase.name}': the cells of {name} can be silenced, and nothing else.")
    size = circuit.knobs[f"{name}.{knob}"]
    cells = np.ones(size, bool) if isinstance(each.where, str) else each.where.mask
    if cells.shape != (size,):
        raise ScheduleError(
            f"'{each}' in phase '{phase.name}' covers {cells.size} cells; {name} has {size} cells in this circuit."
        )
    before = np.broadcast_to(np.asarray(phase.held.get(f"{name}.{knob}", float(knob == GAIN)), float), (size,))
    amount = 1.0 if knob == SILENCED else each.amount * before if knob == GAIN else each.amount
    return {f"{name}.{knob}": np.where(cells, amount, before)}


def _labelled(phase: Phase, text: str) -> Phase:
    labels = phase.labels or ((0, phase.n_steps, ""),)
    return replace(phase, labels=tuple((a, b, f"{label} [{text}]".strip()) for a, b, label in labels))
