"""Names in equations: those that Brian2, Python or C++ would take for something else are refused."""

from __future__ import annotations

import keyword
import re
from typing import Any

from brian2 import Equations

from spiking_engrams.errors import EngramError, said
from spiking_engrams.values.plain import shown

# keywords of C++ that are none of Python, and macros of its headers: a program with such a variable does not compile
CPP = frozenset(
    """alignas alignof and_eq asm auto bitand bitor bool case catch char char8_t char16_t char32_t compl concept
    const consteval constexpr constinit const_cast co_await co_return co_yield decltype default delete do double
    dynamic_cast enum explicit export extern float friend goto inline int long mutable namespace new noexcept
    not_eq nullptr operator or_eq private protected public register reinterpret_cast requires short signed sizeof
    static static_assert static_cast struct switch template this thread_local throw typedef typeid typename union
    unsigned using virtual void volatile wchar_t xor xor_eq assert errno stdin stdout stderr NULL NDEBUG EOF NAN
    INFINITY HUGE_VAL M_PI M_E""".split()
)
OWN = frozenset({"alive", "variables"})  # the signal of every phase; what Brian2's groups keep their variables in
ENDS = ("_pre", "_post")  # the other side of a synapse


def check_name(name: Any, what: str, error: type[EngramError], reserved: frozenset[str] = frozenset()) -> None:
    """Raise if a name cannot stand for a value of one's own in equations.

    Parameters
    ----------
    what
        What is named, in words that begin the message, such as ``"neuron model M: the constant"``.
    reserved
        Further names that mean something else there.
    """
    reason = _reason(name, reserved)
    if reason:
        raise error(f"{what} {shown(name)} needs another name: {reason}.")


def _reason(name: Any, reserved: frozenset[str]) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return "allowed are letters, digits and _, a letter first"
    if keyword.iskeyword(name):
        return "it is a word of Python"
    if name in OWN or name in reserved:
        return "equations have another meaning for it"
    if name in CPP:
        return "it is a word of C++, and circuits are compiled"
    if name.endswith(ENDS):
        return f"names that end with {' or '.join(ENDS)} are those of the two sides of a synapse"
    try:
        Equations.check_identifier(name)
    except (SyntaxError, ValueError) as problem:
        return said(problem)
    return ""
