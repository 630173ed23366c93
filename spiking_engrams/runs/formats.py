"""The JSON files of run folders: what each holds, checked when it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spiking_engrams.errors import RunFolderError
from spiking_engrams.files.storage import read_sealed, read_versioned
from spiking_engrams.values.labels import is_label
from spiking_engrams.values.schema import (
    AMOUNT,
    COUNT,
    DATA,
    FLAG,
    NAME,
    OBJECT,
    OUTCOME,
    POSITIVE,
    SHOWN,
    TEXT,
    VALUE,
    Each,
    Kind,
    Mismatch,
    are_distinct,
    check,
    is_text,
    is_whole,
    one_of,
)

FORMAT_VERSION = 1
MAX_SEEDS = 100_000  # of a run
TARGETS = ("auto", "runtime", "cpp", "cuda")


def is_file_name(value: Any) -> bool:
    """Return whether a value is a string that names a file in a folder, and nothing outside it.

    Examples
    --------
    >>> is_file_name("fear.png"), is_file_name("../fear.png"), is_file_name(".hidden")
    (True, False, False)
    """
    return isinstance(value, str) and value.isprintable() and not value.startswith(".") and not {*"/\\"} & {*value}


LABEL = Kind("letters, digits and _ . + -", is_label)
FIGURE = Kind("a file name without / and \\", lambda value: is_file_name(value) and value != "")
SEEDS = Kind(
    f"a list of at most {MAX_SEEDS:,} distinct whole numbers >= 0",
    lambda v: isinstance(v, list) and 0 < len(v) <= MAX_SEEDS and are_distinct(v, is_whole),
)
PARAMETER = Kind(
    "a list of at least four texts", lambda v: isinstance(v, list) and len(v) >= 4 and all(map(is_text, v))
)
KEY = Kind("a text or null", lambda value: value is None or is_text(value))
UNASKED = one_of("", "not run", "too few")
PAIR = Kind("two numbers or null", lambda v: isinstance(v, list) and len(v) == 2 and all(map(VALUE.fits, v)))
MEASURED = Kind("three numbers", lambda v: isinstance(v, list) and len(v) == 3 and all(map(VALUE.fits, v)))

REQUEST = {
    "protocol": NAME,
    "network": NAME,
    "seeds": SEEDS,
    "options": DATA,
    "neuron?": TEXT,
    "target?": one_of(*TARGETS),
    "threads?": POSITIVE,
    "parameters?": DATA,
    "fresh?": FLAG,
    "manipulations?": [TEXT],
    "control?": Kind("the name of a control, or an empty text", lambda value: value == "" or is_label(value)),
    "controls?": Kind("a list of distinct names of controls", lambda value: are_distinct(value, is_label)),
}
COST = {"run_s": AMOUNT, "biological_s": AMOUNT, "peak_memory_mb": AMOUNT}
RUN = {
    "request": REQUEST,
    **{f"{name}?": TEXT for name in ("status", "protocol", "title", "description", "network", "neuron", "finished")},
    **{f"{name}?": TEXT for name in ("circuit_digest", "structure_digest")},
    "parameter_rows?": [PARAMETER],
    "option_rows?": [PARAMETER],
    "tables?": [{"title": TEXT, "columns": [TEXT], "rows": [[TEXT]]}],
    "provenance?": OBJECT,
    "build?": {"target?": TEXT, "build_s?": AMOUNT, "build_cached?": FLAG},
    "files?": Each(TEXT),
    "headline?": [TEXT],
}
MEASURED_AT = {"metric?": NAME, "conditions?": Each(NAME, NAME)}
METRICS = {
    "seed": COUNT,
    "metrics": Each({**MEASURED_AT, "unit": TEXT, "value": VALUE}),
    "series": Each({**MEASURED_AT, "x": [VALUE], "y": [VALUE], "x_unit": TEXT, "y_unit": TEXT}),
    "arrays?": Each({**MEASURED_AT, "unit": TEXT, "dims": [NAME], "shape": [COUNT], "values": [VALUE]}),
    "engrams?": Each(
        {"name": TEXT, "population": TEXT, "cells": [COUNT], "n": COUNT, "criterion?": TEXT, "chance?": VALUE}
    ),
    "notes?": Each([TEXT]),
    "phases": [{"label": LABEL, "key": TEXT, "kept": FLAG, "digest?": TEXT, "state?": KEY, **COST}],
    "reused_states": [{"key": TEXT, "n_phases?": COUNT, "biological_s?": AMOUNT}],
    "cost": COST,
}
ROW = {
    **dict.fromkeys(("id", "claim", "source", "reference", "value", "measured", "check"), TEXT),
    "passed": OUTCOME,
    "protocol?": TEXT,
    "unasked?": UNASKED,
    "conditions?": Each(NAME, NAME),
    "seeds_needed?": COUNT,
}
SUMMARY = {
    **dict.fromkeys(("protocol", "network", "neuron", "target"), TEXT),
    "seeds": SEEDS,
    "metrics": Each({**MEASURED_AT, "unit": TEXT, "values": [VALUE], "mean": VALUE, "sd": VALUE, "interval": PAIR}),
    "interventions?": [TEXT],
    "meanings?": Each(TEXT, NAME),
    "phenomena": [ROW],
    "cost": {**COST, "build_s": AMOUNT, "build_cached": FLAG},
}
MEMO = {"key": TEXT, "successor": TEXT, "cost": COST, "history": [TEXT], "time": AMOUNT, "kept?": FLAG}
VALUES = Each(MEASURED)
CAPTIONS = Each(TEXT, FIGURE)
REPRODUCTION = {"requests": Each(REQUEST, LABEL), "rows?": [ROW], "runs?": OBJECT, "provenance?": OBJECT}


def number(value: Any) -> float:
    """Return a number stored in JSON, where null is NaN and infinities are strings.

    Examples
    --------
    >>> number(0.5), number(None), number("Infinity")
    (0.5, nan, inf)
    """
    return float("nan") if value is None else float(value)


def read(path: Path, schema: Any, way_out: str, *, seal: bool = True) -> dict[str, Any]:
    """Return the content of a JSON file of a run.

    Parameters
    ----------
    schema
        See `schema.check`.
    way_out
        What to do when the file cannot be used.
    seal
        Whether the file must match its digest; older files have no digest, and no fields beyond those of the schema.

    Raises
    ------
    RunFolderError
        When the file is missing, damaged, changed, of another format version, or holds something else.
    """
    data = (read_sealed if seal else read_versioned)(path, FORMAT_VERSION, way_out)
    try:
        if seal and "digest" not in data and (unknown := set(data) - {"format_version"} - _names(schema)):
            raise Mismatch(unknown.pop()[:SHOWN], "unknown", ", ".join(sorted(_names(schema))))
        check(data, schema)
    except Mismatch as problem:
        is_request = problem.where.split(".")[0] == "request"
        what = "does not contain a valid request" if is_request else "is damaged"
        raise RunFolderError(f"{path} {what} ({problem}): {way_out}") from None
    return data


def _names(schema: dict[str, Any]) -> set[str]:
    return {name.removesuffix("?") for name in schema}
