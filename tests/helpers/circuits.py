"""Small circuits as data, shared by the tests of the engine.

`brain` is one structure, hence one program, that uses every mechanism: delays, a ring, a chain, a gap junction,
plastic projections with and without delay, homeostasis, noise of two kinds (off unless asked for), units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from brian2 import Hz, Quantity, ms, second

from spiking_engrams.circuit.circuit import Circuit, Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.synapses.bcpnn import BCPNN, z_trace
from spiking_engrams.synapses.currents import current, static
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis
from spiking_engrams.synapses.part import Part, extend

DT = 1 * ms
STEP = 20 * ms
RATE = 50 * Hz
TAU_Z = 20 * ms
TAU_P = 2 * second
FLOOR = 0.025
N_A, N_B = 12, 10
MAX_STEPS = 64
START = 0.05  # probability at the start

LIF = """
dv/dt = (drive - v)/tau : 1 (unless refractory)
drive = clip(bias + {inputs} + noise*kick, -2, 3) : 1
bias : 1 (constant)
kick : 1
"""


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the small brain."""

    noise: float = field_of(0.0, "size of the noise of the drive", source="toy", low=0.0)
    rate: Quantity = field_of(0 * Hz, "rate of the random afferents", source="toy", low=0 * Hz)
    coupling: float = field_of(0.1, "strength of the gap junctions", source="toy")


def brain(parameters: Parameters = Parameters(), name: str = "brain", form: str = "event") -> Circuit:
    """Return the small brain: afferents S, A with a ring, B with gap junctions, A -> B and B -> B plastic."""
    allee = AlleeHomeostasis("asleep", "0.6", 1.5, 0.05, 0.02, ("asleep",))
    forward, recurrent = rule("A_B", form=form), rule("B_B", form=form)
    groups = [
        _modulator((forward, recurrent)),
        Group(
            name="S",
            size=8,
            equations="spontaneous : Hz (shared)",
            threshold="rand() < rate*dt and alive(t) > 0.5",
            constants={"rate": parameters.rate},
            about={"role": "random afferents"},
        ),
        extend(
            _cells(
                "A",
                N_A,
                "cue_gain*int(cue_index(t) >= 0)*cue(cue_index(t)*second, i) + g_in",
                parameters.noise,
            ),
            current("g_in", 5 * ms, RATE, DT),
            z_trace(TAU_Z, RATE, DT),
            forward.source_part(START),
            Part(constants={"cue_gain": 1.0}),
        ),
        extend(
            _cells("B", N_B, "g_in + gap", parameters.noise),
            current("g_in", 10 * ms, RATE, DT),
            z_trace(TAU_Z, RATE, DT),
            forward.target_part(START),
            recurrent.source_part(START),
            Part(equations="gap : 1  # current through gap junctions"),
        ),
    ]
    joint = Draw("beta", (1, 5), 0.01)
    around = (np.arange(N_A, dtype=np.int32), (np.arange(N_A, dtype=np.int32) + 1) % N_A)
    beside = (np.arange(N_B, dtype=np.int32), (np.arange(N_B, dtype=np.int32) + 1) % N_B)
    down = (np.arange(N_A, dtype=np.int32), np.arange(N_A, dtype=np.int32) % N_B)
    connections = (
        static("S_A", "S", "A", all_to_all(8, N_A), "g_in", 0.6),
        static("ring", "A", "A", around, "g_in", 0.3, delay=2 * ms),
        static("chain", "A", "B", down, "g_in", weights=Draw("uniform", (0.4, 0.9)), delay=3 * ms),
        Connection(
            name="gap_junctions",
            source="B",
            target="B",
            i=beside[0],
            j=beside[1],
            equations="gap_post = coupling*(v_pre - v_post) : 1 (summed)",
            constants={"coupling": parameters.coupling},
        ),
        forward.connection(
            *all_to_all(N_A, N_B), joint, "g_in_post += 0.1*{W}*g_in_jump_post", delay=3 * ms, allee=allee
        ),
        recurrent.connection(*all_to_all(N_B, N_B), joint, "g_in_post += 0.02*log({W})*g_in_jump_post"),
    )
    return Circuit(
        name=name,
        neuron="LIF",
        parameters=parameters,
        dt=DT,
        step=STEP,
        groups=tuple(groups),
        connections=connections,
        signals={"k": 0.0, "sleep": 0.0, "cue_index": -1.0},
        banks={"cue": (16, N_A)},
        traces=("modulator.A_B_kappa", "modulator.potential"),
        max_steps=MAX_STEPS,
    )


