"""Thresholds that no neuron can cross at present are not evaluated for each neuron: the generated loop is skipped.

A condition such as ``x(t) > 0.5 and v > v_th`` has terms that are the same for all neurons, which Brian2 evaluates
before its loop over them. If a required term is false, nothing fires, whatever the state of the neurons.
"""

from __future__ import annotations

import re
from itertools import accumulate
from pathlib import Path

SHARED = re.compile(r"_lio_\d+")  # what Brian2 evaluates once, before the loop
LOOP = re.compile(r"^ *long _count = 0;$", re.MULTILINE)
CONDITION = re.compile(r"^ *const char _cond = (.*);$", re.MULTILINE)
FIRED = re.compile(r"^ *(\w+\[N\]) = _count;$", re.MULTILINE)


def end_early(code: Path) -> None:
    """Make the thresholds of a single-threaded program return early if shared terms show that nothing fires."""
    for path in code.glob("code_objects/*_thresholder_codeobject.cpp"):
        path.write_text(_ending_early(path.read_text()))


def _ending_early(text: str) -> str:
    condition, loop, fired = (pattern.findall(text) for pattern in (CONDITION, LOOP, FIRED))
    draws = "_rand" in text  # random numbers, which each neuron draws for itself
    if draws or not len(condition) == len(loop) == len(fired) == 1 or not (needed := _needed(condition[0])):
        return text
    nothing = f"    if (!({needed})) {{ {fired[0]} = 0; return; }}\n"
    return LOOP.sub(lambda found: nothing + found[0], text)


def _needed(condition: str) -> str:
    """Return a necessary condition that consists of shared terms only; an empty string if there is none."""
    for operator, combine in ((" || ", all), (" && ", any)):
        if len(terms := _terms(condition, operator)) > 1:
            found = [_needed(term) for term in terms]
            return operator.join(f"({term})" for term in found if term) if combine(found) else ""
    depths = accumulate((character == "(") - (character == ")") for character in condition[:-1])
    if len(condition) > 1 and all(depth > 0 for depth in depths):
        return _needed(condition[1:-1])
    return condition if SHARED.fullmatch(condition) else ""


def _terms(condition: str, operator: str) -> list[str]:
    """Return the terms of a condition, split at an operator outside parentheses."""
    terms, depth = [""], 0
    for part in re.split(f"({re.escape(operator)})", condition):
        if part == operator and depth == 0:
            terms.append("")
            continue
        terms[-1] += part
        depth += part.count("(") - part.count(")")
    return terms
