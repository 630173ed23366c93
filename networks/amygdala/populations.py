"""Populations of the amygdala circuit, one function per module."""

from __future__ import annotations

import numpy as np

from networks.amygdala.builder import Builder
from networks.amygdala.recruitability import recruitability
from spiking_engrams.circuit.circuit import Draw, Group, Regular
from spiking_engrams.synapses.part import Part

HALF_RATE = "0.25"  # drive at half the reference rate, which a cell with a threshold gets at its threshold


def add_populations(b: Builder) -> None:
    """Add all populations."""
    _sensory(b)
    _hippocampus(b)
    _cortex(b)
    _basal(b)
    _central(b)


def _sensory(b: Builder) -> None:
    s = b.p.sensory
    n = b.n_sensory
    relay = s.tau_relay
    b.groups["SC"] = Group(
        name="SC",
        size=n,
        equations="""
phase : 1                      # phase of the afferent, a spike at each wrap
frequency : Hz (constant)      # its own rate
unit : integer (constant)      # feature value that it codes
pattern : 1                    # 1 if that value is present in the context""",
        threshold="phase < frequency*dt and pattern > 0.5 and alive(t) > 0.5",
        regular=(
            Regular(
                "pattern = int(contexts_index(t) >= 0)*contexts(contexts_index(t)*second, unit)",
                slow=True,
            ),
            Regular("phase = phase + frequency*dt\nphase = phase - int(phase >= 1)", when="groups"),
        ),
        initial={
            "phase": Draw("uniform", (0, 1)),
            "frequency": Draw("normal", (0, 1), scale=float(b.rate) * s.rate_jitter, offset=float(b.rate)),
            "unit": np.arange(n) // b.m,
        },
        about={"role": "sensory cortex: afferents that code the context", "model": "regular afferent"},
    )
    relayed = "relay*g_sense"
    b.cells(
        "EC_in",
        n,
        relayed,
        "1",
        currents={"g_sense": relay},
        role="entorhinal input",
        relay=s.relay_weight,
    )
    b.cells(
        "EC_out",
        n,
        "awake*relay*g_sense + (1 - awake)*g_hip/out_width",
        "awake + (1 - awake)*out_threshold/out_width",
        links="awake",
        currents={"g_sense": relay, "g_hip": b.p.hippocampus.tau_recurrent},
        parts=(b.z(),),
        role="entorhinal output: the context according to HIP",
        relay=s.relay_weight,
        out_threshold=s.out_threshold,
        out_width=s.out_width,
    )
    b.cells(
        "EC_match",
        n,
        "3*(g_in + g_out)",
        "4",
        currents={"g_in": relay, "g_out": relay},
        role="coincidence of EC_in and EC_out",
    )


def _hippocampus(b: Builder) -> None:
    h = b.p.hippocampus
    ranked = "log(sleep_offset + g_recurrent) - adaptation*log(sleep_offset + g_adapt)"
    recalled = "recall_drive*g_slow**2/(g_slow**2 + recall_half**2)"
    b.cells(
        "HIP",
        h.n * b.m,
        f"clamp*(g_ec + hold*Z)/input_width + asleep*(depth*sleep_base + sleep_gain*({ranked})) + recalling*{recalled}",
        "clamp*(input_threshold + input_step*g_basket + crowd*crowd_step)/input_width"
        " + (1 - clamp)*sleep_step*g_basket",
        noise=h.noise,
        links="clamp asleep recalling depth crowd",
        currents={
            "g_ec": h.tau_input,
            "g_recurrent": h.tau_recurrent,
            "g_slow": h.tau_slow,
            "g_adapt": h.tau_recurrent,
            "g_basket": h.tau_basket,
        },
        parts=(b.z(),),
        role="hippocampus",
        input_threshold=h.input_threshold,
        input_width=h.input_width,
        crowd_step=h.crowd_step * b.p.sensory.n_hypercolumns,
        input_step=h.basket_step,
        hold=h.hold,
        sleep_base=h.sleep_base,
        recall_drive=h.recall_drive,
        recall_half=h.recall_half,
        sleep_gain=h.sleep_gain,
        sleep_offset=h.sleep_offset,
        sleep_step=h.sleep_step,
        adaptation=h.adaptation,
    )
    _pool(b, "HIP_basket", 3 * h.n_active)


def _pool(b: Builder, name: str, n: int) -> None:
    """Add basket cells that together count active cells: cell k fires when more than k are active."""
    b.cells(
        name,
        n,
        "g_active",
        "rank",
        currents={"g_active": b.p.sensory.tau_relay},
        parts=(
            Part(
                "rank : 1 (constant)  # active cells at which this one fires",
                initial={"rank": np.arange(n) + 0.5},
            ),
        ),
        role="inhibitory pool",
    )


def _recalled(name: str) -> str:
    """Return the expression for a constant that is replaced in recall by the one named ``recall_`` and its name."""
    return f"({name} + recalling*(recall_{name} - {name}))"


def _biased(projection: str) -> str:
    """Return a cell's excitability for a projection's current: in recall its probability there, the BCPNN bias."""
    return f"(1 - recalling + recalling/clip({projection}_inverse_j, 1, inf))"  # 0 until it is first read


