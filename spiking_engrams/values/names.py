"""Names in equations: names that already have a meaning in Brian2, Python or C++ are rejected."""

from __future__ import annotations

import keyword
import re
from typing import Any

from brian2 import Equations

from spiking_engrams.errors import EngramError, said
from spiking_engrams.values.plain import shown

# C++ keywords that are not Python keywords, and macros of C++ headers: a program with such a variable does not compile
CPP = frozenset(
    """alignas alignof and_eq asm auto bitand bitor bool case catch char char8_t char16_t char32_t compl concept
    const consteval constexpr constinit const_cast co_await co_return co_yield decltype default delete do double
    dynamic_cast enum explicit export extern float friend goto inline int long mutable namespace new noexcept
    not_eq nullptr operator or_eq private protected public register reinterpret_cast requires short signed sizeof
    static static_assert static_cast struct switch template this thread_local throw typedef typeid typename union
    unsigned using virtual void volatile wchar_t xor xor_eq assert errno stdin stdout stderr NULL NDEBUG EOF NAN
    INFINITY HUGE_VAL M_PI M_E""".split()
)
OWN = frozenset({"alive", "variables"})  # the signal of every phase; what holds the variables of a Brian2 group
ENDS = ("_pre", "_post")  # refer to the two sides of a synapse


def check_name(name: Any, what: str, error: type[EngramError], reserved: frozenset[str] = frozenset()) -> None:
    """Raise if a name cannot be used for a user-defined value in equations.

    Parameters
    ----------
    what
        What is named; it begins the message, such as ``"neuron model M: the constant"``.
    reserved
        Further names that already have a meaning there.
    """
    reason = _reason(name, reserved)
    if reason:
        raise error(f"{what} {shown(name)} needs another name: {reason}.")


def _reason(name: Any, reserved: frozenset[str]) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return "use letters, digits and _, starting with a letter"
    if keyword.iskeyword(name):
        return "it is a Python keyword"
    if name in OWN or name in reserved:
        return "it has another meaning in equations"
    if name in CPP:
        return "it is reserved in C++, and circuits are compiled"
    if name.endswith(ENDS):
        return f"names that end with {' or '.join(ENDS)} refer to the two sides of a synapse"
    try:
        Equations.check_identifier(name)
    except (SyntaxError, ValueError) as problem:
        return said(problem)
    return ""
