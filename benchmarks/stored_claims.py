"""State the claims of stored summaries anew, after their wording or their checks have changed; nothing is simulated.

Rewrites `summary.json` of every run in results/reference, and the rows of reproduction.json and neurons/*.json with
the tables made from them. A summary stays as it is if the outcome of a check would change, as where an old run lacks a
metric that the check now reads: run it again. ``--join OUT`` joins runs of other seeds of one protocol::

    python -m benchmarks.stored_claims
    python -m benchmarks.stored_claims --join OUT/summary.json RUN/summary.json RUN/summary.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.analysis.metrics import summary as over_seeds
from spiking_engrams.errors import RunFolderError
from spiking_engrams.experiment.protocol import load_protocol
from spiking_engrams.files.storage import read_json, write_json_atomic, write_text_atomic
from spiking_engrams.runs.formats import SUMMARY, read
from spiking_engrams.runs.metrics import Metric, Metrics, read_metric, written
from spiking_engrams.runs.phenomena import evaluate
from spiking_engrams.runs.rows import Row, as_csv, as_markdown

REFERENCE = Path(__file__).parents[1] / "results" / "reference"
Summary = dict[str, Any]


def main() -> None:
    """State all claims anew, or join summaries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--join", type=Path, metavar="OUT", help="file for the joined summary")
    parser.add_argument("summaries", type=Path, nargs="*")
    options = parser.parse_args()
    if options.join:
        write_json_atomic(options.join, joined([_read(path) for path in options.summaries]), seal=True)
        return
    for path in sorted(REFERENCE.rglob("summary.json")):
        before = _read(path)
        after = joined([before])
        if changed := outcomes(before) - outcomes(after):
            sys.stderr.write(f"{path} stays as it is: another outcome of {sorted(name for name, *_ in changed)}\n")
        else:
            write_json_atomic(path, after, seal=True)
    for path in (REFERENCE / "reproduction.json", *sorted((REFERENCE / "neurons").glob("*.json"))):
        state_table(path)


def _read(path: Path) -> Summary:
    return read(path, SUMMARY, "give the summary.json of a run")


def outcomes(run: Summary) -> set[tuple[str, str, bool | None]]:
    """Return the name, conditions and outcome of each claim of a run."""
    return {(row["id"], str(row.get("conditions", {})), row["passed"]) for row in run["phenomena"]}


def state_table(path: Path) -> None:
    """State the rows of a reproduction anew from the metrics of its runs, and write its tables."""
    data = read_json(path)
    rows = [row for name, run in data["runs"].items() for row in stated(run, *_measured([run]), name)]
    data["rows"] = [row.to_dict() for row in rows]
    write_json_atomic(path, {name: value for name, value in data.items() if name != "digest"}, seal="digest" in data)
    write_text_atomic(path.with_suffix(".md"), as_markdown(rows))
    if path.with_suffix(".csv").exists():
        write_text_atomic(path.with_suffix(".csv"), as_csv(rows))


def stated(run: Mapping[str, Any], metrics: Metrics, units: Mapping[Metric, str], name: str = "") -> list[Row]:
    """Return the rows of the claims of a run's protocol."""
    return evaluate(load_protocol(run["protocol"]).phenomena, metrics, units, name)


def joined(runs: Sequence[Summary]) -> Summary:
    """Return one summary of runs of one protocol with different seeds, its claims evaluated over all of these.

    Raises
    ------
    RunFolderError
        When a seed occurs twice, or runs are of different protocols, networks, neuron models or targets.
    """
    same = ("format_version", "protocol", "network", "neuron", "target")
    seeds, interventions = [seed for run in runs for seed in run["seeds"]], runs[0].get("interventions", [])
    differ = any(run[name] != runs[0][name] for run in runs for name in same)
    if differ or len(set(seeds)) < len(seeds) or any(run.get("interventions", []) != interventions for run in runs):
        raise RunFolderError(
            "Runs to join share a seed, or differ in protocol, network, neuron, target or manipulation."
        )
    metrics, units = _measured(runs)
    found = {}
    for metric, values in metrics.items():
        each = over_seeds(values)
        found[str(metric)] = {
            **written(metric), "unit": units[metric], "values": values, "mean": each.mean, "sd": each.sd,
            "interval": list(each.interval),
        }  # fmt: skip
    names = {metric.name for metric in metrics}
    meanings = {n: text for n, text in load_protocol(runs[0]["protocol"]).meanings.items() if n in names}
    rows = [{name: value for name, value in row.to_dict().items() if name != "protocol"}
            for row in stated(runs[0], metrics, units)]  # fmt: skip
    return {
        **{name: runs[0][name] for name in same}, "seeds": sorted(seeds), "interventions": interventions,
        "metrics": found, "meanings": meanings, "phenomena": rows,
        "cost": _cost([run["cost"] for run in runs]),
    }  # fmt: skip


def _measured(runs: Sequence[Mapping[str, Any]]) -> tuple[Metrics, dict[Metric, str]]:
    """Return the values of metrics over the seeds of all runs, in the order of seeds, and their units."""
    order = np.argsort([seed for run in runs for seed in run["seeds"]])
    units = {read_metric(key, entry): entry["unit"] for run in runs for key, entry in run["metrics"].items()}
    values = {}
    for metric in units:
        none = {"values": None}
        found = [run["metrics"].get(str(metric), none)["values"] or [None] * len(run["seeds"]) for run in runs]
        values[metric] = np.array([value for each in found for value in each], dtype=float)[order]
    return Metrics(values), units


def _cost(costs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what runs cost together, with the keys of the first."""
    total = {name: sum(cost[name] for cost in costs) for name in ("build_s", "run_s", "biological_s")}
    total["peak_memory_mb"] = max(cost["peak_memory_mb"] for cost in costs)
    total["build_cached"] = all(cost.get("build_cached", False) for cost in costs)
    return {name: total[name] for name in costs[0] if name in total}


if __name__ == "__main__":
    main()
