"""Spike-timing-dependent plasticity, once per spike of the target: the change of a weight ``w``, as code.

There are two rules. One depends on the order of spikes (Kheradpisheh et al. 2018, doi 10.1016/j.neunet.2017.12.005):
``plus w (1 - w)`` if the source fired before the target, else ``-minus w (1 - w)``. The other depends on the interval
of a pair (Song, Miller & Abbott 2000, doi 10.1038/78829, with soft bounds): ``plus (1 - w) exp(-(t_post - t_pre)/tau)``
or ``-minus w exp(-(t_pre - t_post)/tau)``, and no change without a pair.
"""

from __future__ import annotations

from spiking_engrams.errors import check_known

RULES = {
    "sign": "{gate}*(plus*before - minus*(1 - before))*w*(1 - w)",
    "pair": "{gate}*(plus*before*(1 - w) - minus*after*w)*exp(-abs({interval})*dt/tau)",
}


def change(rule: str, gate: str, interval: str) -> str:
    """Return the expression for the change of ``w``.

    Parameters
    ----------
    rule
        ``"sign"``, by the order of spikes, or ``"pair"``.
    gate
        Expression that is 1 where the target learns, else 0.
    interval
        Expression for the time steps between the two spikes; used by the pair rule only.

    Returns
    -------
    str
        It reads ``before`` and ``after`` (1 if the source fired before, or after, the target), the rates ``plus`` and
        ``minus``, and, for pairs, the time constant ``tau``.

    Examples
    --------
    >>> change("sign", "won", "")
    'won*(plus*before - minus*(1 - before))*w*(1 - w)'
    """
    check_known("rule of STDP", rule, RULES)
    return RULES[rule].format(gate=gate, interval=interval)
