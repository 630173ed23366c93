"""Build the amygdala circuit: hippocampus, cortex and amygdala as spiking modules.

Modules and sizes follow Werne, Chadwick & Series (2026); every module there is a vector of activities updated per
100 ms step, here a group of spiking neurons whose active cells fire at 50 Hz. See parameters.py for constants.

Decisions about known traps of the published code (amygdala facts, section 11)
------------------------------------------------------------------------------
Q1  EC_out fires in perception (a relay of EC_in), so HIP -> EC_out learns; its threshold in sleep and recall is
    exp(2.75), as published.
Q2  The speed of BA_N learning uses |error| > 0.3, as in the last version of the code; R3 needs US >= 0.4.
Q3  Nothing learns in recall: every kappa is 0, so a test leaves the animal unchanged.
Q5  With US = 0 BA_N -> BA_I stays weakly plastic awake, as published.
Q10 A phase change resets nothing; kappa follows the prediction error alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from brian2 import Quantity, ms

from networks.amygdala.modulator import KAPPA, modulator, readout
from networks.amygdala.parameters import Parameters
from networks.amygdala.phases import SIGNALS, Phases
from spiking_engrams.calibration import calibrated
from spiking_engrams.circuit import Circuit, Connection, Draw, Group, Initial, Regular, all_to_all
from spiking_engrams.neuron_model import NeuronModel
from spiking_engrams.neurons import require_ports, resolve_neuron
from spiking_engrams.recruitability import recruitability
from spiking_engrams.synapses.bcpnn import BCPNN, z_trace
from spiking_engrams.synapses.currents import current, static
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis
from spiking_engrams.synapses.part import Part, extend

MAX_PATTERNS = 512
W_START = (0.01, 0.07)  # initial weights 0.01 + 0.07 Beta(1, 5) between modules: Werne 2026, code
P_START = 0.05  # initial probabilities between modules: Werne 2026, code
TRACES = ("fear", "us_seen", "error", "stress", "validity", "route_hip", "fear_watershed", "recruit_norm")


def build(parameters: Parameters | None = None, neuron: str | NeuronModel = "LIF") -> Circuit:
    """Return the amygdala circuit.

    Parameters
    ----------
    parameters
        All constants; the defaults are the published ones where there are any.
    neuron
        Model of every spiking cell: a name, ``"file.py:Class"`` or an instance with the ports ``excite``,
        ``inhibit`` and ``bias``. The time step is lowered to the largest that the model allows.
    """
    parameters = parameters or Parameters()
    model = resolve_neuron(neuron)
    require_ports(model, ("excite", "inhibit", "bias"))
    if parameters.time.dt > model.max_dt:  # AdEx and Izhikevich need 0.5 ms
        parameters = parameters.replace({"time.dt": model.max_dt})
    builder = _Builder(parameters, calibrated(model, parameters.time.dt))
    builder.populations()
    builder.fixed_connections()
    builder.plastic_connections()
    return builder.circuit()


class _Builder:
    """Collects groups and connections of one circuit."""

    def __init__(self, parameters: Parameters, model: NeuronModel):
        self.p = parameters
        self.model = model
        self.dt = parameters.time.dt
        self.rate = parameters.time.rate
        self.m = parameters.cells_per_unit
        self.noise_scale = float(1 * ms / self.dt) ** 0.5
        self.groups: dict[str, Group] = {"readout": readout(parameters), "modulator": modulator(parameters)}
        self.connections: list[Connection] = []
        self.generator = np.random.default_rng([parameters.connectivity_seed, 1])

    # --- groups -------------------------------------------------------------------------------------------

    def cells(
        self,
        name: str,
        size: int,
        excite: str,
        inhibit: str = "0",
        bias: str = "0",
        noise: float = 0.0,
        links: str = "",
        currents: dict[str, Quantity] | None = None,
        parts: tuple[Part, ...] = (),
        role: str = "",
        **constants: float | Quantity,
    ) -> None:
        """Add a group of model neurons whose drive is the clipped sum of its ports."""
        model = self.model
        equations = f"""{model.equations}
