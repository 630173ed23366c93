"""Module names of version 0.1: scripts that import them still run, with a DeprecationWarning."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType

ROOMS = {
    "analysis": "engram metrics replay replay_events",
    "experiment": "session",
    "files": "cache storage",
    "interventions": "manipulation",
    "neurons": "calibration",
    "programs": "program",
    "report": "figures plots",
    "runs": "phenomena run_folder",
    "state": "recording",
}
HOMES = {f"spiking_engrams.{n}": f"spiking_engrams.{room}.{n}" for room, names in ROOMS.items() for n in names.split()}


def install(home: Callable[[str], str | None] = HOMES.get, script: Callable[[str], str] | None = None) -> None:
    """Make former module names importable; they are looked up after all others.

    Parameters
    ----------
    home
        Returns the current module for a former name, or None.
    script
        Returns what ``python -m NAME`` runs; the module's own code by default.
    """
    sys.meta_path.append(_Finder(home, script))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, home: Callable[[str], str | None], script: Callable[[str], str] | None):
        self.home, self.script = home, script

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        found = self.home(name)
        return importlib.machinery.ModuleSpec(name, _Loader(found, self.script)) if found else None


class _Loader(importlib.abc.InspectLoader):
    def __init__(self, home: str, script: Callable[[str], str] | None):
        self.home, self.script = home, script

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        warnings.warn(f"{spec.name} is now {self.home}", DeprecationWarning, stacklevel=2)
        return importlib.import_module(self.home)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module ran when it was imported."""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.get_source(fullname), fullname, "exec")

    def get_source(self, fullname: str) -> str:
        return self.script(fullname) if self.script else f"import {self.home}"
