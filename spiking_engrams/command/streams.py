"""Standard streams that always exist, print any text and close quietly."""

import codecs
import contextlib
import io
import os
import sys
from typing import Any

LEAST_COLUMNS = 20  # a narrower width is ignored: no word fits
PLAIN_SIGNS = {"█": "#", "±": "+-", "≥": ">=", "≤": "<=", "µ": "u", "μ": "u", "…": "...", "×": "x", "–": "-", "—": "-"}


def start(app: Any, name: str, arguments: list[str] | None = None) -> None:
    """Run the command line, with `arguments`, if given, in place of those of this process."""
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isascii() and columns.isdigit() and int(columns) >= LEAST_COLUMNS):
        del os.environ["COLUMNS"]
    open_missing()
    prepare()
    app(arguments, prog_name=name)


def prepare() -> None:
    """Let streams print any text: plain signs for what their encoding lacks, bytes for names that are not text."""
    codecs.register_error("engrams", _in_plain_signs)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.reconfigure(errors="engrams")


def _in_plain_signs(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    sign = error.object[error.start]
    found: str | bytes = PLAIN_SIGNS.get(sign, "?")
    return (bytes([ord(sign) - 0xDC00]) if 0xDC80 <= ord(sign) <= 0xDCFF else found), error.start + 1


def open_missing() -> None:
    """Replace closed standard streams with the null device, so that no file opened later takes their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))


def drop_if_lost() -> None:
    """Drop stdout if it cannot be written, for example on a full disk."""
    try:
        flush()
    except OSError:
        drop()


def flush() -> None:
    """Write the remaining output."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def drop() -> None:
    """Drop stdout, so that nothing complains about it at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
