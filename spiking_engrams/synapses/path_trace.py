"""Path traces: a synapse remembers that it carried an effective spike, when, and whether for good.

A synapse is on the path of what is encoded if its source fired before its target did. One number per synapse holds
this: the age of the animal when it last happened, or a number beyond any age once it is consolidated. The trace decays
with the time that passed since; nothing has to be computed while it does.
"""

from __future__ import annotations

from dataclasses import replace

from spiking_engrams.circuit import Connection

NEVER, FOR_GOOD = -1e9, 1e9


def path_trace(
    connection: Connection, event: str, effective: str, age: str, encodes: str, keeps: str, duration: float
) -> Connection:
    """Return the connection with a trace, which `strength` reads.

    Parameters
    ----------
    event
        Event of the target at which its synapses may get a trace.
    effective
        Expression at that event: 1 if the source fired early enough to have helped.
    age
        ``"group.variable"`` that holds the age, in steps of the circuit.
    encodes, keeps
        Expressions, 1 while traces are laid, and while they are laid for good.
    duration
        Time constant of the decay in steps.
    """
    laid = f"{encodes}*{effective}"
    code = f"""
laid = {laid}*(age + {FOR_GOOD}*{keeps}) + (1 - {laid})*{NEVER}
path = path*int(path >= laid) + laid*int(path < laid)"""
    return replace(
        connection,
        equations=f"{connection.equations}\npath : 1  # age at which the synapse was last on a path".strip(),
        on_target_event={**connection.on_target_event, event: code.strip()},
        initial={**connection.initial, "path": NEVER},
        constants={**connection.constants, "trace_duration": duration},
        links={**connection.links, "age": age},
        slow=(*connection.slow, "path"),
    )


def strength() -> str:
    """Return the expression for the present strength of a trace, 0 to 1."""
    return "int(path > -0.5)*exp(clip((path - age)/trace_duration, -50, 0))"
