"""The errors of the library: one base class and a few subclasses, each message one sentence."""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Collection, Iterable
from typing import Any

MAX_LISTED = 40
MAX_NAME = 200  # characters of a given name that a message shows
MAX_SAID = 1000  # characters of another library's error that a message repeats


class EngramError(Exception):
    """Base class of every error that the library raises on purpose.

    The message says what was given, what is allowed and what to do next. The command line prints it as one
    paragraph and exits with code 2.

    Examples
    --------
    >>> from spiking_engrams import Phase
    >>> try:
    ...     Phase("sleep", n_steps=0)
    ... except EngramError as error:
    ...     print(error)
    Phase 'sleep' lasts 0 steps; it needs at least 1.
    """


class EngramWarning(UserWarning):
    """Something that the library accepts but the user should know; the command line prints it as one line on stderr.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", EngramWarning)  # stop at the first one
    ...     warnings.warn("Left out of 'faces': 1 (notes.txt).", EngramWarning)
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.EngramWarning: Left out of 'faces': 1 (notes.txt).
    """


class ParameterError(EngramError):
    """A parameter has the wrong type, unit or range, or its text cannot be read."""


class CircuitError(EngramError):
    """A circuit is assembled from parts that do not fit together."""


class StimulusError(EngramError):
    """Images or patterns cannot be read or used, for example an unreadable file or a class without images."""


class ScheduleError(EngramError):
    """A phase or schedule does not fit together, or needs something that its circuit lacks."""


class StateError(EngramError):
    """A state cannot be read, or belongs to another circuit."""


class BuildError(EngramError):
    """A circuit could not be built into a program, for example because there is no compiler."""


class SimulationError(EngramError):
    """A program did not run to completion, or its result cannot be used."""


class RunFolderError(EngramError):
    """A run folder is missing or incomplete, or has another format version."""


class UnknownNameError(EngramError):
    """A name is not among those available."""


def unknown_name(kind: str, name: Any, allowed: Iterable[str]) -> UnknownNameError:
    """Return the error for a name that is not available, with the closest available names.

    Parameters
    ----------
    kind : str
        The kind of thing named, for example ``"neuron"``.
    name
        The value given as a name; it need not be a string.
    allowed : iterable of str
        The available names, in the order in which they are listed.

    Returns
    -------
    UnknownNameError
        For example ``unknown neuron 'LFI': did you mean 'LIF'? Available: LIF, AdEx.`` The caller raises it.

    Examples
    --------
    >>> str(unknown_name("neuron", "LFI", ["LIF", "AdEx"]))
    "unknown neuron 'LFI': did you mean 'LIF'? Available: LIF, AdEx."
    """
    names = list(dict.fromkeys(allowed))
    near = _nearest(name, names) if isinstance(name, str) else []
    question = f": did you mean {' or '.join(repr(each) for each in near)}?" if near else "."
    listed = ", ".join(names[:MAX_LISTED]) or "none"
    if len(names) > MAX_LISTED:
        listed += f" and {len(names) - MAX_LISTED} more"
    return UnknownNameError(f"unknown {kind} {_quoted(name)}{question} Available: {listed}.")


def check_known(kind: str, name: Any, allowed: Collection[str]) -> None:
    """Raise the error of `unknown_name` if a name, which may be a value of any type, is not among `allowed`.

    Examples
    --------
    >>> check_known("neuron", "LIF", ["LIF", "AdEx"])
    >>> check_known("neuron", "HH", ["LIF", "AdEx"])
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.UnknownNameError: unknown neuron 'HH'. Available: LIF, AdEx.
    """
    if not isinstance(name, str) or name not in allowed:
        raise unknown_name(kind, name, allowed)


def _quoted(name: Any) -> str:
    """Return the value given as a name, quoted and short enough for a sentence."""
    text = " ".join(repr(name).split())
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 4]} ..."


def _nearest(name: str, names: list[str]) -> list[str]:
    """Return up to two names that the given one may stand for, ignoring case and leading sections."""
    wanted = name.lower()
    inside = [each for each in names if wanted and each.lower().endswith("." + wanted)]
    if inside:
        return inside[:2]
    lowered = {each.lower(): each for each in reversed(names)}
    close = difflib.get_close_matches(wanted, lowered, n=2, cutoff=0.6)
    scores = [difflib.SequenceMatcher(None, wanted, each).ratio() for each in close]
    return [lowered[each] for each, score in zip(close, scores, strict=True) if score > scores[0] - 0.05]


def printable(text: str) -> str:
    r"""Return a text as one line for a message, without control characters, which a terminal would obey.

    Examples
    --------
    >>> printable("context A\n of day 1")
    'context A of day 1'
    """
    line = " ".join(text.split())
    return "".join(sign if sign.isprintable() or 0xDC80 <= ord(sign) <= 0xDCFF else repr(sign)[1:-1] for sign in line)


def printable_lines(text: str) -> str:
    r"""Return a text whose lines contain no control characters.

    Examples
    --------
    >>> printable_lines("fear\tA\nfear\tB")
    'fear A\nfear B'
    """
    return "\n".join(line if line.isprintable() else printable(line) for line in text.splitlines())


def said(error: BaseException) -> str:
    """Return the text of another library's error as one line, even if the error cannot be printed.

    Examples
    --------
    >>> said(ValueError("n_components must be positive."))
    'n_components must be positive'
    """
    try:
        text = " ".join(str(error).split()).rstrip(".")
    except Exception:
        text = ""
    return text[:MAX_SAID] or "no reason given"


def show_warnings_in_one_line() -> None:
    """Show every `EngramWarning` as one line on stderr, each text once; other warnings as before."""
    before, shown = warnings.showwarning, set[str]()

    def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
        if not issubclass(category, EngramWarning):
            before(message, category, *where, **more)
        elif (text := printable(str(message))) not in shown and sys.stderr is not None:
            shown.add(text)
            sys.stderr.write(f"engrams: warning: {text}\n")

    warnings.simplefilter("always", EngramWarning)
    warnings.showwarning = show
