"""Give stored summaries of before metrics had conditions their present form.

::

    python -m benchmarks.convert_summaries SUMMARY ...

Numbers stay as they are; rows of claims are made again from them and must come out as they did.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks import amygdala_metric_names, image_metric_names
from spiking_engrams.experiment.protocol import load_protocol
from spiking_engrams.files.storage import read_json, write_json_atomic
from spiking_engrams.runs.formats import number
from spiking_engrams.runs.metrics import Metric, written
from spiking_engrams.runs.phenomena import evaluate
from spiking_engrams.runs.rows import NOT_RUN, TOO_FEW, VERDICTS, Row


def main() -> None:
    """Convert the summaries that were named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path)
    for path in parser.parse_args().paths:
        data = read_json(path)
        sealed = data.pop("digest", None) is not None
        write_json_atomic(path, reproduction(data) if "runs" in data else converted(data), seal=sealed)
        Console().print(str(path))


def reproduction(data: dict[str, Any]) -> dict[str, Any]:
    """Return a reproduction with named conditions."""
    runs = {name: converted(run) for name, run in data["runs"].items()}
    rows = [{**row, "protocol": name} for name, run in runs.items() for row in run["phenomena"]]
    return data | {"rows": rows, "runs": runs}


def converted(data: dict[str, Any]) -> dict[str, Any]:
    """Return a summary with named conditions; ValueError if a row of its table comes out otherwise."""
    if all("metric" in entry for entry in data["metrics"].values()):
        return data
    protocol = load_protocol(data["protocol"])
    names = amygdala_metric_names if protocol.network == "amygdala" else image_metric_names
    metrics: dict[Metric, dict[str, Any]] = {}
    for name, entry in data["metrics"].items():
        new, conditions = names.convert(data["protocol"], name)
        key = Metric.of(new, **conditions)
        if key in metrics:
            raise ValueError(f"{name} and another metric are both {key}")
        metrics[key] = written(key) | entry
    values = {key: np.array([number(each) for each in entry["values"]]) for key, entry in metrics.items()}
    units = {key: entry["unit"] for key, entry in metrics.items()}
    rows = evaluate(protocol.phenomena, values, units)
    former = {row["id"]: row for row in data["phenomena"]}
    rows = [settled(row, former) for row in rows if row.unasked != NOT_RUN or row.id in former]
    lost = [row["id"] for row in former.values() if row.get("unasked") != NOT_RUN]
    if lost:
        raise ValueError(f"no row for {lost}")
    phenomena = [{name: value for name, value in row.to_dict().items() if name != "protocol"} for row in rows]
    return data | {"metrics": {str(key): entry for key, entry in metrics.items()}, "phenomena": phenomena}


def settled(row: Row, former: dict[str, Any]) -> Row:
    """Return a row whose former one, which is taken out, said the same."""
    images = row.conditions.get("images", row.conditions.get("design", ""))
    known = (row.id, f"{row.id}.{images}", f"{images}.{row.id}", f"{images.upper()}.{row.id}")
    before = former.pop(next(each for each in known if each in former))
    verdict = before.get("unasked") or VERDICTS[before["passed"]]
    same_value = (
        row.value == before["value"]
        or before["value"].startswith((before["measured"] or "-", "not measured"))
        or TOO_FEW in verdict
    )
    if verdict != row.verdict and row.verdict == TOO_FEW:  # of before runs said their size
        row = Row.from_dict(row.to_dict() | {"passed": before["passed"], "unasked": "", "value": row.measured})
    elif verdict != row.verdict or not same_value:
        raise ValueError(f"{row.full_id}: '{row.value}' {row.verdict}, before '{before['value']}' {verdict}")
    return row


if __name__ == "__main__":
    main()
