"""The tables that `benchmarks.amygdala` prints."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

PHASES = ("awake", "asleep", "recall")


def loop_speed(rows: list[dict[str, Any]], variant: str, phase: str) -> float:
    """Return the speed of a loop."""
    return next(r["loop_x"] for r in rows if (r["variant"], r["phase"]) == (variant, phase))


def show(report: dict[str, Any]) -> None:
    """Print the measurements."""
    console, rows = Console(width=130), report["rows"]
    load = ", ".join(f"{x:.1f}" for x in report["load"])
    console.print(f"{report['cores']} cores, load at the end of the circuit's runs {load}")
    table = Table("phase", "variant", "biology s", "loop x", "run x", "CPU x", "M events/s", "spikes/s", "MB", "ratio")
    for r in sorted(rows, key=lambda r: PHASES.index(r["phase"])):
        speeds = (f"{r[k]:.3g}" for k in ("biological_s", "loop_x", "run_x", "cpu_x"))
        ratio = loop_speed(rows, "event", r["phase"]) / r["loop_x"]
        others = (f"{r['events_per_s'] / 1e6:.1f}", f"{r['spikes_per_s']:.0f}", f"{r['peak_memory_mb']:.0f}")
        table.add_row(r["phase"], r["variant"], *speeds, *others, f"{ratio:.2f}")
    console.print(table)
    table = Table("build", "generate s", "compile s", "from the cache s")
    for b in report["builds"]:
        table.add_row(
            b["variant"], *("-" if b[k] is None else f"{b[k]:.2f}" for k in ("generate_s", "compile_s", "cached_s"))
        )
    console.print(table)
    asleep = next(r["biological_s"] for r in rows if (r["variant"], r["phase"]) == ("event", "asleep"))
    console.print(f"A night of {asleep:.1f} s takes {report['night_s']:.1f} s, all included.")
    if "lives" in report:
        lives = report["lives"]
        console.print({f"{name}, one seed": f"{seconds:.0f} s" for name, seconds in lives["seed_s"].items()})
        console.print(f"Two seeds at once: {lives['throughput']:.2f} x the throughput of one.")
    if "rate_model" in report:
        table = Table("ms per step of 100 ms", "rate model (NumPy)", "spiking, loop", "spiking, run")
        for name, times in report["rate_model"].items():
            table.add_row(name, *(f"{x:.1f}" for x in times.values()))
        console.print(table)
    if "flags" in report:
        table = Table("fast-math against plain -O3", "fear differs by", "spike counts by", "speed ratio")
        for name in PHASES:
            f = report["flags"][name]
            table.add_row(
                name,
                f"{f['fear_difference']:.3g}",
                f"{f['spike_count_change']:.2%} ({f['of']})",
                f"{f['speed_ratio']:.2f}",
            )
        console.print(table)
