"""A run described by a TOML file: the options of ``engrams run`` by name, and tables of parameters.

For example::

    protocol = "renewal"
    seeds = 10
    neuron = "AdEx"
    manipulate = ["night*: silence HIP"]

    [options]
    design = "ABA"

    [parameters.hippocampus]
    tau_trace = "20*second"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from spiking_engrams.errors import ParameterError, check_known, said
from spiking_engrams.experiment.trust import foreign

type Kind = tuple[str, type]
TEXT: Kind = ("a text", str)
NUMBER: Kind = ("a whole number", int)
FLAG: Kind = ("true or false", bool)
TEXTS: Kind = ("a list of texts", list)
KEYS = {
    "protocol": TEXT, "target": TEXT, "threads": NUMBER, "neuron": TEXT, "seed": NUMBER, "seeds": NUMBER,
    "preset": TEXT, "images": TEXT, "idx": TEXT, "manipulate": TEXTS, "control": TEXTS, "fresh": FLAG,
}  # fmt: skip
TABLES = {"options": "protocol.", "parameters": ""}  # with the prefix of their names in --set


def completed(context: typer.Context, path: Path | None) -> dict[str, Any]:
    """Return the options of a command, with those not given taken from a file; changes from the file come first.

    Raises
    ------
    ParameterError
        If the file names Python code that is neither installed nor trusted, or parameters while a preset is given.
    """
    given = dict(context.params)
    if path is None:
        return given
    found = read(path)
    changes = found.pop("set_")
    unset = {name: value for name, value in found.items() if not _is_given(context, name)}
    if not given["trust"]:
        _check_trust(path, unset)
    if _is_given(context, "preset") and not all(text.startswith("protocol.") for text in changes):
        raise ParameterError(f"'{path}' sets parameters, which override --preset; remove its table [parameters].")
    if _is_given(context, "images") or _is_given(context, "idx"):
        changes = [text for text in changes if not text.startswith(("protocol.images=", "protocol.idx="))]
    return {**given, **unset, "set_": [*changes, *(given["set_"] or [])]}


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _check_trust(path: Path, unset: Mapping[str, Any]) -> None:
    if found := foreign(**{name: unset[name] for name in ("protocol", "neuron") if name in unset}):
        raise ParameterError(
            f"'{path}' needs Python code that is not part of this installation: {', '.join(found)}. It was not run. If "
            "you know and trust it, add --trust."
        )


def read(path: Path) -> dict[str, Any]:
    """Return the contents of a file, by the names of the parameters of ``run``.

    Raises
    ------
    ParameterError
        If it cannot be read, or a key or value is not allowed.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as problem:
        raise ParameterError(f"The --config file '{path}' cannot be read ({said(problem)}).") from problem
    found: dict[str, Any] = {"set_": []}
    for name, value in data.items():
        check_known(f"entry of '{path}'", name, [*KEYS, *TABLES])
        if name in TABLES:
            found["set_"] += [f"{TABLES[name]}{field}={each}" for field, each in _flat(path, name, value)]
        else:
            found[name] = _checked(path, name, value)
    return found


def _checked(path: Path, name: str, value: Any) -> Any:
    words, kind = KEYS[name]
    texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    if type(value) is not kind or not all(isinstance(each, str) and each for each in texts):
        raise ParameterError(f"'{path}': {name} is {value!r}; allowed is {words}.")
    return value


def _flat(path: Path, where: str, table: Any) -> Iterator[tuple[str, Any]]:
    """Yield dotted names and values of a table of numbers, texts and lists of numbers."""
    if not isinstance(table, Mapping):
        raise ParameterError(f"'{path}': {where} is {table!r}; it must be a table, such as [{where}].")
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", each) for inner, each in _flat(path, f"{where}.{name}", value))
        elif isinstance(value, str | int | float):
            yield name, value
        elif isinstance(value, list) and all(isinstance(each, int | float) for each in value):
            yield name, " ".join(map(str, value))
        else:
            raise ParameterError(
                f"'{path}': {where}.{name} is {value!r}; allowed is a number, a text or a list of numbers."
            )
