"""Import Brian2 without side effects: hooks, warnings and interrupts stay Python's, and /tmp stays empty.

Brian2 takes over `sys.excepthook` (and reports every uncaught error of a script as a bug of its own), the display of
warnings and Ctrl-C (which then ends a phase early as if it were complete), and writes log files. Importing this
library calls `install` before Brian2 is imported; logging settings in Brian2's preference files still apply.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import logging
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from spiking_engrams.errors import EngramError, said

PACKAGE, LOGGER = "brian2", "brian2.utils.logger"
PREFERENCES = "~/.brian/user_preferences and ./brian_preferences"


def install() -> None:
    """Watch for the import of Brian2; undo its changes if it is already imported."""
    if PACKAGE in sys.modules:
        _undo(sys.__excepthook__)
    elif not any(isinstance(each, _Finder) for each in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finder of Brian2 and its logger that wraps their usual loaders in `_Loader`."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if name not in (PACKAGE, LOGGER):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(name, spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Loader that runs a module of Brian2 and undoes its side effects."""

    def __init__(self, name: str, inner: Any):
        self._name = name
        self._inner = inner

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._inner, attribute)

    def create_module(self, spec: Any) -> ModuleType | None:
        module: ModuleType | None = self._inner.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._inner
        if module.__spec__ is not None:
            module.__spec__.loader = self._inner
        if self._name == LOGGER:
            self._inner.exec_module(module)
            preferences: Any = module.prefs
            preferences["logging.file_log"] = preferences["logging.save_script"] = False
            return
        hook, handler = sys.excepthook, signal.getsignal(signal.SIGINT)
        try:
            self._inner.exec_module(module)
        except EngramError:
            raise
        except Exception as error:
            raise EngramError(
                f"Brian2 cannot be imported: {type(error).__name__}: {said(error)}. Check its preferences "
                f"({PREFERENCES}) and the environment variable MPLBACKEND, or reinstall it."
            ) from error
        _undo(hook, handler)


def _undo(hook: Any, handler: Any = None) -> None:
    """Restore the handling of exceptions, warnings and interrupts from before Brian2."""
    if getattr(sys.excepthook, "__module__", "") == LOGGER:
        sys.excepthook = hook
    if getattr(warnings.showwarning, "__module__", "") == logging.__name__:
        logging.captureWarnings(False)
    taken = signal.getsignal(signal.SIGINT)
    if type(taken).__module__ == PACKAGE and threading.current_thread() is threading.main_thread():
        before = getattr(taken, "previous_handler", None) if handler is None else handler
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