drive = clip(excite - inhibit + gap + bias{" + noise*drive_noise" if noise else ""}, -1, 1) : 1  # sum of the ports
excite = {excite} : 1
inhibit = {inhibit} : 1
gap = 0 : 1
bias = {bias} : 1"""
        group = Group(
            name=name,
            size=size,
            equations=equations,
            threshold=f"({model.threshold}) and alive(t) > 0.5",
            reset=model.reset,
            refractory="t_ref" if model.refractory is not None else None,
            method=model.method,
            constants={**model.parameters, **constants},
            initial=dict(model.initial),
            links={x: f"modulator.{x}" for x in links.split()},
            about={"role": role, "model": model.name, "drive": f"{excite} - ({inhibit})"},
        )
        if noise:
            draw = Regular("drive_noise = randn()", when="before_groups")
            parts = (*parts, Part("drive_noise : 1  # noise of the drive", {"noise": noise * self.noise_scale}, regular=(draw,)))
        filters = [current(n, tau, self.rate, self.dt) for n, tau in (currents or {}).items()]
        self.groups[name] = extend(group, *filters, *parts)

    def populations(self) -> None:
        """Add all groups."""
        self._sensory()
        self._hippocampus()
        self._cortex()
        self._basal()
        self._central()

    @property
    def z(self) -> Part:
        """The Z trace, one for all plastic groups."""
        return z_trace(self.p.time.tau_z, self.rate, self.dt)

    def _sensory(self) -> None:
        s = self.p.sensory
        n = s.n_hypercolumns * s.n_values * self.m
        self.n_sensory = n
        relay = s.tau_relay
        self.groups["SC"] = Group(
            name="SC",
            size=n,
            equations="""
