"""How a command ends: errors and warnings as one paragraph, interrupts as one sentence, exit codes, odd terminals.

Exit codes: 0 success; 1 a check failed, or the program itself did (a bug); 2 the request cannot be carried out;
130 interrupted by Ctrl-C, SIGTERM or a closed terminal; 141 the reader of the output went away.
"""

import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from spiking_engrams.command import streams
from spiking_engrams.errors import EngramError, printable, said, show_warnings_in_one_line

BROKEN, FAILED, INTERRUPTED, UNREAD = 1, 2, 130, 141
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOMENT_S = 0.02


def complain(text: str) -> None:
    """Write one paragraph to stderr."""
    with contextlib.suppress(OSError, ValueError):  # a closed terminal
        typer.echo(printable(text), err=True)


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn whatever ends a command early into one paragraph and an exit code, unless ``--debug`` is given."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        debug = bool(kwargs.get("debug") or os.environ.get("ENGRAMS_DEBUG"))
        streams.prepare()
        show_warnings_in_one_line()
        with _signals_as_interrupts():
            try:
                command(*args, **kwargs)
                streams.flush()
            except (typer.Exit, typer.Abort):
                raise
            except KeyboardInterrupt as interrupt:
                ignore_signals()
                complain(f"engrams: interrupted{''.join(f' {text}' for text in interrupt.args)}.")
                raise typer.Exit(INTERRUPTED) from None
            except BaseException as error:
                if BrokenPipeError in (type(error), type(error.__context__)):  # rich turns it into a SystemExit
                    streams.drop()
                    raise typer.Exit(UNREAD) from None
                if debug and not isinstance(error, SystemExit):
                    raise
                text, code = explained(error)
                streams.drop_if_lost()
                complain(f"engrams: {text}")
                raise typer.Exit(code) from None

    return wrapper


def explained(error: BaseException) -> tuple[str, int]:
    """Return the message for an exception, and the exit code."""
    from spiking_engrams.files.loading import own_file, places

    if isinstance(error, EngramError | OSError):
        return str(error) or type(error).__name__, FAILED
    if isinstance(error, MemoryError):
        return f"not enough memory ({said(error)}); simulate less, or use fewer jobs.", FAILED
    what = f"{type(error).__name__}: {said(error)}"
    if where := own_file(error):
        return f"{what} ({where}). Run again with --debug for the full traceback.", FAILED
    if isinstance(error, RuntimeError) and "home directory" in str(error):
        return (
            "this user has no home folder; set HOME, or SPIKING_ENGRAMS_CACHE to a writable folder.",
            FAILED,
        )
    if isinstance(error, RecursionError):
        return f"something in the input is nested too deeply ({said(error)}).", FAILED
    if os.environ.get("MPLBACKEND") and "backend" in str(error):
        return f"Matplotlib rejects MPLBACKEND={os.environ['MPLBACKEND']}: {what}. Unset it, or set it to Agg.", FAILED
    if isinstance(error, ImportError):
        return f"a library cannot be imported: {what}. Reinstall this project with its dependencies.", FAILED
    file, line = (places(error.__traceback__) or [("?", 0)])[-1]
    return (
        f"internal error: {what} ({Path(file).name}, line {line}). This is a bug: run again with --debug for the full "
        "traceback, and please report it.",
        BROKEN,
    )


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does, unless they are ignored, as under nohup."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (*SIGNALS, signal.SIGALRM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN or number == signal.SIGALRM:
            signal.signal(number, _interrupt)
    hook, sys.unraisablehook = sys.unraisablehook, _interrupt_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.default_int_handler(number, frame)


def _interrupt_again(lost: Any) -> None:
    """Interrupt again a moment later if Python was cleaning up an object, where it only prints an exception."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, MOMENT_S)
    else:
        sys.__unraisablehook__(lost)


def ignore_signals() -> None:
    """Ignore a second Ctrl-C: the command is already ending."""
    if threading.current_thread() is threading.main_thread():
        for number in (*SIGNALS, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
