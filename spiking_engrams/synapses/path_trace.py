"""Path traces: a synapse remembers that it carried an effective spike, when, and whether permanently.

A synapse is on the path of what is encoded if its source fired before its target did. One number per synapse holds
this: the age of the animal when it last happened, or a number beyond any age once it is consolidated. The trace decays
with the time since then, and nothing has to be computed meanwhile. What is left of a trace is renewed where a current
runs along it while traces are laid (reconsolidation).
"""

from __future__ import annotations

from dataclasses import replace

from spiking_engrams.circuit.circuit import Connection

NEVER, FOR_GOOD = -1e9, 1e9
LEAST_LEFT = 0.05  # smallest strength of a trace that can be renewed
STRENGTH = "int(path > -0.5)*exp(clip((path - age)/trace_duration, -50, 0))"  # present strength of a trace, 0 to 1


def path_trace(
    connection: Connection,
    event: str,
    effective: str,
    again: str,
    age: str,
    keeps: str,
    duration: float,
) -> Connection:
    """Return the connection with a trace whose present strength is `STRENGTH`.

    Parameters
    ----------
    connection
        Projection whose synapses get traces.
    event
        Event of the target at which its synapses get a trace: a spike, while traces are laid.
    effective
        Expression at that event: 1 if the source fired early enough to have helped.
    again
        Event of the target at which what is left of a trace is renewed: a spike in recall, while traces are laid.
    age
        ``"group.variable"`` that holds the age, in steps of the circuit.
    keeps
        Expression that is 1 while traces are laid permanently.
    duration
        Time constant of the decay in steps.

    Examples
    --------
    >>> from spiking_engrams.circuit import Connection
    >>> plain = Connection("A_B", "A", "B", [0], [0], equations="w : 1", on_pre="v_post += w")
    >>> traced = path_trace(plain, "laid", "Z_pre > 0.5", "renewed", age="life.age", keeps="0", duration=20)
    >>> traced.slow, list(traced.on_target_event), traced.constants
    (('path',), ['laid', 'renewed'], {'trace_duration': 20})
    """

    def lay(where: str) -> str:
        return f"""
laid = {where}*(age + {FOR_GOOD}*{keeps}) + (1 - {where})*{NEVER}
path = path*int(path >= laid) + laid*int(path < laid)""".strip()

    return replace(
        connection,
        equations=f"{connection.equations}\npath : 1  # age at which the synapse was last on a path".strip(),
        on_target_event={
            **connection.on_target_event,
            event: lay(effective),
            again: lay(f"int({STRENGTH} > {LEAST_LEFT})"),
        },
        initial={**connection.initial, "path": NEVER},
        constants={**connection.constants, "trace_duration": duration},
        links={**connection.links, "age": age},
        slow=(*connection.slow, "path"),
    )
