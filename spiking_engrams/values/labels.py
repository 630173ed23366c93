"""Labels of phases, controls and runs, which are names of files."""

from __future__ import annotations

import re
from typing import Any

LABEL = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,239}")  # with an ending a name of a file


def is_label(value: Any) -> bool:
    """Whether a value can label a phase, a control or a run, which makes it the name of a file."""
    return isinstance(value, str) and LABEL.fullmatch(value) is not None
