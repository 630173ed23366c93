"""A user's Brian2 preferences may change results: they are set aside while circuits and models run in process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from brian2 import prefs

OURS = ("codegen.target", "codegen.runtime.", "core.stop_on_keyboard_interrupt", "logging.")  # preferences kept


@contextlib.contextmanager
def default_preferences() -> Iterator[None]:
    """Reset Brian2's preferences to their defaults within the context, except for those in `OURS`."""
    theirs = {name: prefs[name] for name in prefs if not name.startswith(OURS)}
    defaults = {name: _default(name) for name in theirs}
    changed = {name: value for name, value in theirs.items() if value != defaults[name]}
    try:
        for name in changed:
            prefs[name] = defaults[name]
        yield
    finally:
        for name, value in changed.items():
            prefs[name] = value


def _default(name: str) -> Any:
    section, _, last = name.rpartition(".")
    return prefs.pref_register[section][0][last].default
