"""Speed and memory of the amygdala circuit, per phase (awake, asleep, recall), on one thread.

Compares, in one run on one machine, from the same animal at the start of each phase:

- event: the circuit as it is, compiled (cpp)
- clock: the same circuit with every plastic trace stepped in every time step, compiled
- runtime: the circuit in this process (Brian2's runtime device)
- rate: a step of the published rate model in NumPy (`benchmarks.rate_model`), which is 100 ms of biology

Columns. Speeds are biological seconds per second: of the time loop (for runtime, without the code generation at its
start), of the whole run with everything before and after the loop, and per CPU second. A synaptic event is a
presynaptic spike at one of its synapses (its effect, and presynaptic learning) or a postsynaptic spike at a plastic
one; changes of kappa ("gate" events) and the steps of clocked synapses are not counted. Memory is the peak of the
process that simulates: for cpp, the larger of the program's and of this process's when it started the program. The
ratio is the loop speed of event over that of the row. Of `--repeats` runs, the one with the fastest loop counts. The
clock and runtime forms run only the first second of a phase (`--reference-steps`).

Run from the root of the repository, on an idle machine for reliable numbers::

    python -m benchmarks.amygdala    # about ten minutes, most of it compiling for runtime
    python -m benchmarks.amygdala --quick --skip-runtime --out benchmark.json
    python -m benchmarks.amygdala --flags        # -ffast-math against plain -O3 as well
    python -m benchmarks.amygdala --lives        # one seed of R8, R7 and R3, and two seeds at once; 15 minutes
    SPIKING_ENGRAMS_CACHE=$(mktemp -d) python -m benchmarks.amygdala    # builds from scratch
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import amygdala_lives, rate_model
from benchmarks.amygdala_tables import loop_speed, show
from networks.amygdala import Parameters, build, random_context
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Cost, Simulation
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State
from spiking_engrams.targets import build_key

PLAIN_FLAGS = tuple(flag for flag in build_key.FLAGS if "math" not in flag)
N_CONTEXTS = 3
STARTS: dict[str, State | None] = {"awake": None}  # filled by the first variant
FOLLOWING = {"awake": "asleep", "asleep": "recall", "recall": "end"}


def main() -> None:
    """Run the requested measurements, and print and write them."""
    options = _options()
    circuit = build()
    phases = _phases(circuit, 15 if options.quick else 60, 50 if options.quick else 165)
    rows: list[dict[str, Any]] = []
    builds: list[dict[str, Any]] = []
    _, recordings = _measure("event", circuit, "cpp", phases, rows, builds, repeats=options.repeats)
    if not options.skip_clock:
        clock = build(Parameters(trace_form="clock"))
        short = _first(phases, options.reference_steps)
        _measure("clock", clock, "cpp", short, rows, builds, circuit, options.repeats)
    if not options.skip_runtime:
        _measure("runtime", circuit, "runtime", _first(phases, options.reference_steps), rows, builds)
    report: dict[str, Any] = {"load": os.getloadavg(), "cores": os.cpu_count(), "rows": rows, "builds": builds}
    if options.flags:
        report["flags"] = _compare_flags(circuit, options.repeats, phases, rows, builds, recordings)
    if not options.skip_rate:
        report["rate_model"] = _rate_model(rows, float(circuit.parameters.time.step))  # type: ignore[attr-defined]
    report["night_s"] = next(r["run_s"] for r in rows if (r["variant"], r["phase"]) == ("event", "asleep"))
    if options.lives:
        report["lives"] = amygdala_lives.measure(options.quick)
    show(report)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short phases")
    for name in ("runtime", "clock", "rate"):
        parser.add_argument(f"--skip-{name}", action="store_true", help=f"do not measure {name}")
    parser.add_argument("--flags", action="store_true", help="compare -ffast-math with plain -O3")
    parser.add_argument("--lives", action="store_true", help="whole protocols as well")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each phase; the fastest counts (2)")
    parser.add_argument("--reference-steps", type=int, default=10, help="steps that clock and runtime run (10)")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    return parser.parse_args()


def _phases(circuit: Circuit, n_wake: int, n_sleep: int) -> dict[str, Phase]:
    """Return the phases; a third of the trials in each context have a shock."""
    generator = np.random.default_rng(1)
    contexts = [random_context(circuit.parameters, generator) for _ in range(N_CONTEXTS)]
    shocks = np.where(np.arange(n_wake) % 3 == 0, 0.7, 0.0)
    make = circuit.phases
    return {
        "awake": make.perceive(contexts, [n_wake] * N_CONTEXTS, [shocks] * N_CONTEXTS, "awake"),
        "asleep": make.sleep(n_sleep, "asleep"),
        "recall": make.recall(contexts[0]),
    }


def _first(phases: dict[str, Phase], n_steps: int) -> dict[str, Phase]:
    """Return the first steps of every phase."""
    return {name: phase.part(0, min(n_steps, phase.n_steps)) for name, phase in phases.items()}


def _measure(
    variant: str,
    circuit: Circuit,
    target: str,
    phases: dict[str, Phase],
    rows: list[dict[str, Any]],
    builds: list[dict[str, Any]],
    event_form: Circuit | None = None,
    repeats: int = 1,
) -> tuple[Simulation, dict[str, Recording]]:
    """Run every phase and append a row for each; the first variant sets the starting states of the others."""
    simulation = Simulation(circuit, target)
    builds.append({"variant": variant, **_build(simulation, phases["awake"].part(0, 1))})
    recordings = {}
    for name, phase in phases.items():
        start = STARTS[name]
        if start is not None and event_form is not None:
            start = _clocked(start, event_form, circuit)
        tries = []
        for _ in range(repeats):
            simulation.cost, busy = Cost(), _cpu_s()
            end, recordings[name] = simulation.run(phase, start)
            tries.append(_row(variant, name, simulation.cost, _cpu_s() - busy))
        if variant == "event":
            STARTS[FOLLOWING[name]] = end
        row = min(tries, key=lambda r: r["loop_s"])
        if simulation.target == "runtime":
            _without_start(row, simulation, phase.part(0, 1), start)
        n_events = _events(event_form or circuit, recordings[name])
        spikes = sum(len(index) for _, index in recordings[name].spikes.values())
        row |= {
            "events_per_s": n_events / row["biological_s"] * row["loop_x"],
            "spikes_per_s": spikes / row["biological_s"],
        }
        rows.append(row)
    return simulation, recordings


def _build(simulation: Simulation, first: Phase) -> dict[str, Any]:
    """Return the time to build in s: from scratch (measured when it happened) and from the cache."""
    simulation.build()
    started = time.perf_counter()
    again = Simulation(simulation.circuit, simulation.target).build()
    cached_s = time.perf_counter() - started
    manifest = getattr(again.runnable, "manifest", {})
    if simulation.target == "runtime":  # its first run compiles, unless Cython's cache has it
        simulation.run(first)
        manifest = {"compile_s": time.perf_counter() - started}
    cold = {name: manifest.get(name) for name in ("generate_s", "compile_s")}
    return {**cold, "cached_s": cached_s, "was_cached": simulation.cost.build_cached}


def _without_start(row: dict[str, Any], simulation: Simulation, first: Phase, start: State | None) -> None:
    """Subtract the loop of one step from that of a row: the runtime device generates code when it begins to run."""
    simulation.cost = Cost()
    simulation.run(first, start)
    row["loop_x"] = (row["biological_s"] - simulation.cost.biological_s) / (row["loop_s"] - simulation.cost.loop_s)


def _row(variant: str, phase: str, cost: Cost, cpu_s: float) -> dict[str, Any]:
    b = cost.biological_s
    speeds = {"loop_x": b / cost.loop_s, "run_x": b / cost.run_s, "cpu_x": b / cpu_s}
    return {"phase": phase, "variant": variant, **dataclasses.asdict(cost), "cpu_s": cpu_s, **speeds}


def _cpu_s() -> float:
    """Return CPU seconds of this process and its finished children."""
    return sum(os.times()[:4])


def _events(circuit: Circuit, recording: Recording) -> int:
    """Count synaptic events; in every variant those of the event form."""
    sizes = {group.name: group.size for group in circuit.groups}
    counts = {n: np.bincount(i, minlength=sizes[n]) for n, (_, i) in recording.spikes.items()}
    total = 0
    for c in circuit.connections:
        total += int(counts[c.source] @ np.bincount(c.i, minlength=sizes[c.source]))
        if c.on_post:
            total += int(counts[c.target] @ np.bincount(c.j, minlength=sizes[c.target]))
    return total


def _clocked(state: State, event: Circuit, clock: Circuit) -> State:
    """Return the same animal for the clocked form, whose traces are not divided by a shared decay.

    This holds at the end of a phase, where every kappa is 0 and joint traces equal their stored form.
    """
    values = dict(state.values)
    for group in event.groups:
        for scale, names in group.shared_scales.items():
            factor = values[f"{group.name}.{scale}"]
            values |= {name: values[name] * factor for name in names}
            values[f"{group.name}.{scale}"] = np.ones(1)
    return dataclasses.replace(
        state,
        values=values,
        circuit_digest=clock.digest,
        structure_digest=clock.structure_digest,
        parameters=clock.parameters.to_dict(),
    )


def _compare_flags(
    circuit: Circuit,
    repeats: int,
    phases: dict[str, Phase],
    rows: list[dict[str, Any]],
    builds: list[dict[str, Any]],
    fast: dict[str, Recording],
) -> dict[str, Any]:
    """Measure plain -O3, and how it changes fear and the spikes of every population."""
    kept, build_key.FLAGS = build_key.FLAGS, PLAIN_FLAGS
    try:
        _, plain = _measure("plain -O3", circuit, "cpp", phases, rows, builds, repeats=repeats)
    finally:
        build_key.FLAGS = kept
    result: dict[str, Any] = {"flags": [kept, PLAIN_FLAGS]}
    for name in phases:
        fear = [r[name].traces["modulator.fear"] for r in (fast, plain)]
        counts = [{n: len(i) for n, (_, i) in r[name].spikes.items()} for r in (fast, plain)]
        change = {n: abs(a - counts[1][n]) / max(a, counts[1][n], 1) for n, a in counts[0].items()}
        worst = max(change, key=lambda n: change[n])
        result[name] = {
            "fear_difference": float(np.max(np.abs(fear[0] - fear[1]))),
            "spike_count_change": change[worst],
            "of": worst,
            "speed_ratio": loop_speed(rows, "event", name) / loop_speed(rows, "plain -O3", name),
        }
    return result


def _rate_model(rows: list[dict[str, Any]], step: float) -> dict[str, Any]:
    """Return step times of the rate model and of the spiking circuit, in ms per 100 ms of biology."""
    measured, event = rate_model.measure(40), {r["phase"]: r for r in rows if r["variant"] == "event"}
    spiking = {phase: {k: 1e3 * step / r[k] for k in ("loop_x", "run_x")} for phase, r in event.items()}
    names = {"awake": "wake_ms", "asleep": "sleep_ms"}
    return {phase: {"rate_ms": measured[name], **spiking[phase]} for phase, name in names.items()}


if __name__ == "__main__":
    main()