def _cortex(b: Builder) -> None:
    c = b.p.cortex
    n_units = b.p.sensory.n_hypercolumns
    b.cells(
        "CTX",
        b.n_sensory,
        "clamp*relay*g_sense + asleep*gain*log(offset + g_hip)"
        " + recalling*((1 - clamp)*recall_base + recall_gain*g_log)",
        f"clamp + (1 - awake)*{_recalled('inhibition')}*g_basket",
        links="clamp awake asleep recalling",
        currents={
            "g_sense": b.p.sensory.tau_relay,
            "g_hip": c.tau_current,
            "g_log": c.tau_current,
            "g_basket": c.tau_current,
        },
        parts=(b.z(),),
        role="association cortex, 50 hypercolumns",
        relay=b.p.sensory.relay_weight,
        gain=c.gain,
        offset=c.offset,
        recall_gain=c.recall_gain / n_units,
        recall_base=2.0,
        inhibition=c.inhibition,
        recall_inhibition=c.recall_inhibition,
    )
    b.cells(
        "CTX_basket",
        n_units,
        "g_active",
        currents={"g_active": c.tau_current},
        role="one basket per hypercolumn",
    )


def _basal(b: Builder) -> None:
    a = b.p.amygdala
    routed = f"log(offset + route_hip*g_hip*{_biased('HIP_BA_N')} + route_ctx*g_ctx*{_biased('CTX_BA_N')})"
    b.cells(
        "BA_N",
        b.n_basal,
        f"clamp*relay*g_sense + (route_hip + route_ctx)*{_recalled('gain')}*({routed}"
        " + recalling*recurrent_gain*log(offset + g_recurrent))",
        f"clamp + (1 - clamp)*{_recalled('step')}*g_basket",
        noise=a.noise,
        ceiling="1 + recalling*(1 - clamp)*recall_noise*drive_noise",
        links="clamp recalling route_hip route_ctx",
        currents={
            "g_sense": b.p.sensory.tau_relay,
            "g_hip": a.tau_current,
            "g_ctx": a.tau_current,
            "g_recurrent": a.tau_current,
            "g_basket": b.p.hippocampus.tau_basket,
        },
        parts=(b.z(),),
        role="basal nucleus, engram cells",
        relay=b.p.sensory.relay_weight,
        gain=a.gain,
        offset=a.offset,
        recurrent_gain=a.recurrent_gain,
        step=a.basket_step,
        recall_gain=a.recall_gain,
        recall_step=a.recall_step,
        recall_noise=a.recall_noise * b.noise_scale,
    )
    _pool(b, "BA_N_basket", 3 * a.n_active)
    for name, threshold, teach, sign, oscillator, role in (
        ("BA_P", a.threshold_fear, a.teach_fear, "", _fear_oscillator(b), "fear-promoting cells"),
        (
            "BA_I",
            a.threshold_safety,
            a.teach_safety,
            "-",
            _safety_oscillator(b),
            "fear-inhibiting cells",
        ),
    ):
        b.cells(
            name,
            a.n_fear * b.m,
            f"g_ban*exp(teach_gain*recruitable*clip({sign}teach, 0, 2))/(threshold*width)",
            "1/width",
            HALF_RATE,
            links="teach advancing recruit_norm",
            currents={"g_ban": a.tau_current},
            parts=(b.z(b.taught_trace), oscillator),
            role=role,
            threshold=threshold,
            width=a.width,
            teach_gain=teach,
        )


def _fear_oscillator(b: Builder) -> Part:
    a = b.p.amygdala
    return recruitability(
        a.recruit_on, a.recruit_off, a.recruit_noise, a.on_fraction, "advancing", "recruit_norm", 10.0
    )


def _safety_oscillator(b: Builder) -> Part:
    a = b.p.amygdala
    return recruitability(a.safety_on, a.safety_off, a.safety_noise, a.on_fraction, "advancing", "2", 0.8)


def _central(b: Builder) -> None:
    a = b.p.amygdala
    quantile = (np.arange(a.n_output) + 0.5) / a.n_output
    midpoints = a.output_midpoint + np.log(quantile / (1 - quantile)) / a.output_slope
    b.cells(
        "CeM",
        a.n_output,
        "g_fear/output_width",
        "(g_safety + midpoint)/output_width",
        HALF_RATE,
        links="hearing",
        currents_gate="hearing",
        currents={"g_fear": a.tau_output, "g_safety": a.tau_output},
        parts=(
            Part(
                "midpoint : 1 (constant)  # net active cells at which this one fires",
                initial={"midpoint": midpoints},
            ),
        ),
        role="central nucleus: fear output, heterogeneous thresholds make the published sigmoid",
        output_width=a.output_width,
    )
    b.cells(
        "US",
        a.n_output,
        "50*shock(t)*awake",
        "50*level",
        links="awake",
        parts=(
            Part(
                "level : 1 (constant)  # intensity above which this cell fires",
                initial={"level": quantile},
            ),
        ),
        role="unconditioned stimulus: the fraction of active cells is its intensity",
    )
