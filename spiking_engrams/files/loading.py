"""Load modules by name or by path, so that a user's own file can be a protocol, a network or a neuron model.

Whatever such a file does while it runs (exit, raise, hang), the message names the file.
"""

from __future__ import annotations

import contextlib
import dis
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import NoReturn

from spiking_engrams.errors import EngramError, said

WATCH_S = 5.0  # after which a waiting user is told which file is running
PREFIX = "_engrams_"  # of the module names of users' files


def load_module(reference: str) -> ModuleType:
    """Return the module with a dotted name or a path that ends in ``.py``.

    Raises
    ------
    EngramError
        When there is no such file or module, or running it fails.
    """
    if not isinstance(reference, str) or not reference.strip():
        raise EngramError(f"{reference!r} does not name a module; give a dotted name, or a path that ends in .py.")
    return load_file(reference) if reference.endswith(".py") else _load_dotted(reference)


def load_file(
    reference: str, kind: str = "Python file", error: type[EngramError] = EngramError, once: bool = True
) -> ModuleType:
    """Run a file as a separate module, once or anew; errors of class `error` say that it should be a `kind`."""
    path = _regular(reference, kind, error)
    key = hashlib.sha256(f"{kind}|{path}".encode(errors="surrogateescape")).hexdigest()[:12]
    name = f"{PREFIX}{path.stem}_{key}"
    if once and name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise error(f"'{reference}' is not a {kind}; its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _watched(reference), _exits_raise():
            spec.loader.exec_module(module)
    except BaseException as problem:
        sys.modules.pop(name, None)
        if isinstance(problem, EngramError):
            raise
        if isinstance(problem, KeyboardInterrupt) and not _raised(problem):
            raise KeyboardInterrupt(f"while the {kind} '{reference}' was being run") from None
        line = _line_in(path, problem)
        raise error(
            f"The {kind} '{reference}' fails with {type(problem).__name__}: {said(problem)}{line}."
        ) from problem
    return module


def _regular(reference: str, kind: str, error: type[EngramError]) -> Path:
    """Return the path of a file that can be read, or raise an error that says why it cannot."""
    try:
        path = Path(reference).expanduser().resolve()
        if path.is_dir():
            raise error(f"'{reference}' is a folder, not a {kind}; name the file in it.")
        if path.is_file():
            path.open("rb").close()
            return path
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as problem:
        raise error(f"The {kind} '{reference}' cannot be read ({said(problem)}).") from problem
    if exists:
        raise error(f"'{reference}' is not a {kind} but something special, such as a pipe.")
    raise error(f"There is no {kind} '{reference}' (looked in {Path.cwd()}); check the path.")


def _load_dotted(reference: str) -> ModuleType:
    try:
        if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", reference):
            raise ModuleNotFoundError(name=reference)
        return importlib.import_module(reference)
    except ModuleNotFoundError as problem:
        if problem.name is None or not f"{reference}.".startswith(f"{problem.name}."):
            place = _place(str(problem.name).partition(".")[0])
            raise EngramError(f"The module '{reference}' cannot be imported: {said(problem)}{place}.") from problem
        place = _place(reference.partition(".")[0])
        raise EngramError(
            f"There is no module '{reference}'{place}; was it renamed, or another version installed?"
        ) from problem
    except (EngramError, MemoryError):
        raise
    except (Exception, SystemExit) as problem:
        raise EngramError(
            f"The module '{reference}' fails with {type(problem).__name__}: {said(problem)}."
        ) from problem


def _place(package: str) -> str:
    """Return the location of a package in use; a folder of the same name may have been imported instead."""
    found = getattr(sys.modules.get(package), "__path__", ())
    return f" (the package '{package}' in use is {', '.join(map(str, found))})" if found else ""


@contextlib.contextmanager
def _watched(reference: str) -> Iterator[None]:
    """Report on stderr which file is still running after a while."""

    def tell() -> None:
        if sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write(f"engrams: still running '{reference}' (import); Ctrl-C ends it.\n")
                sys.stderr.flush()

    timer = threading.Timer(WATCH_S, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def _exits_raise() -> Iterator[None]:
    """Make `os._exit`, which ends a process silently, raise SystemExit in this process (children exit as usual)."""
    leave, here = os._exit, os.getpid()

    def ask(status: int) -> NoReturn:
        if os.getpid() == here:
            raise SystemExit(status)
        leave(status)

    os._exit = ask
    try:
        yield
    finally:
        os._exit = leave


def _raised(problem: BaseException) -> bool:
    """Return whether an exception was raised by code, not by a signal."""
    last = problem.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or last.tb_lasti < 0:
        return False
    return dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def _line_in(path: Path, problem: BaseException) -> str:
    """Return the line of a file where an exception arose, as text; empty if the exception itself states it."""
    if isinstance(problem, SyntaxError):
        return ""
    return next((f" (line {line})" for file, line in reversed(places(problem.__traceback__)) if file == str(path)), "")


def places(trace: TracebackType | None) -> list[tuple[str, int]]:
    """Return file and line of every level of a traceback, the innermost last."""
    return [(frame.f_code.co_filename, line or 0) for frame, line in traceback.walk_tb(trace)]


def own_file(problem: BaseException) -> str:
    """Return the innermost user's file and line where an exception arose; empty if there is none."""
    own = [module for name, module in list(sys.modules.items()) if name.startswith(PREFIX)]
    users = {file for module in own if isinstance(file := getattr(module, "__file__", None), str)}
    found = [f"{file}, line {line}" for file, line in places(problem.__traceback__) if file in users]
    return found[-1] if found else ""
