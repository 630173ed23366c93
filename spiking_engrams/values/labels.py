"""Labels of phases, controls and runs, which also serve as file names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from spiking_engrams.errors import EngramError

LABEL = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,239}")  # with a suffix, a file name


def is_label(value: Any) -> bool:
    """Return whether a value can label a phase, a control or a run, and so serve as a file name."""
    return isinstance(value, str) and LABEL.fullmatch(value) is not None


def checked_label(label: Any, error: type[EngramError]) -> str:
    """Return a label if it can serve as a file name; otherwise raise `error`."""
    if not is_label(label):
        raise error(f"'{label}' cannot label a phase: use letters, digits and _ . + -, for example 'extinction_01'.")
    return str(label)


def few(names: Iterable[str], most: int = 8) -> str:
    """Return the first names, separated by commas, and how many more there are."""
    names = list(names)
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join(names[:most] + more)
