"""JSON data: conversion, canonical text, digests, and strict reading. Imports no simulator."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

MAX_DEPTH = 64  # maximum nesting of data that are read


def plain(value: Any) -> Any:
    """Convert `value` to JSON types: dict with text keys, list, text, int, float, bool, None.

    NumPy scalars and arrays become numbers and lists, tuples become lists, and paths become text. JSON has no NaN
    and no infinity: NaN becomes None (null), and infinities become "Infinity" and "-Infinity", which `float` reads.

    Raises
    ------
    TypeError
        For anything else; the message names the type.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(
        f"{value!r} is a {type(value).__name__}, which JSON cannot hold; give numbers, texts, lists or dicts"
    )


def canonical_json(value: Any) -> str:
    """Return the canonical JSON text of `value` (sorted keys, no spaces), for digests."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the BLAKE2b digest of JSON data without their entry ``digest``, as 64 hexadecimal digits."""
    return text_digest(canonical_json({name: value for name, value in data.items() if name != "digest"}))


def text_digest(text: str) -> str:
    """Return the BLAKE2b digest of a text, as 64 hexadecimal digits."""
    return hashlib.blake2b(text.encode(errors="backslashreplace"), digest_size=32).hexdigest()


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON data with their digest added as the entry ``digest``."""
    return {**{name: value for name, value in data.items() if name != "digest"}, "digest": digest_of(data)}


def is_intact(data: Mapping[str, Any]) -> bool:
    """Return whether data match their digest; data without one (older files) count as intact."""
    return "digest" not in data or data["digest"] == digest_of(data)


def parsed_json(text: str) -> Any:
    """Return the data of a JSON text.

    Raises
    ------
    ValueError
        If it is not JSON, is nested deeper than 64, or holds NaN, an infinity or a lone surrogate.
    """

    def refuse(name: str) -> None:
        raise ValueError(f"it holds {name}, which JSON does not allow")

    data = json.loads(text, parse_constant=refuse)
    waiting = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            value.encode()
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError("it holds a number that is too large")
        elif isinstance(value, dict | list):
            if depth == MAX_DEPTH:
                raise ValueError(f"it is nested deeper than {MAX_DEPTH}")
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            waiting += [(each, depth + 1) for each in inner]
    return data
