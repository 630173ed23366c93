"""Projections of the amygdala circuit: the fixed ones and the ten plastic ones."""

from __future__ import annotations

import dataclasses

import numpy as np

from networks.amygdala.builder import Builder
from spiking_engrams.circuit.circuit import Connection, Draw, all_to_all
from spiking_engrams.synapses.currents import static
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis

W_START = (0.01, 0.07)  # initial weights 0.01 + 0.07 Beta(1, 5) between modules: Werne 2026, code


def add_fixed(b: Builder) -> None:
    """Add all connections without plasticity."""
    n, m, h, a = b.n_sensory, b.m, b.p.hippocampus, b.p.amygdala
    same = (np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32))
    permuted = (same[0], b.generator.permutation(n).astype(np.int32))
    columns = same[0] // (b.p.sensory.n_values * m)
    add = b.connections.append
    add(static("SC_EC_in", "SC", "EC_in", same, "g_sense", 1.0))
    add(static("SC_CTX", "SC", "CTX", same, "g_sense", 1.0))
    add(static("SC_BA_N", "SC", "BA_N", permuted, "g_sense", 1.0, rule="one to one, permuted"))
    add(static("EC_in_EC_out", "EC_in", "EC_out", same, "g_sense", 1.0))
    add(static("EC_in_EC_match", "EC_in", "EC_match", same, "g_in", 1.0))
    add(static("EC_out_EC_match", "EC_out", "EC_match", same, "g_out", 1.0))
    dense = b.pairs(n, h.n * m)
    add(static("EC_in_HIP", "EC_in", "HIP", dense, "g_ec", weights=Draw("uniform", (0, 1))))
    for name, size, n_pool in (("HIP", h.n * m, 3 * h.n_active), ("BA_N", n, 3 * a.n_active)):
        pool = f"{name}_basket"
        add(static(f"{name}_{pool}", name, pool, all_to_all(size, n_pool), "g_active", 1.0 / m))
        add(static(f"{pool}_{name}", pool, name, all_to_all(n_pool, size), "g_basket", 1.0))
    add(static("CTX_CTX_basket", "CTX", "CTX_basket", (same[0], columns), "g_active", 1.0 / m))
    add(static("CTX_basket_CTX", "CTX_basket", "CTX", (columns, same[0]), "g_basket", 1.0))
    for name, port in (("BA_P", "g_fear"), ("BA_I", "g_safety")):
        heard = static(f"{name}_CeM", name, "CeM", all_to_all(a.n_fear * m, a.n_output), port, a.output_gain / m)
        add(dataclasses.replace(heard, on_pre=f"{heard.on_pre}*hearing", links={"hearing": "modulator.hearing"}))
    _readouts(b, n)


def _readouts(b: Builder, n: int) -> None:
    for name, port, size in (
        ("CeM", "fear_count", b.p.amygdala.n_output),
        ("US", "us_count", b.p.amygdala.n_output),
        ("EC_in", "in_current", n),
        ("EC_out", "out_current", n),
        ("EC_match", "match_current", n),
    ):
        b.connections.append(
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


def add_plastic(b: Builder) -> None:
    """Add the ten BCPNN projections."""
    p, h, c, a = b.p, b.p.hippocampus, b.p.cortex, b.p.amygdala
    conditional = "{joint}*{inverse_i}"
    heard = "\n".join(f"{port}_post += {conditional}*{port}_jump_post" for port in ("g_recurrent", "g_slow"))
    b.plastic("HIP_HIP", "HIP", "HIP", h.tau_trace, heard)
    b.plastic(
        "HIP_HIP_adaptation",
        "HIP",
        "HIP",
        h.tau_adaptation,
        f"g_adapt_post += {conditional}*g_adapt_jump_post",
    )
    b.plastic("HIP_EC_out", "HIP", "EC_out", p.sensory.tau_hip_out, "g_hip_post += {W}*g_hip_jump_post", W_START)
    b.plastic("HIP_CTX", "HIP", "CTX", c.tau_hip, "g_hip_post += {W}*g_hip_jump_post", W_START)
    b.plastic("HIP_BA_N", "HIP", "BA_N", a.tau_hip, "g_hip_post += {W}*g_hip_jump_post", W_START)
    b.plastic("CTX_CTX", "CTX", "CTX", c.tau_trace, "g_log_post += log({W})*g_log_jump_post")
    b.plastic("CTX_BA_N", "CTX", "BA_N", a.tau_ctx, "g_ctx_post += {W}*g_ctx_jump_post", W_START)
    b.plastic("BA_N_BA_N", "BA_N", "BA_N", a.tau_trace, "g_recurrent_post += {W}*g_recurrent_jump_post")
    s = p.sleep
    per_spike = 1 / float(b.rate * p.time.step)
    for target, tau, threshold, capacity in (
        ("BA_P", a.tau_fear, "fear_watershed", s.capacity_fear),
        ("BA_I", a.tau_safety, "safety_watershed", s.capacity_safety),
    ):
        reads = ("asleep", threshold)
        allee = AlleeHomeostasis("asleep", threshold, capacity, s.rate * per_spike, s.limit * per_spike, reads)
        b.plastic(f"BA_N_{target}", "BA_N", target, tau, "g_ban_post += {W}*g_ban_jump_post", W_START, allee)
