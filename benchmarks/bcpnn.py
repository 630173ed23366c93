"""Cost of one BCPNN projection by the form of its joint traces: event-driven, or stepped on a clock.

Compares three forms on one thread of a compiled program, with a tenth of the cells on either side active at 50 Hz
(each firing regularly, with a phase of its own and a rate within some 4 %), kappa = 1 and the weights transmitted:

- event: closed form on spikes (`spiking_engrams.synapses.bcpnn`), exact
- clock: every synapse stepped in every 1 ms time step (the reference form of the same module)
- slow clock: every synapse stepped every 10 ms from the traces Z at that moment, an inexact sampling

The cost is the time of the loop minus that of the same two groups with their Z traces only, per synapse and
second of biology; the error is the largest difference of a joint trace from the event form, relative to the
largest trace.

Measured on one of two shared cores at 2.6 GHz (load 2.4), 20 s of biology, the fastest of four runs:

========== ========== ==================== ======= =====
synapses   form       ns per synapse and s x event error
========== ========== ==================== ======= =====
500 x 500  event      23.6                 1.0     0
500 x 500  clock      645                  27      5e-2
500 x 500  slow clock 61                   2.6     9e-2
350 x 350  event      23.8                 1.0     0
350 x 350  clock      625                  26      5e-2
350 x 350  slow clock 63                   2.6     2e-1
========== ========== ==================== ======= =====

Here the event form takes 10 events per synapse and second, 2.4 ns each. The error of the clock, dt/tau_z, comes from
a sum at the ends of time steps in place of the integral.

Run from the root of the repository::

    python -m benchmarks.bcpnn [--seconds 20] [--repeats 3] [--out bcpnn.json]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import Hz, Quantity, ms, second
from rich.console import Console
from rich.table import Table

from spiking_engrams.circuit.circuit import Circuit, Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.synapses.bcpnn import AFTER_MODULATOR, BCPNN, z_trace
from spiking_engrams.synapses.currents import current
from spiking_engrams.synapses.part import extend

SIZES = (500, 350)
FORMS = ("event", "clock", "slow clock")
DT, SLOW_STEP = 1 * ms, 10 * ms
RATE, TAU_Z, TAU_P = 50 * Hz, 20 * ms, 35 * second
FLOOR, P_START = 0.025, 0.05
JITTER = 0.04  # relative standard deviation of the rates


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """Parameters of the projection."""

    size: int = field_of(500, "cells on either side", "benchmark", low=10)
    active: float = field_of(0.1, "fraction of cells that fire", "benchmark", low=0.0, high=1.0)
    rate: Quantity = field_of(RATE, "rate of an active cell", "benchmark")


def main() -> None:
    """Measure, print and write the results."""
    options = _options()
    results = [row for size in SIZES for row in _measure(size, options.seconds, options.repeats)]
    report = {"load": os.getloadavg(), "cores": os.cpu_count(), "seconds": options.seconds, "rows": results}
    console = Console()
    console.print(f"{report['cores']} cores, load {', '.join(f'{x:.1f}' for x in report['load'])}")
    table = Table("synapses", "form", "loop s", "ns per synapse and s", "x event", "error of the joint trace")
    for row in results:
        numbers = (f"{row['loop_s']:.3f}", f"{row['ns']:.1f}", f"{row['ratio']:.1f}", f"{row['error']:.1e}")
        table.add_row(f"{row['size']} x {row['size']}", row["form"], *numbers)
    console.print(table)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="biological seconds (20)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each form; the fastest counts (3)")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    return parser.parse_args()


def _measure(size: int, seconds: float, repeats: int) -> list[dict[str, Any]]:
    """Return a row for every form."""
    parameters = Parameters(size=size)
    phase = Phase("fire", round(seconds / float(SLOW_STEP)), {"kappa": 1.0})
    base, _ = _run(projection(parameters, None), phase, repeats)
    rows: list[dict[str, Any]] = []
    joints = {}
    for form in FORMS:
        loop_s, joints[form] = _run(projection(parameters, form), phase, repeats)
        error = np.max(np.abs(joints[form] - joints["event"])) / np.max(joints["event"])
        ns = 1e9 * (loop_s - base) / (size**2 * seconds)
        first = rows[0]["ns"] if rows else ns
        rows.append(
            {"size": size, "form": form, "loop_s": loop_s, "ns": ns, "ratio": ns / first, "error": float(error)}
        )
    return rows


def _run(circuit: Circuit, phase: Phase, repeats: int) -> tuple[float, np.ndarray]:
    """Return the shortest loop time and the joint traces at the end (at kappa = 0)."""
    simulation, seconds = Simulation(circuit, "cpp"), []
    for _ in range(repeats):
        simulation.cost.loop_s = 0.0
        state, _ = simulation.run(phase, record=())
        seconds.append(simulation.cost.loop_s)
    if "pre_post.q" not in state.values:
        return min(seconds), np.zeros(1)
    return min(seconds), state.values["modulator.pre_post_scale"] * state.values["pre_post.q"]


def projection(parameters: Parameters, form: str | None) -> Circuit:
    """Return a circuit of two groups of afferents and, if a form is given, the projection between them."""
    rule = BCPNN("pre_post", "pre", "post", "kappa_now", TAU_Z, TAU_P, DT, FLOOR, form=(form or "event").split()[-1])
    modulator = Group(
        name="modulator",
        size=1,
        equations="gate_changed : 1\nkappa_now : 1",
        regular=(Regular("gate_changed = 0\nkappa_now = kappa(t)*alive(t)", when="after_groups", order=-1),),
    )
    pre = extend(_afferents("pre", parameters), z_trace(TAU_Z, RATE, DT))
    post = extend(_afferents("post", parameters), z_trace(TAU_Z, RATE, DT), current("g", 30 * ms, RATE, DT))
    synapses: tuple[Connection, ...] = ()
    if form:
        modulator = extend(modulator, rule.modulator_part())
        pre, post = extend(pre, rule.source_part(P_START)), extend(post, rule.target_part(P_START))
        synapses = (_synapses(rule, parameters.size, form == "slow clock"),)
    return Circuit(
        name="bcpnn_benchmark",
        neuron="none",
        parameters=parameters,
        dt=DT,
        step=SLOW_STEP,
        groups=(modulator, pre, post),
        connections=synapses,
        signals={"kappa": 0.0},
        guard_steps=40,
    )


def _synapses(rule: BCPNN, size: int, slow: bool) -> Connection:
    """Return all-to-all synapses; `slow` ones are stepped once per step of the schedule."""
    synapses = rule.connection(*all_to_all(size, size), P_START**2, "g_post += {W}*g_jump_post")
    if not slow:
        return synapses
    code = "q += slow_gain*(Z_pre*Z_post - q)"
    stepped = Regular(code, slow=True, when="after_groups", order=AFTER_MODULATOR + 1)
    gain = {"slow_gain": 1 - np.exp(-float(SLOW_STEP / TAU_P))}
    return dataclasses.replace(synapses, regular=(stepped,), constants={**synapses.constants, **gain})


def _afferents(name: str, parameters: Parameters) -> Group:
    """Return cells, the first of which fire regularly, each with its own rate and phase."""
    rates = np.random.default_rng(parameters.size).normal(1, JITTER, parameters.size) * float(parameters.rate)
    rates[round(parameters.active * parameters.size) :] = 0
    return Group(
        name=name,
        size=parameters.size,
        equations="phase : 1\nfrequency : Hz (constant)",
        threshold="phase < frequency*dt and frequency > 0*Hz and alive(t) > 0.5",
        regular=(Regular("phase = phase + frequency*dt\nphase = phase - int(phase >= 1)", when="groups"),),
        initial={
            "phase": Draw("uniform", (0, 1)),
            "frequency": rates,
        },
    )


if __name__ == "__main__":
    main()
