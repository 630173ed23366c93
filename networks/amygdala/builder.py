"""Builder of the groups and connections of an amygdala circuit; see populations.py and projections.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from brian2 import Quantity, ms

from networks.amygdala.modulator import KAPPA, modulator, readout
from networks.amygdala.parameters import Parameters
from spiking_engrams.circuit.circuit import Connection, Draw, Group, Initial, Regular, all_to_all
from spiking_engrams.interventions.manipulation import DRIVE, manipulable
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.synapses.bcpnn import BCPNN, z_trace
from spiking_engrams.synapses.currents import current
from spiking_engrams.synapses.homeostasis import AlleeHomeostasis
from spiking_engrams.synapses.part import Part, extend

P_START = 0.05  # initial probabilities between modules: Werne 2026, code


class Builder:
    """Collector of the groups and connections of one circuit."""

    def __init__(self, parameters: Parameters, model: NeuronModel, taught_trace: float):
        self.p = parameters
        self.taught_trace = taught_trace
        self.model = model
        self.dt = parameters.time.dt
        self.rate = parameters.time.rate
        self.m = parameters.cells_per_unit
        self.n_sensory = parameters.sensory.n_hypercolumns * parameters.sensory.n_values * self.m
        self.n_basal = self.n_sensory
        self.noise_scale = float(1 * ms / self.dt) ** 0.5
        self.groups: dict[str, Group] = {"readout": readout(parameters), "modulator": modulator(parameters)}
        self.connections: list[Connection] = []
        self.generator = np.random.default_rng([parameters.connectivity_seed, 1])

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
        currents_gate: str = "",
        ceiling: str = "1",
        parts: tuple[Part, ...] = (),
        role: str = "",
        **constants: float | Quantity,
    ) -> None:
        """Add a group of model neurons whose drive is the clipped sum of its ports."""
        model, other = self.model, "gap + bias" + (" + noise*drive_noise" if noise else "")
        equations = f"""{model.equations}
drive = {DRIVE.format(excite="excite", inhibit="inhibit", other=other, ceiling=ceiling)} : 1  # sum of the ports
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
        # cells are held at rest in the guard steps: without its reset a model would run away
        rest = Regular("v = v + int(alive(t) < 0.5)*(v_rest - v)", when="after_groups", order=3)
        parts = (Part(constants={"v_rest": model.initial["v"]}, regular=(rest,)), manipulable(self.dt), *parts)
        if noise:
            draw = Regular("drive_noise = randn()", when="before_groups")
            parts = (
                *parts,
                Part(
                    "drive_noise : 1  # noise of the drive",
                    {"noise": noise * self.noise_scale},
                    regular=(draw,),
                ),
            )
        filters = [current(n, tau, self.rate, self.dt, currents_gate) for n, tau in (currents or {}).items()]
        self.groups[name] = extend(group, *filters, *parts)

    def z(self, ceiling: float | None = None) -> Part:
        """Return the Z trace of a plastic group, which saturates if `ceiling` is given."""
        return z_trace(self.p.time.tau_z, self.rate, self.dt, ceiling=ceiling)

    def pairs(self, n_source: int, n_target: int) -> tuple[np.ndarray, np.ndarray]:
        """Return all pairs or, with several cells per unit, a random fraction 1/`cells_per_unit` of them."""
        i, j = all_to_all(n_source, n_target)
        if self.m == 1:
            return i, j
        kept = self.generator.random(len(i)) < 1.0 / self.m
        return i[kept], j[kept]

    def plastic(
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
            name, source, target, KAPPA[name], self.p.time.tau_z, tau, self.dt, self.p.time.floor,
            form=self.p.trace_form,
        )  # fmt: skip
        marginal, joint = self._start(start)
        for group, part in (
            (source, rule.source_part(marginal)),
            (target, rule.target_part(marginal)),
            ("modulator", rule.modulator_part()),
        ):
            self.groups[group] = extend(self.groups[group], part)
        ends = self.pairs(self.groups[source].size, self.groups[target].size)
        heard = "\n".join(f"{line}*efficacy" for line in effect.splitlines())
        made = rule.connection(*ends, joint, heard, allee=allee)
        self.connections.append(replace(made, constants={**made.constants, "efficacy": 1.0}))

    def _start(self, start: tuple[float, float] | None) -> tuple[float, Initial]:
        """Return initial probabilities without the floor: independent cells at the floor, or weak random weights."""
        floor = self.p.time.floor
        if start is None:
            return 0.0, 0.0
        p = (1 - floor) * P_START + floor
        low, spread = start
        norm = 1 - floor**2
        offset = (low * p * p - floor**2) / norm
        return P_START, Draw("beta", (1, 5), scale=spread * p * p / norm, offset=offset)