phase : 1                      # phase of the afferent, a spike at each wrap
frequency : Hz (constant)      # its own rate
unit : integer (constant)      # feature value that it codes
pattern : 1                    # 1 if that value is present in the context""",
            threshold="phase < frequency*dt and pattern > 0.5 and alive(t) > 0.5",
            regular=(
                Regular("pattern = int(contexts_index(t) >= 0)*contexts(contexts_index(t)*second, unit)", slow=True),
                Regular("phase = phase + frequency*dt\nphase = phase - int(phase >= 1)", when="groups"),
            ),
            initial={
                "phase": Draw("uniform", (0, 1)),
                "frequency": Draw("normal", (0, 1), scale=float(self.rate) * s.rate_jitter, offset=float(self.rate)),
                "unit": np.arange(n) // self.m,
            },
            about={"role": "sensory cortex: afferents that code the context", "model": "regular afferent"},
        )
        relayed = "relay*g_sense"
        self.cells(
            "EC_in", n, relayed, "1", currents={"g_sense": relay}, role="entorhinal input", relay=s.relay_weight
        )
        self.cells(
            "EC_out",
            n,
            "awake*relay*g_sense + (1 - awake)*g_hip/out_width",
            "awake + (1 - awake)*out_threshold/out_width",
            links="awake",
            currents={"g_sense": relay, "g_hip": self.p.hippocampus.tau_recurrent},
            parts=(self.z,),
            role="entorhinal output: what HIP says the context is",
            relay=s.relay_weight,
            out_threshold=s.out_threshold,
            out_width=s.out_width,
        )
        self.cells(
            "EC_match",
            n,
            "3*(g_in + g_out)",
            "4",
            currents={"g_in": relay, "g_out": relay},
            role="coincidence of EC_in and EC_out",
        )

    def _hippocampus(self) -> None:
        h = self.p.hippocampus
        free = "asleep*sleep_base + recalling*recall_base + sleep_gain*(log(sleep_offset + g_recurrent) - asleep*adaptation*log(sleep_offset + g_adapt))"
        self.cells(
            "HIP",
            h.n * self.m,
            f"clamp*g_ec/input_width + (asleep + recalling*(1 - clamp))*({free})",
            "clamp*(input_threshold + input_step*g_basket)/input_width + (1 - clamp)*sleep_step*g_basket",
            noise=h.noise,
            links="clamp asleep recalling",
            currents={
                "g_ec": h.tau_input,
                "g_recurrent": h.tau_recurrent,
                "g_adapt": h.tau_recurrent,
                "g_basket": h.tau_basket,
            },
            parts=(self.z,),
            role="hippocampus",
            input_threshold=h.input_threshold,
            input_width=h.input_width,
            input_step=h.basket_step,
            sleep_base=h.sleep_base,
            recall_base=h.recall_base,
            sleep_gain=h.sleep_gain,
            sleep_offset=h.sleep_offset,
            sleep_step=h.sleep_step,
            adaptation=h.adaptation,
        )
        self._pool("HIP_basket", 3 * h.n_active)

    def _pool(self, name: str, n: int) -> None:
        """Add basket cells that together count active cells: cell k fires when more than k are active."""
        self.cells(
            name,
            n,
            "g_active",
            "rank",
            currents={"g_active": self.p.sensory.tau_relay},
            parts=(Part("rank : 1 (constant)  # active cells at which this one fires", initial={"rank": np.arange(n) + 0.5}),),
            role="inhibitory pool",
        )

    def _cortex(self) -> None:
        c = self.p.cortex
        n_units = self.p.sensory.n_hypercolumns
        self.cells(
            "CTX",
            self.n_sensory,
            "clamp*relay*g_sense + asleep*gain*log(offset + g_hip) + recalling*(1 - clamp)*(recall_base + recall_gain*g_log)",
            "clamp + (1 - clamp)*inhibition*g_basket",
            links="clamp asleep recalling",
            currents={
                "g_sense": self.p.sensory.tau_relay,
                "g_hip": c.tau_current,
                "g_log": c.tau_current,
                "g_basket": c.tau_current,
            },
            parts=(self.z,),
            role="association cortex, 50 hypercolumns",
            relay=self.p.sensory.relay_weight,
            gain=c.gain,
            offset=c.offset,
            recall_gain=c.recall_gain / n_units,
            recall_base=2.0,
            inhibition=c.inhibition,
        )
        self.cells(
            "CTX_basket", n_units, "g_active", currents={"g_active": c.tau_current}, role="one basket per hypercolumn"
        )

    def _basal(self) -> None:
        a = self.p.amygdala
        self.n_basal = self.n_sensory
        routed = "log(offset + route_hip*g_hip + route_ctx*g_ctx)"
        self.cells(
            "BA_N",
            self.n_basal,
            f"clamp*relay*g_sense + (route_hip + route_ctx)*gain*({routed} + recalling*recurrent_gain*log(offset + g_recurrent))",
            "clamp + (1 - clamp)*step*g_basket",
            noise=a.noise,
            links="clamp recalling route_hip route_ctx",
            currents={
                "g_sense": self.p.sensory.tau_relay,
                "g_hip": a.tau_current,
                "g_ctx": a.tau_current,
                "g_recurrent": a.tau_current,
                "g_basket": self.p.hippocampus.tau_basket,
            },
            parts=(self.z,),
            role="basal nucleus, engram cells",
            relay=self.p.sensory.relay_weight,
            gain=a.gain,
            offset=a.offset,
            recurrent_gain=a.recurrent_gain,
            step=a.basket_step,
        )
        self._pool("BA_N_basket", 3 * a.n_active)
        for name, threshold, teach, sign, oscillator, role in (
            ("BA_P", a.threshold_fear, a.teach_fear, "", self._fear_oscillator(), "fear-promoting cells"),
            ("BA_I", a.threshold_safety, a.teach_safety, "-", self._safety_oscillator(), "fear-inhibiting cells"),
        ):
            self.cells(
                name,
                a.n_fear * self.m,
                f"g_ban*exp(teach_gain*recruitable*clip({sign}teach, 0, 2))/(threshold*width)",
                "1/width",
                links="teach advancing recruit_norm",
                currents={"g_ban": a.tau_current},
                parts=(self.z, oscillator),
                role=role,
                threshold=threshold,
                width=a.width,
                teach_gain=teach,
            )

    def _fear_oscillator(self) -> Part:
        a = self.p.amygdala
        return recruitability(
            a.recruit_on, a.recruit_off, a.recruit_noise, a.on_fraction, "advancing", "recruit_norm", 10.0
        )

    def _safety_oscillator(self) -> Part:
        a = self.p.amygdala
        return recruitability(a.safety_on, a.safety_off, a.safety_noise, a.on_fraction, "advancing", "2", 0.8)

    def _central(self) -> None:
        a = self.p.amygdala
        quantile = (np.arange(a.n_output) + 0.5) / a.n_output
        midpoints = a.output_midpoint + np.log(quantile / (1 - quantile)) / a.output_slope
        self.cells(
            "CeM",
            a.n_output,
            "g_fear/output_width",
            "(g_safety + midpoint)/output_width",
            currents={"g_fear": a.tau_output, "g_safety": a.tau_output},
            parts=(Part("midpoint : 1 (constant)  # net active cells at which this one fires", initial={"midpoint": midpoints}),),
            role="central nucleus: fear output, heterogeneous thresholds make the published sigmoid",
            output_width=a.output_width,
        )
        self.cells(
            "US",
            a.n_output,
            "50*shock(t)*awake",
            "50*level",
            links="awake",
            parts=(Part("level : 1 (constant)  # intensity above which this cell fires", initial={"level": quantile}),),
            role="unconditioned stimulus: the fraction of active cells is its intensity",
        )

    # --- connections --------------------------------------------------------------------------------------

    def fixed_connections(self) -> None:
        """Add all connections without plasticity."""
        n, m, h, a = self.n_sensory, self.m, self.p.hippocampus, self.p.amygdala
        same = (np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32))
        permuted = (same[0], self.generator.permutation(n).astype(np.int32))
        columns = same[0] // (self.p.sensory.n_values * m)
        add = self.connections.append
        add(static("SC_EC_in", "SC", "EC_in", same, "g_sense", 1.0))
        add(static("SC_CTX", "SC", "CTX", same, "g_sense", 1.0))
        add(static("SC_BA_N", "SC", "BA_N", permuted, "g_sense", 1.0, rule="one to one, permuted"))
        add(static("EC_in_EC_out", "EC_in", "EC_out", same, "g_sense", 1.0))
        add(static("EC_in_EC_match", "EC_in", "EC_match", same, "g_in", 1.0))
        add(static("EC_out_EC_match", "EC_out", "EC_match", same, "g_out", 1.0))
        dense = self._pairs(n, h.n * m)
        add(static("EC_in_HIP", "EC_in", "HIP", dense, "g_ec", weights=Draw("uniform", (0, 1))))
        for name, size, n_pool in (("HIP", h.n * m, 3 * h.n_active), ("BA_N", n, 3 * a.n_active)):
            pool = f"{name}_basket"
            add(static(f"{name}_{pool}", name, pool, all_to_all(size, n_pool), "g_active", 1.0 / m))
            add(static(f"{pool}_{name}", pool, name, all_to_all(n_pool, size), "g_basket", 1.0))
        add(static("CTX_CTX_basket", "CTX", "CTX_basket", (same[0], columns), "g_active", 1.0 / m))
        add(static("CTX_basket_CTX", "CTX_basket", "CTX", (columns, same[0]), "g_basket", 1.0))
        for name, port in (("BA_P", "g_fear"), ("BA_I", "g_safety")):
            heard = static(f"{name}_CeM", name, "CeM", all_to_all(a.n_fear * m, a.n_output), port, 1.0 / m)
            add(dataclasses.replace(heard, on_pre=f"{heard.on_pre}*hearing", links={"hearing": "modulator.hearing"}))
        self._readouts(n)

    def _readouts(self, n: int) -> None:
        for name, port, size in (
            ("CeM", "fear_count", self.p.amygdala.n_output),
            ("US", "us_count", self.p.amygdala.n_output),
            ("EC_in", "in_current", n),
            ("EC_out", "out_current", n),
            ("EC_match", "match_current", n),
        ):
            self.connections.append(
                Connection(
                    name=f"{name}_readout",
                    source=name,
                    target="readout",
                    i=np.arange(size, dtype=np.int32),
                    j=np.zeros(size, dtype=np.int32),
                    on_pre=f"{port}_post += 1",
                    about={"rule": "read-out of spikes"},
                )
            )

    def _pairs(self, n_source: int, n_target: int) -> tuple[np.ndarray, np.ndarray]:
        """Return all pairs, or with several cells per unit a random one in `cells_per_unit` of them."""
        i, j = all_to_all(n_source, n_target)
        if self.m == 1:
            return i, j
        kept = self.generator.random(len(i)) < 1.0 / self.m
        return i[kept], j[kept]

    def plastic_connections(self) -> None:
        """Add the ten BCPNN projections."""
        p, h, c, a = self.p, self.p.hippocampus, self.p.cortex, self.p.amygdala
        conditional = "{joint}*{inverse_i}"
        self._plastic("HIP_HIP", "HIP", "HIP", h.tau_trace, f"g_recurrent_post += {conditional}*g_recurrent_jump_post")
        self._plastic(
            "HIP_HIP_adaptation", "HIP", "HIP", h.tau_adaptation, f"g_adapt_post += {conditional}*g_adapt_jump_post"
        )
        self._plastic("HIP_EC_out", "HIP", "EC_out", p.sensory.tau_hip_out, "g_hip_post += {W}*g_hip_jump_post", W_START)
        self._plastic("HIP_CTX", "HIP", "CTX", c.tau_hip, "g_hip_post += {W}*g_hip_jump_post", W_START)
        self._plastic("HIP_BA_N", "HIP", "BA_N", a.tau_hip, "g_hip_post += {W}*g_hip_jump_post", W_START)
        self._plastic("CTX_CTX", "CTX", "CTX", c.tau_trace, "g_log_post += log({W})*g_log_jump_post")
        self._plastic("CTX_BA_N", "CTX", "BA_N", a.tau_ctx, "g_ctx_post += {W}*g_ctx_jump_post", W_START)
        self._plastic("BA_N_BA_N", "BA_N", "BA_N", a.tau_trace, "g_recurrent_post += {W}*g_recurrent_jump_post")
        s = p.sleep
        per_spike = 1 / float(self.rate * p.time.step)
        for target, tau, threshold, capacity in (
            ("BA_P", a.tau_fear, "fear_watershed", s.capacity_fear),
            ("BA_I", a.tau_safety, "safety_watershed", s.capacity_safety),
        ):
            reads = ("asleep", threshold)
            allee = AlleeHomeostasis("asleep", threshold, capacity, s.rate * per_spike, s.limit * per_spike, reads)
            self._plastic(
                f"BA_N_{target}", "BA_N", target, tau, "g_ban_post += {W}*g_ban_jump_post", W_START, allee
            )

    def _plastic(
        self,
        name: str,
        source: str,
        target: str,
        tau: Quantity,
        effect: str,
        start: tuple[float, float] | None = None,
        allee: AlleeHomeostasis | None = None,
    ) -> None:
        rule = BCPNN(
            name, source, target, KAPPA[name], self.p.time.tau_z, tau, self.rate, self.dt, self.p.time.floor,
            form=self.p.trace_form,
        )  # fmt: skip
        marginal, joint = self._start(start)
        for group, part in (
            (source, rule.source_part(marginal)),
            (target, rule.target_part(marginal)),
            ("modulator", rule.modulator_part()),
        ):
            self.groups[group] = extend(self.groups[group], part)
        ends = self._pairs(self.groups[source].size, self.groups[target].size)
        self.connections.append(rule.connection(*ends, joint, effect, allee=allee))

    def _start(self, start: tuple[float, float] | None) -> tuple[float, Initial]:
        """Return initial probabilities without floor: independent cells at the floor, or weak random weights."""
        floor = self.p.time.floor
        if start is None:
            return 0.0, 0.0
        p = (1 - floor) * P_START + floor
        low, spread = start
        norm = 1 - floor**2
        offset = (low * p * p - floor**2) / norm
        return P_START, Draw("beta", (1, 5), scale=spread * p * p / norm, offset=offset)

    def circuit(self) -> Circuit:
        """Return the finished circuit."""
        p = self.p
        features = p.sensory.n_hypercolumns * p.sensory.n_values
        return Circuit(
            name="amygdala",
            neuron=self.model.name,
            parameters=p,
            dt=p.time.dt,
            step=p.time.step,
            groups=tuple(self.groups.values()),
            connections=tuple(self.connections),
            signals=SIGNALS,
            banks={"contexts": (MAX_PATTERNS, features)},
            traces=tuple(f"modulator.{name}" for name in TRACES),
            inputs=(
                ("context", f"{p.sensory.n_hypercolumns} of {features} afferents fire at about {p.time.rate}"),
                ("US", "fraction of US cells that fire = intensity"),
            ),
            measurements=(
                ("spikes", "of every population"),
                ("fear", "CeM spikes in the read-out window of each step, 1 if all cells fire at the reference rate"),
            ),
            phases=Phases(p),
        )