def rule(name: str, tau_p: Quantity = TAU_P, **changes) -> BCPNN:
    """Return a plastic projection named after its ends."""
    source, target = name.split("_")
    return BCPNN(
        name,
        source,
        target,
        "kappa_signal",
        tau_z=TAU_Z,
        tau_p=tau_p,
        dt=DT,
        floor=FLOOR,
        **changes,
    )


def _modulator(rules) -> Group:
    group = Group(
        name="modulator",
        size=1,
        equations="""
kappa_signal = k(t)*alive(t) : 1
asleep = sleep(t)*alive(t) : 1
potential = level*mV : volt
level : 1
gate_changed : 1""",
        regular=(Regular("gate_changed = 0\nlevel = kappa_signal", when="after_groups", order=-1),),
    )
    return extend(group, *(each.modulator_part() for each in rules))


def _cells(name: str, size: int, inputs: str, noise: float) -> Group:
    return Group(
        name=name,
        size=size,
        equations=LIF.format(inputs=inputs),
        threshold="v > 1 and alive(t) > 0.5",
        reset="v = 0",
        refractory="t_ref",
        method="exponential_euler",
        constants={"tau": 10 * ms, "t_ref": 2 * ms, "noise": noise},
        initial={"v": Draw("uniform", (0, 1)), "bias": np.linspace(0.8, 1.3, size)},
        regular=(Regular("kick = randn()", when="before_groups"),),
        about={"role": "leaky integrate-and-fire cells"},
    )


def patterns(n: int, seed: int = 0) -> np.ndarray:
    """Return random cues, shape ``(n, N_A)``."""
    return (np.random.default_rng(seed).random((n, N_A)) < 0.4).astype(float)


def wake(name: str = "wake", n_steps: int = 12, seed: int = 0, **signals) -> Phase:
    """Return a phase with changing cues and a kappa that changes between and during spikes."""
    kappa = np.resize([1.0, 1.0, 0.0, 2.0, 0.5, 0.0, 1.5], n_steps)
    cues = np.resize([0.0, 0.0, 1.0, 1.0, -1.0, 2.0, 2.0], n_steps)
    return Phase(name, n_steps, {"k": kappa, "cue_index": cues, **signals}, {"cue": patterns(3, seed)})


def trains(
    kappa: np.ndarray,
    n: int = 14,
    form: str = "event",
    names: tuple[str, ...] = ("X_Y", "X_X"),
    ceilings: tuple[float | None, float | None] = (None, None),
) -> Circuit:
    """Return random spike trains X and Y with plastic projections that have no effect; kappa per step of 20 ms."""
    rules = [rule(name, form=form) for name in names]
    rates = np.linspace(5, 80, n)
    groups = []
    for name, ceiling in zip("XY", ceilings, strict=True):
        group = Group(
            name=name,
            size=n,
            # both groups draw from the same hidden unit now and then, so that spikes coincide
            equations="rate : Hz (constant)\nuniform : 1",
            threshold="(rand() < rate*dt or common_now > rand()) and alive(t) > 0.5",
            links={"common_now": "modulator.common"},
            initial={"rate": rates if name == "X" else rates[::-1]},
        )
        parts = [z_trace(TAU_Z, RATE, DT, ceiling=ceiling)]
        parts += [each.source_part(START) for each in rules if each.source == name]
        parts += [each.target_part(START) for each in rules if each.target == name]
        groups.append(extend(group, *parts))
    modulator = _modulator(rules)
    blink = Regular("common = int(rand() < 0.01)*0.5", when="before_groups")
    flash = Part(equations="common : 1", regular=(blink,))
    joint = Draw("beta", (1, 5), 0.01)
    return Circuit(
        name="trains",
        neuron="none",
        parameters=Parameters(),
        dt=DT,
        step=STEP,
        groups=(extend(modulator, flash), *groups),
        connections=tuple(each.connection(*all_to_all(n, n), joint) for each in rules),
        signals={"k": 0.0, "sleep": 0.0},
        max_steps=256,
    )
