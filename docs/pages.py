"""Write the pages of results, and the table in README, from the summaries of runs in results/reference.

`python docs/pages.py` writes them, `python docs/pages.py --check` says which are not current. Pages come from
templates in docs/templates, whose numbers are expressions, ``{{ mean("renewal", "fear (...)", 2) }}``.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spiking_engrams.files.storage import read_json, write_text_atomic
from spiking_engrams.runs.formats import SUMMARY, read
from spiking_engrams.runs.rows import NOT_RUN, TOO_FEW, Row, markdown_table

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "results" / "reference"
DOCS = ROOT / "docs"
TEMPLATES = DOCS / "templates"
README = ROOT / "README.md"
NEW_LINE = "<br>"
BEGIN, END = "<!-- circuits: written by docs/pages.py -->", "<!-- end of circuits -->"
MODELS = ("LIF", "AdEx", "Izhikevich")  # of recollection networks with neuron models
HOMEOSTASIS = ("on", "always", "off")  # kinds of homeostasis in the table of own images
BESIDE = {
    "named_chance": "chance",
    "named_by_pixels": "support vector machine on pixels",
    "named_by_features": "on features",
    "named_shuffled": "labels shuffled",
}
VERDICTS = {"pass": "pass", "FAIL": "**FAIL**", "reported": "reported", TOO_FEW: "too few samples"}


@cache
def summary(run: str) -> dict[str, Any]:
    """Return the summary of a run, named by its folder below results/reference."""
    found: dict[str, Any] = read(REFERENCE / run / "summary.json", SUMMARY, "give a folder of results/reference")
    return found


def metric(run: str, name: str) -> dict[str, Any]:
    """Return a metric of a run; its name with conditions is that of its summary."""
    metrics = summary(run)["metrics"]
    if name not in metrics:
        alike = [each for each in metrics if each.split(" (")[0] == name.split(" (")[0]]
        raise KeyError(f"{run} has no metric '{name}'; alike: {', '.join(alike)}")
    found: dict[str, Any] = metrics[name]
    return found


def mean(run: str, name: str, digits: int = 2) -> str:
    """Return the mean of a metric over seeds."""
    return f"{round(metric(run, name)['mean'], digits) + 0.0:.{digits}f}"  # + 0.0: no -0.00


def spread(run: str, name: str, digits: int = 2) -> str:
    """Return mean and standard deviation of a metric over seeds."""
    found = metric(run, name)
    return mean(run, name, digits) + (f" ± {found['sd']:.{digits}f}" if found["sd"] is not None else "")


def interval(run: str, name: str, digits: int = 2) -> str:
    """Return the 95 % interval of the mean."""
    return " to ".join(f"{value:.{digits}f}" for value in metric(run, name)["interval"])


def values(run: str, name: str, digits: int = 2) -> str:
    """Return the value of each seed."""
    return ", ".join("none" if value is None else f"{value:.{digits}f}" for value in metric(run, name)["values"])


def rows(*runs: str) -> list[Row]:
    """Return the claims of runs; those that a run did not measure are left out."""
    found = (Row.from_dict(row) for run in runs for row in summary(run)["phenomena"])
    return [row for row in found if row.unasked != NOT_RUN]


def claims(*runs: str) -> str:
    """Return the table of the claims of runs."""
    lines = [
        [row.full_id, row.claim, row.reference, _here(row), row.check or "", VERDICTS[row.verdict]]
        for row in rows(*runs)
    ]
    table = markdown_table(["id", "claim", "published or reference", "here", "check", "outcome"], lines)
    return table.replace("&lt;br>", NEW_LINE).rstrip()


def _here(row: Row) -> str:
    """Return what was measured, a line for each metric, without intervals."""
    text = row.value or row.measured
    if row.measured.startswith(text):
        text = re.sub(r" \[[^]]*\]", "", row.measured)
        text = re.sub(r"(?:^|(?<=; ))\w+", lambda name: name[0].replace("_", " "), text)
    return text.replace("; ", NEW_LINE)


def outcome(*runs: str) -> str:
    """Return how many of the checked claims of runs hold."""
    checked = [row for row in rows(*runs) if row.passed is not None]
    return f"{sum(bool(row.passed) for row in checked)} of {len(checked)}"


def failing(*runs: str) -> str:
    """Return the names of the claims of runs that fail."""
    return ", ".join(dict.fromkeys(f"`{row.full_id}`" for row in rows(*runs) if row.passed is False)) or "none"


def seeds(run: str) -> int:
    """Return the number of seeds of a run."""
    return len(summary(run)["seeds"])


def minutes(run: str) -> str:
    """Return how long a seed of a run took."""
    seconds = summary(run)["cost"]["run_s"] / seeds(run)
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def has(run: str, name: str) -> bool:
    """Return whether a run has a metric."""
    return name in summary(run)["metrics"]


def short(run: str, name: str) -> str:
    """Return the mean of a metric in as few digits as it has, or its range over seeds."""
    found = [value for value in metric(run, name)["values"] if value is not None]
    low, high = (f"{value:.4g}" for value in (min(found), max(found)))
    return low if low == high else f"{low} to {high}"


def memory(run: str) -> str:
    """Return the most memory that a run took."""
    return f"{summary(run)['cost']['peak_memory_mb'] / 1000:.1f} GB"


def figure(run: str, name: str, text: str) -> str:
    """Return a figure of a run, which has to exist."""
    path = REFERENCE / run / "figures" / name
    if not path.is_file():
        raise FileNotFoundError(f"{run} has no figure {name}")
    return f"![{text}]({os.path.relpath(path, DOCS / 'results')})"


def own_images() -> str:
    """Return the table of image sets that nothing was tuned on (benchmarks/own_images.py)."""
    sets = read_json(REFERENCE / "own_images" / "table.json")["sets"]
    lines = []
    for name, found in sets.items():
        naming, recall = (found.get(kind, {}) for kind in ("naming", "recall"))
        named = [_over_seeds(naming[how]["named"]) if how in naming else "" for how in HOMEOSTASIS]
        known = [", ".join(f"{n:.0f}" for n in recall[how]["identified_right"]) if how in recall else ""
                 for how in HOMEOSTASIS]  # fmt: skip
        size = next(iter((naming or recall).values()))
        title = f"{name}, seen at {size['height']} x {size['width']} pixels"
        if naming:
            beside = next(iter(naming.values()))
            other = [f"{word} {_over_seeds(beside[key])}" for key, word in BESIDE.items()]
            lines.append([title, "named", *named, NEW_LINE.join(other)])
        if recall:
            beside = next(iter(recall.values()))
            shuffled = ", ".join(f"{n:.0f}" for n in beside["identified_shuffled"])
            of = f"identified of {beside['identified_of'][0]:.0f}, each seed"
            lines.append([title, of, *known, f"couplings shuffled {shuffled}"])
    head = ["set", "measure", "homeostasis on", "every threshold set", "off", "beside"]
    return markdown_table(head, lines).replace("&lt;br>", NEW_LINE).rstrip()


def _over_seeds(found: list[float]) -> str:
    mean, sd = statistics.mean(found), statistics.stdev(found) if len(found) > 1 else 0.0
    return f"{mean:.2f}" + (f" ± {sd:.2f}" if sd >= 0.005 else "")


CIRCUITS = {
    "amygdala": [path.parent.name for path in sorted(REFERENCE.glob("*/summary.json"))],
    "naming": [  # feature_learning states claims of naming once more
        f"naming/{path.parent.name}"
        for path in sorted(REFERENCE.glob("naming/*/summary.json"))
        if not path.parent.name.endswith("feature_learning")
    ],
    "recollection": [
        f"recollection/{path.parent.name}"
        for path in sorted(REFERENCE.glob("recollection/*/summary.json"))
        if not path.parent.name.startswith(MODELS)
    ],
    "generative": [
        f"generative/{path.parent.name}" for path in sorted(REFERENCE.glob("generative/digits_*/summary.json"))
    ],
    "models": [f"recollection/{name}_image_recall" for name in MODELS],
}
NAMES = (
    mean,
    spread,
    interval,
    values,
    claims,
    outcome,
    failing,
    seeds,
    minutes,
    has,
    short,
    memory,
    figure,
    own_images,
)


def rendered() -> dict[Path, str]:
    """Return the text of every page, by path."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True)
    environment.globals.update({each.__name__: each for each in NAMES}, circuits=CIRCUITS)
    pages = {DOCS / name: environment.get_template(name).render() for name in environment.list_templates()}
    table = pages.pop(DOCS / "readme.md").strip()
    readme = README.read_text(encoding="utf-8")
    written = re.sub(f"(?s)({re.escape(BEGIN)}).*?({re.escape(END)})", lambda m: f"{m[1]}\n{table}\n{m[2]}", readme)
    return {**pages, README: written}


def outdated() -> dict[Path, str]:
    """Return the text of the pages that are not what their templates and summaries give."""
    pages = rendered().items()
    return {path: text for path, text in pages if not path.is_file() or path.read_text(encoding="utf-8") != text}


def main(arguments: list[str]) -> int:
    """Write all pages, or check them."""
    old = outdated()
    if "--check" in arguments:
        sys.stderr.write("".join(f"{path.relative_to(ROOT)} is not current\n" for path in old))
        return bool(old)
    for path, text in old.items():
        write_text_atomic(path, text)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
