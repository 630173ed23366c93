"""Bayesian confidence propagation (BCPNN) between spiking neurons, in closed form on events.

Rule (Tully, Hennig & Lansner 2014; Vogginger et al. 2015); kappa(t) is the print-now signal of a projection::

    tau_z dZ/dt  = S - Z                     S: spikes of area 1/rate, so Z averages 1 at `rate`
    tau_p dP_i/dt  = kappa (Z_i - P_i)       (likewise P_j)
    tau_p dP_ij/dt = kappa (Z_i Z_j - P_ij)
    linear reading   W_ij = p_ij / (p_i p_j),  p = (1 - floor) P + floor,  p_ij = (1 - floor^2) P_ij + floor^2
    weight, bias     w_ij = log W_ij,           beta_j = log p_j

Exact form. Between events Z_i Z_j decays with tau_ij = 1/(1/tau_zi + 1/tau_zj), hence
``R_ij = P_ij + c Z_i Z_j`` with ``c = kappa tau_ij/(tau_p - kappa tau_ij)`` obeys ``dR/dt = -kappa R/tau_p``:
the decay that all synapses of a projection share. So a synapse stores ``q = R/scale`` and one ``scale`` per
projection decays; a synapse is touched only when Z_i Z_j jumps (its own spikes) or when kappa changes (event
``gate`` of active neurons). There is no exponential, no time stamp and no clock per synapse, and the form is
exact while kappa is piecewise constant. Simultaneous spikes count once: presynaptic code sees Z_j before the jump,
postsynaptic code sees Z_i after it. Between phases a power of two moves from ``q`` to ``scale`` (`shared_scales`), so
that ``scale`` does not reach 0 over a long life.

Chosen by measurement (benchmarks/bcpnn.py; 500 x 500 synapses, a tenth of the cells at 50 Hz): 24 ns per synapse and
second of biological time on events, 645 ns stepped every 1 ms, and 61 ns stepped every 10 ms, with errors of up to 9 %.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from brian2 import Quantity
from brian2.units import hertz

from spiking_engrams.circuit.circuit import Connection, Initial, Regular
from spiking_engrams.circuit.values import check_quantity
from spiking_engrams.errors import CircuitError, unknown_name
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis
from spiking_engrams.synapses.part import Part
from spiking_engrams.values import plain

Z_NEGLIGIBLE = 1e-7  # a trace below this no longer takes part in a change of kappa
FORMS = ("event", "clock")
AFTER_MODULATOR = 1  # order in the slot "after_groups": the modulator changes kappa at 0


def z_trace(
    tau_z: Quantity, rate: Quantity, dt: Quantity, modulator: str = "modulator", ceiling: float | None = None
) -> Part:
    """Return the Z trace of a group, shared by all its BCPNN projections.

    Parameters
    ----------
    tau_z, rate, dt
        Time constant, firing rate at which Z averages 1, and time step of the circuit.
    modulator
        Group whose variable ``gate_changed`` is 1 in the time step in which a kappa changes.
    ceiling
        If given, the trace saturates: a spike sets Z to this value instead of adding to it, so that only the latest
        spike counts (nearest-spike interaction: Morrison, Diesmann & Gerstner 2008, doi 10.1007/s00422-008-0233-1).

    Examples
    --------
    >>> from brian2 import Hz, ms
    >>> part = z_trace(20 * ms, 50 * Hz, 1 * ms)
    >>> part.constants["z_jump"], part.on_own_event  # 50 spikes a second add 1 per time constant
    (1.0, {'spike': 'Z += z_jump'})
    """
    check_quantity(tau_z, "z_trace: tau_z")
    check_quantity(dt, "z_trace: dt")
    check_quantity(rate, "z_trace: rate", hertz)
    if ceiling is not None:
        plain.number(ceiling, "z_trace: ceiling", CircuitError, above=0)
    equations, constants, code = "Z : 1  # low-pass filtered spikes, 1 at the reference rate", {}, "Z *= z_decay"
    if ceiling is None:
        constants = {"z_jump": 1 / float(rate * tau_z)}
    else:
        equations += "\nz_jump : 1  # what a spike adds to Z"
        constants = {"z_ceiling": ceiling}
        code += "\nz_jump = z_ceiling - Z"
    return Part(
        equations=equations,
        constants={"z_decay": float(np.exp(-dt / tau_z)), **constants},
        regular=(Regular(code, when="after_groups", order=AFTER_MODULATOR),),
        events={"gate": f"gate_changed > 0 and Z > {Z_NEGLIGIBLE}"},
        on_own_event={"spike": "Z += z_jump"},
        links={"gate_changed": f"{modulator}.gate_changed"},
    )


@dataclass(frozen=True)
class BCPNN:
    """One BCPNN projection: what it adds to its source, target and modulator, and its synapses.

    Attributes
    ----------
    name, source, target
        Names of the projection and of its groups, both of which need a `z_trace`.
    kappa
        Expression of kappa in the modulator's variables, piecewise constant in time.
    tau_z, tau_p
        Time constants of Z (both sides) and of P at kappa = 1.
    dt
        Time step of the circuit.
    floor
        Lowest probability (lambda in Fiebig & Lansner 2014).
    form
        ``"event"`` is the closed form; ``"clock"`` steps every synapse every time step, as a reference.

    Examples
    --------
    >>> from brian2 import ms, second
    >>> rule = BCPNN("A_B", "A", "B", "plastic", 20 * ms, 5 * second, 1 * ms, floor=0.02)
    >>> rule.source_part(0.1).slow, rule.target_part(0.1).slow, rule.modulator_part().slow
    (('A_B_qi',), ('A_B_qj',), ('A_B_scale',))
    >>> rule.connection(np.array([0, 1]), np.array([1, 0]), 0.01, effect="g_post += {W}").slow
    ('q',)
    """

    name: str
    source: str
    target: str
    kappa: str
    tau_z: Quantity
    tau_p: Quantity
    dt: Quantity
    floor: float
    modulator: str = "modulator"
    form: str = "event"

    def __post_init__(self) -> None:
        for field in ("name", "source", "target", "kappa", "modulator", "form"):
            plain.text(getattr(self, field), f"BCPNN {self.name}: {field}", CircuitError)
        for field in ("tau_z", "tau_p", "dt"):
            check_quantity(getattr(self, field), f"BCPNN {self.name}: {field}")
        plain.number(self.floor, f"BCPNN {self.name}: floor", CircuitError, low=0.0, high=1.0)
        if self.form not in FORMS:
            raise unknown_name("BCPNN form", self.form, FORMS)
        if not self.tau_p > self.tau_z:
            raise CircuitError(f"BCPNN {self.name}: tau_p ({self.tau_p}) must exceed tau_z ({self.tau_z}).")

    @property
    def recurrent(self) -> bool:
        """True if source and target are the same group, whose two marginal traces are then identical."""
        return self.source == self.target

    def source_part(self, p: Initial) -> Part:
        """Return the presynaptic marginal trace, starting at probability `p` (without floor)."""
        return self._marginal("i", p)

    def target_part(self, p: Initial) -> Part:
        """Return the postsynaptic marginal trace; an empty part if the projection is recurrent."""
        return Part() if self.recurrent else self._marginal("j", p)

    def modulator_part(self) -> Part:
        """Return kappa, the shared decay and the jumps, for the modulator group.

        The constant ``<name>_plasticity`` is 1; a phase that sets it to 0 blocks the plasticity.
        """
        n = self.name
        names = [f"{n}_{x}" for x in ("kappa", "scale", "c", "dc", "c1", "dc1", "jump", "jump1", "gain")]
        code = self._event_code() if self.form == "event" else self._clock_code()
        return Part(
            equations="\n".join(f"{name} : 1" for name in names),
            constants={f"{n}_tau_p": self.tau_p, f"{n}_tau_z": self.tau_z, f"{n}_plasticity": 1.0},
            initial={f"{n}_scale": 1.0},
            regular=(Regular(code, when="after_groups", order=0),),
            slow=(f"{n}_scale",),
            shared_scales={f"{n}_scale": self._scaled()},
        )

    def connection(
        self, i: np.ndarray, j: np.ndarray, p_ij: Initial, effect: str = "", delay: Quantity | None = None,
        allee: AlleeHomeostasis | None = None, **about: str,
    ) -> Connection:  # fmt: skip
        """Return the synapses.

        Parameters
        ----------
        i, j
            Indices of source and target neurons, ``(n_synapses,)``.
        p_ij
            Initial joint probability (without floor).
        effect
            Code at a presynaptic spike; ``{W}`` stands for the linear reading of the weight, ``{joint}`` for
            p_ij and ``{inverse_i}`` for 1/p_i.
        delay
            Delay of the effect; learning sees spikes without it.
        allee
            Homeostasis that acts on the same synapses.
        """
        n = self.name
        learn = f"q += {n}_jump*z_jump_pre*Z_post"
        side = "i" if self.recurrent else "j"
        pre, post = f"{n}_inverse_i_pre", f"{n}_inverse_{side}_post"
        weight = f"({self._joint()}*{pre}*{post})"
        effect = effect.format(W=weight, joint=self._joint(), inverse_i=pre) if effect else ""
        if allee is not None:  # blocking the plasticity of a projection blocks its homeostasis
            allee = replace(allee, gate=f"{n}_plasticity*{allee.gate}")
        sleep = allee.code(weight, f"({pre}*{post})", f"{n}_scale") if allee else ""
        links = {f"{n}_{x}": f"{self.modulator}.{n}_{x}" for x in ("scale", "c", "dc", "jump", "gain")}
        links |= {x: f"{self.modulator}.{x}" for x in ((*allee.reads, f"{n}_plasticity") if allee else ())}
        clock = Regular(f"q += {n}_gain*(Z_pre*Z_post - q)", when="after_groups", order=AFTER_MODULATOR + 1)
        event = self.form == "event"
        return Connection(
            n, self.source, self.target, i, j,
            equations="q : 1  # joint trace over the shared decay",
            on_pre="\n".join(x for x in (effect, sleep, learn if delay is None and event else "") if x),
            on_pre_undelayed=learn if delay is not None and event else "",
            on_post=f"q += {n}_jump*z_jump_post*Z_pre" if event else "",
            on_event={"gate": f"q += {n}_dc*Z_pre*Z_post/{n}_scale"} if event else {},
            delay=delay,
            constants={"p_min": self.floor, **(allee.constants() if allee else {})},
            initial={"q": p_ij},
            links=links,
            regular=() if event else (clock,),
            slow=("q",),
            about={"rule": f"BCPNN, {self.form} form", "kappa": self.kappa, **about},
        )  # fmt: skip

    def _scaled(self) -> tuple[str, ...]:
        """Return the variables that are stored relative to the shared decay."""
        n = self.name
        marginals = (f"{self.source}.{n}_qi", *(() if self.recurrent else (f"{self.target}.{n}_qj",)))
        return (f"{n}.q", *marginals, f"{self.modulator}.{n}_jump", f"{self.modulator}.{n}_jump1")

    def _joint(self) -> str:
        n = self.name
        return f"((1 - p_min*p_min)*({n}_scale*q - {n}_c*Z_pre*Z_post) + p_min*p_min)"

    def _marginal(self, side: str, p: Initial) -> Part:
        n = self.name
        q, inverse = f"{n}_q{side}", f"{n}_inverse_{side}"
        reading = (
            f"{inverse} = 1/((1 - {n}_floor)*({n}_scale*{q} - {n}_c1*Z) + {n}_floor)"
            if self.form == "event"
            else f"{q} += {n}_gain*(Z - {q})\n{inverse} = 1/((1 - {n}_floor)*{q} + {n}_floor)"
        )
        own = {"spike": f"{q} += {n}_jump1*z_jump", "gate": f"{q} += {n}_dc1*Z/{n}_scale"}
        return Part(
            equations=f"{q} : 1  # marginal trace over the shared decay\n{inverse} : 1  # 1/probability",
            constants={f"{n}_floor": self.floor},
            initial={q: p},
            regular=(Regular(reading, when="after_groups", order=AFTER_MODULATOR),),
            on_own_event=own if self.form == "event" else {},
            links={f"{n}_{x}": f"{self.modulator}.{n}_{x}" for x in ("scale", "c1", "dc1", "jump1", "gain")},
            slow=(q,),
        )

    def _event_code(self) -> str:
        n = self.name
        pair, single = f"{n}_kappa*0.5*{n}_tau_z", f"{n}_kappa*{n}_tau_z"
        return f"""
{n}_scale *= exp(-{n}_kappa*dt/{n}_tau_p)
{n}_kappa = {n}_plasticity*({self.kappa})
{n}_dc = {pair}/({n}_tau_p - {pair}) - {n}_c
{n}_c += {n}_dc
{n}_dc1 = {single}/({n}_tau_p - {single}) - {n}_c1
{n}_c1 += {n}_dc1
{n}_jump = {n}_c/{n}_scale
{n}_jump1 = {n}_c1/{n}_scale
gate_changed = gate_changed + abs({n}_dc)"""

    def _clock_code(self) -> str:
        n = self.name
        return f"""
{n}_gain = 1 - exp(-{n}_kappa*dt/{n}_tau_p)
{n}_kappa = {n}_plasticity*({self.kappa})"""


def weights(q: np.ndarray, scale: float, p_i: np.ndarray, p_j: np.ndarray, floor: float) -> np.ndarray:
    """Return the linear reading of stored traces at kappa = 0, shape ``(n_pre, n_post)``.

    Parameters
    ----------
    q, scale
        Joint traces, shape ``(n_pre, n_post)``, and the shared decay of the projection.
    p_i, p_j
        Marginal probabilities with floor, shapes ``(n_pre,)`` and ``(n_post,)``.

    Examples
    --------
    >>> p = np.array([0.2, 0.5])
    >>> weights(np.outer(p, p), 1.0, p, p, floor=0.0).round(6).tolist()  # independent cells
    [[1.0, 1.0], [1.0, 1.0]]
    """
    joint = (1 - floor**2) * scale * q + floor**2
    return joint / (p_i[:, None] * p_j[None, :])


def joint_traces(w: np.ndarray, scale: float, p_i: np.ndarray, p_j: np.ndarray, floor: float) -> np.ndarray:
    """Return the joint traces that `weights` reads as `w`; arguments as there, all of shape ``(n_synapses,)``.

    Examples
    --------
    >>> joint_traces(np.array([2.0]), 1.0, np.array([0.2]), np.array([0.5]), floor=0.0).tolist()
    [0.2]
    """
    return (w * p_i * p_j - floor**2) / ((1 - floor**2) * scale)
